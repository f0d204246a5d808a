"""Leased work: claimed in batches, taken over when its holder dies, in order within a lane, dead when it is hopeless.

A lane is worked on from its front only, so one that is stuck delays itself and no other.
"""

import random
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from corridor.type.v1.environment_pb2 import Environment
from server.store.engine import Connection


class State(IntEnum):
    """Where a piece of work stands. The numbers are stored."""

    READY = 0  # or leased: a leased piece is ready again when its lease ends
    DEAD = 1  # given up; a person or a call can bring it back
    PARKED = 2  # waits for something other than time, and keeps its place in the lane
    IDLE = 3  # as READY, but only when nothing else is due


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of work, as a worker holds it. `tries` counts this one; `lease_time` tells whose lease it is."""

    company_id: str
    environment: "Environment.ValueType"
    work_id: int
    kind: str
    lane: str
    resource_id: str
    tries: int
    correlation_id: str
    traceparent: str
    create_time: datetime
    lease_time: datetime
    directed_to: str = ""  # the connection over which a person wants it done; empty where the rules choose
    error: str = ""  # why it came back, if it was taken before


@dataclass(frozen=True, slots=True)
class Done:
    """Nothing is left to do."""


@dataclass(frozen=True, slots=True)
class Again:
    """It has to be tried again. `counts`: whether this was a try, and not only a look at whether it can be tried."""

    after_seconds: float
    error: str = ""
    counts: bool = True


@dataclass(frozen=True, slots=True)
class Dead:
    """It cannot be done. Whoever returns this has told a person."""

    error: str


@dataclass(frozen=True, slots=True)
class Parked:
    """It waits for something other than time; `unpark` brings it back."""

    error: str


Outcome = Done | Again | Dead | Parked

# What is due is chosen once, before anything changes: a subquery could be run again for every row of a table that the
# planner takes for tiny, and would then find more than `limit`.
_CLAIM = """
WITH due AS MATERIALIZED (
    SELECT r.company_id, r.work_id FROM corridor.work r
    WHERE r.state = 0 AND r.run_time <= clock_timestamp() AND r.kind = ANY (%(kinds)s)
        AND r.company_id <> ALL (%(without)s) AND NOT EXISTS (
            SELECT FROM corridor.work e WHERE e.lane = r.lane AND e.work_id < r.work_id AND e.state <> 1)
    ORDER BY r.run_time LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
UPDATE corridor.work w SET tries = tries + 1, run_time = clock_timestamp() + make_interval(secs => %(lease)s),
    lease_time = clock_timestamp() + make_interval(secs => %(lease)s), advanced_seconds = NULL
FROM due WHERE w.company_id = due.company_id AND w.work_id = due.work_id
RETURNING w.company_id, environment, w.work_id, kind, lane, resource_id, tries, correlation_id, traceparent,
    create_time, lease_time, directed_to, error
"""
_CLAIM_IDLE = _CLAIM.replace("r.state = 0", "r.state = 3")
# By the lease too: work that was brought back counts its tries anew, so that two holders can have the same number.
_MINE = """company_id = %(company_id)s AND work_id = %(work_id)s AND tries = %(tries)s AND state IN (0, 3)
    AND lease_time = %(lease_time)s"""
_DONE = f"DELETE FROM corridor.work WHERE {_MINE}"
_AGAIN = f"""
WITH front AS (
    UPDATE corridor.work SET error = %(error)s, lease_time = NULL, tries = tries - %(uncounted)s,
        run_time = clock_timestamp() + make_interval(secs => greatest(%(after)s - coalesce(advanced_seconds, 0), 0))
    WHERE {_MINE} RETURNING lane, work_id, run_time)
UPDATE corridor.work w SET run_time = front.run_time
FROM front WHERE w.lane = front.lane AND w.work_id > front.work_id AND w.state = 0 AND w.run_time < front.run_time
"""
_STOP = f"UPDATE corridor.work SET state = %(state)s, error = %(error)s, lease_time = NULL WHERE {_MINE}"
# What is due behind a front that is not: every claim would walk over it. It comes back with its front, or when the
# lane is brought back; the ten minutes only bound what a race with that could cost.
_STEP_ASIDE = """
UPDATE corridor.work w SET run_time = blocked.until
FROM (
    SELECT r.company_id, r.work_id,
        CASE WHEN front.state = 0 THEN front.run_time ELSE clock_timestamp() + interval '10 minutes' END AS until
    FROM corridor.work r CROSS JOIN LATERAL (
        SELECT e.state, e.run_time, e.lease_time FROM corridor.work e
        WHERE e.lane = r.lane AND e.work_id < r.work_id AND e.state <> 1 ORDER BY e.work_id LIMIT 1) front
    WHERE r.state = 0 AND r.lease_time IS NULL AND r.run_time <= clock_timestamp()
        AND (front.state = 2 OR front.lease_time IS NULL AND front.run_time > clock_timestamp())
    ORDER BY r.run_time LIMIT %s FOR UPDATE OF r SKIP LOCKED) blocked
WHERE w.company_id = blocked.company_id AND w.work_id = blocked.work_id
"""
_SCHEDULE = """
INSERT INTO corridor.work (company_id, environment, kind, lane, resource_id, state, tries, run_time,
    correlation_id, traceparent, error, create_time)
VALUES (%s, %s, %s, %s, %s, 0, 0, clock_timestamp() + make_interval(secs => %s), %s, %s, '', now())
"""
_SCHEDULE_IDLE = "SELECT corridor.schedule_idle(%s, %s::smallint, %s, %s, clock_timestamp(), %s, %s)"
_NOW = """
UPDATE corridor.work SET state = 0, tries = 0, run_time = clock_timestamp(), lease_time = NULL, directed_to = ''
WHERE company_id = %s AND environment = %s AND kind = %s AND lane LIKE %s
    AND (lease_time IS NULL OR lease_time < clock_timestamp()) AND state = ANY (%s)
"""


def claim(
    connection: Connection, kinds: list[str], limit: int, lease_seconds: float, *, without: Collection[str] = ()
) -> list[Job]:
    """Take up to `limit` pieces of work that are due, for `lease_seconds`, of every company but those in `without`."""
    values = {"kinds": kinds, "limit": limit, "lease": lease_seconds, "without": list(without)}
    rows = connection.execute(_CLAIM, values).fetchall()
    return sorted((Job(*row) for row in rows), key=lambda job: job.work_id)


def claim_idle(
    connection: Connection, kinds: list[str], limit: int, lease_seconds: float, *, without: Collection[str] = ()
) -> list[Job]:
    """As `claim`, of what is done when nothing else is due."""
    values = {"kinds": kinds, "limit": limit, "lease": lease_seconds, "without": list(without)}
    rows = connection.execute(_CLAIM_IDLE, values).fetchall()
    return sorted((Job(*row) for row in rows), key=lambda job: job.work_id)


def step_aside(connection: Connection, limit: int = 10_000) -> int:
    """Let work that stands behind a waiting front wait as long as that; how many pieces that were."""
    return connection.execute(_STEP_ASIDE, (limit,)).rowcount


def finish(connection: Connection, job: Job, outcome: Outcome) -> None:
    """Record how a piece of work ended. Does nothing if its lease has gone to another worker."""
    mine = {"company_id": job.company_id, "work_id": job.work_id, "tries": job.tries, "lease_time": job.lease_time}
    match outcome:
        case Done():
            connection.execute(_DONE, mine)
        case Again(after_seconds, error, counts):
            connection.execute(_AGAIN, mine | {"after": after_seconds, "error": error, "uncounted": int(not counts)})
        case Dead(error):
            connection.execute(_STOP, mine | {"state": State.DEAD, "error": error})
        case Parked(error):
            connection.execute(_STOP, mine | {"state": State.PARKED, "error": error})


def schedule(
    connection: Connection,
    company_id: str,
    environment: int,
    *,
    kind: str,
    lane: str,
    resource_id: str,
    after_seconds: float = 0.0,
    correlation_id: str = "",
    traceparent: str = "",
) -> None:
    """Schedule one piece of work, in the caller's transaction if it has one."""
    values = (company_id, environment, kind, lane, resource_id, after_seconds, correlation_id, traceparent)
    connection.execute(_SCHEDULE, values)


def schedule_idle(
    connection: Connection,
    company_id: str,
    environment: int,
    *,
    kind: str,
    resource_id: str,
    correlation_id: str = "",
    traceparent: str = "",
) -> None:
    """Schedule one piece of work for when nothing else is due, in the caller's transaction if it has one."""
    values = (company_id, environment, kind, resource_id, correlation_id, traceparent)
    connection.execute(_SCHEDULE_IDLE, values)


def bring_back(connection: Connection, company_id: str, environment: int, kind: str, lane: str, *states: State) -> int:
    """Make work of the lanes like `lane` due now, as if it had never been tried; how many pieces that were.

    Without `states` it does not matter where the work stands. Work that a worker holds at the moment is left alone.
    """
    return connection.execute(_NOW, (company_id, environment, kind, lane, list(states or State))).rowcount


def backoff_seconds(tries: int, *, first: float = 1.0, most: float = 300.0) -> float:
    """How long to wait after the given number of tries: doubling, with up to a fifth less at random."""
    return min(most, first * 2.0 ** min(tries - 1, 30)) * random.uniform(0.8, 1.0)  # noqa: S311 - spreads load


def depth(connection: Connection) -> list[tuple[str, int, int, float]]:
    """For each kind and state: how many pieces there are, and how many seconds the oldest has been due."""
    return connection.execute(
        """
        SELECT kind, state, count(*),
            coalesce(extract(epoch FROM max(clock_timestamp() - create_time)), 0)::float8
        FROM corridor.work GROUP BY kind, state
        """
    ).fetchall()
