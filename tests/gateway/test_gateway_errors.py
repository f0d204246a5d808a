"""Headers that pass, errors of the server as problem documents, deadlines, and a server that is away."""

import threading
import time

import grpc
import httpx
import pytest
from google.protobuf import duration_pb2
from google.rpc import error_details_pb2

from corridor.payouts.v1 import payout_service_pb2
from tests.gateway.calls import BODY, CREATE_PAYOUT, GET_PAYOUT, ID, PAYOUT, problem
from tests.gateway.scripted import Running, Start, Upstream, refuse

READ = f"/v1/payouts/{ID}"


def test_a_reason_of_the_server_becomes_a_problem_with_its_facts(http: httpx.Client, upstream: Upstream) -> None:
    bad = error_details_pb2.BadRequest()
    bad.field_violations.add(
        field="amount.amount_minor", description="must be greater than 0", reason="amount.positive"
    )
    upstream.replies[CREATE_PAYOUT] = refuse(
        grpc.StatusCode.INVALID_ARGUMENT,
        "INVALID_ARGUMENT",
        "amount.amount_minor: must be greater than 0",
        details=(bad,),
    )

    answer = http.post("/v1/payouts", json=BODY, headers={"Idempotency-Key": "k"})

    found = problem(answer, 400, "INVALID_ARGUMENT")
    assert {
        "field": "amount.amount_minor", "description": "must be greater than 0", "rule": "amount.positive",
    } == found["violations"][0]  # fmt: skip
    assert ("PERMANENT", False, "amount.amount_minor: must be greater than 0") == (
        found["class"],
        found["retryable"],
        found["detail"],
    )
    assert found["suggested_action"]


@pytest.mark.parametrize(
    ("code", "reason", "status"),
    [
        (grpc.StatusCode.FAILED_PRECONDITION, "IDEMPOTENCY_KEY_REUSED", 422),
        (grpc.StatusCode.ABORTED, "IDEMPOTENCY_IN_PROGRESS", 409),
        (grpc.StatusCode.NOT_FOUND, "NOT_FOUND", 404),
        (grpc.StatusCode.PERMISSION_DENIED, "PERMISSION_DENIED", 403),
        (grpc.StatusCode.FAILED_PRECONDITION, "COMPLIANCE_HOLD", 422),
        (grpc.StatusCode.INTERNAL, "INTERNAL", 500),
        (grpc.StatusCode.UNAUTHENTICATED, "INBOUND_REFUSED", 401),
    ],
)
def test_the_catalogue_decides_the_status(
    http: httpx.Client, upstream: Upstream, code: grpc.StatusCode, reason: str, status: int
) -> None:
    upstream.replies[GET_PAYOUT] = refuse(code, reason)

    problem(http.get(READ), status, reason)


def test_metadata_of_an_error_is_passed_on(http: httpx.Client, upstream: Upstream) -> None:
    upstream.replies[GET_PAYOUT] = refuse(grpc.StatusCode.INTERNAL, "INTERNAL", metadata={"error_id": "err_1"})

    assert {"error_id": "err_1"} == problem(http.get(READ), 500, "INTERNAL")["metadata"]


def test_a_401_says_how_to_authenticate(http: httpx.Client, upstream: Upstream) -> None:
    upstream.replies[GET_PAYOUT] = refuse(grpc.StatusCode.UNAUTHENTICATED, "UNAUTHENTICATED")

    assert "Bearer" == http.get(READ).headers["www-authenticate"]


def test_a_retry_delay_becomes_retry_after(http: httpx.Client, upstream: Upstream) -> None:
    retry = error_details_pb2.RetryInfo(retry_delay=duration_pb2.Duration(seconds=2, nanos=1))
    upstream.replies[GET_PAYOUT] = refuse(grpc.StatusCode.RESOURCE_EXHAUSTED, "RATE_LIMITED", details=(retry,))

    assert "3" == http.get(READ).headers["retry-after"]


def test_retry_after_of_the_server_wins(http: httpx.Client, upstream: Upstream) -> None:
    retry = error_details_pb2.RetryInfo(retry_delay=duration_pb2.Duration(seconds=2))
    upstream.replies[GET_PAYOUT] = refuse(
        grpc.StatusCode.RESOURCE_EXHAUSTED, "RATE_LIMITED", details=(retry,), trailing=(("retry-after", "9"),)
    )

    assert ["9"] == http.get(READ).headers.get_list("retry-after")


