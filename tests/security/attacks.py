"""The attack suite's registry: classes of attacks, each a function that tries cases and tells how they were answered.

A module of this folder whose name begins with `attacks_` is found by itself. A case that is not refused is a failure.
"""

import contextlib
import importlib
import logging
import pkgutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from structlog.testing import capture_logs

from tests.security.stage import Stage

# What a stranger hears, whatever they sent.
STRANGER = frozenset({"CREDENTIAL_MISSING", "CREDENTIAL_MALFORMED", "UNAUTHENTICATED"})


@dataclass(frozen=True, slots=True)
class Case:
    """One try: what was sent, how it was answered, and whether that is a refusal of the expected kind."""

    what: str
    answer: str
    refused: bool


Attack = Callable[[Stage], Iterable[Case]]
_ATTACKS: dict[str, list[Attack]] = {}


def attack(name: str) -> Callable[[Attack], Attack]:
    """Add an attack to a class of the table."""

    def add(function: Attack) -> Attack:
        _ATTACKS.setdefault(name, []).append(function)
        return function

    return add


def case(what: str, answer: str, expected: Iterable[str]) -> Case:
    """A case that must be answered by one of the expected reasons."""
    return Case(what, answer, answer in set(expected))


@dataclass(slots=True)
class Tally:
    """What became of a class of attacks."""

    name: str
    tried: int = 0
    refused: int = 0
    got_in: list[Case] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)  # what was logged that nobody expects

    @property
    def held(self) -> bool:
        """Whether every case was refused, and quietly."""
        return bool(self.tried) and self.tried == self.refused and not self.broken


def classes() -> Mapping[str, list[Attack]]:
    """Every class of attacks, by name."""
    for module in pkgutil.iter_modules([str(Path(__file__).parent)]):
        if module.name.startswith("attacks_"):
            importlib.import_module(f"tests.security.{module.name}")
    return _ATTACKS


def run(name: str, stage: Stage) -> Tally:
    """Try every case of a class."""
    tally = Tally(name)
    with _listening(tally.broken):
        for function in classes()[name]:
            for found in function(stage):
                tally.tried += 1
                tally.refused += found.refused
                if not found.refused:
                    tally.got_in.append(found)
    return tally


def table(tallies: Iterable[Tally]) -> str:
    """The attack table for people."""
    lines = [f"{'class':<34} {'tried':>7} {'refused':>8}"]
    total = Tally("all")
    for each in tallies:
        lines.append(f"{each.name:<34} {each.tried:>7} {each.refused:>8}{'' if each.held else '  <- not held'}")
        total.tried, total.refused = total.tried + each.tried, total.refused + each.refused
    lines.append(f"{total.name:<34} {total.tried:>7} {total.refused:>8}")
    return "\n".join(lines)


class _Errors(logging.Handler):
    def __init__(self, found: list[str]) -> None:
        super().__init__(logging.ERROR)
        self._found = found

    def emit(self, record: logging.LogRecord) -> None:
        self._found.append(f"{record.name}: {record.getMessage()}")


@contextlib.contextmanager
def _listening(found: list[str]) -> Iterator[None]:
    """Collect errors that are logged meanwhile, by whichever thread."""
    handler = _Errors(found)
    logging.getLogger().addHandler(handler)
    try:
        with capture_logs() as logged:
            yield
        loud = [entry for entry in logged if entry["log_level"] in {"error", "critical"} or entry.get("exc_info")]
        found += [f"{entry['event']}: {entry}" for entry in loud]
    finally:
        logging.getLogger().removeHandler(handler)
