"""Examples for messages, made from the contract: values that comments name, patterns, bounds and enum values.

Every example fits the schema of its message. A comment that says "such as `EUR`" decides what readers see.
"""

import re
from typing import Any

from protobuf import (
    DescEnum,
    DescField,
    DescFieldValueEnum,
    DescFieldValueList,
    DescFieldValueMap,
    DescFieldValueMessage,
    DescMessage,
    ScalarType,
)

from gateway.openapi.schemas import Schema, Schemas

_SUCH_AS = re.compile(r"such as `([^`]+)`")
_PREFIX = re.compile(r"`([a-z]+_)…`")
_TIME = "2026-11-21T09:30:00Z"
_DIGITS = "01kafz3q9x7m2c5v8b1n4d6g0h"
_CLASS = re.compile(r"\\.|\[(?:\\.|[^\]])*\]|\(|\)|.")
_COUNT = re.compile(r"\{(\d+)(?:,(\d*))?\}|[*+?]")
_DEEPEST = 8

_WELL_KNOWN: dict[str, Any] = {
    "google.protobuf.Timestamp": _TIME,
    "google.protobuf.Duration": "3.500s",
    "google.protobuf.FieldMask": "",
    "google.protobuf.Any": {"@type": "type.googleapis.com/google.protobuf.Empty", "value": {}},
}


class Examples:
    """Makes examples of messages and fields."""

    def __init__(self, schemas: Schemas) -> None:
        self._schemas = schemas
        self._patterns = self._id_patterns()

    def message(
        self, message: DescMessage, incoming: bool, without: frozenset[str] = frozenset(), depth: int = 0
    ) -> Any:
        """An example of a message: every field of an output, every telling field of an input."""
        if message.type_name in _WELL_KNOWN:
            return _WELL_KNOWN[message.type_name]
        chosen = {oneof.fields[0].name for oneof in message.oneofs if oneof.fields}
        grouped = {field.name for oneof in message.oneofs for field in oneof.fields}
        example = {}
        for field in message.fields:
            if field.name in without or (field.name in grouped and field.name not in chosen):
                continue
            if depth >= _DEEPEST and not self._schemas.required(field, incoming):
                continue
            example[field.name] = self.field(field, incoming, depth)
        return example

    def field(self, field: DescField, incoming: bool, depth: int = 0) -> Any:
        """An example of a field."""
        schema = self._schemas.field(field, incoming)
        value = field.value
        if isinstance(value, DescFieldValueList):
            return [self._element(value.element, schema["items"], field, incoming, depth)]
        if isinstance(value, DescFieldValueMap):
            key = self._text(schema.get("propertyNames", {}), "key", "")
            return {key: self._element(value.value, schema["additionalProperties"], field, incoming, depth)}
        if isinstance(value, DescFieldValueMessage):
            return self.message(value.message, incoming, depth=depth + 1)
        if isinstance(value, DescFieldValueEnum):
            return _enum(value.enum, schema)
        return self._scalar(value.scalar, schema, field)

    def _element(self, element: Any, schema: Schema, field: DescField, incoming: bool, depth: int) -> Any:
        if isinstance(element, DescMessage):
            return self.message(element, incoming, depth=depth + 1)
        if isinstance(element, DescEnum):
            return _enum(element, schema)
        return self._scalar(element, schema, field)

    def _scalar(self, kind: ScalarType, schema: Schema, field: DescField) -> Any:
        if kind is ScalarType.STRING:
            comment = self._schemas.comments.get(f"{field.parent.type_name}.{field.name}", "")
            return self._text(schema, field.name, comment)
        if kind is ScalarType.BOOL:
            return True
        if kind is ScalarType.BYTES:
            return "aGVsbG8="
        lowest, highest = schema.get("minimum"), schema.get("maximum", 2**31 - 1)
        number = max(min(1250 if lowest is not None else 1, highest), lowest if lowest is not None else 1)
        return str(number) if schema.get("format") in ("int64", "uint64") else number

    def _text(self, schema: Schema, name: str, comment: str) -> str:
        candidates = [*schema.get("examples", ()), *schema.get("enum", ()), *_SUCH_AS.findall(comment)]
        pattern = schema.get("pattern") or self._patterns.get(name, "")
        candidates.append(_from_pattern(pattern))
        candidates += [_FORMED[schema["format"]]] if schema.get("format") in _FORMED else []
        candidates += [prefix + _DIGITS for prefix in _PREFIX.findall(comment)]
        candidates.append("" if name.endswith("page_token") else name.replace("_", " ").capitalize())
        candidates.append("a" * schema.get("minLength", 0))
        for candidate in candidates:
            if candidate is not None and _fits(candidate, schema):
                return str(candidate)
        if not self._schemas.comments:
            return name  # a released image has no comments: it is compared with, and read by nobody
        raise ValueError(f"no example for {name} fits {schema}")

    def _id_patterns(self) -> dict[str, str]:
        """Patterns of fields by name, so that an id in an answer looks as it must in a request."""
        found: dict[str, str] = {}
        for descriptor in self._schemas.contract.registry:
            for field in descriptor.fields if isinstance(descriptor, DescMessage) else ():
                rules = self._schemas.contract.option(field, "buf.validate.field")
                if field.name.endswith("_id") and rules is not None and rules.type and rules.type.field == "string":
                    found.setdefault(field.name, rules.type.value.pattern)
        return found


# Texts whose form has a name.
_FORMED = {
    "email": "somebody@example.com",
    "hostname": "host.example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uri": "https://example.com/here",
    "uuid": "123e4567-e89b-12d3-a456-426614174000",
}


def _enum(enum: DescEnum, schema: Schema) -> str:
    allowed = schema.get("enum", [value.name for value in enum.values])
    refused = schema.get("not", {}).get("enum", ())
    names = [value.name for value in enum.values if value.name in allowed and value.name not in refused]
    return str(next((name for name in names if not name.endswith("_UNSPECIFIED")), names[0]))


def _fits(text: str, schema: Schema) -> bool:
    if not schema.get("minLength", 0) <= len(text) <= schema.get("maxLength", 10**9):
        return False
    if "enum" in schema and text not in schema["enum"]:
        return False
    return "pattern" not in schema or re.search(schema["pattern"], text) is not None


def _from_pattern(pattern: str) -> str | None:
    """A text for simple patterns: literals, classes and counts, one alternative. None for others."""
    if not pattern or "|" in pattern or ")*" in pattern or ")+" in pattern:
        return None
    text = pattern.removeprefix("^").removesuffix("$").replace(")?", ")")
    made, at = "", 0
    while at < len(text):
        match = _CLASS.match(text, at)
        assert match is not None
        at = match.end()
        piece = match[0]
        if piece in "()":
            continue
        counted = _COUNT.match(text, at)
        count = 1
        if counted is not None:
            at = counted.end()
            count = int(counted[1]) if counted[1] else 1
        made += _characters(piece, count)
    return made


def _characters(piece: str, count: int) -> str:
    if piece.startswith("[") and not piece.startswith("[^"):
        inside = re.compile(piece)
        pool = [c for c in _DIGITS + "EURXYZ" if inside.fullmatch(c)] or ["a"]
        return "".join(pool[i % len(pool)] for i in range(count))
    if piece.startswith("[^") or piece == ".":
        return "x" * count
    return piece.removeprefix("\\") * count
