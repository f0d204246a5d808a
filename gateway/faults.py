"""Says what is wrong with a JSON value that does not fit its message: which fields, and what they should be.

It runs only after the codec has refused a value. Values are never repeated, for they may be sensitive.
"""

from collections.abc import Iterator
from typing import Any

from protobuf import (
    DescEnum,
    DescField,
    DescFieldValueEnum,
    DescFieldValueList,
    DescFieldValueMap,
    DescFieldValueMessage,
    DescFieldValueScalar,
    DescMessage,
    Registry,
    ScalarType,
    message_from_json_value,
)

from gateway.problems import Refusal, Violation

_MOST_VIOLATIONS = 20
_WELL_KNOWN = "google.protobuf."

_SCALARS = {
    ScalarType.DOUBLE: "must be a number",
    ScalarType.FLOAT: "must be a number",
    ScalarType.INT64: "must be an integer of 64 bits, as a string or a number",
    ScalarType.UINT64: "must be an unsigned integer of 64 bits, as a string or a number",
    ScalarType.INT32: "must be an integer of 32 bits",
    ScalarType.UINT32: "must be an unsigned integer of 32 bits",
    ScalarType.BOOL: "must be true or false",
    ScalarType.STRING: "must be a string of Unicode characters",
    ScalarType.BYTES: "must be a string of base64",
    ScalarType.FIXED64: "must be an unsigned integer of 64 bits, as a string or a number",
    ScalarType.FIXED32: "must be an unsigned integer of 32 bits",
    ScalarType.SFIXED64: "must be an integer of 64 bits, as a string or a number",
    ScalarType.SFIXED32: "must be an integer of 32 bits",
    ScalarType.SINT64: "must be an integer of 64 bits, as a string or a number",
    ScalarType.SINT32: "must be an integer of 32 bits",
}
_MESSAGES = {
    "google.protobuf.Timestamp": "must be a time as in RFC 3339, such as 2026-11-21T04:22:00Z",
    "google.protobuf.Duration": "must be a duration in seconds, such as 3.5s",
    "google.protobuf.FieldMask": "must be field names in lowerCamelCase, separated by commas",
}


def refusal(message: DescMessage, value: dict[str, Any], registry: Registry) -> Refusal:
    """The refusal for a value that the codec did not take."""
    violations: list[Violation] = []
    for violation in _object_faults(message, value, "", registry):
        violations.append(violation)
        if len(violations) == _MOST_VIOLATIONS:
            break
    if not violations:
        return Refusal("MALFORMED_REQUEST", f"The request does not fit {message.name}.")
    first = violations[0]
    return Refusal("MALFORMED_REQUEST", f"{first.field}: {first.description}", violations=violations)


def _object_faults(message: DescMessage, value: Any, path: str, registry: Registry) -> Iterator[Violation]:
    fields = _fields(message)
    for key, part in value.items():
        where = f"{path}.{key}" if path else key
        field = fields.get(key)
        if field is None:
            yield Violation(_printable(where), f"is not a field of {message.name}", "unknown_field")
        elif not _fits(message, field, part, registry):
            yield from _field_faults(field, part, where, registry)


def _field_faults(field: DescField, value: Any, path: str, registry: Registry) -> Iterator[Violation]:
    kind = field.value
    inner: list[Violation] = []
    if isinstance(kind, DescFieldValueMessage):
        inner = _element_faults(kind.message, value, path, registry)
    elif isinstance(kind, DescFieldValueList) and isinstance(value, list):
        for index, element in enumerate(value[:_MOST_VIOLATIONS]):
            inner += _element_faults(kind.element, element, f"{path}[{index}]", registry)
    elif isinstance(kind, DescFieldValueMap) and isinstance(value, dict):
        for key, element in list(value.items())[:_MOST_VIOLATIONS]:
            inner += _element_faults(kind.value, element, _printable(f"{path}.{key}"), registry)
    yield from inner or [Violation(path, expectation(field), "type")]


def _element_faults(element: Any, value: Any, path: str, registry: Registry) -> list[Violation]:
    if isinstance(element, DescMessage) and not element.type_name.startswith(_WELL_KNOWN) and isinstance(value, dict):
        return list(_object_faults(element, value, path, registry))
    return []


