"""Child processes: started together, ready when they print their line, stopped in reverse order, never orphaned.

Rule: Ctrl-C reaches this process alone; it decides in which order the others end.
"""

import ctypes
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

_PR_SET_PDEATHSIG = 1  # prctl(2): the signal that a process gets when its parent dies
TERMINATE = signal.SIGTERM
_ENDING = (signal.SIGTERM, signal.SIGINT)
_TOGETHER_SECONDS = 1.0
_STOP_SECONDS = 35.0  # longer than the server takes to finish its calls

_Handler = Callable[[int, Any], None]


def serve(*arguments: str) -> list[str]:
    """The command line of a part of Corridor that ends with this process."""
    return [sys.executable, "-m", "server.cli", "serve", f"--parent={os.getpid()}", *arguments]


@dataclass(slots=True)
class Child:
    """One process."""

    name: str
    process: "subprocess.Popen[str]"
    log: Path | None
    lines: "queue.SimpleQueue[str]" = field(default_factory=queue.SimpleQueue)

    def read(self) -> None:
        """Hand over the first line that it prints, and let no later one fill the pipe."""
        assert self.process.stdout is not None
        self.lines.put(self.process.stdout.readline())
        for _ in self.process.stdout:
            pass


class Processes:
    """The children of this process. Leaving the block ends them all."""

    def __init__(self, log_directory: Path | None = None, environment: Mapping[str, str] | None = None) -> None:
        """`log_directory`: where standard error goes, a file for each; without it they share ours."""
        self._logs = log_directory
        self._environment = {**os.environ, "PYTHONUNBUFFERED": "1", **(environment or {})}
        self._children: list[Child] = []
        if log_directory is not None:
            log_directory.mkdir(parents=True, exist_ok=True)

    def __enter__(self) -> "Processes":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(
        self,
        name: str,
        command: Sequence[str],
        outlives: Child | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> Child:
        """Start one; `ready` waits for it. It ends before those that were started earlier, or after `outlives`.

        What the whole process's environment says comes before `environment`.
        """
        log = self._logs / f"{name}.log" if self._logs else None
        errors = log.open("ab") if log else None
        try:
            process = subprocess.Popen(  # noqa: S603 - our own programs, with words of ours
                list(command),
                env={**(environment or {}), **self._environment},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                process_group=0,
            )
        finally:
            if errors:
                errors.close()
        child = Child(name, process, log)
        threading.Thread(target=child.read, name=f"read-{name}", daemon=True).start()
        self._children.insert(self._children.index(outlives) if outlives else len(self._children), child)
        return child

    def ready(self, child: Child, seconds: float = 90.0) -> dict[str, Any]:
        """What it printed when it was ready: one line of JSON. Raises ClickException if it ended instead."""
        try:
            line = child.lines.get(timeout=seconds)
        except queue.Empty:
            raise click.ClickException(f"{child.name} is not ready after {seconds:.0f} s{_where(child)}.") from None
        if not line:
            child.process.wait()
            raise click.ClickException(told(child))
        said: dict[str, Any] = json.loads(line)
        return said

    def dead(self) -> Child | None:
        """The first child that has ended, if one has."""
        return next((child for child in self._children if child.process.poll() is not None), None)

    def stop(self) -> None:
        """End all, the last one first, each with time to finish what it began. A signal meanwhile ends that time."""
        impatient = _after_a_moment(lambda _number: self.signal_all(signal.SIGKILL))
        handlers = {number: signal.signal(number, impatient) for number in _ENDING}
        for child in reversed(self._children):
            if child.process.poll() is None:
                child.process.send_signal(signal.SIGTERM)
            try:
                child.process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                child.process.kill()
                child.process.wait()
        self._children.clear()
        for number, handler in handlers.items():
            signal.signal(number, handler)

    def forget(self, child: Child) -> None:
        """Watch a child that has ended no longer, so that another one can take its place."""
        self._children.remove(child)

    def signal_all(self, number: int) -> None:
        """Pass a signal on."""
        for child in self._children:
            if child.process.poll() is None:
                child.process.send_signal(number)


def told(child: Child) -> str:
    """How a child ended, with its last words."""
    code = child.process.returncode
    how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
    last = _last_words(child.log)
    return f"{child.name} {how}{': ' + last if last else ''}{_where(child)}."


def wait_until(condition: threading.Event, processes: Processes, every_seconds: float = 0.2) -> Child | None:
    """Wait for an event; the child that ended before it happened, if one did."""
    while not condition.wait(every_seconds):
        if child := processes.dead():
            return child
    return None


def stopping() -> threading.Event:
    """An event that SIGTERM and Ctrl-C set. Another signal, a second or more later, ends the process at once."""
    event = threading.Event()

    def stop(_number: int, _frame: object) -> None:
        event.set()
        _handle(_after_a_moment(_end))

    _handle(stop)
    return event


def interruptible() -> None:
    """Let SIGTERM do what Ctrl-C does: end the blocks that are open, once, and with them what they started."""

    def interrupt(_number: int, _frame: object) -> None:
        _handle(_after_a_moment(_end))
        raise KeyboardInterrupt

    _handle(interrupt)


def runs(pid: int) -> bool:
    """Whether a process lives; one that has ended and was not yet waited for does not."""
    try:
        os.kill(pid, 0)
        status = Path(f"/proc/{pid}/stat")
        return not status.exists() or status.read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False
    except PermissionError:
        return True


def _handle(handler: _Handler) -> None:
    for number in _ENDING:
        signal.signal(number, handler)


def _after_a_moment(act: Callable[[int], None]) -> _Handler:
    """A handler that acts on a signal, but not on one that comes together with the signal before.

    Supervisors such as timeout(1) signal a process and its group, and people press Ctrl-C twice.
    """
    since = time.monotonic()

    def handle(number: int, _frame: object) -> None:
        if time.monotonic() - since > _TOGETHER_SECONDS:
            act(number)

    return handle


def _end(number: int) -> None:
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


def _last_words(log: Path | None) -> str:
    if log is None or not log.exists():
        return ""
    lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return lines[-1].removeprefix("Error: ").rstrip(".")[:300] if lines else ""


def _where(child: Child) -> str:
    return f" (its log: {child.log})" if child.log else ""


def end_with(parent: int) -> None:
    """Get SIGTERM when the parent dies, also if it is killed and can say nothing. Linux alone can do this."""
    if sys.platform == "linux":
        # Set by the process itself: code between fork and exec would run beside the locks of the parent's threads.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            sys.exit(0)  # it died before it could be asked for
