"""What changed between two images, in words for the change log. An added or removed parent speaks for its children."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
    FileDescriptorSet,
    ServiceDescriptorProto,
)
from google.protobuf.message import Message

from server.cli.contracts import image as images

Facts = dict[str, str | int | bytes]


@dataclass(frozen=True, slots=True)
class Element:
    """One thing of a contract: what it is, whose part it is, and the facts whose change is worth a line."""

    kind: str
    parent: str | None
    facts: Facts


@dataclass(frozen=True, slots=True)
class Changes:
    """Lines of Markdown, sorted by name."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]


def between(before: FileDescriptorSet, after: FileDescriptorSet) -> Changes:
    """The changes of our own contracts; imports are not ours to announce."""
    old, new = elements(before), elements(after)
    changed = []
    for name in sorted(old.keys() & new.keys()):
        if differences := _differences(old[name], new[name]):
            changed.append(f"{new[name].kind} `{name}`: {', '.join(differences)}")
    return Changes(
        added=tuple(_one_sided(new, old)),
        changed=tuple(changed),
        removed=tuple(_one_sided(old, new)),
    )


def elements(image: FileDescriptorSet) -> dict[str, Element]:
    """Every element of our contracts by full name."""
    found: dict[str, Element] = {}
    for file in image.file:
        if images.is_ours(file.name):
            found.update(_of_file(file))
    return found


def _of_file(file: FileDescriptorProto) -> Iterator[tuple[str, Element]]:
    messages = dict(images.messages(file))
    maps = {f".{name}": _map(message) for name, message in messages.items() if message.options.map_entry}
    for service in file.service:
        yield from _of_service(f"{file.package}.{service.name}", service, file.name)
    for enum in file.enum_type:
        yield from _of_enum(f"{file.package}.{enum.name}", enum, None, file.name)
    for extension in file.extension:
        facts = _field_facts(extension, maps) | {"extends": extension.extendee.removeprefix(".")}
        yield f"{file.package}.{extension.name}", Element("option", None, facts)
    for name, message in messages.items():
        if message.options.map_entry:
            continue
        above = name.rpartition(".")[0]
        parent = above if above in messages else None
        yield name, Element("message", parent, {"file": file.name, "options": _bytes(message.options)})
        for member in message.field:
            facts = _field_facts(member, maps)
            if member.HasField("oneof_index") and not member.proto3_optional:
                facts["oneof"] = message.oneof_decl[member.oneof_index].name
            yield f"{name}.{member.name}", Element("field", name, facts)
        for enum in message.enum_type:
            yield from _of_enum(f"{name}.{enum.name}", enum, name, file.name)


def _of_service(name: str, service: ServiceDescriptorProto, file: str) -> Iterator[tuple[str, Element]]:
    yield name, Element("service", None, {"file": file, "options": _bytes(service.options)})
    for method in service.method:
        facts: Facts = {
            "request": ("stream " if method.client_streaming else "") + method.input_type.removeprefix("."),
            "response": ("stream " if method.server_streaming else "") + method.output_type.removeprefix("."),
            "options": _bytes(method.options),
        }
        yield f"{name}.{method.name}", Element("rpc", name, facts)


def _of_enum(name: str, enum: EnumDescriptorProto, parent: str | None, file: str) -> Iterator[tuple[str, Element]]:
    yield name, Element("enum", parent, {"file": file, "options": _bytes(enum.options)})
    for value in enum.value:
        yield f"{name}.{value.name}", Element("value", name, {"number": value.number, "options": _bytes(value.options)})


def _field_facts(member: FieldDescriptorProto, maps: Mapping[str, str]) -> Facts:
    label = FieldDescriptorProto.Label.Name(member.label).removeprefix("LABEL_").lower()
    return {
        "type": maps.get(member.type_name) or _type(member),
        "label": "explicitly optional" if member.proto3_optional else label,
        "number": member.number,
        "JSON name": member.json_name,
        "oneof": "none",
        "options": _bytes(member.options),
    }


def _type(member: FieldDescriptorProto) -> str:
    return member.type_name.removeprefix(".") or FieldDescriptorProto.Type.Name(member.type)[len("TYPE_") :].lower()


def _map(entry: DescriptorProto) -> str:
    return f"map<{', '.join(_type(member) for member in entry.field)}>"


def _bytes(options: Message) -> bytes:
    return options.SerializeToString(deterministic=True)


def _differences(before: Element, after: Element) -> list[str]:
    if before.kind != after.kind:
        return [f"was a {before.kind}"]
    # What an option says is read in the contract itself; that it changed is what matters here.
    return [
        name if isinstance(value, bytes) else f"{name} {before.facts[name]!s} → {value}"
        for name, value in after.facts.items()
        if before.facts[name] != value
    ]


def _one_sided(here: Mapping[str, Element], there: Mapping[str, Element]) -> Iterator[str]:
    """What only one image has. RPCs always get a line; parts of a new or lost message or enum are only counted."""
    children = Counter(element.parent for element in here.values() if element.kind in {"field", "value"})
    for name in sorted(here.keys() - there.keys()):
        element = here[name]
        whole = element.parent is None or element.parent in there
        if whole or element.kind == "rpc":
            part = {"message": "field", "enum": "value"}.get(element.kind)
            count = f" ({children[name]} {part}{'' if children[name] == 1 else 's'})" if part else ""
            yield f"{element.kind} `{name}`{count}"
