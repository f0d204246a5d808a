"""A simulated vendor in which nothing moves by itself, a recorder before it, and calls through the recorder."""

from collections.abc import Callable, Iterator

import pytest

from adapters.adyen.simulator import AdyenSimulator
from adapters.kit.call import Call, Http
from tests.adapters.adyen import samples
from tests.adapters.judging.recorder import Recording, recording
from tests.server.flows.fixtures import bridge, busy, flow

__all__ = ["bridge", "busy", "call", "flow", "simulator", "wire"]


@pytest.fixture
def simulator() -> Iterator[AdyenSimulator]:
    """A vendor that does what it put off after a hundredth of a second."""
    with AdyenSimulator(step_seconds=0.01) as running:
        yield running


@pytest.fixture
def wire(simulator: AdyenSimulator) -> Iterator[Recording]:
    """What travels between the adapter and the vendor."""
    with recording(simulator.url) as kept:
        yield kept


@pytest.fixture
def call(wire: Recording) -> Iterator[Callable[..., Call]]:
    """Makes calls through the recorder."""
    http = Http()

    def make(key: str = "key-1", **changes: str) -> Call:
        return Call(
            http=http,
            base_url=wire.url,
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
