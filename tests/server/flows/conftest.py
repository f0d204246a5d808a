"""Fixtures for flows, and the endpoint of the company."""

from collections.abc import Iterator

import pytest

from tests.server.flows.fixtures import bridge, busy, flow
from tests.server.webhooks.receiver import Receiver, receiver

__all__ = ["bridge", "busy", "flow"]


@pytest.fixture
def hook() -> Iterator[Receiver]:
    """An endpoint of the company."""
    with receiver() as found:
        yield found
