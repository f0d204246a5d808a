"""Server and worker in one process that can be killed: `python -m tests.chaos.node DATABASE_URL DIRECTORY PORT`.

`CORRIDOR_FAILPOINT` in its environment says where it dies.
"""

import signal
import sys
import threading
from pathlib import Path

from server import app, parts, worker
from server.kit import logs
from tests.serving import settings_for


def main(database_url: str, directory: str, port: str) -> None:
    """Serve and work until SIGTERM."""
    logs.configure("error")
    made = parts.build(settings_for(database_url, Path(directory), lease_seconds=1.0, threads=8), database_url)
    server = app.Server(made, f"127.0.0.1:{port}")
    runner = worker.build(made)
    server.start()
    runner.start()
    print("ready", flush=True)
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    ended.wait()
    runner.stop()
    server.stop(grace_seconds=2.0)


if __name__ == "__main__":
    main(*sys.argv[1:])
