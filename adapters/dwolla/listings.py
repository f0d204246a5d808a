"""What the vendor's list of events says: the same as its webhooks, for those that never arrived.

GET /events of the vendor's document, read 2026-11: the newest first, by `limit` and `offset`, kept for 30 days.
Events that happen while the list is read move the others further down: some are read twice, none is missed.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from adapters.dwolla import events, mapping
from adapters.kit.call import Call
from adapters.kit.errors import Unmapped
from adapters.kit.listing import page
from adapters.kit.mapping import timestamp
from adapters.kit.ports.listings import Listing
from adapters.kit.ports.webhooks import Observation

KEPT = timedelta(days=30)
PAGE_SIZE = 100


def changes(get: Callable[..., Any], call: Call, since: datetime, cursor: str) -> Listing:
    """A page of events. Our cursor is the offset. Not complete where the vendor has let go of what is asked for."""
    offset = int(cursor or 0)
    answer = get(call, "GET", "/events", query={"limit": str(PAGE_SIZE), "offset": str(offset)}).body
    found = mapping.embedded(answer, "events")
    recent = [each for each in found if not _is_before(each, since)]
    more = len(found) == len(recent) > 0 and offset + len(found) < _total(answer)
    complete = since > datetime.now(UTC) - KEPT
    return page(recent, _said, str(offset + len(found)) if more else "", complete=complete)


def _said(event: Any) -> Sequence[Observation]:
    return events.of_event(event).observations


def _is_before(event: Any, since: datetime) -> bool:
    """Whether it is older than what is asked for. One whose time cannot be read is not left out."""
    try:
        at = timestamp(event.get("created"), "event.created")
    except Unmapped:
        return False
    return at is not None and at.ToDatetime(UTC) < since


def _total(answer: Any) -> int:
    total = answer.get("total")
    if isinstance(total, bool) or not isinstance(total, int):
        raise Unmapped("events.total", type(total).__name__)
    return total
