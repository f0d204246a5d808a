"""Rows of the audit trail, as entries. Nothing here changes one."""

from datetime import UTC

from psycopg.rows import TupleRow

from corridor.audit.v1.audit_checkpoint_pb2 import AuditCheckpoint
from corridor.audit.v1.audit_entry_pb2 import AuditEntry
from corridor.audit.v1.audit_service_pb2 import ListAuditEntriesRequest
from server.kit.context import Context
from server.kit.paging import Page
from server.store import pages
from server.store.engine import Connection

_SELECT = """
SELECT audit_entry_id, action, method, caller_id, resource_id, outcome, reason, request_id, correlation_id,
    environment, caller_kind, subject, client_ip, claimed, approval_id, request_digest, detail, create_time
FROM corridor.audit
"""
_GET = _SELECT + " WHERE company_id = %s AND environment = %s AND audit_entry_id = %s"
_CHECKPOINTS = """
SELECT number, environment, first_position, entries, root, head, jws, create_time FROM corridor.audit_checkpoints
"""
_FILTERS = ("resource_id", "action", "caller_id", "correlation_id", "outcome", "method")


def page(
    connection: Connection, context: Context, wanted: Page, request: ListAuditEntriesRequest
) -> tuple[list[AuditEntry], bool]:
    """A page of entries, the newest first, and whether there are more. Empty filters admit every entry."""
    who = context.who
    where: list[tuple[str, object]] = [("company_id = %s", who.company_id), ("environment = %s", who.environment)]
    where += [(f"{name} = %s", value) for name in _FILTERS if (value := getattr(request, name))]
    if request.created.HasField("start_time"):
        where.append(("create_time >= %s", request.created.start_time.ToDatetime(UTC)))
    if request.created.HasField("end_time"):
        where.append(("create_time < %s", request.created.end_time.ToDatetime(UTC)))
    if wanted.after is not None:
        where.append(("audit_entry_id < %s", wanted.after))
    conditions = " AND ".join(condition for condition, _ in where)
    query = f"{_SELECT} WHERE {conditions} ORDER BY audit_entry_id DESC LIMIT %s"
    rows = connection.execute(query, [*(value for _, value in where), wanted.size + 1]).fetchall()
    return [entry(row) for row in rows[: wanted.size]], len(rows) > wanted.size


def get(connection: Connection, context: Context, audit_entry_id: str) -> AuditEntry | None:
    """One entry, if the caller's company has it in this environment."""
    who = context.who
    row = connection.execute(_GET, (who.company_id, who.environment, audit_entry_id)).fetchone()
    return entry(row) if row else None


def checkpoints(connection: Connection, context: Context, wanted: Page) -> tuple[list[AuditCheckpoint], bool]:
    """A page of checkpoints, the newest first, and whether there are more."""
    numbered = Page(wanted.size, wanted.after)
    rows, more = pages.newest_first(connection, context, _CHECKPOINTS, key="number", page=numbered)
    return [_checkpoint(row) for row in rows], more


def entry(row: TupleRow) -> AuditEntry:
    """A row as an entry."""
    entry_id, action, method, caller_id, resource_id, outcome, reason, request_id, correlation_id = row[:9]
    environment, caller_kind, subject, client_ip, claimed, approval_id, request_digest, detail, create_time = row[9:]
    made = AuditEntry(
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
        caller_kind=caller_kind,
        subject=subject,
        client_ip=client_ip,
        claimed_company_id=claimed,
        approval_id=approval_id,
        request_digest=request_digest,
        detail=detail,
    )
    made.create_time.FromDatetime(create_time)
    return made


def _checkpoint(row: TupleRow) -> AuditCheckpoint:
    number, environment, first_position, entries, root, head, jws, create_time = row
    made = AuditCheckpoint(
        number=number,
        environment=environment,
        first_position=first_position,
        entries=entries,
        root=root,
        head=head,
        jws=jws,
    )
    made.create_time.FromDatetime(create_time)
    return made
