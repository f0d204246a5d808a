"""Calls to an account, for tests of gates: where they go, and how they end with which headers."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from adapters.kit.call import Exchange
from adapters.kit.discovery import Provider, providers
from adapters.kit.manifest import Limits
from adapters.kit.rate_limits import Names
from server.kit import ids
from server.platform.metrics import Metrics
from server.platform.pacing.pacing import PacingGate
from server.platform.pacing.shared import Shared
from server.platform.providers.gates import Destination, Ending, Held
from server.store.attempts import Outcome
from server.store.engine import Store
from tests.serving import SANDBOX

PROVIDER = "sandbox"


def to(connection_id: str = "", operation: str = "create_payout", address: str = "http://127.0.0.1:1") -> Destination:
    """A call of some account; of a new one if none is named."""
    return Destination("co_1", SANDBOX, connection_id or ids.new("conn"), PROVIDER, address, operation)


def gate(store: Store, *, rate: float = float("inf"), names: Names | None = None) -> PacingGate:
    """The gate of one process, at a provider with this rate and these headers."""
    own = providers()[PROVIDER]
    limits = Limits(timeout_seconds=5.0, requests_per_second=rate, headers=names or Names())
    changed: Provider = replace(own, manifest=replace(own.manifest, limits=limits))
    return PacingGate(Shared(store), {PROVIDER: changed}, Metrics())


def answered(headers: Mapping[str, str] | None = None, status: int = 200) -> Ending:
    """How a call ended whose answer had these headers."""
    exchange = Exchange(
        method="POST", url="http://127.0.0.1:1/", query="", started_at=0.0, duration_seconds=0.01, request_headers={},
        request_body="", request_bytes=0, status=status, response_headers=dict(headers or {}), response_body="",
        response_bytes=0,
    )  # fmt: skip
    return Ending(Outcome.ANSWERED if status < 300 else Outcome.UNAVAILABLE, 0.01, (exchange,))


def draft(limit: int, remaining: int, reset: int, window: int | None = None) -> dict[str, str]:
    """What the IETF's draft has a server say."""
    told = {"ratelimit": f'"default";r={remaining};t={reset}'}
    policy = f'"default";q={limit}' + (f";w={window}" if window else "")
    return told | {"ratelimit-policy": policy}


@dataclass
class Vendor:
    """A vendor that counts calls in a window that does not end while the test runs."""

    limit: int
    reset: int = 60
    used: int = 0

    def answer(self) -> Ending:
        """Count one call, and tell what is left."""
        self.used += 1
        return answered(draft(self.limit, max(0, self.limit - self.used), self.reset, self.reset))


def call(through: PacingGate, where: Destination, end: Callable[[], Ending]) -> Held | None:
    """One call through a gate; why it was held back, if it was."""
    held = through.enter(where)
    if held is None:
        through.leave(where, end())
    return held


def on_thread(run: Callable[[], None]) -> threading.Thread:
    """Something that goes on beside the test: a gate knows a call by its thread."""
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread
