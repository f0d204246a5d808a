"""Messages and enums as JSON Schema components.

Input and output differ: input is strict and may leave fields out, output always has every field without presence.
"""

from collections.abc import Mapping
from itertools import combinations
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
    DescOneof,
    ScalarType,
)

from gateway import majors
from gateway.contract import Contract
from gateway.openapi import lifecycle, rules
from gateway.openapi.comments import comments

Schema = dict[str, Any]

_INT64 = (ScalarType.INT64, ScalarType.SINT64, ScalarType.SFIXED64)
_UINT64 = (ScalarType.UINT64, ScalarType.FIXED64)
_INT32 = (ScalarType.INT32, ScalarType.SINT32, ScalarType.SFIXED32)
_UINT32 = (ScalarType.UINT32, ScalarType.FIXED32)

_WELL_KNOWN: Mapping[str, Schema] = {
    "google.protobuf.Timestamp": {"type": "string", "format": "date-time"},
    "google.protobuf.Duration": {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]{1,9})?s$", "examples": ["3.500s"]},
    "google.protobuf.FieldMask": {"type": "string"},
    "google.protobuf.Any": {
        "type": "object",
        "required": ["@type"],
        "properties": {"@type": {"type": "string", "description": "The message's type, as a URL."}},
        "additionalProperties": True,
    },
    "google.protobuf.Empty": {"type": "object"},
    "google.protobuf.Struct": {"type": "object"},
    "google.protobuf.Value": {},
    "google.protobuf.ListValue": {"type": "array"},
    "google.protobuf.StringValue": {"type": "string"},
    "google.protobuf.BoolValue": {"type": "boolean"},
    "google.protobuf.BytesValue": {"type": "string", "contentEncoding": "base64"},
    "google.protobuf.Int32Value": {"type": "integer"},
    "google.protobuf.UInt32Value": {"type": "integer", "minimum": 0},
    "google.protobuf.Int64Value": {"type": "string"},
    "google.protobuf.UInt64Value": {"type": "string"},
    "google.protobuf.FloatValue": {"type": "number"},
    "google.protobuf.DoubleValue": {"type": "number"},
}


def well_known(message: DescMessage) -> Schema | None:
    """The schema of a message that JSON writes in a form of its own, or None."""
    found = _WELL_KNOWN.get(message.type_name)
    return dict(found) if found is not None else None


