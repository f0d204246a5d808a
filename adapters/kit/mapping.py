"""What mappings are made with: tables, amounts and times. Pure functions.

Rule: a word or amount without an exact meaning is `Unmapped`, never guessed; no amount is ever a float.
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeVar

from google.protobuf.timestamp_pb2 import Timestamp
from iso4217 import Currency

from adapters.kit.errors import Unmapped
from corridor.type.v1.money_pb2 import Money

T = TypeVar("T")

MINOR_LIMIT = 10**15
"""The largest amount of `corridor.type.v1.Money`, in minor units."""

TEXT_LIMIT = 512
"""The longest id or word of a provider, in characters."""

_DECIMAL = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,10})?")


def document(content: bytes, name: str) -> Any:
    """The value of a JSON document, with fractions as `Decimal`. Raises `Unmapped` for what is not JSON."""
    try:
        return json.loads(content, parse_float=Decimal, parse_constant=_refused)
    except (ValueError, RecursionError):
        raise Unmapped(name, "not JSON") from None


def translate(table: Mapping[str, T], word: object, name: str) -> T:
    """Our word for a provider's. `name` says which of the provider's fields it is, such as "transfer.status"."""
    if isinstance(word, str) and word in table:
        return table[word]
    raise Unmapped(name, word)


def translate_optional(table: Mapping[str, T], word: object, name: str, default: T) -> T:
    """As `translate`, with `default` where the provider says nothing: null, missing, or empty."""
    return default if word is None or word == "" else translate(table, word, name)


@lru_cache(maxsize=512)
def decimals(currency_code: str) -> int:
    """How many decimals a currency's minor unit has (ISO 4217): 2 for EUR, 0 for JPY, 3 for KWD.

    Raises `Unmapped` for what is not a currency, or has no minor unit, such as gold.
    """
    try:
        exponent = Currency(currency_code).exponent
    except (ValueError, AttributeError):
        exponent = None
    if exponent is None:
        raise Unmapped("currency", currency_code)
    return exponent


def decimal_text(amount_minor: int, currency_code: str) -> str:
    """An amount in major units with all of the currency's decimals: 1050 EUR is "10.50", 1050 JPY is "1050"."""
    places = decimals(currency_code)
    sign, digits = ("-" if amount_minor < 0 else ""), str(abs(amount_minor)).rjust(places + 1, "0")
    return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else sign + digits


def minor_units(value: object, currency_code: str) -> int:
    """The minor units of an amount in major units, given as text, `Decimal` or int.

    Raises `Unmapped` for anything else, floats among them, and for more decimals than the currency has.
    """
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        value = Decimal(value)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise Unmapped("amount", type(value).__name__)
    exact = Decimal(value)
    if not exact.is_finite() or exact.adjusted() > 18:
        raise Unmapped("amount", "not a finite amount")
    minor = exact.scaleb(decimals(currency_code))
    if minor != minor.to_integral_value():
        raise Unmapped("amount", f"more decimals than {currency_code} has")
    return _bounded(int(minor))


def money(amount_minor: object, currency_code: object) -> Money:
    """Money from a provider's integer of ISO 4217 minor units and its currency, which may be in lower case."""
    if not isinstance(currency_code, str):
        raise Unmapped("currency", currency_code)
    if isinstance(amount_minor, bool) or not isinstance(amount_minor, int):
        raise Unmapped("amount", type(amount_minor).__name__)
    code = currency_code.upper()
    decimals(code)
    return Money(currency_code=code, amount_minor=_bounded(amount_minor))


def money_from_decimal(value: object, currency_code: object) -> Money:
    """Money from a provider's amount in major units, see `minor_units`."""
    if not isinstance(currency_code, str):
        raise Unmapped("currency", currency_code)
    return money(minor_units(value, currency_code.upper()), currency_code)


def timestamp(value: object, name: str) -> Timestamp | None:
    """A point in time from RFC 3339 text with an offset, or from Unix seconds; None where the provider says nothing."""
    if value is None or value == "":
        return None
    try:
        if isinstance(value, str):
            moment = datetime.fromisoformat(value)
            if moment.tzinfo is None:
                raise ValueError("no offset")
        elif isinstance(value, int | Decimal) and not isinstance(value, bool):
            moment = datetime.fromtimestamp(float(value), UTC)
        else:
            raise ValueError("neither text nor a number")
        stamp = Timestamp()
        stamp.FromDatetime(moment)
    except (ValueError, OverflowError, OSError):
        raise Unmapped(name, "not a time") from None
    return stamp


def text(value: object, name: str) -> str:
    """Text that has to be there, such as an id. Raises `Unmapped` for anything else, and for what no row can keep."""
    if isinstance(value, str) and 0 < len(value) <= TEXT_LIMIT and "\x00" not in value:
        return value
    raise Unmapped(name, type(value).__name__)


def _refused(constant: str) -> None:
    # Python reads NaN and Infinity, which RFC 8259 does not know.
    raise ValueError(constant)


def _bounded(minor: int) -> int:
    if abs(minor) > MINOR_LIMIT:
        raise Unmapped("amount", "beyond every limit")
    return minor
