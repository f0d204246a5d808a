"""The process's one pooled HTTP client for vendors.

Rule: no exchange outlives its deadline, not even one whose answer trickles in a byte at a time.
"""

import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpcore

RESPONSE_LIMIT_BYTES = 4 * 1024 * 1024
"""No answer that a payout needs is larger; a larger one is unreadable."""


Addresses = Callable[[str, int, float], Sequence[str]]
"""The IP addresses of a host and port, found within so many seconds. Raises `httpcore.ConnectError` to refuse it."""


class ResponseTooLarge(Exception):  # noqa: N818 - names here finish the sentence "the response was …"
    """The answer exceeded the limit, as sent or once decompressed."""


class ResponseUndecodable(Exception):  # noqa: N818 - as above
    """The answer has a content encoding that was not asked for, or is not what it says."""


class CertificateRefused(httpcore.ConnectError):
    """The server does without us, because of the certificate that we presented or did not present."""


# The alerts about a peer's certificate (RFC 8446, 6.2), as OpenSSL names them.
_CERTIFICATE_ALERTS = frozenset(
    {
        "SSLV3_ALERT_BAD_CERTIFICATE",
        "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE",
        "SSLV3_ALERT_CERTIFICATE_REVOKED",
        "SSLV3_ALERT_CERTIFICATE_EXPIRED",
        "SSLV3_ALERT_CERTIFICATE_UNKNOWN",
        "TLSV1_ALERT_UNKNOWN_CA",
        "TLSV1_ALERT_ACCESS_DENIED",
        "TLSV13_ALERT_CERTIFICATE_REQUIRED",
    }
)


def _refuses_certificate(error: Exception) -> bool:
    cause = error.__cause__
    return isinstance(cause, ssl.SSLError) and cause.reason in _CERTIFICATE_ALERTS


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """An answer as it came: header names in lower case, the body decompressed."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


class _Deadline(threading.local):
    """When the exchange of the current thread has to be over, on the monotonic clock."""

    at: float = float("inf")

    def left(self, at_most: float | None, failure: type[Exception]) -> float:
        left = self.at - time.monotonic()
        if left <= 0:
            raise failure("deadline")
        return left if at_most is None else min(left, at_most)


class _BoundedStream(httpcore.NetworkStream):
    """A socket whose every wait ends at the thread's deadline: httpcore itself bounds only single reads."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: _Deadline) -> None:
        self._inner = inner
        self._deadline = deadline
        self._heard = False

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        try:
            received = self._inner.read(max_bytes, self._deadline.left(timeout, httpcore.ReadTimeout))
        except httpcore.ReadError as error:
            # In TLS 1.3 a server judges our certificate only when our first request is on its way: its refusal is
            # the first thing that we hear, and the request was never read.
            if not self._heard and _refuses_certificate(error):
                raise CertificateRefused from None
            raise
        self._heard = True
        return received

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._deadline.left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = self._deadline.left(timeout, httpcore.ConnectTimeout)
        try:
            return _BoundedStream(self._inner.start_tls(ssl_context, server_hostname, left), self._deadline)
        except httpcore.ConnectError as error:
            if _refuses_certificate(error):
                raise CertificateRefused from None
            raise

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _BoundedBackend(httpcore.NetworkBackend):
    def __init__(self, deadline: _Deadline, addresses: Addresses | None) -> None:
        self._inner = httpcore.SyncBackend()
        self._deadline = deadline
        self._addresses = addresses

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
        for address in self._addresses(host, port, left) if self._addresses else (host,):
            left = self._deadline.left(timeout, httpcore.ConnectTimeout)
            try:
                stream = self._inner.connect_tcp(address, port, left, local_address, socket_options)
                return _BoundedStream(stream, self._deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                last = error
        raise last


class Http:
    """Pooled HTTP/1.1 with keep-alive, safe to share between threads; closed by its owner.

    It follows no redirect, keeps no cookie, reads no proxy or netrc settings, and never repeats a request:
    each of these would let one connection's call touch another's, or pay twice.
    """

    def __init__(
        self,
        *,
        connect_timeout_seconds: float = 3.0,
        max_connections: int = 64,
        ssl_context: ssl.SSLContext | None = None,
        addresses: Addresses | None = None,
    ) -> None:
        """`addresses` says where to connect to for a host, in place of the machine's resolver."""
        self._connect_timeout_seconds = connect_timeout_seconds
        self._deadline = _Deadline()
        self._pool = httpcore.ConnectionPool(
            ssl_context=ssl_context,
            max_connections=max_connections,
            max_keepalive_connections=max_connections,
            # Shorter than what servers usually keep, as a request on a connection that is just being closed
            # ends as `Unknown`.
            keepalive_expiry=4.0,
            network_backend=_BoundedBackend(self._deadline, addresses),
        )

    def exchange(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        content: bytes,
        ends_at: float,
        limit_bytes: int = RESPONSE_LIMIT_BYTES,
    ) -> HttpResponse:
        """Send one request and read the whole answer by `ends_at` on the monotonic clock.

        Raises httpcore's exceptions, `ResponseTooLarge` or `ResponseUndecodable`.
        """
        self._deadline.at = ends_at
        connect = min(self._connect_timeout_seconds, max(0.001, ends_at - time.monotonic()))
        # Read and write waits are bounded by the deadline alone, in `_BoundedStream`.
        timeout = {"connect": connect, "pool": connect, "read": None, "write": None}
        try:
            with self._pool.stream(
                method, url, headers=list(headers.items()), content=content, extensions={"timeout": timeout}
            ) as response:
                body = bytearray()
                for chunk in response.iter_stream():
                    body += chunk
                    if len(body) > limit_bytes:
                        raise ResponseTooLarge
                received = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in response.headers}
                return HttpResponse(response.status, received, _decoded(bytes(body), received, limit_bytes))
        finally:
            self._deadline.at = float("inf")

    def close(self) -> None:
        """Close every connection. Calls that are under way fail."""
        self._pool.close()


def _decoded(body: bytes, headers: Mapping[str, str], limit_bytes: int) -> bytes:
    """The body without its content encoding. We ask for none, but some servers compress all the same."""
    encoding = headers.get("content-encoding", "identity").strip().lower()
    if encoding in {"", "identity"} or not body:
        return body
    if encoding not in {"gzip", "x-gzip"}:
        raise ResponseUndecodable
    decoder = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        plain = decoder.decompress(body, limit_bytes + 1)
    except zlib.error:
        raise ResponseUndecodable from None
    if len(plain) > limit_bytes:
        raise ResponseTooLarge
    if not decoder.eof:
        raise ResponseUndecodable
    return plain
