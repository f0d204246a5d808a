"""Incidents as companies see them, and the chore that tells of them.

Rule: an incident is written in the transaction that changes the breaker. What is still to be told of it stands in its
row, and is told in the transaction that notes it: nothing is lost, and nothing told twice.
"""

from datetime import datetime

import psycopg
import structlog
from psycopg.rows import TupleRow

from corridor.options.v1 import method_pb2
from corridor.providers.v1 import provider_incident_pb2 as incident
from corridor.providers.v1.provider_health_pb2 import BreakerState
from corridor.providers.v1.provider_incident_pb2 import ProviderIncident, ProviderIncidentClosed, ProviderIncidentOpened
from corridor.type.v1 import timeline_pb2
from corridor.type.v1.timeline_pb2 import TimelineEntry
from server.kit import ids
from server.kit.context import Caller, Context
from server.kit.errors import Failure
from server.kit.paging import Page
from server.store import events, pages
from server.store.engine import Connection, Store

_log = structlog.get_logger("corridor.health")

_COLUMNS = """provider_incident_id, provider, operation, region, state, why, open_time, close_time, environment, ARRAY(
    SELECT u.connection_id FROM corridor.health_uses u WHERE u.company_id = i.company_id
        AND u.environment = i.environment AND u.breaker = i.breaker ORDER BY u.connection_id LIMIT 100)"""
_SELECT = f"SELECT {_COLUMNS} FROM corridor.provider_incidents i"
_ONE = f"{_SELECT} WHERE company_id = %s AND environment = %s AND provider_incident_id = %s"
_CHANGES = "SELECT * FROM corridor.incident_changes(%s)"
_UNTOLD = "SELECT company_id, environment, provider_incident_id FROM corridor.untold_incidents(%s)"
_PUBLISHED = """
SELECT published FROM corridor.provider_incidents
WHERE company_id = %s AND environment = %s AND provider_incident_id = %s FOR UPDATE
"""
_PUBLISH = """
UPDATE corridor.provider_incidents SET published = %s
WHERE company_id = %s AND environment = %s AND provider_incident_id = %s
"""
_FORGET = "SELECT corridor.forget_health(%s)"
_AT_ONCE = 500
_FORGET_AT_ONCE = 5_000

_CLOSED = incident.PROVIDER_INCIDENT_STATE_CLOSED


def get(connection: Connection, context: Context, provider_incident_id: str) -> ProviderIncident | None:
    """An incident of the caller's company."""
    who = context.who
    row = connection.execute(_ONE, (who.company_id, who.environment, provider_incident_id)).fetchone()
    return _incident(row) if row else None


def page(
    connection: Connection, context: Context, wanted: Page, *, provider: str = "", state: int = 0
) -> tuple[list[ProviderIncident], bool]:
    """A page of incidents, the newest first, and whether there are more."""
    where = {"provider": provider, "state": state}
    rows, more = pages.newest_first(connection, context, _SELECT, key="provider_incident_id", page=wanted, where=where)
    return [_incident(row) for row in rows], more


def timeline(connection: Connection, provider_incident_id: str) -> list[TimelineEntry]:
    """What happened in an incident of the bound company, the earliest first."""
    return [
        _entry(provider_incident_id, state, share, why, time)
        for _, state, _, share, why, time in connection.execute(_CHANGES, (provider_incident_id,)).fetchall()
    ]


def tell(store: Store) -> None:
    """Publish what is still to be told of incidents. A chore."""
    with store.anyone() as connection:
        untold = connection.execute(_UNTOLD, (_AT_ONCE,)).fetchall()
    for company_id, environment, provider_incident_id in untold:
        caller = Caller(method_pb2.CALLER_KIND_UNSPECIFIED, "corridor", company_id, environment)
        request_id = ids.request_id()
        try:
            _tell(store, Context(request_id, request_id, caller=caller), provider_incident_id)
        except (Failure, psycopg.Error):  # one company's trouble must not keep the others from being told
            _log.exception("incident_not_told", company_id=company_id, provider_incident_id=provider_incident_id)


def forget(store: Store) -> None:
    """Remove what is too old to say anything. A chore."""
    with store.anyone() as connection:
        while (row := connection.execute(_FORGET, (_FORGET_AT_ONCE,)).fetchone()) and row[0] >= _FORGET_AT_ONCE:
            pass


def _tell(store: Store, context: Context, provider_incident_id: str) -> None:
    who = context.who
    key = (who.company_id, who.environment, provider_incident_id)
    with store.transaction(who.company_id, who.environment) as connection:
        row = connection.execute(_PUBLISHED, key).fetchone()
        found = get(connection, context, provider_incident_id)
        if row is None or found is None:
            return
        if row[0] < 1:
            opened = ProviderIncident()
            opened.CopyFrom(found)
            opened.state = incident.PROVIDER_INCIDENT_STATE_OPEN
            opened.ClearField("close_time")
            events.publish(
                connection, context, provider_incident_id, 1, ProviderIncidentOpened(provider_incident=opened)
            )
        if found.state == _CLOSED:
            closed = ProviderIncidentClosed(provider_incident=found)
            events.publish(connection, context, provider_incident_id, 2, closed)
        connection.execute(_PUBLISH, (int(found.state), *key))
    _log.warning(
        "provider_incident", provider_incident_id=provider_incident_id, provider=found.provider,
        operation=found.operation, company_id=who.company_id, closed=found.state == _CLOSED,
    )  # fmt: skip


def _incident(row: TupleRow) -> ProviderIncident:
    incident_id, provider, operation, region, state, why, open_time, close_time, environment, connection_ids = row
    found = ProviderIncident(
        provider_incident_id=incident_id,
        provider=provider,
        operation=operation,
        region=region,
        connection_ids=connection_ids,
        state=state,
        why=why,
        environment=environment,
    )
    found.open_time.FromDatetime(open_time)
    if close_time is not None:
        found.close_time.FromDatetime(close_time)
    return found


def _entry(provider_incident_id: str, state: int, share: int, why: str, time: datetime) -> TimelineEntry:
    word = BreakerState.Name(state).removeprefix("BREAKER_STATE_").lower()  # type: ignore[arg-type] # as it was stored
    at = f" at {share} %" if share not in (0, 100) else ""
    entry = TimelineEntry(
        kind=timeline_pb2.TIMELINE_KIND_PROVIDER_HEALTH,
        summary=f"{word.replace('_', ' ')}{at}: {why}",
        record_id=provider_incident_id,
        actor="corridor",
        outcome=word,
    )
    entry.time.FromDatetime(time)
    return entry
