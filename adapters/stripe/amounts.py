"""Stripe's amounts and ours. Both are whole numbers of the smallest unit, but not always of the same unit.

Rule: an amount that the vendor cannot carry exactly is refused before it is sent, never rounded.
"""

from typing import Any

from adapters.kit.errors import FieldProblem, Rejected, Unmapped
from adapters.kit.mapping import decimals, money
from corridor.type.v1.money_pb2 import Money

# docs.stripe.com/currencies, "Special cases" and "Zero-decimal currencies", and
# support.stripe.com/questions/deprecation-of-fractional-isk-charges-and-refunds, read 2026-11.
# ISO 4217 gives the króna and the Ugandan shilling no decimals; the vendor still counts hundredths, which must be 00.
HUNDREDFOLD = frozenset({"ISK", "UGX"})
# ISO 4217 gives the ariary two decimals; the vendor counts whole ones.
HUNDREDTH = frozenset({"MGA"})
# Currencies with three decimals: the vendor wants the last digit to be 0.
LAST_DIGIT_ZERO = 3


def amount(value: Money, field: str = "amount") -> int:
    """What the vendor is told. Raises `Rejected`, naming our field, for what it cannot carry exactly."""
    minor = value.amount_minor
    if value.currency_code in HUNDREDFOLD:
        return minor * 100
    step = _step(value.currency_code)
    if minor % step:
        problem = FieldProblem(field, f"In {value.currency_code} the provider takes multiples of {step} minor units.")
        raise Rejected("the provider cannot carry this amount exactly", code="amount_step", problems=[problem])
    return minor // step if value.currency_code in HUNDREDTH else minor


def currency(value: Money) -> str:
    """The currency as the vendor writes it."""
    return value.currency_code.lower()


def stated(minor: Any, currency_code: Any) -> Money:
    """Money as the vendor states it, in our minor units."""
    if isinstance(minor, bool) or not isinstance(minor, int) or not isinstance(currency_code, str):
        raise Unmapped("amount", f"{type(minor).__name__} {type(currency_code).__name__}")
    code = currency_code.upper()
    if code in HUNDREDTH:
        minor *= 100
    elif code in HUNDREDFOLD:
        if not is_whole(minor, code):
            raise Unmapped("amount", f"a fraction of a {code}")
        minor //= 100
    return money(minor, code)


def is_whole(minor: Any, currency_code: Any) -> bool:
    """Whether our minor units can hold what the vendor states: it can count hundredths of what has none."""
    hundredths = isinstance(currency_code, str) and currency_code.upper() in HUNDREDFOLD
    return not (hundredths and isinstance(minor, int) and minor % 100)


def _step(currency_code: str) -> int:
    if currency_code in HUNDREDTH:
        return 100
    return 10 if decimals(currency_code) == LAST_DIGIT_ZERO else 1
