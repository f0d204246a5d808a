"""A review as one page that needs nothing else: what to answer, each change on both sides, and for whom.

Rule: no outside request, no script needed to read; the page's own policy names its style and its script by their hash.
"""

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from server.cli.contracts.review import visible
from server.cli.contracts.review.model import Caller, Change, Review, Verdict
from server.cli.contracts.review.reports import words
from server.cli.contracts.review.reports.side_by_side import Files, Line, Row

_PAGE = Path(__file__).parent / "page"
_CLASSES = {Verdict.BREAKING: "breaking", Verdict.NOTICE: "notice", Verdict.ADDITIVE: "additive"}
_TOKENS = {"keyword": "k", "type": "t", "string": "s", "number": "s", "value": "v", "comment": "c"}
_CALLERS = 12
_NAMES = 14


@dataclass(frozen=True, slots=True)
class Cluster:
    """Names of which the same is said: what that is, the first of them, and how many more there are."""

    said: str
    names: tuple[str, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Shown:
    """A change as the page shows it."""

    anchor: str
    change: Change
    look: str
    verdict: str
    mark: str
    kind: str
    place: str
    rows: tuple[Row, ...]
    touches: tuple[tuple[str, tuple[Cluster, ...]], ...]
    callers: str
    companies: tuple[tuple[str, tuple[Caller, ...]], ...]
    more_callers: int


@dataclass(frozen=True, slots=True)
class Part:
    """A section of the page: the changes of one verdict, by package."""

    look: str
    title: str
    lead: str
    groups: tuple[tuple[words.Group, tuple[Shown, ...]], ...]
    number: int


_LEADS = {
    Verdict.BREAKING: "Callers have to change their programs before these can go live.",
    Verdict.NOTICE: "No program has to change first, but callers have to be told in time.",
    Verdict.ADDITIVE: "Everything that worked goes on working.",
}


def render(review: Review) -> str:
    """The review as one HTML page."""
    review = visible.of(review)
    style, script = _text("page.css"), _text("page.js")
    page = _environment().get_template("page.html")
    found = {change.rule.kind for change in review.changes}
    return page.render(
        style=Markup(style),  # noqa: S704 - a file of ours
        script=Markup(script),  # noqa: S704 - a file of ours
        policy=_policy(style, script),
        review=review,
        look=_CLASSES[review.verdict] if review.changes else "same",
        verdict=words.NAMES[review.verdict] if review.changes else "no change",
        mark=words.MARKS[review.verdict] if review.changes else "=",
        tally=words.tally(review),
        answer=words.answer(review),
        harm=words.harm(review),
        owners=words.owners(review),
        problems=words.problems(review),
        parts=_parts(review),
        kinds=[(kind.value, name) for kind, name in words.KINDS.items() if kind in found],
        all_owners=sorted({owner for each in review.changes for owner in each.owners}),
    )  # fmt: skip


def _parts(review: Review) -> list[Part]:
    files = Files(review)
    standing = words.standing(review)
    found: list[tuple[str, str, str, Sequence[Change]]] = [
        (
            _CLASSES[verdict],
            words.NAMES[verdict].capitalize(),
            _LEADS[verdict],
            [each for each in standing if each.judged is verdict],
        )
        for verdict in words.VERDICTS
    ]
    found.append(
        ("exempted", "Exempted", "Somebody answers for each of these, until the day it names.", words.exempted(review))
    )
    parts = []
    number = 0
    for look, title, lead, changes in found:
        groups = []
        for group in words.groups(changes):
            shown = []
            for change in group.changes:
                number += 1
                shown.append(_shown(change, f"change-{number}", look, files, review.days))
            groups.append((group, tuple(shown)))
        if groups:
            parts.append(Part(look, title, lead, tuple(groups), len(changes)))
    return parts


def _shown(change: Change, anchor: str, look: str, files: Files, days: int) -> Shown:
    found = change.touched.callers or ()
    return Shown(
        anchor=anchor,
        change=change,
        look=look,
        verdict=words.NAMES[change.judged],
        mark=words.MARKS[change.judged],
        kind=words.KINDS[change.rule.kind],
        place=words.where(change),
        rows=tuple(files.rows(change)),
        touches=tuple(
            (
                title,
                tuple(
                    Cluster(_said(title, said), its[:_NAMES], max(0, len(its) - _NAMES))
                    for said, its in words.clusters(names)
                ),
            )
            for title, names in words.touches(change)
        ),
        callers=words.callers(change, days),
        companies=_by_company(found[:_CALLERS]),
        more_callers=max(0, len(found) - _CALLERS),
    )


def _said(title: str, said: str) -> str:
    return f"payload {said}" if title == "Events" else said.removesuffix(":")


def _by_company(callers: Sequence[Caller]) -> tuple[tuple[str, tuple[Caller, ...]], ...]:
    found: dict[str, list[Caller]] = {}
    for caller in callers:
        found.setdefault(caller.company_id, []).append(caller)
    return tuple((company, tuple(its)) for company, its in found.items())


def _code(line: Line | None, tag: str) -> Markup:
    """One line as markup: its pieces coloured by what they are, what differs inside `ins` or `del`."""
    if line is None:
        return Markup("")
    parts: list[Markup] = []
    for token in line.tokens:
        piece = escape(token.text)
        if token.kind in _TOKENS:
            piece = Markup('<span class="{}">{}</span>').format(_TOKENS[token.kind], piece)
        parts.append(Markup("<{0}>{1}</{0}>").format(tag, piece) if token.marked else piece)
    # Neighbouring marks are one mark for the eye, and for whoever listens.
    return Markup("").join(parts).replace(Markup("</{0}><{0}>").format(tag), Markup(""))


def _prose(text: str) -> Markup:
    """A sentence of ours, in which names stand between backticks."""
    pieces = re.split(r"`([^`\n]+)`", text)
    return Markup("").join(
        Markup("<code>{}</code>").format(_breakable(piece)) if index % 2 else escape(piece)
        for index, piece in enumerate(pieces)
    )


def _breakable(name: str) -> Markup:
    """A full name that may be broken where a reader would break it."""
    return Markup(re.sub(r"([./:])(?=\w)", r"\1<wbr>", str(escape(name))))  # noqa: S704 - escaped before


def _policy(style: str, script: str) -> str:
    """The page's Content-Security-Policy (CSP Level 3): its own style and script, and nothing else."""
    hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in (style, script)]
    return (
        f"default-src 'none'; style-src 'sha256-{hashes[0]}'; script-src 'sha256-{hashes[1]}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


@cache
def _text(name: str) -> str:
    return (_PAGE / name).read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    made = Environment(loader=FileSystemLoader(_PAGE), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
                       lstrip_blocks=True)  # fmt: skip
    made.filters["prose"] = _prose
    made.filters["breakable"] = _breakable
    made.filters["code"] = _code
    made.filters["count"] = words.count
    return made
