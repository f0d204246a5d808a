"""How a call ends: every way in which HTTP can go wrong, over real sockets, as one of the four failures."""

import contextlib
import gzip
import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import pytest

from adapters.kit.call import Call, path_segment
from adapters.kit.errors import Misconfigured, ProviderError, Rejected, Unavailable, Unknown
from adapters.kit.failures import retry_after_seconds
from adapters.kit.http import RESPONSE_LIMIT_BYTES, Http

SECRET = "canary-secret-7d1f"


@pytest.fixture(scope="module")
def http() -> Iterator[Http]:
    made = Http(connect_timeout_seconds=0.5)
    yield made
    made.close()


def call_to(http: Http, url: str, seconds: float = 2.0, **changes: Any) -> Call:
    values: dict[str, Any] = {
        "http": http,
        "base_url": url,
        "credentials": {"api_key": SECRET},
        "environment": "sandbox",
        "idempotency_key": "key-1",
        "deadline_seconds": seconds,
        "correlation_id": "corr-1",
        "request_id": "req-1",
        "traceparent": "",
        "operation": "create_payout",
    }
    return Call(**{**values, **changes})


@contextmanager
def server(*answers: bytes | Callable[[socket.socket], None]) -> Iterator[tuple[str, list[bytes]]]:
    """Gives each connection the next answer, byte for byte, and closes it; keeps what was sent."""
    listener = socket.create_server(("127.0.0.1", 0))
    received: list[bytes] = []

    def serve() -> None:
        for answer in answers:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                received.append(_request(connection))
                try:
                    connection.sendall(answer) if isinstance(answer, bytes) else answer(connection)
                except OSError:
                    continue

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", received
    finally:
        listener.shutdown(socket.SHUT_RDWR)  # wakes `accept`
        listener.close()
        thread.join(timeout=3)


def _request(connection: socket.socket) -> bytes:
    received = b""
    while chunk := connection.recv(65536):
        received += chunk
        head, _, body = received.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: (\d+)", head)
        if b"\r\n\r\n" in received and len(body) >= (int(length[1]) if length else 0):
            break
    return received


def answer(status: str, body: bytes = b"{}", *headers: str, length: int | None = None) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", *headers]
    return ("\r\n".join([*lines, "Connection: close"]) + "\r\n\r\n").encode() + body


def failure(
    http: Http, reply: bytes | Callable[[socket.socket], None], *, writes: bool, **options: Any
) -> ProviderError:
    seconds = options.pop("seconds", 2.0)
    not_processed = options.pop("not_processed", frozenset())
    with server(reply) as (url, _):
        call = call_to(http, url, seconds, not_processed=not_processed)
        with pytest.raises(ProviderError) as raised:
            call.send("POST", "/v1/things", json={"a": 1}, writes=writes, **options)
    assert type(raised.value).__name__ == call.exchanges[-1].failure
    assert raised.value.__cause__ is None
    assert raised.value.__context__ is None
    return raised.value


def drip(connection: socket.socket) -> None:
    for byte in answer("200 OK", b'{"a": 1}'):
        connection.sendall(bytes([byte]))
        time.sleep(0.03)


def silence(connection: socket.socket) -> None:
    connection.recv(1)


HTML = b"<html><h1>Bad gateway</h1></html>"

