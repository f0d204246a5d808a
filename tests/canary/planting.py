"""Plants a value in every text of a request, whatever its contract is: once as it is, once as validation lets it.

What validation refuses is repaired field by field, so that as many of the planted texts as possible are accepted.
"""

import random
import re
import string
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

import protovalidate
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from corridor.type.v1.raw_request_pb2 import RawRequest

_DEPTH = 7
_REPAIRS = 60
# What is sent where the planted value cannot stand; names of fields, as the contract uses them.
_VALID: Mapping[str, Any] = {
    "currency_code": "EUR", "country_code": "GB", "iban": "DE89370400440532013000", "routing_number": "021000021",
    "account_number": "123456789", "bic": "DEUTDEFF", "sort_code": "200415", "amount_minor": 1250, "page_size": 10,
    "provider": "sandbox", "domain": "payouts", "scopes": "payouts:read", "event_types": "payout.settled",
    "page_token": "", "overlap_hours": 1, "allowed_ranges": "10.0.0.0/8", "end_user_scopes": "payouts:read",
    "allowed_methods": "PayoutService/GetPayout", "data_scopes": "payouts:create", "rail": 0,
    "correlation_id": "", "action": "", "profile": 0,
    "resources": "", "jwks": "", "method": "", "certificate_subject": "", "field_path": "amount",
}  # fmt: skip
_FREE_IDS = {"subject_id", "client_id"}  # of others
_ADDRESS = re.compile(r"ur[il]s?$|^issuer$")
_FORM = (
    "grant_type", "client_id", "client_secret", "code", "code_verifier", "refresh_token", "token", "redirect_uri",
    "scope", "state", "nonce", "request_uri", "client_assertion", "login_hint", "username", "password", "consent",
)  # fmt: skip


def canaries(seed: int) -> dict[str, str]:
    """A value of each kind that must never lie about: as real ones look, and found nowhere else."""
    chosen = random.Random(seed)

    def some(alphabet: str, length: int) -> str:
        return "".join(chosen.choices(alphabet, k=length))

    digits = "4539" + some(string.digits, 11)
    bank = some(string.digits, 18)
    check = 98 - int(bank + "131400") % 97  # ISO 13616: DE is 1314
    return {
        "secret": "hush" + some(string.ascii_lowercase + string.digits, 24),
        "pan": digits + _luhn(digits),
        "iban": f"DE{check:02d}{bank}",
        "ssn": f"{some('12345678', 3)}-{some('123456789', 2)}-{some('123456789', 4)}",
        "document": "C" + some("FGHJKLMNPRTVWXYZ", 3) + some(string.digits, 5) + "D",
        "token": "eyJ" + some(string.ascii_letters + string.digits, 40),
    }


def requests(kind: type[Message], canary: str, known: Mapping[str, str]) -> Iterator[Message]:
    """The request with the canary in every text, and those in which whatever is refused has been repaired."""
    plain = kind()
    _fill(plain, canary, 0, 0)
    yield plain
    for variant in range(_variants(kind.DESCRIPTOR, 0)):
        message = kind()
        _fill(message, canary, variant, 0)
        _put_right(message, canary, known)
        _repair(message, canary, known)
        yield message


def learn(known: dict[str, str], message: Message) -> None:
    """Keep the ids in an answer: calls about them are accepted from now on."""
    for field, found in message.ListFields():
        if field.message_type is not None and not field.message_type.GetOptions().map_entry:
            for each in found if field.is_repeated else [found]:
                learn(known, each)
        elif field.name.endswith("_id") and isinstance(found, str) and found:
            known[field.name] = found


def planted(message: Message, canary: str) -> int:
    """How often the canary stands in a message."""
    return message.SerializeToString().count(canary.encode())


def _fill(message: Message, canary: str, variant: int, depth: int) -> None:
    if isinstance(message, RawRequest):
        _fill_raw(message, canary)
        return
    if isinstance(message, Timestamp):
        message.FromJsonString("2030-01-01T00:00:00Z")
        return
    for field in message.DESCRIPTOR.fields:
        group = field.containing_oneof
        if group is not None and group.fields[variant % len(group.fields)] is not field:
            continue
        _fill_field(message, field, canary, variant, depth)


