"""Examples of messages in JSON, made of the contract alone: the same message always gives the same example.

Rule: an example keeps the rules that its fields have, as far as names, types and patterns tell.
"""

import re
from typing import Any

from google.protobuf.descriptor_pb2 import FieldDescriptorProto

from server.cli.contracts.review.elements import Element, Is
from server.cli.contracts.review.options import Contracts

_DEEPEST = 4
_ID = re.compile(r"\^?\(?([a-z]+)_\[0-9a-z\]\{26\}")
_ID_REST = "01jd3v9kq2f8r6w5x4t7m0c9ab"
_WORDS = {
    "google.protobuf.Timestamp": "2026-11-21T09:30:00Z",
    "google.protobuf.Duration": "60s",
    "google.protobuf.FieldMask": "title",
}
_BY_NAME = {
    "currency_code": "EUR",
    "country_code": "DE",
    "amount_minor": "12500",
    "page_token": "",
    "url": "https://example.com/hooks",
}
_LONG = {
    FieldDescriptorProto.TYPE_INT64, FieldDescriptorProto.TYPE_UINT64, FieldDescriptorProto.TYPE_SINT64,
    FieldDescriptorProto.TYPE_FIXED64, FieldDescriptorProto.TYPE_SFIXED64,
}  # fmt: skip


class Samples:
    """Makes the examples of one side."""

    def __init__(self, contracts: Contracts) -> None:
        self._contracts = contracts
        # Answers say nothing of the form of an id; the requests that take it do.
        self._ids = {
            each.short: found[1] for each in contracts.of(Is.FIELD) if (found := _ID.match(self._pattern(each)))
        }

    def sample(self, message: Element, *, without: frozenset[str] = frozenset()) -> dict[str, Any]:
        """A message as callers write it, without the fields that stand elsewhere, such as in the path."""
        return self._message(message, 0, without)

    def _message(self, message: Element, depth: int, without: frozenset[str] = frozenset()) -> dict[str, Any]:
        found: dict[str, Any] = {}
        chosen: set[int] = set()
        for field in self._contracts.children(message, Is.FIELD):
            proto = field.proto
            if field.short in without or proto.options.deprecated:
                continue
            if proto.HasField("oneof_index") and not proto.proto3_optional:
                if proto.oneof_index in chosen:
                    continue
                chosen.add(proto.oneof_index)
            value = self._field(field, depth)
            if value is not None:
                found[field.short] = value
        return found

    def _field(self, field: Element, depth: int) -> Any:
        kind = self._contracts.type_of(field)
        if kind.startswith("map<"):
            return {"order": "1843"} if kind == "map<string, string>" else {}
        one = self._one(field, kind, depth)
        return [one] if one is not None and self._contracts.label_of(field) == "repeated" else one

    def _one(self, field: Element, kind: str, depth: int) -> Any:
        if kind in _WORDS:
            return _WORDS[kind]
        element = self._contracts.elements.get(kind)
        if element is not None and element.kind is Is.MESSAGE:
            return self._message(element, depth + 1) if depth < _DEEPEST else None
        if element is not None and element.kind is Is.ENUM:
            values = [*self._contracts.children(element, Is.VALUE)]
            return values[min(1, len(values) - 1)].short
        return self._scalar(field)

    def _scalar(self, field: Element) -> Any:
        kind, name = field.proto.type, field.short
        if name in _BY_NAME:
            return _BY_NAME[name]
        if kind == FieldDescriptorProto.TYPE_STRING:
            prefix = self._ids.get(name)
            return f"{prefix}_{_ID_REST}" if prefix else name.replace("_", " ")
        simple = {
            FieldDescriptorProto.TYPE_BOOL: True,
            FieldDescriptorProto.TYPE_BYTES: "AAEC",
            FieldDescriptorProto.TYPE_MESSAGE: None,  # of a type that is not ours
        }
        return simple.get(kind, "1" if kind in _LONG else 1)

    def _pattern(self, field: Element) -> str:
        return str((self._contracts.rules(field).get("string") or {}).get("pattern", ""))
