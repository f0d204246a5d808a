"""What the tests of the embedded PostgreSQL do again and again: run a program that uses it, look, wait, be refused."""

import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from server.store import embedded
from server.store.embedded import EmbeddedError

ROOT = os.geteuid() == 0
REPOSITORY = Path(__file__).resolve().parents[3]

# A program that starts the server in argv[1], prints its process id, and lives until its input ends.
USER = """
import sys
from pathlib import Path
from server.store import embedded
try:
    server = embedded.start(Path(sys.argv[1]), durable=False, exclusive="exclusive" in sys.argv)
except embedded.EmbeddedError as error:
    sys.exit(f"refused: {error}")
print(server.pid, flush=True)
sys.stdin.read()
if "leave" not in sys.argv:
    server.stop()
"""

Spawn = Callable[..., subprocess.Popen[str]]


def copy(origin: Path, target: Path) -> None:
    subprocess.run(["cp", "-a", str(origin), str(target)], check=True)


def leave_nothing(directory: Path) -> None:
    """Stop a server that a test left running on purpose."""
    try:
        embedded.start(directory, durable=False).stop()
    except EmbeddedError:
        return  # damaged on purpose: nothing runs there


def pid_of(process: subprocess.Popen[str]) -> int:
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, process.communicate()[1]
    return int(line)


def runs(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


def await_end(pid: int) -> None:
    deadline = time.monotonic() + 30
    while runs(pid):
        assert time.monotonic() < deadline, f"process {pid} still runs"
        time.sleep(0.01)


def kept(dsn: str) -> int:
    with psycopg.connect(dsn) as connection:
        row = connection.execute("SELECT value FROM kept").fetchone()
    assert row is not None
    return int(row[0])


def refusal_of(directory: Path, *, exclusive: bool = False) -> str:
    with pytest.raises(EmbeddedError) as caught:
        embedded.start(directory, exclusive=exclusive)
    assert "\n" not in str(caught.value)
    return str(caught.value)
