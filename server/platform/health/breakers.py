"""What one process knows and has counted of breakers. The call path meets memory alone, and waits for nothing.

Rule: what is counted belongs to the revision of the breaker that the call met, so that what ends late changes nothing.
"""

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from corridor.providers.v1 import provider_health_pb2 as health
from server.kit import clock
from server.platform.health import bands
from server.platform.health.endings import Said, said
from server.platform.health.keys import Key, key
from server.platform.health.rules import (
    HALF_OPEN,
    RECOVERING,
    Counted,
    Rules,
    Standing,
    following,
    moved,
    with_counted,
)
from server.platform.providers.gates import Destination, Ending

_WINDOW_SECONDS = 10.0
_WATCHED_SECONDS = 60.0  # after its last use
_FORGOTTEN_AFTER_SECONDS = 600.0
_USE_TOLD_EVERY_SECONDS = 600.0
_AT_MOST = 20_000
_NO_CALLS: tuple[int, int, int, list[int]] = (0, 0, 0, [])
# How many calls go through at once, at most, after a recovering breaker was not called for a while.
_CREDIT_AT_MOST = 3.0
# A decision may choose a recovering provider for its share, and the gate must then let most of these through.
_CREDIT_OF_DECISION = 1.5


@dataclass(slots=True)
class Tally:
    """Calls as they are told to PostgreSQL: how they ended, and in which bands of duration."""

    calls: int
    failures: int
    timeouts: int
    bands: list[int]


class Known:
    """What this process knows of one breaker."""

    __slots__ = (
        "alone", "counted", "credit", "digest", "figures", "key", "lease_until", "probe_at", "read_at", "seen",
        "standing", "tally", "used_at",
    )  # fmt: skip

    def __init__(self, key: Key) -> None:
        self.key = key
        self.digest = key.digest
        self.standing = Standing()
        self.read_at = 0.0  # by clock.monotonic(); 0 while nothing is known
        self.probe_at = 0.0  # as above: when it may be probed
        self.lease_until = 0.0  # as above: until when another one probes
        self.used_at = clock.monotonic()
        self.credit = 1.0  # calls that may go through while it recovers
        self.counted: dict[int, Counted] = {}
        self.tally: Tally | None = None
        self.alone: list[tuple[float, int, int]] = []  # calls and failures of this process alone, by their time
        self.figures: tuple[int, int, int, list[int]] = _NO_CALLS  # of all processes, of the last minute
        self.seen: health.HealthSeen | None = None  # what decisions see, without what changes by itself

    def stands(self, standing: Standing, now: float) -> None:
        """Take in how it stands."""
        if standing.revision != self.standing.revision:
            self.credit = 1.0
            self.alone = []
        self.standing = standing
        self.read_at = now
        self.probe_at = now + standing.probe_seconds
        self.lease_until = now + standing.lease_seconds if standing.lease_seconds > 0 else 0.0
        self.seen = None

    def offered(self, factor: float = 1.0) -> None:
        """Something could go there: while it recovers, a share of that may."""
        if self.standing.state == RECOVERING:
            self.credit = min(self.credit + factor * self.standing.share / 100, _CREDIT_AT_MOST)

    def decided(self) -> None:
        """A decision looks at it."""
        self.offered(_CREDIT_OF_DECISION)


Use = tuple[str, int, str, str]
"""A company, environment and connection, and the breaker that they use."""


