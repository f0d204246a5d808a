"""What is known of the providers' health, and what holds calls back: in a run the dice say so, and no clock.

Breakers, rate limits and bulkheads count in real time; what follows from their word is what runs are about.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from unittest import mock

from adapters.kit.discovery import Provider
from corridor.providers.v1.provider_health_pb2 import HealthSeen
from server.parts import gates, health
from server.parts.foundation import Foundation
from server.parts.gates import Gates
from server.platform.health.rules import OPEN, RECOVERING
from server.platform.providers.gates import Destination, Ending, Gate, Held
from tests.chaos.simulation.dice import Dice

_HELD_SECONDS = (5.0, 20.0, 60.0)


class Weather:
    """A gate, and the view of health on which decisions rest. `bad` is how probable anything out of order is."""

    def __init__(self) -> None:
        self.bad = 0.0
        self.dice = Dice("")
        self.rate_limited_for: Any = None  # what health would ask

    def enter(self, to: Destination) -> Held | None:
        """Let a call through, or hold it back."""
        if not self.bad or not self.dice.falls(self.bad):
            return None
        self.dice.note("    held back")
        return Held(self.dice.choice(_HELD_SECONDS), "the dice")

    def leave(self, to: Destination, ending: Ending | None) -> None:
        """Nothing was taken."""

    def note(self, seen: HealthSeen, to: Destination, institution_id: str = "", rail: int = 0) -> None:
        """Write down what a decision sees."""
        if not self.bad or not self.dice.falls(self.bad):
            return
        match self.dice.choice(("open", "recovering", "limited")):
            case "open":
                seen.breaker = OPEN
                wait = self.dice.choice(_HELD_SECONDS)
                seen.probe_time.FromNanoseconds(int((time.time() + wait) * 1e9))
            case "recovering":
                seen.breaker, seen.recovery_percent = RECOVERING, 25
            case _:
                seen.rate_limited_for.FromNanoseconds(int(self.dice.choice(_HELD_SECONDS) * 1e9))


@contextmanager
def instead(weather: Weather) -> Iterator[None]:
    """Build processes that ask the weather."""
    usual = health.build

    class Seeded(Gates):
        all = property(lambda _: (weather,))  # type: ignore[assignment] # in place of the real ones

    def passed(base: Foundation, providers: Mapping[str, Provider], breaker: Gate) -> Gates:
        real = _GATES(base, providers, breaker)
        return Seeded(real.bulkhead, real.breaker, real.pacing)

    def known(base: Foundation) -> health.Health:
        return replace(usual(base), view=weather)  # type: ignore[arg-type] # it stands in for the view

    with mock.patch.object(gates, "build", passed), mock.patch.object(health, "build", known):
        yield


_GATES = gates.build
