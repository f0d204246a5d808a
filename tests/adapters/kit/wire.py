"""Vendors that answer byte for byte as a test wants, and calls to them."""

import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from adapters.kit.call import Call
from adapters.kit.errors import ProviderError
from adapters.kit.http import Http

SECRET = "canary-secret-7d1f"


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


def silence(connection: socket.socket) -> None:
    connection.recv(1)
