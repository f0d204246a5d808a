"""The report for code scanners, against what SARIF 2.1.0 demands of the objects that are used."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from server.cli.contracts.review.model import Place
from server.cli.contracts.review.reports import sarif
from tests.contracts import reviews
from tests.contracts.reviews import added, review, shortened, widened

_TEXT = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}}}
_LEVEL = {"enum": ["none", "note", "warning", "error"]}

# The required properties and closed lists of values: sections 3.13.2, 3.14.6, 3.19.2, 3.27, 3.28.3, 3.29.3, 3.30.5,
# 3.35.2, 3.49.3 and 3.52.3.
SCHEMA = {
    "type": "object",
    "required": ["version", "runs"],
    "properties": {
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "items": {
                "required": ["tool"],
                "properties": {
                    "tool": {
                        "required": ["driver"],
                        "properties": {
                            "driver": {
                                "required": ["name"],
                                "properties": {
                                    "rules": {
                                        "uniqueItems": True,
                                        "items": {
                                            "required": ["id"],
                                            "properties": {
                                                "shortDescription": _TEXT,
                                                "fullDescription": _TEXT,
                                                "help": _TEXT,
                                                "defaultConfiguration": {"properties": {"level": _LEVEL}},
                                            },
                                        },
                                    }
                                },
                            }
                        },
                    },
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "results": {
                        "items": {
                            "required": ["message"],
                            "properties": {
                                "message": _TEXT,
                                "level": _LEVEL,
                                "ruleIndex": {"type": "integer", "minimum": -1},
                                "partialFingerprints": {"additionalProperties": {"type": "string"}},
                                "suppressions": {
                                    "items": {
                                        "required": ["kind"],
                                        "properties": {
                                            "kind": {"enum": ["inSource", "external"]},
                                            "status": {"enum": ["accepted", "underReview", "rejected"]},
                                        },
                                    }
                                },
                                "locations": {
                                    "minItems": 1,
                                    "items": {
                                        "properties": {
                                            "physicalLocation": {
                                                "required": ["artifactLocation"],
                                                "properties": {
                                                    "artifactLocation": {
                                                        "required": ["uri"],
                                                        "properties": {"uri": {"pattern": r"^(?!/)[\w./-]+$"}},
                                                    },
                                                    "region": {
                                                        "required": ["startLine"],
                                                        "properties": {"startLine": {"type": "integer", "minimum": 1}},
                                                    },
                                                },
                                            }
                                        }
                                    },
                                },
                            },
                        }
                    },
                },
            },
        },
    },
}


def run(*changes: reviews.Change) -> dict[str, Any]:
    """The only run of a report, after the whole was checked."""
    document = json.loads(sarif.render(review(*changes)))
    Draft202012Validator(SCHEMA).validate(document)
    assert 1 == len(document["runs"])
    found: dict[str, Any] = document["runs"][0]
    return found


def test_every_result_points_to_its_rule() -> None:
    found = run(widened(), shortened(), added())

    rules = found["tool"]["driver"]["rules"]
    assert [each["ruleId"] for each in found["results"]] == [
        rules[each["ruleIndex"]]["id"] for each in found["results"]
    ]


def test_verdicts_are_levels() -> None:
    assert ["error", "warning", "note"] == [each["level"] for each in run(widened(), shortened(), added())["results"]]


def test_a_result_stands_at_its_line_in_the_repository() -> None:
    where = run(widened())["results"][0]["locations"][0]["physicalLocation"]

    assert "proto/corridor/parcels/v1/parcel.proto" == where["artifactLocation"]["uri"]
    assert {"startLine": 5} == where["region"]


@pytest.mark.parametrize("place", [Place(), Place(reviews.FILE, 0)])
def test_a_change_without_a_line_is_valid_all_the_same(place: Place) -> None:
    result = run(widened(before_place=place, after_place=place))["results"][0]

    assert {"startLine": 1} == result["locations"][0]["physicalLocation"]["region"]


def test_a_rule_helps_in_text_and_in_markdown() -> None:
    rule = run(widened())["tool"]["driver"]["rules"][0]

    assert "A type changed.\n\nCallers misread it.\n\nInstead: Add a field." == rule["help"]["text"]
    assert "**Instead:** Add a field." in rule["help"]["markdown"]


def test_an_exempted_change_is_suppressed_with_its_reason() -> None:
    result = run(widened(exemption=reviews.EXEMPTION))["results"][0]

    justification = "Nobody weighs. (@parcels, until 2027-01-31)"
    assert [{"kind": "external", "status": "accepted", "justification": justification}] == result["suppressions"]


def test_the_print_of_a_change_stays_when_its_line_moves() -> None:
    here, there = (run(widened(after_place=Place(reviews.FILE, line)))["results"][0] for line in (5, 50))

    assert here["partialFingerprints"] == there["partialFingerprints"]


def test_a_review_without_changes_is_an_empty_run() -> None:
    assert [] == run()["results"]
