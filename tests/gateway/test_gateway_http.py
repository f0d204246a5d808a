"""HTTP as callers see it: methods, bodies, limits, slowness, and the gateway's own pages."""

import json
import re
import socket
import threading
import time
from collections.abc import Callable

import grpc
import httpx
import pytest

from corridor.payouts.v1 import payout_pb2, payout_service_pb2
from corridor.type.v1 import money_pb2
from corridor.webhooks.v1 import inbound_delivery_service_pb2
from gateway.settings import Limits
from tests.gateway.scripted import Running, Start, Upstream

GET_PAYOUT = "/corridor.payouts.v1.PayoutService/GetPayout"
LIST_PAYOUTS = "/corridor.payouts.v1.PayoutService/ListPayouts"
CREATE_PAYOUT = "/corridor.payouts.v1.PayoutService/CreatePayout"
CANCEL_PAYOUT = "/corridor.payouts.v1.PayoutService/CancelPayout"
RECEIVE = "/corridor.webhooks.v1.InboundDeliveryService/ReceiveInboundDelivery"
ID = "po_01kafz3q9x7m2c5v8b1n4d6g0h"
PAYOUT = payout_pb2.Payout(
    payout_id=ID, state=payout_pb2.PAYOUT_STATE_SENT, amount=money_pb2.Money(currency_code="EUR", amount_minor=1250)
)
BODY = {"beneficiary_id": "ben_x", "amount": {"currency_code": "EUR", "amount_minor": "1250"}}


def problem(answer: httpx.Response, status: int, reason: str) -> dict[str, object]:
    """The problem document of an answer, after checking what every one of them has."""
    found: dict[str, object] = answer.json()
    assert (status, reason) == (answer.status_code, found["reason"])
    assert answer.headers["content-type"] == "application/problem+json"
    assert found["instance"] == answer.headers["x-request-id"]
    assert found["type"] == f"/docs/problems#{reason}"
    assert found["status"] == status
    return found


def raw(port: int, data: bytes, *, until: float = 5.0, more: Callable[[socket.socket], None] | None = None) -> bytes:
    """Everything that comes back for these bytes, until the gateway closes or time is up."""
    with socket.create_connection(("127.0.0.1", port), timeout=until) as connection:
        connection.sendall(data)
        if more is not None:
            more(connection)
        answer = b""
        try:
            while chunk := connection.recv(65536):
                answer += chunk
        except TimeoutError:
            pass
        return answer


def test_a_payout_goes_in_as_json_and_comes_back_as_json(http: httpx.Client, upstream: Upstream) -> None:
    upstream.replies[CREATE_PAYOUT] = payout_service_pb2.CreatePayoutResponse(payout=PAYOUT)

    answer = http.post("/v1/payouts", json=BODY, headers={"Idempotency-Key": "k"})

    sent = payout_service_pb2.CreatePayoutRequest.FromString(upstream.seen[0].request)
    assert (200, ID) == (answer.status_code, answer.json()["payout_id"])
    assert ("ben_x", 1250) == (sent.beneficiary_id, sent.amount.amount_minor)
    assert {"currency_code": "EUR", "amount_minor": "1250"} == answer.json()["amount"]
    assert "no-store" == answer.headers["cache-control"]


def test_nested_and_repeated_query_parameters_reach_the_server(http: httpx.Client, upstream: Upstream) -> None:
    upstream.replies[LIST_PAYOUTS] = payout_service_pb2.ListPayoutsResponse(payouts=[PAYOUT])

    query = "page_size=3&states=PAYOUT_STATE_SENT&states=7&created.start_time=2026-11-21T00:00:00Z"
    answer = http.get(f"/v1/payouts?{query}")

    sent = payout_service_pb2.ListPayoutsRequest.FromString(upstream.seen[0].request)
    assert (3, [3, 7], 1795219200) == (sent.page_size, list(sent.states), sent.created.start_time.seconds)
    assert ID == answer.json()["payouts"][0]["payout_id"]


def test_an_empty_body_is_an_empty_message(http: httpx.Client, upstream: Upstream) -> None:
    upstream.replies[CANCEL_PAYOUT] = payout_service_pb2.CancelPayoutResponse(payout=PAYOUT)

    assert 200 == http.post(f"/v1/payouts/{ID}:cancel").status_code
    assert ID == payout_service_pb2.CancelPayoutRequest.FromString(upstream.seen[0].request).payout_id


@pytest.mark.parametrize(
    "path", ["/", "/v1", "/v1/payout", "/v1/payouts/", "/v1/payouts//x", "/V1/payouts", "/v2/payouts"]
)
def test_other_paths_are_404(http: httpx.Client, path: str) -> None:
    problem(http.get(path), 404, "METHOD_NOT_FOUND")


