"""One trace: the call, the provider's call, and the delivery to the company, under the caller's own trace id."""

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from adapters.kit.simulator import Fault
from corridor.payouts.v1.payout_pb2 import PAYOUT_STATE_SETTLED
from tests.server.flows.stage import Stage
from tests.server.webhooks.receiver import Receiver
from tests.serving import until

TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"
SAMPLED = f"00-{TRACE_ID}-00f067aa0ba902b7-01"
UNSAMPLED = f"00-{TRACE_ID}-00f067aa0ba902b7-00"


@pytest.fixture(scope="module")
def exporter() -> InMemorySpanExporter:
    """Keeps the spans of the process. A process has one tracer provider for good: one that is there is added to."""
    found = InMemorySpanExporter()
    provider = trace.get_tracer_provider()
    if not isinstance(provider, TracerProvider):
        provider = TracerProvider()
        trace.set_tracer_provider(provider)
    provider.add_span_processor(SimpleSpanProcessor(found))
    return found


@pytest.fixture
def spans(exporter: InMemorySpanExporter) -> InMemorySpanExporter:
    """The spans from now on."""
    exporter.clear()
    return exporter


def named(spans: InMemorySpanExporter, *names: str) -> list[ReadableSpan]:
    """One span of each name, once they are there."""

    def found() -> list[ReadableSpan] | None:
        by_name = {span.name: span for span in spans.get_finished_spans()}
        return [by_name[name] for name in names] if set(names) <= set(by_name) else None

    made: list[ReadableSpan] = until(found, what=f"spans {names}")
    return made


def test_call_provider_and_delivery_are_one_trace(flow: Stage, hook: Receiver, spans: InMemorySpanExporter) -> None:
    flow.endpoint(hook.url)
    vendor = flow.vendor()
    flow.route(vendor)

    flow.reaches(flow.pay(traceparent=SAMPLED), PAYOUT_STATE_SETTLED, hurry=False)
    call, provider, _ = found = named(
        spans, "corridor.payouts.v1.PayoutService/CreatePayout", "sandbox create_payout", "webhook POST"
    )

    assert {int(TRACE_ID, 16)} == {span.context.trace_id for span in found if span.context}
    assert provider.context is not None
    assert call.attributes is not None
    assert provider.attributes is not None
    assert ("CreatePayout", "answered") == (call.attributes["rpc.method"], provider.attributes["corridor.outcome"])
    (seen,) = [headers["traceparent"] for headers in vendor.calls()]
    assert f"00-{TRACE_ID}-{provider.context.span_id:016x}-01" == seen
    (first, *_) = [each.headers.get("traceparent", "") for each in hook.received]
    assert first.startswith(f"00-{TRACE_ID}-")


def test_a_provider_call_that_failed_is_marked_in_the_trace(flow: Stage, spans: InMemorySpanExporter) -> None:
    vendor = flow.vendor()
    flow.route(vendor)
    vendor.simulator.fault(Fault("lost_answer"), "create_transfer")

    flow.reaches(flow.pay(traceparent=SAMPLED), PAYOUT_STATE_SETTLED)
    created, looked_up = named(spans, "sandbox create_payout", "sandbox look_up_payout")

    assert (StatusCode.ERROR, StatusCode.UNSET) == (created.status.status_code, looked_up.status.status_code)
    assert created.attributes is not None
    assert "unknown" == created.attributes["corridor.outcome"]


def test_a_call_that_is_not_sampled_makes_no_spans_and_is_told_on(flow: Stage, spans: InMemorySpanExporter) -> None:
    vendor = flow.vendor()
    flow.route(vendor)

    flow.reaches(flow.pay(traceparent=UNSAMPLED), PAYOUT_STATE_SETTLED, hurry=False)

    assert () == spans.get_finished_spans()
    assert [UNSAMPLED] == [headers["traceparent"] for headers in vendor.calls()]