MAY_HAVE_ACTED = {
    "500": answer("500 Oops"),
    "502 in HTML": answer("502 Bad Gateway", HTML, "Content-Type: text/html"),
    "503": answer("503 Unavailable", b"{}", "Retry-After: 3"),
    "504": answer("504 Gateway Timeout", b""),
    "408": answer("408 Request Timeout"),
    "409": answer("409 Conflict"),
    "200 in HTML": answer("200 OK", HTML),
    "200 and empty": answer("200 OK", b""),
    "200 with a scalar": answer("200 OK", b'"ok"'),
    "200 with NaN": answer("200 OK", b'{"a": NaN}'),
    "200, not UTF-8": answer("200 OK", b'{"a": "\xff"}'),
    "200, half a body": answer("200 OK", b'{"a": ', length=40),
    "200, half a chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n{",
    "200 that ends in nothing": b"HTTP/1.1 200 OK\r\n\r\n" + b'{"a": ',
    "200, too large": answer("200 OK", b"[" + b"1," * (RESPONSE_LIMIT_BYTES // 2) + b"1]"),
    "200, a compressed bomb": answer(
        "200 OK", gzip.compress(b"[" + b"0" * 50_000_000 + b"]"), "Content-Encoding: gzip"
    ),
    "200, an unknown encoding": answer("200 OK", b"{}", "Content-Encoding: br"),
    "200, gzip in name only": answer("200 OK", b"{}", "Content-Encoding: gzip"),
    "no answer": b"",
    "half a head": b"HTTP/1.1 200 OK\r\nContent-Le",
    "not HTTP": b"SSH-2.0-OpenSSH_9.6\r\n",
}


@pytest.mark.parametrize("name", MAY_HAVE_ACTED)
def test_after_a_write_every_unclear_answer_is_unknown(http: Http, name: str) -> None:
    assert isinstance(failure(http, MAY_HAVE_ACTED[name], writes=True), Unknown)


@pytest.mark.parametrize("name", MAY_HAVE_ACTED)
def test_after_a_question_every_unclear_answer_is_unavailable(http: Http, name: str) -> None:
    assert isinstance(failure(http, MAY_HAVE_ACTED[name], writes=False), Unavailable)


@pytest.mark.parametrize("reply", [drip, silence], ids=["drip", "silence"])
def test_the_deadline_bounds_the_whole_exchange(http: Http, reply: Callable[[socket.socket], None]) -> None:
    started = time.monotonic()

    ended = failure(http, reply, writes=True, seconds=0.3)

    assert isinstance(ended, Unknown)
    assert 0.25 < time.monotonic() - started < 0.8


ABOUT_US = ("301 Moved", "302 Found", "307 Temporary Redirect", "304 Not Modified", "400 Bad", "401 No", "403 No",
            "404 Not Found", "405 No", "410 Gone", "415 No", "422 No")  # fmt: skip


@pytest.mark.parametrize("status", ABOUT_US)
def test_an_answer_that_is_about_us_is_misconfigured(http: Http, status: str) -> None:
    for writes in (True, False):
        reply = answer(status, b"{}" if not status.startswith("304") else b"", "Location: http://127.0.0.1:1/")

        assert isinstance(failure(http, reply, writes=writes), Misconfigured)


def test_429_is_unavailable_with_its_waiting_time(http: Http) -> None:
    ended = failure(http, answer("429 Slow down", HTML, "Retry-After: 7"), writes=True)

    assert isinstance(ended, Unavailable)
    assert 7.0 == ended.retry_after_seconds


def test_a_manifest_can_say_what_is_answered_before_acting(http: Http) -> None:
    body = b'{"error": {"code": "capacity"}}'
    read: dict[str, Any] = {"writes": True, "code_of": lambda body: body["error"]["code"]}

    by_status = failure(http, answer("503 No", body), not_processed=frozenset({"503"}), **read)
    by_code = failure(http, answer("503 No", body), not_processed=frozenset({"503:capacity"}), **read)
    other_code = failure(http, answer("503 No", body), not_processed=frozenset({"503:other"}), **read)

    assert [Unavailable, Unavailable, Unknown] == [type(each) for each in (by_status, by_code, other_code)]
    assert "capacity" == by_code.code


def test_an_adapter_may_read_a_refusal_but_not_401_or_429(http: Http) -> None:
    def rejected(status: int, body: Any) -> ProviderError:
        return Rejected("refused", code=str(body and body["code"]))

    read: dict[str, Any] = {"writes": True, "on_client_error": rejected}

    assert isinstance(failure(http, answer("422 No", b'{"code": "x"}'), **read), Rejected)
    assert isinstance(failure(http, answer("400 No", HTML), **read), Rejected)
    assert isinstance(failure(http, answer("401 No", b'{"code": "x"}'), **read), Misconfigured)
    assert isinstance(failure(http, answer("429 No", b'{"code": "x"}'), **read), Unavailable)
    assert isinstance(failure(http, answer("500 No", b'{"code": "x"}'), **read), Unknown)


def test_absence_is_an_answer_only_where_the_adapter_says_so(http: Http) -> None:
    reply = answer("404 Not Found", b'{"code": "no_such_thing"}')

    with server(reply) as (url, _):
        call = call_to(http, url)
        found = call.send(
            "GET", "/v1/things/1", writes=False, absent=lambda status, body: body["code"] == "no_such_thing"
        )

    assert found is None
    assert (404, "") == (call.exchanges[-1].status, call.exchanges[-1].failure)
    assert isinstance(failure(http, reply, writes=False, absent=lambda status, body: False), Misconfigured)


def test_an_answer_comes_with_exact_numbers(http: Http) -> None:
    body = b'{"amount": 10.10, "whole": 12345678901234567890}'
    for reply in (answer("200 OK", body), answer("201 Created", gzip.compress(body), "Content-Encoding: gzip")):
        with server(reply) as (url, _):
            got = call_to(http, url).send("GET", "/v1/things", writes=False)

        assert {"amount": Decimal("10.10"), "whole": 12345678901234567890} == got


def test_an_empty_204_is_none(http: Http) -> None:
    with server(b"HTTP/1.1 204 No Content\r\n\r\n") as (url, _):
        assert call_to(http, url).send("DELETE", "/v1/things/1", writes=True) is None


def test_what_cannot_be_reached_is_unavailable(http: Http) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        closed = f"http://127.0.0.1:{free.getsockname()[1]}"
    for url in (closed, "http://no-such-host.invalid"):
        with pytest.raises(Unavailable):
            call_to(http, url).send("POST", "/", json={}, writes=True)


def test_a_connection_that_is_not_taken_in_time_is_unavailable(http: Http) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        address = listener.getsockname()
        waiting = [socket.socket() for _ in range(3)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(address)
        try:
            with pytest.raises(Unavailable):
                call_to(http, f"http://127.0.0.1:{address[1]}").send("POST", "/", json={}, writes=True)
        finally:
            for each in waiting:
                each.close()


def test_tls_that_fails_is_unavailable(http: Http) -> None:
    with server(b"not TLS at all") as (url, _), pytest.raises(Unavailable):
        call_to(http, url.replace("http:", "https:")).send("POST", "/", json={}, writes=True)


def occupy(call: Call) -> None:
    with contextlib.suppress(Unknown):
        call.send("POST", "/", json={}, writes=True)


def test_a_full_pool_is_unavailable() -> None:
    small = Http(connect_timeout_seconds=0.1, max_connections=1)
    with server(silence) as (url, received):
        first = threading.Thread(target=occupy, args=(call_to(small, url, 0.8),))
        first.start()
        ends = time.monotonic() + 2
        while not received and time.monotonic() < ends:
            time.sleep(0.01)
        with pytest.raises(Unavailable):
            call_to(small, url).send("POST", "/", json={}, writes=True)
        first.join()
    small.close()


@pytest.mark.parametrize("header", ["a\r\nX-Evil: 1", "ü", "a\nb"])
def test_a_header_that_cannot_be_sent_is_misconfigured_and_not_repeated(http: Http, header: str) -> None:
    with server(answer("200 OK")) as (url, received):
        call = call_to(http, url)
        with pytest.raises(Misconfigured) as raised:
            call.send("POST", "/", json={}, headers={"Authorization": f"{SECRET}{header}"}, writes=True)

    assert not received or b"X-Evil" not in received[0]
    assert SECRET not in f"{raised.value!r} {call.exchanges!r}"


def test_the_deadline_is_shared_by_all_exchanges_of_a_call(http: Http) -> None:
    with server(silence, answer("200 OK")) as (url, received):
        call = call_to(http, url, 0.2)
        with pytest.raises(Unknown):
            call.send("POST", "/", json={}, writes=True)
        with pytest.raises(Unavailable):
            call.send("POST", "/", json={}, writes=True)

    assert 1 == len(received)
    assert 0 == call.seconds_left


def test_neither_cookies_nor_redirects_carry_over(http: Http) -> None:
    with server(answer("200 OK", b"{}", "Set-Cookie: session=1; Path=/"), answer("200 OK")) as (url, received):
        call_to(http, url).send("GET", "/", writes=False)
        call_to(http, url).send("GET", "/", writes=False)

    assert b"cookie" not in received[1].lower()


def test_a_request_is_sent_as_it_is_meant(http: Http) -> None:
    with server(answer("200 OK"), answer("200 OK")) as (url, received):
        call_to(http, url, traceparent="00-1-2-01").send(
            "POST",
            "/v1/things",
            json={"name": "Zoë"},
            query=[("a", 1), ("a", "x&y")],
            auth=("user", "pass"),
            headers={"Idempotency-Key": "key-1"},
            writes=True,
        )
        call_to(http, url).send("POST", "/v1/things", form={"a": "x y", "b": 2}, writes=True)

    first, second = (each.decode() for each in received)
    assert first.startswith("POST /v1/things?a=1&a=x%26y HTTP/1.1\r\n")
    for line in ("Idempotency-Key: key-1", "Authorization: Basic dXNlcjpwYXNz", "X-Request-Id: req-1",
                 "X-Correlation-Id: corr-1", "traceparent: 00-1-2-01", "Content-Type: application/json"):  # fmt: skip
        assert f"\r\n{line}\r\n" in first
    assert {"name": "Zoë"} == json.loads(first.partition("\r\n\r\n")[2])
    assert "a=x+y&b=2" == second.partition("\r\n\r\n")[2]
    assert "traceparent" not in second


def test_a_float_that_is_no_number_is_never_sent(http: Http) -> None:
    with pytest.raises(ValueError, match="JSON"):
        call_to(http, "http://127.0.0.1:9").send("POST", "/", json={"a": float("nan")}, writes=True)


@pytest.mark.parametrize(("value", "segment"), [("a/b", "a%2Fb"), ("tr_1", "tr_1"), ("a?b#c", "a%3Fb%23c")])
def test_an_id_stays_one_segment(value: str, segment: str) -> None:
    assert segment == path_segment(value)


@pytest.mark.parametrize("value", ["", ".", ".."])
def test_an_id_that_would_change_the_path_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="segment"):
        path_segment(value)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after": "120"}, 120.0),
        ({"retry-after": " 1.5 "}, 1.5),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "Fri, 20 Nov 2026 09:31:00 GMT", "date": "Fri, 20 Nov 2026 09:30:00 GMT"}, 60.0),
        ({"retry-after": "Fri, 20 Nov 2020 09:31:00 GMT"}, 0.0),
    ],
)
def test_retry_after_is_read_in_both_forms(headers: dict[str, str], seconds: float | None) -> None:
    assert seconds == retry_after_seconds(headers)


