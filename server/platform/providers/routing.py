"""Which connection is tried next. Only a provider that certainly did nothing is ever followed by another.

Routes are data of the company; `choose` decides from a route and the number of tries, and does no I/O.
In the live environment the stages of the providers decide what of a route may send.
"""

from dataclasses import dataclass

from corridor.operations.v1 import work_item_pb2
from corridor.providers.v1 import route_pb2
from corridor.providers.v1.route_pb2 import Route
from corridor.type.v1.rail_pb2 import Rail
from server.kit.context import Context
from server.platform.providers import stages
from server.store.engine import Connection

# How often a provider is tried while it does nothing, before the standby is.
TRIES_BEFORE_STANDBY = 3
# How often providers are tried altogether before a person is asked.
TRIES_BEFORE_PERSON = 12

_FIND = """
SELECT route_id, domain, rail, mode, primary_connection_id, coalesce(standby_connection_id, '')
FROM corridor.routes WHERE company_id = %s AND environment = %s AND domain = %s AND rail IN (%s, 0)
ORDER BY rail DESC LIMIT 1
"""
# Stages of the providers of the two connections; 1, intake, for what was never set.
_STAGES = """
SELECT c.connection_id, coalesce(s.stage, 1) FROM corridor.connections c LEFT JOIN corridor.provider_stages s
    ON s.company_id = c.company_id AND s.environment = c.environment AND s.provider = c.provider
WHERE c.company_id = %s AND c.environment = %s AND c.connection_id IN (%s, %s)
"""

_STILL = "SELECT pg_advisory_xact_lock_shared(hashtextextended('routes/' || %s || '/' || %s::text, 0))"
_CHANGING = "SELECT pg_advisory_xact_lock(hashtextextended('routes/' || %s || '/' || %s::text, 0))"


@dataclass(frozen=True, slots=True)
class Use:
    """Send it over this connection."""

    connection_id: str


@dataclass(frozen=True, slots=True)
class Wait:
    """Send nothing now; it is taken up again when the route changes."""

    why: str


@dataclass(frozen=True, slots=True)
class AskPerson:
    """Send nothing; a person has to decide."""

    kind: int  # corridor.operations.v1.WorkItemKind
    why: str


Choice = Use | Wait | AskPerson


def find(connection: Connection, context: Context, domain: str, rail: "Rail.ValueType") -> Route | None:
    """The company's route for the rail, or for every rail, as it may be used now.

    In the live environment a standby whose provider's stage lets it send nothing is left out; where the primary's does
    not, the route queues, as if it were off.
    """
    who = context.who
    row = connection.execute(_FIND, (who.company_id, who.environment, domain, rail)).fetchone()
    if row is None:
        return None
    route_id, domain, rail, mode, primary, standby = row
    route = Route(
        route_id=route_id,
        domain=domain,
        rail=rail,
        mode=mode,
        primary_connection_id=primary,
        standby_connection_id=standby,
        environment=who.environment,
    )
    if who.live and mode == route_pb2.ROUTE_MODE_ON:
        _gate(connection, context, route)
    return route


def _gate(connection: Connection, context: Context, route: Route) -> None:
    who = context.who
    named = (route.primary_connection_id, route.standby_connection_id)
    found: dict[str, int] = dict(connection.execute(_STAGES, (who.company_id, who.environment, *named)).fetchall())
    if found.get(route.standby_connection_id) not in stages.STANDBY:
        route.standby_connection_id = ""
    if found.get(route.primary_connection_id) not in stages.PRIMARY:
        route.mode = route_pb2.ROUTE_MODE_QUEUE


def keep_still(connection: Connection, context: Context) -> None:
    """Let no route of the company change until the caller's transaction ends, so that what parks is not overlooked."""
    connection.execute(_STILL, (context.who.company_id, context.who.environment))


def about_to_change(connection: Connection, context: Context) -> None:
    """Wait for whoever parks work for the company's routes; the caller's transaction changes one, and unparks."""
    connection.execute(_CHANGING, (context.who.company_id, context.who.environment))


def choose(route: Route | None, tries: int) -> Choice:
    """Where to send next, at the given try: the first is 1. Every try before must certainly have done nothing."""
    if route is None:
        return AskPerson(work_item_pb2.WORK_ITEM_KIND_NO_ROUTE, "No route serves this rail.")
    if route.mode == route_pb2.ROUTE_MODE_QUEUE:
        return Wait("The route is off, or its provider's stage lets it send nothing; work waits for it.")
    if route.mode == route_pb2.ROUTE_MODE_WORK_ITEM:
        return AskPerson(work_item_pb2.WORK_ITEM_KIND_NO_ROUTE, "The route is off; a person decides.")
    if tries > TRIES_BEFORE_PERSON:
        return AskPerson(work_item_pb2.WORK_ITEM_KIND_EXHAUSTED, f"No provider took it in {tries - 1} tries.")
    if route.standby_connection_id and (tries - 1) % (2 * TRIES_BEFORE_STANDBY) >= TRIES_BEFORE_STANDBY:
        return Use(route.standby_connection_id)
    return Use(route.primary_connection_id)
