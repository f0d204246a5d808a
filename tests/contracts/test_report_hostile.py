"""What a review shows is what is meant: words that would steer a terminal, or hide a line, are spelled out."""

import json
from datetime import date

import click
import pytest

from server.cli.contracts.review import options
from server.cli.contracts.review.model import Caller, Exemption, Place, Review, Touched
from server.cli.contracts.review.reports import html, markdown, sarif, text
from server.cli.contracts.review.reports.side_by_side import Files, unified
from tests.contracts import parcels, reviews

STEERS = ("\x1b[2J", "\x1b]0;owned\x07", "\x9b8m", "\r", "\x08", "\u202e", "\u2066")
SHOWN = {"text": text.render, "colour": lambda review: text.render(review, colour=True), "markdown": markdown.render,
         "html": html.render}  # fmt: skip


def hostile(words: str) -> Review:
    """A review in which everything that others write has these words."""
    caller = Caller(f"co_{words}", "live", "api_key", f"key_{words}", f"Post {words}", 1, "2026-11-20")
    change = reviews.widened(
        element=f"corridor.parcels.v1.Parcel.{words}",
        detail=f"The comment was `a` and is `{words}`.",
        before=f"// {words}\nint32 a = 1;",
        touched=Touched((f"{words} (reads)",), (words,), (words,), (words,), (caller,)),
        owners=(f"@{words}",),
        exemption=Exemption("FIELD_SAME_TYPE", words, f"@{words}", f"Because {words}", date(2027, 1, 31)),
    )
    found = reviews.review(change)
    found.expired = (Exemption(words, words, f"@{words}", words, date(2026, 1, 31)),)
    side = found.after
    title = f"branch {words}"
    shown = side.texts[reviews.FILE].replace("int64", f"int64 /* {words} */")
    found.after = type(side)(title, side.image, {reviews.FILE: shown})
    return found


@pytest.mark.parametrize("form", SHOWN)
@pytest.mark.parametrize("words", STEERS, ids=ascii)
def test_nothing_in_a_review_steers_who_reads_it(form: str, words: str) -> None:
    found = click.unstyle(SHOWN[form](hostile(words)))

    assert not [each for each in words if not each.isprintable() and each in found]
    assert f"⟨U+{ord(words[0]):04X}⟩" in found


@pytest.mark.parametrize("mark", ["\u2028", "\x85", "\x0c"], ids=ascii)
def test_a_mark_that_protoc_takes_for_no_end_of_a_line_moves_no_line(mark: str) -> None:
    noted = f"  // A{mark * 3} note.\n  int32 length_mm = 9;\n  // What it weighs"
    contracts = options.read(parcels.side("after", parcels.changed(("  // What it weighs", noted))))
    element = contracts.elements["corridor.parcels.v1.GetParcelResponse.length_mm"]

    assert contracts.text(element).endswith("int32 length_mm = 9;")
    shown = Files(Review(parcels.side("before"), contracts.side, []))
    place = contracts.place(element)
    rows = shown.rows(reviews.widened(before="", after="int32 length_mm = 9;", before_place=Place(), after_place=place))
    assert "  int32 length_mm = 9;" in [line for mark, line in unified(rows) if mark == "+"]


@pytest.mark.parametrize("words", ["[here](https://evil.example)", "[x](javascript:alert(1))", "[y](1)"])
def test_nothing_in_a_result_is_a_link(words: str) -> None:
    run = json.loads(sarif.render(hostile(words)))["runs"][0]
    said = [each["message"]["text"] for each in run["results"]]
    said += [mark["justification"] for each in run["results"] for mark in each["suppressions"]]

    assert said
    assert not [each for each in said if "](" in each]


def test_the_address_of_a_file_is_one_whatever_its_name() -> None:
    place = Place("corridor/a b/<c>.proto", 5)
    run = json.loads(sarif.render(reviews.review(reviews.widened(after_place=place))))["runs"][0]

    artifact = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert "proto/corridor/a%20b/%3Cc%3E.proto" == artifact["uri"]
