"""Random changes of the real contracts: one fact of an element at a time, in options and in declarations.

Rule: a mutation keeps the image loadable, and always changes what the descriptor says.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from google.protobuf.descriptor import FieldDescriptor

from server.cli.contracts import image as images
from server.cli.contracts.review import elements, options
from server.cli.contracts.review.elements import Element, Is
from server.cli.contracts.review.model import Side

# Options that make another kind of message or file of their owner, and so no loadable one.
_LEFT_ALONE = frozenset(
    (
        "allow_alias",
        "edition_defaults",
        "feature_support",
        "features",
        "map_entry",
        "message_set_wire_format",
        "targets",
        "uninterpreted_option",
        "weak",
    )
)
_DEPTH = 4
_OPTIONS = ("corridor.options.", "corridor.access.v1.RoleFacts", "corridor.errors.v1.MethodErrors")
_SCALARS = {"int32": 5, "int64": 3, "uint32": 13, "string": 9, "bytes": 12, "bool": 8, "double": 1}


@dataclass(frozen=True)
class Mutation:
    """What was done to which element."""

    element: str
    file: str
    what: str


def mutate(side: Side, random: Random, at_most: int) -> tuple[Side, list[Mutation]]:
    """A side with many elements changed in one fact each, none of which holds another; and what was done."""
    contracts = options.read(side)
    files = [type(file).FromString(file.SerializeToString()) for file in contracts.files.values()]
    found = [each for each in elements.index(files).values() if _wanted(each)]
    random.shuffle(found)
    changed: set[str] = set()
    holders: set[str] = set()
    done: list[Mutation] = []
    for element in found:
        if len(done) >= at_most:
            break
        if element.name in holders or changed & set(_around(element)):
            continue
        if what := _mutate_one(element, files, random):
            done.append(Mutation(element.name, element.file, what))
            changed.add(element.name)
            holders.update(_around(element))
    by_name = {file.name: file for file in files}
    image = images.read(b"")
    for file in side.image.file:
        image.file.add().MergeFromString(by_name.get(file.name, file).SerializeToString())
    return Side("mutated", image, {}), done


def _wanted(element: Element) -> bool:
    """Whether an element may be changed. Options themselves are what the rest is read by."""
    return (
        element.kind is not Is.PACKAGE
        and not f"{element.package}.".startswith(_OPTIONS)
        and not (element.name.startswith(_OPTIONS))
    )


def _around(element: Element) -> Iterator[str]:
    """What holds an element: its parents and its file."""
    name = element.name
    while element.kind is not Is.FILE and name != element.package and "." in name:
        name = name.rpartition(".")[0]
        yield name
    yield element.file


def _mutate_one(element: Element, files: Any, random: Random) -> str:
    """Change one fact; empty where the element has none of the kind that was drawn."""
    before = element.proto.SerializeToString(deterministic=True)
    draw = random.random()
    if draw < _COMMENTS:
        return _comment(element, files)
    declared = _DECLARED.get(element.kind)
    if declared and draw < _DECLARATIONS:
        what = random.choice(declared)(element, random)
    else:
        what = _option(element.proto.options, random, 0)
    return what if element.proto.SerializeToString(deterministic=True) != before else ""


_COMMENTS, _DECLARATIONS = 0.08, 0.35


def _comment(element: Element, files: Any) -> str:
    file = next(file for file in files if file.name == element.file)
    for location in file.source_code_info.location:
        if element.path and tuple(location.path) == element.path:
            location.leading_comments += " And more.\n"
            return "comment"
    return ""


def _option(message: Any, random: Random, depth: int) -> str:
    """Change something within options, at a depth that is drawn."""
    fields = [field for field in _fields(message) if field.name not in _LEFT_ALONE]
    if not fields:
        return ""
    field = random.choice(fields)
    if field.is_repeated:
        return _repeated(message, field, random)
    if field.message_type is not None:
        if depth < _DEPTH and random.random() < 0.9:
            inner = message.Extensions[field] if field.is_extension else getattr(message, field.name)
            return f"{field.name}.{_option(inner, random, depth + 1)}"
        (message.ClearExtension if field.is_extension else message.ClearField)(_handle(field))
        return f"{field.name} cleared"
    value = _other(field, message.Extensions[field] if field.is_extension else getattr(message, field.name), random)
    if field.is_extension:
        message.Extensions[field] = value
    else:
        setattr(message, field.name, value)
    return f"{field.name} = {value!r}"


def _fields(message: Any) -> list[FieldDescriptor]:
    """What is set counts as often as all that could be, so that real rules are changed often."""
    stated = [field for field, _ in message.ListFields()]
    return [*message.DESCRIPTOR.fields, *stated * (1 + len(message.DESCRIPTOR.fields) // max(len(stated), 1))]


def _handle(field: FieldDescriptor) -> Any:
    return field if field.is_extension else field.name


def _repeated(message: Any, field: FieldDescriptor, random: Random) -> str:
    values = message.Extensions[field] if field.is_extension else getattr(message, field.name)
    if len(values) and random.random() < 0.5:
        del values[random.randrange(len(values))]
        return f"{field.name} lost one"
    if field.message_type is not None:
        _option(values.add(), random, _DEPTH)
    else:
        values.append(_other(field, values[0] if len(values) else field.default_value or None, random))
    return f"{field.name} won one"


def _other(field: FieldDescriptor, value: Any, random: Random) -> Any:
    if field.enum_type is not None:
        others = [each.number for each in field.enum_type.values if each.number != value]
        return random.choice(others) if others else value
    kind = field.cpp_type
    if kind == FieldDescriptor.CPPTYPE_BOOL:
        return not value
    if kind == FieldDescriptor.CPPTYPE_STRING:
        new = f"{random.randrange(1000)}"
        return new.encode() if field.type == FieldDescriptor.TYPE_BYTES else f"x{new}"
    if kind in (FieldDescriptor.CPPTYPE_DOUBLE, FieldDescriptor.CPPTYPE_FLOAT):
        return (value or 0.0) + random.randrange(1, 9)
    return (value if isinstance(value, int) else 0) + random.randrange(1, 9)


def _field_name(field: Element, random: Random) -> str:
    if not field.proto.type_name.endswith("Entry"):  # a map's entry is named after it
        field.proto.name = f"{field.proto.name}_{random.randrange(1000)}"
    return "renamed"


def _field_json_name(field: Element, random: Random) -> str:
    field.proto.json_name = f"x{random.randrange(1000)}"
    return "JSON name"


def _field_number(field: Element, random: Random) -> str:
    field.proto.number += random.choice((5000, 6000))  # no two of a message get the same
    return "renumbered"


def _field_type(field: Element, random: Random) -> str:
    if field.proto.type in _SCALARS.values():
        field.proto.type = random.choice(list(_SCALARS.values()))
    return "type"


def _field_label(field: Element, _: Random) -> str:
    proto = field.proto
    if not proto.HasField("oneof_index") and not (proto.type_name.endswith("Entry") and proto.label == _REPEATED):
        proto.label = _OPTIONAL if proto.label == _REPEATED else _REPEATED
    return "label"


_OPTIONAL, _REPEATED = 1, 3


def _rpc_request(rpc: Element, _: Random) -> str:
    rpc.proto.input_type = rpc.proto.output_type
    return "request"


def _rpc_answer(rpc: Element, _: Random) -> str:
    rpc.proto.output_type = rpc.proto.input_type
    return "answer"


def _rpc_stream(rpc: Element, random: Random) -> str:
    name = random.choice(("client_streaming", "server_streaming"))
    setattr(rpc.proto, name, not getattr(rpc.proto, name))
    return name


def _value_name(value: Element, random: Random) -> str:
    value.proto.name = f"{value.proto.name}_{random.randrange(1000)}"
    return "renamed"


def _value_number(value: Element, random: Random) -> str:
    if value.proto.number:
        value.proto.number += random.choice((5000, 6000))
    return "renumbered"


def _reserve(holder: Element, random: Random) -> str:
    name = f"x{random.randrange(1000)}"
    holder.proto.reserved_name.append(name)
    return "reserved"


def _import(file: Element, _: Random) -> str:
    if _UNUSED not in file.proto.dependency:
        file.proto.dependency.append(_UNUSED)
    return "import"


_UNUSED = "google/protobuf/timestamp.proto"

_DECLARED: dict[Is, tuple[Callable[[Element, Random], str], ...]] = {
    Is.FIELD: (_field_name, _field_json_name, _field_number, _field_type, _field_label),
    Is.RPC: (_rpc_request, _rpc_answer, _rpc_stream),
    Is.VALUE: (_value_name, _value_number),
    Is.MESSAGE: (_reserve,),
    Is.ENUM: (_reserve,),
    Is.FILE: (_import,),
}