class Schemas:
    """Makes components on demand; `components` holds those that were asked for."""

    def __init__(self, contract: Contract, major: int = majors.FIRST) -> None:
        self.contract = contract
        self.comments = comments(contract)
        self.components: dict[str, Schema] = {}
        self._names: dict[tuple[str, bool], str] = {}
        self._outputs = _reachable(method.output for method in contract.methods)
        messages = [each for each in contract.registry if isinstance(each, DescMessage)]
        # The messages that have a field of which callers are told that it ends.
        self._deprecated = {
            message.type_name
            for message in messages
            if any(self._lifecycle(field).get("level") == "DEPRECATED" for field in message.fields)
        }
        self._ambiguous = majors.long_names(contract, major)

    def message(self, message: DescMessage, incoming: bool) -> Schema:
        """A reference to a message's component, or the schema of a well-known type."""
        known = well_known(message)
        if known is not None:
            return known
        key = (message.type_name, incoming)
        name = self._names.get(key)
        if name is None:
            shared = incoming and message.type_name in self._outputs
            name = self._names[key] = self._short(message) + ("Input" if shared else "")
            self.components[name] = {}  # stands there already when a message contains itself
            self.components[name].update(self.object(message, incoming))
        return {"$ref": f"#/components/schemas/{name}"}

    def object(self, message: DescMessage, incoming: bool, without: frozenset[str] = frozenset()) -> Schema:
        """A message's own schema, without the fields that are bound elsewhere."""
        schema: Schema = {"type": "object"}
        text = self.comments.get(message.type_name)
        if text:
            schema["description"] = text
        properties, required = {}, []
        for field in message.fields:
            if field.name in without:
                continue
            properties[field.name] = self.field(field, incoming)
            if self.required(field, incoming):
                required.append(field.name)
        if properties:
            schema["properties"] = properties
        if required:
            schema["required"] = required
        if incoming:
            schema["additionalProperties"] = False
        choices = [choice for oneof in message.oneofs if (choice := self._choice(oneof))]
        if len(choices) == 1:
            schema.update(choices[0])
        elif choices:
            schema["allOf"] = choices
        return schema

    def field(self, field: DescField, incoming: bool) -> Schema:
        """The schema of a field, with its comment, rules and sensitivity."""
        schema = self._value(field, incoming)
        text = self.comments.get(f"{field.parent.type_name}.{field.name}")
        if text:
            schema["description"] = text
        enum = enum_of(field)
        found = self.contract.option(field, "buf.validate.field")
        if incoming and found is not None:
            rules.apply(schema, found, enum)
            for rule in found.cel:
                schema.setdefault("x-corridor-rules", []).append({"id": rule.id, "message": rule.message})
        sensitivity = self.contract.option(field, "corridor.options.v1.sensitivity")
        if sensitivity is not None:
            schema["x-corridor-sensitivity"] = sensitivity.name
            if incoming and sensitivity.name == "CREDENTIAL":
                schema["writeOnly"] = True
        lifecycle.mark(schema, self._lifecycle(field))
        return schema

    def takes_deprecated(self, message: DescMessage) -> bool:
        """Whether a message has a field that is deprecated, at any depth."""
        if not self._deprecated:
            return False
        return bool(self._deprecated & _reachable([message]))

    def required(self, field: DescField, incoming: bool) -> bool:
        """Whether a field is always there (output), or must be sent (input)."""
        if incoming:
            found = self.contract.option(field, "buf.validate.field")
            if getattr(field.value, "oneof", None) is not None:
                return found is not None and bool(found.required)  # one that is not chosen has no value to break a rule
            return rules.needs_value(found)
        value = field.value
        if isinstance(value, DescFieldValueMessage):
            return False
        if isinstance(value, DescFieldValueScalar | DescFieldValueEnum):
            return value.oneof is None and not field.proto.proto3_optional
        return True

    def _lifecycle(self, field: DescField) -> Schema:
        return lifecycle.of_field(
            self.contract.option(field, "corridor.options.v1.field_stability"), bool(field.deprecated)
        )

    def enum(self, enum: DescEnum) -> Schema:
        """A reference to an enum's component."""
        key = (enum.type_name, False)
        name = self._names.get(key)
        if name is None:
            name = self._names[key] = self._short(enum)
            lines = [self.comments.get(enum.type_name, ""), ""]
            for value in enum.values:
                meaning = self.comments.get(f"{enum.type_name}.{value.name}", "").split("\n", 1)[0]
                lines.append(f"- `{value.name}`: {meaning}")
            self.components[name] = {
                "type": "string",
                "enum": [value.name for value in enum.values],
                "description": "\n".join(lines).strip(),
            }
        return {"$ref": f"#/components/schemas/{name}"}

    def _value(self, field: DescField, incoming: bool) -> Schema:
        value = field.value
        if isinstance(value, DescFieldValueScalar):
            return scalar(value.scalar, incoming)
        if isinstance(value, DescFieldValueEnum):
            return self.enum(value.enum)
        if isinstance(value, DescFieldValueMessage):
            return self.message(value.message, incoming)
        if isinstance(value, DescFieldValueList):
            return {"type": "array", "items": self._element(value.element, incoming)}
        assert isinstance(value, DescFieldValueMap)
        return {"type": "object", "additionalProperties": self._element(value.value, incoming)}

    def _element(self, element: ScalarType | DescEnum | DescMessage, incoming: bool) -> Schema:
        if isinstance(element, DescMessage):
            return self.message(element, incoming)
        if isinstance(element, DescEnum):
            return self.enum(element)
        return scalar(element, incoming)

    def _choice(self, oneof: DescOneof) -> Schema:
        found = self.contract.option(oneof, "buf.validate.oneof")
        if found is not None and found.required:
            return {"oneOf": [{"required": [field.name]} for field in oneof.fields]}
        # None of them, or one: what cannot be is two of them.
        pairs: list[Schema] = [{"required": [a.name, b.name]} for a, b in combinations(oneof.fields, 2)]
        return {"not": {"anyOf": pairs} if len(pairs) > 1 else pairs[0]} if pairs else {}

    def _short(self, descriptor: DescMessage | DescEnum) -> str:
        if descriptor.type_name not in self._ambiguous:
            return descriptor.name
        return "".join(part[:1].upper() + part[1:] for part in descriptor.type_name.split("."))


def scalar(kind: ScalarType, incoming: bool) -> Schema:
    """The schema of a scalar. 64-bit integers are strings in JSON, and are taken as numbers too."""
    if kind in _INT64 or kind in _UINT64:
        pattern = "^-?[0-9]{1,19}$" if kind in _INT64 else "^[0-9]{1,20}$"
        form = "int64" if kind in _INT64 else "uint64"
        return {"type": ["string", "integer"] if incoming else "string", "format": form, "pattern": pattern}
    if kind in _INT32:
        return {"type": "integer", "format": "int32", "minimum": -(2**31), "maximum": 2**31 - 1}
    if kind in _UINT32:
        return {"type": "integer", "minimum": 0, "maximum": 2**32 - 1}
    if kind in (ScalarType.FLOAT, ScalarType.DOUBLE):
        return {"type": "number"}
    if kind is ScalarType.BOOL:
        return {"type": "boolean"}
    if kind is ScalarType.BYTES:
        return {"type": "string", "contentEncoding": "base64"}
    return {"type": "string"}


def enum_of(field: DescField) -> DescEnum | None:
    """The enum of a field or of its elements, if it has one."""
    value = field.value
    if isinstance(value, DescFieldValueEnum):
        return value.enum
    if isinstance(value, DescFieldValueList) and isinstance(value.element, DescEnum):
        return value.element
    return None


def message_of(field: DescField) -> DescMessage | None:
    """The message of a field, of its elements or of its map's values, if it has one."""
    value = field.value
    if isinstance(value, DescFieldValueMessage):
        return value.message
    if isinstance(value, DescFieldValueList) and isinstance(value.element, DescMessage):
        return value.element
    if isinstance(value, DescFieldValueMap) and isinstance(value.value, DescMessage):
        return value.value
    return None


def _reachable(roots: Any) -> set[str]:
    found: set[str] = set()
    waiting = list(roots)
    while waiting:
        message = waiting.pop()
        if message.type_name not in found:
            found.add(message.type_name)
            waiting += [inner for field in message.fields if (inner := message_of(field)) is not None]
    return found
