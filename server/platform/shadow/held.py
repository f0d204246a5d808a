"""What of ours stands in a request that was withheld: amount and statement text as the provider would have got them.

The provider's names of fields are not known here; what is found is found by its value. Pure, and nothing is kept.
"""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal, InvalidOperation

from corridor.routing.v1.shadow_comparison_pb2 import ShadowResult
from corridor.type.v1.money_pb2 import Money
from server.kit.money import decimals

_OFF_BY = tuple(power for power in range(-4, 5) if power)
_TEXT_AT_LEAST = _DIGITS_AT_LEAST = 3  # what is shorter is found by chance


def found(asked: ShadowResult, leaves: Sequence[tuple[str, str]]) -> ShadowResult:
    """The amount and the statement text that stand in a request's body, as far as they are recognised."""
    seen = ShadowResult()
    if (amount := _amount(asked.amount, leaves)) is not None:
        seen.amount.CopyFrom(amount)
    if asked.statement_text and seen.HasField("amount"):  # it is the request that moves the money
        seen.statement_text = _text(asked.statement_text, [value for _, value in leaves])
    return seen


def _amount(asked: Money, leaves: Iterable[tuple[str, str]]) -> Money | None:
    """The amount as it stands there: in minor or major units, or off by a power of ten; None where no number fits."""
    places = decimals(asked.currency_code) or 0
    numbers = {number for _, value in leaves if (number := _number(value)) is not None}
    minor = Decimal(asked.amount_minor)
    if minor in numbers or minor.scaleb(-places) in numbers:
        return asked
    if len(str(asked.amount_minor).strip("0")) < _DIGITS_AT_LEAST:
        return None  # a 10 or a 1 stands everywhere
    for power in _OFF_BY:
        if minor.scaleb(power) in numbers:
            off = int(minor.scaleb(power + places if power < 0 else power))
            return Money(currency_code=asked.currency_code, amount_minor=off)
    return None


def _number(value: str) -> Decimal | None:
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _text(asked: str, values: Iterable[str]) -> str:
    """The text as it stands there: whole, cut short, or with other characters; empty where it is not found."""
    plain = _plain(asked)
    others = [value for value in values if len(_plain(value)) >= _TEXT_AT_LEAST]
    same = [value for value in others if _plain(value) == plain]
    cut = [value for value in others if plain.startswith(_plain(value)) or plain in _plain(value)]
    return next((value for value in same if value == asked), next(iter(same + cut), ""))


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())
