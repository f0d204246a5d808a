"""What the gateway answers by itself: health, readiness, metrics, the OpenAPI document and its viewer.

Everything that a browser needs is served from this package; the content security policy forbids the rest.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from gateway import telemetry, tls
from gateway.contract import Contract
from gateway.problems import Answer, Header, Refusal
from gateway.upstream import Upstream

if TYPE_CHECKING:
    from gateway.app import Gateway

_FILES = Path(__file__).parent / "docs"
_SECURITY: tuple[Header, ...] = (
    (
        b"content-security-policy",
        b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        b"base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)
_TEXT = b"text/plain; charset=utf-8"
_HTML = b"text/html; charset=utf-8"


@dataclass(frozen=True, slots=True)
class _Page:
    content_type: bytes
    body: Callable[[], bytes]


class Pages:
    """The gateway's own pages."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._static = {
            "/v1/openapi.json": _Page(b"application/json", lambda: self._openapi),
            "/docs": _Page(_HTML, lambda: _file("index.html")),
            "/docs/viewer.js": _Page(b"text/javascript; charset=utf-8", lambda: _file("viewer.js")),
            "/docs/viewer.css": _Page(b"text/css; charset=utf-8", lambda: _file("viewer.css")),
            "/docs/problems": _Page(_HTML, lambda: self._problems),
        }
        self.paths = frozenset((*self._static, "/healthz", "/readyz", "/metrics"))

    async def answer(self, path: str, verb: str, upstream: Upstream, gateway: "Gateway") -> Answer:
        """The answer for one of `paths`. Raises Refusal for methods other than GET and HEAD."""
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
        page = self._static[path]
        answer = _answer(200, page.content_type, page.body())
        answer.headers.extend(_SECURITY)
        return answer

    @cached_property
    def _openapi(self) -> bytes:
        # Imported here: only who asks for the document pays for building it.
        from gateway.openapi import document, dump

        return dump(document(self._contract)).encode()

    @cached_property
    def _problems(self) -> bytes:
        from gateway.openapi.problem_page import render

        return render(self._contract).encode()


def _file(name: str) -> bytes:
    return (_FILES / name).read_bytes()


def _answer(status: int, content_type: bytes, body: bytes) -> Answer:
    headers = [
        (b"content-type", content_type),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-cache"),
    ]
    return Answer(status, headers, body)