def _fill_field(message: Message, field: FieldDescriptor, canary: str, variant: int, depth: int) -> None:
    inner = field.message_type
    if inner is not None and inner.GetOptions().map_entry:
        if inner.fields_by_name["value"].type == FieldDescriptor.TYPE_STRING:
            getattr(message, field.name)[canary] = canary
    elif inner is not None:
        if depth < _DEPTH:
            within = getattr(message, field.name)
            if not field.is_repeated:
                within.SetInParent()
            _fill(within.add() if field.is_repeated else within, canary, variant, depth + 1)
    else:
        value = _value(field, canary)
        message.MergeFrom(type(message)(**{field.name: [value] if field.is_repeated else value}))


def _fill_raw(message: RawRequest, canary: str) -> None:
    form = urlencode(dict.fromkeys(_FORM, canary))
    message.query = form
    message.body = form.encode()
    for name, value in (
        ("content-type", "application/x-www-form-urlencoded"),
        ("authorization", f"Bearer {canary}"),
        ("cookie", f"session={canary}"),
        ("x-anything", canary),
    ):
        message.headers.add(name=name, value=value.encode())


def _value(field: FieldDescriptor, canary: str) -> Any:
    if field.type == FieldDescriptor.TYPE_STRING:
        return canary
    if field.type == FieldDescriptor.TYPE_BYTES:
        return canary.encode()
    if field.type == FieldDescriptor.TYPE_BOOL:
        return False
    return _VALID.get(field.name, 1)


def _put_right(message: Message, canary: str, known: Mapping[str, str]) -> None:
    """Give ids, addresses and names of things what they can hold, so that the texts beside them are accepted."""
    for field, found in list(message.ListFields()):
        if field.message_type is not None:
            if field.name == "credentials":
                _replace(message, [field.name], {"api_key": canary, "webhook_secret": "whsec_" + "QUJD" * 8})
            elif not field.message_type.GetOptions().map_entry:
                for each in found if field.is_repeated else [found]:
                    _put_right(each, canary, known)
        elif field.name.endswith("_id") and field.name not in _FREE_IDS:
            _replace(message, [field.name], known.get(field.name) or None)
        elif field.name in _VALID:
            _replace(message, [field.name], _VALID[field.name] or None)
        elif _ADDRESS.search(field.name):
            _replace(message, [field.name], f"https://127.0.0.1:1/{canary}")


def _repair(message: Message, canary: str, known: Mapping[str, str]) -> None:
    """Replace what validation refuses, by what is known of the field, by a text round the canary, or by nothing."""
    tried: dict[str, int] = {}
    for _ in range(_REPAIRS):
        refused = protovalidate.collect_violations(message)
        if not refused:
            return
        names = [element.field_name for element in refused[0].proto.field.elements]
        path = ".".join(names)
        tried[path] = tried.get(path, 0) + 1
        if not names or not _replace(message, names, _other(names[-1], canary, known, tried[path])):
            return


def _other(name: str, canary: str, known: Mapping[str, str], tries: int) -> Any:
    offers = [
        *([known[name]] if name in known else []),
        *([_VALID[name]] if name in _VALID else []),
        f"https://127.0.0.1:1/{canary}",
        f"{canary.lower()}@example.com",
        canary.lower().replace("-", "_"),
    ]
    return offers[tries - 1] if tries <= len(offers) else None


def _replace(message: Message, names: list[str], value: Any) -> bool:
    """Set the field at a path, in every element on the way; None clears it. False if there is no such field."""
    field = message.DESCRIPTOR.fields_by_name.get(names[0])
    if field is None:
        return False
    if len(names) > 1 and field.message_type is not None and not field.message_type.GetOptions().map_entry:
        within = getattr(message, names[0])
        return _replace_in(within if field.is_repeated else [within], names[1:], value)
    message.ClearField(field.name)
    if isinstance(value, dict):
        getattr(message, field.name).update(value)
    elif value is not None and field.message_type is None:
        try:
            message.MergeFrom(type(message)(**{field.name: [value] if field.is_repeated else value}))
        except (TypeError, ValueError):
            return True  # a text offered to a number: cleared
    return True


def _replace_in(messages: Iterable[Message], names: list[str], value: Any) -> bool:
    found = [_replace(each, names, value) for each in messages]  # in each, also after one that has no such field
    return all(found)


def _variants(descriptor: Any, depth: int) -> int:
    found = [1, *(len(group.fields) for group in descriptor.oneofs)]
    if depth < _DEPTH:
        found += [_variants(field.message_type, depth + 1) for field in descriptor.fields if field.message_type]
    return max(found)


def _luhn(digits: str) -> str:
    """The check digit (ISO/IEC 7812-1, annex B)."""
    total = sum(sum(divmod(int(digit) * (2 if at % 2 == 0 else 1), 10)) for at, digit in enumerate(reversed(digits)))
    return str(-total % 10)
