"""What the gateway bears: sizes, slowness, broken framing, clients that go away, and too many calls."""

import json
import re
import socket
import threading
import time
from dataclasses import dataclass, field

import grpc
import httpx
import pytest

from corridor.payouts.v1 import payout_service_pb2
from gateway.settings import Limits
from tests.gateway.calls import BODY, CANCEL_PAYOUT, CREATE_PAYOUT, GET_PAYOUT, ID, PAYOUT, problem, raw
from tests.gateway.scripted import Running, Start, Upstream


def test_a_declared_body_above_the_limit_is_413_before_it_is_sent(gateway: Running) -> None:
    head = b"POST /v1/payouts HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 3145729\r\n"

    answer = raw(gateway.port, head + b"connection: close\r\nexpect: 100-continue\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"100 Continue" not in answer


def test_a_chunked_body_above_the_limit_is_413(http: httpx.Client) -> None:
    def chunks():  # type: ignore[no-untyped-def]  # a generator for httpx
        yield b'{"reference":"'
        for _ in range(60):
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

    assert raw(gateway.port, b"nonsense\r\n\r\n", until=20.0).startswith(b"HTTP/1.1 400 ")
    assert time.monotonic() - started < 15


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
        while not gone.wait(0.1) and time.monotonic() - started < 20:
            try:
                connection.sendall(b"x")
            except OSError:
                gone.set()

    with pytest.raises(OSError):  # noqa: PT012  # either the sending or the reading meets the closed connection
        answer = raw(hasty.port, b"GET /v1/payouts HTTP/1.1\r\nx: ", until=20.0, more=drip)
        assert answer == b"" or answer.startswith(b"HTTP/1.1 408 ")
        raise OSError
    assert time.monotonic() - started < 15


def test_a_connection_that_says_nothing_is_closed(hasty: Running) -> None:
    assert b"" == raw(hasty.port, b"")


def test_a_body_that_does_not_arrive_is_408(hasty: Running) -> None:
    head = b"POST /v1/payouts HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 50\r\n\r\n{"

    answer = raw(hasty.port, head)

    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b'"REQUEST_TIMEOUT"' in answer
    assert b"connection: close" in answer


@dataclass(frozen=True)
class Waiting:
    """A call that waits at the server, and what became of it."""

    running: threading.Event = field(default_factory=threading.Event)
    cancelled: threading.Event = field(default_factory=threading.Event)

    def __call__(self, request: bytes, context: grpc.ServicerContext) -> bytes:
        ended = threading.Event()
        context.add_callback(ended.set)
        self.running.set()
        ended.wait(10)
        if not context.is_active() and (context.time_remaining() or 0) > 0:
            self.cancelled.set()
        return b""


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
    waiting = Waiting()
    upstream.replies[path] = waiting

    def leave(connection: socket.socket) -> None:
        assert waiting.running.wait(30)
        connection.shutdown(socket.SHUT_RDWR)

    with pytest.raises(OSError):  # noqa: PT012  # the shut socket may or may not read as an end
        raw(gateway.port, head.encode(), more=leave)
        raise OSError

    assert given_up == waiting.cancelled.wait(10 if given_up else 1.5)


def test_calls_beyond_the_allowed_number_are_refused(start: Start, upstream: Upstream) -> None:
    running = start(upstream=upstream.target, limits=Limits(in_flight=0))
    with httpx.Client(base_url=running.url, timeout=10) as client:
        answer = client.get(f"/v1/payouts/{ID}")

    problem(answer, 503, "UNAVAILABLE")
    assert "1" == answer.headers["retry-after"]
