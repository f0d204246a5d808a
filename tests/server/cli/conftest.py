"""How tests of the command line run it: in this process where that is enough, else as the process that people start."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from server.store.embedded import Embedded
from tests.database import fresh_database
from tests.database import worker as xdist_worker

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def environment(tmp_path: Path) -> Mapping[str, str]:
    """An environment without settings of Corridor's, but for a data directory of this test alone."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CORRIDOR_", "OTEL_"))}
    return kept | {"CORRIDOR_DATA_DIR": str(tmp_path / "data"), "NO_COLOR": "1"}


@pytest.fixture
def migrated_environment(postgres: Embedded, migrated: str, environment: Mapping[str, str]) -> Mapping[str, str]:
    """The environment with a migrated database of this test alone."""
    url = fresh_database(postgres, f"cli_{xdist_worker()}", template=migrated)
    return {**environment, "CORRIDOR_DATABASE_URL": url}


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts `corridor …`, and ends what still runs when the test is over."""
    started: list[subprocess.Popen[str]] = []

    def run(environment: Mapping[str, str], *arguments: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-m", "server.cli", *arguments],
            env=dict(environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def finished(start: Start) -> Callable[..., tuple[int, str, str]]:
    """Runs `corridor …` to its end: the exit code, what it printed, and what it said on standard error."""

    def run(environment: Mapping[str, str], *arguments: str) -> tuple[int, str, str]:
        process = start(environment, *arguments)
        printed, said = process.communicate(timeout=60)
        return process.returncode, printed, said

    return run
