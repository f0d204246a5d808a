"""Seals the trail: appends what is new to each company's chain, and signs a checkpoint over it.

Chain and checkpoint are one transaction. The second store comes after it; what a crash keeps from it, the next run
adds.
A lane whose second store knows more than the database is left as it is: something was cut off there.
"""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, islice

import psycopg
import structlog

from server.kit import clock
from server.kit.failpoint import failpoint
from server.platform.audit import hashing, rows
from server.platform.audit.rows import Connection, Lane
from server.platform.audit.second_store import SecondStore, SecondStoreError
from server.platform.audit.signing import CHECKPOINT, AuditSigner, digest

_log = structlog.get_logger("corridor.audit")

_AT_ONCE = 20_000  # rows of a checkpoint
_ROLE = "corridor_app"
_HELD_SECONDS = 600.0  # after which it is told that one transaction keeps everything younger from being sealed

_LOCK = "SELECT pg_try_advisory_lock(hashtext('corridor audit seal'))"
_WINDOW = "SELECT p_from, p_to, p_horizon FROM corridor.audit_window()"
_HELD = "SELECT pg_snapshot_xmin(s) < pg_snapshot_xmax(s) FROM pg_current_snapshot() s"
_UNSEALED = f"SELECT {rows.columns()} FROM corridor.audit_unsealed(%s, %s) a"
_SEALED = "SELECT corridor.audit_sealed(%s)"
_LANES = "SELECT company_id, environment FROM corridor.audit_lanes()"
_BIND = "SELECT set_config('corridor.company_id', %s, true), set_config('corridor.environment', %s, true)"
_LAST = """
SELECT number, first_position + entries, head, jws FROM corridor.audit_checkpoints
WHERE company_id = %s AND environment = %s ORDER BY number DESC LIMIT 1
"""
_AFTER = """
SELECT number, jws FROM corridor.audit_checkpoints
WHERE company_id = %s AND environment = %s AND number > %s ORDER BY number
"""
_APPEND = """
INSERT INTO corridor.audit_chain
SELECT %b, %b::smallint, %b::bigint + row.number - 1, row.audit_entry_id, row.create_time::timestamptz,
    row.leaf, row.link
FROM unnest(%b::text[], %b::text[], %b::bytea[], %b::bytea[])
    WITH ORDINALITY AS row (audit_entry_id, create_time, leaf, link, number)
"""
_CHECKPOINT = "INSERT INTO corridor.audit_checkpoints VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)"


@dataclass(frozen=True, slots=True)
class Sealed:
    """What a run did."""

    entries: int = 0
    checkpoints: int = 0
    refused: tuple[Lane, ...] = ()  # lanes that do not agree with the second store
    behind: tuple[Lane, ...] = ()  # lanes whose last checkpoint the second store did not take


@dataclass(frozen=True, slots=True)
class _End:
    """Where a lane's chain ends."""

    number: int = 0
    next_position: int = 1
    head: bytes = hashing.START
    jws: str = ""


class TailCutError(Exception):
    """The second store has a checkpoint that the database does not have, or another one."""


