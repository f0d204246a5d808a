"""The sandbox's words for payments and disputes on the left, ours on the right.

Rule: a word that is not here is `Unmapped`.
"""

from collections.abc import Mapping

from corridor.payments.v1.decline_pb2 import Declined
from corridor.payments.v1.dispute_pb2 import DisputeDocumentType, DisputeReason, DisputeStage, DisputeState
from corridor.payments.v1.payment_observation_pb2 import PaymentStep, PaymentStepState
from corridor.payments.v1.refund_pb2 import RefundReason

S = PaymentStepState

# A payment's own status is its authorisation's. What was captured, released and given back are amounts beside it.
AUTHORISATIONS: Mapping[str, "PaymentStepState.ValueType"] = {
    "processing":      S.PAYMENT_STEP_STATE_SENT,
    "requires_action": S.PAYMENT_STEP_STATE_REQUIRES_ACTION,
    "authorised":      S.PAYMENT_STEP_STATE_SUCCEEDED,
    "declined":        S.PAYMENT_STEP_STATE_DECLINED,
    "cancelled":       S.PAYMENT_STEP_STATE_CANCELLED,
    "timed_out":       S.PAYMENT_STEP_STATE_EXPIRED,
}  # fmt: skip

STEPS: Mapping[str, "PaymentStep.ValueType"] = {
    "capture":   PaymentStep.PAYMENT_STEP_CAPTURE,
    "increment": PaymentStep.PAYMENT_STEP_INCREMENT,
    "void":      PaymentStep.PAYMENT_STEP_VOID,
    "reversal":  PaymentStep.PAYMENT_STEP_REVERSAL,
    "refund":    PaymentStep.PAYMENT_STEP_REFUND,
}  # fmt: skip

ACTIONS: Mapping[str, "PaymentStepState.ValueType"] = {
    "processing": S.PAYMENT_STEP_STATE_SENT,
    "succeeded":  S.PAYMENT_STEP_STATE_SUCCEEDED,
    "declined":   S.PAYMENT_STEP_STATE_DECLINED,
    "failed":     S.PAYMENT_STEP_STATE_FAILED,
    "expired":    S.PAYMENT_STEP_STATE_EXPIRED,
}  # fmt: skip

# The sandbox's own codes are the contract's reasons, in lower case and without their prefix.
DECLINES: Mapping[str, "Declined.ValueType"] = {
    name.removeprefix("DECLINED_").lower(): number for name, number in Declined.items() if number
}
DISPUTE_REASONS: Mapping[str, "DisputeReason.ValueType"] = {
    name.removeprefix("DISPUTE_REASON_").lower(): number for name, number in DisputeReason.items() if number
}
DISPUTE_STAGES: Mapping[str, "DisputeStage.ValueType"] = {
    name.removeprefix("DISPUTE_STAGE_").lower(): number for name, number in DisputeStage.items() if number
}
DOCUMENT_TYPES: Mapping["DisputeDocumentType.ValueType", str] = {
    number: name.removeprefix("DISPUTE_DOCUMENT_TYPE_").lower()
    for name, number in DisputeDocumentType.items()
    if number
}
REFUND_REASONS: Mapping["RefundReason.ValueType", str] = {
    number: name.removeprefix("REFUND_REASON_").lower() for name, number in RefundReason.items() if number
}

DISPUTES: Mapping[str, "DisputeState.ValueType"] = {
    "needs_response": DisputeState.DISPUTE_STATE_NEEDS_RESPONSE,
    "under_review":   DisputeState.DISPUTE_STATE_UNDER_REVIEW,
    "won":            DisputeState.DISPUTE_STATE_WON,
    "lost":           DisputeState.DISPUTE_STATE_LOST,
    "accepted":       DisputeState.DISPUTE_STATE_ACCEPTED,
    "closed":         DisputeState.DISPUTE_STATE_CLOSED,
}  # fmt: skip
