"""A worker as a process of its own: `python -m tests.server.pacing.node DATABASE_URL DIRECTORY`, until SIGTERM."""

import signal
import sys
import threading
from pathlib import Path

from server import parts, worker
from server.kit import logs
from tests.serving import settings_for


def main(database_url: str, directory: str) -> None:
    """Work until SIGTERM."""
    logs.configure("error")
    made = parts.build(
        settings_for(database_url, Path(directory), threads=8, poll_provider_seconds=600.0), database_url
    )
    runner = worker.build(made)
    runner.start()
    print("ready", flush=True)
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    ended.wait()
    runner.stop()
    made.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
