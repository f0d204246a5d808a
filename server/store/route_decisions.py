"""Decisions of routing as they are kept: with the attempt that they led to, or with what was done instead of sending.

A decision never changes once it is stored. What it says of the customer is sealed.
"""

from collections.abc import Sequence

from psycopg.rows import TupleRow

from corridor.routing.v1.route_decision_pb2 import RouteDecision
from server.kit import ids
from server.kit.context import Caller, Context
from server.kit.paging import Page
from server.store import pages
from server.store.engine import Connection
from server.store.sealed import ROUTE_DECISION
from server.store.seals import Seals

ROW = "%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, clock_timestamp()"
"""The row of a decision, by `row`."""

_KEEP = f"INSERT INTO corridor.route_decisions VALUES ({ROW})"
_LAST = """
SELECT choice, coalesce(connection_id, ''), policy_version FROM corridor.route_decisions
WHERE company_id = %s AND environment = %s AND resource_id = %s ORDER BY route_decision_id DESC LIMIT 1
"""
_SELECT = "SELECT route_decision_id, message FROM corridor.route_decisions"
_ONE = f"{_SELECT} WHERE company_id = %s AND environment = %s AND route_decision_id = %s"


def row(seals: Seals, context: Context, record: RouteDecision, attempt_id: str = "") -> list[object]:
    """The values of a decision's row, in the order of `ROW`. The record gets its id, and that of its attempt."""
    who = context.who
    stored = sealed(seals, who, record, attempt_id)
    return [
        who.company_id,
        who.environment,
        record.route_decision_id,
        record.resource_id,
        attempt_id or None,
        record.choice,
        record.connection_id or None,
        record.policy_version,
        stored,
        context.correlation_id,
    ]


def sealed(seals: Seals, who: Caller, record: RouteDecision, attempt_id: str) -> bytes:
    """A decision as it is stored. The record gets its id, and that of its attempt."""
    record.route_decision_id, record.attempt_id = ids.new("rtd"), attempt_id
    return ROUTE_DECISION.seal(seals, who, record.SerializeToString(deterministic=True), record.route_decision_id)


def keep(connection: Connection, context: Context, record: RouteDecision) -> None:
    """Store a decision to send nothing, unless the last one of the resource said the same."""
    who = context.who
    last = connection.execute(_LAST, (who.company_id, who.environment, record.resource_id)).fetchone()
    if last != (record.choice, record.connection_id, record.policy_version):
        connection.execute(_KEEP, row(connection.seals, context, record))


def get(connection: Connection, context: Context, route_decision_id: str) -> RouteDecision | None:
    """A decision of the caller's company and environment."""
    who = context.who
    found = connection.execute(_ONE, (who.company_id, who.environment, route_decision_id)).fetchone()
    return _opened(connection, context, found) if found else None


def page(
    connection: Connection, context: Context, wanted: Page, resource_id: str
) -> tuple[Sequence[RouteDecision], bool]:
    """A page of decisions, the newest first, and whether there are more."""
    where = {"resource_id": resource_id}
    rows, more = pages.newest_first(connection, context, _SELECT, key="route_decision_id", page=wanted, where=where)
    return [_opened(connection, context, each) for each in rows], more


def _opened(connection: Connection, context: Context, found: TupleRow) -> RouteDecision:
    route_decision_id, message = found
    stored = ROUTE_DECISION.open(connection.seals, context.who, message, route_decision_id)
    return RouteDecision.FromString(stored)
