"""Work items: what a person has to look at. A resource has at most one open item of a kind.

Whoever changes one publishes that in the same transaction: `revision` numbers the changes, and their events.
"""

from google.protobuf.message import Message
from psycopg.rows import TupleRow

from corridor.operations.v1 import work_item_event_pb2, work_item_pb2
from corridor.operations.v1.work_item_pb2 import WORK_ITEM_STATE_OPEN, WORK_ITEM_STATE_RESOLVED, WorkItem
from server.kit import ids
from server.kit.context import Caller, Context
from server.store import aging, events
from server.store.engine import Connection
from server.store.sealed import EVENT, RESOLUTION, SUMMARY

COLUMNS = """work_item_id, resource_id, kind, state, summary, resolution, correlation_id, environment,
    create_time, resolve_time, provider, connection_id, assignee_id, assign_time, alerts, alert_time, revision"""
SELECT = f"SELECT {COLUMNS} FROM corridor.work_items"
_KEY = "company_id = %s AND environment = %s AND work_item_id = %s"
_ONE = f"{SELECT} WHERE {_KEY}"
_OPEN_OF = f"{SELECT} WHERE company_id = %s AND environment = %s AND resource_id = %s AND state = 1"
# One statement: the item and the event that tells of it, or neither where there is one already.
_OPEN = """
WITH opened AS (
    INSERT INTO corridor.work_items (company_id, environment, work_item_id, resource_id, kind, state, summary,
        resolution, correlation_id, create_time, provider, connection_id, next_alert_time, revision)
    SELECT %(company)s, %(environment)s, %(item)s, %(resource)s, %(kind)s, 1, %(summary)s, '', %(correlation)s,
        clock_timestamp(), %(provider)s, %(connection)s,
        clock_timestamp() + make_interval(secs => coalesce((SELECT a.ages_seconds[1] FROM corridor.aging_rules a
            WHERE a.company_id = %(company)s AND a.environment = %(environment)s AND a.kind = %(kind)s), %(first)s)), 1
    ON CONFLICT (company_id, environment, resource_id, kind) WHERE state = 1 DO NOTHING
    RETURNING work_item_id)
SELECT corridor.publish(%(company)s, %(environment)s::smallint, %(event)s, opened.work_item_id, 1, %(type)s,
    %(message)s, %(correlation)s, %(traceparent)s)
FROM opened
"""
_LAST_ATTEMPT = """
SELECT provider, connection_id FROM corridor.attempts
WHERE company_id = %s AND environment = %s AND resource_id = %s ORDER BY attempt_id DESC LIMIT 1
"""
_RESOLVE = f"""
UPDATE corridor.work_items SET state = {WORK_ITEM_STATE_RESOLVED}, resolution = %s, resolve_time = clock_timestamp(),
    revision = revision + 1
WHERE {_KEY} AND state = {WORK_ITEM_STATE_OPEN} RETURNING {COLUMNS}
"""

# What of a resource's domain is told by the prefix of its id.
DOMAINS = {
    "po": "payouts", "pay": "payments", "act": "payments", "ref": "payments", "dsp": "disputes", "in": "webhooks",
    "dlv": "webhooks", "er": "vault", "cns": "consents", "apr": "approvals", "conn": "providers", "swp": "providers",
}  # fmt: skip


