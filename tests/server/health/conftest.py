"""A migrated database for tests that need no server; a company with vendors for those that do."""

from collections.abc import Iterator

import pytest

from server.store.embedded import Embedded
from tests.database import fresh_database, worker
from tests.server.flows.fixtures import bridge, busy, flow
from tests.server.webhooks.receiver import Receiver, receiver

__all__ = ["bridge", "busy", "flow"]


@pytest.fixture(scope="module")
def breakers_database(postgres: Embedded, migrated: str) -> str:
    """The owner's URL of a migrated database."""
    return fresh_database(postgres, f"health_{worker()}", template=migrated)


@pytest.fixture
def hook() -> Iterator[Receiver]:
    """An endpoint of the company."""
    with receiver() as found:
        yield found
