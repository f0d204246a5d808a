"""What both sides have, pair by pair, and the facts in which the two of a pair differ.

Rule: every fact of a descriptor has a key, so that whatever no rule knows is told as a change all the same.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from google.protobuf.unknown_fields import UnknownFieldSet

from server.cli.contracts.review import options
from server.cli.contracts.review.elements import Element, Is
from server.cli.contracts.review.meaning_use import Use
from server.cli.contracts.review.model import Change, Rule, Side, Verdict
from server.cli.contracts.review.options import Contracts

Key = tuple[str, str]
"""An option's full name and a field of it; the name is empty for what the declaration itself says, and `options` for
protobuf's own options. The field is empty where the option is looked at as a whole."""

Facts = Mapping[Key, Any]

# Options whose parts are judged together.
_WHOLE = frozenset(("google.api.http", "buf.validate.field", "buf.validate.message", "buf.validate.oneof"))

# What a declaration holds besides facts: names, options, and elements of their own.
_NO_FACTS = frozenset(
    (
        "name",
        "options",
        "source_code_info",
        "message_type",
        "enum_type",
        "service",
        "extension",
        "field",
        "nested_type",
        "oneof_decl",
        "value",
        "method",
    )
)


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """One element on both sides."""

    before: Element
    after: Element


class Comparison:
    """Both sides, read."""

    def __init__(self, before: Side, after: Side, today: date) -> None:
        """Read both sides.

        Raises:
            click.ClickException: an image does not hold together.
        """
        self.before: Contracts = options.read(before)
        self.after: Contracts = options.read(after)
        self.today = today

    @cached_property
    def use(self) -> Use:
        """Where callers met each message before, or meet it now where they did not."""
        return Use(self.before, self.after)

    @cached_property
    def pairs(self) -> tuple[Pair, ...]:
        """Every element that both sides have, from files that differ. A renamed one is known by its number."""
        differ = frozenset(self._differing())
        found = []
        for name, element in self.before.elements.items():
            other = self.after.elements.get(name) or self._renamed.get(name)
            if other is None or other.kind is not element.kind or element.kind is Is.PACKAGE:
                continue
            if element.file in differ or other.file in differ:
                found.append(Pair(element, other))
        return tuple(found)

    def _differing(self) -> Iterator[str]:
        here, there = self.before.files, self.after.files
        for name in here.keys() | there.keys():
            if name not in here or name not in there:
                yield name
                continue
            old, new = self.before.side.texts.get(name), self.after.side.texts.get(name)
            if old is None or new is None:
                # Positions differ where one side alone knows them, and say nothing.
                bare = not (self.before.commented and self.after.commented)
                same = _bytes(here[name], bare=bare) == _bytes(there[name], bare=bare)
            else:
                same = old == new
            if not same:
                yield name

    def is_renamed(self, after: Element) -> bool:
        """Whether an element of the side after had another name before."""
        return any(other is after for other in self._renamed.values())

    @cached_property
    def _renamed(self) -> Mapping[str, Element]:
        """Fields and values by the name they had, where only their name changed."""
        gone = [each for name, each in self.before.elements.items() if name not in self.after.elements]
        if not any(each.kind in (Is.FIELD, Is.VALUE) for each in gone):
            return {}
        fresh: dict[tuple[Is, str, int], Element] = {
            (each.kind, each.parent, each.proto.number): each
            for name, each in self.after.elements.items()
            if each.kind in (Is.FIELD, Is.VALUE) and name not in self.before.elements
        }
        named = {(each.name, fresh.get((each.kind, each.parent, getattr(each.proto, "number", 0)))) for each in gone}
        return {name: other for name, other in named if other is not None}

    def differences(self, pair: Pair) -> frozenset[Key]:
        """The keys of all facts in which a pair differs."""
        if pair.before.kind is not Is.FILE and _written(pair.before) == _written(pair.after):
            return frozenset()
        before, after = facts(pair.before), facts(pair.after)
        return frozenset(key for key in before.keys() | after.keys() if before.get(key) != after.get(key))

    def change(self, rule: Rule, pair: Pair, detail: str, verdict: Verdict | None = None) -> Change:
        """A change of a pair. The verdict is named where this one is judged differently than its rule."""
        return Change(
            rule,
            pair.before.name,
            detail,
            before=self.before.text(pair.before),
            after=self.after.text(pair.after),
            before_place=self.before.place(pair.before),
            after_place=self.after.place(pair.after),
            verdict=None if verdict is rule.verdict else verdict,
        )


def compare(before: Side, after: Side, today: date) -> Comparison:
    """The comparison of two sides. Asking again gives the same one, since REST and meaning both ask."""
    known = _compared.get((id(before), id(after)))
    if known is None or known.today != today:
        known = _compared[id(before), id(after)] = Comparison(before, after, today)
        while len(_compared) > _KEPT:
            del _compared[next(iter(_compared))]
    return known


_KEPT = 2
_compared: dict[tuple[int, int], Comparison] = {}


def _written(element: Element) -> bytes:
    return bytes(element.proto.SerializeToString(deterministic=True))


def facts(element: Element) -> Facts:
    """Everything that an element says of itself, its parts left to themselves."""
    found: dict[Key, Any] = {}
    for field, value in element.proto.ListFields():
        if field.name not in _NO_FACTS:
            found["", field.name] = options.plain(field, value)
    if "options" not in element.proto.DESCRIPTOR.fields_by_name or not element.proto.HasField("options"):
        return found
    for field, value in element.proto.options.ListFields():
        said = options.plain(field, value)
        if field.name == "features" and not field.is_extension:
            found.update({("features", name): each for name, each in said.items()})
        elif not field.is_extension:
            found["options", field.name] = said
        elif field.full_name in _WHOLE or not isinstance(said, dict):
            found[field.full_name, ""] = said
        else:
            found.update({(field.full_name, name): each for name, each in said.items()})
            found[field.full_name, "*"] = True
    if unknown := _unknown(element.proto.options):
        found["unknown", ""] = unknown
    return found


def _unknown(message: Any) -> tuple[tuple[int, int, Any], ...]:
    """Options of extensions that the image does not hold, as they are on the wire."""
    return tuple(
        (each.field_number, each.wire_type, tuple(_inner(each.data)) if each.wire_type == _GROUP else each.data)
        for each in UnknownFieldSet(message)  # type: ignore[attr-defined] # iterable, though its stub does not say so
    )


_GROUP = 3


def _inner(fields: Any) -> Iterator[tuple[int, Any]]:
    for each in fields:
        yield each.field_number, each.data if each.wire_type != _GROUP else tuple(_inner(each.data))


def _bytes(file: Any, *, bare: bool) -> bytes:
    if bare and file.source_code_info.location:
        copy = type(file)()
        copy.CopyFrom(file)
        copy.ClearField("source_code_info")
        file = copy
    return bytes(file.SerializeToString(deterministic=True))
