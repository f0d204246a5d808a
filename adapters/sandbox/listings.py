"""The sandbox's list of events: what its webhooks bring, whether they arrived or not."""

from datetime import datetime

from adapters.kit.call import Call
from adapters.kit.errors import Unmapped
from adapters.kit.listing import page, rows
from adapters.kit.ports.listings import Listing
from adapters.sandbox import events
from adapters.sandbox.wire import send

PAGE_SIZE = 100


class Listings:
    """Implements the port Listings."""

    def list_changes(self, call: Call, since: datetime, cursor: str) -> Listing:
        """The account's events since then, the earliest first. The sandbox keeps all of them."""
        query = {"since": since.isoformat(), "limit": PAGE_SIZE} | ({"cursor": cursor} if cursor else {})
        listed = send(call, "GET", "/v1/events", query=query)
        if not isinstance(listed, dict):
            raise Unmapped("events", type(listed).__name__)
        found = rows(listed.get("data"), "events.data")
        return page(found, lambda event: events.reading(event).observations, listed.get("next_cursor") or "")
