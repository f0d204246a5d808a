"""When a breaker opens, is probed, recovers and closes. Every rule about that is here, and nothing here does I/O.

Rule: PostgreSQL counts for all processes and keeps the time; any process says what follows, and the first one counts.
"""

import random
from dataclasses import dataclass, field, replace

from corridor.providers.v1 import provider_health_pb2 as health
from corridor.providers.v1.provider_health_pb2 import BreakerState

CLOSED = health.BREAKER_STATE_CLOSED
OPEN = health.BREAKER_STATE_OPEN
HALF_OPEN = health.BREAKER_STATE_HALF_OPEN
RECOVERING = health.BREAKER_STATE_RECOVERING


@dataclass(frozen=True, slots=True)
class Rules:
    """The numbers. The window of ten seconds is the database's."""

    failures_in_row: int = 5
    failure_percent: int = 50
    least_calls: int = 10
    """How many calls the window must hold before the share that failed means anything."""
    open_seconds: float = 5.0
    """For how long it opens at first; twice as long each time that it opens again before it has closed."""
    longest_open_seconds: float = 300.0
    probe_lease_seconds: float = 30.0
    """After how long another process may probe, where the first one says nothing."""
    shares: tuple[int, ...] = (5, 25, 50)
    """The share of calls, in percent, that goes through in each step of its recovery."""
    step_successes: int = 5
    step_seconds: float = 20.0
    """A step is done after so many successes, or after so long with one: little traffic must recover as well."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a breaker stands. Times are seconds from the moment at which it was read."""

    state: "BreakerState.ValueType" = CLOSED
    revision: int = 0
    openings: int = 0
    share: int = 100
    since_seconds: float = 0.0
    probe_seconds: float = 0.0
    lease_seconds: float = 0.0
    in_row: int = 0
    successes: int = 0
    window_calls: int = 0
    window_failures: int = 0


@dataclass(slots=True)
class Counted:
    """What was counted of calls that met a breaker at one revision."""

    calls: int = 0
    failures: int = 0
    successes: int = 0
    in_row: int = 0
    """How many failed since the last success. One that ran out of time counts twice: it cost the most to find out."""
    given_back: bool = False
    """Whether a probe ended without saying anything."""

    def count(self, *, failed: bool, timed_out: bool = False) -> None:
        """Count a call."""
        self.calls += 1
        self.failures += failed
        self.successes += not failed
        self.in_row = self.in_row + 1 + timed_out if failed else 0


@dataclass(frozen=True, slots=True)
class Move:
    """A change of a breaker."""

    state: "BreakerState.ValueType"
    openings: int
    share: int
    probe_seconds: float = 0.0
    why: str = field(default="")


def with_counted(before: Standing, counted: Counted) -> Standing:
    """A standing with what was counted. What PostgreSQL does for all processes, one does for itself without it."""
    return replace(
        before,
        in_row=counted.in_row if counted.successes else before.in_row + counted.in_row,
        successes=before.successes + counted.successes,
        window_calls=before.window_calls + counted.calls,
        window_failures=before.window_failures + counted.failures,
    )


def moved(before: Standing, move: Move) -> Standing:
    """A standing after a change."""
    return Standing(move.state, before.revision + 1, move.openings, move.share, probe_seconds=move.probe_seconds)


def following(seen: Standing, rules: Rules) -> Move | None:
    """What follows from how a breaker stands; None if it stays as it is."""
    match seen.state:
        case health.BREAKER_STATE_CLOSED:
            why = _too_many(seen, rules)
            return _open(1, why, rules) if why else None
        case health.BREAKER_STATE_HALF_OPEN:
            if seen.in_row:
                return _open(seen.openings + 1, "the probe failed", rules)
            if seen.successes:
                return Move(RECOVERING, seen.openings, rules.shares[0], why="the probe went well")
        case health.BREAKER_STATE_RECOVERING:
            if seen.in_row:
                why = f"a call failed while {seen.share} % of them went through"
                return _open(seen.openings + 1, why, rules)
            return _step(seen, rules)
    return None


def _too_many(seen: Standing, rules: Rules) -> str:
    """Why a breaker opens; empty if it does not."""
    if seen.in_row >= rules.failures_in_row:
        return f"calls in a row failed: {seen.in_row}, where one that ran out of time counts twice"
    enough = seen.window_calls >= rules.least_calls
    if enough and seen.window_failures * 100 >= rules.failure_percent * seen.window_calls:
        return f"{seen.window_failures} of the last {seen.window_calls} calls failed, within ten seconds"
    return ""


def _open(openings: int, why: str, rules: Rules) -> Move:
    # Jitter, so that breakers that opened together are not probed together.
    seconds = min(rules.open_seconds * 2.0 ** min(openings - 1, 30), rules.longest_open_seconds)
    return Move(OPEN, openings, 0, seconds * random.uniform(0.9, 1.1), why)  # noqa: S311 - spread, not a secret


def _step(seen: Standing, rules: Rules) -> Move | None:
    """The next step of a recovery, once this one has shown enough."""
    waited = seen.successes and seen.since_seconds >= rules.step_seconds
    if seen.successes < rules.step_successes and not waited:
        return None
    why = f"{seen.successes} calls went well at {seen.share} %"
    larger = [share for share in rules.shares if share > seen.share]
    return Move(RECOVERING, seen.openings, larger[0], why=why) if larger else Move(CLOSED, 0, 100, why=why)