class Sealer:
    """Seals for all companies. One at a time does, by an advisory lock that ends with its connection."""

    def __init__(
        self, url: str, signer: AuditSigner, second: SecondStore, *, held_seconds: float = _HELD_SECONDS
    ) -> None:
        self._url = url
        self._held_seconds = held_seconds
        self._horizon, self._since = 0, 0.0  # which transaction was the oldest, and since when
        self._signer = signer
        self._second = second
        self._in_step = False  # whether every lane has been compared with the second store by this process

    def run(self) -> Sealed:
        """Seal everything that cannot be added to any more. Nothing is done while another process seals."""
        with rows.session(self._url, _ROLE) as reader, rows.session(self._url, _ROLE) as writer:
            if not _one(reader, _LOCK)[0]:
                return Sealed()
            first, end, horizon = _one(reader, _WINDOW)
            self._tell_if_held(reader, horizon)
            entries, checkpoints = 0, 0
            refused: set[Lane] = set()
            behind: set[Lane] = set()
            if not self._in_step:
                self._publish_key()
                self._catch_up_all(writer, refused, behind)
            for lane, lines in _batches(rows.lines(reader, _UNSEALED, (first, end))):
                if lane not in refused:
                    try:
                        self._seal(writer, lane, lines)
                    except TailCutError as error:
                        _log.error("audit_tail_cut", lane=lane.name, found=str(error))
                        refused.add(lane)
                        continue
                    entries, checkpoints = entries + len(lines), checkpoints + 1
                    self._catch_up(writer, lane, refused, behind)
            if not refused:  # of those nothing is sealed: the next run must look at the same rows again
                writer.execute(_SEALED, (horizon,))
            self._in_step = not refused and not behind
        return Sealed(entries, checkpoints, tuple(sorted(refused)), tuple(sorted(behind)))

    def _tell_if_held(self, reader: Connection, horizon: int) -> None:
        now = clock.monotonic()
        if horizon != self._horizon or not _one(reader, _HELD)[0]:
            self._horizon, self._since = horizon, now
        elif now - self._since >= self._held_seconds:
            _log.error("audit_sealing_held_back", seconds=round(now - self._since), transaction=horizon)

    def _seal(self, writer: Connection, lane: Lane, lines: Sequence[bytes]) -> None:
        """Append rows to a lane and sign the checkpoint."""
        with _bound(writer, lane):
            end = self._end(writer, lane)
            leaves = [hashing.leaf(line) for line in lines]
            links, before = [], end.head
            for leaf in leaves:
                before = hashing.link(before, leaf)
                links.append(before)
            fields = [line.split(b"\t", rows.CREATE_TIME + 1) for line in lines]
            entry_ids = [each[rows.ENTRY_ID].decode() for each in fields]
            times = [each[rows.CREATE_TIME].decode() for each in fields]
            where = (lane.company_id, lane.environment, end.next_position)
            writer.execute(_APPEND, (*where, entry_ids, times, leaves, links))
            number, now, root = end.number + 1, clock.SystemClock().now(), hashing.root(leaves)
            payload: dict[str, object] = {
                "company_id": lane.company_id,
                "environment": lane.environment,
                "number": number,
                "first_position": end.next_position,
                "entries": len(lines),
                "root": root.hex(),
                "head": before.hex(),
                "previous": digest(end.jws) if end.jws else "",
                "time": now.isoformat(),
            }
            jws = self._signer.sign(CHECKPOINT, payload)
            row = (lane.company_id, lane.environment, number, end.next_position, len(lines), root, before, now, jws)
            writer.execute(_CHECKPOINT, row)
            failpoint("seal.before_commit")
        failpoint("seal.committed")

    def _end(self, writer: Connection, lane: Lane) -> _End:
        """Where the lane ends, once the second store agrees. Raises `TailCutError` if it does not."""
        row = writer.execute(_LAST, (lane.company_id, lane.environment)).fetchone()
        end = _End(*row) if row else _End()
        try:
            last = self._second.last(lane, end.number)
        except SecondStoreError as error:  # it is away: the chain goes on, and is compared when it is back
            _log.warning("audit_second_store_away", error=str(error))
            return end
        if last is not None and last[0] > end.number:
            raise TailCutError(f"checkpoint {last[0]} is in the second store, and the database ends at {end.number}")
        if last is not None and last[0] == end.number and last[1] != end.jws:
            raise TailCutError(f"checkpoint {end.number} is another one in the second store")
        return end

    def _mirror(self, lane: Lane, number: int, jws: str, behind: set[Lane]) -> None:
        if lane in behind:
            return
        try:
            self._second.append(lane, number, jws)
        except SecondStoreError as error:
            _log.error("audit_second_store_behind", lane=lane.name, number=number, error=str(error))
            behind.add(lane)
            return
        failpoint("seal.mirrored")

    def _publish_key(self) -> None:
        try:
            self._second.publish_key(self._signer.public_key_pem())
        except SecondStoreError as error:
            _log.error("audit_second_store_away", error=str(error))

    def _catch_up_all(self, writer: Connection, refused: set[Lane], behind: set[Lane]) -> None:
        for company_id, environment in writer.execute(_LANES).fetchall():
            self._catch_up(writer, Lane(company_id, environment), refused, behind)

    def _catch_up(self, writer: Connection, lane: Lane, refused: set[Lane], behind: set[Lane]) -> None:
        """Give the second store what it lacks: the new, and what a crash, its own absence or another's has kept."""
        if lane in behind:
            return
        try:
            with _bound(writer, lane):
                last = self._second.last(lane, self._end(writer, lane).number)
                values = (lane.company_id, lane.environment, last[0] if last else 0)
                missing = writer.execute(_AFTER, values).fetchall()
        except TailCutError as error:
            _log.error("audit_tail_cut", lane=lane.name, found=str(error))
            refused.add(lane)
            return
        except SecondStoreError as error:
            _log.error("audit_second_store_behind", lane=lane.name, error=str(error))
            behind.add(lane)
            return
        for number, jws in missing:
            self._mirror(lane, number, jws, behind)


def _batches(lines: Iterator[bytes]) -> Iterator[tuple[Lane, list[bytes]]]:
    """Lines by lane, so many at a time as a checkpoint seals."""
    for (company, environment), group in groupby(lines, lambda line: tuple(line.split(b"\t", 2)[:2])):
        while batch := list(islice(group, _AT_ONCE)):
            yield Lane(company.decode(), int(environment)), batch


@contextlib.contextmanager
def _bound(writer: Connection, lane: Lane) -> Iterator[None]:
    """A transaction that sees the lane's rows alone."""
    with writer.transaction():
        writer.execute(_BIND, (lane.company_id, str(lane.environment)))
        yield


def _one(connection: Connection, query: str) -> tuple[int, ...]:
    row = connection.execute(query).fetchone()
    if row is None:
        raise psycopg.DataError("a function of one row gave none")
    return row
