"""The two providers of a run: simulators that move only by hand, and the wire to them, which breaks as the dice fall.

Rule: which providers there are, what they cover and how they are provoked comes from manifests and fixtures.
"""

import functools
import importlib
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpcore

from adapters.kit.discovery import Provider, providers
from adapters.kit.http import HttpResponse
from adapters.kit.simulator import Fault, Simulator
from adapters.kit.simulator_webhooks import HandClock
from tests.chaos.simulation.dice import Dice
from tests.chaos.simulation.process import Exchange
from tests.conformance.bench import Fixtures

STEP_SECONDS = 300.0  # how long each state lasts at a vendor, by the run's own time

# How an exchange goes wrong. The simulator breaks some of them itself, on the real connection.
_AT_VENDOR: Mapping[str, Fault] = {
    "503 before": Fault("refuse"),
    "429": Fault("refuse", seconds=1.0),
    "reset": Fault("reset"),
    "answer lost": Fault("lost_answer"),
    "500 after": Fault("error_after"),
    "half a body": Fault("half_body"),
    "HTML": Fault("html"),
}
_ON_THE_WAY = ("connection refused", "no connection in time", "request lost", "answer too late", "answer cut off")
FAULTS = (*_AT_VENDOR, *_ON_THE_WAY)


@dataclass
class Vendor:
    """A simulated provider, and the company's connection to it."""

    provider: Provider
    fixtures: Fixtures
    simulator: Any  # a Simulator by hand
    connection_id: str = ""
    locked_out: bool = False
    """Whether the connection's credentials are wrong at the moment."""

    @property
    def name(self) -> str:
        """The provider's name."""
        return self.provider.name

    @property
    def clock(self) -> HandClock:
        """The vendor's time."""
        clock: HandClock = self.simulator.clock
        return clock

    @property
    def secret(self) -> str:
        """What signs its webhooks."""
        signing = self.provider.manifest.webhook_secret
        return self.fixtures.credentials[signing.name] if signing else ""

    def step(self) -> None:
        """Let happen what is due next at the vendor."""
        with self.simulator.store.lock:
            self.clock.step()


def vendor(name: str, seed: int) -> Vendor:
    """A vendor of a run, listening."""
    provider = providers()[name]
    simulator: Simulator = provider.simulator(seed=seed, step_seconds=STEP_SECONDS, by_hand=True)
    simulator.start()
    made = Vendor(provider, fixtures_of(name), simulator)
    made.fixtures.set_up(simulator)
    return made


def stop(made: Vendor) -> None:
    """Stop a vendor without waiting for it."""
    threading.Thread(target=made.simulator.stop, daemon=True).start()


@functools.cache
def fixtures_of(name: str) -> Fixtures:
    """What tests know of a provider."""
    found: Fixtures = importlib.import_module(f"tests.adapters.{name}.fixtures").FIXTURES
    return found


@functools.cache
def pairs(domain: str) -> Sequence[tuple[str, str]]:
    """Which two providers can serve a domain together, or those of `CORRIDOR_SIMULATION_PROVIDERS=a,b`."""
    if asked := os.environ.get("CORRIDOR_SIMULATION_PROVIDERS"):
        first, second = asked.split(",")
        return [(first, second), (second, first)]
    able = [name for name, each in sorted(providers().items())
            if domain in each.manifest.coverage and each.has_simulator and _has_fixtures(name, domain)]  # fmt: skip
    return [(first, second) for first in able for second in able if first != second]


def _has_fixtures(name: str, domain: str) -> bool:
    try:
        known = fixtures_of(name)
    except ModuleNotFoundError:
        return False  # a provider that a test brought along
    return bool(known.amounts) if domain == "payouts" else known.payments is not None


class Wire:
    """What lies between Corridor and its vendors. While it is `rough`, exchanges go wrong with this probability."""

    def __init__(self, dice: Dice, cut: Callable[[str], None], meanwhile: Callable[[], None]) -> None:
        self.vendors: Mapping[str, Vendor] = {}
        self.rough = 0.0
        self._dice = dice
        self._cut = cut
        self._meanwhile = meanwhile

    def through(self, real: Exchange, asked: Mapping[str, Any]) -> HttpResponse:
        """An exchange with whichever vendor listens there."""
        at = next((each for each in self.vendors.values() if asked["url"].startswith(each.simulator.url)), None)
        if at is None:
            raise AssertionError(f"nobody listens at {asked['url']}")
        fault = self._dice.choice(FAULTS) if self._dice.falls(self.rough) else ""
        self._dice.note(f"    {asked['method']} at {at.name}{': ' + fault if fault else ''}")
        self._cut("wire.before")
        _before(fault)
        if fault in _AT_VENDOR:
            at.simulator.fault(_AT_VENDOR[fault])
        try:
            response = real(**asked)
        finally:
            at.simulator.clear_faults()
        self._meanwhile()
        self._cut("wire.after")
        _after(fault)
        return response


def _before(fault: str) -> None:
    match fault:
        case "connection refused":
            raise httpcore.ConnectError
        case "no connection in time":
            raise httpcore.ConnectTimeout
        case "request lost":
            raise httpcore.ReadTimeout


def _after(fault: str) -> None:
    match fault:
        case "answer too late":
            raise httpcore.ReadTimeout
        case "answer cut off":
            raise httpcore.ReadError
