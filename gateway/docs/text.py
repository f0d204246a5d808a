"""Text as HTML: comments of the contract, Markdown of the guides, code, and anchors.

Rule: everything is escaped where it becomes HTML, and nowhere else.
"""

import json
import re
from collections.abc import Callable, Iterable
from html import escape
from itertools import pairwise
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

_NAMES = {"o auth": "OAuth", "api key": "API key"}  # what capitals alone do not part rightly
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_WIDE = 84
_CODE = re.compile(r"`([^`]+)`")


def words(name: str) -> str:
    """`CreatePayout` as `Create payout`; what is all capitals stays so."""
    first, *others = _CAMEL.split(name)
    found = " ".join([first, *(part if part.isupper() else part.lower() for part in others)])
    for wrong, right in _NAMES.items():
        found = re.sub(rf"\b{wrong}", right, found, flags=re.IGNORECASE)
    return found


def anchor(text: str) -> str:
    """A heading's anchor: its words in lower case, with hyphens."""
    return "-".join(re.findall(r"[a-z0-9_.]+", text.lower()))


def inline(text: str) -> str:
    """A comment's text, with what stands between backticks as code."""
    return _CODE.sub(r"<code>\1</code>", escape(text, quote=False))


def prose(text: str) -> str:
    """A comment as paragraphs and lists."""
    made = []
    for block in re.split(r"\n{2,}", text.strip()):
        lines = block.split("\n")
        items = [line[2:] for line in lines if line.startswith("- ")]
        rest = " ".join(line for line in lines if not line.startswith("- "))
        if rest:
            made.append(f"<p>{inline(rest)}</p>")
        if items:
            made.append("<ul>" + "".join(f"<li>{inline(item)}</li>" for item in items) + "</ul>")
    return "".join(made)


def first_sentence(text: str) -> str:
    """The first sentence of a comment."""
    line = " ".join(text.strip().split("\n\n")[0].split("\n"))
    return re.split(r"(?<=[.:])\s", line, maxsplit=1)[0]


def code(text: str, label: str = "") -> str:
    """A block of code. It can be reached by keyboard, since it may scroll."""
    caption = f"<figcaption>{inline(label)}</figcaption>" if label else ""
    body = escape(text.rstrip(), quote=False)
    return f'<figure class="code">{caption}<pre tabindex="0"><code>{body}</code></pre></figure>'


def pretty(value: Any, names: Callable[[str], str] = json.dumps, comma: str = "", deep: int = 0) -> str:
    """JSON as people write it: what is short stays on one line. `names` writes a name, `comma` ends a last entry."""
    if isinstance(value, dict) and value:
        parts = [f"{names(key)}: {pretty(each, names, comma, deep + 1)}" for key, each in value.items()]
        return _wrapped("{", parts, "}", comma, deep)
    if isinstance(value, list) and value:
        return _wrapped("[", [pretty(each, names, comma, deep + 1) for each in value], "]", comma, deep)
    return json.dumps(value, ensure_ascii=False)


def _wrapped(before: str, parts: list[str], after: str, comma: str, deep: int) -> str:
    space = " " if before == "{" else ""
    line = before + space + ", ".join(parts) + space + after
    if deep and len(line) + 2 * deep <= _WIDE and "\n" not in line:
        return line
    pad = "\n" + "  " * (deep + 1)
    return before + pad + f",{pad}".join(parts) + comma + "\n" + "  " * deep + after


def tabs(name: str, panels: Iterable[tuple[str, str]], legend: str = "Language") -> str:
    """Panels of which one shows, chosen by radio buttons: no script is needed."""
    found = [(title, body) for title, body in panels if body]
    if len(found) == 1:
        return found[0][1]
    heads, bodies = [], []
    for number, (title, body) in enumerate(found):
        at = f"{name}-{anchor(title)}"
        checked = "" if number else " checked"
        heads.append(
            f'<input type="radio" name="{name}" id="{at}" data-tab="{escape(title)}"{checked}>'
            f'<label for="{at}">{escape(title)}</label>'
        )
        bodies.append(f'<div class="panel">{body}</div>')
    joined = "".join(heads) + "".join(bodies)
    return f'<fieldset class="tabs"><legend class="unseen">{escape(legend)}</legend>{joined}</fieldset>'


def table(head: Iterable[str], rows: Iterable[Iterable[str]], label: str) -> str:
    """A table of cells that are HTML already; it scrolls by itself where it is too wide."""
    top = "".join(f'<th scope="col">{cell}</th>' for cell in head)
    body = "".join(_row(list(row)) for row in rows)
    return (
        f'<div class="wide" tabindex="0"><table aria-label="{escape(label)}"><thead><tr>{top}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _row(cells: list[str]) -> str:
    return f'<tr><th scope="row">{cells[0]}</th>' + "".join(f"<td>{cell}</td>" for cell in cells[1:]) + "</tr>"


def markdown(text: str) -> tuple[str, str, list[tuple[str, str]]]:
    """Markdown as HTML: the title of its first line, the rest, and the headings of the second level with anchors."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = parser.parse(text)
    title, headings = "", []
    assert tokens[0].tag == "h1", "a guide opens with its title"
    title = tokens[1].content
    for opened, content in pairwise(tokens[3:]):
        if opened.type == "heading_open":
            at = anchor(content.content)
            opened.attrSet("id", at)
            if opened.tag == "h2":
                headings.append((at, content.content))
        elif opened.type == "table_open":
            opened.attrSet("class", "plain")
    rendered = parser.renderer.render(_reachable(tokens[3:]), parser.options, {})
    rendered = re.sub(r"(<table[^>]*>)", r'<div class="wide" tabindex="0">\1', rendered).replace(
        "</table>", "</table></div>"
    )
    return title, rendered, headings


def _reachable(tokens: list[Token]) -> list[Token]:
    for token in tokens:
        if token.type in ("fence", "code_block"):
            token.attrs.pop("class", None)
    return tokens
