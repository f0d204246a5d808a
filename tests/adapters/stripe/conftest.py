"""A simulated vendor whose payouts stand still, a recorder before it, and calls through the recorder."""

from collections.abc import Callable, Iterator

import pytest

from adapters.kit.call import Call, Http
from adapters.stripe.simulator import StripeSimulator
from tests.adapters.judging.recorder import Recording, recording
from tests.adapters.stripe import samples
from tests.server.flows.fixtures import bridge, busy, flow

__all__ = ["bridge", "busy", "call", "flow", "simulator", "wire"]


@pytest.fixture
def simulator() -> Iterator[StripeSimulator]:
    """A vendor whose payouts stand still until they are moved."""
    with StripeSimulator(step_seconds=3600) as running:
        yield running


@pytest.fixture
def wire(simulator: StripeSimulator) -> Iterator[Recording]:
    """What travels between the adapter and the vendor."""
    with recording(simulator.url) as kept:
        yield kept


@pytest.fixture
def call(wire: Recording) -> Iterator[Callable[..., Call]]:
    """Makes calls through the recorder."""
    http = Http()

    def make(key: str = "key-1", *, environment: str = "sandbox", base_url: str = "", **changes: str) -> Call:
        return Call(
            http=http,
            base_url=base_url or wire.url,
            hosts={"files": base_url or wire.url},
            credentials={**samples.CREDENTIALS, **changes},
            environment=environment,
            idempotency_key=key,
            deadline_seconds=10,
            correlation_id="corr_1",
            request_id="req_1",
            traceparent="",
            operation="test",
        )

    yield make
    http.close()
