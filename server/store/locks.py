"""Locks on what may have no row yet, within a transaction: whoever else asks for the same waits until it ends."""

from server.kit.context import Context
from server.store.engine import Connection

_ALONE = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"


def alone(connection: Connection, context: Context, what: str) -> None:
    """Let nobody else of the caller's company and environment change something until the transaction ends."""
    connection.execute(_ALONE, (f"{what} of {context.who.company_id} in {context.who.environment}",))
