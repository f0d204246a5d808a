"""How elements are written: comments, places and texts, for showing both sides beside each other.

Rule: the text as its author wrote it comes first; where there is none, it is written anew from the descriptor.
"""

import textwrap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf.descriptor_pb2 import FieldDescriptorProto

from server.cli.contracts.review import visible
from server.cli.contracts.review.elements import Element, Is
from server.cli.contracts.review.model import Place, Side

LINES = 40
"""The most lines of one element that are shown."""

_PREFIX = len("TYPE_")


@dataclass(frozen=True, slots=True)
class _Location:
    first: int
    last: int
    comment: str


class Writing:
    """The writing of one side."""

    def __init__(self, side: Side, files: Mapping[str, Any], maps: Mapping[str, tuple[Any, Any]]) -> None:
        self._files = files
        self._maps = maps
        self._lines = {name: visible.lines(text) for name, text in side.texts.items()}
        self._locations: dict[str, Mapping[tuple[int, ...], _Location]] = {}

    def comment(self, element: Element) -> str:
        found = self._location(element)
        return textwrap.dedent(found.comment).strip() if found else ""

    def place(self, element: Element) -> Place:
        found = self._location(element)
        return Place(element.file, found.first + 1 if found else int(element.kind is Is.FILE))

    def lines(self, element: Element) -> range:
        found = self._location(element)
        return range(found.first + 1, found.last + 2) if found else range(0)

    def text(self, element: Element) -> str:
        if element.kind is Is.FILE:
            return _shortened(self._lines.get(element.file) or [f"package {element.package};"])
        found, lines = self._location(element), self._lines.get(element.file)
        if found is None or lines is None:
            return _shortened(list(self._anew(element)))
        first = found.first
        # Spans begin after the comment. It belongs to the element all the same.
        while found.comment and first > 0 and lines[first - 1].lstrip().startswith("//"):
            first -= 1
        return _shortened(textwrap.dedent("\n".join(lines[first : found.last + 1])).split("\n"))

    def type_of(self, field: Any) -> str:
        if field.type_name in self._maps:
            return f"map<{', '.join(self.type_of(part) for part in self._maps[field.type_name])}>"
        return str(field.type_name[1:] or FieldDescriptorProto.Type.Name(field.type)[_PREFIX:].lower())

    def label_of(self, field: Any) -> str:
        if field.type_name in self._maps:
            return "map"
        if field.label == FieldDescriptorProto.LABEL_REPEATED:
            return "repeated"
        return "optional" if field.proto3_optional else ""

    def _location(self, element: Element) -> _Location | None:
        if not element.path:
            return None
        if element.file not in self._locations:
            self._locations[element.file] = {
                tuple(each.path): _Location(
                    each.span[0], each.span[2] if len(each.span) == 4 else each.span[0], each.leading_comments
                )
                for each in self._files[element.file].source_code_info.location
                # Elements have paths of even length; others are names, numbers and types within them.
                if len(each.path) % 2 == 0
            }
        return self._locations[element.file].get(element.path)

    def _anew(self, element: Element) -> Iterator[str]:
        proto = element.proto
        write: Callable[[Any], Iterator[str]] | None = {
            Is.MESSAGE: self._message,
            Is.ENUM: self._enum,
            Is.SERVICE: self._service,
            Is.FIELD: self._field,
            Is.OPTION: self._field,
            Is.RPC: self._rpc,
            Is.VALUE: lambda value: iter([f"{value.name} = {value.number};"]),
            Is.ONEOF: lambda oneof: iter([f"oneof {oneof.name}"]),
        }.get(element.kind)
        return write(proto) if write else iter([f"package {element.package};"])

    def _message(self, message: Any) -> Iterator[str]:
        yield f"message {message.name} {{"
        for field in message.field:
            yield from (f"  {line}" for line in self._field(field))
        yield "}"

    def _enum(self, enum: Any) -> Iterator[str]:
        yield f"enum {enum.name} {{"
        yield from (f"  {value.name} = {value.number};" for value in enum.value)
        yield "}"

    def _service(self, service: Any) -> Iterator[str]:
        yield f"service {service.name} {{"
        for method in service.method:
            yield from (f"  {line}" for line in self._rpc(method))
        yield "}"

    def _field(self, field: Any) -> Iterator[str]:
        label = self.label_of(field)
        label = f"{label} " if label in ("repeated", "optional") else ""
        yield f"{label}{self.type_of(field)} {field.name} = {field.number};"

    def _rpc(self, method: Any) -> Iterator[str]:
        request = ("stream " if method.client_streaming else "") + method.input_type[1:]
        response = ("stream " if method.server_streaming else "") + method.output_type[1:]
        yield f"rpc {method.name}({request}) returns ({response});"


def _shortened(lines: list[str]) -> str:
    if len(lines) > LINES:
        lines = [*lines[:LINES], f"… {len(lines) - LINES} more lines"]
    return "\n".join(lines)
