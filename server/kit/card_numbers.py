"""Card numbers in texts: what may be one, by its beginning, its length and its check digit.

Rule: a card's number never enters a request about payments, wherever somebody writes it (PCI DSS 4.0, requirement 3).
"""

import re
from collections.abc import Iterator

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from server.kit import contract
from server.kit.errors import Violation

_PACKAGE = "corridor.payments."
# What a customer's browser brought back is the provider's own, may hold any digits, and is kept nowhere.
_PASSED_ON = frozenset({"corridor.payments.v1.ContinuePaymentRequest.details"})

_WORD = re.compile(r"[^\W_]+")  # letters and digits: a number that touches a letter is an id
_BETWEEN = re.compile(r"[\s.\-]")  # how people part the groups of a number
_SHORTEST, _LONGEST = 13, 19  # ISO/IEC 7812-1, with the lengths that the schemes below use
# The beginnings and lengths of the schemes' numbers: Visa, Mastercard, American Express, Diners Club, Discover, JCB,
# UnionPay (developer.cybersource.com, "Card Type Identification", read 2026-11). Maestro's begin like too many others.
_SCHEMES = re.compile(
    r"4(\d{12}|\d{15}|\d{18})"
    r"|5[1-5]\d{14}|2(22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}"
    r"|3[47]\d{13}"
    r"|3(0[0-5]|[689]\d)\d{11}"
    r"|(6011|64[4-9]\d|65\d\d)\d{12}"
    r"|35(2[89]|[3-8]\d)\d{12,15}"
    r"|62\d{14,17}",
    re.ASCII,
)


def holds_one(text: str) -> bool:
    """Whether a text holds what may be a card's number, in one piece or in groups."""
    groups: list[str] = []
    end = 0
    for word in _WORD.finditer(text):
        if not word[0].isdecimal():
            groups = []
            continue
        if groups and not _BETWEEN.fullmatch(text, end, word.start()):
            groups = []
        end = word.end()
        groups = [*groups[-_LONGEST:], "".join(str(int(digit)) for digit in word[0])]  # also of other scripts
        if any(_is_card(number) for number in _endings(groups)):
            return True
    return False


def violations(request: Message) -> list[Violation]:
    """The fields of a request about payments that hold what may be a card's number. Values are never quoted."""
    if not request.DESCRIPTOR.full_name.startswith(_PACKAGE):
        return []
    rule = "must not hold a card's number"
    return [Violation(path, rule, "card_number") for path, text in _texts(request, "") if holds_one(text)]


def luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of the others (ISO/IEC 7812-1, annex B)."""
    odd = [int(digit) for digit in digits[-1::-2]]
    even = [sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2]]
    return (sum(odd) + sum(even)) % 10 == 0


def _endings(groups: list[str]) -> Iterator[str]:
    """The numbers that end with the last group, the shortest first."""
    number = ""
    for group in reversed(groups):
        number = group + number
        if len(number) > _LONGEST:
            return
        if len(number) >= _SHORTEST:
            yield number


def _is_card(number: str) -> bool:
    return bool(_SCHEMES.fullmatch(number)) and luhn(number)


def _texts(message: Message, prefix: str) -> Iterator[tuple[str, str]]:
    """The texts of sensitive fields, which are those that people fill in, by their paths."""
    for field, found in message.ListFields():
        path = prefix + field.name
        if field.full_name in _PASSED_ON:
            continue
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            yield from ((path, str(text)) for pair in found.items() for text in pair)
        elif field.message_type is not None:
            for item in found if field.is_repeated else [found]:
                yield from _texts(item, f"{path}.")
        elif field.type == FieldDescriptor.TYPE_STRING and contract.sensitivity(field):
            yield from ((path, text) for text in (found if field.is_repeated else [found]))
