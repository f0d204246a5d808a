"""Connections over which nothing goes, because their provider refuses the credentials. Decisions pass them over.

Rule: whoever holds or releases one has `routing.about_to_change`, so that no decision rests on half of it.
"""

from collections.abc import Iterable

from server.kit.context import Context
from server.store.engine import Connection

_HOLD = """
INSERT INTO corridor.connection_holds VALUES (%s, %s, %s, %s, clock_timestamp()) ON CONFLICT DO NOTHING
"""
_RELEASE = """
DELETE FROM corridor.connection_holds WHERE company_id = %s AND environment = %s AND connection_id = ANY (%s)
"""
_ALL = "SELECT connection_id FROM corridor.connection_holds WHERE company_id = %s AND environment = %s"


def hold(connection: Connection, context: Context, connection_id: str, attempt_id: str) -> None:
    """Send nothing over a connection any more, since the credentials of an attempt were refused."""
    connection.execute(_HOLD, (context.who.company_id, context.who.environment, connection_id, attempt_id))


def release(connection: Connection, context: Context, connection_ids: Iterable[str]) -> bool:
    """Let connections be used again; whether any was held."""
    values = (context.who.company_id, context.who.environment, list(connection_ids))
    return connection.execute(_RELEASE, values).rowcount > 0


def of(connection: Connection, context: Context) -> frozenset[str]:
    """The connections of the caller's company and environment that are held."""
    rows = connection.execute(_ALL, (context.who.company_id, context.who.environment)).fetchall()
    return frozenset(row[0] for row in rows)
