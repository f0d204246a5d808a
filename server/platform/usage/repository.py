"""Rows of what was used: one for each day, caller, method and field. Only `corridor.count_usage` writes them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from psycopg.rows import TupleRow

from corridor.access.v1.oauth_client_pb2 import OAuthClientSettings
from corridor.usage.v1.method_usage_pb2 import FIELD_DIRECTION_READ, FIELD_DIRECTION_SENT, UsageCaller
from server.kit.context import Caller, Context
from server.store.engine import Connection
from server.store.sealed import API_KEY_TITLE, OAUTH_CLIENT

CALL, SENT, READ = 0, int(FIELD_DIRECTION_SENT), int(FIELD_DIRECTION_READ)

_ADD = "SELECT corridor.count_usage(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
_FORGET = "SELECT corridor.forget_usage(%s, %s)"
_TENANTS = "SELECT company_id, environment FROM corridor.usage_tenants(%s, %s)"
_MINE = "company_id = corridor.bound_company() AND environment = corridor.bound_environment()"
_CALLS = f"""
SELECT method, caller_kind, caller_id, sum(calls)::bigint, sum(sampled)::bigint, min(usage_date), max(usage_date)
FROM corridor.usage_counts
WHERE {_MINE} AND field = '' AND usage_date BETWEEN %(first)s AND %(last)s
    AND (%(method)s = '' OR method = %(method)s) AND (%(caller_id)s = '' OR caller_id = %(caller_id)s)
    AND (method, caller_kind, caller_id) > (%(after_method)s, %(after_kind)s, %(after_caller)s)
GROUP BY method, caller_kind, caller_id ORDER BY method, caller_kind, caller_id LIMIT %(limit)s
"""
_FIELDS = f"""
SELECT u.method, u.caller_kind, u.caller_id, u.field, u.direction, sum(u.calls)::bigint
FROM corridor.usage_counts u
JOIN unnest(%(methods)s::text[], %(kinds)s::smallint[], %(callers)s::text[]) AS w (method, caller_kind, caller_id)
    USING (method, caller_kind, caller_id)
WHERE {_MINE} AND u.field <> '' AND u.usage_date BETWEEN %(first)s AND %(last)s
GROUP BY u.method, u.caller_kind, u.caller_id, u.field, u.direction
ORDER BY u.method, u.caller_kind, u.caller_id, u.field, u.direction
"""
# A deprecated element is a method, by its calls, or a field, through whatever method.
_OF_ELEMENTS = f"""
SELECT CASE WHEN field = '' THEN method ELSE field END, method, caller_kind, caller_id, sum(calls)::bigint,
    max(usage_date)
FROM corridor.usage_counts
WHERE {_MINE} AND usage_date BETWEEN %(first)s AND %(last)s
    AND (field = ANY (%(fields)s) OR (field = '' AND method = ANY (%(methods)s)))
GROUP BY 1, 2, 3, 4
"""
_KEYS = "SELECT api_key_id, title FROM corridor.api_keys WHERE api_key_id = ANY (%s)"
_CLIENTS = "SELECT oauth_client_id, message FROM corridor.oauth_clients WHERE oauth_client_id = ANY (%s)"
_WARN = """
INSERT INTO corridor.usage_warnings (company_id, environment, element, sunset_date, level, create_time)
VALUES (%s, %s, %s, %s, %s, clock_timestamp()) ON CONFLICT DO NOTHING RETURNING true
"""


class Key(NamedTuple):
    """Of what a row tells. An empty field is the call itself."""

    company_id: str
    environment: int
    method: str
    field: str
    direction: int
    caller_kind: int
    caller_id: str
    day: date


@dataclass(slots=True)
class Count:
    """How much: calls, and of the rows of calls those whose fields were looked at."""

    calls: int
    sampled: int


class Row(NamedTuple):
    """How often a caller called a method in some days."""

    method: str
    caller_kind: int
    caller_id: str
    calls: int
    sampled: int
    first: date
    last: date

    @property
    def key(self) -> tuple[str, int, str]:
        """The order of lists."""
        return self.method, self.caller_kind, self.caller_id


class FieldRow(NamedTuple):
    """In how many of them a field was used."""

    method: str
    caller_kind: int
    caller_id: str
    field: str
    direction: int
    calls: int


class ElementRow(NamedTuple):
    """How often a caller used a deprecated element through a method."""

    element: str
    method: str
    caller_kind: int
    caller_id: str
    calls: int
    last: date


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which counts: from a first to a last day, of a method and a caller if they are named."""

    first: date
    last: date
    method: str = ""
    caller_id: str = ""


