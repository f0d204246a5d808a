"""Rows of consents. The message is sealed; a subject is found by a keyed digest, never by name."""

from datetime import UTC, datetime

from psycopg import Cursor
from psycopg.rows import TupleRow

from corridor.access.v1 import consent_pb2
from corridor.access.v1.consent_pb2 import Consent
from server.kit.context import Context
from server.kit.paging import Page
from server.store import pages
from server.store.engine import Connection
from server.store.sealed import CONSENT

ACTIVE = consent_pb2.CONSENT_STATE_ACTIVE
REVOKED = consent_pb2.CONSENT_STATE_REVOKED
EXPIRED = consent_pb2.CONSENT_STATE_EXPIRED

_SELECT = "SELECT consent_id, message FROM corridor.consents"
_ONE = f"{_SELECT} WHERE company_id = %s AND environment = %s AND consent_id = %s"
_ENDED = f"""{_SELECT} WHERE company_id = %s AND environment = %s AND same_digest = %s AND state <> 1
ORDER BY consent_id DESC LIMIT 1 FOR UPDATE"""
# Shared, so that many payouts can be made under one consent, and revoking it waits for each of them. The turn is a lock
# too, because rows know no queue: who revokes would wait for ever behind those who go on coming.
_TURN = "hashtextextended('consent/' || %s || '/' || %s || '/' || %s, 0)"
_IN_FORCE = f"""
WITH turn AS MATERIALIZED (SELECT pg_advisory_xact_lock_shared({_TURN}))
SELECT c.consent_id, c.message FROM turn, corridor.consents c
WHERE c.company_id = %s AND c.environment = %s AND c.consent_id = %s AND c.state = 1
    AND (c.expire_time IS NULL OR c.expire_time > corridor.company_now(c.company_id, c.environment))
FOR SHARE OF c
"""
_WAIT_TURN = f"SELECT pg_advisory_xact_lock({_TURN})"
_INSERT = "INSERT INTO corridor.consents VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
_UPDATE = """
UPDATE corridor.consents SET state = %s, message = %s, expire_time = %s, reconsent_time = %s
WHERE company_id = %s AND environment = %s AND consent_id = %s
"""
_DUE = "SELECT company_id, environment, consent_id FROM corridor.due_consents(%s)"


def insert(
    connection: Connection, context: Context, consent: Consent, *, subject: bytes, same: bytes, ask: datetime | None
) -> None:
    """Store a new consent under the digests of its subject and of what it allows."""
    who = context.who
    values = (
        who.company_id,
        who.environment,
        consent.consent_id,
        consent.state,
        subject,
        same,
        _sealed(connection, context, consent),
        _expiry(consent),
        ask,
        consent.create_time.ToDatetime(UTC),
    )
    connection.execute(_INSERT, values)


def save(connection: Connection, context: Context, consent: Consent, *, ask: datetime | None) -> None:
    """Write a locked consent back; `ask` is when its subject is to be asked again."""
    who = context.who
    values = (consent.state, _sealed(connection, context, consent), _expiry(consent), ask)
    connection.execute(_UPDATE, (*values, who.company_id, who.environment, consent.consent_id))


def get(connection: Connection, context: Context, consent_id: str, *, lock: bool = False) -> Consent | None:
    """One consent of the caller's company; `lock` keeps it as it is until the transaction ends."""
    who = context.who
    this = (who.company_id, who.environment, consent_id)
    if lock:
        connection.execute(_WAIT_TURN, tuple(map(str, this)))
    return _consent(connection, context, connection.execute(f"{_ONE} FOR UPDATE" if lock else _ONE, this))


def ended(connection: Connection, context: Context, same: bytes) -> Consent | None:
    """The latest consent to the same that has ended, locked."""
    who = context.who
    return _consent(connection, context, connection.execute(_ENDED, (who.company_id, who.environment, same)))


def in_force(connection: Connection, context: Context, consent_id: str) -> Consent | None:
    """The consent if it is in force. It stays so until the caller's transaction ends."""
    who = context.who
    this = (who.company_id, who.environment, consent_id)
    return _consent(connection, context, connection.execute(_IN_FORCE, (*map(str, this), *this)))


def page(
    connection: Connection, context: Context, wanted: Page, *, state: int = 0, subject: bytes = b""
) -> tuple[list[Consent], bool]:
    """A page of consents, the newest first, and whether there are more. Empty filters admit every consent."""
    where = {"state": state, "subject_digest": subject}
    rows, more = pages.newest_first(connection, context, _SELECT, key="consent_id", page=wanted, where=where)
    return [_opened(connection, context, *row) for row in rows], more


def due(connection: Connection, limit: int) -> list[tuple[str, int, str]]:
    """Company, environment and id of consents that are to expire, or whose subjects are to be asked again."""
    return connection.execute(_DUE, (limit,)).fetchall()


def _consent(connection: Connection, context: Context, found: Cursor[TupleRow]) -> Consent | None:
    row = found.fetchone()
    return _opened(connection, context, *row) if row else None


def _opened(connection: Connection, context: Context, consent_id: str, message: bytes) -> Consent:
    return Consent.FromString(CONSENT.open(connection.seals, context.who, message, consent_id))


def _sealed(connection: Connection, context: Context, consent: Consent) -> bytes:
    message = consent.SerializeToString(deterministic=True)
    return CONSENT.seal(connection.seals, context.who, message, consent.consent_id)


def _expiry(consent: Consent) -> datetime | None:
    return consent.expire_time.ToDatetime(UTC) if consent.HasField("expire_time") else None
