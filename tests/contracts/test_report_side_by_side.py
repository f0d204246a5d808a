"""How both texts of an element are laid beside each other."""

import pytest

from server.cli.contracts.review.model import Place, Review, Side
from server.cli.contracts.review.reports.proto_text import extent, tokens
from server.cli.contracts.review.reports.side_by_side import Files, Line, Row, unified
from tests.contracts import reviews
from tests.contracts.reviews import AFTER, BEFORE, FILE, added, review, widened


def text(line: Line | None) -> str:
    """What a line says."""
    return "" if line is None else "".join(token.text for token in line.tokens)


def rows(change: reviews.Change, found: Review | None = None) -> list[Row]:
    """The rows of a change."""
    return Files(found or review(change)).rows(change)


def test_a_changed_line_stands_beside_what_it_was_with_both_numbers() -> None:
    changed = [row for row in rows(widened()) if row.changed]

    assert [("  int32 weight_grams = 2;", "  int64 weight_grams = 2;")] == [
        (text(row.before), text(row.after)) for row in changed
    ]
    assert [(5, 5)] == [(row.before.number, row.after.number) for row in changed if row.before and row.after]


def test_only_the_words_that_differ_are_marked() -> None:
    row = next(row for row in rows(widened()) if row.changed)

    assert row.before is not None
    assert row.after is not None
    assert (["int32"], ["int64"]) == tuple(
        [token.text for token in line.tokens if token.marked] for line in (row.before, row.after)
    )


def test_what_is_new_stands_beside_nothing_among_its_neighbours() -> None:
    shown = rows(added())

    assert [("", "  // Where it is."), ("", "  string place = 4;")] == [
        (text(row.before), text(row.after)) for row in shown if row.changed and row.after and not row.before
    ]
    assert any(not row.changed for row in shown)


def test_what_is_gone_is_shown_with_its_neighbours_and_not_with_all_of_its_holder() -> None:
    before = "message A {\n" + "".join(f"  string a{n} = {n};\n" for n in range(1, 60)) + "}\n"
    after = before.replace("  string a30 = 30;\n", "")
    found = Review(Side("a", review().before.image, {FILE: before}), Side("b", review().after.image, {FILE: after}), [])
    change = widened(before="string a30 = 30;", after="", before_place=Place(FILE, 31), after_place=Place(FILE, 1))

    assert [28, 29, 30, 31, 32] == [
        row.before.number - 1 for row in rows(change, found) if row.before is not None and not row.hidden
    ]


def test_of_two_changes_in_one_element_each_shows_its_own() -> None:
    before = (
        "rpc A(B) returns (C) {\n  option x = {\n    scopes: 's:old'\n  };\n\n\n\n\n  option y = {seconds: 10};\n}\n"
    )
    after = before.replace("s:old", "s:new").replace("10", "3")
    sides = [Side("s", review().before.image, {FILE: each}) for each in (before, after)]
    change = widened(detail="From 10 s to 3 s.", before_place=Place(FILE, 1), after_place=Place(FILE, 1))

    assert ["  option y = {seconds: 10};"] == [
        text(row.before) for row in rows(change, Review(*sides, [])) if row.changed
    ]


def test_a_comment_of_a_message_is_shown_without_its_fields() -> None:
    before, after = "// A thing.\nmessage A {\n  int32 a = 1;\n}\n", "// The thing.\nmessage A {\n  int64 a = 1;\n}\n"
    sides = [Side("s", review().before.image, {FILE: each}) for each in (before, after)]
    rule = reviews.Rule("COMMENT_CHANGED", reviews.Kind.DOCS, reviews.Verdict.ADDITIVE, "", "", "")
    change = widened(rule=rule, detail="", before_place=Place(FILE, 2), after_place=Place(FILE, 2))

    assert ["// The thing.", "message A {"] == [text(row.after) for row in rows(change, Review(*sides, []))]


def test_a_side_without_texts_is_shown_as_the_change_says_it() -> None:
    found = Review(Side("released", review().before.image, {}), review().after, [])

    assert [(0, "int32 weight_grams = 2;", "int64 weight_grams = 2;")] == [
        (row.before.number, text(row.before), text(row.after)) for row in rows(widened(), found) if row.before
    ]


def test_an_element_that_moved_to_another_file_is_compared_alone() -> None:
    other = "corridor/parcels/v1/other.proto"
    sides = (
        Side("a", review().before.image, {FILE: BEFORE}),
        Side("b", review().after.image, {FILE: "", other: "// Other.\n\n" + AFTER}),
    )
    change = widened(after_place=Place(other, 7))

    assert [("  int32 weight_grams = 2;", "  int64 weight_grams = 2;")] == [
        (text(row.before), text(row.after)) for row in rows(change, Review(*sides, [])) if row.changed
    ]


def test_a_change_without_texts_has_no_rows() -> None:
    assert [] == rows(widened(before="", after="", before_place=Place(), after_place=Place()))


def test_unified_lines_give_what_was_before_what_is() -> None:
    assert [("-", "  int32 weight_grams = 2;"), ("+", "  int64 weight_grams = 2;")] == [
        (mark, line) for mark, line in unified(rows(widened())) if mark in "+-"
    ]


@pytest.mark.parametrize(
    "line", ['  string a = 1 [(x).y = {pattern: "^\\"//{3}$"}]; // why "so"', "", "\t", "§ $ 'open", "/* a */ x"]
)
def test_pieces_of_a_line_are_the_line(line: str) -> None:
    assert line == "".join(token.text for token in tokens(line))


def test_an_element_reaches_from_its_comment_to_the_end_of_its_brackets() -> None:
    lines = ["", "// A.", "// B.", 'rpc A(B) returns (C) { // {{ "', '  option x = {y: "}"};', "}", "// D."]

    assert range(1, 6) == extent(lines, Place(FILE, 4))


@pytest.mark.parametrize("line", [0, 99])
def test_a_place_outside_of_its_file_is_nothing(line: int) -> None:
    assert range(0) == extent(["a"], Place(FILE, line))
