"""Rows of sweeps, and the work that a sweep brings nearer.

Rule: what a page has found and where the next one begins are written together, so a sweep that broke off goes on there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum

from psycopg.rows import TupleRow

from corridor.providers.v1.sweep_pb2 import SWEEP_STATE_COMPLETED, SWEEP_STATE_RUNNING, Sweep
from server.kit.context import Context
from server.kit.paging import Page
from server.store import pages, work
from server.store.engine import Connection
from server.store.sealed import SWEEP, SWEEP_CURSOR

RUN = "sweeps.run"
OVERLAP_SECONDS = 600.0
"""By how much a sweep begins before the last one did: clocks differ, and lists may lag behind what they list."""


class Phase(IntEnum):
    """What a sweep is at. The numbers are stored."""

    LISTING = 0
    LOOKING_UP = 1


@dataclass(slots=True)
class Kept:
    """A sweep with the place at which it goes on."""

    sweep: Sweep
    phase: Phase
    cursor: str


_SELECT = "SELECT sweep_id, message FROM corridor.sweeps"
_ONE = f"{_SELECT} WHERE company_id = %s AND environment = %s AND sweep_id = %s"
_LOCKED = """
SELECT sweep_id, message, phase, cursor FROM corridor.sweeps
WHERE company_id = %s AND environment = %s AND sweep_id = %s FOR UPDATE
"""
_LAST = f"""
{_SELECT} WHERE company_id = %s AND environment = %s AND connection_id = %s AND state = %s
ORDER BY sweep_id DESC LIMIT 1
"""
_INSERT = "INSERT INTO corridor.sweeps VALUES (%s, %s, %s, %s, %s, %s, %s, '', %s, %s)"
_UPDATE = """
UPDATE corridor.sweeps SET state = %s, phase = %s, cursor = %s, message = %s
WHERE company_id = %s AND environment = %s AND sweep_id = %s
"""
_KNOWN = """
SELECT provider_event_id FROM corridor.inbound_deliveries
WHERE company_id = %s AND environment = %s AND connection_id = %s AND state = %s
    AND provider_event_id <> '' AND provider_event_id = ANY (%s)
"""
# Work that waits for longer than so many seconds: what is asked about soon anyway is left alone.
_WAITING = """
SELECT work_id, kind, resource_id FROM corridor.work
WHERE company_id = %s AND environment = %s AND work_id > %s AND kind = ANY (%s) AND state = 0
    AND (lease_time IS NULL OR lease_time < clock_timestamp()) AND run_time > clock_timestamp() + interval '1 minute'
ORDER BY work_id LIMIT %s
"""
_NEARER = """
UPDATE corridor.work SET run_time = clock_timestamp()
WHERE company_id = %s AND work_id = ANY (%s) AND state = 0
    AND (lease_time IS NULL OR lease_time < clock_timestamp()) AND run_time > clock_timestamp()
"""


def insert(connection: Connection, context: Context, sweep: Sweep, phase: Phase) -> None:
    """Store a sweep that begins, and let a worker go through with it. Sweeps of a connection run one by one."""
    who = context.who
    connection.execute(
        _INSERT,
        (
            who.company_id,
            who.environment,
            sweep.sweep_id,
            sweep.connection_id,
            sweep.state,
            sweep.since_time.ToDatetime(UTC),
            phase,
            SWEEP.seal(connection.seals, who, sweep.SerializeToString(deterministic=True), sweep.sweep_id),
            sweep.create_time.ToDatetime(UTC),
        ),
    )
    work.schedule(
        connection,
        who.company_id,
        who.environment,
        kind=RUN,
        lane=f"{RUN}/{sweep.connection_id}",
        resource_id=sweep.sweep_id,
        correlation_id=context.correlation_id,
        traceparent=context.traceparent,
    )


def get(connection: Connection, context: Context, sweep_id: str) -> Sweep | None:
    """One sweep of the caller's company."""
    row = connection.execute(_ONE, (context.who.company_id, context.who.environment, sweep_id)).fetchone()
    return _opened(connection, context, row) if row else None


