"""A proxy in front of a provider's address that keeps every request and answer, byte for byte, in order.

It is the only place that sees what really travels; nothing in adapter or simulator knows of it.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
from werkzeug.datastructures import Headers

from tests.adapters.modern_treasury.vendor_document import Request, Response

_HOP_BY_HOP = {"connection", "content-length", "host", "transfer-encoding", "date", "server"}


@dataclass(slots=True)
class Recording:
    """What has travelled so far. `url` is where to call."""

    url: str = ""
    exchanges: list[tuple[Request, Response]] = field(default_factory=list)


@contextmanager
def recording(target: str) -> Iterator[Recording]:
    """Listen on a free port and pass everything on to `target`."""
    kept = Recording()
    client = httpx.Client(base_url=target, timeout=10)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            sent = {name.lower(): value for name, value in self.headers.items() if name.lower() not in _HOP_BY_HOP}
            answer = client.request(self.command, self.path, headers=sent, content=body)
            headers = [(name, value) for name, value in answer.headers.items() if name not in _HOP_BY_HOP]
            kept.exchanges.append(
                (
                    Request(self.command.lower(), self.path, sent, body or None),
                    Response(answer.status_code, Headers(headers), answer.content),
                )
            )
            self.send_response(answer.status_code)
            for name, value in headers:
                self.send_header(name, value)
            self.send_header("content-length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        do_GET = do_POST = do_PATCH = _pass_on  # noqa: N815 - names that http.server looks for

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Say nothing: tests read `kept`."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    kept.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield kept
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        client.close()
