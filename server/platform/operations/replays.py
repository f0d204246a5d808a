"""Rows of replays and of their entries. What an entry says is written twice: when it is shown, and when it ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from psycopg.rows import TupleRow

from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.operations.v1.replay_pb2 import (
    InboundDeliverySelection,
    Replay,
    ReplayCount,
    ReplayEntry,
    ReplayEntryState,
    ReplaySelection,
    ReplayState,
)
from corridor.webhooks.v1.inbound_delivery_pb2 import INBOUND_DELIVERY_STATE_FAILED, INBOUND_DELIVERY_STATE_REFUSED
from server.kit import ids
from server.kit.context import Context
from server.kit.errors import fail
from server.kit.paging import Page
from server.platform.operations.comparing import Compared
from server.platform.operations.repository import Filter
from server.store import pages
from server.store.engine import Connection
from server.store.sealed import REPLAY

ENTRIES_AT_MOST = 10_000
OPEN_AT_MOST = 50
"""Replays of a company that are not at their end: each keeps up to so many entries, and workers busy."""

_TENANT = "company_id = %s AND environment = %s"
_INSERT = "INSERT INTO corridor.replays VALUES (%s, %s, %s, %s, %s, %s, clock_timestamp())"
_OPEN = f"SELECT count(*) FROM corridor.replays WHERE {_TENANT} AND state IN (1, 2, 3)"
_CHOOSE = """
INSERT INTO corridor.replay_entries
SELECT %s, %s, %s, row_number() OVER (ORDER BY chosen.id), chosen.id, 1, 0, '', '', '', ''
FROM (SELECT {key} AS id FROM corridor.{table} WHERE {where} ORDER BY {key} LIMIT %s) chosen
"""
_SELECT = "SELECT replay_id, state, message FROM corridor.replays"
_ONE = f"{_SELECT} WHERE {_TENANT} AND replay_id = %s"
_SAVE = f"""
UPDATE corridor.replays SET state = %s, message = %s, update_time = clock_timestamp() WHERE {_TENANT} AND replay_id = %s
"""
_COUNTS = f"""
SELECT effect, count(*), count(*) FILTER (WHERE state = 3), count(*) FILTER (WHERE state = 4)
FROM corridor.replay_entries WHERE {_TENANT} AND replay_id = %s GROUP BY effect ORDER BY effect
"""
_ENTRIES = f"""
SELECT position, subject_id, state, effect, message FROM corridor.replay_entries WHERE {_TENANT} AND replay_id = %s
"""
_NEXT = f"""
SELECT position, subject_id, resource_id, standing, outcome, message FROM corridor.replay_entries
WHERE {_TENANT} AND replay_id = %s AND state = %s ORDER BY position LIMIT %s
"""
_SHOW = f"""
UPDATE corridor.replay_entries SET state = 2, effect = %s, resource_id = %s, standing = %s, outcome = %s, message = %s
WHERE {_TENANT} AND replay_id = %s AND position = %s AND state = 1
"""
_END = f"""
UPDATE corridor.replay_entries SET state = %s, message = %s
WHERE {_TENANT} AND replay_id = %s AND position = %s AND state = 2
"""
_TOUCHED = f"""
SELECT FROM corridor.replay_entries WHERE {_TENANT} AND replay_id = %s AND state = 3 AND resource_id = %s LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Row:
    """An entry as it is stored."""

    position: int
    subject_id: str
    resource_id: str
    standing: bytes
    outcome: bytes
    entry: ReplayEntry


def insert(connection: Connection, context: Context, replay: Replay, now: datetime) -> None:
    """Store a new replay, and choose its entries. Raises REPLAY_TOO_LARGE and STATE_CONFLICT."""
    who = context.who
    tenant = (who.company_id, who.environment)
    row = connection.execute(_OPEN, tenant).fetchone()
    if row and row[0] >= OPEN_AT_MOST:
        why = f"{row[0]} replays are not at their end; run or cancel some of them first."
        raise fail(reasons.ERROR_REASON_STATE_CONFLICT, why, open=str(row[0]))
    replay.replay_id = ids.new("rep")
    table, key, conditions = _chosen(replay.selection, now)
    where = " AND ".join([_TENANT, *(condition for condition, _ in conditions)])
    values = (*tenant, replay.replay_id, *tenant, *(value for _, value in conditions), ENTRIES_AT_MOST + 1)
    chosen = connection.execute(_CHOOSE.format(key=key, table=table, where=where), values).rowcount
    if chosen > ENTRIES_AT_MOST:
        why = f"More than {ENTRIES_AT_MOST:,} would be looked at again."
        raise fail(reasons.ERROR_REASON_REPLAY_TOO_LARGE, why)
    replay.entry_count = chosen
    message = _sealed(connection, context, replay)
    made = replay.create_time.ToDatetime(UTC)
    connection.execute(_INSERT, (*tenant, replay.replay_id, replay.state, message, made))


def get(connection: Connection, context: Context, replay_id: str, *, lock: bool = False) -> Replay | None:
    """One replay, without its counts; `lock` keeps it as it is until the transaction ends."""
    who = context.who
    query = _ONE + (" FOR UPDATE" if lock else "")
    row = connection.execute(query, (who.company_id, who.environment, replay_id)).fetchone()
    return _replay(connection, context, row) if row else None


def page(connection: Connection, context: Context, wanted: Page, state: int) -> tuple[list[Replay], bool]:
    """A page of replays, the newest first, and whether there are more."""
    where = {"state": state}
    rows, more = pages.newest_first(connection, context, _SELECT, key="replay_id", page=wanted, where=where)
    return [_replay(connection, context, row) for row in rows], more


