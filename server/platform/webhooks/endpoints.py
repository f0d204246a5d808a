"""Rows of endpoints. Whatever changes whether an endpoint receives holds its row locked until the end."""

from psycopg.rows import TupleRow

from corridor.webhooks.v1.endpoint_pb2 import (
    WEBHOOK_ENDPOINT_STATE_DISABLED,
    WEBHOOK_ENDPOINT_STATE_ENABLED,
    WEBHOOK_ENDPOINT_STATE_PAUSED,
    WebhookEndpoint,
)
from server.kit import ids
from server.kit.context import Context
from server.kit.paging import Page
from server.platform.webhooks import signing
from server.store import pages, secrets, work
from server.store.engine import Connection
from server.store.sealed import ENDPOINT_URL
from server.store.secrets import Keyring

DELIVER = "webhooks.deliver"
ENDPOINTS_AT_MOST = 20  # in one environment of a company

_COLUMNS = """webhook_endpoint_id, url, event_types, state, environment, create_time, update_time, failing_since_time,
    payload_version,
    (SELECT count(*) FROM corridor.secrets s
     WHERE s.company_id = webhook_endpoints.company_id AND s.environment = webhook_endpoints.environment
        AND s.owner_id = webhook_endpoint_id AND (s.expire_time IS NULL OR s.expire_time > clock_timestamp()))"""
_SELECT = f"SELECT {_COLUMNS} FROM corridor.webhook_endpoints"
_KEY = "company_id = %(company_id)s AND environment = %(environment)s AND webhook_endpoint_id = %(endpoint_id)s"
_ONE = f"{_SELECT} WHERE {_KEY} AND delete_time IS NULL"
_LOCK_COMPANY = "SELECT pg_advisory_xact_lock(hashtextextended('webhook_endpoints/' || %s || '/' || %s::text, 0))"
_COUNT = """
SELECT count(*) FROM corridor.webhook_endpoints WHERE company_id = %s AND environment = %s AND delete_time IS NULL
"""
_CREATE = """
INSERT INTO corridor.webhook_endpoints
VALUES (%s, %s, %s, %s, %s, %s, NULL, clock_timestamp(), clock_timestamp(), NULL, %s)
"""
# A new address, and an endpoint that is switched on, start without a past.
_UPDATE = f"""
UPDATE corridor.webhook_endpoints SET url = %(url)s, event_types = %(event_types)s, state = %(state)s,
    payload_version = %(payload_version)s,
    failing_since_time = CASE WHEN %(same_url)s AND state IN ({WEBHOOK_ENDPOINT_STATE_ENABLED}, %(state)s)
        THEN failing_since_time END,
    update_time = clock_timestamp()
WHERE {_KEY}
"""
_DELETE = f"""
UPDATE corridor.webhook_endpoints
SET delete_time = clock_timestamp(), update_time = clock_timestamp(), state = {WEBHOOK_ENDPOINT_STATE_DISABLED}
WHERE {_KEY}
"""
# Every delivery that waits has one piece of work, so the work names them without a walk through the whole log.
_GIVE_UP = """
WITH gone AS (
    DELETE FROM corridor.work WHERE company_id = %(company_id)s AND kind = %(kind)s
        AND lane >= %(endpoint_id)s || '/' AND lane < %(endpoint_id)s || '0'
    RETURNING resource_id)
UPDATE corridor.deliveries d SET state = 3, end_time = clock_timestamp() FROM gone
WHERE d.company_id = %(company_id)s AND d.environment = %(environment)s AND d.delivery_id = gone.resource_id
    AND d.state = 1
"""


def create(
    connection: Connection, context: Context, ring: Keyring, url: str, event_types: list[str], version: int
) -> tuple[WebhookEndpoint, str] | None:
    """Store a new endpoint; it and its first secret. None if the company has as many as it may have."""
    who = context.who
    connection.execute(_LOCK_COMPANY, (who.company_id, who.environment))
    row = connection.execute(_COUNT, (who.company_id, who.environment)).fetchone()
    if row is None or row[0] >= ENDPOINTS_AT_MOST:
        return None
    endpoint_id, secret = ids.new("we"), signing.new_secret()
    sealed = ENDPOINT_URL.seal_text(connection.seals, who, url, endpoint_id)
    values = (who.company_id, who.environment, endpoint_id, sealed, event_types, WEBHOOK_ENDPOINT_STATE_ENABLED)
    connection.execute(_CREATE, (*values, version))
    secrets.put(connection, context, ring, endpoint_id, signing.SECRET_NAME, secret)
    return _existing(connection, context, endpoint_id), secret


