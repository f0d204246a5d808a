"""JSON to protobuf bytes and back, through protobuf-py.

Whatever the codec would accept in two ways, or drop in silence, is refused with the field's name.
"""

import json
from typing import Any, cast

from protobuf import DescField, Message, Registry, message_from_json_value, message_to_json_value

from gateway import faults, masks
from gateway.bindings import bind_query, malformed
from gateway.json_text import JsonReader
from gateway.problems import Answer, Header, Refusal
from gateway.raw import RawRequests
from gateway.raw import answer as raw_answer
from gateway.routes import Body, PathVariable, Route

# What the codec raises for JSON that does not fit the message.
_UNFIT = (ValueError, TypeError, OverflowError, RecursionError, AttributeError)


class Transcoder:
    """Turns HTTP requests into request messages and response messages into JSON."""

    def __init__(self, registry: Registry, json_depth: int) -> None:
        self._registry = registry
        self._reader = JsonReader(json_depth, faults.camel_names(registry))
        self._raw = RawRequests(registry)

    def request(self, route: Route, segments: list[str], query: bytes, body: bytes, headers: list[Header]) -> bytes:
        """The request message of a call, as protobuf bytes. Raises Refusal."""
        value = self._body_value(route, body)
        for variable in route.variables:
            _bind_variable(variable, segments, value)
        if route.body is Body.RAW:
            return self._raw_message(route, value, query, body, headers)
        if query:
            bind_query(route.query, query.decode("latin-1"), value)
        if route.masked:
            part = route.body_field.name if route.body_field is not None else ""
            masks.complete(route.input.desc(), part, route.keys, value, derive=route.verb == "PATCH")
        return self._message(route, value)[1]

    def response(self, route: Route, payload: bytes) -> tuple[bytes, str]:
        """The JSON of a response message, and its etag if it is a resource with one.

        Fields without presence always stand there, so that the shape is stable.
        """
        message = route.output.from_binary(payload)
        field = route.response_field
        if field is None:
            return self._json(message), ""
        part = message[field]
        if isinstance(part, Message):
            return self._json(part), part[route.etag] if route.etag is not None else ""
        return self._part(message, field), ""

    def raw(self, route: Route, payload: bytes) -> Answer:
        """The answer that a method made itself. Raises ValueError for one that cannot be sent."""
        assert route.response_field is not None
        return raw_answer(route.output.from_binary(payload)[route.response_field])

    def _json(self, message: Message) -> bytes:
        return message.to_json(registry=self._registry, always_emit_implicit=True, use_proto_field_name=True).encode()

    def _part(self, message: Message, field: DescField) -> bytes:
        whole = message_to_json_value(
            message, registry=self._registry, always_emit_implicit=True, use_proto_field_name=True
        )
        part = whole.get(field.name, {}) if isinstance(whole, dict) else {}
        return json.dumps(part, ensure_ascii=False, separators=(",", ":")).encode()

    def _body_value(self, route: Route, body: bytes) -> dict[str, Any]:
        if route.body is Body.NONE:
            if body:
                raise Refusal("MALFORMED_REQUEST", "This method takes no body.")
            return {}
        if not body or route.body is Body.RAW:
            return {}
        value = self._reader.read(body)
        if route.body_field is not None:
            value = {route.body_field.name: value}
        elif not isinstance(value, dict):
            raise Refusal("MALFORMED_REQUEST", "The body must be a JSON object.")
        if self._reader.noticed and not route.choices:
            faults.check_once(route.input.desc(), value)
        return cast(dict[str, Any], value)

    def _message(self, route: Route, value: dict[str, Any]) -> tuple[Message, bytes]:
        if route.choices:
            faults.check_once(route.input.desc(), value)
        try:
            message = message_from_json_value(route.input, value, registry=self._registry)
            encoded = message.to_binary()
        except _UNFIT:
            raise faults.refusal(route.input.desc(), value, self._registry) from None
        return message, encoded

    def _raw_message(
        self, route: Route, value: dict[str, Any], query: bytes, body: bytes, headers: list[Header]
    ) -> bytes:
        message = self._message(route, value)[0]
        field = route.body_field
        assert field is not None
        message[field] = self._raw.message(headers, query, body, whole=route.raw_answer)
        return message.to_binary()


def _bind_variable(variable: PathVariable, segments: list[str], value: dict[str, Any]) -> None:
    param = variable.parameter
    text = variable.text(segments)
    names = param.names
    holder = value
    for name in names[:-1]:
        holder = holder.setdefault(name, {})
        if not isinstance(holder, dict):
            raise malformed(param.dotted, "its parent is not an object", "type")
    last = names[-1]
    if holder:
        for spelling in {last, param.field.json_name} & holder.keys():
            # The same value twice is harmless and common: clients send back what they read.
            if str(holder.pop(spelling)) != text:
                raise malformed(param.dotted, "differs between the path and the body", "path")
    holder[last] = param.read(text)
