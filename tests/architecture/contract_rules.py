"""The rules of the contract that buf does not know, as functions from a descriptor to what is wrong with it.

Each answer is a list of lines for people; an empty list means that the rule is kept.
"""

import functools
from collections.abc import Iterator, Mapping
from pathlib import Path

from buf.validate import validate_pb2
from google.protobuf.descriptor import Descriptor, FieldDescriptor, MethodDescriptor
from google.protobuf.descriptor_pb2 import FileDescriptorSet

from corridor.errors.v1 import error_reason_pb2 as reasons
from server.kit import contract

_IMAGE = Path(__file__).parents[2] / "gen" / "corridor.binpb"
_ERRORS = "corridor/errors/v1/error_reason.proto"
PAGE_SIZE_AT_MOST = 250


def fields(message: Descriptor) -> Iterator[FieldDescriptor]:
    """Every field that a request of this type can carry, however deep. Types of others keep their own rules."""
    ahead, seen = [message], set()
    while ahead:
        current = ahead.pop()
        if current.full_name in seen or current.full_name.startswith("google."):
            continue
        seen.add(current.full_name)
        yield from current.fields
        ahead.extend(field.message_type for field in current.fields if field.message_type and not is_map(field))
        ahead.extend(
            value.message_type for field in current.fields if is_map(field) and (value := map_value(field)).message_type
        )


def is_map(field: FieldDescriptor) -> bool:
    """Whether the field is a map."""
    return field.message_type is not None and field.message_type.GetOptions().map_entry


def entry(field: FieldDescriptor) -> Mapping[str, FieldDescriptor]:
    """Key and value of a map's entries."""
    assert field.message_type is not None
    return field.message_type.fields_by_name


def map_value(field: FieldDescriptor) -> FieldDescriptor:
    """The value of a map's entries."""
    return entry(field)["value"]


def rules_of(field: FieldDescriptor) -> validate_pb2.FieldRules:
    """What protovalidate holds the field to."""
    return field.GetOptions().Extensions[validate_pb2.field]


def unbounded(field: FieldDescriptor) -> list[str]:
    """What is missing before every value of the field has a largest size and a known meaning."""
    rules = rules_of(field)
    if is_map(field):
        parts = entry(field)
        found = [
            "no max_pairs" * (not rules.map.HasField("max_pairs")),
            _of_value(parts["key"], rules.map.keys, "keys: "),
            _of_value(parts["value"], rules.map.values, "values: "),
        ]
    elif field.is_repeated:
        found = [
            "no max_items" * (not rules.repeated.HasField("max_items")),
            _of_value(field, rules.repeated.items, "items: "),
        ]
    else:
        found = [_of_value(field, rules, "")]
    return [f"{field.full_name}: {what}" for what in found if what]


def _of_value(field: FieldDescriptor, rules: validate_pb2.FieldRules, where: str) -> str:
    if field.type == FieldDescriptor.TYPE_STRING:
        said = {rule.name for rule, _ in rules.string.ListFields()}
        bounded = said & {"max_len", "max_bytes", "len", "len_bytes", "const", "in"}
        return "" if bounded else f"{where}no max_len"
    if field.type == FieldDescriptor.TYPE_BYTES:
        return "" if rules.bytes.HasField("max_len") or rules.bytes.HasField("len") else f"{where}no max_len"
    if field.type == FieldDescriptor.TYPE_ENUM:
        known = rules.enum.defined_only or len(getattr(rules.enum, "in")) or rules.enum.HasField("const")
        return "" if known else f"{where}not defined_only"
    return ""


def unpaged(method: MethodDescriptor) -> list[str]:
    """What a list lacks before it can be read page by page."""
    if not method.name.startswith("List"):
        return []
    asked, answered = method.input_type.fields_by_name, method.output_type.fields_by_name
    wanted = {"page_size": FieldDescriptor.TYPE_INT32, "page_token": FieldDescriptor.TYPE_STRING}
    found = [
        f"{method.full_name}: the request has no {name}"
        for name, kind in wanted.items()
        if name not in asked or asked[name].type != kind or asked[name].is_repeated
    ]
    if "page_size" in asked and rules_of(asked["page_size"]).int32.lte != PAGE_SIZE_AT_MOST:
        found.append(f"{method.full_name}: page_size is not held to {PAGE_SIZE_AT_MOST}")
    if "next_page_token" not in answered:
        found.append(f"{method.full_name}: the response has no next_page_token")
    if sum(field.is_repeated for field in answered.values()) != 1:
        found.append(f"{method.full_name}: the response does not hold one list")
    return found


def wrong_facts(reason: int, comment: str) -> list[str]:
    """What a reason lacks before callers can rely on it."""
    facts = contract.facts(reason)
    complete = {
        "a gRPC code": facts.code != 0,
        "an HTTP status of 202, or from 400 to 599": facts.http_status == 202 or 400 <= facts.http_status <= 599,
        "a class": getattr(facts, "class") != 0,
        "a title": bool(facts.title),
        "a suggested action": facts.suggested_action.endswith("."),
        "a worked example": "\n Example: " in comment,
    }
    return [f"{contract.reason_name(reason)} has not {what}" for what, there in complete.items() if not there]


@functools.cache
def reason_comments() -> dict[int, str]:
    """The comment of every error reason, as the published descriptors carry it."""
    image = FileDescriptorSet.FromString(_IMAGE.read_bytes())
    file = next(file for file in image.file if file.name == _ERRORS)
    (index, values) = next((i, e.value) for i, e in enumerate(file.enum_type) if e.name == "ErrorReason")
    comments = {tuple(place.path): place.leading_comments for place in file.source_code_info.location}
    return {value.number: comments.get((5, index, 2, i), "") for i, value in enumerate(values)}


def all_reasons() -> list[int]:
    """Every error reason but the one that is none."""
    return [number for number in reasons.ErrorReason.values() if number]
