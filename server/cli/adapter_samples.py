"""Messages with which an adapter is watched: the examples of `adapter try` in every form, and each with one change.

Rule: which fields callers give is read from the contract's own requests; only values are made up here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import uuid4

from google.protobuf import json_format
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from adapters.kit.discovery import Provider
from corridor.type.v1.bank_account_pb2 import BankAccount
from corridor.type.v1.rail_pb2 import Rail
from server.cli.adapters.methods import Method
from server.kit import contract, ids

_ACCOUNTS: Mapping[str, dict[str, dict[str, str]]] = {
    "sepa": {"iban": {"iban": "DE89370400440532013000", "bic": "COBADEFFXXX"}},
    "uk": {"uk": {"sort_code": "200000", "account_number": "55779911"}},
    "bic": {"bic": {"bic": "NBOKKWKWXXX", "account_number": "0001234567"}},
    "us": {"us": {"routing_number": "021000021", "account_number": "000123456789"}},
}
_ACCOUNT_OF: Mapping[int, tuple[str, str]] = {
    Rail.RAIL_SEPA: ("sepa", "EUR"),
    Rail.RAIL_SEPA_INSTANT: ("sepa", "EUR"),
    Rail.RAIL_FASTER_PAYMENTS: ("uk", "GBP"),
    Rail.RAIL_BACS: ("uk", "GBP"),
    Rail.RAIL_SWIFT: ("bic", "USD"),
}
# Other values of fields in which not every text makes sense. The numbers are those that standards print as examples.
_VALUES: Mapping[str, str] = {
    "account_number": "000987654321",
    "bic": "DEUTDEFF500",
    "country_code": "IE",
    "currency_code": "CAD",
    "date_of_birth": "1980-02-29",
    "email": "other@example.com",
    "iban": "FR1420041010050500013M02606",
    "phone_number": "+442071838750",
    "region": "CA",
    "return_url": "https://shop.example.com/elsewhere",
    "routing_number": "011401533",
    "sort_code": "560036",
    "url": "https://shop.example.com/elsewhere",
}
_MADE_OF_THEM = frozenset({"statement_text"})
"""What is made of a caller's fields before an adapter sees it."""
_SKIPPED = frozenset({"google.protobuf.Timestamp", "google.protobuf.Duration", "google.protobuf.Any"})


@dataclass(frozen=True, slots=True)
class Change:
    """Arguments in which one field is another than in the ones before."""

    path: str
    arguments: Mapping[str, Any]
    is_our_id: bool = False


def given_by_callers(kind: Any) -> frozenset[str]:
    """The fields of a message that callers give, as requests of its package that change something name them."""
    descriptor: Descriptor | None = getattr(kind, "DESCRIPTOR", None)
    return _given(descriptor) if descriptor is not None else frozenset()


@cache
def _given(descriptor: Descriptor) -> frozenset[str]:
    fields = [
        each
        for method in contract.methods().values()
        if method.writes and method.request.DESCRIPTOR.file.package == descriptor.file.package
        for each in method.request.DESCRIPTOR.fields
    ]
    whole = any(each.message_type == descriptor for each in fields)
    asked = {each.name for each in (*fields, *(descriptor.fields if whole else ()))} | _MADE_OF_THEM
    return frozenset(each.name for each in descriptor.fields if each.name in asked and not each.name.endswith("_id"))


