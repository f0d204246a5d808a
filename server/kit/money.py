"""Currencies by ISO 4217: which exist, and how many decimals they have."""

import functools

import iso4217

from corridor.errors.v1 import error_reason_pb2 as reasons
from server.kit.errors import Violation, fail


@functools.cache
def decimals(currency_code: str) -> int | None:
    """How many decimals the currency has; None if ISO 4217 lists no such active currency for payments."""
    try:
        return iso4217.Currency(currency_code).exponent
    except ValueError:
        return None


def check_currency(currency_code: str, field: str) -> None:
    """Raise CURRENCY_NOT_SUPPORTED unless ISO 4217 lists the currency."""
    if decimals(currency_code) is None:
        raise fail(
            reasons.ERROR_REASON_CURRENCY_NOT_SUPPORTED,
            f"{currency_code} is not an active ISO 4217 currency.",
            violations=[Violation(field, "must be an active ISO 4217 currency code", "iso4217")],
        )


def display(amount_minor: int, currency_code: str) -> str:
    """The amount for people: `12.50 EUR`, `1250 JPY`."""
    places = decimals(currency_code) or 0
    if not places:
        return f"{amount_minor} {currency_code}"
    sign, digits = ("-" if amount_minor < 0 else ""), str(abs(amount_minor)).rjust(places + 1, "0")
    return f"{sign}{digits[:-places]}.{digits[-places:]} {currency_code}"
