"""One span at the gateway for a sampled call, and none where nobody asked for tracing."""

import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from corridor.payouts.v1 import payout_service_pb2
from gateway.telemetry import Tracing
from tests.gateway.calls import GET_PAYOUT, ID, PAYOUT
from tests.gateway.scripted import Running, Start, Upstream

TRACE = "0af7651916cd43dd8448eb211c80319c"


@pytest.fixture(scope="module")
def collected() -> Iterator[tuple[str, list[ExportTraceServiceRequest]]]:
    """A collector that keeps what it gets."""
    requests: list[ExportTraceServiceRequest] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            requests.append(ExportTraceServiceRequest.FromString(body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name in http.server
            pass

    server = HTTPServer(("127.0.0.1", 0), Collector)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", requests
    server.shutdown()


@pytest.fixture(scope="module")
def traced(start: Start, upstream_server: Upstream, collected: tuple[str, list[object]]) -> Iterator[Running]:
    """A gateway that exports its spans."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collected[0])
        patch.setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "none")
        yield start(upstream=upstream_server.target)


def test_a_sampled_call_has_a_span_that_the_server_continues(
    traced: Running, upstream: Upstream, collected: tuple[str, list[ExportTraceServiceRequest]]
) -> None:
    upstream.replies[GET_PAYOUT] = payout_service_pb2.GetPayoutResponse(payout=PAYOUT)
    for flag in ("00", "01"):
        httpx.get(f"{traced.url}/v1/payouts/{ID}", headers={"traceparent": f"00-{TRACE}-b7ad6b7169203331-{flag}"})
    traced.gateway.tracing.close()

    unsampled, sampled = (seen.metadata["traceparent"] for seen in upstream.seen)
    (exported,) = [span for r in collected[1] for rs in r.resource_spans for s in rs.scope_spans for span in s.spans]
    assert f"00-{TRACE}-b7ad6b7169203331-00" == unsampled
    assert f"00-{TRACE}-{exported.span_id.hex()}-01" == sampled
    assert ("GET /v1/payouts/{payout_id}", "b7ad6b7169203331") == (exported.name, exported.parent_span_id.hex())


def test_without_an_exporter_there_is_no_tracing(gateway: Running) -> None:
    route = gateway.gateway.routes.all[0]

    assert (
        Tracing({**os.environ, "OTEL_EXPORTER_OTLP_ENDPOINT": ""}).start(route, b"00-" + b"a" * 32 + b"-b-01") is None
    )
