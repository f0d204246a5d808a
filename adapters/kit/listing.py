"""What adapters make the pages of their lists with.

Rule: one thing without a meaning never hides the others; a list that is not a list is `Unmapped` as a whole.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from adapters.kit.errors import Unmapped
from adapters.kit.ports.listings import Listing
from adapters.kit.ports.webhooks import Observation


def page(
    things: Iterable[Any], read: Callable[[Any], Sequence[Observation]], next_cursor: str = "", *, complete: bool = True
) -> Listing:
    """A page of things, each read by itself."""
    observations: list[Observation] = []
    unread: list[Unmapped] = []
    for thing in things:
        try:
            observations += read(thing)
        except Unmapped as unmapped:
            unread.append(unmapped)
    return Listing(observations, unread, next_cursor, complete)


def rows(value: Any, name: str) -> list[Any]:
    """A list that has to be there. `name` says which of the provider's it is."""
    if not isinstance(value, list):
        raise Unmapped(name, type(value).__name__)
    return value
