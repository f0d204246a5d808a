"""The audit trail: who asked for what, and what came of it. Rows are only ever added."""

from corridor.audit.v1 import audit_entry_pb2
from server.kit import ids
from server.kit.context import Caller, Context
from server.store.engine import Connection

_RECORD = "SELECT corridor.record_audit(%s, %s::smallint, %s, %s, %s, %s, %s, %s::smallint, %s, %s, %s)"


def record(connection: Connection, context: Context, resource_id: str) -> None:
    """Record in the caller's transaction that the current call was done."""
    _insert(connection, context, context.who, resource_id, audit_entry_pb2.AUDIT_OUTCOME_DONE, "")


def record_refusal(connection: Connection, context: Context, caller: Caller, reason: str) -> None:
    """Record that the current call was refused or failed."""
    _insert(connection, context, caller, context.resource_id, audit_entry_pb2.AUDIT_OUTCOME_REFUSED, reason)


def _insert(
    connection: Connection, context: Context, caller: Caller, resource_id: str, outcome: int, reason: str
) -> None:
    assert context.method is not None
    connection.execute(
        _RECORD,
        (
            caller.company_id,
            caller.environment,
            ids.new("aud"),
            context.method.policy.audit,
            context.method.path,
            caller.caller_id,
            resource_id,
            outcome,
            reason,
            context.request_id,
            context.correlation_id,
        ),
    )
