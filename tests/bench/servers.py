"""What a run starts beside `corridor serve` (`python -m tests.bench.servers KIND`): yardsticks, mostly.

The bare echo is what `grpc.server` can do at best: it reads the same requests and writes the same answers, from memory.
"""

import contextlib
import json
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast

import grpc

from server import app, parts, settings
from server.domains.payouts.repository import Payouts
from server.kit import contract, logs
from server.platform.audit.recorder import Recorder
from server.platform.providers.sendable import Timing
from server.store.audit import Row
from server.store.engine import Store


class _Unwritten:
    """Stands where the accept statement would run: takes its values, and says that they were written."""

    @contextlib.contextmanager
    def anyone(self) -> Iterator["_Unwritten"]:
        """A connection that leads nowhere."""
        yield self

    def execute(self, _statement: str, _values: object) -> "_Unwritten":
        """Nothing was there before."""
        return self

    def fetchone(self) -> None:
        """No row: accepted."""


def unwritten() -> None:
    """A server process as in production, but without the accept statement."""
    chosen = settings.from_environment()
    logs.configure(chosen.log_level)
    made = parts.build(chosen, chosen.database_url)
    made = replace(made, payouts=Payouts(cast(Store, _Unwritten()), Timing(), made.clock))
    server = app.Server(made, "127.0.0.1:0")
    server.start()
    _serve(f"127.0.0.1:{server.port}", lambda: server.stop(5.0))


class _Unrecorded:
    """Stands where calls are recorded: takes the row, and lets the call be answered."""

    def record(self, _row: Row) -> None:
        """Nothing is written."""

    def close(self) -> None:
        """Nothing is left."""


def unaudited() -> None:
    """A server process as in production, but without audit rows of reads and refusals."""
    chosen = settings.from_environment()
    logs.configure(chosen.log_level)
    made = parts.build(chosen, chosen.database_url)
    server = app.Server(replace(made, recorder=cast(Recorder, _Unrecorded())), "127.0.0.1:0")
    server.start()
    _serve(f"127.0.0.1:{server.port}", lambda: server.stop(5.0))


def echo() -> None:
    """A bare sync server: per method of the file that is named, the recorded answer, as a message."""
    chosen = settings.from_environment()
    server = grpc.server(ThreadPoolExecutor(chosen.threads), options=(("grpc.so_reuseport", 1),))
    for path, recorded in json.loads(Path(sys.argv[2]).read_text()).items():
        method = contract.methods()[path]
        service, name = path.lstrip("/").split("/")
        handler = grpc.unary_unary_rpc_method_handler(
            _answering(method.response.FromString(bytes.fromhex(recorded))),
            request_deserializer=method.request.FromString,
            response_serializer=method.response.SerializeToString,
        )
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, {name: handler}),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    _serve(f"127.0.0.1:{port}", lambda: server.stop(1.0).wait())


def receiver() -> None:
    """A webhook receiver that answers 204 and counts: `GET /` tells how many it has taken."""
    taken = 0
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            nonlocal taken
            self.rfile.read(int(self.headers["content-length"]))
            with lock:
                taken += 1
            self.send_response(204)
            self.send_header("content-length", "0")
            self.end_headers()

        def do_GET(self) -> None:
            body = str(taken).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing: a line per delivery would be measured too."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    _serve(f"127.0.0.1:{server.server_port}", server.shutdown)


def _answering(response: Any) -> Callable[..., Any]:
    def answer(_request: Any, _context: grpc.ServicerContext) -> Any:
        return response

    return answer


def _serve(address: str, stop: Callable[[], object]) -> None:
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    print(json.dumps({"address": address}), flush=True)
    ended.wait()
    stop()


KINDS: dict[str, Callable[[], None]] = {
    "unwritten": unwritten,
    "unaudited": unaudited,
    "echo": echo,
    "receiver": receiver,
}

if __name__ == "__main__":
    KINDS[sys.argv[1]]()
