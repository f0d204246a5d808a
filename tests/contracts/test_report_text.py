"""The report for a terminal."""

import dataclasses

import pytest

from server.cli.contracts.review.model import Exemption, Verdict
from server.cli.contracts.review.reports import text
from tests.contracts import reviews
from tests.contracts.reviews import added, review, shortened, widened


def test_without_changes_it_says_so() -> None:
    assert "Nothing changed.\n" == text.render(review())


def test_what_breaks_comes_before_what_needs_notice_and_what_is_additive() -> None:
    lines = text.render(review(added(), shortened(), widened()))

    assert sorted(["FIELD_SAME_TYPE", "DEADLINE_SHORTENED", "FIELD_ADDED"], key=lines.index) == [
        "FIELD_SAME_TYPE",
        "DEADLINE_SHORTENED",
        "FIELD_ADDED",
    ]


def test_the_first_and_the_last_lines_say_the_verdict_and_the_counts() -> None:
    lines = text.render(review(widened(), shortened(), added())).splitlines()

    verdict = "✗ BREAKING  1 change breaks callers, 1 needs notice and 1 is additive."
    assert [verdict, verdict] == [lines[1], lines[-1]]


@pytest.mark.parametrize(
    "said",
    [
        "FIELD_SAME_TYPE",
        "corridor.parcels.v1.Parcel.weight_grams",
        "proto/corridor/parcels/v1/parcel.proto:5",
        "The type was `int32` and is `int64`.",
        "-   int32 weight_grams = 2;",
        "+   int64 weight_grams = 2;",
        "Why         Callers misread it.",
        "Instead     Add a field.",
        "Adapters    sandbox (reads)",
        "Server      server/domains/parcels/flows.py (writes)",
        "Events      parcel.sent (v1)",
        "Documents   README.md:12",
        "Callers     2 callers of 2 companies in 90 days, the last on 2026-11-20.",
        "“Post room” key_b of co_b, live: 12 calls, the last on 2026-11-20",
        "corridor.parcels.v1  Owners: @parcels",
    ],
)
def test_a_change_is_told_with_everything_that_is_known_of_it(said: str) -> None:
    assert said in text.render(review(widened()))


def test_that_nobody_used_it_is_said_with_the_days() -> None:
    assert "Callers     Nobody was seen in 90 days." in text.render(review(shortened()))


def test_without_counts_no_callers_are_told_and_how_to_get_them_is() -> None:
    said = text.render(review(widened(touched=reviews.Touched()), days=0))

    assert "Callers     " not in said
    assert "Callers were not counted: --usage FILE names them" in said


def test_callers_of_what_is_additive_are_left_out() -> None:
    change = dataclasses.replace(added(), touched=reviews.Touched(callers=reviews.CALLERS))

    assert "Post room" not in text.render(review(change))


def test_those_who_may_use_it_unseen_are_counted() -> None:
    change = widened(touched=reviews.Touched(callers=(), perhaps=2))

    assert "2 others called too, and may use it rarely." in text.render(review(change))


def test_an_exempted_change_comes_last_and_does_not_count() -> None:
    found = review(widened(exemption=reviews.EXEMPTION), added())

    lines = text.render(found)

    assert Verdict.ADDITIVE == found.verdict
    assert "+ ADDITIVE  1 change is additive and 1 is exempted." in lines
    assert "Exempted    by @parcels until 2027-01-31: Nobody weighs." in lines
    assert lines.index("ADDITIVE (1)") < lines.index("EXEMPTED (1)")


def test_exceptions_that_ended_or_that_nothing_needs_are_told_even_where_nothing_changed() -> None:
    found = review()
    found.expired = (reviews.EXEMPTION,)
    found.unused = (Exemption("X", "corridor.x.v1.Y", "@x", "None.", reviews.EXEMPTION.expires),)

    lines = " ".join(text.render(found).split())

    assert "corridor.parcels.v1.Parcel.weight_grams (@parcels) ended on 2027-01-31." in lines
    assert "corridor.x.v1.Y (@x) is needed by nothing; remove it." in lines


def test_colour_is_only_there_when_it_is_asked_for() -> None:
    plain, coloured = (text.render(review(widened()), width=100, colour=colour) for colour in (False, True))

    assert "\x1b" not in plain
    assert "\x1b[31m" in coloured


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    change = widened(before="string " + "x" * 300 + " = 2;", before_place=reviews.Place(), detail="word " * 60)

    lines = text.render(review(change, shortened(), added()), width=width, colour=False).splitlines()

    assert [] == [line for line in lines if len(line) > width]
