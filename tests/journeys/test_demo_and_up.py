"""What a newcomer types first: `corridor demo`, then `corridor up`, twice."""

import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from server.cli import processes
from tests.serving import until

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def temporary() -> Iterator[Path]:
    """A temporary directory whose name is as short as those that people have."""
    with tempfile.TemporaryDirectory(prefix="c-") as directory:
        yield Path(directory)


@pytest.fixture
def start(temporary: Path) -> Iterator[Start]:
    """Starts `corridor …` with its temporary files in this test's directory."""
    started: list[subprocess.Popen[str]] = []
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CORRIDOR_", "OTEL_"))}

    def run(*arguments: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-m", "server.cli", *arguments],
            env=kept | {"TMPDIR": str(temporary)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.communicate()


def test_the_demo_shows_the_whole_way_and_leaves_nothing_behind(start: Start, temporary: Path) -> None:
    process = start("demo")

    printed, _ = process.communicate(timeout=120)

    assert 0 == process.returncode, printed
    assert "Idempotent-Replayed: true" in printed
    assert "create_payout: unknown" in printed
    assert "look_up_payout: answered" in printed
    assert "2 payouts asked for, 2 transfers in the sandbox's books." in printed
    assert "8 webhooks received by the customer: every signature verified" in printed
    assert "\x1b[" not in printed
    assert [] == [path.name for path in temporary.iterdir()]


def test_up_stays_until_it_is_interrupted_and_the_next_start_has_the_data(start: Start, tmp_path: Path) -> None:
    ports = [f"--{name}={free_port()}" for name in ("port", "grpc-port", "sandbox-port")]
    arguments = ("up", f"--data-dir={tmp_path / 'data'}", f"--metrics-port={free_pair()}", *ports)

    first = Up(start(*arguments))
    paid = json.loads(subprocess.run(shlex.split(first.curl[0]), capture_output=True, check=True).stdout)
    assert paid["payout_id"].startswith("po_")
    again = start(*arguments[:2])
    said, _ = again.communicate(timeout=60)
    assert 1 == again.returncode
    assert "is in use by another Corridor" in said or "cannot be used" in said
    first.interrupt()

    second = Up(start(*arguments))
    listed = json.loads(subprocess.run(shlex.split(second.curl[1]), capture_output=True, check=True).stdout)
    assert first.key == second.key
    assert [paid["payout_id"]] == [each["payout_id"] for each in listed["payouts"]]
    second.interrupt()


@pytest.mark.parametrize(
    ("part", "told"), [("\0worker\0", "worker was ended by SIGKILL"), ("postgres/data", "PostgreSQL has ended")]
)
def test_up_stops_everything_when_one_part_dies(start: Start, tmp_path: Path, part: str, told: str) -> None:
    ports = [f"--{name}={free_port()}" for name in ("port", "grpc-port", "sandbox-port")]
    up = Up(start("up", f"--data-dir={tmp_path / 'data'}", f"--metrics-port={free_pair()}", *ports))
    below = children(up.process.pid)
    victim = next(pid for pid in below if part.encode() in Path(f"/proc/{pid}/cmdline").read_bytes())

    os.kill(victim, signal.SIGKILL)

    assert 1 == up.process.wait(60)
    until(lambda: told in up.said)
    assert [] == [pid for pid in below if processes.runs(pid)]


class Up:
    """A running `corridor up`, and what it printed."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        self.said = ""
        threading.Thread(target=self._read, daemon=True).start()
        until(lambda: "Ctrl-C stops" in self.said or process.poll() is not None, seconds=90, what="corridor up")
        assert process.poll() is None, self.said
        self.curl = [line for line in self.said.splitlines() if line.startswith("curl ")]
        found = re.search(r"ck_test_\w+", self.said)
        assert found is not None
        self.key = found[0]

    def interrupt(self) -> None:
        """Ctrl-C; nothing of it runs afterwards."""
        below = children(self.process.pid)
        self.process.send_signal(signal.SIGINT)
        assert 0 == self.process.wait(60), self.said
        assert below
        assert [] == [pid for pid in below if processes.runs(pid)]

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said += line


def children(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def free_pair() -> int:
    """A port that is free together with the one after it."""
    while True:
        port = free_port()
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port
