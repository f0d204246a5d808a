"""uvicorn's HTTP/1.1 protocol, with the guards that must stand before the application is called.

A request that comes too slowly, with too large a head, or that is not HTTP, is answered here and cut off.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from gateway.headers import new_id
from gateway.problems import Problems, Refusal
from gateway.settings import Limits
from gateway.tls import ClientCertificate, client_certificate

_IDLE, _HEAD, _BODY = range(3)
_LINGER_SECONDS = 1.0
_CLOSE = (b"connection", b"close")

# Under this key the application finds the connection in its ASGI scope.
CONNECTION = "corridor.connection"


class GuardedProtocol(HttpToolsProtocol):
    """One connection. Subclasses made by `guarded` carry the limits."""

    limits: Limits
    problems: Problems

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._phase = _IDLE
        self._head_bytes = 0
        self._refused: Refusal | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._abandon: Callable[[], Any] | None = None
        self._closing = False
        self.body_refusal: Refusal | None = None
        self.certificate: ClientCertificate | None = None

    # What the application uses.

    def watch(self, abandon: Callable[[], Any] | None) -> None:
        """Calls `abandon` if the client goes away before `watch(None)`."""
        self._abandon = abandon

    # What the transport calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)  # type: ignore[arg-type]  # uvicorn narrows the type of the transport
        self.certificate = client_certificate(transport)
        self._arm(self.limits.header_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        self._disarm()
        if self._abandon is not None:
            self._abandon()
            self._abandon = None
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._closing:
            return
        before = self._phase
        super().data_received(data)
        if self._closing:
            return
        if self._phase == _IDLE:
            self._disarm()
        elif self._phase == _HEAD:
            self._head_bytes += len(data)
            if self._head_bytes > self.limits.header_bytes:
                self._refuse(Refusal("HEADERS_TOO_LARGE"))
            elif before != _HEAD or self._timer is None:
                self._arm(self.limits.header_seconds)
        elif before != _BODY:
            self._arm(self.limits.body_seconds)

    # What the parser calls.

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._phase = _HEAD
        self._head_bytes = 0
        self.body_refusal = None
        self.scope[CONNECTION] = self  # type: ignore[literal-required]  # an extension of ours

    def on_url(self, url: bytes) -> None:
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count(len(name) + len(value) + 4)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._phase = _BODY
        if len(self.headers) > self.limits.header_fields:
            self._refused = Refusal("HEADERS_TOO_LARGE", f"More than {self.limits.header_fields} header fields.")
            raise ValueError("header fields")
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._phase = _IDLE
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Called by uvicorn when the parser gives up, be it by itself or because of a guard."""
        if self._phase == _BODY and not self._answered():
            self._refuse_body(Refusal("MALFORMED_REQUEST", "The body is not framed as HTTP/1.1.", headers=(_CLOSE,)))
        else:
            self._refuse(self._refused or Refusal("MALFORMED_REQUEST", "This is not an HTTP/1.1 request."))

    # The guards.

    def _count(self, size: int) -> None:
        self._head_bytes += size
        if self._head_bytes > self.limits.header_bytes:
            self._refused = Refusal("HEADERS_TOO_LARGE")
            raise ValueError("header bytes")

    def _arm(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self.loop.call_later(seconds, self._late)

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _late(self) -> None:
        self._timer = None
        if self._phase == _HEAD:
            self._refuse(Refusal("REQUEST_TIMEOUT"))
        elif self._phase == _BODY and not self._answered():
            self._refuse_body(Refusal("REQUEST_TIMEOUT", headers=(_CLOSE,)))
        else:
            self.transport.close()

    def _answered(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _refuse_body(self, refusal: Refusal) -> None:
        """The application is reading the body, so it is the one to answer."""
        self._closing = True
        self.body_refusal = refusal
        self.cycle.message_event.set()

    def _refuse(self, refusal: Refusal) -> None:
        """Answers and closes. What the client still sends is read and dropped, lest a reset overtakes the answer."""
        self._closing = True
        if not self._answered() or self.transport.is_closing():
            self._disarm()
            self.transport.close()  # an earlier call is still under way; its answer cannot be overtaken
        else:
            request_id = new_id("req_")
            answer = self.problems.answer(refusal, request_id)
            head = [STATUS_LINE[answer.status]]
            headers = [*answer.headers, (b"x-request-id", request_id.encode()), _CLOSE]
            for name, value in headers:
                head += [name, b": ", value, b"\r\n"]
            self.transport.write(b"".join([*head, b"\r\n", answer.body]))
            if self.transport.can_write_eof():  # TLS cannot; there the close that follows says it
                self.transport.write_eof()
            self._arm(_LINGER_SECONDS)
            self._phase = _IDLE


def guarded(limits: Limits, problems: Problems) -> type[GuardedProtocol]:
    """The protocol class with its limits, in the form in which uvicorn takes it."""
    return type("Guarded", (GuardedProtocol,), {"limits": limits, "problems": problems})
