"""Amounts in the vendor's minor units, which are not ISO 4217's for four currencies.

Rule: an amount that has no exact counterpart is refused before it is sent, and loud when it comes back.
"""

from collections.abc import Mapping
from typing import Any

from adapters.kit.errors import FieldProblem, Rejected, Unmapped
from adapters.kit.mapping import decimals, money
from corridor.type.v1.money_pb2 import Money

# docs.adyen.com/development-resources/currency-codes, read 2026-11: "(differs from standard)". For every other
# currency that the vendor takes, its decimals are the standard's.
DECIMALS: Mapping[str, int] = {
    "CLP": 2,  # ISO 4217: 0
    "CVE": 0,  # 2
    "IDR": 0,  # 2
    "ISK": 2,  # 0
}


def amount(value: Money) -> dict[str, Any]:
    """Money as the vendor counts it. Raises `Rejected` where it cannot be counted so."""
    return {"value": vendor_units(value.amount_minor, value.currency_code), "currency": value.currency_code}


def vendor_units(amount_minor: int, currency_code: str) -> int:
    """Minor units of the standard's as the vendor's."""
    shift = _shift(currency_code)
    if shift >= 0:
        return amount_minor * int(10**shift)
    units, rest = divmod(amount_minor, int(10**-shift))
    if rest:
        problem = FieldProblem("amount.amount_minor", f"The provider counts {currency_code} in whole units.")
        raise Rejected(f"the provider has no fractions of {currency_code}", problems=[problem])
    return units


def read(value: object, name: str) -> Money:
    """Money from the vendor's amount. `name` says which of its fields it is."""
    if not isinstance(value, dict):
        raise Unmapped(name, type(value).__name__)
    return read_parts(value.get("value"), value.get("currency"), name)


def read_parts(units: object, currency: object, name: str) -> Money:
    """Money from the vendor's units and currency."""
    if isinstance(units, bool) or not isinstance(units, int) or not isinstance(currency, str):
        raise Unmapped(name, type(units).__name__)
    shift = _shift(currency)
    minor, rest = (units * int(10**-shift), 0) if shift < 0 else divmod(units, int(10**shift))
    if rest:
        raise Unmapped(name, f"more decimals than {currency} has")
    return money(minor, currency)


def _shift(currency_code: str) -> int:
    """How many decimals the vendor has more than the standard."""
    standard = decimals(currency_code)
    return DECIMALS.get(currency_code, standard) - standard
