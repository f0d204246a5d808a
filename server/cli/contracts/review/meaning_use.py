"""In which direction callers meet a message: they send it, they are answered it, or both.

Rule: what existing callers do counts, so the side before decides; a message that nobody met yet is looked up after.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Flag, auto

from server.cli.contracts import image as images
from server.cli.contracts.review.elements import Element, Is
from server.cli.contracts.review.options import Contracts


class Way(Flag):
    """How a message travels. None of both: only programs of ours keep it."""

    INSIDE = 0
    SENT = auto()
    """Callers send it."""
    ANSWERED = auto()
    """Callers are answered it, or receive it as an event."""


@dataclass(frozen=True, slots=True)
class _Reach:
    sent: frozenset[str]
    answered: frozenset[str]

    def way(self, message: str) -> Way:
        sent = Way.SENT if message in self.sent else Way.INSIDE
        return sent | (Way.ANSWERED if message in self.answered else Way.INSIDE)


class Use:
    """The directions of all messages."""

    def __init__(self, before: Contracts, after: Contracts) -> None:
        """Follow requests, responses and events to all that they hold."""
        self._before = reach(before)
        self._after = reach(after)

    def way(self, message: str) -> Way:
        """How a message of that full name travels."""
        return self._before.way(message) or self._after.way(message)


def reach(contracts: Contracts) -> _Reach:
    """What requests, and what answers and events, hold on one side."""
    holds = _holds(contracts)
    rpcs = list(contracts.of(Is.RPC))
    return _Reach(
        sent=_all(holds, (rpc.proto.input_type[1:] for rpc in rpcs)),
        answered=_all(holds, [*(rpc.proto.output_type[1:] for rpc in rpcs), *_events(contracts)]),
    )


def reach_of(contracts: Contracts, rpcs: Iterable[Element], *, events: bool) -> frozenset[str]:
    """Every message and enum that some RPCs hold, and events where they are asked for as well."""
    start = [name for rpc in rpcs for name in (rpc.proto.input_type[1:], rpc.proto.output_type[1:])]
    return _all(_holds(contracts), [*start, *(_events(contracts) if events else ())])


def _events(contracts: Contracts) -> list[str]:
    return [message.name for message in contracts.of(Is.MESSAGE) if contracts.event(message)]


def _holds(contracts: Contracts) -> Mapping[str, list[str]]:
    return {
        name: [field.type_name[1:] for field in message.field if field.type_name]
        for file in contracts.files.values()
        for name, message in images.messages(file)
    }


def _all(holds: Mapping[str, Iterable[str]], start: Iterable[str]) -> frozenset[str]:
    found: set[str] = set()
    waiting = list(start)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(holds.get(name, ()))
    return frozenset(found)