def test_a_missing_credential_is_misconfigured(http: Http) -> None:
    call = call_to(http, "http://127.0.0.1:9")

    assert SECRET == call.credential("api_key")
    with pytest.raises(Misconfigured, match="no credential other"):
        call.credential("other")


def test_captures_keep_codes_and_nothing_else(http: Http) -> None:
    body = json.dumps(
        {
            "id": "tr_1",
            "status": "paid to Zebedee Quillfeather",
            "code": SECRET,
            "amount": 1050,
            "recipient": {"name": "Zebedee", "id": {"iban": "DE89"}},
            "list": [{"status": "ok"}, "Zebedee"],
            "Zebedee Quillfeather": 1,
        }
    ).encode()
    with server(answer("200 OK", body, "X-Request-Id: vendor-1", "Set-Cookie: a=Zebedee")) as (url, _):
        call = call_to(http, url)
        call.send(
            "POST",
            "/v1/things",
            json={"reference": "po_1", "name": "Zebedee", "status": 1.5},
            query={"reference": "po_1", "email": "zebedee@example.com"},
            auth=("user-zebedee", SECRET),
            headers={"X-Api-Key": SECRET},
            writes=True,
            safe=frozenset({"id", "status", "code", "amount", "reference"}),
        )
    kept = call.exchanges[0]

    assert {"reference": "po_1", "name": "•••", "status": "1.5"} == json.loads(kept.request_body)
    assert "reference=po_1&email=•••" == kept.query
    assert {
        "id": "tr_1",
        "status": "•••",
        "code": "•••",
        "amount": 1050,
        "recipient": {"name": "•••", "id": {"iban": "•••"}},
        "list": [{"status": "ok"}, "•••"],
        "•••": "•••",
    } == json.loads(kept.response_body)
    assert "vendor-1" == kept.response_headers["x-request-id"]
    for value in (SECRET, "ebedee", "DE89", "example.com"):
        assert value not in f"{kept!r} {call!r}"
    assert (200, len(body)) == (kept.status, kept.response_bytes)


def test_an_unreadable_answer_is_not_kept(http: Http) -> None:
    with server(answer("500 Oops", b"Traceback: Zebedee")) as (url, _):
        call = call_to(http, url)
        with pytest.raises(Unknown):
            call.send("POST", "/", json={}, writes=True)

    assert "null" == call.exchanges[0].response_body
    assert 18 == call.exchanges[0].response_bytes
