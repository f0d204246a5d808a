"""A simulated vendor whose transfers stand still, a recorder before it, and calls through the recorder."""

from collections.abc import Callable, Iterator

import pytest

from adapters.dwolla.simulator import DwollaSimulator
from adapters.kit.call import Call, Http
from adapters.kit.tokens import TokenCache
from tests.adapters.dwolla import samples
from tests.adapters.judging.recorder import Recording, recording
from tests.server.flows.fixtures import bridge, busy, flow

__all__ = ["bridge", "busy", "call", "flow", "simulator", "wire"]


@pytest.fixture
def simulator() -> Iterator[DwollaSimulator]:
    """A vendor whose transfers stand still until they are moved."""
    with DwollaSimulator(step_seconds=3600) as running:
        yield running


@pytest.fixture
def wire(simulator: DwollaSimulator) -> Iterator[Recording]:
    """What travels between the adapter and the vendor."""
    with recording(simulator.url) as kept:
        yield kept


@pytest.fixture
def call(wire: Recording) -> Iterator[Callable[..., Call]]:
    """Makes calls through the recorder; tokens are kept between them."""
    http, tokens = Http(), TokenCache()

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
            tokens=tokens,
        )

    yield make
    http.close()
