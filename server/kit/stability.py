"""What ends: methods and fields that the contract calls deprecated, and where in a message such fields are set.

A sunset is a day in UTC, and its first moment is the end: from then on what was deprecated is refused.
"""

import functools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from google.protobuf.descriptor import Descriptor, FieldDescriptor, MethodDescriptor
from google.protobuf.message import Message

from corridor.options.v1 import field_pb2, method_pb2
from server.kit import redaction
from server.kit.clock import Clock
from server.kit.contract import Method, PolicyError


@dataclass(frozen=True, slots=True)
class Ending:
    """A method or field that is deprecated."""

    element: str  # its full name
    is_field: bool
    since: date
    sunset: date | None
    replacement: str  # a full name; empty where there is none

    def ended(self, today: date) -> bool:
        """Whether it is over on a day."""
        return self.sunset is not None and today >= self.sunset

    @property
    def key(self) -> tuple[date, str]:
        """The order of lists: the first to end first, and what never does last."""
        return self.sunset or date.max, self.element


class Found(NamedTuple):
    """A deprecated field that is set in a message."""

    path: str  # from the message that was looked through, such as `items[2].reference`
    holder: Message
    field: FieldDescriptor
    ending: Ending


def today(clock: Clock) -> date:
    """The day in UTC."""
    return clock.now().astimezone(UTC).date()


@functools.cache
def of_method(descriptor: MethodDescriptor) -> Ending | None:
    """How a method ends; None for one that does not. Raises `PolicyError` where the contract is not clear."""
    policy = descriptor.GetOptions().Extensions[method_pb2.policy]
    return _ending(descriptor.full_name, policy.stability, is_field=False)


@functools.cache
def of_field(field: FieldDescriptor) -> Ending | None:
    """How a field ends; None for one that does not. Raises `PolicyError` where the contract is not clear."""
    return _ending(field.full_name, field.GetOptions().Extensions[field_pb2.field_stability], is_field=True)


def _ending(element: str, stability: method_pb2.Stability, *, is_field: bool) -> Ending | None:
    if stability.level != method_pb2.STABILITY_LEVEL_DEPRECATED:
        return None
    since = day(element, stability.deprecated_since)
    if since is None:
        raise PolicyError(f"{element} is deprecated, and its stability does not say since when.")
    return Ending(element, is_field, since, day(element, stability.sunset), stability.replacement)


def day(element: str, text: str) -> date | None:
    """A day of an element's stability; None for none. Raises `PolicyError` for what is no day."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise PolicyError(f"{element} has {text!r} in its stability, which is no date such as 2026-11-21.") from None


@functools.cache
def fields_of(message: Descriptor) -> tuple[Ending, ...]:
    """The deprecated fields that a message of a type can carry, however deep, by name."""
    found: dict[str, Ending] = {}
    seen, ahead = {message.full_name}, [message]
    while ahead:
        for field in ahead.pop().fields:
            if ending := of_field(field):
                found[ending.element] = ending
            if field.message_type is not None and field.message_type.full_name not in seen:
                seen.add(field.message_type.full_name)
                ahead.append(field.message_type)
    return tuple(found[name] for name in sorted(found))


def found_in(message: Message, prefix: str = "") -> Iterator[Found]:
    """The deprecated fields that are set in a message, however deep.

    What stands in a `google.protobuf.Any` is not looked into: an event keeps the form of its payload version.
    """
    for field, value in message.ListFields():
        path = prefix + field.name
        if ending := of_field(field):
            yield Found(path, message, field, ending)
        if field.message_type is not None and fields_of(field.message_type):
            for place, part in _parts(field, value, path):
                yield from found_in(part, place + ".")


def _parts(field: FieldDescriptor, value: Any, path: str) -> Iterable[tuple[str, Message]]:
    kind = field.message_type
    if kind is not None and kind.GetOptions().map_entry:
        # Its values are messages: the entries of others lead to no deprecated field.
        return [(f"{path}[{redaction.key(str(key))}]", part) for key, part in value.items()]
    if field.is_repeated:
        return [(f"{path}[{index}]", part) for index, part in enumerate(value)]
    return [(path, value)]


def without(message: Message, day: date) -> bool:
    """Take out of a message what has ended by a day; whether there was any."""
    over = [each for each in found_in(message) if each.ending.ended(day)]
    for each in over:
        each.holder.ClearField(each.field.name)
    return bool(over)


def names_set(message: Message) -> set[str]:
    """The full names of the fields of the contract that are set in a message, however deep."""
    found: set[str] = set()
    ahead = [message]
    while ahead:
        for field, value in ahead.pop().ListFields():
            found.add(field.full_name)
            kind = field.message_type
            if kind is None or kind.file.package.startswith("google."):
                continue
            if kind.GetOptions().map_entry:
                if kind.fields_by_name["value"].message_type is not None:
                    ahead += value.values()
            elif field.is_repeated:
                ahead += value
            else:
                ahead.append(value)
    return found


def all_of(methods: Mapping[str, Method]) -> Mapping[str, tuple[Ending, tuple[str, ...]]]:
    """Everything that ends, by full name, with the paths of the methods through which it is used."""
    found: dict[str, tuple[Ending, set[str]]] = {}
    for path, method in methods.items():
        own = of_method(method.descriptor)
        inside = (*fields_of(method.descriptor.input_type), *fields_of(method.descriptor.output_type))
        for ending in (*([own] if own else ()), *inside):
            found.setdefault(ending.element, (ending, set()))[1].add(path)
    return {name: (ending, tuple(sorted(paths))) for name, (ending, paths) in sorted(found.items())}


def field_names(methods: Mapping[str, Method]) -> frozenset[str]:
    """The full names of the fields that end, of the requests and answers of some methods."""
    return frozenset(name for name, (ending, _) in all_of(methods).items() if ending.is_field)


def date_time(day: date) -> datetime:
    """The first moment of a day."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