@pytest.mark.parametrize("verb", ["DELETE", "PUT", "PATCH", "TRACE"])
def test_other_methods_of_a_path_are_405_with_allow(http: httpx.Client, verb: str) -> None:
    answer = http.request(verb, "/v1/payouts")

    problem(answer, 405, "HTTP_METHOD_NOT_ALLOWED")
    assert "GET, HEAD, OPTIONS, POST" == answer.headers["allow"]


def test_options_names_the_methods(http: httpx.Client) -> None:
    answer = http.options(f"/v1/payouts/{ID}:cancel")

    assert (204, "OPTIONS, POST") == (answer.status_code, answer.headers["allow"])


def test_head_answers_as_get_without_a_body(http: httpx.Client, upstream: Upstream) -> None:
    upstream.replies[GET_PAYOUT] = payout_service_pb2.GetPayoutResponse(payout=PAYOUT)
    full = http.get(f"/v1/payouts/{ID}")

    answer = http.head(f"/v1/payouts/{ID}")

    assert (200, b"", full.headers["content-length"]) == (
        answer.status_code,
        answer.content,
        answer.headers["content-length"],
    )


@pytest.mark.parametrize("accept", ["*/*", "application/json", "application/*;q=0.5", "text/html, */*;q=0.1", ""])
def test_json_is_acceptable(http: httpx.Client, upstream: Upstream, accept: str) -> None:
    upstream.replies[GET_PAYOUT] = payout_service_pb2.GetPayoutResponse(payout=PAYOUT)

    expected = 406 if accept == "" else 200
    assert expected == http.get(f"/v1/payouts/{ID}", headers={"Accept": accept}).status_code


@pytest.mark.parametrize(
    "accept", ["text/xml", "application/json;q=0", "*/*, application/json;q=0.0", "application/xml"]
)
def test_other_media_types_are_406(http: httpx.Client, accept: str) -> None:
    problem(http.get(f"/v1/payouts/{ID}", headers={"Accept": accept}), 406, "NOT_ACCEPTABLE")


@pytest.mark.parametrize(
    "kind", ["text/xml", "application/x-www-form-urlencoded", "application/json; charset=latin-1", ""]
)
def test_other_content_types_are_415(http: httpx.Client, kind: str) -> None:
    answer = http.post("/v1/payouts", content=b"{}", headers={"Content-Type": kind})

    problem(answer, 415, "UNSUPPORTED_MEDIA_TYPE")


def test_a_compressed_body_is_415(http: httpx.Client) -> None:
    answer = http.post("/v1/payouts", json={}, headers={"Content-Encoding": "gzip"})

    problem(answer, 415, "UNSUPPORTED_MEDIA_TYPE")
    assert "identity" == answer.headers["accept-encoding"]