def save(connection: Connection, context: Context, replay: Replay) -> None:
    """Write a locked replay back."""
    who = context.who
    message = _sealed(connection, context, replay)
    connection.execute(_SAVE, (replay.state, message, who.company_id, who.environment, replay.replay_id))


def counts(connection: Connection, context: Context, replay_id: str) -> list[ReplayCount]:
    """How many entries have each effect."""
    who = context.who
    rows = connection.execute(_COUNTS, (who.company_id, who.environment, replay_id)).fetchall()
    return [ReplayCount(effect=effect, entries=entries, done=done, left=left) for effect, entries, done, left in rows]


def entries(
    connection: Connection, context: Context, replay_id: str, wanted: Page, *, effect: int, state: int
) -> tuple[list[ReplayEntry], bool]:
    """A page of entries in their order, and whether there are more."""
    who, sql = context.who, _ENTRIES
    values: list[object] = [who.company_id, who.environment, replay_id]
    for condition, value in ((" AND effect = %s", effect), (" AND state = %s", state)):
        if value:
            sql, values = sql + condition, [*values, value]
    if wanted.after is not None:
        sql, values = sql + " AND position > %s", [*values, int(wanted.after)]
    rows = connection.execute(f"{sql} ORDER BY position LIMIT %s", (*values, wanted.size + 1)).fetchall()
    found = []
    for position, subject_id, now, found_effect, message in rows[: wanted.size]:
        entry = ReplayEntry.FromString(message)
        entry.position, entry.subject_id = position, subject_id
        entry.state, entry.effect = ReplayEntryState.ValueType(now), found_effect
        found.append(entry)
    return found, len(rows) > wanted.size


def following(connection: Connection, context: Context, replay_id: str, state: int, limit: int) -> list[Row]:
    """The next entries in a state, in their order."""
    who = context.who
    rows = connection.execute(_NEXT, (who.company_id, who.environment, replay_id, state, limit)).fetchall()
    return [
        Row(position, subject_id, resource_id, standing, outcome, ReplayEntry.FromString(message))
        for position, subject_id, resource_id, standing, outcome, message in rows
    ]


def show(connection: Connection, context: Context, replay_id: str, compared: Sequence[tuple[int, Compared]]) -> None:
    """Write down what entries would change."""
    who = context.who
    for position, found in compared:
        message = found.entry.SerializeToString(deterministic=True)
        values = (found.entry.effect, found.resource_id, found.standing, found.outcome, message)
        connection.execute(_SHOW, (*values, who.company_id, who.environment, replay_id, position))


def end(connection: Connection, context: Context, replay_id: str, row: Row, state: int, now: datetime) -> bool:
    """Write down what became of an entry; False if that was written before."""
    who = context.who
    row.entry.end_time.FromDatetime(now)
    message = row.entry.SerializeToString(deterministic=True)
    values = (state, message, who.company_id, who.environment, replay_id, row.position)
    return connection.execute(_END, values).rowcount > 0


def touched(connection: Connection, context: Context, replay_id: str, resource_id: str) -> bool:
    """Whether an entry of the replay that was done was about a resource."""
    who = context.who
    values = (who.company_id, who.environment, replay_id, resource_id)
    return connection.execute(_TOUCHED, values).fetchone() is not None


def _chosen(selection: ReplaySelection, now: datetime) -> tuple[str, str, list[tuple[str, object]]]:
    """Table, key and conditions of what is chosen."""
    if selection.HasField("work_items"):
        items = selection.work_items
        older = now - items.older_than.ToTimedelta() if items.HasField("older_than") else None
        where = Filter(
            state=1,
            kinds=items.kinds,
            domain=items.domain,
            provider=items.provider,
            work_item_ids=items.work_item_ids,
            opened_before=older,
        )
        return "work_items", "work_item_id", where.conditions()
    return "inbound_deliveries", "inbound_delivery_id", _deliveries(selection.inbound_deliveries)


def _deliveries(wanted: InboundDeliverySelection) -> list[tuple[str, object]]:
    usual = [] if wanted.inbound_delivery_ids else [INBOUND_DELIVERY_STATE_FAILED, INBOUND_DELIVERY_STATE_REFUSED]
    conditions: list[tuple[str, object]] = []
    if states := list(wanted.states) or usual:
        conditions.append(("state = ANY (%s)", states))
    if wanted.provider:
        conditions.append(("provider = %s", wanted.provider))
    if wanted.connection_id:
        conditions.append(("connection_id = %s", wanted.connection_id))
    if wanted.received.HasField("start_time"):
        conditions.append(("receive_time >= %s", wanted.received.start_time.ToDatetime(UTC)))
    if wanted.received.HasField("end_time"):
        conditions.append(("receive_time < %s", wanted.received.end_time.ToDatetime(UTC)))
    if wanted.inbound_delivery_ids:
        conditions.append(("inbound_delivery_id = ANY (%s)", list(wanted.inbound_delivery_ids)))
    return conditions


def _sealed(connection: Connection, context: Context, replay: Replay) -> bytes:
    kept = Replay()
    kept.CopyFrom(replay)
    kept.ClearField("counts")
    return REPLAY.seal(connection.seals, context.who, kept.SerializeToString(deterministic=True), replay.replay_id)


def _replay(connection: Connection, context: Context, row: TupleRow) -> Replay:
    replay_id, state, message = row
    found = Replay.FromString(REPLAY.open(connection.seals, context.who, message, replay_id))
    found.replay_id, found.state = replay_id, ReplayState.ValueType(state)
    return found
