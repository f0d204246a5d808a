"""Spans of calls, where OpenTelemetry's API is installed: one client span for a call, its trace sent along.

Names and attributes are those of OpenTelemetry's semantic conventions for RPC. Nothing of a request is recorded.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from corridor_client_runtime import VERSION
from corridor_client_runtime.attempts import Call
from corridor_client_runtime.failing import CorridorError
from corridor_client_runtime.settings import Settings

try:
    from opentelemetry import propagate, trace
except ImportError:  # the extra `telemetry` is not installed
    _tracer: Any = None
else:
    _tracer = trace.get_tracer("corridor-client", VERSION)


@contextmanager
def span(settings: Settings, call: Call) -> Iterator[None]:
    """A span around a call; the current trace continues at Corridor."""
    if _tracer is None:
        yield
        return
    service, _, name = call.method.path[1:].partition("/")
    attributes = {
        "rpc.system": "grpc" if settings.address.grpc else "corridor_rest",
        "rpc.service": service,
        "rpc.method": name,
        "server.address": settings.address.target,
    }
    with _tracer.start_as_current_span(
        f"{service}/{name}", kind=trace.SpanKind.CLIENT, attributes=attributes, record_exception=False,
        set_status_on_exception=False,
    ) as found:  # fmt: skip
        carrier: dict[str, str] = {}
        propagate.inject(carrier)
        call.carry(carrier)
        try:
            yield
        except CorridorError as error:
            found.set_attribute("error.type", error.reason)
            found.set_status(trace.StatusCode.ERROR, error.reason)
            raise
        finally:
            found.set_attribute("corridor.attempts", call.attempts)
