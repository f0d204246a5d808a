"""When the Python client repeats a call, how long it takes, and what it sends: against servers that tests script."""

import warnings
from collections.abc import Callable, Iterator
from typing import Any

import grpc
import pytest
from google.protobuf import duration_pb2
from google.rpc import error_details_pb2
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

import corridor_client
from corridor.payouts.v1 import payout_pb2, payout_service_pb2
from corridor_client import errors
from corridor_client.client import Client
from corridor_client_runtime import deprecations, telemetry
from tests.gateway.scripted import Start, Upstream, refuse
from tests.serving import until

CREATE = "/corridor.payouts.v1.PayoutService/CreatePayout"
GET = "/corridor.payouts.v1.PayoutService/GetPayout"
LIST = "/corridor.payouts.v1.PayoutService/ListPayouts"
PO = "po_" + "0" * 26
CREATED = payout_service_pb2.CreatePayoutResponse(payout=payout_pb2.Payout(payout_id=PO))
READ = payout_service_pb2.GetPayoutResponse(payout=payout_pb2.Payout(payout_id=PO))
UNAVAILABLE = refuse(grpc.StatusCode.UNAVAILABLE, "UNAVAILABLE")
Connect = Callable[..., Client]


@pytest.fixture(scope="module")
def gateway_url(start: Start, upstream_server: Upstream) -> str:
    return start(upstream=upstream_server.target).url


@pytest.fixture(params=["rest", "grpc"])
def connect(request: pytest.FixtureRequest, upstream: Upstream, gateway_url: str) -> Iterator[Connect]:
    """Connects to the scripted server, over each transport in turn."""
    made: list[Client] = []

    def make(**options: Any) -> Client:
        url = gateway_url if request.param == "rest" else f"grpc://{upstream.target}"
        made.append(corridor_client.connect(url, api_key="ck_test_x", **options))
        return made[-1]

    yield make
    for each in made:
        each.close()


def after(times: int, refusal: Callable[..., bytes], answer: Any) -> Callable[..., bytes]:
    """Refuses some times, then answers."""
    left = [times]

    def reply(request: bytes, context: grpc.ServicerContext) -> bytes:
        if left[0]:
            left[0] -= 1
            return refusal(request, context)
        answered: bytes = answer.SerializeToString()
        return answered

    return reply


def test_a_read_is_repeated_until_it_is_answered(connect: Connect, upstream: Upstream) -> None:
    upstream.replies[GET] = after(2, UNAVAILABLE, READ)

    assert PO == connect().payouts.get_payout(payout_id=PO).payout_id
    assert 3 == len(upstream.seen)


def test_repetitions_are_bounded(connect: Connect, upstream: Upstream) -> None:
    upstream.replies[GET] = UNAVAILABLE

    with pytest.raises(errors.Unavailable) as caught:
        connect(retries=2).payouts.get_payout(payout_id=PO)

    assert 3 == len(upstream.seen) == caught.value.attempts


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (grpc.StatusCode.INTERNAL, "INTERNAL"),
        (grpc.StatusCode.ABORTED, "STATE_CONFLICT"),  # retryable, once somebody has decided again
        (grpc.StatusCode.FAILED_PRECONDITION, "FEATURE_OFF"),
        (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_ARGUMENT"),
        (grpc.StatusCode.FAILED_PRECONDITION, "IDEMPOTENCY_KEY_REUSED"),
    ],
)
def test_what_does_not_pass_by_itself_is_not_repeated(
    upstream: Upstream, connect: Connect, code: grpc.StatusCode, reason: str
) -> None:
    upstream.replies[CREATE] = refuse(code, reason)

    with pytest.raises(errors.BY_REASON[reason]):
        connect().payouts.create_payout(beneficiary_id="ben")

    assert 1 == len(upstream.seen)


def test_a_write_is_repeated_under_one_key_while_the_first_still_runs(connect: Connect, upstream: Upstream) -> None:
    upstream.replies[CREATE] = after(1, refuse(grpc.StatusCode.ABORTED, "IDEMPOTENCY_IN_PROGRESS"), CREATED)

    connect(timeout_seconds=10).payouts.create_payout(beneficiary_id="ben")

    keys = [seen.metadata["idempotency-key"] for seen in upstream.seen]
    assert (2, 1) == (len(keys), len(set(keys)))


def test_a_read_carries_no_key(connect: Connect, upstream: Upstream) -> None:
    upstream.replies[GET] = READ

    connect().payouts.get_payout(payout_id=PO)

    assert "idempotency-key" not in upstream.seen[0].metadata


def test_a_longer_wait_than_the_call_has_ends_it_at_once(connect: Connect, upstream: Upstream) -> None:
    delay = error_details_pb2.RetryInfo(retry_delay=duration_pb2.Duration(seconds=60))
    upstream.replies[GET] = refuse(
        grpc.StatusCode.RESOURCE_EXHAUSTED, "RATE_LIMITED", details=(delay,), trailing=(("retry-after", "60"),)
    )

    with pytest.raises(errors.RateLimited) as caught:
        connect(timeout_seconds=2).payouts.get_payout(payout_id=PO)

    assert (1, 60.0) == (len(upstream.seen), caught.value.retry_after_seconds)


