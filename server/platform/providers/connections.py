"""Connections: the companies' accounts at providers, as rows, and as what a provider call needs.

Secret credentials are stored encrypted beside the connection and leave only inside a `Live`.
"""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC

from psycopg.rows import TupleRow

from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.providers.v1.connection_pb2 import Connection as ConnectionMessage
from server.kit import clock
from server.kit.context import Context
from server.kit.errors import fail
from server.kit.paging import Page
from server.platform.providers.catalog import Catalog
from server.store import pages, secrets
from server.store.engine import Connection, Store
from server.store.sealed import CONNECTION
from server.store.secrets import Keyring

WEBHOOK_OVERLAP_HOURS = 24  # providers go on signing with the old secret until they have taken up the new one

_CACHED_AT_MOST = 10_000
_SELECT = "SELECT connection_id, message FROM corridor.connections"
_ONE = f"{_SELECT} WHERE company_id = %s AND environment = %s AND connection_id = %s"
_LOCKED = f"{_ONE} FOR UPDATE"
_CREATE = "INSERT INTO corridor.connections VALUES (%s, %s, %s, %s, %s, %s, %s)"
_UPDATE = """
UPDATE corridor.connections SET message = %s, update_time = %s
WHERE company_id = %s AND environment = %s AND connection_id = %s
"""


@dataclass(frozen=True, slots=True)
class Live:
    """A connection with everything that a call to its provider needs."""

    connection: ConnectionMessage
    credentials: Mapping[str, str] = field(repr=False)  # secret ones and settings, by the manifest's names
    webhook_secrets: tuple[str, ...] = field(repr=False)  # every one that is accepted now, the newest first

    @property
    def provider(self) -> str:
        """The provider's name."""
        return self.connection.provider

    @property
    def base_url(self) -> str:
        """Where the provider is reached."""
        return self.connection.base_url


class Connections:
    """Looks connections up for provider calls. What it knows is at most `fresh_seconds` old."""

    def __init__(self, store: Store, keyring: Keyring, catalog: Catalog, *, fresh_seconds: float = 1.0) -> None:
        self._store = store
        self._keyring = keyring
        self._catalog = catalog
        self._fresh = fresh_seconds
        self._known: OrderedDict[tuple[str, int, str], tuple[float, Live]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, context: Context, connection_id: str) -> Live:
        """The caller's connection. Raises CONNECTION_NOT_FOUND if there is none in its company and environment."""
        key = (context.who.company_id, context.who.environment, connection_id)
        known = self._known.get(key)
        if known is not None and clock.monotonic() < known[0]:
            return known[1]
        asked = clock.monotonic()
        live = self._load(context, connection_id)
        with self._lock:
            self._known[key] = (asked + self._fresh, live)
            self._known.move_to_end(key)
            while len(self._known) > _CACHED_AT_MOST:
                self._known.popitem(last=False)
        return live

    def forget(self, context: Context, connection_id: str) -> None:
        """Look the connection up anew at its next use."""
        with self._lock:
            self._known.pop((context.who.company_id, context.who.environment, connection_id), None)

    def _load(self, context: Context, connection_id: str) -> Live:
        with self._store.transaction(context.who.company_id, context.who.environment) as connection:
            # Of one moment: a rotation in between would pair new settings with old secrets.
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            message = find(connection, context, connection_id)
            stored = secrets.active(connection, context, self._keyring, connection_id) if message else []
        if message is None:
            raise fail(reasons.ERROR_REASON_CONNECTION_NOT_FOUND, "There is no such connection.")
        signing = self._catalog.webhook_credential(message.provider)
        newest_last = {secret.name: secret.value for secret in reversed(stored)}
        return Live(
            connection=message,
            credentials={**message.settings, **newest_last},
            webhook_secrets=tuple(secret.value for secret in stored if secret.name == signing),
        )


def find(
    connection: Connection, context: Context, connection_id: str, *, lock: bool = False
) -> ConnectionMessage | None:
    """The caller's connection; `lock` keeps it as it is until the transaction ends."""
    who = context.who
    values = (who.company_id, who.environment, connection_id)
    row = connection.execute(_LOCKED if lock else _ONE, values).fetchone()
    return _opened(connection, context, row) if row else None


def page(connection: Connection, context: Context, wanted: Page) -> tuple[list[ConnectionMessage], bool]:
    """A page of connections, the newest first, and whether there are more."""
    rows, more = pages.newest_first(connection, context, _SELECT, key="connection_id", page=wanted)
    return [_opened(connection, context, row) for row in rows], more


def create(connection: Connection, context: Context, message: ConnectionMessage) -> None:
    """Store a new connection."""
    who = context.who
    times = (message.create_time.ToDatetime(UTC), message.update_time.ToDatetime(UTC))
    data = CONNECTION.seal(connection.seals, who, message.SerializeToString(deterministic=True), message.connection_id)
    values = (who.company_id, who.environment, message.connection_id, message.provider, data, *times)
    connection.execute(_CREATE, values)


def update(connection: Connection, context: Context, message: ConnectionMessage) -> None:
    """Store a connection as it is now. Its row is locked by the caller."""
    who = context.who
    data = CONNECTION.seal(connection.seals, who, message.SerializeToString(deterministic=True), message.connection_id)
    key = (who.company_id, who.environment, message.connection_id)
    connection.execute(_UPDATE, (data, message.update_time.ToDatetime(UTC), *key))


def _opened(connection: Connection, context: Context, row: TupleRow) -> ConnectionMessage:
    connection_id, message = row
    return ConnectionMessage.FromString(CONNECTION.open(connection.seals, context.who, message, connection_id))
