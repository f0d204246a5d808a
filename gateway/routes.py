"""Which route a method and path lead to. Routes come from the contract and are compiled once.

Two routes that could match the same path are refused at start, never resolved by chance.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from protobuf import DescField, DescFieldValueMessage, DescMessage, Message

from gateway import templates
from gateway.bindings import (
    Parameter,
    check_escapes,
    decode_escapes,
    decode_keeping_slashes,
    parameter,
    query_parameters,
)
from gateway.contract import Binding, Contract, Method
from gateway.faults import has_choices
from gateway.masks import MASK
from gateway.raw import RAW_REQUEST, RAW_RESPONSE, is_message, only_request


class RouteError(ValueError):
    """The contract's HTTP rules cannot be served: wrong, or in conflict with one another."""


class Body(IntEnum):
    """Where the request body goes."""

    NONE = 0
    ALL = 1  # the body is the request message
    FIELD = 2  # the body is one field of it
    RAW = 3  # the whole HTTP request becomes one field of it


@dataclass(frozen=True, slots=True)
class PathVariable:
    """A variable of the path and the field that it sets."""

    parameter: Parameter
    start: int
    end: int
    several: bool

    def text(self, segments: list[str]) -> str:
        """The variable's value. Raises Refusal if its escapes are broken."""
        if not self.several:
            segment = segments[self.start]
            return decode_escapes(segment) if "%" in segment or not segment.isascii() else segment
        covered = segments[self.start :] if self.end < 0 else segments[self.start : self.end]
        return decode_keeping_slashes("/".join(covered))


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """One HTTP binding, with everything that a request needs looked up beforehand."""

    verb: str
    template: str
    method: Method
    variables: tuple[PathVariable, ...]
    query: Mapping[str, Parameter]
    body: Body
    body_field: DescField | None
    response_field: DescField | None
    input: type[Message]
    output: type[Message]
    deadline_seconds: float
    keyed: bool
    safe: bool
    choices: bool
    # The request can say which fields change, and which fields say what it is about.
    masked: bool
    keys: frozenset[str]
    # The field of the answer's body that is its etag.
    etag: DescField | None
    # The answer leaves as the method made it.
    raw_answer: bool
    # The upstream callable; filled by the app, which alone knows the channel.
    call: Any = None


class _Node:
    """One level of the path. Literals go before wildcards."""

    __slots__ = ("leaves", "literals", "rest", "star")

    def __init__(self) -> None:
        self.literals: dict[str, _Node] = {}
        self.star: _Node | None = None
        self.leaves: dict[str, dict[str, Route]] = {}
        self.rest: dict[str, dict[str, Route]] = {}

    def find(self, segments: list[str], index: int, verb: str) -> dict[str, Route] | None:
        if index == len(segments):
            found = self.leaves.get(verb)
        else:
            segment = segments[index]
            child = self.literals.get(segment)
            found = child.find(segments, index + 1, verb) if child is not None else None
            if found is None and self.star is not None:
                found = self.star.find(segments, index + 1, verb)
        return found if found is not None else self.rest.get(verb)


