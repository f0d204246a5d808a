"""Rows of the audit trail, as entries. Nothing here changes one."""

from psycopg.rows import TupleRow

from corridor.audit.v1.audit_entry_pb2 import AuditEntry
from server.kit.context import Context
from server.kit.paging import Page
from server.store import pages
from server.store.engine import Connection

_SELECT = """
SELECT audit_entry_id, action, method, caller_id, resource_id, outcome, reason, request_id, correlation_id,
    environment, create_time
FROM corridor.audit
"""


def page(
    connection: Connection, context: Context, wanted: Page, *, resource_id: str = "", action: str = ""
) -> tuple[list[AuditEntry], bool]:
    """A page of entries, the newest first, and whether there are more. Empty filters admit every entry."""
    where = {"resource_id": resource_id, "action": action}
    rows, more = pages.newest_first(connection, context, _SELECT, key="audit_entry_id", page=wanted, where=where)
    return [_entry(row) for row in rows], more


def _entry(row: TupleRow) -> AuditEntry:
    *_, environment, create_time = row
    entry_id, action, method, caller_id, resource_id, outcome, reason, request_id, correlation_id = row[:9]
    entry = AuditEntry(
        audit_entry_id=entry_id,
        action=action,
        method=method,
        caller_id=caller_id,
        resource_id=resource_id,
        outcome=outcome,
        reason=reason,
        request_id=request_id,
        correlation_id=correlation_id,
        environment=environment,
    )
    entry.create_time.FromDatetime(create_time)
    return entry
