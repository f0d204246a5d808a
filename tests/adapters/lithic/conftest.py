"""A simulated vendor whose payments stand still, a recorder before it, and calls through the recorder."""

from collections.abc import Callable, Iterator

import pytest

from adapters.kit.call import Call, Http
from adapters.lithic.simulator import LithicSimulator
from tests.adapters.judging.recorder import Recording, recording
from tests.adapters.lithic import samples
from tests.server.flows.fixtures import bridge, busy, flow

__all__ = ["bridge", "busy", "call", "flow", "simulator", "wire"]


@pytest.fixture
def simulator() -> Iterator[LithicSimulator]:
    """A vendor whose payments stand still until they are moved."""
    with LithicSimulator(step_seconds=3600) as running:
        yield running


@pytest.fixture
def wire(simulator: LithicSimulator) -> Iterator[Recording]:
    """What travels between the adapter and the vendor."""
    with recording(simulator.url) as kept:
        yield kept


@pytest.fixture
def call(wire: Recording) -> Iterator[Callable[..., Call]]:
    """Makes calls through the recorder, or to another address."""
    http = Http()

    def make(key: str = samples.PAYOUT_ID, *, base_url: str = "", **changes: str) -> Call:
        return Call(
            http=http,
            base_url=base_url or wire.url,
            credentials={**samples.CREDENTIALS, **changes},
            environment="sandbox",
            idempotency_key=key,
            deadline_seconds=10,
            correlation_id="corr_1",
            request_id="req_1",
            traceparent="",
            operation="test",
        )

    yield make
    http.close()
