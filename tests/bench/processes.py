"""Real processes for a run: started, awaited by the line of JSON that each prints once it listens, measured, ended."""

import contextlib
import json
import os
import selectors
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped] # its stubs are a package of their own

_START_SECONDS = 60.0
_END_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Running:
    """A started process."""

    process: psutil.Popen
    told: Mapping[str, Any]  # what it said when it was ready
    start_seconds: float  # from its start to its ready line

    @property
    def address(self) -> str:
        """Where it listens, as host:port."""
        return str(self.told["address"])

    def cpu_seconds(self) -> float:
        """CPU that the process and its children have used so far."""
        return sum(sum(each.cpu_times()[:2]) for each in self._all())

    def memory_mib(self) -> float:
        """Resident memory of the process and its children."""
        return float(sum(each.memory_info().rss for each in self._all())) / (1 << 20)

    def _all(self) -> list[Any]:
        return [self.process, *self.process.children(recursive=True)]


@contextlib.contextmanager
def python(module: str, *arguments: str, environment: Mapping[str, str], log: Path) -> Iterator[Running]:
    """A Python module that runs until the block ends."""
    with started([sys.executable, "-m", module, *arguments], environment=environment, log=log) as running:
        yield running


@contextlib.contextmanager
def started(command: Sequence[str], *, environment: Mapping[str, str], log: Path) -> Iterator[Running]:
    """A command that prints one line of JSON when it is ready, and runs until the block ends."""
    began = time.perf_counter()
    with log.open("ab") as errors:
        process = psutil.Popen(command, stdout=subprocess.PIPE, stderr=errors, env={**os.environ, **environment})
        try:
            told = _ready(process, command, log)
            yield Running(process, told, time.perf_counter() - began)
        finally:
            end(process)


def _ready(process: Any, command: Sequence[str], log: Path) -> Mapping[str, Any]:
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        line = process.stdout.readline() if selector.select(_START_SECONDS) else b""
    if not line:
        last = log.read_text(errors="replace").strip().splitlines()[-1:]
        raise RuntimeError(f"{' '.join(command[1:4])} did not start: {' '.join(last) or 'it said nothing'}")
    told: dict[str, Any] = json.loads(line)
    if "url" in told:
        told["address"] = told["url"].removeprefix("http://")
    return told


def end(process: Any) -> None:
    """Ask a process to end, and see to it that it does."""
    with contextlib.suppress(psutil.NoSuchProcess):
        process.terminate()
        try:
            process.wait(_END_SECONDS)
        except psutil.TimeoutExpired:
            process.kill()
            process.wait(_END_SECONDS)
