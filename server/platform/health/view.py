"""What a decision sees of a provider, from memory: it never waits, and tells how old what it tells is."""

from collections.abc import Callable

from corridor.providers.v1.provider_health_pb2 import HealthSeen
from server.kit import clock
from server.platform.health import bands
from server.platform.health.breakers import Breakers, Known
from server.platform.health.rules import OPEN, RECOVERING
from server.platform.health.sharing import Sharing
from server.platform.health.words import Words
from server.platform.providers.gates import Destination

_SECOND_NANOS = 1_000_000_000

RateLimitedFor = Callable[[Destination], float]
"""For how many seconds a provider takes no call from a connection; 0 while it takes them."""


class HealthView:
    """How it is with providers, for decisions."""

    def __init__(
        self, breakers: Breakers, sharing: Sharing, words: Words, rate_limited_for: RateLimitedFor = lambda _: 0.0
    ) -> None:
        self._breakers = breakers
        self._sharing = sharing
        self._words = words
        self.rate_limited_for = rate_limited_for

    def note(self, seen: HealthSeen, to: Destination, institution_id: str = "", rail: int = 0) -> None:
        """Write down what is known of an operation over a connection, and of the bank or rail at the other end."""
        now = clock.monotonic()
        known = self._breakers.of(to, now)
        self._sharing.used(now)
        state = known.standing.state
        if state == RECOVERING:
            known.decided()
        usual = known.seen
        if usual is None:
            usual = known.seen = _usual(known)
        seen.CopyFrom(usual)
        if read_at := known.read_at:
            age, nanos = seen.age, int((now - read_at) * 1e9)
            if nanos < _SECOND_NANOS:  # by hand, as the usual conversion takes longer than all the rest here
                age.nanos = nanos
            else:
                age.seconds, age.nanos = divmod(nanos, _SECOND_NANOS)
        if state == OPEN:
            seen.probe_time.FromNanoseconds(int((clock.epoch() + known.probe_at - now) * 1e9))
        said = self._words.of(to, now)
        if said.overrides and (until := said.open_until(to.operation, now)):
            seen.breaker = OPEN
            seen.ClearField("recovery_percent")
            seen.probe_time.FromNanoseconds(int((clock.epoch() + until - now) * 1e9))
        if said.institutions and (institution := said.institution(institution_id, rail, now)) is not None:
            seen.institution.CopyFrom(institution)
        wait = self.rate_limited_for(to)
        if wait > 0:
            seen.rate_limited_for.FromNanoseconds(int(wait * 1e9))


def _usual(known: Known) -> HealthSeen:
    """What stays the same until it is read anew."""
    if not known.read_at:
        return HealthSeen()
    standing = known.standing
    seen = HealthSeen(breaker=standing.state, recovery_percent=standing.share if standing.state == RECOVERING else 0)
    calls, failures, timeouts, counts = known.figures
    if calls:
        seen.failure_basis_points = 10_000 * failures // calls
        seen.timeout_basis_points = 10_000 * timeouts // calls
        for name, share in (("latency_p50", 0.5), ("latency_p95", 0.95)):
            seconds = bands.quantile(counts, share)
            if seconds is not None:
                getattr(seen, name).FromNanoseconds(int(seconds * 1e9))
    return seen