def test_the_deadline_is_the_method_s_unless_the_caller_has_less_time(connect: Connect, upstream: Upstream) -> None:
    upstream.replies[GET] = READ
    client = connect()

    client.payouts.get_payout(payout_id=PO)
    client.payouts.get_payout(payout_id=PO, timeout_seconds=0.8)

    usual, short = (seen.seconds_left for seen in upstream.seen)
    assert 3.0 < usual < 6.5
    assert 0.0 < short < 0.9


def test_a_call_that_takes_too_long_ends_with_its_time(connect: Connect, upstream: Upstream) -> None:
    def wait(request: bytes, context: grpc.ServicerContext) -> bytes:
        until(lambda: not context.is_active(), seconds=20.0)
        return b""

    upstream.replies[CREATE] = wait
    with pytest.raises(errors.DeadlineExceeded) as caught:
        connect(timeout_seconds=0.4).payouts.create_payout(beneficiary_id="ben")

    assert "" != caught.value.idempotency_key
    assert caught.value.retryable


def test_an_answer_without_what_was_asked_for_is_an_error(upstream: Upstream) -> None:
    upstream.replies[CREATE] = payout_service_pb2.CreatePayoutResponse()

    with corridor_client.connect(f"grpc://{upstream.target}", api_key="k") as client, pytest.raises(errors.Internal):
        client.payouts.create_payout(beneficiary_id="ben")


def test_a_reason_that_is_newer_than_the_client_explains_itself(upstream: Upstream) -> None:
    upstream.replies[GET] = refuse(grpc.StatusCode.FAILED_PRECONDITION, "NEVER_HEARD_OF", metadata={"rule": "9"})

    with (
        corridor_client.connect(f"grpc://{upstream.target}", api_key="k") as client,
        pytest.raises(errors.CorridorError) as caught,
    ):
        client.payouts.get_payout(payout_id=PO)

    assert ("NEVER_HEARD_OF", {"rule": "9"}) == (caught.value.reason, caught.value.metadata)


def test_a_list_that_would_never_end_is_an_error(connect: Connect, upstream: Upstream) -> None:
    upstream.replies[LIST] = payout_service_pb2.ListPayoutsResponse(next_page_token="again")

    with pytest.raises(RuntimeError, match="same page token"):
        list(connect().payouts.list_payouts())


def test_headers_of_the_caller_go_along(connect: Connect, upstream: Upstream) -> None:
    upstream.replies[GET] = READ

    client = connect(headers={"X-Correlation-Id": "order-9"})
    client.payouts.get_payout(payout_id=PO, headers={"Corridor-Sandbox-Scenario": "slow"})

    metadata = upstream.seen[0].metadata
    assert ("order-9", "slow") == (metadata["x-correlation-id"], metadata["corridor-sandbox-scenario"])
    assert "Bearer ck_test_x" == metadata["authorization"]


def test_what_ends_is_told_once_and_names_its_replacement(upstream: Upstream) -> None:
    def reply(request: bytes, context: grpc.ServicerContext) -> bytes:
        context.set_trailing_metadata(
            (
                ("deprecation", "@1767225600"),
                ("sunset", "Wed, 01 Jul 2026 00:00:00 GMT"),
                ("link", '</docs/versioning>; rel="deprecation"'),
                ("corridor-deprecated-fields", "corridor.payouts.v1.GetPayoutRequest.payout_id"),
            )
        )
        return READ.SerializeToString()

    upstream.replies[GET] = reply
    told: list[corridor_client.Deprecation] = []
    deprecations._told.clear()
    with (
        corridor_client.connect(f"grpc://{upstream.target}", api_key="k", on_deprecation=told.append) as client,
        warnings.catch_warnings(record=True) as warned,
    ):
        warnings.simplefilter("always")
        client.payouts.get_payout(payout_id=PO)
        client.payouts.get_payout(payout_id=PO)

    found = [each for each in warned if issubclass(each.category, DeprecationWarning)]
    assert 1 == len(found)
    assert __file__ == found[0].filename
    assert "ends on Wed, 01 Jul 2026" in str(found[0].message)
    assert ("2026-01-01", "/docs/versioning") == (told[0].deprecated_since, told[0].link)
    assert ("corridor.payouts.v1.GetPayoutRequest.payout_id",) == told[1].fields


def test_the_trace_goes_on_at_corridor(connect: Connect, upstream: Upstream, monkeypatch: pytest.MonkeyPatch) -> None:
    spans = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    monkeypatch.setattr(telemetry, "_tracer", provider.get_tracer("corridor-client"))
    upstream.replies[GET] = refuse(grpc.StatusCode.NOT_FOUND, "NOT_FOUND")

    with pytest.raises(errors.NotFound):
        connect().payouts.get_payout(payout_id=PO)

    (span,) = spans.get_finished_spans()
    assert ("corridor.payouts.v1.PayoutService/GetPayout", trace.SpanKind.CLIENT) == (span.name, span.kind)
    assert span.attributes is not None
    assert ("NOT_FOUND", 1) == (span.attributes["error.type"], span.attributes["corridor.attempts"])
    assert PO not in str(span.to_json())
    assert format(span.get_span_context().trace_id, "032x") in upstream.seen[0].metadata["traceparent"]
