"""A customer's webhook endpoint, as small as one can be: it verifies Standard Webhooks signatures by hand.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_TOLERANCE_SECONDS = 300
_BODY_LIMIT_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Received:
    """One event that came in."""

    event_id: str
    type: str
    resource_id: str
    sequence: int
    verified: bool


class Receiver:
    """Listens on a free port of this machine until it is closed."""

    def __init__(self) -> None:
        self.secret = ""
        self._received: list[Received] = []
        self._lock = threading.Lock()
        self._server = _Server(self._take)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/hooks"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), name="receiver", daemon=True).start()

    def received(self, resource_id: str = "") -> list[Received]:
        """What came in so far, in the order of arrival: of one resource, or of all."""
        with self._lock:
            return [each for each in self._received if resource_id in ("", each.resource_id)]

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()

    def _take(self, headers: Mapping[str, str], body: bytes) -> bool:
        good = verifies(self.secret, headers, body)
        event = json.loads(body)
        with self._lock:
            self._received.append(
                Received(event["event_id"], event["type"], event["resource_id"], int(event["sequence"]), good)
            )
        return good


def verifies(secret: str, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether one of the signatures is by this secret, and recent."""
    message_id, at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not secret or not at.isdecimal() or abs(time.time() - int(at)) > _TOLERANCE_SECONDS:
        return False
    signed = f"{message_id}.{at}.".encode() + body
    digest = hmac.digest(base64.b64decode(secret.removeprefix("whsec_")), signed, hashlib.sha256)
    expected = b"v1," + base64.b64encode(digest)
    given = headers.get("webhook-signature", "").encode().split()
    # Every one is compared, in constant time, so that the time taken tells nothing about any of them.
    return sum(hmac.compare_digest(expected, each) for each in given) > 0


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, take: Callable[[Mapping[str, str], bytes], bool]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.take = take


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        length = min(int(self.headers.get("content-length", "0")), _BODY_LIMIT_BYTES)
        body = self.rfile.read(length)
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.send_response(204 if self.server.take(headers, body) else 401)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the method that it replaces
        """Say nothing: what came in is shown elsewhere."""
