"""Fixtures of the sign-in tests; the stage itself lives in `sign_in_scene`."""

from collections.abc import Iterator

import pytest

from server.store.embedded import Embedded
from tests.database import fresh_database, worker
from tests.server.sign_in.lying_provider import Liar, lying
from tests.server.sign_in.sign_in_scene import Scene, scene


@pytest.fixture(scope="module")
def stage(postgres: Embedded, migrated: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """A server and a gateway on a database of their own, for all tests of a module."""
    url = fresh_database(postgres, f"sign_in_{worker()}", template=migrated)
    with scene(url, tmp_path_factory.mktemp("sign_in")) as found:
        yield found


@pytest.fixture
def liar() -> Iterator[Liar]:
    """A provider that can be told to lie."""
    with lying() as found:
        yield found
