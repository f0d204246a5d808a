"""Second: makes the call's context. Ids that the caller sent are checked and kept, others are made.

Everything that the call leads to carries the same correlation id: logs, rows, flows, vendor calls, webhooks.
"""

import math
import re
from collections.abc import Callable, Mapping
from typing import Any, cast

import grpc
from grpc_interceptor import ServerInterceptor
from opentelemetry import trace

from corridor.errors.v1 import error_reason_pb2 as reasons
from server.kit import clock, etags, ids, peers
from server.kit import context as contexts
from server.kit.context import Context
from server.kit.contract import Method
from server.kit.errors import Failure, Violation, fail
from server.platform.transport.peers import Metadata, Peers

_CLAIM_CHARACTERS = 64
_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")
_SCENARIO = re.compile(r"[a-z0-9_]{1,64}")
_TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


class Contexts(ServerInterceptor):
    """Binds a `Context` to the thread for as long as the call runs, and echoes the ids."""

    def __init__(self, methods: Mapping[str, Method], gateways: Peers) -> None:
        self._methods = methods
        self._gateways = gateways

    def intercept(
        self, method: Callable[..., Any], request_or_iterator: Any, context: grpc.ServicerContext, method_name: str
    ) -> Any:
        """Run the call in its context."""
        if not self._gateways.trusted(context):
            context = cast(grpc.ServicerContext, _Believed(context, self._gateways.believed(context)))
        metadata = {key: str(value) for key, value in context.invocation_metadata()}
        found = self._methods[method_name]
        request_id, correlation_id = metadata.get("x-request-id", ""), metadata.get("x-correlation-id", "")
        problem = _problem("x-request-id", request_id) or _problem("x-correlation-id", correlation_id)
        scenario = metadata.get("corridor-sandbox-scenario", "")
        if_match, refused = _condition(found, metadata.get("if-match") and _joined(context, "if-match"))
        request_id = request_id if request_id and not problem else ids.request_id()
        theirs = context.time_remaining()  # None without a deadline, 0 after it
        call = Context(
            request_id=request_id,
            correlation_id=correlation_id if correlation_id and not problem else request_id,
            traceparent=_traceparent(metadata),
            method=found,
            failure=problem or _unusable(scenario) or refused,
            deadline=clock.monotonic() + min(found.deadline_seconds, math.inf if theirs is None else theirs),
            client_ip=metadata.get("x-corridor-client-ip") or peers.address(context.peer()),
            claimed=metadata.get("x-company-id", "")[:_CLAIM_CHARACTERS],
            sandbox_scenario=scenario,
            if_match=if_match,
        )
        call.trailers["x-request-id"] = request_id
        call.trailers["x-correlation-id"] = call.correlation_id
        with contexts.bound(call):
            try:
                return method(request_or_iterator, context)
            finally:
                context.set_trailing_metadata(tuple(call.trailers.items()))


class _Believed:
    """The call's context, with no metadata but what its peer may say."""

    def __init__(self, context: grpc.ServicerContext, metadata: Metadata) -> None:
        self._context = context
        self._metadata = metadata

    def invocation_metadata(self) -> Metadata:
        """What can be believed."""
        return self._metadata

    def __getattr__(self, name: str) -> Any:
        return getattr(self._context, name)


def _problem(name: str, value: str) -> Failure | None:
    if not value or _ID.fullmatch(value):
        return None
    rule = "must be 1 to 128 letters, digits, dots, colons, hyphens or underscores"
    return fail(
        reasons.ERROR_REASON_INVALID_ARGUMENT, f"{name} cannot be used.", violations=[Violation(name, rule, "id")]
    )


def _unusable(scenario: str) -> Failure | None:
    if not scenario or _SCENARIO.fullmatch(scenario):
        return None
    name, rule = "corridor-sandbox-scenario", "must be 1 to 64 lower-case letters, digits or underscores"
    detail = "The sandbox has no such scenario."
    return fail(reasons.ERROR_REASON_INVALID_ARGUMENT, detail, violations=[Violation(name, rule, "sandbox_scenario")])


def _joined(context: grpc.ServicerContext, name: str) -> str:
    """All values of a name, as one list (RFC 9110, 5.3): of two conditions none is passed over."""
    return ", ".join(str(value) for key, value in context.invocation_metadata() if key == name)


def _condition(method: Method, text: str | None) -> tuple[frozenset[str] | None, Failure | None]:
    """The etags that a change asks for. A condition that nobody would look at is refused, never passed over."""
    if text is None or not method.writes:
        return None, None
    if not etags.conditional(method):
        return None, _unmatched("is not looked at by this method", "conditional")
    try:
        return etags.read(text), None
    except ValueError:
        return None, _unmatched('must be etags in quotes, such as "0f3a", or *', "if_match")


def _unmatched(why: str, rule: str) -> Failure:
    violation = Violation("if-match", why, rule)
    return fail(reasons.ERROR_REASON_INVALID_ARGUMENT, f"If-Match {why}.", violations=[violation])


def _traceparent(metadata: Mapping[str, str]) -> str:
    span = trace.get_current_span().get_span_context()
    if span.is_valid:
        return f"00-{span.trace_id:032x}-{span.span_id:016x}-{int(span.trace_flags):02x}"
    given = metadata.get("traceparent", "")
    return given if _TRACEPARENT.fullmatch(given) else ""
