"""What people see: headings, steps with their duration, and moments of a timeline. Colour and motion on terminals only.

Rule: the plain text says everything; colour adds nothing to it.
"""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import Console

# How the kinds of a timeline are called here, and their colour. The names are those of TimelineKind.
_KINDS = {
    "CALL":             ("call",        "cyan"),
    "ATTEMPT":          ("provider",    "yellow"),
    "OBSERVATION":      ("observed",    "green"),
    "INBOUND_DELIVERY": ("webhook in",  "magenta"),
    "EVENT":            ("event",       "blue"),
    "DELIVERY":         ("webhook out", "magenta"),
    "WORK_ITEM":        ("work item",   "red"),
}  # fmt: skip
# Endings that a reader should notice.
_LOUD = {"unknown", "unavailable", "rejected", "misconfigured", "refused", "conflicts", "failed"}


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened, `seconds` after the first."""

    seconds: float
    kind: str
    summary: str
    record_id: str
    outcome: str
    actor: str
    duration_seconds: float | None


class Screen:
    """Standard output."""

    def __init__(self) -> None:
        self._console: Console | None = None
        if sys.stdout.isatty():
            from rich.console import Console

            self._console = Console(highlight=False, soft_wrap=True)

    def heading(self, text: str) -> None:
        """Begin a part."""
        self._print(f"\n{text}", "bold")

    def line(self, text: str, style: str = "") -> None:
        """One line."""
        self._print(f"  {text}", style)

    def note(self, text: str) -> None:
        """One line of lesser weight, under another."""
        self._print(f"      {text}", "dim")

    @contextmanager
    def step(self, text: str) -> Iterator[None]:
        """A step that may take a while: shown while it runs, and with its duration when it is done."""
        began = time.monotonic()
        if self._console is not None:
            with self._console.status(text):
                yield
        else:
            yield
        self.line(f"{text:<58} {seconds_text(time.monotonic() - began):>9}")

    def fact(self, name: str, value: str, duration_seconds: float | None = None) -> None:
        """A name and what it stands for."""
        took = f" {seconds_text(duration_seconds):>9}" if duration_seconds is not None else ""
        self.line(f"{name:<24} {value:<33}{took}".rstrip())

    def moment(self, moment: Moment) -> None:
        """One line of a timeline."""
        name, colour = _KINDS.get(moment.kind, (moment.kind.lower(), ""))
        took = seconds_text(moment.duration_seconds) if moment.duration_seconds is not None else ""
        words = f"{moment.summary}{': ' + moment.outcome if moment.outcome else ''}"
        text = f"+{moment.seconds:7.3f} s  {name:<11}  {words:<40}  {took:>9}  {moment.record_id}"
        self._print(f"  {text.rstrip()}", "bold red" if moment.outcome.lower() in _LOUD else colour)

    def _print(self, text: str, style: str) -> None:
        if self._console is None:
            click.echo(text)
        else:
            self._console.print(text, style=style or None, markup=False)


def seconds_text(seconds: float) -> str:
    """A duration for people: `12.3 ms`, `1.24 s`."""
    return f"{seconds * 1000:.1f} ms" if seconds < 1 else f"{seconds:.2f} s"
