"""Rows of approvals. Request, caller and message are sealed; who asked and what for is never changed."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from psycopg.rows import TupleRow

from corridor.approvals.v1 import approval_pb2
from corridor.approvals.v1.approval_pb2 import Approval
from server.kit.context import Caller, Context
from server.kit.paging import Page
from server.store import pages
from server.store.engine import Connection
from server.store.sealed import APPROVAL, APPROVAL_CALLER, APPROVAL_REQUEST

PENDING = approval_pb2.APPROVAL_STATE_PENDING
APPROVED = approval_pb2.APPROVAL_STATE_APPROVED
EXECUTED = approval_pb2.APPROVAL_STATE_EXECUTED
FAILED = approval_pb2.APPROVAL_STATE_FAILED
REJECTED = approval_pb2.APPROVAL_STATE_REJECTED
EXPIRED = approval_pb2.APPROVAL_STATE_EXPIRED
CANCELLED = approval_pb2.APPROVAL_STATE_CANCELLED

_SELECT = "SELECT approval_id, message FROM corridor.approvals"
_MINE = "company_id = %s AND environment = %s"
_ONE = f"{_SELECT} WHERE {_MINE} AND approval_id = %s"
_BY_KEY = f"SELECT approval_id, message, fingerprint FROM corridor.approvals WHERE {_MINE} AND method = %s AND key = %s"
_CALL = f"SELECT method, key, fingerprint, request, caller FROM corridor.approvals WHERE {_MINE} AND approval_id = %s"
_INSERT = """
INSERT INTO corridor.approvals VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (company_id, environment, method, key) DO NOTHING RETURNING true
"""
_UPDATE = f"""
UPDATE corridor.approvals SET state = %s, message = %s, escalate_time = %s,
    resource_id = coalesce(nullif(%s, ''), resource_id) WHERE {_MINE} AND approval_id = %s
"""
_DUE = "SELECT company_id, environment, approval_id FROM corridor.due_approvals(%s)"
_RESOURCE = f"SELECT resource_id FROM corridor.idempotency WHERE {_MINE} AND method = %s AND key = %s"


@dataclass(frozen=True, slots=True)
class Call:
    """A call as it was made: what it asks for, under which key, and by whom."""

    method: str  # the path on the wire
    key: str
    fingerprint: bytes = field(repr=False)
    request: bytes = field(repr=False)
    caller: Caller
    resource_id: str = ""  # what it names, so that an erasure finds it


def insert(connection: Connection, context: Context, approval: Approval, call: Call) -> bool:
    """Store a new approval; False if there is one for the same method and key."""
    who, approval_id, seals = context.who, approval.approval_id, connection.seals
    values = (
        who.company_id,
        who.environment,
        approval_id,
        approval.state,
        call.method,
        call.key,
        call.fingerprint,
        APPROVAL_REQUEST.seal(seals, who, call.request, approval_id),
        APPROVAL_CALLER.seal(seals, who, _caller_text(call.caller), approval_id),
        call.resource_id,
        _sealed(connection, context, approval),
        _escalation(approval),
        approval.expire_time.ToDatetime(UTC),
        approval.create_time.ToDatetime(UTC),
    )
    return connection.execute(_INSERT, values).fetchone() is not None


def save(connection: Connection, context: Context, approval: Approval) -> None:
    """Write a locked approval back."""
    who = context.who
    values = (approval.state, _sealed(connection, context, approval), _escalation(approval), approval.resource_id)
    connection.execute(_UPDATE, (*values, who.company_id, who.environment, approval.approval_id))


def get(connection: Connection, context: Context, approval_id: str, *, lock: bool = False) -> Approval | None:
    """One approval of the caller's company; `lock` keeps it as it is until the transaction ends."""
    query = f"{_ONE} FOR UPDATE" if lock else _ONE
    row = connection.execute(query, (context.who.company_id, context.who.environment, approval_id)).fetchone()
    return _opened(connection, context, row) if row else None


def by_key(connection: Connection, context: Context, method: str, key: str) -> tuple[Approval, bytes] | None:
    """The approval that a call with a key led to, and the call's fingerprint."""
    row = connection.execute(_BY_KEY, (context.who.company_id, context.who.environment, method, key)).fetchone()
    return (_opened(connection, context, row[:2]), row[2]) if row else None


def page(
    connection: Connection, context: Context, wanted: Page, *, states: Sequence[int], method: str
) -> tuple[list[Approval], bool]:
    """A page of approvals, the newest first, and whether there are more. Empty filters admit every approval."""
    where = {"state": list(states), "method": method}
    rows, more = pages.newest_first(connection, context, _SELECT, key="approval_id", page=wanted, where=where)
    return [_opened(connection, context, row) for row in rows], more


def call_of(connection: Connection, context: Context, approval_id: str) -> Call:
    """The call behind an approval."""
    who = context.who
    row = connection.execute(_CALL, (who.company_id, who.environment, approval_id)).fetchone()
    assert row is not None
    method, key, fingerprint, request, caller = row
    said = json.loads(APPROVAL_CALLER.open(connection.seals, who, caller, approval_id))
    return Call(
        method=method,
        key=key,
        fingerprint=fingerprint,
        request=APPROVAL_REQUEST.open(connection.seals, who, request, approval_id),
        caller=Caller(
            kind=said["kind"],
            caller_id=said["caller_id"],
            company_id=who.company_id,
            environment=who.environment,
            scopes=frozenset(said["scopes"]),
            subject=said["subject"],
            roles=frozenset(said["roles"]),
            consent_id=said["consent_id"],
        ),
    )


def resource_of(connection: Connection, context: Context, call: Call) -> str:
    """What a call that ran made or changed, by what is stored with its key."""
    who = context.who
    row = connection.execute(_RESOURCE, (who.company_id, who.environment, call.method, call.key)).fetchone()
    return row[0] if row else ""


def due(connection: Connection, limit: int) -> list[tuple[str, int, str]]:
    """Company, environment and id of approvals that are to expire or to be escalated."""
    return connection.execute(_DUE, (limit,)).fetchall()


def _caller_text(caller: Caller) -> bytes:
    said = {
        "kind": caller.kind,
        "caller_id": caller.caller_id,
        "scopes": sorted(caller.scopes),
        "subject": caller.subject,
        "roles": sorted(caller.roles),
        "consent_id": caller.consent_id,
    }
    return json.dumps(said).encode()


def _opened(connection: Connection, context: Context, row: TupleRow) -> Approval:
    approval_id, message = row
    return Approval.FromString(APPROVAL.open(connection.seals, context.who, message, approval_id))


def _sealed(connection: Connection, context: Context, approval: Approval) -> bytes:
    message = approval.SerializeToString(deterministic=True)
    return APPROVAL.seal(connection.seals, context.who, message, approval.approval_id)


def _escalation(approval: Approval) -> datetime | None:
    return approval.escalate_time.ToDatetime(UTC) if approval.HasField("escalate_time") else None
