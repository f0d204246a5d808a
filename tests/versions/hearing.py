"""A customer's endpoint that keeps what came in: headers, and the body as it was read."""

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Heard:
    """One delivery."""

    headers: Mapping[str, str]
    event: dict[str, Any]

    @property
    def data(self) -> dict[str, Any]:
        """The event's data."""
        found: dict[str, Any] = self.event["data"]
        return found


class Hearing:
    """Listens on a free port until it is closed."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        hearing = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                hearing.heard.append(Heard(headers, json.loads(body)))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/hooks"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def of(self, resource_id: str, kind: str) -> list[Heard]:
        """What came in of one resource and type."""
        return [each for each in self.heard if (resource_id, kind) == (each.event["resource_id"], each.event["type"])]

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
