"""Writes the rows of calls that changed nothing, or were refused: all that wait at the same time in one statement.

A call waits for its row before it is answered. What PostgreSQL has taken survives the death of any process of ours;
a crash of PostgreSQL itself may lose the last half second of these rows (`synchronous_commit = off`), never a write's.
"""

import threading
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field, replace

import psycopg
import structlog
from psycopg.rows import TupleRow

from server.kit import clock
from server.store import audit
from server.store.audit import Row
from server.store.engine import Store

_log = structlog.get_logger("corridor.audit")

_AT_ONCE = 500
_LATER_AT_MOST = 10_000
_KEYS_AT_MOST = 10_000
_SWEEP_SECONDS = 1.0
_OPTIONS = "-c synchronous_commit=off -c statement_timeout=3000 -c lock_timeout=2000"


class NotRecordedError(Exception):
    """PostgreSQL did not take the row."""


class UnwritableError(NotRecordedError):
    """PostgreSQL will never take the row: there is something in it that no column holds."""


@dataclass(slots=True)
class _Waiting:
    """A call that waits for its row, or for its turn to write everybody's."""

    row: Row
    turn: threading.Event = field(default_factory=threading.Event)
    done: bool = False
    error: NotRecordedError | None = None


@dataclass(slots=True)
class _Crowd:
    """Calls of one kind within a second: how many were recorded, and how many were only counted."""

    since: float
    recorded: int = 0
    suppressed: int = 0
    last: Row | None = None


class Recorder:
    """Records calls for all threads of a process, on a connection of its own."""

    def __init__(self, store: Store) -> None:
        self._url = store.url
        self._connection: psycopg.Connection[TupleRow] | None = None
        self._lock = threading.Lock()
        self._waiting: list[_Waiting] = []
        self._writing = False
        self._later: list[Row] = []
        self._crowds: OrderedDict[Hashable, _Crowd] = OrderedDict()
        self._closing = threading.Event()
        self._sweeper: threading.Thread | None = None

    def record(self, row: Row) -> None:
        """Write the row and wait for it. Raises `NotRecordedError` when PostgreSQL did not take it."""
        mine = _Waiting(row)
        with self._lock:
            self._waiting.append(mine)
            leads = not self._writing
            self._writing = True
        if not leads:
            mine.turn.wait()
        if not mine.done:  # whoever wrote before has left the writing to this call, or nobody wrote
            self._write_waiting()
        if mine.error:
            raise mine.error

    def record_later(self, row: Row) -> None:
        """Keep the row until PostgreSQL takes it: for refusals that tell that it is away."""
        with self._lock:
            if len(self._later) < _LATER_AT_MOST:
                self._later.append(row)
            else:
                _lost(row, "too many wait")
        self._sweep_from_now_on()

    def admits(self, crowd: Hashable, row: Row, per_second: int) -> bool:
        """Whether a row is written of calls that come in crowds; the others are counted, and told within seconds."""
        now = clock.monotonic()
        with self._lock:
            seen = self._crowds.setdefault(crowd, _Crowd(now))
            if now >= seen.since + 1.0 and not seen.suppressed:
                seen.since, seen.recorded = now, 0
            if seen.recorded < per_second and not seen.suppressed:
                seen.recorded += 1
                self._forget_crowds()
                return True
            seen.suppressed += 1
            seen.last = row
        self._sweep_from_now_on()
        return False

    def close(self) -> None:
        """Write what is left, and let go."""
        self._closing.set()
        if self._sweeper:
            self._sweeper.join()
        self._sweep(to_the_end=True)
        with self._lock:
            for row in self._later:
                _lost(row, "the process ends")
            if self._connection:
                self._connection.close()

    def _write_waiting(self) -> None:
        with self._lock:
            batch, self._waiting = self._waiting[:_AT_ONCE], self._waiting[_AT_ONCE:]
        for waiting, error in zip(batch, self._written([waiting.row for waiting in batch]), strict=True):
            waiting.error = error
            waiting.done = True
            waiting.turn.set()
        with self._lock:
            if self._waiting:
                self._waiting[0].turn.set()  # its call writes next, while this one is answered
            else:
                self._writing = False

    def _written(self, rows: list[Row]) -> list[NotRecordedError | None]:
        """Write rows; for each, why it was not taken."""
        for fresh in (False, True):  # a connection that died while nobody wrote is found by writing
            try:
                if self._connection is None or self._connection.closed:
                    self._connection, fresh = self._connect(), True
                audit.record_calls(self._connection, rows)
                return [None] * len(rows)
            except psycopg.DataError as error:  # what is wrong with one row is no other's loss
                if len(rows) > 1:
                    return [each for row in rows for each in self._written([row])]
                return [UnwritableError(type(error).__name__)]
            except Exception as error:  # whatever it is, those who wait must hear of it
                _log.warning("audit_write_failed", error=type(error).__name__, rows=len(rows))
                if self._connection is not None:
                    self._connection.close()
                if fresh:
                    break
        return [NotRecordedError("the audit row was not taken") for _ in rows]

    def _connect(self) -> psycopg.Connection[TupleRow]:
        connection = psycopg.connect(
            self._url, autocommit=True, connect_timeout=2, tcp_user_timeout=5000, options=_OPTIONS
        )
        connection.prepare_threshold = 1
        connection.execute("SET ROLE corridor_app")
        return connection

    def _forget_crowds(self) -> None:
        while len(self._crowds) > _KEYS_AT_MOST:
            _, seen = self._crowds.popitem(last=False)
            if seen.last is not None:
                self._later.append(_summary(seen))

    def _sweep_from_now_on(self) -> None:
        with self._lock:
            if self._sweeper is None and not self._closing.is_set():
                self._sweeper = threading.Thread(target=self._sweep_often, name="audit", daemon=True)
                self._sweeper.start()

    def _sweep_often(self) -> None:
        while not self._closing.wait(_SWEEP_SECONDS):
            self._sweep()

    def _sweep(self, *, to_the_end: bool = False) -> None:
        now = clock.monotonic()
        with self._lock:
            rows, self._later = self._later, []
            for crowd in list(self._crowds):
                seen = self._crowds[crowd]
                if seen.last is not None and (to_the_end or now >= seen.since + 1.0):
                    rows.append(_summary(seen))
                    del self._crowds[crowd]
        for number, row in enumerate(rows):
            try:
                self.record(row)
            except UnwritableError as error:
                _lost(row, str(error))
            except NotRecordedError:
                for kept in rows[number:]:
                    self.record_later(kept)
                return


def _summary(crowd: _Crowd) -> Row:
    assert crowd.last is not None
    return replace(crowd.last, detail=f"{crowd.suppressed} calls like this within a second or two")


def _lost(row: Row, why: str) -> None:
    _log.error("audit_row_lost", action=row.action, request_id=row.request_id, why=why)