def bases(provider: Provider, method: Method, credentials: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
    """The example of a method, by every rail and with every kind of party or account that it can have."""
    first = method.arguments(method.example(provider), provider, credentials)
    yield first
    payout, beneficiary = first.get("payout"), first.get("beneficiary")
    if payout is not None and beneficiary is not None:
        for rail in provider.manifest.coverage["payouts"].rails:
            yield _by_rail(provider, first, rail)
    for name, message in first.items():
        if isinstance(message, Message):
            for top in sorted(given_by_callers(type(message))):
                yield from _other_forms(first, name, _field(message, top))


def changes(base: Mapping[str, Any], provider: Provider) -> Iterator[Change]:
    """Each field that callers give, changed by itself; and our own id of the thing."""
    for name, message in base.items():
        if not isinstance(message, Message):
            continue
        own_id = message.DESCRIPTOR.fields[0].name
        if own_id.endswith("_id"):
            yield Change(f"{name}.{own_id}", base, is_our_id=True)
        for top in sorted(given_by_callers(type(message))):
            for path in _leaves(_field(message, top), message):
                changed = _copied(base)
                _change(changed[name], path, provider)
                yield Change(".".join((name, *path)), changed)


def renewed(arguments: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """The arguments with new ids for ours, the same one wherever it stood; and the field that names each of them."""
    made: dict[str, str] = {}
    names: dict[str, str] = {}
    fresh = _copied(arguments)
    for name, message in fresh.items():
        if not isinstance(message, Message):
            continue
        for each, value in message.ListFields():
            if each.name.endswith("_id") and isinstance(value, str) and ids.is_id(value):
                made.setdefault(value, f"{value.partition('_')[0]}_{ids.encode(uuid4().int)}")
                setattr(message, each.name, made[value])
                names.setdefault(made[value], f"{name}.{each.name}")
    return fresh, names


def _copied(arguments: Mapping[str, Any]) -> dict[str, Any]:
    copied = {}
    for name, value in arguments.items():
        copied[name] = value
        if isinstance(value, Message):
            copied[name] = type(value)()
            copied[name].CopyFrom(value)
    return copied


def _by_rail(provider: Provider, first: Mapping[str, Any], rail: int) -> Mapping[str, Any]:
    account, currency = _ACCOUNT_OF.get(rail, ("us", "USD"))
    covered = provider.manifest.coverage["payouts"].currencies
    currency = currency if currency in covered else covered[0]
    made = _copied(first)
    made["payout"].rail = rail
    made["payout"].amount.currency_code = currency
    made["beneficiary"].bank_account.CopyFrom(
        json_format.ParseDict({**_ACCOUNTS[account], "currency_code": currency}, BankAccount())
    )
    return made


def _other_forms(first: Mapping[str, Any], name: str, top: FieldDescriptor) -> Iterator[Mapping[str, Any]]:
    """The example with another member of a oneof, each of whose texts is filled. Accounts go with rails, see above."""
    if top.message_type is None or top.is_repeated or top.message_type.name == "BankAccount":
        return
    for oneof in top.message_type.oneofs:
        for member in oneof.fields:
            if len(oneof.fields) < 2 or member.message_type is None:
                continue
            if getattr(first[name], top.name).WhichOneof(oneof.name) == member.name:
                continue
            made = _copied(first)
            below = getattr(getattr(made[name], top.name), member.name)
            below.SetInParent()
            for each in member.message_type.fields:
                if each.type == FieldDescriptor.TYPE_STRING and not each.is_repeated:
                    setattr(below, each.name, _VALUES.get(each.name, f"Sample {each.name.replace('_', ' ')}"))
            yield made


def _leaves(top: FieldDescriptor, message: Message) -> Iterator[tuple[str, ...]]:
    """The paths of the values below a field; of a oneof, only those of the member that is set."""
    if top.message_type is None or top.is_repeated or top.message_type.full_name in _SKIPPED:
        if top.message_type is None or not top.is_repeated or _is_map(top):
            yield (top.name,)
        return
    value = getattr(message, top.name)
    for below in top.message_type.fields:
        oneof = below.containing_oneof
        if oneof is not None and len(oneof.fields) > 1 and value.WhichOneof(oneof.name) not in (None, below.name):
            continue
        if below.message_type is not None and below.message_type == top.message_type:
            continue
        yield from ((top.name, *rest) for rest in _leaves(below, value))


def _field(message: Message, name: str) -> Any:
    """A field by its name; its types have two names, of which only one can be imported."""
    return message.DESCRIPTOR.fields_by_name[name]


def _is_map(each: FieldDescriptor) -> bool:
    return each.message_type is not None and each.message_type.GetOptions().map_entry


def _change(message: Message, path: tuple[str, ...], provider: Provider) -> None:
    *above, last = path
    for name in above:
        message = getattr(message, name)
    each = _field(message, last)
    if _is_map(each):
        getattr(message, last)["note"] = "changed"
    elif each.message_type is not None:
        getattr(message, last).FromJsonString("2027-01-31T12:00:00Z" if "Timestamp" in each.message_type.name else "9s")
    elif each.is_repeated:
        getattr(message, last).append(_other(each, "", provider))
    else:
        setattr(message, last, _other(each, getattr(message, last), provider))


def _other(each: FieldDescriptor, now: Any, provider: Provider) -> Any:
    """Another value of a field than the one that it has."""
    if each.enum_type is not None:
        numbers = [value.number for value in each.enum_type.values if value.number and value.number != now]
        if each.enum_type.name == "Rail":
            numbers = [rail for rail in provider.manifest.coverage["payouts"].rails if rail != now] or numbers
        return numbers[0]
    if each.type == FieldDescriptor.TYPE_BOOL:
        return not now
    if each.type == FieldDescriptor.TYPE_BYTES:
        return bytes(now or b"") + b"1"
    if each.type == FieldDescriptor.TYPE_STRING:
        known = _VALUES.get(each.name)
        return known if known is not None and known != now else f"{now or 'Changed'}1"
    return (now or 0) + 7
