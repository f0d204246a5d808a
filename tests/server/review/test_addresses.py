"""What a company names as its provider's address is judged each time it is dialled, not only when it was given."""

import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import httpcore
import pytest

from adapters.kit.http import Http
from server.platform.webhooks.guard import Guard


def test_a_name_that_comes_to_mean_a_private_address_is_not_dialled() -> None:
    reached: list[str] = []

    class Inside(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            reached.append(self.path)

    server = HTTPServer(("127.0.0.1", 0), Inside)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    answers = iter([["93.184.215.14"], ["127.0.0.1"]])
    guard = Guard(resolve=lambda host, port: next(answers))
    guard.check("https://provider.example:8443")
    http = Http(addresses=guard.dialled)

    with pytest.raises(httpcore.ConnectError):
        http.exchange(
            "GET", f"http://provider.example:{server.server_port}/", headers={}, content=b"",
            ends_at=time.monotonic() + 5.0,
        )  # fmt: skip

    http.close()
    server.shutdown()
    server.server_close()
    assert [] == reached
