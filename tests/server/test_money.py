"""Currencies: only those of ISO 4217, each with its own number of decimals."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from server.kit import money
from server.kit.errors import Failure


@pytest.mark.parametrize(
    ("code", "places"),
    [("EUR", 2), ("USD", 2), ("GBP", 2), ("JPY", 0), ("KRW", 0), ("ISK", 0), ("KWD", 3), ("BHD", 3), ("CLF", 4)],
)
def test_a_currency_has_its_own_decimals(code: str, places: int) -> None:
    assert places == money.decimals(code)


@pytest.mark.parametrize("code", ["XXY", "eur", "DEM", "", "EURO", "ＥＵＲ", "978"])
def test_what_is_not_an_active_currency_has_none(code: str) -> None:
    assert money.decimals(code) is None


def test_an_unknown_currency_is_refused_with_its_field() -> None:
    with pytest.raises(Failure) as failure:
        money.check_currency("XXY", "amount.currency_code")

    assert "CURRENCY_NOT_SUPPORTED" == failure.value.name
    assert ["amount.currency_code"] == [violation.field for violation in failure.value.violations]


@pytest.mark.parametrize("code", ["XXX", "XTS", "XAU", "XAG"])
def test_metals_and_test_codes_are_no_money(code: str) -> None:
    assert money.decimals(code) is None


@pytest.mark.parametrize(
    ("minor", "code", "text"),
    [
        (1250, "EUR", "12.50 EUR"),
        (5, "EUR", "0.05 EUR"),
        (-5, "EUR", "-0.05 EUR"),
        (0, "EUR", "0.00 EUR"),
        (1250, "JPY", "1250 JPY"),
        (1250, "KWD", "1.250 KWD"),
        (-1250, "KWD", "-1.250 KWD"),
    ],
)
def test_amounts_are_shown_in_their_decimals(minor: int, code: str, text: str) -> None:
    assert text == money.display(minor, code)


@given(some.integers(-(10**15), 10**15), some.sampled_from(["EUR", "JPY", "KWD"]))
def test_what_is_shown_is_the_amount(minor: int, code: str) -> None:
    digits = money.display(minor, code).removesuffix(f" {code}").replace(".", "")

    assert minor == int(digits)
