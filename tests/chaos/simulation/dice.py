"""Which runs there are, what they decide by chance, and the trace of it: the same seed, the same trace."""

import os
import random
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import uuid_utils

T = TypeVar("T")
BATCH = 25
OURS = "simulation"
"""The name of threads that do what happens meanwhile."""
_ID = re.compile(r"\b([a-z]+)_[0-9a-z]{26}\b")


def batches(usual: int) -> list[tuple[int, int]]:
    """First seed and number of runs of each batch: a short version, unless `CORRIDOR_SIMULATION_SEEDS` asks."""
    first, _, count = os.environ.get("CORRIDOR_SIMULATION_SEEDS", f"1:{usual}").partition(":")
    total = int(count or 1)
    return [(int(first) + start, min(BATCH, total - start)) for start in range(0, total, BATCH)]


class Dice(random.Random):
    """Everything that a run leaves to chance."""

    def __new__(cls, name: str) -> "Dice":
        """As `random.Random` is made."""
        return super().__new__(cls)

    def __init__(self, name: str) -> None:
        super().__init__(name)  # by its digest, which is the same in every process
        self.trace: list[str] = []

    def falls(self, probability: float) -> bool:
        """Whether it happens."""
        return self.random() < probability

    def one_of(self, choices: Sequence[tuple[float, T]]) -> T:
        """One of several by their weights."""
        return self.choices([each for _, each in choices], [weight for weight, _ in choices])[0]

    def note(self, line: str) -> None:
        """Write down what happens now."""
        self.trace.append(line)


def ids_of(seed: str) -> Callable[[], int]:
    """Numbers for ids that follow from the seed, in the order of their making; other threads draw their own."""
    main, counting = threading.get_ident(), _count()
    tail = random.Random(seed).getrandbits(40) << 22

    def drawn() -> int:
        if threading.get_ident() != main and threading.current_thread().name != OURS:
            return uuid_utils.uuid7().int
        made_ms = 1_793_000_000_000 + (count := next(counting))
        return made_ms << 80 | 7 << 76 | 2 << 62 | (tail | count) & ((1 << 62) - 1)

    return drawn


def _count() -> Iterator[int]:
    number = 0
    while True:
        yield (number := number + 1)


def readable(lines: Sequence[str]) -> list[str]:
    """A trace with short names instead of ids: po_1, att_2 …, in the order in which they come."""
    names: dict[str, str] = {}
    counts: dict[str, int] = {}

    def name(found: re.Match[str]) -> str:
        if found[0] not in names:
            counts[found[1]] = counts.get(found[1], 0) + 1
            names[found[0]] = f"{found[1]}_{counts[found[1]]}"
        return names[found[0]]

    return [_ID.sub(name, line) for line in lines]
