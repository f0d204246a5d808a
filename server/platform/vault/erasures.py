"""Erasures in the database: who asked for them and why, how far they are, and what they overwrote."""

import hashlib
from datetime import datetime

from psycopg.errors import UniqueViolation

from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.vault.v1.erasure_pb2 import ERASURE_STATE_COMPLETE, ERASURE_STATE_RUNNING, ErasedCount, Erasure
from server.kit import ids
from server.kit.context import Context
from server.kit.errors import fail
from server.kit.paging import Page
from server.store import pages
from server.store.engine import Connection
from server.store.sealed import ERASURE

_COLUMNS = "erasure_id, resource_id, state, message, digest, create_time, complete_time"
_SELECT = f"SELECT {_COLUMNS} FROM corridor.erasures"
_THIS = "WHERE company_id = %s AND environment = %s AND erasure_id = %s"
_INSERT = f"""
INSERT INTO corridor.erasures VALUES (%s, %s, %s, %s, {ERASURE_STATE_RUNNING}, %s, 0, '', NULL, clock_timestamp())
RETURNING create_time
"""
_COUNTS = f"SELECT record, count(*) FROM corridor.erased_values {_THIS} GROUP BY record ORDER BY record"
_VALUES = f"SELECT record, key, field, old_digest, new_digest FROM corridor.erased_values {_THIS} ORDER BY number"
_PLACE = f"SELECT step, after_key FROM corridor.erasures {_THIS} AND state = {ERASURE_STATE_RUNNING} FOR UPDATE"
_MOVE = f"UPDATE corridor.erasures SET step = %s, after_key = %s {_THIS}"
_COMPLETE = f"""
UPDATE corridor.erasures SET state = {ERASURE_STATE_COMPLETE}, digest = %s, complete_time = clock_timestamp() {_THIS}
"""
# States 1 to 4 of corridor.payouts.v1.PayoutState: accepted, held, sent, pending.
_OPEN = """
SELECT count(*) FROM corridor.payouts
WHERE company_id = %s AND environment = %s AND beneficiary_id = %s AND state IN (1, 2, 3, 4)
"""
_EXISTS = "SELECT true FROM corridor.beneficiaries WHERE company_id = %s AND environment = %s AND beneficiary_id = %s"
# Of a payment: it moves or can still be captured, something is done with it, or it is disputed and not decided.
_PAYMENT_OPEN = """
SELECT (SELECT count(*) FROM corridor.payments WHERE {0} AND state IN (1, 2, 3, 4, 5))
    + (SELECT count(*) FROM corridor.payment_actions WHERE {0} AND state IN (1, 2))
    + (SELECT count(*) FROM corridor.disputes WHERE {0} AND state IN (1, 2, 3, 4))
""".format("company_id = %s AND environment = %s AND payment_id = %s")
_PAYMENT_EXISTS = "SELECT true FROM corridor.payments WHERE company_id = %s AND environment = %s AND payment_id = %s"


def exists(connection: Connection, context: Context, resource_id: str) -> bool:
    """Whether the caller's company has the beneficiary or payment."""
    query = _PAYMENT_EXISTS if ids.is_id(resource_id, "pay") else _EXISTS
    return connection.execute(query, _this(context, resource_id)).fetchone() is not None


def still_open(connection: Connection, context: Context, resource_id: str) -> int:
    """How many payouts to a beneficiary can still move; of a payment, how much of it can."""
    payment = ids.is_id(resource_id, "pay")
    values = _this(context, resource_id) * (3 if payment else 1)
    row = connection.execute(_PAYMENT_OPEN if payment else _OPEN, values).fetchone()
    return int(row[0]) if row else 0


def begin(connection: Connection, context: Context, erasure: Erasure) -> Erasure:
    """Store a new erasure in the caller's transaction. Raises STATE_CONFLICT while another of the resource runs."""
    who = context.who
    kept = Erasure(reason=erasure.reason, legal_reference=erasure.legal_reference, requested_by=erasure.requested_by)
    message = ERASURE.seal(connection.seals, who, kept.SerializeToString(deterministic=True), erasure.erasure_id)
    values = (*_this(context, erasure.erasure_id), erasure.resource_id, message)
    try:
        row = connection.execute(_INSERT, values).fetchone()
    except UniqueViolation:
        detail = f"An erasure of {erasure.resource_id} is running."
        raise fail(reasons.ERROR_REASON_STATE_CONFLICT, detail) from None
    assert row is not None
    erasure.state = ERASURE_STATE_RUNNING
    erasure.create_time.FromDatetime(row[0])
    return erasure


def get(connection: Connection, context: Context, erasure_id: str) -> Erasure | None:
    """One erasure, with what it has overwritten so far."""
    row = connection.execute(f"{_SELECT} {_THIS}", _this(context, erasure_id)).fetchone()
    return _erasure(connection, context, row) if row else None


def page(connection: Connection, context: Context, wanted: Page, resource_id: str) -> tuple[list[Erasure], bool]:
    """A page of erasures, the newest first, and whether there are more."""
    rows, more = pages.newest_first(
        connection, context, _SELECT, key="erasure_id", page=wanted, where={"resource_id": resource_id}
    )
    return [_erasure(connection, context, row) for row in rows], more


def place(connection: Connection, context: Context, erasure_id: str) -> tuple[int, str] | None:
    """Where a running erasure is, locked until the commit: which kind of record, after which of them."""
    return connection.execute(_PLACE, _this(context, erasure_id)).fetchone()


def move(connection: Connection, context: Context, erasure_id: str, step: int, after: str) -> None:
    """Note where a running erasure is."""
    connection.execute(_MOVE, (step, after, *_this(context, erasure_id)))


def complete(connection: Connection, context: Context, erasure_id: str) -> str:
    """End an erasure; its digest over every value that it overwrote, in hexadecimal digits."""
    total = hashlib.sha256()
    for record, key, field, old, new in connection.execute(_VALUES, _this(context, erasure_id)):
        total.update(f"{record} {' '.join(key)} {field} {old.hex()} {new.hex()}\n".encode())
    connection.execute(_COMPLETE, (total.digest(), *_this(context, erasure_id)))
    return total.hexdigest()


def _this(context: Context, resource_id: str) -> tuple[str, int, str]:
    return context.who.company_id, context.who.environment, resource_id


def _erasure(connection: Connection, context: Context, row: tuple[object, ...]) -> Erasure:
    erasure_id, resource_id, state, message, digest, create_time, complete_time = row
    assert isinstance(message, bytes)
    assert isinstance(erasure_id, str)
    erasure = Erasure.FromString(ERASURE.open(connection.seals, context.who, message, erasure_id))
    erasure.erasure_id, erasure.resource_id = erasure_id, str(resource_id)
    erasure.state = state  # type: ignore[assignment]  # as stored
    erasure.digest = digest.hex() if isinstance(digest, bytes) else ""
    assert isinstance(create_time, datetime)
    erasure.create_time.FromDatetime(create_time)
    if isinstance(complete_time, datetime):
        erasure.complete_time.FromDatetime(complete_time)
    counts = connection.execute(_COUNTS, _this(context, erasure_id)).fetchall()
    erasure.counts.extend(ErasedCount(record=record, count=count) for record, count in counts)
    return erasure
