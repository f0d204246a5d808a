"""What can be decided about where something goes, and the locks that keep what decisions rest on as it is.

Rule: only a provider that certainly did nothing is ever followed by another. Who decides is `server.platform.routing`.
"""

from dataclasses import dataclass

from server.kit.context import Context
from server.store.engine import Connection

_STILL = "SELECT pg_advisory_xact_lock_shared(hashtextextended('routes/' || %s || '/' || %s::text, 0))"
_CHANGING = "SELECT pg_advisory_xact_lock(hashtextextended('routes/' || %s || '/' || %s::text, 0))"


@dataclass(frozen=True, slots=True)
class Use:
    """Send it over this connection."""

    connection_id: str


@dataclass(frozen=True, slots=True)
class Wait:
    """Send nothing now; it is taken up again when the route changes, and before that where time alone can change it."""

    why: str
    again_seconds: float = 0.0
    """In how many seconds rules may say something else by themselves; 0 for never."""


@dataclass(frozen=True, slots=True)
class AskPerson:
    """Send nothing; a person has to decide."""

    kind: int  # corridor.operations.v1.WorkItemKind
    why: str


@dataclass(frozen=True, slots=True)
class Later:
    """Nothing can take it at the moment; it is decided again after so many seconds. That counts as no try."""

    after_seconds: float
    why: str


Choice = Use | Wait | AskPerson | Later


def keep_still(connection: Connection, context: Context) -> None:
    """Let no route of the company change until the caller's transaction ends, so that what parks is not overlooked."""
    connection.execute(_STILL, (context.who.company_id, context.who.environment))


def about_to_change(connection: Connection, context: Context) -> None:
    """Wait for whoever parks work for the company's routes; the caller's transaction changes one, and unparks."""
    connection.execute(_CHANGING, (context.who.company_id, context.who.environment))