def _fits(message: DescMessage, field: DescField, value: Any, registry: Registry) -> bool:
    try:
        message_from_json_value(message.type, {field.name: value}, registry=registry).to_binary()
    except (ValueError, TypeError, OverflowError, RecursionError, AttributeError):
        return False
    return True


def expectation(field: DescField) -> str:
    """What a field takes, in words."""
    kind = field.value
    if isinstance(kind, DescFieldValueScalar):
        return _SCALARS[kind.scalar]
    if isinstance(kind, DescFieldValueEnum):
        return _names(kind.enum)
    if isinstance(kind, DescFieldValueMessage):
        return _MESSAGES.get(kind.message.type_name, f"must be an object: {kind.message.name}")
    if isinstance(kind, DescFieldValueMap):
        return "must be an object whose values are all of the map's type"
    element = kind.element
    if isinstance(element, ScalarType):
        return f"must be an array; each element {_SCALARS[element]}"
    if isinstance(element, DescEnum):
        return f"must be an array; each element {_names(element)}"
    return f"must be an array of {element.name}"


def _names(enum: DescEnum) -> str:
    names = [value.name for value in enum.values]
    shown = ", ".join(names[:12]) + (", …" if len(names) > 12 else "")
    return f"must be one of {shown}"


def _fields(message: DescMessage) -> dict[str, DescField]:
    found = {field.json_name: field for field in message.fields}
    found.update({field.name: field for field in message.fields})
    return found


def _printable(path: str) -> str:
    return path[:200].encode("ascii", "backslashreplace").decode()


def camel_names(registry: Registry) -> frozenset[str]:
    """JSON names that differ from their proto names: only where one occurs can a field be written in two ways."""
    return frozenset(
        field.json_name
        for descriptor in registry
        if isinstance(descriptor, DescMessage)
        for field in descriptor.fields
        if field.json_name != field.name
    )


def has_choices(message: DescMessage, seen: frozenset[str] = frozenset()) -> bool:
    """Whether a message has a oneof anywhere inside."""
    if message.type_name in seen or message.type_name.startswith(_WELL_KNOWN):
        return False
    if message.oneofs:
        return True
    inside = seen | {message.type_name}
    return any(has_choices(inner, inside) for field in message.fields if (inner := _inner(field)) is not None)


def _inner(field: DescField) -> DescMessage | None:
    kind = field.value
    if isinstance(kind, DescFieldValueMessage):
        return kind.message
    element = kind.element if isinstance(kind, DescFieldValueList) else None
    element = kind.value if isinstance(kind, DescFieldValueMap) else element
    return element if isinstance(element, DescMessage) else None


def check_once(message: DescMessage, value: Any) -> None:
    """Raises Refusal where one field is given under both of its names, or two fields of a oneof are given.

    The codec would take the last of them and drop the other in silence.
    """
    if isinstance(value, dict):
        for oneof in message.oneofs:
            given = [f.name for f in oneof.fields if value.get(f.name, value.get(f.json_name)) is not None]
            if len(given) > 1:
                description = f"only one of {', '.join(given)} can be given"
                raise Refusal("MALFORMED_REQUEST", description, violations=[Violation(given[1], description, "oneof")])
        for known in message.fields:
            both = known.name != known.json_name and known.name in value and known.json_name in value
            if both:
                violation = Violation(known.name, f"is also given as {known.json_name}", "duplicate")
                raise Refusal("MALFORMED_REQUEST", f"{known.name} is given twice.", violations=[violation])
            _check_part(known, value.get(known.name, value.get(known.json_name)))


def _check_part(field: DescField, part: Any) -> None:
    kind = field.value
    if isinstance(kind, DescFieldValueMessage):
        check_once(kind.message, part)
    elif isinstance(kind, DescFieldValueList) and isinstance(kind.element, DescMessage) and isinstance(part, list):
        for element in part:
            check_once(kind.element, element)
    elif isinstance(kind, DescFieldValueMap) and isinstance(kind.value, DescMessage) and isinstance(part, dict):
        for element in part.values():
            check_once(kind.value, element)
