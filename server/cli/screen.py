"""What people see: headings, steps with their duration, and moments of a timeline. Colour and motion on terminals only.

Rule: the plain text says everything; colour adds nothing to it.
"""

import sys
import time
from collections.abc import Iterator, Sequence
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
    "ROUTE_DECISION":   ("decision",    "cyan"),
    "PROVIDER_HEALTH":  ("health",      "red"),
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
            import rich.console

            self._console = rich.console.Console(highlight=False, soft_wrap=True)

    def heading(self, text: str) -> None:
        """Begin a part."""
        self._print(f"\n{text}", "bold")

    def line(self, text: str, style: str = "") -> None:
        """One line."""
        self._print(f"  {text}", style)

    def bare(self, text: str) -> None:
        """One line without indent, to be copied."""
        self._print(text, "")

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
        self.line(f"{name:<26} {value:<31}{took}".rstrip())

    def moment(self, moment: Moment) -> None:
        """One line of a timeline."""
        name, colour = _KINDS.get(moment.kind, (moment.kind.lower(), ""))
        took = seconds_text(moment.duration_seconds) if moment.duration_seconds is not None else ""
        ending = "" if moment.kind == "ROUTE_DECISION" else moment.outcome  # its summary says where it goes
        words = ": ".join(each for each in (moment.summary.removeprefix(name).strip(), ending) if each)
        text = f"+{moment.seconds:7.3f} s  {name:<11}  {words:<40}  {took:>9}  {moment.record_id}"
        self._print(f"  {text.rstrip()}", "bold red" if moment.outcome.lower() in _LOUD else colour)

    def _print(self, text: str, style: str) -> None:
        if self._console is None:
            click.echo(text)
        else:
            self._console.print(text, style=style or None, markup=False)


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    """Rows under a head: a table on a terminal; else lines with two spaces between the columns, for other programs."""
    if sys.stdout.isatty():
        import rich.console
        import rich.table

        shown = rich.table.Table(box=None, header_style="bold", pad_edge=False)
        for name in head:
            shown.add_column(name, no_wrap=name != head[-1])  # the last one takes what room there is
        for row in rows:
            shown.add_row(*row)
        rich.console.Console(highlight=False, markup=False).print(shown)
        return
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    for row in (head, *rows):
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def seconds_text(seconds: float) -> str:
    """A duration for people: `12.3 ms`, `1.24 s`."""
    return f"{seconds * 1000:.1f} ms" if seconds < 1 else f"{seconds:.2f} s"
