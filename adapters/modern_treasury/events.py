"""What webhooks say: which events there are, and which of them tell of a payout.

Only what is signed decides: the body. Headers name the delivery, so that a repeated one is known.
"""

import json
from collections.abc import Mapping
from typing import Any

from adapters.kit.errors import Unmapped
from adapters.kit.mapping import translate
from adapters.kit.ports.webhooks import Reading
from adapters.modern_treasury.mapping import observation
from adapters.modern_treasury.returns import return_observation

# `object` of a webhook's data, and the events of each. docs.moderntreasury.com/platform/reference/payment-orders
# and …/returns, read 2026-11. The event's name decides nothing: the object's status does.
EVENTS: dict[str, frozenset[str]] = {
    "payment_order": frozenset(
        {
            "created",
            "updated",
            "failed",
            "approved",
            "approval_reverted",
            "denied",
            "cancelled",
            "begin_processing",
            "finish_processing",
            "acknowledged",
            "confirmed",
            "tentatively_reconciled",
            "completed",
            "returned",
            "reconciled",
            "receiving_account_reconciled",
            "redrafted",
            "reversed",
            "nsf_deferment",
            "nsf_plaid_error_but_processing",
            "unreconciled",
            "held",
            "resolved",
        }
    ),
    "return": frozenset(
        {
            "created",
            "begin_processing",
            "finish_processing",
            "tentatively_reconciled",
            "reconciled",
            "completed",
            "returned",
            "failed",
            "unreconciled",
        }
    ),
}

# Their data is a link between two objects, not an object, and moves no money.
LINK_EVENTS = frozenset(("linked_entity", "unlinked_entity"))

# Topics about which Corridor has nothing to say here. A reversal speaks through its order's `reversed`.
OTHER_OBJECTS = frozenset(
    {
        "balance_report",
        "connection_legal_entity",
        "decision",
        "external_account",
        "expected_payment",
        "incoming_payment_detail",
        "internal_account",
        "ledger_account_settlement",
        "ledger_transaction",
        "legal_entity",
        "reversal",
        "transaction",
        "user_onboarding",
    }
)


def reading(body: bytes, event_id: str) -> Reading:
    """What a webhook says. The body's own `object` decides: the topic header is not part of what is signed."""
    event, data = _message(body)
    kind = data.get("object")
    if event in LINK_EVENTS or kind in OTHER_OBJECTS:
        return Reading(event_id)
    if event not in translate(EVENTS, kind, "webhook.data.object"):
        raise Unmapped(f"{kind}.event", event)
    if kind == "return":
        seen = return_observation(data, event_id)
    else:
        # A debit pulls money in: no payout, whoever made it.
        seen = observation(data, event_id) if data.get("direction") == "credit" else None
    return Reading(event_id, (seen,) if seen else ())


def _message(body: bytes) -> tuple[object, Mapping[str, Any]]:
    try:
        message = json.loads(body)
    except (ValueError, RecursionError):
        raise Unmapped("webhook", "not JSON") from None
    data = message.get("data") if isinstance(message, dict) else None
    if not isinstance(data, dict):
        raise Unmapped("webhook.data", type(data).__name__)
    return message.get("event"), data
