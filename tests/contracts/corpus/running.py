"""The corpus, compared in one go: every case is a package of its own in one pair of revisions.

Rule: nothing of the review is left out. What is measured is what `corridor contracts diff` tells.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from server.cli.contracts import ROOT
from server.cli.contracts.review import compiling, reviewing
from server.cli.contracts.review.model import Change, Side
from tests.contracts.corpus import cases_meaning, cases_rest, cases_validation, cases_wire
from tests.contracts.corpus.base import Case

TODAY = date(2026, 11, 21)

CASES: tuple[Case, ...] = (*cases_wire.CASES, *cases_rest.CASES, *cases_meaning.CASES, *cases_validation.CASES)

_IMPORTED = (
    "access/v1/role.proto",
    "errors/v1/error_reason.proto",
    "options/v1/error.proto",
    "options/v1/event.proto",
    "options/v1/field.proto",
    "options/v1/method.proto",
    "type/v1/raw_request.proto",
    "type/v1/raw_response.proto",
)
_CASE = re.compile(r"corridor[./]c(\d{3})\b")


@dataclass(frozen=True)
class Outcome:
    """What one case yielded."""

    case: Case
    told: tuple[str, ...]
    changes: tuple[Change, ...]

    @property
    def missed(self) -> tuple[str, ...]:
        """Labels that no change answers to."""
        return tuple((Counter(self.case.expected) - Counter(self.told)).elements())

    @property
    def false_alarms(self) -> tuple[str, ...]:
        """Changes that no label asks for."""
        return tuple((Counter(self.told) - Counter(self.case.expected)).elements())


def sides(cases: Iterable[Case] = CASES) -> tuple[Side, Side]:
    """Both revisions of all cases."""
    before, after = _imported(), _imported()
    for number, case in enumerate(cases):
        for texts, found in ((case.before, before), (case.after, after)):
            for name, text in texts.items():
                file = f"corridor/c{number:03}/v1/{name}"
                found[file] = text.replace("PACKAGE", f"c{number:03}").replace("90001", f"{90001 + number}").encode()
    return _side("before", before), _side("after", after)


def _imported() -> dict[str, bytes]:
    top = ROOT / "proto" / "corridor"
    return {f"corridor/{name}": Path(top, name).read_bytes() for name in _IMPORTED}


def _side(title: str, texts: Mapping[str, bytes]) -> Side:
    image = compiling.compiled(title, texts)
    return Side(title, image, {name: text.decode() for name, text in texts.items()})


def outcomes(before: Side, after: Side, cases: tuple[Case, ...] = CASES) -> tuple[Outcome, ...]:
    """What the review tells of each case."""
    by_case: dict[int, list[Change]] = defaultdict(list)
    for change in reviewing.changes(before, after, TODAY):
        found = _CASE.match(change.element)
        assert found, change
        by_case[int(found[1])].append(change)
    return tuple(
        Outcome(case, tuple(sorted(map(_label, by_case[number]))), tuple(by_case[number]))
        for number, case in enumerate(cases)
    )


def _label(change: Change) -> str:
    return f"{change.rule.id} {change.judged.name.lower()}"


def table(found: Iterable[Outcome]) -> str:
    """Caught, missed and false alarms by kind, as Markdown."""
    rows: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0, 0])
    for outcome in found:
        for kind in (outcome.case.kind, "all"):
            row = rows[kind]
            row[0] += 1
            row[1] += len(outcome.case.expected)
            row[2] += len(outcome.case.expected) - len(outcome.missed)
            row[3] += len(outcome.missed)
            row[4] += len(outcome.false_alarms)
    lines = ["| kind | cases | labels | caught | missed | false alarms |", "|---|---:|---:|---:|---:|---:|"]
    ordered = [*(kind for kind in rows if kind != "all"), "all"]
    lines += [f"| {kind} | {' | '.join(map(str, rows[kind]))} |" for kind in ordered]
    return "\n".join(lines)
