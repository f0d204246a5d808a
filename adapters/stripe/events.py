"""What webhooks say: which events there are, and what each tells of payments, refunds, disputes and payouts.

Only what is signed decides: the body. An event's type says whose object it is; the object's own words say the rest.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from adapters.kit.errors import Unmapped
from adapters.kit.mapping import document, text, translate
from adapters.kit.ports.webhooks import Observation, Reading
from adapters.stripe import charges, dispute_mapping, mapping, payout_mapping, refund_mapping, wire

Reader = Callable[[Any, str, Any], Sequence[Observation]]


def _intent(intent: Any, event_id: str, at: Any) -> Sequence[Observation]:
    # One without our id was made by somebody else, for whose methods there are no words here.
    ours = wire.metadata(mapping.is_intent(intent), wire.PAYMENT_ID)
    return mapping.observations(intent, event_id, at) if ours else ()


def _charge(charge: Any, event_id: str, at: Any) -> Sequence[Observation]:
    ours = wire.metadata(charges.is_charge(charge), wire.PAYMENT_ID)
    return (charges.authorisation(charge, event_id, at),) if ours else ()


def _expired_charge(charge: Any, event_id: str, at: Any) -> Sequence[Observation]:
    ours = wire.metadata(charges.is_charge(charge), wire.PAYMENT_ID)
    return (charges.expiry(charge, event_id, at),) if ours else ()


def _told_by_intent(charge: Any, event_id: str, at: Any) -> Sequence[Observation]:
    charges.is_charge(charge)
    return ()


def _refund(refund: Any, event_id: str, at: Any) -> Sequence[Observation]:
    seen = refund_mapping.observation(refund, event_id, at) if (refund or {}).get("payment_intent") else None
    return (seen,) if seen is not None and not refund_mapping.is_release(refund) else ()


def _dispute(dispute: Any, event_id: str, at: Any) -> Sequence[Observation]:
    seen = dispute_mapping.observation(dispute, event_id, at)
    return (seen,) if seen.payment_reference else ()  # without one it is about a charge of the older interface


def _payout(payout: Any, event_id: str, at: Any) -> Sequence[Observation]:
    # The vendor's own schedule pays out as well; and the company can, in the dashboard.
    ours = isinstance(payout, Mapping) and wire.metadata(payout, wire.PAYOUT_ID)
    return (payout_mapping.observation(payout, event_id, at),) if ours or not isinstance(payout, Mapping) else ()


# event.type of the families whose ports are implemented. The document, webhook_endpoints.enabled_events.
EVENTS: Mapping[str, Reader] = {
    "charge.captured":                         _told_by_intent,
    "charge.dispute.closed":                   _dispute,
    "charge.dispute.created":                  _dispute,
    "charge.dispute.funds_reinstated":         _dispute,
    "charge.dispute.funds_withdrawn":          _dispute,
    "charge.dispute.updated":                  _dispute,
    "charge.expired":                          _expired_charge,
    "charge.failed":                           _charge,
    "charge.pending":                          _charge,
    "charge.refund.updated":                   _refund,
    "charge.refunded":                         _told_by_intent,  # says how much in all, not which refund
    "charge.succeeded":                        _charge,
    "charge.updated":                          _told_by_intent,
    "payment_intent.amount_capturable_updated": _intent,
    "payment_intent.canceled":                 _intent,
    "payment_intent.created":                  _intent,
    "payment_intent.partially_funded":         _intent,
    "payment_intent.payment_failed":           _intent,
    "payment_intent.processing":               _intent,
    "payment_intent.requires_action":          _intent,
    "payment_intent.succeeded":                _intent,
    "payout.canceled":                         _payout,
    "payout.created":                          _payout,
    "payout.failed":                           _payout,
    "payout.paid":                             _payout,
    "payout.reconciliation_completed":         _payout,
    "payout.updated":                          _payout,
    "refund.created":                          _refund,
    "refund.failed":                           _refund,  # younger than the document: docs.stripe.com/api/events/types
    "refund.updated":                          _refund,
}  # fmt: skip

# The first words of all other types of the document: matters that are no port of this adapter.
OTHER_FAMILIES = frozenset(
    [
        "account", "application_fee", "balance", "billing_portal", "capability", "cash_balance", "checkout",
        "coupon", "credit_note", "customer", "customer_cash_balance_transaction", "file", "financial_connections",
        "identity", "invoice", "invoiceitem", "issuing_authorization", "issuing_card", "issuing_cardholder",
        "issuing_dispute", "issuing_transaction", "mandate", "order", "payment_link", "payment_method", "person",
        "plan", "price", "product", "promotion_code", "quote", "radar", "recipient", "reporting", "review",
        "setup_intent", "sigma", "sku", "source", "subscription_schedule", "tax", "tax_rate", "terminal",
        "test_helpers", "topup", "transfer", "treasury",
    ]
)  # fmt: skip


def reading(body: bytes) -> Reading:
    """What an event says."""
    return of_event(document(body, "webhook"))


def of_event(event: Any) -> Reading:
    """What an event says, as it is told or listed."""
    if not isinstance(event, dict) or event.get("object") != "event":
        raise Unmapped("webhook", type(event).__name__)
    event_id, kind = text(event.get("id"), "event.id"), text(event.get("type"), "event.type")
    # An event with an account is of a connected one ("The connected account that originated the event", the document):
    # its owner chooses its objects' metadata, and so could name a payment of ours.
    if kind.partition(".")[0] in OTHER_FAMILIES or event.get("account"):
        return Reading(event_id)
    read = translate(EVENTS, kind, "event.type")
    if event.get("api_version") != wire.API_VERSION:
        # Another version has other shapes: the endpoint has to be made with this one, see the README.
        raise Unmapped("event.api_version", event.get("api_version"))
    data = event.get("data")
    if not isinstance(data, dict):
        raise Unmapped("event.data", type(data).__name__)
    return Reading(event_id, tuple(read(data.get("object"), event_id, event.get("created"))))
