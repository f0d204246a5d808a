"""buf decides what breaks bytes and code; every finding of it is told, at its element, in our words."""

import json
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from server.cli.contracts import ROOT, image, tools
from server.cli.contracts.review import reviewing, rules_wire, wire
from server.cli.contracts.review.model import Change, Kind, Side, Verdict
from tests.contracts import everything
from tests.contracts.parcels import TODAY

# Rules of FILE that WIRE or WIRE_JSON have in a conditional form only.
CONDITIONAL = {
    "ENUM_VALUE_NO_DELETE": "ENUM_VALUE_NO_DELETE_UNLESS_NUMBER_RESERVED",
    "FIELD_NO_DELETE": "FIELD_NO_DELETE_UNLESS_NUMBER_RESERVED",
    "FIELD_SAME_CARDINALITY": "FIELD_WIRE_COMPATIBLE_CARDINALITY",
    "FIELD_SAME_TYPE": "FIELD_WIRE_COMPATIBLE_TYPE",
}


@pytest.fixture(scope="module")
def pair() -> tuple[Side, Side]:
    return everything.sides()


@pytest.fixture(scope="module")
def found(pair: tuple[Side, Side]) -> list[Change]:
    return list(wire.changes(*pair))


@pytest.fixture(scope="module")
def rules_of_buf() -> dict[str, list[str]]:
    """The categories of each rule of buf."""
    command = [tools.beside_python("buf"), "config", "ls-breaking-rules", "--version=v2", "--format=json"]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    return {rule["id"]: rule["categories"] for rule in map(json.loads, lines)}


def by_buf(before: Side, after: Side, folder: Path) -> list[str]:
    """The rules of FILE that `buf breaking` says are broken, run over the whole of both images."""
    for name, each in (("before", before), ("after", after)):
        (folder / f"{name}.binpb").write_bytes(image.for_buf(each.image))
    images = [folder / "after.binpb", "--against", folder / "before.binpb"]
    command = [tools.beside_python("buf"), "breaking", *images, "--config", ROOT / "buf.yaml", "--error-format=json"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode in (0, 100), done.stderr
    return [json.loads(line)["type"] for line in done.stdout.splitlines()]


def test_every_rule_of_file_has_its_words(rules_of_buf: dict[str, list[str]]) -> None:
    of_file = {rule for rule, categories in rules_of_buf.items() if "FILE" in categories}

    assert of_file == {rule.id for rule in rules_wire.RULES}
    for rule in rules_wire.RULES:
        assert all(words.endswith(".") for words in (rule.title, rule.why, rule.instead)), rule.id
        assert Verdict.BREAKING is rule.verdict


def test_a_rule_is_of_the_wire_where_buf_has_it_there(rules_of_buf: dict[str, list[str]]) -> None:
    for rule in rules_wire.RULES:
        categories = set(rules_of_buf[rule.id]) | set(rules_of_buf.get(CONDITIONAL.get(rule.id, ""), ()))
        expected = Kind.WIRE if categories & {"WIRE", "WIRE_JSON"} else Kind.SOURCE
        assert expected is rule.kind, rule.id


def test_every_rule_of_file_is_broken_by_a_case() -> None:
    assert {rule.id for rule in rules_wire.RULES} == {case.rule for case in everything.CASES}


@pytest.mark.parametrize("case", everything.CASES, ids=lambda case: str(case.name or case.rule))
def test_a_broken_rule_is_told_at_its_element(case: everything.Case, found: list[Change]) -> None:
    at = [change for change in found if change.element == case.named]

    assert {case.rule, *case.also} == {change.rule.id for change in at} | set(case.also)
    assert case.says in {"", *(change.detail for change in at)}
    assert [] == [change.detail for change in at if not change.detail.endswith(".") or '"' in change.detail]


def test_what_buf_finds_is_found(pair: tuple[Side, Side], found: list[Change], tmp_path: Path) -> None:
    theirs = Counter(by_buf(*pair, tmp_path))

    # The one enum is within a message that is gone, which speaks for it.
    theirs["ENUM_NO_DELETE"] -= 1
    assert theirs == Counter(change.rule.id for change in found)


def test_nothing_else_breaks_bytes_or_code(pair: tuple[Side, Side], found: list[Change]) -> None:
    told = [change for change in reviewing.changes(*pair, TODAY) if change.rule.kind in (Kind.WIRE, Kind.SOURCE)]
    breaking = [(change.rule.id, change.element) for change in told if change.judged is Verdict.BREAKING]
    assert sorted((change.rule.id, change.element) for change in found) == sorted(breaking)


def test_nothing_is_found_where_nothing_changes(pair: tuple[Side, Side]) -> None:
    assert [] == list(wire.changes(pair[0], pair[0]))
