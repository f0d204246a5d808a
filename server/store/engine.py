"""Connections to PostgreSQL. Every one acts as `corridor_app`, and sees one company in one environment at a time.

A connection is bound to a company when it is taken, never by a query; a query cannot forget it.
"""

import contextlib
from collections.abc import Iterator
from typing import Any

import psycopg
from psycopg.rows import TupleRow
from sqlalchemy import event
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import PoolProxiedConnection, QueuePool

from corridor.errors.v1 import error_reason_pb2 as reasons
from server.kit import context as contexts
from server.kit.errors import fail
from server.store import migrate
from server.store.seals import Seals, Unsealed


class Connection(psycopg.Connection[TupleRow]):
    """A connection that knows how what is stored over it is sealed."""

    seals: Seals


# A database whose machine is gone is noticed within a minute, not in two hours.
ALIVE: dict[str, Any] = {
    "connect_timeout": 5,
    "tcp_user_timeout": 30_000,
    "keepalives_idle": 20,
    "keepalives_interval": 10,
}

_BIND = "SELECT set_config('corridor.company_id', %s, false), set_config('corridor.environment', %s, false)"
_NOBODY = ("", "")


class Store:
    """A pool of connections to one database."""

    def __init__(self, url: str, *, pool_size: int = 4, statement_seconds: float = 10.0) -> None:
        self.url = url
        self.seals: Seals = Unsealed()  # given by whoever composes the process
        self._engine = migrate.engine_for(
            url, poolclass=QueuePool, pool_size=pool_size, max_overflow=0, pool_timeout=5.0, pool_reset_on_return=None
        )
        # The last one: a machine that is gone in the middle of a transaction must not keep payouts locked.
        most = int(statement_seconds * 1000)
        options = f"statement_timeout={most}, lock_timeout=2000, idle_in_transaction_session_timeout={most}"

        @event.listens_for(self._engine, "do_connect")
        def _ours(_dialect: object, _record: object, words: list[Any], options: dict[str, Any]) -> Connection:
            return Connection.connect(*words, **{**ALIVE, **options})

        @event.listens_for(self._engine, "connect")
        def _connected(connection: Connection, _record: object) -> None:
            connection.autocommit = True
            connection.prepare_threshold = 1
            connection.execute("SET ROLE corridor_app")
            for option in options.split(", "):
                name, value = option.split("=")
                connection.execute("SELECT set_config(%s, %s, false)", (name, value))

        self._pool: QueuePool = self._engine.pool  # type: ignore[assignment] # the pool class given above

    @contextlib.contextmanager
    def anyone(self) -> Iterator[Connection]:
        """A connection bound to no company: for work, for look-ups by credential, and for functions that bind."""
        with self._taken(_NOBODY) as connection:
            yield connection

    @contextlib.contextmanager
    def of(self, company_id: str, environment: int) -> Iterator[Connection]:
        """A connection bound to a company and environment; each statement commits by itself."""
        with self._taken((company_id, str(environment))) as connection:
            yield connection

    @contextlib.contextmanager
    def transaction(self, company_id: str, environment: int) -> Iterator[Connection]:
        """A connection bound to a company and environment, in one transaction that ends with the block."""
        with self._taken((company_id, str(environment))) as connection, connection.transaction():
            yield connection

    @contextlib.contextmanager
    def mine(self) -> Iterator[Connection]:
        """A connection bound to the current caller's company and environment."""
        who = contexts.current().who
        with self._taken((who.company_id, str(who.environment))) as connection:
            yield connection

    def pool_use(self) -> tuple[int, int]:
        """How many connections are in use, and how many there can be."""
        return self._pool.checkedout(), self._pool.size()

    def close(self) -> None:
        """Close every connection that is not in use."""
        self._engine.dispose()

    @contextlib.contextmanager
    def _taken(self, tenant: tuple[str, str]) -> Iterator[Connection]:
        try:
            proxied = self._engine.raw_connection()
        except (PoolTimeout, psycopg.OperationalError) as error:
            raise _away() from error
        try:
            connection = self._bound(proxied, tenant)
            yield connection
        except psycopg.Error as error:
            if proxied.driver_connection is not None and proxied.driver_connection.closed:
                proxied.invalidate()
            if isinstance(error, psycopg.errors.LockNotAvailable | psycopg.OperationalError):
                raise _away() from error
            raise
        finally:
            proxied.close()

    def _bound(self, proxied: PoolProxiedConnection, tenant: tuple[str, str]) -> Connection:
        connection: Connection = proxied.driver_connection  # type: ignore[assignment] # psycopg's, by the engine's URL
        connection.seals = self.seals
        info: dict[Any, Any] = proxied.info
        if info.get("tenant", _NOBODY) != tenant:
            connection.execute(_BIND, tenant)
            info["tenant"] = tenant
        return connection


def _away() -> Exception:
    return fail(
        reasons.ERROR_REASON_UNAVAILABLE, "The database does not answer at the moment.", retry_after_seconds=1.0
    )
