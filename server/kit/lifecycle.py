"""Lifecycles: which state may follow which, and what a provider's word means for a resource in a given state.

The table is the documentation. An answer never changes anything; the caller acts on it.
"""

from collections.abc import Mapping
from enum import IntEnum


class Verdict(IntEnum):
    """What an observed state means for the state that is known. The numbers are stored."""

    ADVANCES = 1  # reachable from here, also over states that were skipped
    REPEATS = 2  # it is what is known
    STALE = 3  # we come from there
    CONFLICTS = 4  # neither leads to the other: a person must look


class Lifecycle:
    """A table of states, each with the states that may follow it directly."""

    def __init__(self, table: Mapping[int, set[int]]) -> None:
        self.table = {state: frozenset(following) for state, following in table.items()}
        if unknown := {state for following in table.values() for state in following} - set(table):
            raise ValueError(f"states without a row: {sorted(unknown)}")
        self._reachable = {state: self._closure(state) for state in table}

    def allows(self, current: int, target: int) -> bool:
        """Whether a command may move a resource from one state directly to another."""
        return target in self.table[current]

    def observe(self, current: int, seen: int, *, newer: bool | None = None) -> Verdict:
        """What it means that a provider says `seen` of a resource that is known to be `current`.

        Where each state leads to the other, `newer` decides: whether the provider's event is the later one.
        """
        if seen == current:
            return Verdict.REPEATS
        forward, backward = seen in self._reachable[current], current in self._reachable[seen]
        if forward and backward:
            return Verdict.STALE if newer is False else Verdict.ADVANCES
        if forward:
            return Verdict.ADVANCES
        return Verdict.STALE if backward else Verdict.CONFLICTS

    def final(self, state: int) -> bool:
        """Whether nothing follows."""
        return not self.table[state]

    def _closure(self, state: int) -> frozenset[int]:
        found: set[int] = set()
        ahead = list(self.table[state])
        while ahead:
            following = ahead.pop()
            if following not in found:
                found.add(following)
                ahead.extend(self.table[following])
        return frozenset(found)
