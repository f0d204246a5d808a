"""A lean gRPC client connection for load: HTTP/2 frames (RFC 9113) and HPACK (RFC 7541) as far as unary calls need.

Fixed header fields are put into the connection's table by the first call, as real clients do; later ones refer to them.
Answers come without a table (SETTINGS_HEADER_TABLE_SIZE 0), so that a status is found by its bytes.
"""

import time
from collections.abc import Sequence

_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_DATA, _HEADERS, _RST_STREAM, _SETTINGS, _PING, _GOAWAY, _WINDOW_UPDATE = 0, 1, 3, 4, 6, 7, 8
_END_STREAM, _END_HEADERS, _ACK = 1, 4, 1
_STATIC_ENTRIES = 61  # RFC 7541, appendix A
_OK = b"\x0bgrpc-status\x010"
_LARGEST = (1 << 31) - 1
# SETTINGS: HEADER_TABLE_SIZE 0, ENABLE_PUSH 0, INITIAL_WINDOW_SIZE as large as can be.
_PLAIN_ANSWERS = b"\x00\x01" + bytes(4) + b"\x00\x02" + bytes(4) + b"\x00\x04" + _LARGEST.to_bytes(4, "big")


def _frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    return len(payload).to_bytes(3, "big") + bytes((kind, flags)) + stream.to_bytes(4, "big") + payload


def _text(value: str) -> bytes:
    raw = value.encode("ascii")
    length = len(raw)
    if length < 127:
        return bytes((length,)) + raw
    more, head = length - 127, b"\x7f"
    while more >= 128:
        head += bytes((more & 127 | 128,))
        more >>= 7
    return head + bytes((more,)) + raw


class GrpcConnection:
    """Frames of one connection: `opening` is sent first, `request` makes a call, `received` reads what came.

    Completed calls are counted in `ok` and `failed`, and `seconds` has their durations; the caller may clear it.
    """

    def __init__(self, authority: str, path: str, metadata: Sequence[tuple[str, str]], message: bytes) -> None:
        fields = [
            (":method", "POST"), (":scheme", "http"), (":path", path), (":authority", authority),
            ("content-type", "application/grpc"), ("te", "trailers"), ("user-agent", "corridor-bench"), *metadata,
        ]  # fmt: skip
        self._first = b"".join(b"\x40" + _text(name) + _text(value) for name, value in fields)
        self._later = bytes(0x80 | (_STATIC_ENTRIES + len(fields) - place) for place in range(len(fields)))
        self._body = b"\x00" + len(message).to_bytes(4, "big") + message
        self._stream = 1
        self._buffer = b""
        self._started: dict[int, float] = {}
        self._succeeded: set[int] = set()
        self._window = 65_535
        self._unacknowledged = 0
        self.opening = (
            _PREFACE
            + _frame(_SETTINGS, 0, 0, _PLAIN_ANSWERS)
            + _frame(_WINDOW_UPDATE, 0, 0, (_LARGEST - 65_535).to_bytes(4, "big"))
        )  # fmt: skip
        self.ok = 0
        self.failed = 0
        self.body_bytes = 0
        self.seconds: list[float] = []

    @property
    def in_flight(self) -> int:
        """Calls without an end yet."""
        return len(self._started)

    def request(self, key: str = "") -> bytes:
        """The bytes of one more call; none while the server's window is full. `key` becomes its idempotency key."""
        if self._window < len(self._body):
            return b""
        self._window -= len(self._body)
        block, self._first = self._first or self._later, b""
        if key:
            block += b"\x00" + _text("idempotency-key") + _text(key)
        stream, self._stream = self._stream, self._stream + 2
        self._started[stream] = time.perf_counter()
        return _frame(_HEADERS, _END_HEADERS, stream, block) + _frame(_DATA, _END_STREAM, stream, self._body)

    def received(self, data: bytes) -> bytes:
        """Read what came; the bytes to answer at once. Raises ConnectionError when the server ends the connection."""
        buffer = self._buffer + data
        answer, start = b"", 0
        while len(buffer) - start >= 9:
            length = int.from_bytes(buffer[start : start + 3], "big")
            if len(buffer) - start - 9 < length:
                break
            kind, flags = buffer[start + 3], buffer[start + 4]
            stream = int.from_bytes(buffer[start + 5 : start + 9], "big") & _LARGEST
            answer += self._take(kind, flags, stream, buffer[start + 9 : start + 9 + length])
            start += 9 + length
        self._buffer = buffer[start:]
        return answer

    def _take(self, kind: int, flags: int, stream: int, payload: bytes) -> bytes:
        if kind == _HEADERS:
            if _OK in payload:
                self._succeeded.add(stream)
        elif kind == _DATA:
            self.body_bytes += len(payload)
            self._unacknowledged += len(payload)
        elif kind == _WINDOW_UPDATE and stream == 0:
            self._window += int.from_bytes(payload, "big")
        elif kind in (_SETTINGS, _PING) and not flags & _ACK:
            return _frame(kind, _ACK, 0, payload if kind == _PING else b"")
        elif kind == _RST_STREAM:
            self._end(stream)
        elif kind == _GOAWAY:
            raise ConnectionError(f"the server said goodbye: {payload[8:]!r}")
        if kind in (_HEADERS, _DATA) and flags & _END_STREAM:
            self._end(stream)
        if self._unacknowledged > 1 << 24:
            step, self._unacknowledged = self._unacknowledged, 0
            return _frame(_WINDOW_UPDATE, 0, 0, step.to_bytes(4, "big"))
        return b""

    def _end(self, stream: int) -> None:
        started = self._started.pop(stream, None)
        if started is None:
            return
        self.seconds.append(time.perf_counter() - started)
        if stream in self._succeeded:
            self._succeeded.discard(stream)
            self.ok += 1
        else:
            self.failed += 1


class HttpConnection:
    """The same for HTTP/1.1 (RFC 9112): one request at a time, answers with Content-Length."""

    def __init__(self, authority: str, path: str, metadata: Sequence[tuple[str, str]], message: bytes) -> None:
        fields = "".join(f"{name}: {value}\r\n" for name, value in metadata)
        self._head = (
            f"POST {path} HTTP/1.1\r\nhost: {authority}\r\ncontent-type: application/json\r\n"
            f"content-length: {len(message)}\r\n{fields}"
        ).encode()
        self._tail = b"\r\n" + message
        self._buffer = b""
        self._started: float | None = None
        self.opening = b""
        self.ok = 0
        self.failed = 0
        self.body_bytes = 0
        self.seconds: list[float] = []

    @property
    def in_flight(self) -> int:
        """Calls without an end yet."""
        return 0 if self._started is None else 1

    def request(self, key: str = "") -> bytes:
        """The bytes of one more call; none while one is under way. `key` becomes its idempotency key."""
        if self._started is not None:
            return b""
        self._started = time.perf_counter()
        return self._head + (b"idempotency-key: " + key.encode() + b"\r\n" if key else b"") + self._tail

    def received(self, data: bytes) -> bytes:
        """Read what came. There is never anything to answer at once."""
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0 or self._started is None:
            return b""
        at = self._buffer.lower().find(b"\r\ncontent-length:", 0, end)
        length = int(self._buffer[at + 17 : self._buffer.index(b"\r\n", at + 2)]) if at >= 0 else 0
        if len(self._buffer) < end + 4 + length:
            return b""
        good = self._buffer.startswith(b"HTTP/1.1 200")
        self._buffer = self._buffer[end + 4 + length :]
        self.seconds.append(time.perf_counter() - self._started)
        self._started = None
        self.body_bytes += length
        self.ok += good
        self.failed += not good
        return b""
