"""The methods of ports as people call them from a terminal: their parameters from JSON, their results as JSON.

Rule: everything is read from the ports' own signatures; a new port is known here without a line.
"""

import inspect
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from google.protobuf import json_format
from google.protobuf.message import Message

from adapters.kit import ports
from adapters.kit.call import Call
from adapters.kit.discovery import Provider
from adapters.kit.ports.listings import Listing
from adapters.kit.ports.webhooks import Inbound, Reading
from server.cli.adapter_checks import port_classes
from server.cli.adapters import examples


class ArgumentError(ValueError):
    """The JSON does not say what the method needs. The text names the parameter."""


@dataclass(frozen=True, slots=True)
class Method:
    """One method of a port that a provider implements. `parameters` are its types by name, the call left out."""

    name: str
    port: str
    parameters: Mapping[str, Any]
    optional: frozenset[str]
    calls: bool
    """Whether it speaks to the provider; those for webhooks do not."""

    def arguments(self, given: Mapping[str, Any], provider: Provider, credentials: Mapping[str, str]) -> dict[str, Any]:
        """The arguments as the method takes them. Raises `ArgumentError`."""
        if unknown := given.keys() - self.parameters.keys():
            raise ArgumentError(f"{self.name} has no {', '.join(sorted(unknown))}: it has {', '.join(self.parameters)}")
        secret = provider.manifest.webhook_secret
        usual = {"secrets": [credentials[secret.name]] if secret else [], "now": datetime.now(UTC).isoformat()}
        found = {}
        for name, kind in self.parameters.items():
            if name in given:
                found[name] = _read(kind, given[name], name)
            elif name in usual:
                found[name] = _read(kind, usual[name], name)
            elif name not in self.optional:
                raise ArgumentError(f"{self.name} needs {name}")
        return found

    def example(self, provider: Provider) -> dict[str, Any]:
        """Arguments that the provider could be given, all made up."""
        return {
            name: examples.example(_plain(kind), name, self.name, provider)
            for name, kind in self.parameters.items()
            if name not in {"secrets", "now"} and name not in self.optional
        }


def methods(provider: Provider) -> dict[str, Method]:
    """Every method of every port that the provider implements, by name."""
    found = {}
    for port in port_classes(ports):
        if not provider.implements(port):
            continue
        for name, function in vars(port).items():
            if name.startswith("_") or not inspect.isfunction(function):
                continue
            hints = {each: kind for each, kind in get_type_hints(function).items() if each != "return"}
            signature = inspect.signature(function).parameters
            optional = frozenset(each for each in hints if signature[each].default is not inspect.Parameter.empty)
            calls = Call in hints.values()
            kept = {each: kind for each, kind in hints.items() if kind is not Call}
            found[name] = Method(name, port.__name__.lower(), kept, optional, calls)
    return found


def told(result: Any) -> Any:
    """What a method returned, as JSON values."""
    if isinstance(result, Message):
        return json_format.MessageToDict(result, preserving_proto_field_name=True)
    if isinstance(result, Reading):
        return {"event_id": result.event_id, "observations": _seen(result.observations)}
    if isinstance(result, Listing):
        unread = [str(each) for each in result.unread]
        return {"observations": _seen(result.observations), "unread": unread, "next_cursor": result.next_cursor,
                "complete": result.complete}  # fmt: skip
    if isinstance(result, Sequence) and not isinstance(result, str):
        return [told(each) for each in result]
    return result


def _seen(observations: Sequence[Message]) -> list[dict[str, Any]]:
    return [{"message": type(each).__name__, **told(each)} for each in observations]


def _read(kind: Any, value: Any, name: str) -> Any:
    """A JSON value as the type that a parameter has."""
    kind = _plain(kind)
    if value is None:
        return None
    if get_origin(kind) in (Sequence, list, tuple):
        if not isinstance(value, list):
            raise ArgumentError(f"{name} is a list")
        return [_read(get_args(kind)[0], each, f"{name}[{number}]") for number, each in enumerate(value)]
    if get_origin(kind) is Mapping:
        if not isinstance(value, dict):
            raise ArgumentError(f"{name} is a map")
        return {key: _read(get_args(kind)[1], each, f"{name}.{key}") for key, each in value.items()}
    if kind is Inbound:
        return _inbound(value)
    if kind is datetime:
        return datetime.fromisoformat(value)
    if inspect.isclass(kind) and issubclass(kind, Message):
        try:
            return json_format.ParseDict(value, kind())
        except json_format.ParseError as error:
            raise ArgumentError(f"{name}: {error}") from None
    if not isinstance(value, kind):
        raise ArgumentError(f"{name} is {kind.__name__}")
    return value


def _inbound(value: Any) -> Inbound:
    if not isinstance(value, dict) or "body" not in value:
        raise ArgumentError('inbound is {"headers": {...}, "body": text or JSON}')
    body = value["body"] if isinstance(value["body"], str) else json.dumps(value["body"])
    headers = {name.lower(): str(each) for name, each in value.get("headers", {}).items()}
    return Inbound(headers, body.encode(), str(value.get("query", "")))


def _plain(kind: Any) -> Any:
    """A type without its None."""
    if get_origin(kind) in (Union, UnionType):
        return next(each for each in get_args(kind) if each is not NoneType)
    return kind
