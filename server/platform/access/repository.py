"""Rows of API keys and companies. A key's secret passes through here once, and only its keyed hash is kept."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from psycopg.rows import TupleRow

from corridor.access.v1 import api_key_pb2
from corridor.access.v1.api_key_pb2 import API_KEY_STATE_EXPIRED, API_KEY_STATE_REVOKED, API_KEY_STATE_ROTATED
from corridor.type.v1.environment_pb2 import Environment
from server.kit import ids
from server.kit.context import Context
from server.kit.paging import Page
from server.platform.access import lineage
from server.platform.access.policy import Grant
from server.store import pages
from server.store.api_keys import NewKey
from server.store.engine import Connection
from server.store.sealed import API_KEY_TITLE

_STATE = f"""CASE WHEN state <> {API_KEY_STATE_REVOKED} AND expire_time <= clock_timestamp()
    THEN {API_KEY_STATE_EXPIRED} ELSE state END"""
_COLUMNS = f"""api_key_id, title, prefix, environment, scopes, {_STATE}, create_time, revoke_time, allowed_methods,
    allowed_ranges, expire_time, last_use_time, last_use_address, created_by, replaces_id, replaced_by_id"""
_SELECT = f"SELECT {_COLUMNS} FROM corridor.api_keys"
_THIS = "WHERE company_id = %s AND environment = %s AND api_key_id = %s"
_CREATE = f"""
INSERT INTO corridor.api_keys (company_id, environment, api_key_id, prefix, secret_hash, title, scopes, create_time,
    state, allowed_methods, allowed_ranges, expire_time, last_use_address, created_by, replaces_id)
VALUES (%s, %s, %s, %s, %s, %s, %s, clock_timestamp(), %s, %s, %s, %s, '', %s, %s) RETURNING {_COLUMNS}
"""
_UPDATE = f"""
UPDATE corridor.api_keys SET title = %s, scopes = %s, allowed_methods = %s, allowed_ranges = %s
{_THIS} RETURNING {_COLUMNS}
"""
_MOVE = f"UPDATE corridor.api_keys SET state = %s {_THIS} RETURNING {_COLUMNS}"
_REPLACE = f"""
UPDATE corridor.api_keys SET state = {API_KEY_STATE_ROTATED}, replaced_by_id = %s,
    expire_time = least(expire_time, clock_timestamp() + %s)
{_THIS} RETURNING {_COLUMNS}
"""
_REVOKE = f"""
UPDATE corridor.api_keys SET revoke_time = coalesce(revoke_time, clock_timestamp()), state = {API_KEY_STATE_REVOKED}
{_THIS} RETURNING {_COLUMNS}
"""
_OWNER = "SELECT company_id, environment, api_key_id FROM corridor.find_api_key(%s)"
_CREATE_COMPANY = "INSERT INTO corridor.companies (company_id, title, create_time) VALUES (%s, %s, clock_timestamp())"


def create(
    connection: Connection,
    context: Context,
    new: NewKey,
    title: str,
    grant: Grant,
    state: "api_key_pb2.ApiKeyState.ValueType",
    *,
    replaces_id: str | None = None,
) -> api_key_pb2.ApiKey:
    """Store a new key of the caller's company and environment. It is made by the person, where a person calls."""
    who, api_key_id = context.who, ids.new("key")
    sealed = API_KEY_TITLE.seal_text(connection.seals, who, title, api_key_id)
    values = (
        who.company_id, who.environment, api_key_id, new.prefix, new.secret_hash, sealed, sorted(grant.scopes),
        state, sorted(grant.methods), _texts(grant), grant.expire_time, lineage.maker(who), replaces_id,
    )  # fmt: skip
    return _one(connection, context, connection.execute(_CREATE, values).fetchone())


def get(connection: Connection, context: Context, api_key_id: str, *, lock: bool = False) -> api_key_pb2.ApiKey | None:
    """One key of the caller's company and environment. `lock` keeps others from changing it until the commit."""
    row = connection.execute(f"{_SELECT} {_THIS}{' FOR UPDATE' if lock else ''}", _this(context, api_key_id)).fetchone()
    return _api_key(connection, context, row) if row else None


