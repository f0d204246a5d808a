"""How a call ends: every way in which HTTP can go wrong, over real sockets, as one of the four failures."""

import contextlib
import gzip
import socket
import threading
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from adapters.kit.call import Call
from adapters.kit.errors import Misconfigured, ProviderError, Rejected, Unavailable, Unknown
from adapters.kit.http import RESPONSE_LIMIT_BYTES, Http
from tests.adapters.kit.wire import answer, call_to, failure, server, silence


def drip(connection: socket.socket) -> None:
    for byte in answer("200 OK", b'{"a": 1}'):
        connection.sendall(bytes([byte]))
        time.sleep(0.1)


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
    assert 0.25 < time.monotonic() - started < 3.0


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


def test_a_hook_that_stumbles_over_an_answer_leaves_it_to_the_status(http: Http) -> None:
    def stumbling(*facts: Any) -> Any:
        return facts[-1]["error"]["code"]

    read: dict[str, Any] = {"on_client_error": stumbling, "absent": stumbling, "code_of": stumbling}

    assert isinstance(failure(http, answer("422 No", b"[]"), writes=True, **read), Misconfigured)
    assert isinstance(failure(http, answer("500 No", b'{"error": 1}'), writes=True, **read), Unknown)


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
        ends = time.monotonic() + 30
        while not received and time.monotonic() < ends:
            time.sleep(0.01)
        with pytest.raises(Unavailable):
            call_to(small, url).send("POST", "/", json={}, writes=True)
        first.join()
    small.close()
