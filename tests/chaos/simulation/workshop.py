"""The work of one company, done a piece at a time in an order that somebody else decides, by a time of its own.

Rule: a piece is claimed, done and recorded by the worker's own code; only which one, and when, is decided here.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import psycopg

from server.store import work
from server.store.work import Again
from tests.chaos.simulation.process import Process

_FRONT = """
SELECT w.work_id, w.kind, w.resource_id, w.tries, w.run_time, w.lease_time IS NOT NULL,
    extract(epoch FROM w.run_time - w.create_time)::float8
FROM corridor.work w WHERE w.company_id = %s AND w.state = 0 AND w.kind = ANY (%s) AND NOT EXISTS (
    SELECT FROM corridor.work e WHERE e.lane = w.lane AND e.work_id < w.work_id AND e.state <> 1)
ORDER BY w.work_id
"""
_NEXT = "UPDATE corridor.work SET run_time = '2000-01-01' WHERE company_id = %s AND work_id = %s AND state = 0"
_PAUSES = (0.0, 30.0, 600.0, 3600.0)  # what is scheduled for later is meant for one of these


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of work that can be claimed. `due` is when, in seconds of the run; `held` if somebody has a lease."""

    work_id: int
    kind: str
    resource_id: str
    tries: int
    due: float
    held: bool

    def __str__(self) -> str:
        return f"{self.kind} of {self.resource_id}"


class Workshop:
    """The company's work. `now` is the run's time, in seconds."""

    def __init__(self, owner: psycopg.Connection, company_id: str) -> None:
        self.now = 0.0
        self._owner = owner
        self._company_id = company_id
        self._due: dict[int, tuple[datetime, float]] = {}

    def pieces(self, kinds: Sequence[str]) -> list[Piece]:
        """What stands at the front of its lane."""
        found = []
        for row in self._owner.execute(_FRONT, (self._company_id, list(kinds))).fetchall():
            work_id, kind, resource_id, tries, run_time, held, after = row
            known = self._due.get(work_id)
            if known is None:
                due = self.now + min(_PAUSES, key=lambda pause: abs(pause - after))
            elif known[0] != run_time and not held:
                due = self.now  # it was brought back
            else:
                due = known[1]
            self._due[work_id] = run_time, due
            found.append(Piece(work_id, kind, resource_id, tries, due, held))
        return found

    def do(self, process: Process, piece: Piece) -> work.Outcome | None:
        """Have a piece claimed and done; how it ended. Raises `Cut`."""
        self._owner.execute(_NEXT, (self._company_id, piece.work_id))
        with process.parts.store.anyone() as connection:
            claimed = work.claim(connection, list(process.kinds), 1, 600.0)
        assert [piece.work_id] == [job.work_id for job in claimed], f"{piece} was not claimed"
        ended = process.do(claimed[0])
        if ended is not None and not isinstance(ended, Again):
            return ended
        # In whole seconds: what is left until a moment depends on how long this took.
        after = math.ceil(ended.after_seconds - 0.5) if ended else 0
        row = self._owner.execute(
            "SELECT run_time FROM corridor.work WHERE company_id = %s AND work_id = %s",
            (self._company_id, piece.work_id),
        ).fetchone()
        if row is not None:
            self._due[piece.work_id] = row[0], self.now + after
        return ended

    def drop_leases(self) -> None:
        """End the leases of a process that has died."""
        self._owner.execute(
            "UPDATE corridor.work SET lease_time = NULL WHERE company_id = %s AND lease_time IS NOT NULL",
            (self._company_id,),
        )
