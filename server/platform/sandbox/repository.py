"""The clocks of sandbox companies as rows: how far they are ahead, and how far their accounts have followed.

Rule: the offset and the work that it brings nearer change in one transaction.
"""

from dataclasses import dataclass

from server.kit import ids
from server.kit.context import Context
from server.platform.sandbox.clock import FRESH_SECONDS
from server.store.engine import Connection

_LOCK = """
INSERT INTO corridor.sandbox_clocks VALUES (%s, %s, 0, clock_timestamp())
ON CONFLICT (company_id, environment) DO UPDATE SET update_time = clock_timestamp() RETURNING ahead_seconds
"""
_SET = "UPDATE corridor.sandbox_clocks SET ahead_seconds = %s WHERE company_id = %s AND environment = %s"
_ADD = "INSERT INTO corridor.sandbox_advances VALUES (%s, %s, %s, %s, %s, %s, %s, %s, clock_timestamp())"
_BEGUN = """
SELECT fingerprint, ahead_seconds, moved_work FROM corridor.sandbox_advances
WHERE company_id = %s AND environment = %s AND key = %s
"""
_ANSWERED = """
UPDATE corridor.sandbox_advances SET key = NULL WHERE company_id = %s AND environment = %s AND key = %s
"""
# What a worker holds keeps its lease; it comes again so much sooner. What becomes due waits until every process knows
# the new time, so that nobody does it by the old one.
_MOVE_WORK = """
UPDATE corridor.work w SET
    run_time = CASE WHEN lease_time > clock_timestamp() THEN run_time ELSE least(run_time, greatest(
        run_time - make_interval(secs => %(seconds)s), clock_timestamp() + make_interval(secs => %(fresh)s))) END,
    advanced_seconds = CASE WHEN lease_time > clock_timestamp()
        THEN coalesce(advanced_seconds, 0) + %(seconds)s ELSE advanced_seconds END
WHERE (company_id, work_id) IN (
    SELECT r.company_id, r.work_id FROM corridor.work r
    WHERE r.company_id = %(company_id)s AND r.environment = %(environment)s AND r.state = 0
        AND r.run_time > clock_timestamp()
    ORDER BY r.work_id FOR UPDATE)
"""
_CONNECTIONS = """
SELECT c.connection_id, c.provider, coalesce(f.ahead_seconds, 0), coalesce(f.error, '')
FROM corridor.connections c LEFT JOIN corridor.sandbox_connections f
    ON f.company_id = c.company_id AND f.environment = c.environment AND f.connection_id = c.connection_id
WHERE c.company_id = %s AND c.environment = %s AND c.provider = ANY (%s) ORDER BY c.connection_id
"""
_PLAN = """
WITH target AS (
    SELECT ahead_seconds AS seconds FROM corridor.sandbox_clocks WHERE company_id = %(company_id)s
        AND environment = %(environment)s)
INSERT INTO corridor.sandbox_connections AS f
SELECT %(company_id)s, %(environment)s, %(connection_id)s, 0, least(target.seconds, %(most)s), '', clock_timestamp()
FROM target WHERE target.seconds > 0
ON CONFLICT (company_id, environment, connection_id) DO UPDATE SET update_time = clock_timestamp(),
    moving_to_seconds = coalesce(f.moving_to_seconds, (
        SELECT least(target.seconds, f.ahead_seconds + %(most)s) FROM target WHERE target.seconds > f.ahead_seconds))
RETURNING ahead_seconds, moving_to_seconds
"""
_FOLLOWED = """
UPDATE corridor.sandbox_connections
SET ahead_seconds = %(reached)s, moving_to_seconds = NULL, error = '', update_time = clock_timestamp()
WHERE company_id = %(company_id)s AND environment = %(environment)s AND connection_id = %(connection_id)s
    AND ahead_seconds = %(before)s
"""
_FAILED = """
UPDATE corridor.sandbox_connections SET error = %s, update_time = clock_timestamp()
WHERE company_id = %s AND environment = %s AND connection_id = %s
"""


@dataclass(frozen=True, slots=True)
class Begun:
    """An advance that was made, and whose call has not been answered yet."""

    fingerprint: bytes | None
    ahead_seconds: int
    moved_work: int


@dataclass(frozen=True, slots=True)
class Account:
    """A connection whose provider lets its time be moved, and how far it has followed."""

    connection_id: str
    provider: str
    ahead_seconds: int
    error: str


def lock(connection: Connection, context: Context) -> int:
    """How far the caller's company is ahead; nobody else moves it until the transaction ends."""
    row = connection.execute(_LOCK, _who(context)).fetchone()
    assert row is not None
    return int(row[0])


def begun(connection: Connection, context: Context) -> Begun | None:
    """The advance that the call's key has made, where nobody has heard the answer. The clock is locked."""
    if context.idempotency is None:
        return None
    row = connection.execute(_BEGUN, (*_who(context), context.idempotency.key)).fetchone()
    return Begun(*row) if row else None


def advance(connection: Connection, context: Context, ahead: int, seconds: int) -> int:
    """Put the locked clock, which is `ahead`, forward, and the work that waits for it; how many pieces that is."""
    company_id, environment = _who(context)
    values = {"company_id": company_id, "environment": environment, "seconds": seconds, "fresh": FRESH_SECONDS + 0.1}
    moved = connection.execute(_MOVE_WORK, values).rowcount
    connection.execute(_SET, (ahead + seconds, company_id, environment))
    claim = context.idempotency
    key = (claim.key, claim.fingerprint) if claim else (None, None)
    connection.execute(_ADD, (company_id, environment, ids.new("adv"), *key, seconds, ahead + seconds, moved))
    return moved


def answered(connection: Connection, context: Context) -> None:
    """Let go of the key of an advance: from now on its answer is stored with the key itself."""
    if context.idempotency is not None:
        connection.execute(_ANSWERED, (*_who(context), context.idempotency.key))


def accounts(connection: Connection, context: Context, providers: list[str]) -> list[Account]:
    """The caller's connections to some providers."""
    return [Account(*row) for row in connection.execute(_CONNECTIONS, (*_who(context), providers)).fetchall()]


def plan(connection: Connection, context: Context, connection_id: str, most: int) -> tuple[int, int] | None:
    """From where to where an account is to be moved, by `most` seconds at once; None where it has followed.

    Whoever asks again before it was done gets the same answer.
    """
    values = _named(context) | {"connection_id": connection_id, "most": most}
    row = connection.execute(_PLAN, values).fetchone()
    return (int(row[0]), int(row[1])) if row and row[1] is not None else None


def followed(connection: Connection, context: Context, connection_id: str, before: int, reached: int) -> None:
    """Note that an account has been moved."""
    values = _named(context) | {"connection_id": connection_id, "before": before, "reached": reached}
    connection.execute(_FOLLOWED, values)


def failed(connection: Connection, context: Context, connection_id: str, error: str) -> None:
    """Note that an account could not be moved."""
    connection.execute(_FAILED, (error, *_who(context), connection_id))


def _who(context: Context) -> tuple[str, int]:
    return context.who.company_id, context.who.environment


def _named(context: Context) -> dict[str, object]:
    return {"company_id": context.who.company_id, "environment": context.who.environment}
