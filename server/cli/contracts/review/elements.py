"""The elements of one side: packages, files, messages, fields, oneofs, enums, values, services, RPCs and options.

Rule: an element's full name says where it is, and elements of ours alone are listed; imports are not ours to review.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from server.cli.contracts import image as images

# Numbers of fields in descriptor.proto, of which paths into a file are made.
_FILE_MESSAGE, _FILE_ENUM, _FILE_SERVICE, _FILE_EXTENSION = 4, 5, 6, 7
_MESSAGE_FIELD, _MESSAGE_NESTED, _MESSAGE_ENUM, _MESSAGE_EXTENSION, _MESSAGE_ONEOF = 2, 3, 4, 6, 8
_ENUM_VALUE = _SERVICE_METHOD = 2


class Is(Enum):
    """What an element is. The value is the word for people."""

    PACKAGE = "package"
    FILE = "file"
    MESSAGE = "message"
    FIELD = "field"
    ONEOF = "oneof"
    ENUM = "enum"
    VALUE = "value"
    SERVICE = "service"
    RPC = "RPC"
    OPTION = "option"


@dataclass(frozen=True, slots=True, eq=False)
class Element:
    """One thing that a contract declares."""

    kind: Is
    name: str
    """Full name. A file's is its path; a value's holds its enum's: `corridor.x.v1.State.STATE_OPEN`."""
    parent: str
    """Full name of what holds it: its message, enum or service, else its package; empty for a package."""
    package: str
    file: str
    """Name in the image, such as `corridor/payouts/v1/payout.proto`; empty for a package."""
    proto: Any
    """Its descriptor of descriptor.proto (`FieldDescriptorProto` …), with options readable; None for a package."""
    path: tuple[int, ...] = ()
    """Where it is in its file's descriptor, as in `SourceCodeInfo.Location.path`."""

    @property
    def short(self) -> str:
        """The name without package and parent."""
        return self.name if self.kind in (Is.PACKAGE, Is.FILE) else self.name.rpartition(".")[2]


def index(files: Any) -> dict[str, Element]:
    """Every element of our files by full name, parents before children, in the order of the image."""
    found: dict[str, Element] = {}
    for file in files:
        if images.is_ours(file.name):
            found.setdefault(file.package, Element(Is.PACKAGE, file.package, "", file.package, "", None))
            for element in _of_file(file):
                found[element.name] = element
    return found


def _of_file(file: Any) -> Iterator[Element]:
    def made(kind: Is, name: str, parent: str, proto: Any, *path: int) -> Element:
        return Element(kind, name, parent, file.package, file.name, proto, path)

    def members(message: Any, name: str, path: tuple[int, ...]) -> Iterator[Element]:
        synthetic = {field.oneof_index for field in message.field if field.proto3_optional}
        for place, oneof in enumerate(message.oneof_decl):
            if place not in synthetic:
                yield made(Is.ONEOF, f"{name}.{oneof.name}", name, oneof, *path, _MESSAGE_ONEOF, place)
        for place, field in enumerate(message.field):
            yield made(Is.FIELD, f"{name}.{field.name}", name, field, *path, _MESSAGE_FIELD, place)
        for place, field in enumerate(message.extension):
            yield made(Is.OPTION, f"{name}.{field.name}", name, field, *path, _MESSAGE_EXTENSION, place)
        for place, enum in enumerate(message.enum_type):
            yield from values(enum, f"{name}.{enum.name}", name, (*path, _MESSAGE_ENUM, place))
        for place, nested in enumerate(message.nested_type):
            if not nested.options.map_entry:
                inner = f"{name}.{nested.name}"
                yield made(Is.MESSAGE, inner, name, nested, *path, _MESSAGE_NESTED, place)
                yield from members(nested, inner, (*path, _MESSAGE_NESTED, place))

    def values(enum: Any, name: str, parent: str, path: tuple[int, ...]) -> Iterator[Element]:
        yield made(Is.ENUM, name, parent, enum, *path)
        for place, value in enumerate(enum.value):
            yield made(Is.VALUE, f"{name}.{value.name}", name, value, *path, _ENUM_VALUE, place)

    yield made(Is.FILE, file.name, file.package, file)
    for place, service in enumerate(file.service):
        name = f"{file.package}.{service.name}"
        yield made(Is.SERVICE, name, file.package, service, _FILE_SERVICE, place)
        for inner, method in enumerate(service.method):
            path = (_FILE_SERVICE, place, _SERVICE_METHOD, inner)
            yield made(Is.RPC, f"{name}.{method.name}", name, method, *path)
    for place, message in enumerate(file.message_type):
        name = f"{file.package}.{message.name}"
        yield made(Is.MESSAGE, name, file.package, message, _FILE_MESSAGE, place)
        yield from members(message, name, (_FILE_MESSAGE, place))
    for place, enum in enumerate(file.enum_type):
        yield from values(enum, f"{file.package}.{enum.name}", file.package, (_FILE_ENUM, place))
    for place, field in enumerate(file.extension):
        yield made(Is.OPTION, f"{file.package}.{field.name}", file.package, field, _FILE_EXTENSION, place)


def maps(files: Any) -> Mapping[str, tuple[Any, Any]]:
    """The key and the value field of each map, by the type name of its entry (`.corridor.x.v1.Y.LabelsEntry`)."""
    return {
        f".{name}": (message.field[0], message.field[1])
        for file in files
        for name, message in images.messages(file)
        if message.options.map_entry
    }
