"""What the gateway tells about itself: Prometheus metrics, and one span per sampled call.

Tracing costs nothing unless an exporter is configured by OpenTelemetry's own environment variables.
"""

import os
import random
from collections.abc import Mapping
from typing import Any, Protocol

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from gateway.routes import Route

# Bounds in seconds: from a cached read to the longest deadline.
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

CONTENT_TYPE = b"text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """Rate, errors and duration by method, in the names of OpenTelemetry's semantic conventions."""

    def __init__(self) -> None:
        self._shared = "PROMETHEUS_MULTIPROC_DIR" in os.environ
        self._registry = CollectorRegistry()
        self._duration = Histogram(
            "http_server_request_duration_seconds",
            "Time from the complete request head to the answer.",
            ("http_request_method", "http_route", "rpc_method", "http_response_status_code"),
            registry=self._registry,
            buckets=_BUCKETS,
        )
        self._in_flight = Gauge(
            "http_server_active_requests",
            "Calls in progress.",
            registry=self._registry,
            multiprocess_mode="livesum",
        )
        self._refused = Counter(
            "corridor_gateway_refused_total",
            "Requests that the gateway answered without asking the server.",
            ("reason",),
            registry=self._registry,
        )
        self._certificates = Gauge(
            "corridor_certificate_left_seconds",
            "Until the certificate ends.",
            ("file",),
            registry=self._registry,
            multiprocess_mode="min",
        )
        self._children: dict[tuple[int, int], Any] = {}

    def record(self, route: Route | None, status: int, seconds: float) -> None:
        """Counts one answer."""
        key = (id(route), status)
        child = self._children.get(key)
        if child is None:
            labels = (route.verb, route.template, route.method.full_name) if route else ("", "", "")
            child = self._children[key] = self._duration.labels(*labels, str(status))
        child.observe(seconds)

    def refused(self, reason: str) -> None:
        """Counts one request that never reached the server."""
        self._refused.labels(reason).inc()

    def certificate(self, file: str, seconds: float) -> None:
        """Notes how long a certificate still holds."""
        self._certificates.labels(file).set(seconds)

    def exposition(self, in_flight: int) -> bytes:
        """All metrics in the Prometheus text format; those of all processes where several share the port."""
        self._in_flight.set(in_flight)
        if not self._shared:
            return generate_latest(self._registry)
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # prometheus_client does not type it
        return generate_latest(registry)


class Span(Protocol):
    """The span of one call."""

    @property
    def traceparent(self) -> str:
        """The span's context, for the server (W3C Trace Context)."""

    def end(self, status: int) -> None:
        """Ends the span with the HTTP status."""


class Tracing:
    """Starts spans for calls that are sampled: by the caller's traceparent, or else by the configured ratio."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self._ratio = 0.0
        self._tracer: Any = None
        self._provider: Any = None
        endpoints = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
        wanted = any(environment.get(name) for name in endpoints)
        if not wanted or environment.get("OTEL_SDK_DISABLED", "").lower() == "true":
            return
        # Imported here: who does not trace does not pay for it at start.
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
        from opentelemetry.sdk.trace.sampling import ALWAYS_ON

        self._ratio = float(environment.get("OTEL_TRACES_SAMPLER_ARG", "1") or "1")
        name = environment.get("OTEL_SERVICE_NAME", "corridor-gateway")
        self._provider = TracerProvider(sampler=ALWAYS_ON, resource=Resource.create({"service.name": name}))
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer("corridor.gateway")

    def start(self, route: Route, traceparent: bytes | None) -> Span | None:
        """The span of a call, or None if the call is not sampled."""
        if self._tracer is None:
            return None
        text = traceparent.decode("latin-1") if traceparent is not None else ""
        parts = text.split("-")
        continued = len(parts) >= 4 and len(parts[3]) == 2
        sampled = parts[3][-1] in "13579bdf" if continued else random.random() < self._ratio  # noqa: S311  # sampling
        return _OpenTelemetrySpan(self._tracer, route, text if continued else "") if sampled else None

    def close(self) -> None:
        """Sends what is still to be sent."""
        if self._provider is not None:
            self._provider.shutdown()


class _OpenTelemetrySpan:
    def __init__(self, tracer: Any, route: Route, traceparent: str) -> None:
        from opentelemetry.trace import SpanKind
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        context = TraceContextTextMapPropagator().extract({"traceparent": traceparent}) if traceparent else None
        self._span = tracer.start_span(
            f"{route.verb} {route.template}",
            context=context,
            kind=SpanKind.SERVER,
            attributes={
                "http.request.method": route.verb,
                "http.route": route.template,
                "rpc.method": route.method.full_name,
            },
        )

    @property
    def traceparent(self) -> str:
        found = self._span.get_span_context()
        return f"00-{found.trace_id:032x}-{found.span_id:016x}-{int(found.trace_flags):02x}"

    def end(self, status: int) -> None:
        self._span.set_attribute("http.response.status_code", status)
        self._span.end()
