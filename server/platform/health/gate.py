"""The breaker before every call: closed lets through, open holds back, and one call at a time shows when it is over.

Rule: who is held back waits or goes elsewhere, and has lost no try. Nothing here waits for the database, save the one
call that asks whether it is the probe.
"""

import random

from server.kit import clock
from server.platform.health.breakers import Breakers, Known
from server.platform.health.rules import CLOSED, HALF_OPEN, OPEN, RECOVERING
from server.platform.health.sharing import Sharing
from server.platform.health.words import Words
from server.platform.providers.gates import Destination, Ending, Held

_SOON_SECONDS = 1.0  # a probe or a share of others: look again
_SPREAD = 0.5


class BreakerGate:
    """Holds calls back that would fail anyway."""

    def __init__(self, breakers: Breakers, sharing: Sharing, words: Words) -> None:
        self._breakers = breakers
        self._sharing = sharing
        self._words = words
        self._entered: dict[int, tuple[Known, int]] = {}  # by the destination's identity, which lives as long as a call

    def enter(self, to: Destination) -> Held | None:
        """Let a call through, note at which revision; or hold it back."""
        known = self._breakers.of(to)
        self._breakers.used(to, known)
        self._sharing.used()
        now = clock.monotonic()
        said = self._words.of(to, now)
        if said.overrides and (until := said.open_until(to.operation, now)):
            return _held(until - now, "a person of the company has opened the breaker")
        if known.standing.state != CLOSED:
            held = self._not_closed(known)
            if held is not None:
                return held
        self._entered[id(to)] = (known, known.standing.revision)
        return None

    def leave(self, to: Destination, ending: Ending | None) -> None:
        """Count how a call ended that was let through."""
        entered = self._entered.pop(id(to), None)
        if entered is None:
            return
        known, revision = entered
        state = known.standing.state
        if ending is None:
            if state == HALF_OPEN:
                self._breakers.give_back(known, revision)
                self._sharing.used(at_once=True)
            elif state == RECOVERING:
                known.credit += 1.0
            return
        failed = self._breakers.count(known, revision, ending)
        self._sharing.used(at_once=failed or state == HALF_OPEN)

    def _not_closed(self, known: Known) -> Held | None:
        now, state = clock.monotonic(), known.standing.state
        if state == RECOVERING:
            known.offered()
            if known.credit >= 1.0:
                known.credit -= 1.0
                return None
            return _held(_SOON_SECONDS, f"it recovers: {known.standing.share} % of calls go through")
        if state == OPEN and now < known.probe_at:
            return _held(known.probe_at - now, "its breaker is open: too many calls failed lately")
        if state == HALF_OPEN and now < known.lease_until:
            return _held(_SOON_SECONDS, "its breaker is open, and another call finds out whether it works again")
        if self._sharing.probe(known):
            return None
        if known.standing.state in (CLOSED, RECOVERING):  # somebody else has found out meanwhile
            return None if known.standing.state == CLOSED else self._not_closed(known)
        return _held(_SOON_SECONDS, "its breaker is open, and another call finds out whether it works again")


def _held(seconds: float, why: str) -> Held:
    # Spread, so that what waits does not come back all at once.
    return Held(max(seconds, 0.0) + random.uniform(0.0, _SPREAD), why)  # noqa: S311 - spread, not a secret
