"""What of a message or a text may be shown. Works from the sensitivity that the contract gives each field.

Texts without a contract, such as log lines, are searched for what secrets and account numbers look like.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from corridor.options.v1 import field_pb2
from server.kit import contract

HIDDEN = "•••"
_LAST_FOUR = {field_pb2.SENSITIVITY_ACCOUNT_NUMBER, field_pb2.SENSITIVITY_PAN}

# Names under which no log line shows a value, whole or as a part of the name.
_NAMES = re.compile(
    r"authorization|cookie|credential|passw|private_?key|secret|signature|token|\biban\b|\bpan\b|account_number|ssn",
    re.I,
)
_SECRET_TEXTS = re.compile(
    r"""
      (?P<key>ck_(?:test|live)_[0-9a-z]{16})_[0-9a-z]{20,}            # an API key: its prefix may be shown
    | (?P<scheme>\b(?:Bearer|Basic|DPoP)\s+)[A-Za-z0-9._~+/=-]{8,}    # RFC 6750, section 2.1; RFC 7617; RFC 9449
    | \beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]*       # a JWT (RFC 7519)
    | \bwhsec_[A-Za-z0-9+/=_-]{8,}                                    # a secret of Standard Webhooks
    | \b(?:cs|rt|code|req)_[0-9a-z]{52}\b                            # what an OAuth client has; longer than any id
    | \bsk_(?:test|live)_[A-Za-z0-9]{8,}
    | -----BEGIN[ ][A-Z ]*PRIVATE[ ]KEY-----.*?(?:-----END[ ][A-Z ]*-----|$)
    | \b[A-Z]{2}\d{2}(?:[ ]?[A-Z0-9]{4}){2,7}(?:[ ]?[A-Z0-9]{1,3})?\b # an IBAN (ISO 13616)
    | \b\d{3}-\d{2}-\d{4}\b                                           # a social security number
    """,
    re.VERBOSE | re.DOTALL,
)
_DIGITS = re.compile(r"(?<![\w-])\d(?:[ -]?\d){11,18}(?![\w-])")
_KEY = re.compile(r"[A-Za-z_.-]{0,40}")
_ID = re.compile(r"[a-z]{2,4}_[0-9a-z]{26}")
_QUOTED_AT_LEAST = 6
_TEXT_AT_MOST = 16 * 1024

M = TypeVar("M", bound=Message)


def redacted(message: Message) -> dict[str, Any]:
    """The message as plain values with every sensitive value hidden. Account numbers keep their last four."""
    shown: dict[str, Any] = {}
    for field, value in message.ListFields():
        if contract.sensitivity(field) in _LAST_FOUR:
            shown[field.name] = _each(field, value, _last_four)
        elif contract.sensitivity(field):
            shown[field.name] = HIDDEN
        elif field.message_type is not None and not _is_map(field):
            shown[field.name] = _each(field, value, redacted)
        else:
            shown[field.name] = _each(field, value, lambda v: v)
    return shown


def masked(message: M) -> M:
    """A copy in which sensitive texts are hidden, account numbers but for their last four; other sensitive values go.

    The data of an `Any` of the contract is masked like the rest; one of an unknown type goes as a whole.
    """
    copy = type(message)()
    copy.CopyFrom(message)
    _mask(copy)
    return copy


def text(value: str) -> str:
    """A text without what looks like a secret, a card's number, an IBAN or a social security number."""
    shown = _SECRET_TEXTS.sub(_kept_part, value[:_TEXT_AT_MOST])
    return _DIGITS.sub(lambda found: HIDDEN if _is_card(found[0]) else found[0], shown)


def key(given: str) -> str:
    """A key that a caller gave in a map. One with a digit in it may be a value in the wrong place, and is hidden."""
    return given if _KEY.fullmatch(given) else HIDDEN


def unquoted(said: str, request: Message) -> str:
    """What is said of a request, without the values that it quotes. Names without a digit, and our ids, may stay."""
    if any(character.isdigit() for character in said):
        for given in sorted(set(_texts(request)), key=len, reverse=True):
            if (
                len(given) >= _QUOTED_AT_LEAST
                and given in said
                and not _ID.fullmatch(given)
                and not _KEY.fullmatch(given)
            ):
                said = said.replace(given, HIDDEN)
    return said


def value(name: str, shown: Any) -> Any:
    """A value of a log line: hidden by its name, redacted by the contract, or searched."""
    if isinstance(shown, bool | int | float) or shown is None:
        return shown
    if _NAMES.search(name):
        return HIDDEN
    if isinstance(shown, Message):
        return redacted(shown)
    if isinstance(shown, BaseException):
        return type(shown).__name__
    if isinstance(shown, dict):
        return {text(str(key)): value(str(key), each) for key, each in shown.items()}
    if isinstance(shown, list | tuple | set | frozenset):
        return [value(name, each) for each in shown]
    return HIDDEN if isinstance(shown, bytes | bytearray | memoryview) else text(str(shown))


def _texts(message: Message) -> Iterator[str]:
    for field, found in message.ListFields():
        if _is_map(field):
            each: list[Any] = [*found.keys(), *found.values()]
        else:
            each = list(found) if field.is_repeated else [found]
        for item in each:
            if isinstance(item, str):
                yield item
            elif isinstance(item, Message):
                yield from _texts(item)


def _mask(message: Message) -> None:
    if isinstance(message, AnyMessage):
        _mask_any(message)
        return
    for field, found in message.ListFields():
        sensitivity = contract.sensitivity(field)
        if not sensitivity:
            if field.message_type is not None and not _is_map(field):
                for inner in found if field.is_repeated else (found,):
                    _mask(inner)
        elif field.type != FieldDescriptor.TYPE_STRING:
            message.ClearField(field.name)
        else:
            show = _last_four if sensitivity in _LAST_FOUR else _hidden
            if field.is_repeated:
                found[:] = [show(each) for each in found]
            else:
                setattr(message, field.name, show(found))


def _mask_any(message: AnyMessage) -> None:
    kind = contract.message_types().get(message.type_url.rpartition("/")[2])
    if kind is None:
        message.Clear()
        return
    inner = kind.FromString(message.value)
    _mask(inner)
    message.value = inner.SerializeToString(deterministic=True)


def _hidden(_: object) -> str:
    return HIDDEN


def _last_four(found: object) -> str:
    shown = str(found)
    return HIDDEN + shown[-4:] if len(shown) > 8 else HIDDEN


def _kept_part(found: re.Match[str]) -> str:
    return (found["key"] or found["scheme"] or "") + HIDDEN


def _is_card(found: str) -> bool:
    """Whether digits may be a card's number (ISO/IEC 7812-1, annex B: the Luhn check digit)."""
    digits = [int(digit) for digit in found if digit.isdigit()]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _each(field: FieldDescriptor, value: Any, show: Callable[[Any], Any]) -> Any:
    if _is_map(field):
        return {key: HIDDEN if isinstance(item, Message) else show(item) for key, item in value.items()}
    return [show(item) for item in value] if field.is_repeated else show(value)


def _is_map(field: FieldDescriptor) -> bool:
    return field.message_type is not None and field.message_type.GetOptions().map_entry
