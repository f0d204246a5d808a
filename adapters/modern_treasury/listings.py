"""What the vendor's list of events says: the same as its webhooks, for those that never arrived.

GET /api/events of the vendor's document, read 2026-11: filtered by resource and by a time that is included, and paged
by a cursor that stands in a header. How long events are kept, it does not say.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from adapters.kit.call import Call
from adapters.kit.errors import Unmapped
from adapters.kit.listing import page, rows
from adapters.kit.mapping import text
from adapters.kit.ports.listings import Listing
from adapters.kit.ports.webhooks import Observation
from adapters.modern_treasury import events, mapping, refusals

EVENTS = "/api/events"
PAGE_SIZE = 100
RESOURCES = tuple(sorted(events.EVENTS))
"""They are listed one after the other: of all other resources nothing is asked."""


class ModernTreasuryListings:
    """Implements the port Listings."""

    def list_changes(self, call: Call, since: datetime, cursor: str) -> Listing:
        """A page of one resource's events. Our cursor is the resource, and the vendor's cursor behind a colon."""
        resource, _, after = (cursor or RESOURCES[0]).partition(":")
        query: dict[str, str | int] = {
            "resource": resource, "event_time_start": since.isoformat(), "per_page": PAGE_SIZE
        }  # fmt: skip
        auth = (call.credential("organization_id"), call.credential("api_key"))
        reply = call.ask(
            "GET", EVENTS, query=query | ({"after_cursor": after} if after else {}), auth=auth, writes=False,
            safe=mapping.SAFE, code_of=refusals.error_code,
        )  # fmt: skip
        found = rows(reply.body, "events")
        following = reply.headers.get("x-after-cursor", "")
        if found and following:
            return page(found, _said, f"{resource}:{following}")
        return page(found, _said, next(iter(RESOURCES[RESOURCES.index(resource) + 1 :]), ""))


def _said(event: Any) -> Sequence[Observation]:
    if not isinstance(event, dict):
        raise Unmapped("event", type(event).__name__)
    event_id = text(event.get("id"), "event.id")
    told = {"event": event.get("event_name"), "data": event.get("data")}
    return events.reading(json.dumps(told).encode(), event_id).observations
