"""Tells workers that there is work. Calls close together become one NOTIFY, outside of the transaction.

NOTIFY inside a commit takes a lock that serialises all commits; here it costs the accept path nothing.
A wake-up that is lost with the process only means that the next poll finds the work.
"""

import threading

import psycopg

from server.kit.errors import Failure
from server.store.engine import Store

CHANNEL = "corridor_work"


class Waker:
    """A thread that sends NOTIFY when it was asked to, at most once in `every_seconds`."""

    def __init__(self, store: Store, *, every_seconds: float = 0.005) -> None:
        self._store = store
        self._every = every_seconds
        self._asked = threading.Event()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="waker", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Wake the workers soon."""
        self._asked.set()

    def close(self) -> None:
        """Send what is due and stop."""
        self._closed.set()
        self._asked.set()
        self._thread.join(timeout=5.0)

    def _run(self) -> None:
        while not self._closed.is_set():
            self._asked.wait()
            self._asked.clear()
            try:
                with self._store.anyone() as connection:
                    connection.execute(f"NOTIFY {CHANNEL}")
            except (Failure, psycopg.Error):
                continue  # workers poll as well
            self._closed.wait(self._every)
