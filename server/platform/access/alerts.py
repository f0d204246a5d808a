"""Security alerts: a credential was used as it should not be. At most one an hour for each credential and kind.

An alert is an event, so that it reaches the company's webhooks; who raises it needs no caller.
"""

from psycopg.rows import TupleRow

from corridor.access.v1.security_alert_pb2 import SecurityAlert, SecurityAlertKind, SecurityAlertRaised
from corridor.options.v1 import method_pb2
from corridor.type.v1.environment_pb2 import Environment
from server.kit import context as contexts
from server.kit import ids
from server.kit.context import Caller, Context
from server.kit.paging import Page
from server.store import events, pages
from server.store.engine import Connection, Store

_COLUMNS = "security_alert_id, kind, credential_id, detail, client_address, create_time"
_SELECT = f"SELECT {_COLUMNS} FROM corridor.security_alerts"
_ALONE = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"
_RECENT = """
SELECT 1 FROM corridor.security_alerts
WHERE company_id = %s AND environment = %s AND credential_id = %s AND kind = %s
    AND create_time > clock_timestamp() - interval '1 hour' LIMIT 1
"""
_RAISE = f"""
INSERT INTO corridor.security_alerts (company_id, environment, {_COLUMNS})
VALUES (%s, %s, %s, %s, %s, %s, %s, clock_timestamp()) RETURNING {_COLUMNS}
"""


def raise_alert(
    store: Store,
    company_id: str,
    environment: "Environment.ValueType",
    kind: "SecurityAlertKind.ValueType",
    resource_id: str,
    detail: str,
    *,
    client_address: str = "",
) -> str:
    """Raise an alert about a credential; its id. Empty where one of the kind was raised within the hour."""
    who = Caller(method_pb2.CALLER_KIND_UNSPECIFIED, "corridor", company_id, environment)
    call = contexts.current_or_none()
    request_id = call.request_id if call else ids.request_id()
    context = Context(request_id, call.correlation_id if call else request_id, caller=who)
    alert_id = ids.new("alert")
    with store.transaction(company_id, environment) as connection:
        connection.execute(_ALONE, (f"corridor alert {kind} {resource_id}",))  # two at once would both see none
        if connection.execute(_RECENT, (company_id, environment, resource_id, kind)).fetchone():
            return ""
        values = (company_id, environment, alert_id, kind, resource_id, detail, client_address)
        row = connection.execute(_RAISE, values).fetchone()
        assert row is not None
        # Each alert is a resource of its own: alerts about one credential need no order among themselves.
        events.publish(connection, context, alert_id, 1, SecurityAlertRaised(security_alert=_alert(row)))
    return alert_id


def page(
    connection: Connection, context: Context, wanted: Page, credential_id: str = ""
) -> tuple[list[SecurityAlert], bool]:
    """A page of alerts, the newest first, and whether there are more."""
    rows, more = pages.newest_first(
        connection, context, _SELECT, key="security_alert_id", page=wanted, where={"credential_id": credential_id}
    )
    return [_alert(row) for row in rows], more


def _alert(row: TupleRow) -> SecurityAlert:
    alert_id, kind, credential_id, detail, client_address, create_time = row
    alert = SecurityAlert(
        security_alert_id=alert_id,
        kind=kind,
        credential_id=credential_id,
        detail=detail,
        client_address=client_address,
    )
    alert.create_time.FromDatetime(create_time)
    return alert