START = ("", 0, "")


def add(connection: Connection, counts: Mapping[Key, Count]) -> None:
    """Add counts of any companies to those that are there, in one statement."""
    columns = list(zip(*counts, strict=True))
    calls = [[each.calls for each in counts.values()], [each.sampled for each in counts.values()]]
    connection.execute(_ADD, [*map(list, columns), *calls])


def forget(connection: Connection, before: date, at_once: int) -> int:
    """Remove what is older, of every company, up to a number of rows; how many it were."""
    row = connection.execute(_FORGET, (before, at_once)).fetchone()
    assert row is not None
    return int(row[0])


def tenants(connection: Connection, first: date, elements: Collection[str] | None = None) -> list[tuple[str, int]]:
    """Companies and environments that have used something since a day, or one of some elements."""
    return connection.execute(_TENANTS, (first, None if elements is None else list(elements))).fetchall()


def calls(connection: Connection, wanted: Wanted, limit: int, after: tuple[str, int, str] = START) -> list[Row]:
    """Counts of the bound company by method and caller, after one of them."""
    values = {
        "first": wanted.first, "last": wanted.last, "method": wanted.method, "caller_id": wanted.caller_id,
        "after_method": after[0], "after_kind": after[1], "after_caller": after[2], "limit": limit,
    }  # fmt: skip
    return [Row(*row) for row in connection.execute(_CALLS, values).fetchall()]


def fields(connection: Connection, wanted: Wanted, rows: Iterable[Row]) -> list[FieldRow]:
    """What fields were used in the calls of some rows, in their order."""
    columns: Sequence[tuple[object, ...]] = list(zip(*(row.key for row in rows), strict=True)) or [(), (), ()]
    values = {"first": wanted.first, "last": wanted.last} | dict(
        zip(("methods", "kinds", "callers"), map(list, columns), strict=True)
    )
    return [FieldRow(*row) for row in connection.execute(_FIELDS, values).fetchall()]


def elements(
    connection: Connection, wanted: Wanted, methods: Collection[str], names: Collection[str]
) -> list[ElementRow]:
    """Who of the bound company used which of some methods and fields."""
    values = {"first": wanted.first, "last": wanted.last, "methods": list(methods), "fields": list(names)}
    return [ElementRow(*row) for row in connection.execute(_OF_ELEMENTS, values).fetchall()]


def callers(
    connection: Connection, who: Caller, ids: Collection[tuple[int, str]]
) -> Mapping[tuple[int, str], UsageCaller]:
    """Callers of the bound company by kind and id, with what they are for."""
    wanted = [caller_id for _, caller_id in ids]
    titles = {key: _title(connection, who, key, title) for key, title in _rows(connection, _KEYS, wanted)}
    for client_id, message in _rows(connection, _CLIENTS, wanted):
        opened = OAUTH_CLIENT.open(connection.seals, who, message, client_id)
        titles[client_id] = OAuthClientSettings.FromString(opened).title
    return {
        (kind, caller_id): UsageCaller(
            kind=kind,  # type: ignore[arg-type] # as stored
            caller_id=caller_id,
            title=titles.get(caller_id, ""),
        )
        for kind, caller_id in ids
    }


def first_warning(connection: Connection, context: Context, element: str, sunset: date, level: int) -> bool:
    """Note that the bound company is warned; whether it was not before."""
    values = (context.who.company_id, context.who.environment, element, sunset, level)
    return connection.execute(_WARN, values).fetchone() is not None


def _rows(connection: Connection, query: str, ids: Sequence[str]) -> list[TupleRow]:
    return connection.execute(query, (list(ids),)).fetchall()


def _title(connection: Connection, who: Caller, api_key_id: str, title: str) -> str:
    return API_KEY_TITLE.open_text(connection.seals, who, title, api_key_id)
