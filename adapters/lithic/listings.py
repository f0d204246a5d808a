"""What the vendor's list of events says: the same as its webhooks, for those that never arrived.

GET /v1/events of the vendor's document, read 2026-11: filtered by type and by a time, with the webhook's content on
demand, paged by the token of the last event. How long events are kept, it does not say.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from adapters.kit.call import Call
from adapters.kit.errors import Unmapped
from adapters.kit.listing import page, rows
from adapters.kit.mapping import text
from adapters.kit.ports.listings import Listing
from adapters.kit.ports.webhooks import Observation
from adapters.lithic import events

EVENTS = "/v1/events"
PAGE_SIZE = 100


def changes(get: Callable[..., Any], call: Call, since: datetime, cursor: str) -> Listing:
    """A page of the events that tell of payments."""
    begin = (since - timedelta(seconds=1)).astimezone(UTC)  # "only entries created after the specified time"
    query: list[tuple[str, str | int]] = [
        ("begin", begin.isoformat().replace("+00:00", "Z")),
        ("page_size", PAGE_SIZE),
        ("with_content", "true"),
        *(("event_types", kind) for kind in sorted(events.PAYMENT_EVENTS)),
        *([("starting_after", cursor)] if cursor else []),
    ]
    answer = get(call, "GET", EVENTS, query=query, writes=False)
    if not isinstance(answer, dict) or not isinstance(answer.get("has_more"), bool):
        raise Unmapped("events", type(answer).__name__)
    found = rows(answer.get("data"), "events.data")
    following = text(found[-1].get("token"), "event.token") if found and answer["has_more"] else ""
    return page(found, _said, following)


def _said(event: Any) -> Sequence[Observation]:
    if not isinstance(event, dict) or not isinstance(event.get("payload"), dict):
        raise Unmapped("event", type(event).__name__)
    message = {**event["payload"], "event_type": event.get("event_type")}
    return events.of_message(message, text(event.get("token"), "event.token")).observations