@pytest.mark.parametrize(
    ("code", "reason", "status"),
    [
        (grpc.StatusCode.UNIMPLEMENTED, "METHOD_NOT_FOUND", 404),
        (grpc.StatusCode.UNKNOWN, "INTERNAL", 500),
        (grpc.StatusCode.DEADLINE_EXCEEDED, "DEADLINE_EXCEEDED", 504),
        (grpc.StatusCode.UNAVAILABLE, "UNAVAILABLE", 503),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, "RATE_LIMITED", 429),
        (grpc.StatusCode.UNAUTHENTICATED, "UNAUTHENTICATED", 401),
        (grpc.StatusCode.CANCELLED, "UNAVAILABLE", 503),
        (grpc.StatusCode.DATA_LOSS, "INTERNAL", 500),
    ],
)
def test_a_status_without_details_tells_nothing_but_its_reason(
    http: httpx.Client, upstream: Upstream, code: grpc.StatusCode, reason: str, status: int
) -> None:
    upstream.replies[GET_PAYOUT] = lambda request, context: context.abort(code, "secret text of a library")

    assert "secret" not in str(problem(http.get(READ), status, reason))


def test_unreadable_details_are_no_error_of_their_own(http: httpx.Client, upstream: Upstream) -> None:
    def answer(request: bytes, context: grpc.ServicerContext) -> bytes:
        context.set_trailing_metadata((("grpc-status-details-bin", b"\xff\xff\xff"),))
        context.abort(grpc.StatusCode.NOT_FOUND, "x")
        return b""

    upstream.replies[GET_PAYOUT] = answer

    problem(http.get(READ), 404, "NOT_FOUND")


def test_an_answer_that_is_no_message_is_500_with_an_error_id(http: httpx.Client, upstream: Upstream) -> None:
    upstream.replies[GET_PAYOUT] = lambda request, context: b"\xff\xff\xff"

    found = problem(http.get(READ), 500, "INTERNAL")
    assert str(found["metadata"]["error_id"]).startswith("err_")


def test_allowed_headers_reach_the_server_and_no_others(http: httpx.Client, upstream: Upstream) -> None:
    upstream.replies[CREATE_PAYOUT] = payout_service_pb2.CreatePayoutResponse(payout=PAYOUT)
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"

    http.post(
        "/v1/payouts",
        json=BODY,
        headers={
            "Authorization": "Bearer ck_test_1",
            "Idempotency-Key": "k1",
            "X-Request-Id": "r1",
            "X-Correlation-Id": "c1",
            "traceparent": trace,
            "tracestate": "a=b",
            "Cookie": "c",
            "X-Corridor-Client-Ip": "6.6.6.6",
            "X-Other": "o",
            "X-Forwarded-For": "7.7.7.7",
        },
    )

    metadata = upstream.seen[0].metadata
    expected = {
        "authorization": "Bearer ck_test_1", "idempotency-key": "k1", "x-request-id": "r1", "x-correlation-id": "c1",
        "traceparent": trace, "tracestate": "a=b", "x-corridor-client-ip": "127.0.0.1",
    }  # fmt: skip
    assert expected == {key: value for key, value in metadata.items() if key != "user-agent"}


def test_trusted_proxies_name_the_client(start: Start, upstream: Upstream) -> None:
    upstream.replies[GET_PAYOUT] = payout_service_pb2.GetPayoutResponse(payout=PAYOUT)
    running = start(upstream=upstream.target, trusted_hops=1)
    with httpx.Client(base_url=running.url, timeout=10) as client:
        client.get(READ, headers={"X-Forwarded-For": "6.6.6.6, 9.9.9.9"})

    assert "9.9.9.9" == upstream.seen[0].metadata["x-corridor-client-ip"]


def test_a_key_is_not_sent_where_the_method_ignores_it(http: httpx.Client, upstream: Upstream) -> None:
    upstream.replies[GET_PAYOUT] = payout_service_pb2.GetPayoutResponse(payout=PAYOUT)

    assert 200 == http.get(READ, headers=[("Idempotency-Key", "a"), ("Idempotency-Key", "b")]).status_code
    assert "idempotency-key" not in upstream.seen[0].metadata


@pytest.mark.parametrize(
    "keys", [[b"a", b"b"], [b"a", b"a"], [b""], [b"a b"], [b"\xc3\xbc"], [b"a\tb"], [b"\x7f"]]
)  # fmt: skip
def test_an_idempotency_key_that_cannot_be_one_is_refused(
    http: httpx.Client, upstream: Upstream, keys: list[bytes]
) -> None:
    headers = [(b"Idempotency-Key", key) for key in keys]

    answer = http.post("/v1/payouts", json=BODY, headers=headers)

    problem(answer, 400, "IDEMPOTENCY_KEY_INVALID" if b"\x7f" not in keys else answer.json()["reason"])
    assert not upstream.seen


