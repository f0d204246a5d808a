"""What the gateway answers by itself: health, readiness, metrics, the OpenAPI document and the portal.

Everything that a browser needs is served from this package; the content security policy forbids the rest.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from gateway import majors, telemetry, tls
from gateway.contract import Contract
from gateway.portal import SECURITY, Portal
from gateway.problems import Answer, Header, Refusal
from gateway.upstream import Upstream

if TYPE_CHECKING:
    from gateway.app import Gateway

_TEXT = b"text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class _Page:
    content_type: bytes
    body: Callable[[], bytes]


class Pages:
    """The gateway's own pages."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._portal = Portal()
        self._documents: dict[int, bytes] = {}
        self._static = {
            f"/v{major}/openapi.json": _Page(b"application/json", partial(self._openapi, major))
            for major in majors.served(contract)
        }
        self._paths = frozenset((*self._static, "/healthz", "/readyz", "/metrics"))

    def has(self, path: str) -> bool:
        """Whether an address is one of these pages."""
        return path in self._paths or self._portal.has(path)

    async def answer(
        self, path: str, verb: str, headers: list[Header], upstream: Upstream, gateway: "Gateway"
    ) -> Answer:
        """The answer for what it `has`. Raises Refusal for methods other than GET and HEAD."""
        allow = b"GET, HEAD, OPTIONS"
        if verb == "OPTIONS":
            return Answer(204, [(b"allow", allow)], b"")
        if verb not in ("GET", "HEAD"):
            raise Refusal("HTTP_METHOD_NOT_ALLOWED", headers=((b"allow", allow),))
        if path == "/healthz":
            return _answer(200, _TEXT, b"ok\n")
        if path == "/readyz":
            serving = await upstream.serving()
            return _answer(200, _TEXT, b"ready\n") if serving else _answer(503, _TEXT, b"the server does not serve\n")
        if path == "/metrics":
            for file, left in tls.seconds_left(gateway.settings):
                gateway.metrics.certificate(Path(file).name, left)  # where files lie is nobody's business outside
            return _answer(200, telemetry.CONTENT_TYPE, gateway.metrics.exposition(gateway.in_flight))
        if path not in self._static:
            return self._portal.answer(path, headers)
        page = self._static[path]
        answer = _answer(200, page.content_type, page.body())
        answer.headers.extend(SECURITY)
        return answer

    def _openapi(self, major: int) -> bytes:
        # Imported here: only who asks for the document pays for building it.
        from gateway.openapi import document, dump

        if major not in self._documents:
            self._documents[major] = dump(document(self._contract, major=major)).encode()
        return self._documents[major]


def _answer(status: int, content_type: bytes, body: bytes) -> Answer:
    headers = [
        (b"content-type", content_type),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-cache"),
    ]
    return Answer(status, headers, body)
