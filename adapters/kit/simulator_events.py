"""The events that a simulated vendor has told of, kept so that they can be listed.

Rule: an event is listed whether or not a webhook brought it; that is what the list is for.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.kit.simulator_store import Store

_KIND = "told"


@dataclass(frozen=True, slots=True)
class EventPage:
    """Some events as the vendor wrote them, and whether there are more."""

    events: Sequence[Any]
    more: bool


class EventLog:
    """Every account's events, in the order in which they happened. Callers hold the store's lock."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._accounts: dict[str, list[dict[str, Any]]] | None = None

    def add(self, account: str, event_id: str, at: float, event: Any) -> None:
        """Keep an event that happened at a Unix time, as the list will show it."""
        kept = {"id": event_id, "account": account, "at": at, "event": event}
        self._of(account).append(kept)
        self._store.put(_KIND, event_id, kept)

    def page(
        self,
        account: str,
        size: int,
        *,
        since: float = 0.0,
        after: str = "",
        newest_first: bool = False,
        only: Callable[[Any], bool] = lambda event: True,
    ) -> EventPage:
        """The wanted events from a time on, behind the one with the id `after`. An unknown id is a `KeyError`."""
        found = [each for each in self._of(account) if each["at"] >= since and only(each["event"])]
        if newest_first:
            found.reverse()
        start = 0
        if after:
            places = {each["id"]: place for place, each in enumerate(found)}
            start = places[after] + 1
        some = found[start : start + size]
        return EventPage([each["event"] for each in some], start + size < len(found))

    def _of(self, account: str) -> list[dict[str, Any]]:
        if self._accounts is None:
            self._accounts = {}
            for each in self._store.all(_KIND):
                self._accounts.setdefault(each["account"], []).append(each)
        return self._accounts.setdefault(account, [])
