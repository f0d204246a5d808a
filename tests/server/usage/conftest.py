"""Fixtures of the tests of deprecation: the trials over HTTP."""

from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from tests.gateway.scripted import Start, contract, start
from tests.server.usage import trials
from tests.server.usage.trials import BEFORE, Served
from tests.serving import Client, Running

__all__ = ["contract", "start"]


@dataclass(frozen=True)
class Caller:
    """One company's way to the trials."""

    client: Client  # of the real server
    http: httpx.Client


@pytest.fixture(scope="module")
def served(corridor: Running) -> Iterator[Served]:
    """The trials by gRPC."""
    with trials.serving(corridor) as found:
        yield found


@pytest.fixture(scope="module")
def url(served: Served, start: Start) -> str:
    """The trials by HTTP, through the gateway."""
    return start(contract=served.contract, upstream=served.address).url


@pytest.fixture
def caller(corridor: Running, served: Served, url: str) -> Iterator[Caller]:
    """A new company, on the second before everything ends."""
    served.clock.time = BEFORE
    served.trials.made.clear()
    served.trials.before = lambda: None
    client = corridor.client()
    with httpx.Client(base_url=url, headers={"authorization": f"Bearer {client.key}"}, timeout=10) as http:
        yield Caller(client, http)
