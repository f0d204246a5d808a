"""Modern Treasury's words and ours: tables and pure functions. The vendor's words stand on the left, ours on the right.

A word without a row raises `Unmapped`; nothing here guesses, and nothing here talks to anyone.
"""

from typing import Any

from adapters.kit.errors import Misconfigured, Unmapped
from adapters.kit.mapping import money, text, timestamp, translate
from adapters.modern_treasury.accounts import receiving_account
from adapters.modern_treasury.returns import why_returned
from corridor.payouts.v1.beneficiary_pb2 import Beneficiary
from corridor.payouts.v1.payout_observation_pb2 import PayoutObservation
from corridor.payouts.v1.payout_pb2 import (
    PAYOUT_STATE_CANCELLED,
    PAYOUT_STATE_FAILED,
    PAYOUT_STATE_PENDING,
    PAYOUT_STATE_RETURNED,
    PAYOUT_STATE_SENT,
    PAYOUT_STATE_SETTLED,
    Payout,
    PayoutState,
)
from corridor.payouts.v1.payout_reason_pb2 import (
    PAYOUT_REASON_CANCELLED_BY_COMPANY,
    PAYOUT_REASON_CANCELLED_BY_PROVIDER,
    PAYOUT_REASON_DECLINED_BY_PROVIDER,
    PAYOUT_REASON_OTHER,
    PAYOUT_REASON_RECALLED,
    PAYOUT_REASON_UNSPECIFIED,
    PayoutReason,
)
from corridor.type.v1 import rail_pb2

PAYOUT_ID = "corridor_payout_id"
"""The key of a payment order's metadata under which our payout's id travels."""

# What captures may show: ids, states, amounts and codes. Never names, numbers of accounts, or texts.
SAFE = frozenset(
    {
        "id",
        "object",
        "status",
        "type",
        "priority",
        "direction",
        "amount",
        "currency",
        "created_at",
        "updated_at",
        "code",
        "parameter",
        "external_id",
        "returnable_id",
        "returnable_type",
        "live_mode",
    }
) | {PAYOUT_ID, f"metadata[{PAYOUT_ID}]"}

# payment_order.status. docs.moderntreasury.com/payments/docs/payment-order-statuses, read 2026-11.
STATES: dict[str, PayoutState.ValueType] = {
    "pending": PAYOUT_STATE_SENT,
    "needs_approval": PAYOUT_STATE_SENT,  # waits for a person of the company, in the vendor's dashboard
    "approved": PAYOUT_STATE_SENT,
    "processing": PAYOUT_STATE_PENDING,
    "sent": PAYOUT_STATE_PENDING,  # the bank has it: "sent" is not yet "arrived"
    "held": PAYOUT_STATE_PENDING,  # the bank's hold, told for information; our HELD waits for a person of ours
    "completed": PAYOUT_STATE_SETTLED,
    "returned": PAYOUT_STATE_RETURNED,
    "reversed": PAYOUT_STATE_RETURNED,  # told when the reversal is sent, before the money is back: a declared gap
    "failed": PAYOUT_STATE_FAILED,
    "denied": PAYOUT_STATE_FAILED,  # an approver or the vendor's monitoring said no; which of the two is not told
    "stopped": PAYOUT_STATE_FAILED,  # stopped at the bank after it was sent: no money moved, and nobody asked us
    "cancelled": PAYOUT_STATE_CANCELLED,
}

# Why, where the status says so by itself. `returned` tells by its return's code, see `returns.py`.
REASONS: dict[str, PayoutReason.ValueType] = {
    "reversed": PAYOUT_REASON_RECALLED,
    "failed": PAYOUT_REASON_OTHER,  # vendor_failure_reason is free text on which, says the vendor, nothing may be built
    "denied": PAYOUT_REASON_DECLINED_BY_PROVIDER,
    "stopped": PAYOUT_REASON_CANCELLED_BY_PROVIDER,
    "cancelled": PAYOUT_REASON_CANCELLED_BY_COMPANY,  # by our call or in the dashboard; the vendor cancels nothing
}

# Our rail on the left, because here we speak first.
RAILS: dict[rail_pb2.Rail.ValueType, dict[str, str]] = {
    rail_pb2.RAIL_ACH: {"type": "ach", "priority": "normal"},
    rail_pb2.RAIL_ACH_SAME_DAY: {"type": "ach", "priority": "high"},
    rail_pb2.RAIL_WIRE: {"type": "wire"},
    rail_pb2.RAIL_RTP: {"type": "rtp"},
    rail_pb2.RAIL_SEPA: {"type": "sepa"},
    rail_pb2.RAIL_FASTER_PAYMENTS: {"type": "gb_fps"},
    rail_pb2.RAIL_BACS: {"type": "bacs"},
    rail_pb2.RAIL_SWIFT: {"type": "cross_border"},
}


def payment_order(payout: Payout, beneficiary: Beneficiary, originating_account_id: str) -> dict[str, Any]:
    """The body of a create request. Empty values are left out rather than sent as empty."""
    order: dict[str, Any] = {
        **rail(payout),
        "direction": "credit",
        "amount": payout.amount.amount_minor,  # the vendor counts in the smallest unit too
        "currency": payout.amount.currency_code,
        "originating_account_id": originating_account_id,
        "receiving_account": receiving_account(beneficiary),
        "statement_descriptor": payout.statement_text,
        "remittance_information": payout.statement_text,
        "external_id": payout.payout_id,
        "metadata": {PAYOUT_ID: payout.payout_id},
    }
    if order["type"] == "ach":
        # The SEC code follows the receiver; the descriptor holds 10 characters, the addenda record carries the rest.
        order["subtype"] = "CCD" if beneficiary.party.WhichOneof("kind") == "business" else "PPD"
        order["statement_descriptor"] = payout.statement_text[:10]
    return {name: value for name, value in order.items() if value}


def rail(payout: Payout) -> dict[str, str]:
    """The vendor's words for the payout's rail."""
    if payout.rail not in RAILS:
        raise Misconfigured(f"no payment order travels by {rail_pb2.Rail.Name(payout.rail)}")
    return RAILS[payout.rail]


def observation(order: Any, event_id: str = "") -> PayoutObservation:
    """What a payment order says of a payout."""
    if not isinstance(order, dict):
        raise Unmapped("payment_order", type(order).__name__)
    status = text(order.get("status"), "payment_order.status")
    seen = PayoutObservation(
        payout_id=payout_id(order),
        provider_reference=text(order.get("id"), "payment_order.id"),
        state=translate(STATES, status, "payment_order.status"),
        amount=money(order.get("amount"), order.get("currency")),
        reason=REASONS.get(status, PAYOUT_REASON_UNSPECIFIED),
        provider_state=status,
        provider_event_id=event_id,
        provider_time=timestamp(order.get("updated_at"), "payment_order.updated_at"),
    )
    if status == "returned":
        seen.reason, seen.provider_reason_code = why_returned(order.get("current_return") or {})
    return seen


def payout_id(order: Any) -> str:
    """The id of the payout for which an order was made; empty for an order that somebody else made."""
    metadata = order.get("metadata") if isinstance(order, dict) else None
    return str(metadata.get(PAYOUT_ID, "")) if isinstance(metadata, dict) else ""
