"""One side, read: its elements, what their options say, where they stand, and how they are written.

Options are read from the side's own descriptors, whatever they were then; an option it does not have is just absent.
"""

from collections.abc import Iterable, Iterator, Mapping
from threading import Lock
from typing import Any

import click
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import DecodeError

from server.cli.contracts import image as images
from server.cli.contracts.review import elements as listed
from server.cli.contracts.review.elements import Element, Is
from server.cli.contracts.review.model import Place, Side
from server.cli.contracts.review.writing import Writing

#     contracts = options.read(side)
#     for rpc in contracts.of(Is.RPC):
#         contracts.policy(rpc).get("scopes", ())       # ("payouts:create",)
#         contracts.http(rpc)                           # {"post": "/v1/payouts", "body": "*", …}

Plain = dict[str, Any]
"""A message is a dict of the fields that are set, an enum its value's name, a Duration its seconds, a list a tuple.

So values of two sides compare with `==`.
"""

_KEPT = 4
_reading = Lock()
_read: dict[int, tuple[Side, "Contracts"]] = {}


def read(side: Side) -> "Contracts":
    """The contracts of a side. Asking again gives the same object, as long as few others were asked for since."""
    with _reading:
        known = _read.get(id(side))
        if known is None:
            known = _read[id(side)] = (side, Contracts(side))
            while len(_read) > _KEPT:
                del _read[next(iter(_read))]
        return known[1]


class Contracts:
    """The elements of one side, with options, comments, places and texts."""

    def __init__(self, side: Side) -> None:
        """Read a side.

        Raises:
            click.ClickException: its image does not hold together.
        """
        self.side = side
        self._pool, files = _typed(side)
        self.elements: Mapping[str, Element] = listed.index(files)
        """Every element by full name, parents before children."""
        self._children: dict[str, list[Element]] = {}
        for element in self.elements.values():
            self._children.setdefault(element.parent, []).append(element)
        self.files: Mapping[str, Any] = {file.name: file for file in files if images.is_ours(file.name)}
        """Our files by name, as FileDescriptorProto with options readable."""
        self._writing = Writing(side, self.files, listed.maps(files))
        self._options: dict[tuple[str, str], Any] = {}

    @property
    def commented(self) -> bool:
        """Whether this side has comments at all: a released image keeps none, so their lack says nothing."""
        return any(file.source_code_info.location for file in self.files.values())

    def of(self, *kinds: Is) -> Iterator[Element]:
        """All elements of some kinds."""
        return (element for element in self.elements.values() if element.kind in kinds)

    def children(self, element: Element, *kinds: Is) -> Iterator[Element]:
        """What an element holds directly; of some kinds, where any is named."""
        return (each for each in self._children.get(element.name, ()) if not kinds or each.kind in kinds)

    def option(self, element: Element, name: str) -> Any:
        """What an option, by its full name (`corridor.options.v1.policy`), says of an element; None for nothing."""
        key = (element.name, name)
        if key not in self._options:
            self._options[key] = self._look_up(element, name)
        return self._options[key]

    def _look_up(self, element: Element, name: str) -> Any:
        options = getattr(element.proto, "options", None)
        if options is None or not element.proto.HasField("options"):
            return None
        for extension, value in options.ListFields():
            if extension.is_extension and extension.full_name == name:
                return plain(extension, value)
        return None

    def policy(self, rpc: Element) -> Plain:
        """The policy: `scopes`, `idempotency`, `deadline` (seconds), `audit`, `rate_class`, `callers`, `stability`."""
        return self.option(rpc, "corridor.options.v1.policy") or {}

    def http(self, rpc: Element) -> Plain:
        """The HTTP rule: the verb (`get`, `post` … with the path), `body`, `response_body`, `additional_bindings`."""
        return self.option(rpc, "google.api.http") or {}

    def errors(self, rpc: Element) -> tuple[str, ...]:
        """The reasons that an RPC declares, such as `ERROR_REASON_NOT_FOUND`, as ordered in the text."""
        declared: Plain = self.option(rpc, "corridor.errors.v1.errors") or {}
        return tuple(declared.get("reasons", ()))

    def rules(self, element: Element) -> Plain:
        """The validation of a field, message or oneof, as protovalidate has it: `{'string': {'max_len': 40}}`."""
        kind = {Is.FIELD: "field", Is.MESSAGE: "message", Is.ONEOF: "oneof"}.get(element.kind)
        return (self.option(element, f"buf.validate.{kind}") or {}) if kind else {}

    def sensitivity(self, field: Element) -> str:
        """Such as `SENSITIVITY_PERSONAL`; empty where the field is not sensitive."""
        found: str = self.option(field, "corridor.options.v1.sensitivity") or ""
        return "" if found == "SENSITIVITY_UNSPECIFIED" else found

    def stability(self, element: Element) -> Plain:
        """Of an RPC or a field: `level`, `deprecated_since`, `sunset`, `replacement`."""
        if element.kind is Is.RPC:
            return self.policy(element).get("stability", {})  # type: ignore[no-any-return] # plain values are dynamic
        return self.option(element, "corridor.options.v1.field_stability") or {}

    def error(self, value: Element) -> Plain:
        """The facts of an error reason: `code`, `http_status`, `class`, `retryable`, `title`, `suggested_action`."""
        return self.option(value, "corridor.options.v1.error") or {}

    def event(self, message: Element) -> str:
        """The type of the event whose data a message is, such as `payout.settled`; empty for other messages."""
        facts: Plain = self.option(message, "corridor.options.v1.event") or {}
        return str(facts.get("type", ""))

    def comment(self, element: Element) -> str:
        """The comment that stands before an element, without slashes; empty where there is none, or no comments are."""
        return self._writing.comment(element)

    def place(self, element: Element) -> Place:
        """Where an element begins."""
        return self._writing.place(element)

    def lines(self, element: Element) -> range:
        """The lines of an element in its file, from 1, without its comment; empty where they are not known."""
        return self._writing.lines(element)

    def text(self, element: Element) -> str:
        """How an element is written, with its comment; written anew from the descriptor where the text is not known."""
        return self._writing.text(element)

    def type_of(self, field: Element) -> str:
        """The type of a field as it is written: `string`, `corridor.type.v1.Money`, `map<string, int32>`."""
        return self._writing.type_of(field.proto)

    def label_of(self, field: Element) -> str:
        """`repeated`, `optional` (its presence is told), `map`, or empty."""
        return self._writing.label_of(field.proto)


