"""The report for programs: its shape is a promise."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from server.cli.contracts.review.model import Place
from server.cli.contracts.review.reports import json_report
from tests.contracts import reviews
from tests.contracts.reviews import added, review, shortened, widened


def read(*changes: reviews.Change, days: int = 90) -> dict[str, Any]:
    """The report, read."""
    found: dict[str, Any] = json.loads(json_report.render(review(*changes, days=days)))
    return found


def unknown(value: Any, schema: dict[str, Any]) -> list[str]:
    """Names in a value that its schema does not have."""
    for each in schema.get("anyOf", ()):
        if value is not None and each.get("type") != "null":
            return unknown(value, each)
    if isinstance(value, dict):
        known = schema["properties"]
        return [
            *(value.keys() - known.keys()),
            *(name for key, found in value.items() if key in known for name in unknown(found, known[key])),
        ]
    return [name for each in value for name in unknown(each, schema["items"])] if isinstance(value, list) else []


@pytest.mark.parametrize("days", [0, 90])
def test_it_has_the_shape_that_is_promised_and_nothing_besides(days: int) -> None:
    found = read(widened(), shortened(), added(), widened(exemption=reviews.EXEMPTION), days=days)

    Draft202012Validator(json_report.SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(found)
    assert [] == unknown(found, json_report.SCHEMA)


def test_the_shape_itself_is_a_schema() -> None:
    Draft202012Validator.check_schema(json_report.SCHEMA)


def test_it_counts_what_stands_and_what_is_exempted() -> None:
    found = read(widened(), shortened(), added(), widened(exemption=reviews.EXEMPTION))

    assert {"breaking": 1, "notice": 1, "additive": 1, "exempted": 1} == found["counts"]
    assert "breaking" == found["verdict"]


def test_a_side_on_which_an_element_is_not_is_null() -> None:
    change = read(added())["changes"][0]

    assert change["before"] is None
    place = {"file": "proto/corridor/parcels/v1/parcel.proto", "line": 7}
    assert {"text": "// Where it is.\nstring place = 4;", "place": place} == change["after"]


def test_callers_who_were_not_counted_differ_from_nobody() -> None:
    uncounted, nobody = read(added())["changes"][0], read(shortened())["changes"][0]

    assert (None, []) == (uncounted["touched"]["callers"], nobody["touched"]["callers"])


def test_a_change_that_is_judged_differently_than_its_rule_says_both() -> None:
    change = read(widened(verdict=reviews.Verdict.NOTICE))["changes"][0]

    assert ("notice", "breaking") == (change["verdict"], change["rule"]["verdict"])


def test_the_same_review_gives_the_same_bytes() -> None:
    changes = [widened(), shortened(), added()]

    assert json_report.render(review(*changes)) == json_report.render(review(*reversed(changes)))


@pytest.mark.parametrize(
    ("element", "package"),
    [
        ("corridor.parcels.v1.Parcel.weight_grams", "corridor.parcels.v1"),
        ("corridor.parcels.v1beta1.Parcel", "corridor.parcels.v1beta1"),
        ("corridor.parcels.v1", "corridor.parcels.v1"),
        ("corridor/parcels/v1/parcel.proto", "corridor.parcels.v1"),
        ("parcels.Parcel.owner", "parcels"),
    ],
)
def test_the_package_is_told_of_every_kind_of_element(element: str, package: str) -> None:
    change = widened(element=element, before_place=Place(), after_place=Place())

    assert package == read(change)["changes"][0]["package"]
