"""What this process knows of one account's limits at a provider, what calls it holds, and what it has to tell.

Rule: a call that is given out is accounted for once: as ended, or as returned, in the window it was taken from.
"""

import random
from collections import deque
from dataclasses import dataclass, field

from adapters.kit.rate_limits import Limit

LEASE_SECONDS = 1.0
"""How long calls are held that were taken ahead."""
_LATE_SECONDS = 1.0  # resets are told in whole seconds: what was sent just before may count after
_BATCH_MOST = 32
_OBSERVED = 64  # calls by which the rate is measured
_USUAL_RATE = 20.0
_TURN_MOST_SECONDS = 60.0
_WAIT_MOST_SECONDS = 300.0  # routes change meanwhile
_UNTOLD_WINDOW_SECONDS = 1.0


@dataclass(slots=True)
class Tally:
    """What became of the calls of one window, since it was last told to all processes."""

    ended: int = 0
    uncounted: int = 0
    late: int = 0
    returned: int = 0
    limit: int | None = None
    left: int | None = None
    reset_at: float | None = None
    """On this process's monotonic clock."""
    window_seconds: float | None = None
    refused: bool = False
    stop_at: float | None = None

    def hear(self, told: Limit, now: float, in_flight: int) -> None:
        """Take in what an answer said. `in_flight` calls are under way of which nobody else knows."""
        if told.remaining is not None:
            left = told.remaining - in_flight
            self.left = left if self.left is None else min(self.left, left)
            self.limit = told.limit
            self.window_seconds = told.window_seconds
            if told.reset_seconds is not None:
                reset_at = now + told.reset_seconds
                self.reset_at = reset_at if self.reset_at is None else min(self.reset_at, reset_at)
        if told.refused:
            self.refused = True
            if told.retry_after_seconds is not None:
                self.stop_at = max(self.stop_at or 0.0, now + told.retry_after_seconds)


@dataclass(frozen=True, slots=True)
class Taken:
    """What the database answered: see `corridor.pace_calls`."""

    granted: int
    calls_left: int
    call_limit: int
    wait_seconds: float
    window_number: int
    window_seconds: float
    ends_seconds: float
    told: bool


@dataclass(frozen=True, slots=True)
class Pass:
    """What a call carries from its beginning to its end. Window 0: nothing was known, and it is in no window."""

    account: "Account"
    window_number: int
    window_ends: float
    at: float


@dataclass(slots=True)
class Account:
    """One account at a provider. Its owner's lock is held by whoever touches it."""

    bucket: str
    provider: str
    connection_id: str
    guess: float
    """Calls a second by the manifest; 0 where it declares none."""
    known: bool = False
    """Whether calls have to be taken from the shared bucket."""
    fresh: bool = True
    """Whether this process has yet to see if others know something."""
    asking: bool = False
    in_flight: int = 0
    strangers: int = 0
    """Of those in flight, the ones that no window knows."""
    held: int = 0
    held_until: float = 0.0
    window_number: int = 0
    window_seconds: float = _UNTOLD_WINDOW_SECONDS
    window_ends: float = 0.0
    call_limit: int = 0
    calls_left: int = 0
    told: bool = False
    batch: int = 0
    empty_until: float = 0.0
    looks_empty_until: float = 0.0
    turns: int = 0
    used_at: float = 0.0
    tallies: dict[int, Tally] = field(default_factory=dict)
    recent: deque[float] = field(default_factory=lambda: deque(maxlen=_OBSERVED))

    def tally(self, window_number: int) -> Tally:
        """What is to be told of a window."""
        return self.tallies.setdefault(window_number, Tally())

    def give(self, now: float) -> Pass | None:
        """A call that is held here; None if there is none."""
        if self.held and now >= self.held_until:
            self.tally(self.window_number).returned += self.held
            self.held = 0
        if not self.held:
            return None
        self.held -= 1
        return Pass(self, self.window_number, self.window_ends, now)

    def wanted(self, now: float) -> int:
        """How many to take: twice as many for who used up the last ones in time, so that few ever lapse."""
        busy = now < self.held_until
        self.batch = min(max(1, self.batch * 2), _BATCH_MOST) if busy else 1
        return self.batch

    def take_in(self, taken: Taken, now: float, acts: bool) -> None:
        """What the database answered becomes known here."""
        if taken.window_number != self.window_number:
            if self.held:
                self.tally(self.window_number).returned += self.held
                self.held = 0
            self.turns = 0
        self.known = True
        self.window_number, self.window_seconds = taken.window_number, taken.window_seconds
        self.window_ends = now + taken.ends_seconds
        self.call_limit, self.calls_left, self.told = taken.call_limit, taken.calls_left, taken.told
        self.held += taken.granted
        if taken.granted:
            self.held_until = min(now + LEASE_SECONDS, self.window_ends)
        until = now + taken.wait_seconds
        if acts:
            self.empty_until = until
        self.looks_empty_until = max(until, self.empty_until)

    def wait_seconds(self, now: float, acts: bool) -> float:
        """In how many seconds there is a call again; 0 as long as that is not known to be later than now."""
        return max(0.0, (self.empty_until if acts else self.looks_empty_until) - now)

    def turn_seconds(self, wait: float) -> float:
        """When one that waits comes back: each window's share in its window, and not all at its beginning."""
        windows = self.turns // max(1, self.call_limit)
        self.turns += 1
        later = windows * self.window_seconds
        if later > _TURN_MOST_SECONDS:
            later = random.uniform(_TURN_MOST_SECONDS / 2, _TURN_MOST_SECONDS)  # noqa: S311 - spreads load
        spread = random.uniform(0.0, min(1.0, self.window_seconds / 4))  # noqa: S311 - as above
        return min(wait + later, _WAIT_MOST_SECONDS) + spread + 0.005

    def end(self, each: Pass, told: Limit | None, exchanges: int, now: float) -> None:
        """A call has ended, and its answer said this of limits."""
        tally = self.tally(each.window_number)
        if each.window_number:
            tally.ended += 1
            tally.late += self.told and each.at >= each.window_ends - _LATE_SECONDS
            if told is None or told.remaining is None:
                tally.uncounted += max(1, exchanges)
        if told is not None:
            tally.hear(told, now, self.strangers)

    def observed(self, now: float) -> float:
        """Calls a second that this process made lately, or what no provider refuses for being too many."""
        if len(self.recent) < 2:
            return _USUAL_RATE
        return max(_USUAL_RATE, (len(self.recent) - 1) / max(now - self.recent[0], 0.001))