def lock(connection: Connection, context: Context, sweep_id: str) -> Kept | None:
    """A sweep with its place, locked until the transaction ends."""
    row = connection.execute(_LOCKED, (context.who.company_id, context.who.environment, sweep_id)).fetchone()
    if row is None:
        return None
    cursor = SWEEP_CURSOR.open_text(connection.seals, context.who, row[3], sweep_id)
    return Kept(_opened(connection, context, row[:2]), Phase(row[2]), cursor)


def save(connection: Connection, context: Context, kept: Kept) -> None:
    """Write a locked sweep back."""
    who, sweep = context.who, kept.sweep
    message = SWEEP.seal(connection.seals, who, sweep.SerializeToString(deterministic=True), sweep.sweep_id)
    cursor = SWEEP_CURSOR.seal_text(connection.seals, who, kept.cursor, sweep.sweep_id)
    key = (who.company_id, who.environment, sweep.sweep_id)
    connection.execute(_UPDATE, (sweep.state, kept.phase, cursor, message, *key))


def running(connection: Connection, context: Context, connection_id: str) -> Sweep | None:
    """The sweep of a connection that was begun last, and has not ended."""
    return _last(connection, context, connection_id, SWEEP_STATE_RUNNING)


def completed(connection: Connection, context: Context, connection_id: str) -> Sweep | None:
    """The sweep of a connection that was completed last."""
    return _last(connection, context, connection_id, SWEEP_STATE_COMPLETED)


def page(
    connection: Connection, context: Context, wanted: Page, *, connection_id: str = "", state: int = 0
) -> tuple[list[Sweep], bool]:
    """A page of sweeps, the newest first, and whether there are more. Empty filters admit every one."""
    where: dict[str, object] = {"connection_id": connection_id, "state": state}
    rows, more = pages.newest_first(connection, context, _SELECT, key="sweep_id", page=wanted, where=where)
    return [_opened(connection, context, row) for row in rows], more


def known(
    connection: Connection, context: Context, connection_id: str, state: int, event_ids: Sequence[str]
) -> frozenset[str]:
    """Those of the provider's events that a webhook has brought, and that were taken in then."""
    if not event_ids:
        return frozenset()
    values = (context.who.company_id, context.who.environment, connection_id, state, list(event_ids))
    return frozenset(row[0] for row in connection.execute(_KNOWN, values).fetchall())


def waiting(
    connection: Connection, context: Context, after: int, kinds: Sequence[str], size: int
) -> list[tuple[int, str, str]]:
    """A page of the company's work of some kinds that waits for its time: number, kind and resource."""
    who = context.who
    rows = connection.execute(_WAITING, (who.company_id, who.environment, after, list(kinds), size)).fetchall()
    return [(int(row[0]), str(row[1]), str(row[2])) for row in rows]


def bring_nearer(connection: Connection, context: Context, work_ids: Sequence[int]) -> int:
    """Let work that waits be done now; how many pieces that is. Its tries count on."""
    if not work_ids:
        return 0
    return connection.execute(_NEARER, (context.who.company_id, list(work_ids))).rowcount


def due(
    connection: Connection, providers: Sequence[str], every_seconds: float, limit: int
) -> list[tuple[str, int, str]]:
    """Company, environment and id of connections whose next sweep is due."""
    return connection.execute(
        "SELECT company_id, environment, connection_id FROM corridor.due_sweeps(%s, %s, %s)",
        (list(providers), every_seconds, limit),
    ).fetchall()


def forget(connection: Connection, limit: int) -> None:
    """Let go of sweeps of long ago."""
    connection.execute("SELECT corridor.forget_sweeps(%s)", (limit,))


def moment(at: datetime) -> datetime:
    """A time with the precision with which lists are asked."""
    return at.astimezone(UTC).replace(microsecond=0)


def _last(connection: Connection, context: Context, connection_id: str, state: int) -> Sweep | None:
    values = (context.who.company_id, context.who.environment, connection_id, state)
    row = connection.execute(_LAST, values).fetchone()
    return _opened(connection, context, row) if row else None


def _opened(connection: Connection, context: Context, row: TupleRow) -> Sweep:
    sweep_id, message = row
    return Sweep.FromString(SWEEP.open(connection.seals, context.who, message, sweep_id))
