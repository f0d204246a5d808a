"""Fixtures for webhooks: a receiver, and a company with a client."""

from collections.abc import Iterator

import pytest

from tests.server.webhooks.receiver import Receiver, receiver
from tests.server.webhooks.scene import Scene
from tests.serving import Running


@pytest.fixture
def hook() -> Iterator[Receiver]:
    """An endpoint of the company."""
    with receiver() as found:
        yield found


@pytest.fixture
def scene(corridor: Running) -> Iterator[Scene]:
    """A new company."""
    company_id = corridor.company()
    client = corridor.client(company_id)
    yield Scene(corridor, company_id, client)
    client.close()
