"""A stage on which nothing is asked for unless a sweep does it: polls are a day away."""

from collections.abc import Iterator

import pytest

from server.store.embedded import Embedded
from tests.database import fresh_database, worker
from tests.server.flows.fixtures import bridge, flow
from tests.serving import Running, running

__all__ = ["bridge", "busy", "flow"]


@pytest.fixture(scope="module")
def busy(postgres: Embedded, migrated: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server and a worker that look nothing up by themselves."""
    url = fresh_database(postgres, f"sweeps_{worker()}", template=migrated)
    seconds = {"poll_provider_seconds": 80_000.0, "sweep_seconds": 80_000.0}
    with running(url, tmp_path_factory.mktemp("sweeps"), work=True, threads=8, **seconds) as found:
        yield found