def open_item(
    connection: Connection,
    context: Context,
    resource_id: str,
    kind: int,
    summary: str,
    *,
    provider: str = "",
    connection_id: str = "",
) -> None:
    """Ask for a person, unless one was asked for the same reason already. The summary holds no sensitive value.

    Without a provider it is about the one that was called last for the resource.
    """
    who, work_item_id, event_id = context.who, ids.new("wi"), ids.new("evt")
    if not provider:
        row = connection.execute(_LAST_ATTEMPT, (who.company_id, who.environment, resource_id)).fetchone()
        provider, connection_id = row or ("", connection_id)
    item = WorkItem(
        work_item_id=work_item_id,
        resource_id=resource_id,
        kind=work_item_pb2.WorkItemKind.ValueType(kind),
        state=WORK_ITEM_STATE_OPEN,
        environment=who.environment,
        correlation_id=context.correlation_id,
        domain=domain_of(resource_id),
        provider=provider,
        connection_id=connection_id,
        revision=1,
    )
    told = work_item_event_pb2.WorkItemOpened(work_item=item)
    values = {
        "company": who.company_id,
        "environment": who.environment,
        "item": work_item_id,
        "resource": resource_id,
        "kind": kind,
        "summary": SUMMARY.seal_text(connection.seals, who, summary, work_item_id),
        "correlation": context.correlation_id,
        "provider": provider,
        "connection": connection_id,
        "first": (aging.DEFAULT_AGES_SECONDS.get(kind) or (3600,))[0],
        "event": event_id,
        "type": events.type_of(told),
        "message": EVENT.seal(connection.seals, who, told.SerializeToString(deterministic=True), event_id),
        "traceparent": context.traceparent,
    }
    connection.execute(_OPEN, values)


def get(connection: Connection, context: Context, work_item_id: str, *, lock: bool = False) -> WorkItem | None:
    """One work item of the caller's company and environment; `lock` keeps it as it is until the transaction ends."""
    who = context.who
    query = _ONE + (" FOR UPDATE" if lock else "")
    row = connection.execute(query, (who.company_id, who.environment, work_item_id)).fetchone()
    return work_item(connection, who, row) if row else None


def open_of(connection: Connection, context: Context, resource_id: str) -> list[WorkItem]:
    """The open work items of a resource."""
    who = context.who
    rows = connection.execute(_OPEN_OF, (who.company_id, who.environment, resource_id)).fetchall()
    return [work_item(connection, who, row) for row in rows]


def resolve(connection: Connection, context: Context, work_item_id: str, resolution: str) -> WorkItem | None:
    """Close an open work item, and tell of it in the caller's transaction; None if there is no such open one."""
    who = context.who
    sealed = RESOLUTION.seal_text(connection.seals, who, resolution, work_item_id)
    row = connection.execute(_RESOLVE, (sealed, who.company_id, who.environment, work_item_id)).fetchone()
    if row is None:
        return None
    item = work_item(connection, who, row)
    tell(connection, context, item, work_item_event_pb2.WorkItemResolved)
    return item


def tell(connection: Connection, context: Context, item: WorkItem, event: type[Message]) -> None:
    """Publish what became of a work item as it now is, without its texts."""
    shown = WorkItem()
    shown.CopyFrom(item)
    for name in ("summary", "resolution", "assignee_name"):
        shown.ClearField(name)
    events.publish(connection, context, item.work_item_id, item.revision, event(work_item=shown))


def domain_of(resource_id: str) -> str:
    """The domain of a resource, by its id."""
    return DOMAINS.get(resource_id.partition("_")[0], "")


def work_item(connection: Connection, who: Caller, row: TupleRow) -> WorkItem:
    """A row of `COLUMNS` as the contract's message."""
    (work_item_id, resource_id, kind, state, summary, resolution, correlation_id, environment, created, resolved,
     provider, connection_id, assignee_id, assigned, alerts, alerted, revision) = row  # fmt: skip
    item = WorkItem(
        work_item_id=work_item_id,
        resource_id=resource_id,
        kind=kind,
        summary=SUMMARY.open_text(connection.seals, who, summary, work_item_id),
        state=state,
        resolution=RESOLUTION.open_text(connection.seals, who, resolution, work_item_id),
        environment=environment,
        correlation_id=correlation_id,
        domain=domain_of(resource_id),
        provider=provider,
        connection_id=connection_id,
        assignee_id=assignee_id,
        alerts=alerts,
        revision=revision,
    )
    item.create_time.FromDatetime(created)
    for field, time in (("resolve_time", resolved), ("assign_time", assigned), ("last_alert_time", alerted)):
        if time:
            getattr(item, field).FromDatetime(time)
    return item
