"""Posts a delivery to an endpoint: one request, no redirect, a fixed time, and little of the answer is read.

Whatever happens on the wire leaves here as an `Answer`; it dials only addresses that the guard has judged.
"""

import email.utils
import ssl
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpcore

from server.kit import clock
from server.kit.clock import Clock
from server.platform.webhooks.guard import Guard, Refused

EXCERPT_BYTES = 1024
_READ_BYTES = 4096  # never more at once, so that an endless answer costs nothing
_CONNECT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one request. Without an answer `status` is 0 and `error` says why."""

    status: int
    error: str
    duration_ms: int
    excerpt: str = field(default="", repr=False)
    retry_after_seconds: float | None = None

    @property
    def delivered(self) -> bool:
        """Whether the endpoint took the delivery: any 2xx, and nothing else."""
        return 200 <= self.status < 300


class Poster:
    """Posts to endpoints over pooled connections. Safe to share between threads; closed by its owner."""

    def __init__(
        self,
        guard: Guard,
        clock: Clock,
        *,
        timeout_seconds: float = 10.0,
        max_connections: int = 64,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        self._guard = guard
        self._clock = clock
        self._timeout = timeout_seconds
        self._deadline = _Deadline()
        self._pool = httpcore.ConnectionPool(
            ssl_context=ssl_context,
            max_connections=max_connections,
            max_keepalive_connections=max_connections,
            keepalive_expiry=4.0,  # shorter than what servers usually keep
            network_backend=_GuardedBackend(guard, self._deadline),
        )

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Post a body; what came of it. Nothing that the other side does makes this raise."""
        began = clock.monotonic()
        self._deadline.at = began + self._timeout
        status, excerpt, retry_after, error = 0, "", "", ""
        try:
            target = self._guard.target(url)
            address = httpcore.URL(scheme=target.scheme, host=target.host, port=target.port, target=target.path)
            with self._pool.stream(
                "POST", address, headers=[("Host", target.authority), *headers.items()], content=body,
                extensions={"timeout": {"connect": _CONNECT_SECONDS, "pool": self._timeout}},
            ) as response:  # fmt: skip
                status = response.status
                retry_after = _header(response, b"retry-after")
                excerpt = _excerpt(response)
        except Refused as refused:
            error = f"address refused: it {refused.why}"
        except Exception as failure:  # every way in which a stranger's server can misbehave
            error = "" if status else _word(failure)
        finally:
            self._deadline.at = float("inf")
        duration_ms = round((clock.monotonic() - began) * 1000)
        return Answer(status, error, duration_ms, excerpt, self._seconds(retry_after))

    def close(self) -> None:
        """Close every connection."""
        self._pool.close()

    def _seconds(self, retry_after: str) -> float | None:
        """Retry-After as seconds from now: a number, or a date (RFC 9110, section 10.2.3)."""
        if retry_after.isascii() and retry_after.isdigit():
            return float(retry_after[:9])
        try:
            return max(0.0, email.utils.parsedate_to_datetime(retry_after).timestamp() - self._clock.now().timestamp())
        except (ValueError, TypeError, OverflowError):
            return None


class _Deadline(threading.local):
    """When the request of the current thread has to be over, on the monotonic clock."""

    at: float = float("inf")

    def left(self, at_most: float | None, failure: type[Exception]) -> float:
        left = self.at - clock.monotonic()
        if left <= 0:
            raise failure("deadline")
        return left if at_most is None else min(left, at_most)


class _GuardedBackend(httpcore.NetworkBackend):
    """Dials what the guard has judged, and nothing else. TLS still proves the name, not the address."""

    def __init__(self, guard: Guard, deadline: _Deadline) -> None:
        self._guard = guard
        self._deadline = deadline
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        left = self._deadline.left(timeout, httpcore.ConnectTimeout)
        last: Exception = httpcore.ConnectError("no address")
        for address in self._guard.addresses(host, port, left):
            left = self._deadline.left(timeout, httpcore.ConnectTimeout)
            try:
                stream = self._inner.connect_tcp(address, port, left, local_address, socket_options)
                return _BoundedStream(stream, self._deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                last = error
        raise last


class _BoundedStream(httpcore.NetworkStream):
    """A connection whose every wait ends at the thread's deadline, and that reads a little at a time."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: _Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(min(max_bytes, _READ_BYTES), self._deadline.left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._deadline.left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = self._deadline.left(timeout, httpcore.ConnectTimeout)
        return _BoundedStream(self._inner.start_tls(ssl_context, server_hostname, left), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def _excerpt(response: httpcore.Response) -> str:
    """The beginning of the body as text. What is not read is cut off with the connection."""
    kept = bytearray()
    try:
        for chunk in response.iter_stream():
            kept += chunk
            if len(kept) > EXCERPT_BYTES:
                break
    except Exception:  # noqa: S110 - the status counts; a body that breaks off changes nothing
        pass
    text = kept[:EXCERPT_BYTES].decode(errors="replace").replace("\x00", "�")  # PostgreSQL keeps no NUL
    return text.encode()[:EXCERPT_BYTES].decode(errors="ignore")


def _header(response: httpcore.Response, name: bytes) -> str:
    return next((value.decode("latin-1").strip() for key, value in response.headers if key.lower() == name), "")


def _word(failure: Exception) -> str:
    """What went wrong, in words that never quote what was sent or received."""
    causes = [failure]
    while causes[-1].__cause__ or causes[-1].__context__:
        causes.append(causes[-1].__cause__ or causes[-1].__context__)  # type: ignore[arg-type] # exceptions all
    for kind, word in _WORDS:
        if any(isinstance(cause, kind) for cause in causes):
            return word
    return "request failed"


_WORDS: tuple[tuple[type[BaseException], str], ...] = (
    (ssl.SSLCertVerificationError, "TLS certificate not valid"),
    (ssl.SSLError, "TLS failed"),
    (httpcore.ConnectTimeout, "connect timed out"),
    (ConnectionRefusedError, "connect refused"),
    (httpcore.ConnectError, "connect failed"),
    (httpcore.PoolTimeout, "no connection was free"),
    (httpcore.TimeoutException, "timed out"),
    (httpcore.ProtocolError, "no HTTP answer"),
    (httpcore.NetworkError, "connection lost"),
)
