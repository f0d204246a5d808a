"""Processes that share breakers over one database, each with its own memory, and calls that end as a test wants."""

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from adapters.kit.capture import Exchange
from corridor.providers.v1.provider_health_pb2 import HealthSeen
from server.kit import ids
from server.platform.health.breakers import Breakers
from server.platform.health.gate import BreakerGate
from server.platform.health.rules import Rules
from server.platform.health.sharing import Sharing
from server.platform.health.view import HealthView
from server.platform.health.words import Words
from server.platform.providers.gates import Destination, Ending, Held
from server.store.attempts import Outcome
from server.store.engine import Store

# Quick, and otherwise as in production.
QUICK = Rules(open_seconds=0.3, probe_lease_seconds=0.5, step_seconds=60.0)
ADDRESS = "https://api.vendor.example"


class Process:
    """What one process knows of breakers. Nothing is told in the background: a test says when."""

    def __init__(self, url: str, rules: Rules = QUICK) -> None:
        self.store = Store(url, pool_size=1)
        self.breakers, self.words = Breakers("eu", rules), Words()
        self.sharing = Sharing(self.store, self.breakers, self.words)
        self.sharing._start = lambda: None  # type: ignore[method-assign] # no thread: steps are the test's
        self.gate = BreakerGate(self.breakers, self.sharing, self.words)
        self.view = HealthView(self.breakers, self.sharing, self.words)

    def call(self, to: Destination, ending: Ending | None) -> Held | None:
        """Make a call that ends so; how it was held back, if it was."""
        to = replace(to)  # each call has a destination of its own
        held = self.gate.enter(to)
        if held is None:
            self.gate.leave(to, ending)
        return held

    def step(self) -> None:
        """Tell what was counted, and read how everything stands."""
        self.sharing.step()

    def state(self, to: Destination) -> int:
        """The breaker's state as this process knows it."""
        return int(self.breakers.of(to).standing.state)

    def close(self) -> None:
        """Let go of connections."""
        self.sharing.close()
        self.store.close()


def seen_by(view: HealthView, to: Destination, institution_id: str = "", rail: int = 0) -> HealthSeen:
    """What a decision would write down of a destination."""
    seen = HealthSeen()
    view.note(seen, to, institution_id, rail)
    return seen


@contextlib.contextmanager
def processes(url: str, number: int = 2, rules: Rules = QUICK) -> Iterator[list[Process]]:
    """Some processes on one database."""
    made = [Process(url, rules) for _ in range(number)]
    try:
        yield made
    finally:
        for each in made:
            each.close()


def to(operation: str = "create_payout", **changes: Any) -> Destination:
    """A destination that no other test has."""
    usual = Destination(ids.new("co"), 1, ids.new("conn"), "vendor", f"{ADDRESS}/{ids.new('t')}", operation)
    return replace(usual, **changes)


def ending(outcome: Outcome, status: int = 0, seconds: float = 0.01, **changes: Any) -> Ending:
    """The ending of a call with one exchange."""
    exchange = Exchange("POST", ADDRESS, "", 0.0, seconds, {}, "", 0, status, {}, "", 0)
    return Ending(outcome, seconds, (exchange,), **changes)


ANSWERED = ending(Outcome.ANSWERED, 200)
FAILED = ending(Outcome.UNAVAILABLE, 503)
LOST = ending(Outcome.UNKNOWN, seconds=6.0, timed_out=True)
