"""What outlives a process that dies: the sessions of its database, as a pooler keeps them, and what its code says.

Rule: nothing of a company is in it. A session that was in the middle of something has rolled it back when it is kept.
"""

import functools
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from sqlalchemy.pool import PoolProxiedConnection

from adapters.kit.fingerprint import fingerprint
from server.parts import foundation
from server.platform.providers import catalog
from server.store.engine import Connection, Store
from server.store.seals import Unsealed


class _Session:
    """A session on loan: what a store sees of a connection of its pool."""

    def __init__(self, pool: "_Sessions", real: PoolProxiedConnection) -> None:
        self._pool = pool
        self._real = real
        self.driver_connection = real.driver_connection
        self.info = real.info

    def invalidate(self) -> None:
        """It is broken: nobody takes it again."""
        self._real.invalidate()
        self._pool.forget(self)

    def close(self) -> None:
        """Give it back."""
        self._pool.take_back(self)


class _Sessions:
    """A pool that hands out a session that is bound to the wanted company already, if it has one."""

    def __init__(self, store: Store, size: int) -> None:
        self.store = store
        self._size = size
        self._all: list[_Session] = []
        self._idle: list[_Session] = []
        self._lock = threading.Lock()

    @property
    def used(self) -> int:
        """How many are on loan."""
        return len(self._all) - len(self._idle)

    def take(self, tenant: tuple[str, str]) -> _Session:
        """A session; more at a time than a process has are a mistake."""
        with self._lock:
            bound = next((each for each in self._idle if each.info.get("tenant", ("", "")) == tenant), None)
            if bound is None and len(self._all) == self._size:
                assert self._idle, "a process would wait for a connection that it holds itself"
                bound = self._idle[0]
            if bound is not None:
                self._idle.remove(bound)
                return bound
            made = _Session(self, self.store._engine.raw_connection())
            self._all.append(made)
            return made

    def take_back(self, session: _Session) -> None:
        """It can be taken again."""
        with self._lock:
            if session in self._all:
                self._idle.append(session)

    def forget(self, session: _Session) -> None:
        """It can not be taken again."""
        with self._lock:
            self._all.remove(session)


class _Lent(Store):
    """The store of one process, over sessions that others had before it."""

    def __init__(self, sessions: _Sessions) -> None:  # the base would make a pool
        self.url, self.seals = sessions.store.url, Unsealed()
        self._sessions = sessions
        self._wanted = threading.local()
        self._engine: Any = self

    def raw_connection(self) -> _Session:
        """In the engine's place."""
        return self._sessions.take(self._wanted.tenant)

    def close(self) -> None:
        """The sessions are kept."""

    def _taken(self, tenant: tuple[str, str]) -> AbstractContextManager[Connection]:
        self._wanted.tenant = tenant
        return super()._taken(tenant)


class Kept:
    """The sessions of processes that come one after the other."""

    def __init__(self) -> None:
        self._sessions: dict[int, _Sessions] = {}

    def close(self) -> None:
        """Close every session."""
        for sessions in self._sessions.values():
            sessions.store.close()

    @contextmanager
    def handed_on(self) -> Iterator[None]:
        """Build processes that use what is kept."""
        with mock.patch.object(foundation, "Store", self._store), mock.patch.object(catalog, "fingerprint", _digest):
            yield

    def _store(self, url: str, *, pool_size: int) -> Store:
        if pool_size not in self._sessions:
            self._sessions[pool_size] = _Sessions(Store(url, pool_size=pool_size), pool_size)
        sessions = self._sessions[pool_size]
        assert sessions.used == 0, f"{sessions.used} sessions of the process that died are still in use"
        return _Lent(sessions)


@functools.cache
def _digest(folder: Path) -> str:
    return fingerprint(folder)