def test_a_declared_body_above_the_limit_is_413_before_it_is_sent(gateway: Running) -> None:
    head = b"POST /v1/payouts HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1048577\r\n"

    answer = raw(gateway.port, head + b"connection: close\r\nexpect: 100-continue\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"100 Continue" not in answer


def test_a_chunked_body_above_the_limit_is_413(http: httpx.Client) -> None:
    def chunks():  # type: ignore[no-untyped-def]  # a generator for httpx
        yield b'{"reference":"'
        for _ in range(20):
            yield b"x" * 65536

    answer = http.post("/v1/payouts", content=chunks(), headers={"Content-Type": "application/json"})

    problem(answer, 413, "REQUEST_TOO_LARGE")


def test_a_chunked_body_is_read(http: httpx.Client, upstream: Upstream) -> None:
    upstream.replies[CREATE_PAYOUT] = payout_service_pb2.CreatePayoutResponse(payout=PAYOUT)
    data = json.dumps(BODY).encode()

    answer = http.post(
        "/v1/payouts",
        content=iter([data[:9], data[9:]]),
        headers={"Content-Type": "application/json", "Idempotency-Key": "k"},
    )

    assert 200 == answer.status_code


def test_expect_100_continue_is_answered_before_the_body(gateway: Running, upstream: Upstream) -> None:
    upstream.replies[CREATE_PAYOUT] = payout_service_pb2.CreatePayoutResponse(payout=PAYOUT)
    data = json.dumps(BODY).encode()
    head = (
        b"POST /v1/payouts HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nconnection: close\r\n"
        b"idempotency-key: k\r\nexpect: 100-continue\r\ncontent-length: %d\r\n\r\n" % len(data)
    )
    seen: list[bytes] = []

    def send_body(connection: socket.socket) -> None:
        seen.append(connection.recv(65536))
        connection.sendall(data)

    answer = raw(gateway.port, head, more=send_body)

    assert [b"HTTP/1.1 100 Continue\r\n\r\n"] == seen
    assert answer.startswith(b"HTTP/1.1 200 ")


def test_a_post_without_a_length_is_411(gateway: Running) -> None:
    answer = raw(gateway.port, b"POST /v1/payouts HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 411 ")
    assert b'"LENGTH_REQUIRED"' in answer


@pytest.mark.parametrize(
    "data", [b"\x16\x03\x01\x02\x00", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"GET /\xff HTTP/1.1\r\n\r\n"]
)
def test_what_is_not_http_is_400(gateway: Running, data: bytes) -> None:
    answer = raw(gateway.port, data)

    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b'"MALFORMED_REQUEST"' in answer


@pytest.mark.parametrize(
    "head",
    [
        b"GET /v1/payouts HTTP/1.1\r\nhost: x\r\ncookie: " + b"x" * 20_000 + b"\r\n\r\n",
        b"GET /v1/payouts HTTP/1.1\r\nhost: x\r\ncookie: " + b"x" * 200_000,
        b"GET /v1/payouts?" + b"x" * 20_000 + b" HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET /v1/payouts HTTP/1.1\r\n" + b"a: b\r\n" * 101 + b"\r\n",
    ],
)
def test_a_head_above_the_limits_is_431(gateway: Running, head: bytes) -> None:
    answer = raw(gateway.port, head)

    assert answer.startswith(b"HTTP/1.1 431 ")
    assert b'"HEADERS_TOO_LARGE"' in answer


def test_a_body_with_broken_chunks_is_400(gateway: Running) -> None:
    head = (
        b"POST /v1/payouts HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
    )

    answer = raw(gateway.port, head + b"2\r\n{}\r\nzz\r\n")

    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b'"MALFORMED_REQUEST"' in answer


def test_a_refused_connection_is_closed_even_if_the_client_stays(gateway: Running) -> None:
    started = time.monotonic()

    assert raw(gateway.port, b"nonsense\r\n\r\n").startswith(b"HTTP/1.1 400 ")
    assert time.monotonic() - started < 4


def test_pipelined_requests_are_answered_in_order(gateway: Running, upstream: Upstream) -> None:
    upstream.replies[GET_PAYOUT] = payout_service_pb2.GetPayoutResponse(payout=PAYOUT)
    one = b"GET /v1/payouts/%b HTTP/1.1\r\nhost: x\r\nx-request-id: %b\r\n%b\r\n"
    data = b"".join(one % (ID.encode(), b"r%d" % n, b"connection: close\r\n" if n == 4 else b"") for n in range(5))

    answer = raw(gateway.port, data)

    assert [b"r0", b"r1", b"r2", b"r3", b"r4"] == re.findall(rb"x-request-id: (r\d)", answer)


@pytest.fixture(scope="module")
def hasty(start: Start, upstream_server: Upstream) -> Running:
    """A gateway that waits half a second for anything."""
    limits = Limits(header_seconds=0.5, body_seconds=0.5)
    return start(upstream=upstream_server.target, limits=limits)


def test_a_head_that_does_not_arrive_is_408(hasty: Running) -> None:
    answer = raw(hasty.port, b"GET /v1/payouts HTTP/1.1\r\nhos")

    assert answer.startswith(b"HTTP/1.1 408 ")


def test_a_head_that_drips_is_cut_off(hasty: Running) -> None:
    started = time.monotonic()

    def drip(connection: socket.socket) -> None:
        gone = threading.Event()
        while not gone.wait(0.1) and time.monotonic() - started < 5:
            try:
                connection.sendall(b"x")
            except OSError:
                gone.set()

    with pytest.raises(OSError):  # noqa: PT012  # either the sending or the reading meets the closed connection
        answer = raw(hasty.port, b"GET /v1/payouts HTTP/1.1\r\nx: ", more=drip)
        assert answer == b"" or answer.startswith(b"HTTP/1.1 408 ")
        raise OSError
    assert time.monotonic() - started < 4


def test_a_connection_that_says_nothing_is_closed(hasty: Running) -> None:
    assert b"" == raw(hasty.port, b"")


def test_a_body_that_does_not_arrive_is_408(hasty: Running) -> None:
    head = b"POST /v1/payouts HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 50\r\n\r\n{"

    answer = raw(hasty.port, head)

    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b'"REQUEST_TIMEOUT"' in answer
    assert b"connection: close" in answer


def _cancelled(upstream: Upstream, path: str) -> threading.Event:
    """Scripts a call that waits, and tells when the server sees it cancelled."""
    cancelled, running = threading.Event(), threading.Event()

    def wait(request: bytes, context: grpc.ServicerContext) -> bytes:
        ended = threading.Event()
        context.add_callback(ended.set)
        running.set()
        ended.wait(3)
        if not context.is_active() and (context.time_remaining() or 0) > 0:
            cancelled.set()
        return b""

    upstream.replies[path] = wait
    cancelled.running = running  # type: ignore[attr-defined]  # travels with it
    return cancelled


@pytest.mark.parametrize(
    ("path", "head", "given_up"),
    [
        (GET_PAYOUT, f"GET /v1/payouts/{ID} HTTP/1.1\r\nhost: x\r\n\r\n", True),
        (CANCEL_PAYOUT, f"POST /v1/payouts/{ID}:cancel HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n", False),
    ],
)
def test_only_reads_are_given_up_with_their_caller(
    gateway: Running, upstream: Upstream, path: str, head: str, given_up: bool
) -> None:
    cancelled = _cancelled(upstream, path)

    def leave(connection: socket.socket) -> None:
        assert cancelled.running.wait(5)  # type: ignore[attr-defined]
        connection.shutdown(socket.SHUT_RDWR)

    with pytest.raises(OSError):  # noqa: PT012  # the shut socket may or may not read as an end
        raw(gateway.port, head.encode(), more=leave)
        raise OSError

    assert given_up == cancelled.wait(1.5)


def test_a_raw_request_reaches_the_server_byte_for_byte(http: httpx.Client, upstream: Upstream) -> None:
    upstream.replies[RECEIVE] = inbound_delivery_service_pb2.ReceiveInboundDeliveryResponse()
    body = b'\x00\xff {"a" : 1}\r\n'

    answer = http.post(
        "/v1/webhooks/inbound/conn_1?a=%20b&a=2",
        content=body,
        headers={
            "X-Signature": "sha256=abc",
            "Content-Type": "text/x-odd",
            "Authorization": "Bearer x",
            "Accept": "a/b",
        },
    )

    sent = inbound_delivery_service_pb2.ReceiveInboundDeliveryRequest.FromString(upstream.seen[0].request)
    headers = {header.name: header.value for header in sent.request.headers}
    assert (200, "conn_1", body, "a=%20b&a=2") == (
        answer.status_code,
        sent.connection_id,
        sent.request.body,
        sent.request.query,
    )
    assert (b"sha256=abc", b"text/x-odd") == (headers["x-signature"], headers["content-type"])
    assert not {"authorization", "connection", "transfer-encoding"} & headers.keys()


def test_health_readiness_and_metrics_answer(http: httpx.Client, upstream: Upstream) -> None:
    assert 200 == http.get("/healthz").status_code
    assert 200 == http.get("/readyz").status_code
    upstream.serving = False
    assert 503 == http.get("/readyz").status_code
    upstream.replies[GET_PAYOUT] = payout_service_pb2.GetPayoutResponse(payout=PAYOUT)
    http.get(f"/v1/payouts/{ID}")
    metrics = http.get("/metrics").text
    assert 'http_route="/v1/payouts/{payout_id}"' in metrics
    assert 'rpc_method="corridor.payouts.v1.PayoutService.GetPayout"' in metrics


@pytest.mark.parametrize("path", ["/docs", "/docs/viewer.js", "/docs/viewer.css", "/docs/problems"])
def test_documentation_loads_nothing_from_outside(http: httpx.Client, path: str) -> None:
    answer = http.get(path)

    assert 200 == answer.status_code
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert not re.search(r"""(src|href|url\(|fetch\(|import)\s*[=("']+\s*["']?(https?:)?//""", answer.text)


def test_every_reason_has_its_place_on_the_problem_page(http: httpx.Client, gateway: Running) -> None:
    page = http.get("/docs/problems").text

    assert all(f'id="{reason}"' in page for reason in ("NOT_FOUND", "IDEMPOTENCY_KEY_REUSED", "LENGTH_REQUIRED"))


def test_pages_are_for_reading(http: httpx.Client) -> None:
    answer = http.post("/docs", json={})

    problem(answer, 405, "HTTP_METHOD_NOT_ALLOWED")


def test_calls_beyond_the_allowed_number_are_refused(start: Start, upstream: Upstream) -> None:
    running = start(upstream=upstream.target, limits=Limits(in_flight=0))
    with httpx.Client(base_url=running.url, timeout=10) as client:
        answer = client.get(f"/v1/payouts/{ID}")

    problem(answer, 503, "UNAVAILABLE")
    assert "1" == answer.headers["retry-after"]
