"""What a process knows of how it is with providers, put together: counted in memory, shared in the background."""

from dataclasses import dataclass

from server.parts.foundation import Foundation
from server.platform.health.breakers import Breakers
from server.platform.health.gate import BreakerGate
from server.platform.health.metrics import BreakerMetrics
from server.platform.health.rules import Rules
from server.platform.health.sharing import Sharing
from server.platform.health.view import HealthView
from server.platform.health.words import Words


@dataclass(frozen=True)
class Health:
    """How it is with providers, for gates and decisions."""

    breakers: Breakers
    sharing: Sharing
    words: Words
    gate: BreakerGate
    view: HealthView

    def close(self) -> None:
        """Tell what was counted last, and stop."""
        self.sharing.close()


def build(base: Foundation) -> Health:
    """The health of providers as a process on a foundation knows it."""
    settings = base.settings
    rules = Rules(open_seconds=settings.breaker_open_seconds, longest_open_seconds=settings.breaker_longest_seconds)
    breakers, words = Breakers(settings.region, rules), Words()
    sharing = Sharing(base.store, breakers, words)
    base.metrics.registry.register(BreakerMetrics(breakers, sharing))
    return Health(breakers, sharing, words, BreakerGate(breakers, sharing, words), HealthView(breakers, sharing, words))
