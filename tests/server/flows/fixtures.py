"""A server with a worker, and a new company on it for each test. Conftests of whoever tests flows name them."""

from collections.abc import Iterator

import pytest

from server.store.embedded import Embedded
from tests.database import fresh_database, worker
from tests.server.flows.stage import Stage, bridged, stage
from tests.serving import Running, running


@pytest.fixture(scope="module")
def busy(postgres: Embedded, migrated: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server and a worker, on a database of their own, for all tests of a module."""
    url = fresh_database(postgres, f"flows_{worker()}", template=migrated)
    with running(url, tmp_path_factory.mktemp("flows"), work=True, threads=8) as found:
        yield found


@pytest.fixture(scope="module")
def bridge(busy: Running) -> Iterator[str]:
    """Where vendors send their webhooks."""
    with bridged(busy) as url:
        yield url


@pytest.fixture
def flow(busy: Running, bridge: str) -> Iterator[Stage]:
    """A new company without vendors."""
    made = stage(busy, bridge)
    yield made
    made.close()
