"""Rows of API keys and companies. A key's secret passes through here once, and only its keyed hash is kept."""

from collections.abc import Sequence

from psycopg.rows import TupleRow

from corridor.access.v1 import api_key_pb2
from corridor.type.v1.environment_pb2 import Environment
from server.kit import ids
from server.kit.context import Context
from server.kit.paging import Page
from server.store import pages
from server.store.api_keys import NewKey
from server.store.engine import Connection

_COLUMNS = "api_key_id, title, prefix, environment, scopes, create_time, revoke_time"
_SELECT = f"SELECT {_COLUMNS} FROM corridor.api_keys"
_ONE = f"{_SELECT} WHERE company_id = %s AND environment = %s AND api_key_id = %s"
_CREATE = f"""
INSERT INTO corridor.api_keys VALUES (%s, %s, %s, %s, %s, %s, %s, clock_timestamp(), NULL) RETURNING {_COLUMNS}
"""
_REVOKE = f"""
UPDATE corridor.api_keys SET revoke_time = coalesce(revoke_time, clock_timestamp())
WHERE company_id = %s AND environment = %s AND api_key_id = %s RETURNING {_COLUMNS}
"""
_OWNER = "SELECT company_id, environment, api_key_id FROM corridor.find_api_key(%s)"
_CREATE_COMPANY = "INSERT INTO corridor.companies VALUES (%s, %s, clock_timestamp())"


def create(
    connection: Connection, context: Context, new: NewKey, title: str, scopes: Sequence[str]
) -> api_key_pb2.ApiKey:
    """Store a new key of the caller's company and environment."""
    who = context.who
    values = (who.company_id, who.environment, ids.new("key"), new.prefix, new.secret_hash, title, sorted(scopes))
    row = connection.execute(_CREATE, values).fetchone()
    assert row is not None
    return _api_key(row)


def get(connection: Connection, context: Context, api_key_id: str) -> api_key_pb2.ApiKey | None:
    """One key of the caller's company and environment."""
    who = context.who
    row = connection.execute(_ONE, (who.company_id, who.environment, api_key_id)).fetchone()
    return _api_key(row) if row else None


def page(connection: Connection, context: Context, wanted: Page) -> tuple[list[api_key_pb2.ApiKey], bool]:
    """A page of keys, the newest first, and whether there are more."""
    rows, more = pages.newest_first(connection, context, _SELECT, key="api_key_id", page=wanted)
    return [_api_key(row) for row in rows], more


def revoke(connection: Connection, context: Context, api_key_id: str) -> api_key_pb2.ApiKey | None:
    """End a key. One that has ended before keeps the time of its end."""
    who = context.who
    row = connection.execute(_REVOKE, (who.company_id, who.environment, api_key_id)).fetchone()
    return _api_key(row) if row else None


def owner(connection: Connection, prefix: str) -> tuple[str, Environment.ValueType, str] | None:
    """Company, environment and id of the key with a prefix, whosever it is."""
    return connection.execute(_OWNER, (prefix,)).fetchone()


def create_company(connection: Connection, company_id: str, title: str) -> None:
    """Store a new company. The connection is bound to it already."""
    connection.execute(_CREATE_COMPANY, (company_id, title))


def _api_key(row: TupleRow) -> api_key_pb2.ApiKey:
    api_key_id, title, prefix, environment, scopes, create_time, revoke_time = row
    found = api_key_pb2.ApiKey(
        api_key_id=api_key_id,
        title=title,
        prefix=prefix,
        environment=environment,
        scopes=scopes,
        state=api_key_pb2.API_KEY_STATE_REVOKED if revoke_time else api_key_pb2.API_KEY_STATE_ACTIVE,
    )
    found.create_time.FromDatetime(create_time)
    if revoke_time:
        found.revoke_time.FromDatetime(revoke_time)
    return found
