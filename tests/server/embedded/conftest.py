"""Servers to try things on. A pristine data directory is made once and copied, for speed; none outlives its test."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from server.store import embedded
from tests.server.embedded.help import REPOSITORY, USER, Spawn, copy, leave_nothing


@pytest.fixture(scope="session")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("pristine") / "corridor"
    with embedded.start(directory, durable=False) as server, psycopg.connect(server.owner_dsn) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 41 AS value")
    return directory


@pytest.fixture
def directory(pristine: Path, tmp_path: Path) -> Iterator[Path]:
    found = tmp_path / "corridor"
    copy(pristine, found)
    yield found
    leave_nothing(found)


@pytest.fixture
def spawn() -> Iterator[Spawn]:
    started: list[subprocess.Popen[str]] = []

    def run(directory: Path, *words: str, within: tuple[str, ...] = ()) -> subprocess.Popen[str]:
        command = [*within, sys.executable, "-c", USER, str(directory), *words]
        pipe = subprocess.PIPE
        started.append(subprocess.Popen(command, cwd=REPOSITORY, text=True, stdin=pipe, stdout=pipe, stderr=pipe))
        return started[-1]

    yield run
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def open_directory() -> Iterator[Path]:
    """A directory that everyone may enter, unlike pytest's own when root runs it."""
    with tempfile.TemporaryDirectory() as made:
        Path(made).chmod(0o755)
        yield Path(made)
