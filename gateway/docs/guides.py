"""The guides: Markdown beside this file, with facts, tables and samples put in where it asks for them.

Rule: numbers and lists that the contract or the code decides are never written in a guide, only asked for.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from html import escape
from pathlib import Path

from gateway.docs import samples
from gateway.docs.site import Page, Sources, link
from gateway.docs.text import code, inline, markdown, table, tabs

FOLDER = Path(__file__).parent / "guides"

ORDER = (
    "getting-started",
    "authentication",
    "idempotency",
    "errors",
    "webhooks",
    "sandbox",
    "pagination",
    "updating",
    "versioning",
)
_FACT = re.compile(r"\{\{([\w.]+)\}\}")
_BLOCK = re.compile(r"<p>\{\{(\w+) ?([\w. -]*)\}\}</p>")


def path(name: str) -> str:
    """Where a guide stands."""
    return "/docs" if name == "home" else f"/docs/guides/{name}"


def pages(sources: Sources) -> Iterator[Page]:
    """The first page, and every guide."""
    for name in ("home", *ORDER):
        yield _page(sources, name)


def _page(sources: Sources, name: str) -> Page:
    text = (FOLDER / f"{name}.md").read_text(encoding="utf-8")
    facts: Mapping[str, str] = sources.facts["words"]
    # A fact that nobody gives stops the generator: a guide never shows a hole.
    title, body, contents = markdown(_FACT.sub(lambda found: facts[found[1]], text))
    body = _BLOCK.sub(lambda found: _BLOCKS[found[1]](sources, found[2], name), body)
    lead = re.match(r"\s*<p>(.*?)</p>", body, re.DOTALL)
    assert lead is not None, f"{name}.md opens with a paragraph that says what it is about"
    told = re.sub(r"</?code>", "`", re.sub(r"</?(a|em|strong)[^>]*>", "", lead[1]))
    plain = " ".join(re.sub(r"<[^>]+>", " ", body).split())[:1500]
    return Page(
        path(name),
        title,
        body[lead.end() :],
        _unescaped(told),
        contents if name != "home" else (),
        section=path(name),
        kind="guide",
        words=_unescaped(plain),
    )


def _unescaped(text: str) -> str:
    return text.replace("&quot;", '"').replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _sample(sources: Sources, name: str, guide: str) -> str:
    panels = [(language, code(text)) for language, text in samples.of(sources.root, *name.split())]
    return tabs(f"{guide}-{name.split()[0]}".replace(".", "-"), panels)


def _scenarios(sources: Sources, name: str, guide: str) -> str:
    lines = sources.facts["scenarios"][name].strip().split("\n")
    head, _, *rows = ([cell.strip() for cell in line.strip("|").split("|")] for line in lines)
    return table(map(escape, head), [[inline(cell) for cell in row] for row in rows], f"Scenarios of {name}")


def _table(sources: Sources, name: str, guide: str) -> str:
    return _TABLES[name](sources)


def _scopes(sources: Sources) -> str:
    rows = [
        (f"<code>{escape(each['scope'])}</code>", escape(each["words"]), escape(", ".join(each["roles"])))
        for each in sources.facts["scopes"]
    ]
    return table(("Scope", "What it allows", "Roles that have it"), rows, "Scopes")


def _allowances(sources: Sources) -> str:
    rows = [(f"<code>{escape(each['name'])}</code>", escape(each["words"])) for each in sources.facts["allowances"]]
    return table(("Allowance", "Calls"), rows, "Allowances")


def _tries(sources: Sources) -> str:
    rows = [(str(number), escape(after)) for number, after in enumerate(sources.facts["tries"], 1)]
    return table(("Try", "When"), rows, "Tries of a delivery")


def _classes(sources: Sources) -> str:
    counted: dict[str, list[str]] = {}
    for reason in sources.contract.reasons.values():
        counted.setdefault(reason.error_class, []).append(reason.name)
    rows = []
    for each, names in counted.items():
        shown = ", ".join(link(f"/docs/problems/{name}", f"<code>{name}</code>") for name in sorted(names)[:3])
        rows.append((f"<code>{escape(each)}</code>", escape(_CLASSES.get(each, "")), f"{shown} …"))
    return table(("Class", "What to do", "Such as"), rows, "Classes of errors")


_CLASSES = {
    "TRANSIENT": "Repeat the call with the same key, after what Retry-After says.",
    "PERMANENT": "Do not repeat it; correct what the reason names.",
    "MANUAL_REPAIR": "A person at the platform has to act; ask them, with the request id.",
    "COMPLIANCE_HOLD": "A person at your company has to act.",
}
_BLOCKS: Mapping[str, Callable[[Sources, str, str], str]] = {
    "sample": _sample,
    "scenarios": _scenarios,
    "table": _table,
}
_TABLES: Mapping[str, Callable[[Sources], str]] = {
    "scopes": _scopes,
    "allowances": _allowances,
    "tries": _tries,
    "classes": _classes,
}
