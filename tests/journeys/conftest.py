"""The stage of the journeys: everything that `corridor up` starts, and a customer's webhook endpoint beside it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from server import settings
from server.cli import stack
from server.cli.receiver import Receiver
from server.cli.screen import Screen
from server.cli.stack import Stack


@pytest.fixture(scope="module")
def corridor_up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """All parts as processes, on free ports and an empty database."""
    directory = tmp_path_factory.mktemp("corridor")
    found = replace(settings.from_environment(), database_url="", owner_database_url="", data_dir=directory)
    environment = {
        "CORRIDOR_ALLOW_PRIVATE_ENDPOINTS": "on",
        "CORRIDOR_POLL_SECONDS": "0.2",
        "CORRIDOR_TEST_PROVIDER": "on",
        "CORRIDOR_DATABASE_URL": "",
    }
    with stack.running(found, stack.Ports(), environment, Screen(), _state(directory)) as running:
        yield running


@pytest.fixture
def endpoint() -> Iterator[Receiver]:
    """Where the customer receives events."""
    receiver = Receiver()
    yield receiver
    receiver.close()


def _state(directory: Path) -> Path:
    return directory / "sandbox.jsonl"
