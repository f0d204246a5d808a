"""What the vendor's list of events says: the same as its webhooks, for those that never arrived.

GET /v1/events of the vendor's document, read 2026-11: going back up to 30 days, the newest first, paged by the id of
the last one. Each is rendered in the version that the account had then, whatever version is asked for: of one in
another version only its object's id is taken, and the object is read as it is now.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from adapters.kit.call import Call
from adapters.kit.errors import Unmapped
from adapters.kit.listing import page
from adapters.kit.mapping import text
from adapters.kit.ports.listings import Listing
from adapters.kit.ports.webhooks import Observation
from adapters.stripe import events, wire

EVENTS = "/v1/events"
PAGE_SIZE = 50
KEPT = timedelta(days=30)
# `type` takes a group of events by a wildcard, and one group at a time: they are listed one after the other.
FAMILIES = ("charge.*", "payment_intent.*", "payout.*", "refund.*")
# Where an object of an event is read as it is now.
OBJECTS: Mapping[str, str] = {
    "charge":         "/v1/charges/{}",
    "dispute":        "/v1/disputes/{}",
    "payment_intent": "/v1/payment_intents/{}",
    "payout":         "/v1/payouts/{}",
    "refund":         "/v1/refunds/{}",
}  # fmt: skip


class StripeListings:
    """Implements the port Listings."""

    def list_changes(self, call: Call, since: datetime, cursor: str) -> Listing:
        """A page of one family's events. Our cursor is the family, and the last event's id behind a bar."""
        family, _, after = (cursor or FAMILIES[0]).partition("|")
        query: list[tuple[str, str | int]] = [
            ("created[gte]", int(since.timestamp())), ("type", family), ("limit", PAGE_SIZE)
        ]  # fmt: skip
        answer = wire.get(call, EVENTS, [*query, ("starting_after", after)] if after else query)
        found = wire.rows(answer)
        if found and answer.get("has_more") is True:
            following = f"{family}|{text(found[-1].get('id'), 'event.id')}"
        else:
            following = next(iter(FAMILIES[FAMILIES.index(family) + 1 :]), "")
        read = _Reading(call)
        return page(found, read.said, following, complete=since > datetime.now(UTC) - KEPT)


class _Reading:
    """Reads the events of a page; an object that several of them name is read once."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._read: set[str] = set()

    def said(self, event: Any) -> Sequence[Observation]:
        if not isinstance(event, dict) or event.get("account") or event.get("api_version") == wire.API_VERSION:
            return events.of_event(event).observations
        kind = text(event.get("type"), "event.type")
        told = (event.get("data") or {}).get("object")
        name, object_id = (told.get("object"), told.get("id")) if isinstance(told, dict) else (None, None)
        if not isinstance(name, str) or name not in OBJECTS or kind not in events.EVENTS:
            raise Unmapped("event.type", kind)
        if object_id in self._read:
            return ()
        now = wire.get(self._call, wire.below(OBJECTS[name], text(object_id, "event.data.object.id")))
        self._read.add(str(object_id))
        # It says how the object is now, and so is no word of the event's time, nor under the event's id.
        return tuple(events.EVENTS[kind](now, "", int(datetime.now(UTC).timestamp()))) if now else ()
