"""The listings port: what a provider says has happened, asked for by time, so that what never arrived is found.

The method returns a page of what the provider said, or raises one of the four failures of `adapters.kit.errors`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from adapters.kit.call import Call
from adapters.kit.errors import Unmapped
from adapters.kit.ports.webhooks import Observation


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of what has happened, as observations like those of webhooks, in any order."""

    observations: Sequence[Observation] = ()
    unread: Sequence[Unmapped] = ()
    """What has no meaning here. It stops nothing: the rest of the page is read all the same."""
    next_cursor: str = ""
    """Where the next page begins; empty on the last one. It may be kept and used again after a long time."""
    complete: bool = True
    """False where the provider keeps or lists less than what was asked for, so that something may be missing."""


@runtime_checkable
class Listings(Protocol):
    """A provider that can be asked for what has happened since a time."""

    def list_changes(self, call: Call, since: datetime, cursor: str) -> Listing:
        """One bounded page of everything that has happened since then to what webhooks tell of; changes nothing.

        `cursor` is empty for the first page, and then what the page before gave. What is clearly not ours is left out;
        nothing of ours is. What happened a little before `since` may be in it, too, and the same thing twice.
        """
        ...
