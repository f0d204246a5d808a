"""What is yet to be done about one resource, looked at and taken up again by a person's wish.

Work that a worker holds at the moment is never touched: its holder decides what becomes of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from server.kit.context import Context
from server.store.engine import Connection
from server.store.work import State

# Each half by an index of its own.
_SELECT = """
SELECT work_id, kind, state, tries, run_time, lease_time > clock_timestamp(), run_time <= clock_timestamp(), error,
    directed_to
FROM corridor.work WHERE company_id = %(company)s AND environment = %(environment)s AND resource_id = %(resource)s
"""
_OF = f"{_SELECT} AND (lane = ANY (%(lanes)s) AND state <> 1 OR lane = ANY (%(lanes)s) AND state = 1) ORDER BY work_id"
_OF_RESOURCE = f"{_SELECT} ORDER BY work_id LIMIT 100"
_TAKE_UP = """
UPDATE corridor.work SET state = 0, tries = 0, run_time = clock_timestamp(), lease_time = NULL, directed_to = %s
WHERE company_id = %s AND environment = %s AND work_id = %s AND (lease_time IS NULL OR lease_time < clock_timestamp())
"""


@dataclass(frozen=True, slots=True)
class Pending:
    """One piece of work of a resource."""

    work_id: int
    kind: str
    state: State
    tries: int
    run_time: datetime
    is_held: bool  # by a worker, at this moment
    is_due: bool
    error: str
    directed_to: str


def of(connection: Connection, context: Context, resource_id: str, lanes: Sequence[str]) -> list[Pending]:
    """The work of a resource in some lanes, the first one first."""
    return _found(connection, context, _OF, resource_id, lanes)


def of_resource(connection: Connection, context: Context, resource_id: str) -> list[Pending]:
    """All work of a resource, in whatever lane; walks over the company's work, and so is for people's looks only."""
    return _found(connection, context, _OF_RESOURCE, resource_id, ())


def _found(
    connection: Connection, context: Context, query: str, resource_id: str, lanes: Sequence[str]
) -> list[Pending]:
    who = context.who
    values = {"company": who.company_id, "environment": who.environment, "resource": resource_id, "lanes": list(lanes)}
    return [
        Pending(work_id, kind, State(state), tries, run_time, bool(held), due, error, directed_to)
        for work_id, kind, state, tries, run_time, held, due, error, directed_to in connection.execute(query, values)
    ]


def take_up(connection: Connection, context: Context, piece: Pending, directed_to: str = "") -> bool:
    """Make a piece of work due now, as if it had never been tried; False while a worker holds it.

    `directed_to`: the connection over which it is to be done; without one the rules choose.
    """
    who = context.who
    values = (directed_to, who.company_id, who.environment, piece.work_id)
    return connection.execute(_TAKE_UP, values).rowcount > 0
