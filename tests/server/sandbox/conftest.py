"""The scene of the sandbox's tests, one for each module."""

from collections.abc import Iterator

import pytest

from server.store.embedded import Embedded
from tests.database import fresh_database, worker
from tests.server.sandbox.sandbox_scene import Scene, scene


@pytest.fixture(scope="module")
def sandbox(postgres: Embedded, migrated: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """A server, a worker and a simulator."""
    url = fresh_database(postgres, f"sandbox_{worker()}", template=migrated)
    with scene(url, tmp_path_factory.mktemp("sandbox")) as found:
        yield found
