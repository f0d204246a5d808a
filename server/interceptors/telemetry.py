"""Outermost: counts and times every call, and opens a span for those that are sampled.

Spans come from the OpenTelemetry API and only where the caller's trace is sampled, because a span costs more
than a read.
"""

import re
from collections.abc import Callable
from typing import Any

import grpc
from grpc_interceptor import ServerInterceptor
from opentelemetry import trace
from opentelemetry.trace import SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from server.kit import clock
from server.platform.metrics import Metrics

# W3C Trace Context: version 00, ids that are not zero, and flags whose lowest bit says that the trace is sampled.
_SAMPLED = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f][13579bdf]")
_PROPAGATOR = TraceContextTextMapPropagator()


class Telemetry(ServerInterceptor):
    """Rate, errors and duration per method; spans by the semantic conventions for RPC."""

    def __init__(self, metrics: Metrics, provider: trace.TracerProvider | None = None) -> None:
        self._metrics = metrics
        self._tracer = trace.get_tracer("corridor.server", tracer_provider=provider)  # without one, the process's own

    def intercept(
        self, method: Callable[..., Any], request_or_iterator: Any, context: grpc.ServicerContext, method_name: str
    ) -> Any:
        """Measure the call."""
        began = clock.monotonic()
        traceparent = _traceparent(context)
        try:
            if not _SAMPLED.fullmatch(traceparent):
                return method(request_or_iterator, context)
            return self._traced(method, request_or_iterator, context, method_name, traceparent)
        finally:
            code = context.code()  # type: ignore[attr-defined] # grpcio has it, the stubs do not
            self._metrics.call(method_name, code.name if code else "OK", clock.monotonic() - began)

    def _traced(
        self, method: Callable[..., Any], request: Any, context: grpc.ServicerContext, name: str, traceparent: str
    ) -> Any:
        parent = _PROPAGATOR.extract({"traceparent": traceparent})
        service, _, rpc = name.lstrip("/").rpartition("/")
        attributes = {"rpc.system.name": "grpc", "rpc.service": service, "rpc.method": rpc}
        with self._tracer.start_as_current_span(
            name.lstrip("/"),
            context=parent,
            kind=SpanKind.SERVER,
            attributes=attributes,
            record_exception=False,  # how a call ends is in its status; stacks are logged
            set_status_on_exception=False,
        ) as span:
            try:
                return method(request, context)
            finally:
                code = context.code()  # type: ignore[attr-defined] # as above
                if code is not None:
                    span.set_attribute("rpc.response.status_code", code.name)
                    span.set_status(Status(StatusCode.ERROR))


def _traceparent(context: grpc.ServicerContext) -> str:
    for key, value in context.invocation_metadata():
        if key == "traceparent":
            return str(value)
    return ""