def get(connection: Connection, context: Context, endpoint_id: str, *, lock: bool = False) -> WebhookEndpoint | None:
    """One endpoint that is not deleted; `lock` keeps it as it is until the transaction ends."""
    row = connection.execute(_ONE + (" FOR UPDATE" if lock else ""), _key(context, endpoint_id)).fetchone()
    return _endpoint(connection, context, row) if row else None


def page(connection: Connection, context: Context, wanted: Page) -> tuple[list[WebhookEndpoint], bool]:
    """A page of endpoints, the newest first, and whether there are more."""
    select = (
        f"SELECT * FROM (SELECT company_id, {_COLUMNS} FROM corridor.webhook_endpoints WHERE delete_time IS NULL) e"
    )
    rows, more = pages.newest_first(connection, context, select, key="webhook_endpoint_id", page=wanted)
    return [_endpoint(connection, context, row[1:]) for row in rows], more


def update(
    connection: Connection,
    context: Context,
    before: WebhookEndpoint,
    url: str,
    event_types: list[str],
    state: int,
    version: int,
) -> WebhookEndpoint:
    """Change a locked endpoint. Enabling a paused one sends what waits, disabling one gives that up."""
    endpoint_id = before.webhook_endpoint_id
    sealed = ENDPOINT_URL.seal_text(connection.seals, context.who, url, endpoint_id)
    new = {"url": sealed, "same_url": url == before.url, "event_types": event_types, "state": state}
    new["payload_version"] = version
    connection.execute(_UPDATE, _key(context, endpoint_id) | new)
    if state == WEBHOOK_ENDPOINT_STATE_DISABLED:
        _give_up(connection, context, endpoint_id)
    elif before.state == WEBHOOK_ENDPOINT_STATE_PAUSED != state:
        waiting = (work.State.PARKED, work.State.READY)
        who = context.who
        work.bring_back(connection, who.company_id, who.environment, DELIVER, f"{endpoint_id}/%", *waiting)
    return _existing(connection, context, endpoint_id)


def delete(connection: Connection, context: Context, endpoint_id: str) -> None:
    """Remove a locked endpoint: what waits for it is given up, its secrets end, its deliveries stay in the log."""
    connection.execute(_DELETE, _key(context, endpoint_id))
    secrets.retire(connection, context, endpoint_id, signing.SECRET_NAME, but="", after_hours=0)
    _give_up(connection, context, endpoint_id)


def rotate(
    connection: Connection, context: Context, ring: Keyring, endpoint_id: str, overlap_hours: int
) -> tuple[WebhookEndpoint, str]:
    """Give a locked endpoint a new secret; the newest one before it goes on for a while, older ones end at once."""
    before = secrets.active(connection, context, ring, endpoint_id)
    name, secret = signing.SECRET_NAME, signing.new_secret()
    if before:
        secrets.retire(connection, context, endpoint_id, name, but=before[0].secret_id, after_hours=0)
    new = secrets.put(connection, context, ring, endpoint_id, name, secret)
    secrets.retire(connection, context, endpoint_id, name, but=new, after_hours=overlap_hours)
    return _existing(connection, context, endpoint_id), secret


def _give_up(connection: Connection, context: Context, endpoint_id: str) -> None:
    connection.execute(_GIVE_UP, _key(context, endpoint_id) | {"kind": DELIVER})


def _existing(connection: Connection, context: Context, endpoint_id: str) -> WebhookEndpoint:
    found = get(connection, context, endpoint_id)
    assert found is not None  # its row is locked, or new in this transaction
    return found


def _key(context: Context, endpoint_id: str) -> dict[str, object]:
    who = context.who
    return {"company_id": who.company_id, "environment": who.environment, "endpoint_id": endpoint_id}


def _endpoint(connection: Connection, context: Context, row: TupleRow) -> WebhookEndpoint:
    endpoint_id, url, event_types, state, environment, created, updated, failing_since, version, active_secrets = row
    endpoint = WebhookEndpoint(
        webhook_endpoint_id=endpoint_id,
        url=ENDPOINT_URL.open_text(connection.seals, context.who, url, endpoint_id),
        event_types=event_types,
        state=state,
        environment=environment,
        active_secrets=active_secrets,
        payload_version=f"v{version}",
    )
    endpoint.create_time.FromDatetime(created)
    endpoint.update_time.FromDatetime(updated)
    if failing_since:
        endpoint.failing_since_time.FromDatetime(failing_since)
    return endpoint