def page(
    connection: Connection, context: Context, wanted: Page, state: int = 0
) -> tuple[list[api_key_pb2.ApiKey], bool]:
    """A page of keys, the newest first, and whether there are more."""
    rows, more = pages.newest_first(
        connection, context, _SELECT, key="api_key_id", page=wanted, where={f"({_STATE})": state}
    )
    return [_api_key(connection, context, row) for row in rows], more


def update(connection: Connection, context: Context, api_key_id: str, title: str, grant: Grant) -> api_key_pb2.ApiKey:
    """Replace what a key is called and what it gives, but for its end."""
    sealed = API_KEY_TITLE.seal_text(connection.seals, context.who, title, api_key_id)
    values = (sealed, sorted(grant.scopes), sorted(grant.methods), _texts(grant), *_this(context, api_key_id))
    return _one(connection, context, connection.execute(_UPDATE, values).fetchone())


def move(
    connection: Connection, context: Context, api_key_id: str, state: "api_key_pb2.ApiKeyState.ValueType"
) -> api_key_pb2.ApiKey:
    """Set a key's state, which the caller has found to be allowed."""
    return _one(connection, context, connection.execute(_MOVE, (state, *_this(context, api_key_id))).fetchone())


def replace(
    connection: Connection, context: Context, api_key_id: str, successor_id: str, overlap: timedelta
) -> api_key_pb2.ApiKey:
    """Let a key end after an overlap with the key that replaces it."""
    values = (successor_id, overlap, *_this(context, api_key_id))
    return _one(connection, context, connection.execute(_REPLACE, values).fetchone())


def revoke(connection: Connection, context: Context, api_key_id: str) -> api_key_pb2.ApiKey | None:
    """End a key. One that has ended before keeps the time of its end."""
    row = connection.execute(_REVOKE, _this(context, api_key_id)).fetchone()
    return _api_key(connection, context, row) if row else None


def owner(connection: Connection, prefix: str) -> "tuple[str, Environment.ValueType, str] | None":
    """Company, environment and id of the key with a prefix, whosever it is."""
    return connection.execute(_OWNER, (prefix,)).fetchone()


def create_company(connection: Connection, company_id: str, title: str) -> None:
    """Store a new company. The connection is bound to it already."""
    connection.execute(_CREATE_COMPANY, (company_id, title))


def _this(context: Context, api_key_id: str) -> tuple[str, int, str]:
    return context.who.company_id, context.who.environment, api_key_id


def _texts(grant: Grant) -> list[str]:
    return sorted(str(each) for each in grant.ranges)


def _one(connection: Connection, context: Context, row: TupleRow | None) -> api_key_pb2.ApiKey:
    assert row is not None  # keys are never deleted
    return _api_key(connection, context, row)


def _api_key(connection: Connection, context: Context, row: TupleRow) -> api_key_pb2.ApiKey:
    (
        api_key_id, title, prefix, environment, scopes, state, create_time, revoke_time, methods, ranges,
        expire_time, last_use_time, last_use_address, created_by, replaces_id, replaced_by_id,
    ) = row  # fmt: skip
    found = api_key_pb2.ApiKey(
        api_key_id=api_key_id,
        title=API_KEY_TITLE.open_text(connection.seals, context.who, title, api_key_id),
        prefix=prefix,
        environment=environment,
        scopes=scopes,
        state=state,
        allowed_methods=methods,
        allowed_ranges=ranges,
        last_use_address=last_use_address,
        created_by=created_by,
        replaces_id=replaces_id or "",
        replaced_by_id=replaced_by_id or "",
    )
    times: Iterable[tuple[str, datetime | None]] = (
        ("create_time", create_time),
        ("revoke_time", revoke_time),
        ("expire_time", expire_time),
        ("last_use_time", last_use_time),
    )
    for name, time in times:
        if time is not None:
            getattr(found, name).FromDatetime(time)
    return found
