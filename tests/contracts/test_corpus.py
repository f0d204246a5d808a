"""The corpus of labelled changes: everything is caught, nothing else is told, and buf is agreed with."""

import json
import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from server.cli.contracts import ROOT, tools
from server.cli.contracts import image as images
from server.cli.contracts.review import meaning, rules_added, rules_meaning, rules_rest, rules_wire
from server.cli.contracts.review.model import Side, Verdict
from tests.contracts.corpus import running
from tests.contracts.corpus.running import Outcome

# One process makes the comparison for all of these tests.
pytestmark = pytest.mark.xdist_group("corpus")


@pytest.fixture(scope="module")
def sides() -> tuple[Side, Side]:
    return running.sides()


@pytest.fixture(scope="module")
def outcomes(sides: tuple[Side, Side]) -> tuple[Outcome, ...]:
    return running.outcomes(*sides)


def test_every_labelled_change_is_told_by_exactly_its_rules(outcomes: tuple[Outcome, ...]) -> None:
    print(running.table(outcomes))

    assert 150 <= len(outcomes)
    assert [] == [(each.case.name, each.missed) for each in outcomes if each.missed]
    assert [] == [(each.case.name, each.false_alarms) for each in outcomes if each.false_alarms]


def test_every_rule_has_a_case_that_it_tells(outcomes: tuple[Outcome, ...]) -> None:
    told = {change.rule.id for outcome in outcomes for change in outcome.changes}
    rules = {rule.id for rule in (*rules_wire.RULES, *rules_added.RULES, *rules_rest.RULES, *rules_meaning.RULES)}

    assert set() == rules - told


def test_the_review_finds_all_that_buf_finds_and_breaks_no_types_besides(
    sides: tuple[Side, Side], outcomes: tuple[Outcome, ...], tmp_path: Path
) -> None:
    buf = _buf(sides, tmp_path)
    of_buf = {rule.id for rule in rules_wire.RULES}
    differing = []
    for number, outcome in enumerate(outcomes):
        ours = Counter(change.rule.id for change in outcome.changes if change.rule.id in of_buf)
        if ours != buf[number]:
            differing.append((outcome.case.name, ours, buf[number]))

    assert [] == differing


def test_a_finding_of_buf_is_mild_only_after_a_sunset(outcomes: tuple[Outcome, ...]) -> None:
    of_buf = {rule.id for rule in rules_wire.RULES}
    mild = {
        outcome.case.name
        for outcome in outcomes
        for change in outcome.changes
        if change.rule.id in of_buf and change.judged is not Verdict.BREAKING
    }

    assert {"field deleted after its sunset", "RPC deleted after its sunset, with its types"} == mild


def test_every_change_says_what_changed_and_where(outcomes: tuple[Outcome, ...]) -> None:
    for outcome in outcomes:
        for change in outcome.changes:
            place = change.after_place if change.after_place.file else change.before_place
            assert change.detail.endswith((".", "”", "`")), change
            assert place.file.startswith("corridor/c") or change.rule is rules_added.PACKAGE_ADDED, change


def _buf(sides: tuple[Side, Side], scratch: Path) -> dict[int, Counter[str]]:
    """What `buf breaking` alone finds, by case."""
    for name, side in zip(("before", "after"), sides, strict=True):
        (scratch / f"{name}.binpb").write_bytes(images.for_buf(side.image))
    arguments = [str(scratch / "after.binpb"), f"--against={scratch / 'before.binpb'}", "--error-format=json"]
    done = tools.run([tools.beside_python("buf"), "breaking", *arguments, f"--config={ROOT / 'buf.yaml'}"])
    found: dict[int, Counter[str]] = defaultdict(Counter)
    for line in done.stdout.decode().splitlines():
        said = json.loads(line)
        case = re.search(r"corridor/c(\d{3})/", said.get("path", "") or said["message"])
        assert case, line
        found[int(case[1])][said["type"]] += 1
    return found


@pytest.mark.parametrize(
    ("case", "said"),
    [
        ("int32 became int64", "In JSON it was a number and is a number in a string."),
        ("int32 became uint32", "In JSON it looks the same."),
        ("string became an enum", "In JSON it was a string and is a name in a string."),
        ("field tells its absence", "In JSON it always stood in the answer, and is missing now where it is not set."),
        ("enum value renamed", "In JSON the value travels by its name: callers who send the old one are refused."),
        ("field deleted after its sunset", "It was to end on 2026-10-01, as callers were told."),
        ("body taken from the query", "; no longer read from the query: `depth`, `language`."),
        ("sunset set 179 days ahead", "Callers have 179 days; 180 are promised."),
        ("string has to be sent", "Requests have to set `note` now (min_len none → 1)."),
        ("scope replaced", "Asked for `letters:read` before, and for `letters:view` now."),
        ("option without a rule", "changed from none to `2`"),
        ("both ways less", "Fewer values are allowed in requests and in answers: max_len 9 → 5."),
    ],
)
def test_the_detail_says_it_with_the_values(outcomes: tuple[Outcome, ...], case: str, said: str) -> None:
    found = next(outcome for outcome in outcomes if outcome.case.name == case)

    assert any(said in change.detail for change in found.changes), [change.detail for change in found.changes]


def test_an_image_without_comments_says_nothing_of_comments() -> None:
    before, after = running.sides(case for case in running.CASES if case.kind == "words" or "role" in case.name)
    bare = Side("bare", images.read(images.for_release(before.image)), {})

    told = {change.rule.id for change in meaning.changes(bare, after, running.TODAY)}

    assert set() == told & {"COMMENT_CHANGED", "DOCUMENTED_DEFAULT_CHANGED", "ENUM_ZERO_MEANING_CHANGED"}
    assert "ROLE_SCOPES_ADDED" in told