class Routes:
    """All routes of a contract. Raises RouteError when they contradict one another."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self.all: tuple[Route, ...] = tuple(routes)
        self._root = _Node()
        self._static: dict[str, dict[str, Route]] = {}
        self._verbs: set[str] = set()
        for route in self.all:
            self._add(route)

    def find(self, path: str) -> tuple[Mapping[str, Route], list[str]] | None:
        """The routes of a path by HTTP method, and the path's segments; None where there is no such path."""
        static = self._static.get(path)
        if static is not None:
            return static, []
        if not path.startswith("/"):
            return None
        segments = path[1:].split("/")
        if "" in segments:
            return None
        head, colon, verb = segments[-1].rpartition(":")
        if colon and head and verb in self._verbs:
            verbless = [*segments[:-1], head]
            found = self._find(verbless, verb)
            if found is not None:
                return found, verbless
        found = self._find(segments, "")
        return (found, segments) if found is not None else None

    def _find(self, segments: list[str], verb: str) -> dict[str, Route] | None:
        compared = segments
        if any("%" in segment for segment in segments):
            for segment in segments:
                check_escapes(segment)
            compared = [templates.plain(segment) for segment in segments]
        return self._root.find(compared, 0, verb)

    def _add(self, route: Route) -> None:
        template = templates.parse(route.template)
        node = self._root
        for segment in template.segments:
            if segment == "*":
                node.star = node.star or _Node()
                node = node.star
            elif segment != "**":
                node = node.literals.setdefault(templates.plain(segment), _Node())
        leaves = node.rest if template.segments[-1] == "**" else node.leaves
        methods = leaves.setdefault(template.verb, {})
        if route.verb in methods:
            other = methods[route.verb]
            raise RouteError(
                f"{route.verb} {template.shape} is bound twice: by {other.method.full_name} ({other.template}) "
                f"and {route.method.full_name} ({route.template})"
            )
        methods[route.verb] = route
        if template.verb:
            self._verbs.add(template.verb)
        if template.static:
            self._static[template.shape] = methods


def compile_routes(contract: Contract) -> list[Route]:
    """Every HTTP binding of the contract. Raises RouteError, naming the method."""
    routes = []
    for method in contract.methods:
        for binding in method.bindings:
            try:
                routes.append(_route(method, binding))
            except ValueError as error:
                raise RouteError(f"{method.full_name}: {error}") from error
    return routes


def _route(method: Method, binding: Binding) -> Route:
    template = templates.parse(binding.template)
    variables = []
    for variable in template.variables:
        found = parameter(method.input, variable.field_path)
        if found.repeated:
            raise ValueError(f"{found.dotted} is repeated and cannot be in a path")
        covered = template.segments[variable.start : None if variable.end < 0 else variable.end]
        variables.append(PathVariable(found, variable.start, variable.end, tuple(covered) != ("*",)))
    response_field = _field(method.output, binding.response_body) if binding.response_body else None
    raw_answer = is_message(response_field, RAW_RESPONSE)
    body, body_field = _body(method.input, binding.body, raw_answer)
    taken = {variable.parameter.dotted for variable in variables} | ({body_field.name} if body_field else set())
    # A raw request has the query in it, as it came.
    whole = body is Body.ALL or (raw_answer and body is Body.RAW)
    unbound = {} if whole else query_parameters(method.input, frozenset(taken))
    return Route(
        verb=binding.verb,
        template=binding.template,
        method=method,
        variables=tuple(variables),
        query=unbound,
        body=body,
        body_field=body_field,
        response_field=response_field,
        input=method.input.type,
        output=method.output.type,
        deadline_seconds=method.policy.deadline_seconds,
        keyed=method.policy.idempotency != "NONE",
        safe=binding.verb == "GET",
        choices=has_choices(method.input),
        masked=any(field.name == MASK for field in method.input.fields),
        keys=frozenset(variable.parameter.names[0] for variable in variables),
        etag=_etag(response_field),
        raw_answer=raw_answer,
    )


def _body(message: DescMessage, body: str, raw_answer: bool) -> tuple[Body, DescField | None]:
    if not body:
        field = only_request(message) if raw_answer else None
        return (Body.RAW, field) if field is not None else (Body.NONE, None)
    if body == "*":
        return Body.ALL, None
    field = _field(message, body)
    return (Body.RAW if is_message(field, RAW_REQUEST) else Body.FIELD), field


def _etag(response_field: DescField | None) -> DescField | None:
    if response_field is None or not isinstance(response_field.value, DescFieldValueMessage):
        return None
    return next((field for field in response_field.value.message.fields if field.name == "etag"), None)


def _field(message: DescMessage, name: str) -> DescField:
    for field in message.fields:
        if field.name == name:
            return field
    raise ValueError(f"{message.type_name} has no field {name}")
