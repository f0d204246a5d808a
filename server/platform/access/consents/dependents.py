"""Rows of what rests on a consent. What was live when a consent ended is stopped, also if it is granted again."""

from corridor.access.v1 import consent_pb2
from corridor.access.v1.consent_pb2 import (
    CONSENT_DEPENDENT_STATE_LIVE,
    CONSENT_DEPENDENT_STATE_STOPPING,
    ConsentDependent,
    ConsentDependentKind,
    ConsentDependentState,
)
from server.kit.context import Context
from server.kit.paging import Page
from server.store import pages
from server.store.engine import Connection

PAYOUT = consent_pb2.CONSENT_DEPENDENT_KIND_PAYOUT
OAUTH_GRANT = consent_pb2.CONSENT_DEPENDENT_KIND_OAUTH_GRANT
PROVIDER_GRANT = consent_pb2.CONSENT_DEPENDENT_KIND_PROVIDER_GRANT
STOPPED = consent_pb2.CONSENT_DEPENDENT_STATE_STOPPED
LEFT = consent_pb2.CONSENT_DEPENDENT_STATE_LEFT_TO_FINISH
NOT_STOPPED = consent_pb2.CONSENT_DEPENDENT_STATE_NOT_STOPPED
STOPPING = CONSENT_DEPENDENT_STATE_STOPPING

_ADD = "INSERT INTO corridor.consent_dependents VALUES (%s, %s, %s, %s, %s, %s, clock_timestamp(), NULL)"
_ONE_CONSENT = "company_id = %s AND environment = %s AND consent_id = %s"
_STOP = f"UPDATE corridor.consent_dependents SET state = %s WHERE {_ONE_CONSENT} AND state = %s"
_STOPPING = f"""
SELECT dependent_id FROM corridor.consent_dependents WHERE {_ONE_CONSENT} AND state = %s AND kind = %s
ORDER BY dependent_id LIMIT %s
"""
_LIVE = f"SELECT 1 FROM corridor.consent_dependents WHERE {_ONE_CONSENT} AND dependent_id = %s AND state = %s"
_NOTE = f"""
UPDATE corridor.consent_dependents SET state = %s, end_time = clock_timestamp()
WHERE {_ONE_CONSENT} AND dependent_id = %s AND state <> %s
"""
_SELECT = "SELECT dependent_id, kind, state, create_time, end_time FROM corridor.consent_dependents"


def add(
    connection: Connection,
    context: Context,
    consent_id: str,
    kind: "ConsentDependentKind.ValueType",
    dependent_id: str,
) -> None:
    """Record that something rests on a consent. The caller has seen in this transaction that it is in force."""
    who = context.who
    values = (who.company_id, who.environment, consent_id, dependent_id, kind, CONSENT_DEPENDENT_STATE_LIVE)
    connection.execute(_ADD, values)


def stop_all(connection: Connection, context: Context, consent_id: str) -> None:
    """Everything that is live on a consent is to be stopped; the consent is locked by the caller."""
    values = (CONSENT_DEPENDENT_STATE_STOPPING, *_key(context, consent_id), CONSENT_DEPENDENT_STATE_LIVE)
    connection.execute(_STOP, values)


def stopping(
    connection: Connection, context: Context, consent_id: str, kind: "ConsentDependentKind.ValueType", limit: int
) -> list[str]:
    """Ids of what is to be stopped."""
    values = (*_key(context, consent_id), CONSENT_DEPENDENT_STATE_STOPPING, kind, limit)
    return [row[0] for row in connection.execute(_STOPPING, values).fetchall()]


def is_live(connection: Connection, context: Context, consent_id: str, dependent_id: str) -> bool:
    """Whether something goes on resting on a consent."""
    values = (*_key(context, consent_id), dependent_id, CONSENT_DEPENDENT_STATE_LIVE)
    return connection.execute(_LIVE, values).fetchone() is not None


def note(
    connection: Connection,
    context: Context,
    consent_id: str,
    dependent_id: str,
    state: "ConsentDependentState.ValueType",
) -> None:
    """Record what has become of something."""
    connection.execute(_NOTE, (state, *_key(context, consent_id), dependent_id, state))


def page(
    connection: Connection, context: Context, consent_id: str, wanted: Page
) -> tuple[list[ConsentDependent], bool]:
    """A page of what rests on a consent, by falling id, and whether there is more."""
    where = {"consent_id": consent_id}
    rows, more = pages.newest_first(connection, context, _SELECT, key="dependent_id", page=wanted, where=where)
    found = []
    for dependent_id, kind, state, create_time, end_time in rows:
        dependent = ConsentDependent(kind=kind, dependent_id=dependent_id, state=state)
        dependent.create_time.FromDatetime(create_time)
        if end_time:
            dependent.end_time.FromDatetime(end_time)
        found.append(dependent)
    return found, more


def _key(context: Context, consent_id: str) -> tuple[str, int, str]:
    return context.who.company_id, context.who.environment, consent_id
