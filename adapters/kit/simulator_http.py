"""The HTTP side of a simulator: a threaded server on loopback that can also answer badly, on demand.

Rule: a fault that acts has acted completely before anything of the answer is broken.
"""

import json
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal
from urllib.parse import parse_qsl, unquote, urlsplit

from adapters.kit import forms
from adapters.kit.forms import Part

BODY_LIMIT_BYTES = 32 * 1024 * 1024  # ten documents of 2 MiB in base64, where a vendor takes them in one request

FaultKind = Literal["refuse", "reset", "lost_answer", "error_after", "half_body", "html", "slow", "trickle"]

ACTS: Mapping[FaultKind, bool] = {
    "refuse":      False,  # `status`: 429 with Retry-After if `seconds` is given, else 503
    "reset":       False,  # the connection is reset when the request has been read
    "lost_answer": True,   # the connection is cut instead of the answer
    "error_after": True,   # `status` (500) instead of the answer
    "half_body":   True,   # the connection is cut in the middle of the answer's body
    "html":        True,   # an HTML page instead of the answer, with `status` (200)
    "slow":        True,   # the answer comes after `seconds`
    "trickle":     True,   # the answer comes a few bytes at a time, over `seconds`
}  # fmt: skip
"""Every way to answer badly, and whether the request takes effect all the same."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to answer badly. `status` 0 is the kind's usual one."""

    kind: FaultKind
    status: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it came. Header names are in lower case; `params` are the template's values."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    params: Mapping[str, str] = field(default_factory=dict)

    def argument(self, name: str, default: str = "") -> str:
        """The first value of a query parameter."""
        return next((value for key, value in self.query if key == name), default)

    def json(self) -> Any:
        """The body's JSON. Raises `ValueError` if it is none."""
        return json.loads(self.body)

    def form(self) -> dict[str, str]:
        """The body's form fields, each by its full name."""
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))

    def nested_form(self) -> dict[str, Any]:
        """The body's form fields as `forms.decode` nests them. Raises `ValueError` if they cannot be nested."""
        return forms.decode(self.body.decode())

    def parts(self) -> list[Part]:
        """The parts of a multipart body. Raises `ValueError` if it is none."""
        return forms.parts_of(self.body, self.headers.get("content-type", ""))


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer in JSON; `body` None sends no body, and bytes are sent as they are. `fault` breaks it on its way."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    fault: Fault | None = None


class SimulatorServer:
    """Serves `handle` on 127.0.0.1. `stop` also cuts kept connections, so that a stopped vendor is really gone."""

    def __init__(self, handle: Callable[[Request], Answer], port: int = 0) -> None:
        self._connections: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", port), handle, self._track)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True, name="simulator")
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def start(self) -> None:
        """Serve, in threads of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Stop serving and cut every connection."""
        self._server.shutdown()
        self._server.server_close()
        with self._lock:
            for connection in self._connections:
                _shut(connection)
        self._thread.join()

    def _track(self, connection: socket.socket, is_open: bool) -> None:
        with self._lock:
            (self._connections.add if is_open else self._connections.discard)(connection)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def __init__(
        self,
        address: tuple[str, int],
        handle: Callable[[Request], Answer],
        track: Callable[[socket.socket, bool], None],
    ) -> None:
        super().__init__(address, _Handler)
        self.handle = handle
        self.track = track

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is not news; everything else is."""
        if not isinstance(sys.exc_info()[1], ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def setup(self) -> None:
        super().setup()
        self.server.track(self.connection, True)

    def finish(self) -> None:
        self.server.track(self.connection, False)
        super().finish()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        """Nothing is logged: requests hold customer data."""

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > BODY_LIMIT_BYTES:
            self.close_connection = True
            self._write(Answer(413, {"error": "too large"}))
            return
        target = urlsplit(self.path)
        request = Request(
            method=self.command,
            path=unquote(target.path),
            query=tuple(parse_qsl(target.query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(length),
        )
        answer = self.server.handle(request)
        if answer.fault is None:
            self._write(answer)
        else:
            self._break(answer, answer.fault)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _serve  # noqa: N815 - names of the base class

    def _break(self, answer: Answer, fault: Fault) -> None:
        match fault.kind:
            case "reset":
                # A zero linger sends RST instead of FIN.
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.close_connection = True
                self.connection.close()
            case "lost_answer":
                self._cut()
            case "refuse":
                self._write(answer)  # the vendor's own words, which the simulator has chosen already
            case "error_after":
                self._write(Answer(fault.status or 500, {"error": "internal"}))
            case "html":
                page = b"<!doctype html><title>Oops</title><h1>Something went wrong</h1>"
                self.wfile.write(_head(fault.status or 200, len(page), {"Content-Type": "text/html"}) + page)
            case "slow":
                time.sleep(fault.seconds)
                self._write(answer)
            case "half_body":
                content = _content(answer)
                head = _head(answer.status, len(content), answer.headers)
                # An answer without a body is cut in its head.
                self.wfile.write(head + content[: len(content) // 2] if content else head[: len(head) // 2])
                self._cut()
            case "trickle":
                content = _content(answer)
                whole = _head(answer.status, len(content), answer.headers) + content
                for start in range(0, len(whole), 8):
                    self.wfile.write(whole[start : start + 8])
                    time.sleep(fault.seconds * 8 / len(whole))

    def _write(self, answer: Answer) -> None:
        content = _content(answer)
        self.wfile.write(_head(answer.status, len(content), answer.headers) + content)

    def _cut(self) -> None:
        self.close_connection = True
        _shut(self.connection)


def _content(answer: Answer) -> bytes:
    if isinstance(answer.body, bytes):
        return answer.body
    return b"" if answer.body is None else json.dumps(answer.body, ensure_ascii=False, default=str).encode()


def _head(status: int, length: int, headers: Mapping[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", f"Content-Length: {length}"]
    if length and "Content-Type" not in headers:
        lines.append("Content-Type: application/json")
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def _shut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it is gone already
