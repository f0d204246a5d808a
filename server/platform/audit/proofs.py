"""Proofs that an entry stands in a signed checkpoint. They hold all that is needed to check them, but the key."""

from corridor.audit.v1.audit_checkpoint_pb2 import AuditProof
from corridor.errors.v1 import error_reason_pb2 as reasons
from server.kit.errors import fail
from server.platform.audit import hashing, rows
from server.platform.audit.rows import Connection

_POSITION = """
SELECT position, leaf, create_time FROM corridor.audit_chain
WHERE company_id = %s AND environment = %s AND audit_entry_id = %s
"""
_CHECKPOINT = """
SELECT first_position, entries, jws FROM corridor.audit_checkpoints
WHERE company_id = %s AND environment = %s AND first_position <= %s ORDER BY number DESC LIMIT 1
"""
_LEAVES = """
SELECT leaf FROM corridor.audit_chain
WHERE company_id = %s AND environment = %s AND position >= %s AND position < %s ORDER BY position
"""
_LINE = f"""
SELECT {rows.columns()} FROM corridor.audit a
WHERE company_id = %s AND environment = %s AND audit_entry_id = %s AND create_time = %s
"""
_EXISTS = "SELECT FROM corridor.audit WHERE company_id = %s AND environment = %s AND audit_entry_id = %s"


def prove(connection: Connection, company_id: str, environment: int, audit_entry_id: str) -> AuditProof:
    """The proof of an entry, in the transaction of a connection that sees it.

    Raises NOT_FOUND, AUDIT_ENTRY_NOT_SEALED, or INTERNAL for an entry that is no longer the one that was sealed.
    """
    key = (company_id, environment, audit_entry_id)
    found = connection.execute(_POSITION, key).fetchone()
    if found is None:
        if connection.execute(_EXISTS, key).fetchone() is None:
            raise fail(reasons.ERROR_REASON_NOT_FOUND, "There is no such audit entry.")
        raise fail(
            reasons.ERROR_REASON_AUDIT_ENTRY_NOT_SEALED, "No checkpoint has this entry yet.", retry_after_seconds=60.0
        )
    position, leaf, create_time = found
    checkpoint = connection.execute(_CHECKPOINT, (company_id, environment, position)).fetchone()
    if checkpoint is None:
        raise _broken()
    first, entries, jws = checkpoint
    leaves = [row[0] for row in connection.execute(_LEAVES, (company_id, environment, first, first + entries))]
    rows.in_form(connection)
    line = next(rows.lines(connection, _LINE, (*key, create_time)), b"")
    index = position - first
    if len(leaves) != entries or hashing.leaf(line) != leaf or leaves[index] != leaf:
        raise _broken()
    return AuditProof(
        audit_entry_id=audit_entry_id,
        line=line.decode(),
        leaf_index=index,
        path=hashing.path(leaves, index),
        checkpoint=jws,
    )


def _broken() -> Exception:
    return fail(
        reasons.ERROR_REASON_INTERNAL,
        "The entry is not the one that was sealed: have the operator run `corridor audit verify`.",
    )