def common(before: Contracts, after: Contracts, *kinds: Is) -> Iterator[tuple[Element, Element]]:
    """Elements that both sides have, of some kinds (all, where none is named), from files that differ at all."""
    differ = {name for name in before.files.keys() | after.files.keys() if _differs(before, after, name)}
    for name, element in before.elements.items():
        other = after.elements.get(name)
        if other is None or other.kind is not element.kind or (kinds and element.kind not in kinds):
            continue
        if element.file != other.file or element.file in differ or element.kind is Is.PACKAGE:
            yield element, other


def only(here: Contracts, there: Contracts, *kinds: Is) -> Iterator[Element]:
    """Elements that one side alone has, and whose parents both have: a new message speaks for its fields."""
    for name, element in here.elements.items():
        if name in there.elements or (kinds and element.kind not in kinds):
            continue
        if not element.parent or element.parent in there.elements:
            yield element


def _differs(before: Contracts, after: Contracts, name: str) -> bool:
    if name not in before.files or name not in after.files:
        return True
    texts = (before.side.texts.get(name), after.side.texts.get(name))
    if texts[0] is not None and texts[1] is not None:
        return texts[0] != texts[1]
    first, second = _bare(before.files[name]), _bare(after.files[name])
    return bool(first != second)


def _bare(file: Any) -> bytes:
    copy = type(file)()
    copy.CopyFrom(file)
    copy.ClearField("source_code_info")
    return bytes(copy.SerializeToString(deterministic=True))


def plain(field: FieldDescriptor, value: Any) -> Any:
    """A field's value as plain data."""
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        inner = field.message_type.fields_by_name["value"]
        return {key: _one(inner, value[key]) for key in sorted(value)}
    if field.is_repeated:
        return tuple(_one(field, each) for each in value)
    return _one(field, value)


def _one(field: FieldDescriptor, value: Any) -> Any:
    if field.enum_type is not None:
        known = field.enum_type.values_by_number.get(value)
        return known.name if known else str(value)
    if field.message_type is None:
        return value
    if field.message_type.full_name == "google.protobuf.Duration":
        return value.seconds + value.nanos / 1e9
    return {
        inner.full_name if inner.is_extension else inner.name: plain(inner, each) for inner, each in value.ListFields()
    }


def _typed(side: Side) -> tuple[descriptor_pool.DescriptorPool, Any]:
    """A pool of this side's own, and its files read by it: known extensions are read as what they are."""
    pool = descriptor_pool.DescriptorPool()
    try:
        for file in _in_order(side.image.file):
            pool.AddSerializedFile(file.SerializeToString())
        if not any(file.name == "google/protobuf/descriptor.proto" for file in side.image.file):
            pool.AddSerializedFile(descriptor_pb2.DESCRIPTOR.serialized_pb)
        names = [file.name for file in side.image.file]
        message_factory.GetMessageClassesForFiles(names, pool)  # makes extensions known to their messages
        kind = message_factory.GetMessageClass(pool.FindMessageTypeByName("google.protobuf.FileDescriptorSet"))
        return pool, kind.FromString(side.image.SerializeToString()).file  # type: ignore[attr-defined] # a dynamic class
    except (KeyError, TypeError, ValueError, DecodeError) as problem:  # options can be wrong in what only now is read
        raise click.ClickException(f"{side.title} does not hold together: {problem}") from problem


def _in_order(files: Iterable[descriptor_pb2.FileDescriptorProto]) -> Iterator[descriptor_pb2.FileDescriptorProto]:
    """Files after what they import, whoever made the image."""
    waiting = {file.name: file for file in files}

    def add(file: descriptor_pb2.FileDescriptorProto) -> Iterator[descriptor_pb2.FileDescriptorProto]:
        for name in file.dependency:
            if needed := waiting.pop(name, None):
                yield from add(needed)
        yield file

    while waiting:
        yield from add(waiting.pop(next(iter(waiting))))
