"""A primary that fails under load is left within seconds, and nothing that it may have done is sent elsewhere."""

from collections.abc import Iterator

import pytest

from server.store.embedded import Embedded
from tests.chaos import failing_primary
from tests.chaos.failing_primary import World
from tests.database import fresh_database, worker
from tests.serving import Running, running

QUICK = [way for way in failing_primary.WAYS if way != "hang"]  # a hang is known when the provider's time is over


@pytest.fixture(scope="module")
def corridor(postgres: Embedded, migrated: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server and a worker, with the breakers of production."""
    url = fresh_database(postgres, f"failing_{worker()}", template=migrated)
    folder = tmp_path_factory.mktemp("failing")
    with running(url, folder, work=True, threads=8, **failing_primary.BREAKERS) as found:
        yield found


@pytest.fixture
def world(corridor: Running) -> Iterator[World]:
    """A company with two vendors."""
    made = World(corridor)
    yield made
    made.close()


@pytest.mark.parametrize("way", QUICK)
def test_traffic_moves_and_what_may_have_acted_stays(world: World, way: str) -> None:
    found = failing_primary.measure(world, way, per_second=20.0, after_seconds=0.0)

    assert ((), ()) == (found.elsewhere, found.doubled)
    assert found.open_seconds is not None
    assert found.moved_seconds is not None
    assert found.failed <= 40  # five in a row, those that were under way meanwhile, and a quarter second