def test_a_credential_with_impossible_characters_is_401(http: httpx.Client, upstream: Upstream) -> None:
    problem(http.get(READ, headers=[(b"Authorization", b"Bearer \xff")]), 401, "UNAUTHENTICATED")
    assert not upstream.seen


@pytest.mark.parametrize("name", ["X-Request-Id", "X-Correlation-Id"])
@pytest.mark.parametrize("value", [b"", b"a b", b"\xc3\xbc", b"x" * 129])
def test_ids_that_cannot_be_ids_are_refused(http: httpx.Client, name: str, value: bytes) -> None:
    problem(http.get(READ, headers=[(name.encode(), value)]), 400, "MALFORMED_REQUEST")


def test_a_trace_context_that_cannot_be_carried_counts_as_none(http: httpx.Client, upstream: Upstream) -> None:
    upstream.replies[GET_PAYOUT] = payout_service_pb2.GetPayoutResponse(payout=PAYOUT)

    assert 200 == http.get(READ, headers=[(b"traceparent", b"\xff")]).status_code
    assert "traceparent" not in upstream.seen[0].metadata


def test_a_request_id_is_made_when_none_is_sent(http: httpx.Client, upstream: Upstream) -> None:
    upstream.replies[GET_PAYOUT] = payout_service_pb2.GetPayoutResponse(payout=PAYOUT)

    answer = http.get(READ)

    assert upstream.seen[0].metadata["x-request-id"] == answer.headers["x-request-id"]
    assert 30 == len(answer.headers["x-request-id"])


def test_allowed_metadata_of_the_answer_becomes_headers(http: httpx.Client, upstream: Upstream) -> None:
    def answer(request: bytes, context: grpc.ServicerContext) -> bytes:
        context.send_initial_metadata((("ratelimit", '"default";r=5;t=1'), ("x-secret", "s")))
        context.set_trailing_metadata(
            (("idempotent-replayed", "true"), ("x-correlation-id", "c"), ("x-request-id", "r"))
        )
        return payout_service_pb2.GetPayoutResponse(payout=PAYOUT).SerializeToString()

    upstream.replies[GET_PAYOUT] = answer

    headers = http.get(READ).headers
    assert ('"default";r=5;t=1', "true", "c") == (
        headers["ratelimit"],
        headers["idempotent-replayed"],
        headers["x-correlation-id"],
    )
    assert ["r"] == headers.get_list("x-request-id")
    assert "x-secret" not in headers


def test_the_deadline_is_the_methods_or_the_callers_if_shorter(http: httpx.Client, upstream: Upstream) -> None:
    upstream.replies[GET_PAYOUT] = payout_service_pb2.GetPayoutResponse(payout=PAYOUT)
    http.get(READ)
    http.get(READ, headers={"X-Request-Timeout": "1.5"})
    http.get(READ, headers={"X-Request-Timeout": "900"})

    assert [True, True, True] == [
        low < seen.seconds_left <= high
        for seen, (low, high) in zip(upstream.seen, ((4, 5.1), (1, 1.6), (4, 5.1)), strict=True)
    ]


def test_a_deadline_that_passes_is_504(http: httpx.Client, upstream: Upstream) -> None:
    ended = threading.Event()

    def wait(request: bytes, context: grpc.ServicerContext) -> bytes:
        context.add_callback(ended.set)
        ended.wait(30)
        return b""

    upstream.replies[GET_PAYOUT] = wait

    problem(http.get(READ, headers={"X-Request-Timeout": "0.2"}), 504, "DEADLINE_EXCEEDED")


@pytest.mark.parametrize("value", ["0", "0.000", "-1", "x", "1e9", "", "1s", "1.5555", "NaN"])
def test_a_timeout_that_is_no_time_is_refused(http: httpx.Client, value: str) -> None:
    problem(http.get(READ, headers={"X-Request-Timeout": value}), 400, "MALFORMED_REQUEST")


def test_a_server_that_is_away_is_503_with_retry_after(start: Start) -> None:
    running: Running = start(upstream="127.0.0.1:1")
    with httpx.Client(base_url=running.url, timeout=10) as client:
        started = time.monotonic()
        answer = client.get(READ)
        assert 503 == client.get("/readyz").status_code
        assert 200 == client.get("/healthz").status_code

    found = problem(answer, 503, "UNAVAILABLE")
    assert "127.0.0.1" not in str(found)
    assert "1" == answer.headers["retry-after"]
    assert time.monotonic() - started < 5
