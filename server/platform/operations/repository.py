"""Rows of work items. They are opened by `server.store.work_items`; here people read and close them."""

from psycopg.rows import TupleRow

from corridor.operations.v1.work_item_pb2 import WORK_ITEM_STATE_OPEN, WORK_ITEM_STATE_RESOLVED, WorkItem
from server.kit.context import Context
from server.kit.paging import Page
from server.store import pages
from server.store.engine import Connection
from server.store.sealed import RESOLUTION, SUMMARY

_COLUMNS = """work_item_id, resource_id, kind, state, summary, resolution, correlation_id, environment,
    create_time, resolve_time"""
_SELECT = f"SELECT {_COLUMNS} FROM corridor.work_items"
_ONE = f"{_SELECT} WHERE company_id = %s AND environment = %s AND work_item_id = %s"
_RESOLVE = f"""
UPDATE corridor.work_items SET state = %s, resolution = %s, resolve_time = clock_timestamp()
WHERE company_id = %s AND environment = %s AND work_item_id = %s AND state = %s RETURNING {_COLUMNS}
"""


def get(connection: Connection, context: Context, work_item_id: str) -> WorkItem | None:
    """One work item of the caller's company and environment."""
    who = context.who
    row = connection.execute(_ONE, (who.company_id, who.environment, work_item_id)).fetchone()
    return _work_item(connection, context, row) if row else None


def page(
    connection: Connection, context: Context, wanted: Page, *, state: int = 0, resource_id: str = ""
) -> tuple[list[WorkItem], bool]:
    """A page of work items, the newest first, and whether there are more. Empty filters admit every one."""
    where = {"state": state, "resource_id": resource_id}
    rows, more = pages.newest_first(connection, context, _SELECT, key="work_item_id", page=wanted, where=where)
    return [_work_item(connection, context, row) for row in rows], more


def resolve(connection: Connection, context: Context, work_item_id: str, resolution: str) -> WorkItem | None:
    """Close an open work item; None if there is no such open one."""
    who = context.who
    key = (who.company_id, who.environment, work_item_id)
    sealed = RESOLUTION.seal_text(connection.seals, who, resolution, work_item_id)
    values = (WORK_ITEM_STATE_RESOLVED, sealed, *key, WORK_ITEM_STATE_OPEN)
    row = connection.execute(_RESOLVE, values).fetchone()
    return _work_item(connection, context, row) if row else None


def _work_item(connection: Connection, context: Context, row: TupleRow) -> WorkItem:
    work_item_id, resource_id, kind, state, summary, resolution, correlation_id, environment, created, resolved = row
    item = WorkItem(
        work_item_id=work_item_id,
        resource_id=resource_id,
        kind=kind,
        summary=SUMMARY.open_text(connection.seals, context.who, summary, work_item_id),
        state=state,
        resolution=RESOLUTION.open_text(connection.seals, context.who, resolution, work_item_id),
        environment=environment,
        correlation_id=correlation_id,
    )
    item.create_time.FromDatetime(created)
    if resolved:
        item.resolve_time.FromDatetime(resolved)
    return item
