"""What webhooks say: which topics there are, and which of them tell of a payout.

An event names a resource and what became of it, nothing more: no amount and no reason. Only what is signed decides.
"""

from typing import Any

from adapters.kit.errors import Unmapped
from adapters.kit.mapping import document, text, timestamp, translate
from adapters.kit.ports.webhooks import Reading
from corridor.payouts.v1.payout_observation_pb2 import PayoutObservation
from corridor.payouts.v1.payout_pb2 import (
    PAYOUT_STATE_CANCELLED,
    PAYOUT_STATE_PENDING,
    PAYOUT_STATE_SETTLED,
    PAYOUT_STATE_UNSPECIFIED,
    PayoutState,
)

# Topics by what they are about. github.com/Dwolla/dev-portal, content/api-reference/events/index.mdx, and
# developers.dwolla.com/docs/webhook-events, read 2026-11. A payout's transfer is told twice: for the account that
# pays, and for the customer who receives. `failed` has no state of ours by itself: the transfer is asked why.
TRANSFERS: dict[str, PayoutState.ValueType] = {
    "transfer_created": PAYOUT_STATE_PENDING,
    "transfer_cancelled": PAYOUT_STATE_CANCELLED,
    "transfer_failed": PAYOUT_STATE_UNSPECIFIED,
    "transfer_completed": PAYOUT_STATE_SETTLED,
    "customer_transfer_created": PAYOUT_STATE_PENDING,
    "customer_transfer_cancelled": PAYOUT_STATE_CANCELLED,
    "customer_transfer_failed": PAYOUT_STATE_UNSPECIFIED,
    "customer_transfer_completed": PAYOUT_STATE_SETTLED,
}


def _each(stem: str, words: str) -> set[str]:
    return {f"{stem}_{word}" for word in words.split()}


# Topics about which Corridor has nothing to say here. `bank_transfer_…` tells of the leg between the paying bank and
# the vendor's network, under an id of its own; the payout's transfer has topics of its own.
OTHERS = frozenset(
    _each("account", "suspended activated")
    | _each("bank_transfer", "created creation_failed cancelled failed completed")
    | _each("card_transfer", "created cancelled failed completed")
    | _each("customer", "created verified suspended activated deactivated reverification_needed")
    | _each("customer_balance_inquiry", "completed")
    | _each("customer_bank_transfer", "created creation_failed cancelled failed completed")
    | _each("customer_beneficial_owner", "created removed reverification_needed verified")
    | _each("customer_beneficial_owner_verification_document", "needed uploaded failed approved")
    | _each("customer_funding_source", "added removed verified unverified negative updated")
    | _each("customer_kba_verification", "needed failed passed")
    | _each("customer_label", "created ledger_entry_created removed")
    | _each("customer_mass_payment", "created completed cancelled")
    | _each("customer_microdeposits", "added failed completed maxattempts")
    | _each("customer_verification_document", "needed uploaded failed approved")
    | _each("funding_source", "added removed verified unverified negative updated")
    | _each("mass_payment", "created completed cancelled")
    | _each("microdeposits", "added failed completed maxattempts")
    | _each("statement", "created")
)


def reading(body: bytes) -> Reading:
    """What a webhook says. The body's own `topic` decides: the topic header is not part of what is signed."""
    return of_event(document(body, "webhook"))


def of_event(event: Any) -> Reading:
    """What an event says, as it is told or listed."""
    if not isinstance(event, dict):
        raise Unmapped("webhook", type(event).__name__)
    event_id = text(event.get("id"), "event.id")
    topic = text(event.get("topic"), "event.topic")
    if topic in OTHERS:
        return Reading(event_id)
    state = translate(TRANSFERS, topic, "event.topic")
    correlation_id = event.get("correlationId")  # only where the transfer was made with one
    seen = PayoutObservation(
        payout_id=correlation_id if isinstance(correlation_id, str) else "",
        provider_reference=text(event.get("resourceId"), "event.resourceId"),
        state=state,
        provider_state=topic,
        provider_event_id=event_id,
        provider_time=timestamp(event.get("timestamp") or event.get("created"), "event.timestamp"),
    )
    return Reading(event_id, (seen,))
