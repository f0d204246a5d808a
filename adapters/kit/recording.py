"""A proxy in front of a provider's address that keeps every request and answer, byte for byte, in order.

It is the only place that sees what really travels; nothing in adapter or simulator knows of it.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import time

import httpx

from adapters.kit.spec.exchange import Request, Response

_HOP_BY_HOP = {"connection", "content-length", "host", "transfer-encoding", "content-encoding", "date", "server"}


@dataclass(slots=True)
class Recording:
    """What has travelled so far, in order. `url` is where to call; `times` are Unix times, one per exchange."""

    url: str = ""
    exchanges: list[tuple[Request, Response]] = field(default_factory=list)
    times: list[float] = field(default_factory=list)


@contextmanager
def recording(
    target: str, *, port: int = 0, seen: Callable[[Request, Response], None] | None = None
) -> Iterator[Recording]:
    """Listen on 127.0.0.1 (port 0 takes a free one) and pass everything on to `target`, telling `seen` of each."""
    kept = Recording()
    client = httpx.Client(base_url=target, timeout=30, trust_env=False)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            sent = {name.lower(): value for name, value in self.headers.items() if name.lower() not in _HOP_BY_HOP}
            answer = client.request(self.command, self.path, headers=sent, content=body)
            headers = [(name, value) for name, value in answer.headers.multi_items() if name not in _HOP_BY_HOP]
            request = Request(self.command.lower(), self.path, sent, body or None)
            response = Response(answer.status_code, dict(headers), answer.content)
            kept.times.append(time())
            kept.exchanges.append((request, response))
            if seen is not None:
                seen(request, response)
            self.send_response(answer.status_code)
            for name, value in headers:
                self.send_header(name, value)
            self.send_header("content-length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _pass_on  # noqa: N815 - names that http.server looks for

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Say nothing: readers read `kept`."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
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
