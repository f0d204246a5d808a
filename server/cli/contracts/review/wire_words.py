"""buf's findings as one sentence in our words, with the values or texts before and after.

Rule: a value that is said stands in backquotes; where no words are known, buf's own sentence is passed on.
"""

import re
from collections.abc import Mapping

from server.cli.contracts.review.buf import Finding
from server.cli.contracts.review.elements import Element, Is
from server.cli.contracts.review.options import Contracts

Texts = tuple[str, str]

_FROM_TO = re.compile(r'from "?(?P<before>[^"]*?)"? to "?(?P<after>[^"]*?)"?\.$')
_RANGE = re.compile(r'range "(?P<range>\[.*?\])" on .* is missing values: (?P<gone>.*) were removed')
_NAME = re.compile(r'reserved name "(?P<name>[^"]*)"')
_NUMBERS = re.compile(r"\[(-?\d+)(?:,(-?\d+))?\]")

# What changed its value, by rule.
_NOUNS = {
    "FIELD_SAME_NAME": "name",
    "FIELD_SAME_JSON_NAME": "name in JSON",
    "FIELD_SAME_TYPE": "type",
    "FIELD_SAME_DEFAULT": "default",
    "FIELD_SAME_JSTYPE": "type in JavaScript",
    "FIELD_SAME_CPP_STRING_TYPE": "string type in C++",
    "FIELD_SAME_UTF8_VALIDATION": "check for UTF-8",
    "FIELD_SAME_JAVA_UTF8_VALIDATION": "check for UTF-8 in Java",
    "MESSAGE_NO_REMOVE_STANDARD_DESCRIPTOR_ACCESSOR": "`no_standard_descriptor_accessor`",
    "MESSAGE_SAME_JSON_FORMAT": "support of JSON",
    "ENUM_SAME_JSON_FORMAT": "support of JSON",
    "ENUM_SAME_TYPE": "enum",
    "ENUM_VALUE_SAME_NAME": "name",
    "RPC_SAME_REQUEST_TYPE": "request",
    "RPC_SAME_RESPONSE_TYPE": "response",
    "RPC_SAME_IDEMPOTENCY_LEVEL": "`idempotency_level`",
    "FILE_SAME_PACKAGE": "package",
    "FILE_SAME_SYNTAX": "syntax",
}

_CARDINALITIES = {
    "optional with implicit presence": "single, and unset is the same as empty",
    "optional with explicit presence": "single, and unset is told from empty",
    "required": "required",
    "repeated": "a list",
    "map": "a map",
}


def told(finding: Finding, before: Contracts, old: Element, after: Contracts, new: Element | None) -> tuple[str, Texts]:
    """The sentence, and the texts to be shown beside each other."""
    texts = (before.text(old), after.text(new) if new else "")
    rule, said = finding.rule, finding.message
    if rule.startswith("RESERVED_"):
        return _freed(said), (_reserved(old), _reserved(new) if new else "")
    if rule == "EXTENSION_MESSAGE_NO_DELETE":
        return _freed(said), texts
    if rule.endswith("_NO_DELETE"):
        return _deleted(old, after, new), texts
    if rule == "MESSAGE_SAME_REQUIRED_FIELDS":
        return "Every message had to set it, and no longer has to.", texts
    if rule == "FIELD_SAME_ONEOF":
        return f"It was in {_oneof(before, old)} and is in {_oneof(after, new)}.", texts
    if rule.startswith("RPC_SAME_") and rule.endswith("_STREAMING"):
        return f"{'What is sent' if 'CLIENT' in rule else 'What is answered'} {_streams(rule, new)}.", texts
    if not (values := _FROM_TO.search(said)):
        return said, texts
    was, now = values["before"], values["after"]
    if rule == "FIELD_SAME_CARDINALITY":
        return f"It was {_CARDINALITIES.get(was, was)}; it is {_CARDINALITIES.get(now, now)}.", texts
    if rule == "FIELD_SAME_TYPE" and new is not None:
        was, now = before.type_of(old), after.type_of(new)
    if rule.startswith("FILE_SAME_") and rule not in _NOUNS:
        option = rule.removeprefix("FILE_SAME_").lower()
        return _sentence(f"`{option}`", was, now), (f"{option} = {was or 'unset'}", f"{option} = {now or 'unset'}")
    if old.kind is Is.FILE:
        texts = (was, now)
    return _sentence(_NOUNS[rule], was, now) if rule in _NOUNS else said, texts


def _sentence(noun: str, was: str, now: str) -> str:
    first = f"`{was}`" if was else "unset"
    return f"{noun if noun.startswith('`') else f'The {noun}'} was {first} and is {f'`{now}`' if now else 'unset'}."


def _deleted(old: Element, after: Contracts, new: Element | None) -> str:
    if new is not None and new.file != old.file:
        return f"It moved from `{old.file}` to `{new.file}`."
    name = f"`{old.short}`"
    if old.kind is Is.FIELD:
        return f"Field {old.proto.number}, {name}, is gone{_reservation(old, after)}."
    if old.kind is Is.VALUE:
        return f"Value {old.proto.number}, {name}, is gone{_reservation(old, after)}."
    return f"The {old.kind.value} {name} is gone."


def _freed(said: str) -> str:
    """buf's sentence about numbers or a name that are no longer kept free."""
    if found := _NAME.search(said):
        return f"The name `{found['name']}` is no longer reserved."
    if found := _RANGE.search(said):
        kept, gone = (_NUMBERS.sub(_range, numbers) for numbers in (found["range"], found["gone"]))
        return f"Of the numbers {kept}, which were kept free, these no longer are: {gone}."
    return said


def _range(found: re.Match[str]) -> str:
    return found[1] if found[2] in (None, found[1]) else f"{found[1]} to {found[2]}"


def _reservation(old: Element, after: Contracts) -> str:
    """Whether number and name stay reserved: what is not may be given another meaning later."""
    holder = after.elements.get(old.parent)
    if holder is None:
        return ""
    last = 0 if holder.kind is Is.ENUM else 1  # ends of reserved ranges are inclusive in enums, exclusive in messages
    number = any(each.start <= old.proto.number <= each.end - last for each in holder.proto.reserved_range)
    name = old.short in holder.proto.reserved_name
    if number and name:
        return "; its number and name are reserved"
    lacking = "number" if name else "name" if number else "number and name"
    return f", and its {lacking} {'are' if ' and ' in lacking else 'is'} not reserved"


def _reserved(holder: Element) -> str:
    proto = holder.proto
    last = 0 if holder.kind is Is.ENUM else 1
    ranges = [
        f"{each.start}" if each.start == each.end - last else f"{each.start} to {each.end - last}"
        for each in proto.reserved_range
    ]
    names = [f'"{name}"' for name in proto.reserved_name]
    return "\n".join(f"reserved {', '.join(part)};" for part in (ranges, names) if part)


def _oneof(contracts: Contracts, field: Element | None) -> str:
    if field is None or not field.proto.HasField("oneof_index") or field.proto.proto3_optional:
        return "no oneof"
    return f"oneof `{contracts.elements[field.parent].proto.oneof_decl[field.proto.oneof_index].name}`"


def _streams(rule: str, new: Element | None) -> str:
    streaming: Mapping[str, bool] = {
        "RPC_SAME_CLIENT_STREAMING": bool(new and new.proto.client_streaming),
        "RPC_SAME_SERVER_STREAMING": bool(new and new.proto.server_streaming),
    }
    return "was one message and is a stream" if streaming[rule] else "was a stream and is one message"
