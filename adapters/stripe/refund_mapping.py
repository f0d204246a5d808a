"""Refunds in Stripe's words and ours: tables and pure functions. The vendor's words on the left, ours on the right.

A word without a row raises `Unmapped`; nothing here guesses, and nothing here talks to anyone.
"""

from collections.abc import Mapping
from typing import Any

from adapters.kit.errors import Unmapped
from adapters.kit.mapping import text, timestamp, translate
from adapters.stripe import amounts, wire
from adapters.stripe.charges import costs
from corridor.payments.v1.payment_action_pb2 import PaymentAction
from corridor.payments.v1.payment_observation_pb2 import (
    PAYMENT_STEP_REFUND,
    PAYMENT_STEP_REVERSAL,
    PAYMENT_STEP_STATE_FAILED,
    PAYMENT_STEP_STATE_SENT,
    PAYMENT_STEP_STATE_SUCCEEDED,
    PaymentObservation,
    PaymentStepState,
)
from corridor.payments.v1.payment_pb2 import Payment
from corridor.payments.v1.refund_pb2 import (
    REFUND_REASON_DUPLICATE,
    REFUND_REASON_FRAUDULENT,
    REFUND_REASON_REQUESTED_BY_CUSTOMER,
    REFUND_REASON_RETURNED_GOODS,
    Refund,
    RefundReason,
)

# refund.status. The document, refund.
STATES: Mapping[str, PaymentStepState.ValueType] = {
    "pending":         PAYMENT_STEP_STATE_SENT,
    "requires_action": PAYMENT_STEP_STATE_SENT,  # the customer is asked for a bank account; never for a card
    "succeeded":       PAYMENT_STEP_STATE_SUCCEEDED,
    "failed":          PAYMENT_STEP_STATE_FAILED,
    "canceled":        PAYMENT_STEP_STATE_FAILED,
}  # fmt: skip

# refund.failure_reason. The document, refund. All of them mean that the money is back in the balance.
FAILURE_REASONS = frozenset(
    {
        "lost_or_stolen_card",
        "expired_or_canceled_card",
        "charge_for_pending_refund_disputed",
        "insufficient_funds",
        "declined",
        "merchant_request",
        "unknown",
    }
)

# Refusals of a new refund that are decisions, not faults. docs.stripe.com/error-codes, read 2026-11.
REFUSALS = frozenset(
    {
        "amount_too_large",
        "balance_insufficient",
        "charge_already_refunded",
        "charge_disputed",
        "charge_not_refundable",
        "insufficient_funds",
        "refund_disputed_payment",
    }
)

# Our reason on the left, because here we speak first. `fraudulent` also puts the card on the account's block list.
REASONS: Mapping[RefundReason.ValueType, str] = {
    REFUND_REASON_REQUESTED_BY_CUSTOMER: "requested_by_customer",
    REFUND_REASON_DUPLICATE:             "duplicate",
    REFUND_REASON_FRAUDULENT:            "fraudulent",
    REFUND_REASON_RETURNED_GOODS:        "requested_by_customer",
}  # fmt: skip


def form(payment: Payment, refund: Refund) -> dict[str, object]:
    """The form of a create request."""
    return {
        "payment_intent": payment.provider_reference,
        "amount": amounts.amount(refund.amount),
        "reason": REASONS.get(refund.reason),
        "metadata": {wire.PAYMENT_ID: payment.payment_id, wire.REFUND_ID: refund.refund_id},
        "expand": ["balance_transaction"],
    }


def reversal_form(intent_id: str, action: PaymentAction) -> dict[str, object]:
    """The form by which all that is left of a captured payment is given back: no amount means all."""
    return {
        "payment_intent": intent_id,
        "metadata": {wire.PAYMENT_ID: action.payment_id, wire.REVERSAL_ID: action.payment_action_id},
        "expand": ["balance_transaction"],
    }


def above_what_is_left(error: Mapping[str, Any]) -> bool:
    """Whether a refusal is about an amount above what is left: the vendor gives it no code."""
    return error.get("type") == "invalid_request_error" and error.get("param") == "amount" and not error.get("code")


def observation(refund: Any, event_id: str = "", event_time: Any = None) -> PaymentObservation:
    """What a refund of the vendor's says of ours, or of a payment that was reversed."""
    if not isinstance(refund, Mapping) or refund.get("object") != "refund":
        raise Unmapped("refund", type(refund).__name__)
    status = text(refund.get("status"), "refund.status")
    reversal = wire.metadata(refund, wire.REVERSAL_ID)
    seen = PaymentObservation(
        payment_id=wire.metadata(refund, wire.PAYMENT_ID),
        provider_reference=text(refund.get("payment_intent"), "refund.payment_intent"),
        step=PAYMENT_STEP_REVERSAL if reversal else PAYMENT_STEP_REFUND,
        step_id=reversal or wire.metadata(refund, wire.REFUND_ID),
        step_reference=text(refund.get("id"), "refund.id"),
        state=translate(STATES, status, "refund.status"),
        amount=amounts.stated(refund.get("amount"), refund.get("currency")),
        provider_state=status,
        provider_event_id=event_id,
        provider_time=timestamp(event_time, "event.created"),
    )
    if seen.state == PAYMENT_STEP_STATE_FAILED:
        reason = refund.get("failure_reason")
        if reason and reason not in FAILURE_REASONS:
            raise Unmapped("refund.failure_reason", reason)
        seen.provider_reason_code = str(reason or status)
    fees, exchange = costs(refund.get("balance_transaction"), seen.amount)
    seen.fees.extend(fees)
    if exchange is not None:
        seen.foreign_exchange.CopyFrom(exchange)
    return seen


def is_release(refund: Any) -> bool:
    """Whether a refund gave nothing back, and released what was never captured.

    The vendor writes such ones by itself (reason `expired_uncaptured_charge`). What touched no balance and carries no
    id of ours gave nothing back either; the payment intent tells of it.
    """
    if not isinstance(refund, Mapping):
        return False
    ours = any(wire.metadata(refund, key) for key in (wire.REFUND_ID, wire.REVERSAL_ID))
    expired = refund.get("reason") == "expired_uncaptured_charge"
    return expired or (not ours and refund.get("balance_transaction") is None)


def refused(payment: Payment, refund: Refund, code: str) -> PaymentObservation:
    """A refund that the vendor did not take."""
    return PaymentObservation(
        payment_id=payment.payment_id,
        provider_reference=payment.provider_reference,
        step=PAYMENT_STEP_REFUND,
        step_id=refund.refund_id,
        state=PAYMENT_STEP_STATE_FAILED,
        amount=refund.amount,
        provider_reason_code=code,
        provider_state=code,
    )
