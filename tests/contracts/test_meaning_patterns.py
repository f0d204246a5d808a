"""Whether one pattern allows all that another does: only what is certain is said."""

import pytest

from server.cli.contracts.review.meaning_patterns import widens


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("^[a-z]{4}$", "^[a-z]{2,6}$"),
        ("^[a-z]{4}$", "^[a-z]{4,}$"),
        ("^[a-z]+$", "^[a-z]*$"),
        ("^[a-f]$", "^[a-z]$"),
        ("^[a-f]$", r"^\w$"),
        (r"^\d{2}$", "^[0-9a-z]{2}$"),
        ("^po_[0-9a-z]{26}$", "^po_[0-9a-z]{20,30}$"),
        ("^(a|b)$", "^(a|b)?$"),
        ("^a$", "^[ab]$"),
        (r"^a\.b$", r"^a[.:]b$"),
        ("^a+?$", "^a*$"),
    ],
)
def test_a_pattern_that_allows_more_widens(before: str, after: str) -> None:
    assert widens(before, after)
    assert not widens(after, before)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("^a$", "^b$"),
        ("^[a-f]$", "^[c-z]$"),
        ("^[^a]$", "^[^ab]$"),
        ("^a|b$", "^(a|b)$"),
        ("^a{2}$", "^a{3}$"),
        ("^(?!a)b{1}$", "^(?!a)b{2}$"),
        (r"^\bx$", r"^[b]x$"),
        ("^.$", "^[a]$"),
    ],
)
def test_patterns_of_which_nothing_is_certain_do_not_widen(before: str, after: str) -> None:
    assert not widens(before, after)
    assert not widens(after, before)


def test_a_pattern_widens_itself() -> None:
    assert widens("^x(?!y)$", "^x(?!y)$")
