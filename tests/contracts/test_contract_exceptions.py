"""An exception stands for one change, by one owner, for a reason, and for a time."""

from datetime import date, timedelta
from pathlib import Path

import click
import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorSet

from server.cli.contracts import ROOT
from server.cli.contracts.review import exceptions
from server.cli.contracts.review.model import Change, Exemption, Kind, Review, Rule, Side, Verdict
from tests.contracts.parcels import TODAY

ENTRY = """
[[exception]]
rule = "FIELD_NO_DELETE"
element = "corridor.parcels.v1.Parcel.memo"
owner = "@payments"
reason = "Nobody has read it for 90 days."
expires = 2027-01-31
"""
RULE = Rule("FIELD_NO_DELETE", Kind.WIRE, Verdict.BREAKING, "A field was deleted.", "", "")


def read(tmp_path: Path, text: str) -> tuple[Exemption, ...]:
    (tmp_path / "EXCEPTIONS").write_text(text)
    return exceptions.read(tmp_path / "EXCEPTIONS", TODAY)


def reviewed(*elements: str) -> Review:
    nothing = Side("", FileDescriptorSet(), {})
    return Review(nothing, nothing, [Change(RULE, element, "It is gone.") for element in elements])


def test_an_exception_exempts_the_change_that_it_names(tmp_path: Path) -> None:
    review = reviewed("corridor.parcels.v1.Parcel.memo", "corridor.parcels.v1.Parcel.note")

    exceptions.apply(review, read(tmp_path, ENTRY), TODAY)

    assert ["@payments", None] == [change.exemption and change.exemption.owner for change in review.changes]
    assert Verdict.BREAKING is review.verdict
    assert ((), ()) == (review.expired, review.unused)


def test_a_review_of_exempted_changes_breaks_nobody(tmp_path: Path) -> None:
    review = reviewed("corridor.parcels.v1.Parcel.memo")

    exceptions.apply(review, read(tmp_path, ENTRY), TODAY)

    assert Verdict.ADDITIVE is review.verdict


@pytest.mark.parametrize(("day", "counts"), [(date(2027, 1, 31), True), (date(2027, 2, 1), False)])
def test_an_exception_counts_until_its_last_day_and_is_told_of_after_it(
    tmp_path: Path, day: date, counts: bool
) -> None:
    review, given = reviewed("corridor.parcels.v1.Parcel.memo"), read(tmp_path, ENTRY)

    exceptions.apply(review, given, day)

    assert counts is (review.changes[0].exemption is not None)
    assert (() if counts else given) == review.expired
    assert () == review.unused


def test_an_exception_that_no_change_needs_is_told_of(tmp_path: Path) -> None:
    review, given = reviewed("corridor.parcels.v1.Parcel.note"), read(tmp_path, ENTRY)

    exceptions.apply(review, given, TODAY)

    assert given == review.unused


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('rule = "FIELD_NO_DELETE"', "", "line 2: it has no rule"),
        ('element = "corridor.parcels.v1.Parcel.memo"', "element = 1", "line 2: it has no element"),
        ('"@payments"', '"payments"', "line 2: owner 'payments' is no handle such as @payments"),
        ('"Nobody has read it for 90 days."', '"  "', "line 2: it has no reason"),
        ("expires = 2027-01-31", "", "line 2: it has no expires, or one that is no date such as 2027-05-20"),
        ("2027-01-31", '"2027-01-31"', "line 2: it has no expires"),
        ("2027-01-31", "2027-01-31T00:00:00", "line 2: it has no expires"),
        ("2027-01-31", "2027-05-21", "line 2: it expires on 2027-05-21, more than 180 days ahead: 2027-05-20 is"),
        ("2027-01-31", "2027-02-30", r"cannot be read: .*line 7"),
        ("expires", "until", "line 2: 'until' is not known; known are element, expires, owner"),
        ("[[exception]]", "[exception]", r"write \[\[exception\]\] in double brackets"),
        ("[[exception]]", "[[exemption]]", "'exemption' is not known"),
        ("rule =", "rule", "cannot be read: .*line 3"),
        (ENTRY, "exception = [1]", "exception 1: it holds 1 and not"),
        (ENTRY, "# Twice.\n" + ENTRY + ENTRY, "line 10: FIELD_NO_DELETE of .* is excepted twice"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, old: str, new: str, expected: str) -> None:
    with pytest.raises(click.ClickException, match=expected):
        read(tmp_path, ENTRY.replace(old, new))


def test_180_days_are_allowed(tmp_path: Path) -> None:
    last = TODAY + timedelta(days=180)

    assert [last] == [each.expires for each in read(tmp_path, ENTRY.replace("2027-01-31", str(last)))]


def test_the_exceptions_of_this_checkout_can_be_read() -> None:
    today = date.today()
    assert all(each.owner for each in exceptions.read(ROOT / exceptions.FILE, today))