class Breakers:
    """Every breaker that this process has met lately."""

    def __init__(self, region: str, rules: Rules) -> None:
        self.rules = rules
        self._region = region
        self._known: dict[tuple[str, str, str, str, int], Known] = {}
        self._by_digest: dict[str, Known] = {}
        self._uses: dict[Use, float] = {}
        self._untold: set[Use] = set()
        self._lock = threading.Lock()

    def of(self, to: Destination, now: float | None = None) -> Known:
        """The breaker that a call meets. Nothing is known of a new one until it has been read.

        `now` is by clock.monotonic(), from whoever has just looked.
        """
        short = (to.provider, to.address, to.operation, to.company_id, to.environment)
        known = self._known.get(short)
        if known is None:
            with self._lock:
                known = self._known.setdefault(short, Known(key(to, self._region)))
                self._by_digest[known.digest] = known
        known.used_at = clock.monotonic() if now is None else now
        return known

    def used(self, to: Destination, known: Known) -> None:
        """Note who calls it, so that the company is told of its incidents."""
        use = (to.company_id, to.environment, to.connection_id, known.digest)
        if clock.monotonic() - self._uses.get(use, -_USE_TOLD_EVERY_SECONDS) >= _USE_TOLD_EVERY_SECONDS:
            with self._lock:
                self._uses[use] = clock.monotonic()
                self._untold.add(use)

    def count(self, known: Known, revision: int, ending: Ending) -> bool:
        """Count a call that met a breaker at a revision; whether it failed."""
        says = said(ending)
        with self._lock:
            if says is Said.NOTHING:
                if known.standing.state == HALF_OPEN:
                    known.counted.setdefault(revision, Counted()).given_back = True
                return False
            failed = says is Said.FAILS
            known.counted.setdefault(revision, Counted()).count(failed=failed, timed_out=failed and ending.timed_out)
            tally = known.tally = known.tally or Tally(0, 0, 0, [0] * bands.BANDS)
            tally.calls += 1
            tally.failures += failed
            tally.timeouts += ending.timed_out
            tally.bands[bands.band(ending.seconds)] += 1
            return failed

    def give_back(self, known: Known, revision: int) -> None:
        """A probe was not made after all."""
        with self._lock:
            known.counted.setdefault(revision, Counted()).given_back = True

    def taken(self) -> list[tuple[Known, Mapping[int, Counted], Tally | None]]:
        """Every breaker in use, in the order of digests, with what was counted since the last time."""
        now = clock.monotonic()
        with self._lock:
            found: list[tuple[Known, Mapping[int, Counted], Tally | None]] = []
            for digest in sorted(self._by_digest):
                known = self._by_digest[digest]
                if known.counted or known.tally or now - known.used_at < _WATCHED_SECONDS:
                    found.append((known, known.counted, known.tally))
                    known.counted, known.tally = {}, None
            return found

    def untold(self) -> list[Use]:
        """Who uses what, as far as it has not been told."""
        with self._lock:
            uses, self._untold = list(self._untold), set()
            return uses

    def put_back(self, taken: Iterable[tuple[Known, Mapping[int, Counted], Tally | None]], uses: Iterable[Use]) -> None:
        """What could not be told: durations are kept for later, the rest counts here alone."""
        now = clock.monotonic()
        with self._lock:
            self._untold.update(uses)
            for known, counted, tally in taken:
                if tally:
                    newer = known.tally or Tally(0, 0, 0, [0] * bands.BANDS)
                    known.tally = Tally(
                        tally.calls + newer.calls,
                        tally.failures + newer.failures,
                        tally.timeouts + newer.timeouts,
                        [old + new for old, new in zip(tally.bands, newer.bands, strict=True)],
                    )
                self._alone(known, counted, now)

    def _alone(self, known: Known, counted: Mapping[int, Counted], now: float) -> None:
        """Keep the rules with this process's own counts."""
        before, here = known.standing, counted.get(known.standing.revision, Counted())
        known.alone = [each for each in known.alone if now - each[0] < _WINDOW_SECONDS]
        known.alone.append((now, here.calls, here.failures))
        standing = replace(
            with_counted(before, here),
            since_seconds=before.since_seconds + (now - known.read_at if known.read_at else 0.0),
            probe_seconds=max(known.probe_at - now, 0.0),
            lease_seconds=0.0 if here.given_back else max(known.lease_until - now, 0.0),
            window_calls=sum(calls for _, calls, _ in known.alone),
            window_failures=sum(failures for _, _, failures in known.alone),
        )
        move = following(standing, self.rules)
        known.stands(moved(standing, move) if move else standing, now)

    def probing_alone(self, known: Known) -> None:
        """Probe without PostgreSQL: this process lets one call of its own through."""
        before, lease = known.standing, self.rules.probe_lease_seconds
        probed = Standing(HALF_OPEN, before.revision + 1, before.openings, 0, lease_seconds=lease)
        known.stands(probed, clock.monotonic())

    def figures(self, figures: Mapping[str, tuple[int, int, int, list[int]]]) -> None:
        """Take in how the calls of all processes ended in the last minute."""
        for digest, known in list(self._by_digest.items()):
            known.figures = figures.get(digest, _NO_CALLS)
            known.seen = None

    def all(self) -> list[Known]:
        """Every breaker that this process has met lately."""
        return list(self._by_digest.values())

    def forget(self) -> None:
        """Let go of what is not called any more; of what is, when there is too much of it."""
        now = clock.monotonic()
        with self._lock:
            idle = [each for each in self._known.items() if now - each[1].used_at > _FORGOTTEN_AFTER_SECONDS]
            idle = idle if len(self._known) <= _AT_MOST else list(self._known.items())
            for short, known in idle:
                if not known.counted and not known.tally:
                    del self._known[short]
                    self._by_digest.pop(known.digest, None)
            if len(self._uses) > _AT_MOST:
                self._uses.clear()
