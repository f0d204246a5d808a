"""Approvals are tried with a server and a worker, and a new company for each test."""

from collections.abc import Iterator

import pytest

from tests.server.approvals.office import Office
from tests.server.flows.fixtures import bridge, busy, flow
from tests.serving import Running

__all__ = ["bridge", "busy", "flow", "office"]


@pytest.fixture
def office(busy: Running) -> Iterator[Office]:
    """A company in which one asks and others decide."""
    made = Office(busy)
    yield made
    made.close()
