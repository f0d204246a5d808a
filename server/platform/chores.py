"""Chores: periodic work over all companies, such as purging. Each worker process offers to do every chore.

One process at a time does a chore, by an advisory lock of PostgreSQL that ends with the process. What is recorded
is that a chore was finished: one that broke off is tried again, so each must bear to be done twice.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
import structlog

from server.kit import clock
from server.store.engine import ALIVE, Store

_log = structlog.get_logger("corridor.chores")

_LOCK = "SELECT pg_try_advisory_lock(hashtext('corridor chores'), hashtext(%s))"
_UNLOCK = "SELECT pg_advisory_unlock(hashtext('corridor chores'), hashtext(%s))"
_DUE = "SELECT corridor.chore_due_seconds(%s, %s)"
_DONE = "SELECT corridor.chore_done(%s)"
_AGAIN_SECONDS = 5.0  # after one that failed, or that another process is doing; never more than its period


@dataclass(frozen=True, slots=True)
class Chore:
    """Something to do every so often. It does a bounded piece at once: a worker that stops waits for it."""

    name: str
    every_seconds: float
    run: Callable[[], None]


class Chores:
    """Does chores in the background, each in a thread of its own, so that a slow one delays no other."""

    def __init__(self, store: Store, chores: Sequence[Chore]) -> None:
        self._store = store
        self._chores = tuple(chores)
        self._closing = threading.Event()
        self._lock = threading.Lock()
        self._connection: psycopg.Connection | None = None
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Do the chores from now on."""
        for chore in self._chores:
            thread = threading.Thread(target=self._repeat, args=(chore,), name=f"chore {chore.name}", daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        """Begin nothing more, and wait for what was begun."""
        self._closing.set()
        for thread in self._threads:
            thread.join()
        with self._lock:
            if self._connection:
                self._connection.close()

    def _repeat(self, chore: Chore) -> None:
        wait = 0.0
        while not self._closing.wait(wait):
            try:
                wait = self._offer(chore)
            except Exception:  # whatever it is, the thread must go on: without it the chore is never done again
                _log.exception("chore_failed", chore=chore.name)
                wait = min(chore.every_seconds, _AGAIN_SECONDS)

    def _offer(self, chore: Chore) -> float:
        """Do the chore if it is due and nobody else does it; how long to wait until it is looked at again."""
        again = min(chore.every_seconds, _AGAIN_SECONDS)
        session = self._session()
        if not _one(session, _LOCK, chore.name):
            return again
        try:
            due: float = _one(session, _DUE, chore.name, chore.every_seconds)
            if due > 0:
                return due
            began = clock.monotonic()
            chore.run()
            _one(session, _DONE, chore.name)
            _log.debug("chore_done", chore=chore.name, seconds=round(clock.monotonic() - began, 3))
            return chore.every_seconds
        finally:
            self._unlock(session, chore)

    def _unlock(self, session: psycopg.Connection, chore: Chore) -> None:
        try:
            _one(session, _UNLOCK, chore.name)
        except psycopg.Error as error:  # the lock went with the connection; the next round makes another
            _log.warning("chore_unlock_failed", chore=chore.name, error=type(error).__name__)

    def _session(self) -> psycopg.Connection:
        """The connection that holds the locks: apart from the pool, so that a chore never waits for itself."""
        with self._lock:
            if self._connection is None or self._connection.closed:
                self._connection = psycopg.connect(self._store.url, autocommit=True, **ALIVE)
                self._connection.execute("SET ROLE corridor_app")
            return self._connection


def _one(session: psycopg.Connection, sql: str, *values: object) -> Any:
    row = session.execute(sql, values).fetchone()
    assert row is not None
    return row[0]
