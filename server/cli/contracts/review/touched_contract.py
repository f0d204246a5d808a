"""The contract as a graph: which messages hold an element, at whatever depth, and by which RPCs and events it travels.

Rule: a thing touches everything that holds it. A change of money touches each RPC that takes or answers money.
"""

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from server.cli.contracts.review import options
from server.cli.contracts.review.elements import Element, Is
from server.cli.contracts.review.model import Side


@dataclass(frozen=True, slots=True)
class Rpc:
    """One RPC as callers see it, in gRPC and in HTTP."""

    name: str
    request: str
    response: str
    verb: str
    path: str
    response_body: str

    @property
    def own(self) -> str:
        """Its name without package and service."""
        return self.name.rpartition(".")[2]


class Graph:
    """One revision of the contract, by what holds what."""

    def __init__(self, side: Side) -> None:
        contracts = options.read(side)
        self.elements = contracts.elements
        self.fields: dict[str, dict[str, Any]] = defaultdict(dict)
        self.values: dict[str, set[str]] = defaultdict(set)
        """The names of the values of each enum."""
        self.types: dict[str, str] = {}
        """The message or enum of each field that has one, by the field's full name; of a map, that of its values."""
        self.rpcs: dict[str, Rpc] = {}
        self.events: dict[str, str] = {}
        self._holders: dict[str, set[str]] = defaultdict(set)
        self._held: dict[str, frozenset[str]] = {}
        for element in self.elements.values():
            if element.kind is Is.FIELD:
                self._take_field(element)
            elif element.kind is Is.VALUE:
                self.values[element.parent].add(element.short)
            elif element.kind is Is.MESSAGE:
                if event := contracts.event(element):
                    self.events[element.name] = event
            elif element.kind is Is.RPC:
                self.rpcs[element.name] = _rpc(element, contracts.http(element))

    def find(self, name: str) -> Element | None:
        """The element of a name, or the closest thing that holds it."""
        while name and name not in self.elements:
            name = name.rpartition(".")[0]
        return self.elements.get(name)

    def carrying(self, element: Element) -> tuple[Rpc, ...]:
        """The RPCs whose request or response holds the element, or that it is or has."""
        if element.kind is Is.RPC:
            return (self.rpcs[element.name],)
        if element.kind in (Is.SERVICE, Is.PACKAGE):
            return tuple(rpc for name, rpc in self.rpcs.items() if name.startswith(f"{element.name}."))
        if element.kind is Is.FILE:
            return tuple(rpc for name, rpc in self.rpcs.items() if self.elements[name].file == element.name)
        held = self.holding(element)
        return tuple(rpc for rpc in self.rpcs.values() if rpc.request in held or rpc.response in held)

    def announcing(self, element: Element) -> tuple[str, ...]:
        """The events whose data holds the element, each with the version of its payload."""
        held = self.holding(element)
        return tuple(sorted(f"{self.events[name]} ({version(name)})" for name in held if name in self.events))

    def holding(self, element: Element) -> frozenset[str]:
        """Every message that holds the element, at whatever depth."""
        inner = element.kind in (Is.FIELD, Is.VALUE, Is.ONEOF, Is.OPTION)
        start = element.parent if inner else element.name
        if start not in self._held:
            self._held[start] = self._reached(start)
        return self._held[start]

    def _reached(self, start: str) -> frozenset[str]:
        known = self.elements.get(start)
        found: set[str] = set()
        waiting = [start] if known and known.kind is Is.MESSAGE else list(self._holders[start])
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting.extend(self._holders[name])
        return frozenset(found)

    def _take_field(self, element: Element) -> None:
        self.fields[element.parent][element.short] = element.proto
        if element.proto.type_name:
            kind = element.proto.type_name.removeprefix(".")
            entry = self._entry(kind, element)
            if entry:
                self.types[element.name] = entry
                self._holders[entry].add(element.parent)

    def _entry(self, kind: str, element: Element) -> str:
        """The type itself, or of a map that of its values; empty where those are plain."""
        if kind.rpartition(".")[0] != element.parent or kind in self.elements:
            return kind
        parent = self.elements[element.parent].proto
        for nested in parent.nested_type:
            if nested.options.map_entry and f"{element.parent}.{nested.name}" == kind:
                return str(nested.field[1].type_name.removeprefix("."))
        return kind


def version(name: str) -> str:
    """The version in a full name, such as `v1`."""
    return next((part for part in name.split(".") if re.fullmatch(r"v[0-9]+[a-z0-9]*", part)), "v1")


def snake(name: str) -> str:
    """A message's or RPC's name as Python writes it: `CreatePayout` is `create_payout`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def _rpc(element: Element, http: dict[str, Any]) -> Rpc:
    verb = next((name for name in ("get", "put", "post", "delete", "patch") if name in http), "")
    return Rpc(
        name=element.name,
        request=element.proto.input_type.removeprefix("."),
        response=element.proto.output_type.removeprefix("."),
        verb=verb.upper(),
        path=str(http.get(verb, "")),
        response_body=str(http.get("response_body", "")),
    )
