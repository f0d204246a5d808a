"""Attempts: one row per call to a provider, written before the call leaves and closed when its end is known.

An attempt that is still open when somebody else takes over may have acted: its outcome is unknown.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import IntEnum

from psycopg.rows import TupleRow

from adapters.kit.call import Exchange
from corridor.routing.v1.route_decision_pb2 import RouteDecision
from server.kit import ids
from server.kit.context import Caller, Context
from server.store import route_decisions
from server.store.engine import Connection
from server.store.sealed import ATTEMPT_CODE, ATTEMPT_DETAIL, EXCHANGES
from server.store.seals import Seals


class Outcome(IntEnum):
    """How a provider call ended. The numbers are stored."""

    OPEN = 0
    ANSWERED = 1
    REJECTED = 2
    UNAVAILABLE = 3
    UNKNOWN = 4
    MISCONFIGURED = 5
    UNMAPPED = 6


@dataclass(frozen=True, slots=True)
class Attempt:
    """One call to a provider for one resource."""

    attempt_id: str
    resource_id: str
    connection_id: str
    provider: str
    operation: str
    outcome: Outcome
    code: str
    detail: str
    start_time: datetime


_EXCHANGE = tuple(field.name for field in fields(Exchange))  # `asdict` copies every value, for nothing

_OPEN = """
INSERT INTO corridor.attempts VALUES (%s, %s, %s, %s, %s, %s, %s, 0, '', '', '[]', %s, clock_timestamp(), NULL)
"""
_OPEN_DECIDED = f"WITH opened AS ({_OPEN}) INSERT INTO corridor.route_decisions VALUES ({route_decisions.ROW})"
_CLOSE = """
UPDATE corridor.attempts SET outcome = %s, code = %s, detail = %s, exchanges = %s, end_time = clock_timestamp()
WHERE company_id = %s AND environment = %s AND attempt_id = %s AND outcome = 0
"""
_ONE = """
SELECT attempt_id, resource_id, connection_id, provider, operation, outcome, code, detail, start_time
FROM corridor.attempts WHERE company_id = %s AND environment = %s AND attempt_id = %s
"""
_OF = """
SELECT attempt_id, resource_id, connection_id, provider, operation, outcome, code, detail, start_time
FROM corridor.attempts WHERE company_id = %s AND environment = %s AND resource_id = %s AND operation = %s
ORDER BY attempt_id
"""


def open_attempt(
    connection: Connection,
    context: Context,
    resource_id: str,
    connection_id: str,
    provider: str,
    operation: str,
    decision: RouteDecision | None = None,
) -> str:
    """Record that a provider is about to be called, and by which decision; the attempt's id."""
    attempt_id = ids.new("att")
    who = context.who
    values = (
        who.company_id,
        who.environment,
        attempt_id,
        resource_id,
        connection_id,
        provider,
        operation,
        context.correlation_id,
    )
    if decision is None:
        connection.execute(_OPEN, values)
    else:
        decided = route_decisions.row(connection.seals, context, decision, attempt_id)
        connection.execute(_OPEN_DECIDED, (*values, *decided))
    return attempt_id


def close_attempt(
    connection: Connection,
    context: Context,
    attempt_id: str,
    outcome: Outcome,
    *,
    code: str = "",
    detail: str = "",
    exchanges: Sequence[Exchange] = (),
) -> None:
    """Record how a provider call ended, with the redacted exchange. The first close counts."""
    who = context.who
    told = words(connection.seals, who, attempt_id, code, detail, exchanges)
    connection.execute(_CLOSE, (outcome, *told, who.company_id, who.environment, attempt_id))


def words(
    seals: Seals, who: Caller, attempt_id: str, code: str, detail: str, exchanges: Sequence[Exchange]
) -> list[str]:
    """Code, detail and exchanges of an attempt as they are stored."""
    kept = json.dumps([{name: getattr(each, name) for name in _EXCHANGE} for each in exchanges], ensure_ascii=False)
    return [
        column.seal_text(seals, who, text, attempt_id)
        for column, text in ((ATTEMPT_CODE, code), (ATTEMPT_DETAIL, detail), (EXCHANGES, kept))
    ]


def of(connection: Connection, context: Context, resource_id: str, operation: str) -> list[Attempt]:
    """Every attempt of one operation for a resource, the first one first."""
    who = context.who
    rows = connection.execute(_OF, (who.company_id, who.environment, resource_id, operation)).fetchall()
    return [_attempt(connection, context, row) for row in rows]


def get(connection: Connection, context: Context, attempt_id: str) -> Attempt | None:
    """One attempt of the caller's company."""
    who = context.who
    row = connection.execute(_ONE, (who.company_id, who.environment, attempt_id)).fetchone()
    return _attempt(connection, context, row) if row else None


def _attempt(connection: Connection, context: Context, row: TupleRow) -> Attempt:
    attempt_id, resource_id, connection_id, provider, operation, outcome, code, detail, start_time = row
    return Attempt(
        attempt_id,
        resource_id,
        connection_id,
        provider,
        operation,
        Outcome(outcome),
        ATTEMPT_CODE.open_text(connection.seals, context.who, code, attempt_id),
        ATTEMPT_DETAIL.open_text(connection.seals, context.who, detail, attempt_id),
        start_time,
    )
