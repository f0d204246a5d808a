"""What the vendor's list of payments says of those that were changed since a time: also what no notification tells.

GET /payments/find of the vendor's document, read 2026-11. The last changed stands first: a payment that changes while
the list is read moves the others down, so that some are read twice and none is missed; itself it is for the next time.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from adapters.currencycloud import mapping
from adapters.kit.call import Call
from adapters.kit.errors import Unmapped
from adapters.kit.listing import page
from adapters.kit.ports.listings import Listing
from adapters.kit.ports.webhooks import Observation

PAGE_SIZE = 25
"""The vendor's own; the document names no greatest one."""


def changes(get: Callable[..., Any], call: Call, since: datetime, cursor: str) -> Listing:
    """A page of payments, deleted ones too. Our cursor is the number of the page."""
    query = {
        "updated_at_from": since.astimezone(UTC).isoformat(timespec="seconds"),
        "with_deleted": "true",
        "order": "updated_at",
        "order_asc_desc": "desc",
        "per_page": str(PAGE_SIZE),
        "page": cursor or "1",
    }
    answer = get(call, "/payments/find", query)
    found = mapping.page(answer, "payments")
    return page(found, _said, _following(answer) if found else "")


def _said(payment: Any) -> Sequence[Observation]:
    return (mapping.observation(payment),) if mapping.payout_id(payment) else ()


def _following(answer: Any) -> str:
    told = answer.get("pagination")
    number = told.get("next_page") if isinstance(told, dict) else None
    if isinstance(number, bool) or not isinstance(number, int):
        raise Unmapped("pagination.next_page", type(number).__name__)
    return str(number) if number > 0 else ""
