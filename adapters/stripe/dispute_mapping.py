"""Disputes in Stripe's words and ours: tables and pure functions. The vendor's words on the left, ours on the right.

A word without a row raises `Unmapped`; nothing here guesses, and nothing here talks to anyone.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.kit.errors import FieldProblem, Rejected, Unmapped
from adapters.kit.mapping import text, timestamp, translate
from adapters.stripe import amounts, wire
from adapters.stripe.charges import costs
from corridor.payments.v1.dispute_observation_pb2 import DisputeObservation
from corridor.payments.v1.dispute_pb2 import (
    DISPUTE_STAGE_CHARGEBACK,
    DISPUTE_STAGE_INQUIRY,
    DISPUTE_STATE_ACCEPTED,
    DISPUTE_STATE_CLOSED,
    DISPUTE_STATE_LOST,
    DISPUTE_STATE_NEEDS_RESPONSE,
    DISPUTE_STATE_UNDER_REVIEW,
    DISPUTE_STATE_WON,
    DisputeDocument,
    DisputeDocumentType,
    DisputeEvidence,
    DisputeReason,
    DisputeStage,
    DisputeState,
)

REFUSED = FieldProblem("evidence", "The provider does not take this evidence.")

# dispute.status: a warning is an inquiry, for which no money has moved. The document, dispute.
STATES: Mapping[str, tuple[DisputeState.ValueType, DisputeStage.ValueType]] = {
    "warning_needs_response": (DISPUTE_STATE_NEEDS_RESPONSE, DISPUTE_STAGE_INQUIRY),
    "warning_under_review":   (DISPUTE_STATE_UNDER_REVIEW, DISPUTE_STAGE_INQUIRY),
    "warning_closed":         (DISPUTE_STATE_CLOSED, DISPUTE_STAGE_INQUIRY),
    "needs_response":         (DISPUTE_STATE_NEEDS_RESPONSE, DISPUTE_STAGE_CHARGEBACK),
    "under_review":           (DISPUTE_STATE_UNDER_REVIEW, DISPUTE_STAGE_CHARGEBACK),
    "won":                    (DISPUTE_STATE_WON, DISPUTE_STAGE_CHARGEBACK),
    "lost":                   (DISPUTE_STATE_LOST, DISPUTE_STAGE_CHARGEBACK),
}  # fmt: skip

# The vendor tells times in whole seconds; of two events of one second the later state is the later one.
ORDER: Mapping[DisputeState.ValueType, int] = {
    DISPUTE_STATE_NEEDS_RESPONSE: 0,
    DISPUTE_STATE_UNDER_REVIEW:   1,
    DISPUTE_STATE_CLOSED:         2,
    DISPUTE_STATE_ACCEPTED:       2,
    DISPUTE_STATE_LOST:           2,
    DISPUTE_STATE_WON:            3,
}  # fmt: skip

# dispute.reason. The document's description of it, and docs.stripe.com/disputes/categories, read 2026-11.
REASONS: Mapping[str, DisputeReason.ValueType] = {
    "bank_cannot_process":       DisputeReason.DISPUTE_REASON_PROCESSING_ERROR,
    "check_returned":            DisputeReason.DISPUTE_REASON_DEBIT_RETURNED,
    "credit_not_processed":      DisputeReason.DISPUTE_REASON_CREDIT_NOT_PROCESSED,
    "customer_initiated":        DisputeReason.DISPUTE_REASON_OTHER,
    "debit_not_authorized":      DisputeReason.DISPUTE_REASON_AUTHORISATION,
    "duplicate":                 DisputeReason.DISPUTE_REASON_DUPLICATE,
    "fraudulent":                DisputeReason.DISPUTE_REASON_FRAUDULENT,
    "general":                   DisputeReason.DISPUTE_REASON_OTHER,
    "incorrect_account_details": DisputeReason.DISPUTE_REASON_DEBIT_RETURNED,
    "insufficient_funds":        DisputeReason.DISPUTE_REASON_DEBIT_RETURNED,
    "noncompliant":              DisputeReason.DISPUTE_REASON_PROCESSING_ERROR,
    "product_not_received":      DisputeReason.DISPUTE_REASON_NOT_RECEIVED,
    "product_unacceptable":      DisputeReason.DISPUTE_REASON_NOT_AS_DESCRIBED,
    "subscription_canceled":     DisputeReason.DISPUTE_REASON_SUBSCRIPTION_CANCELLED,
    "unrecognized":              DisputeReason.DISPUTE_REASON_UNRECOGNISED,
}  # fmt: skip

# Our fields of the evidence on the left, because here we speak first.
TEXTS: Mapping[str, str] = {
    "product_description":            "product_description",
    "customer_name":                  "customer_name",
    "customer_email":                 "customer_email_address",
    "customer_ip":                    "customer_purchase_ip",
    "billing_address":                "billing_address",
    "shipping_address":               "shipping_address",
    "shipping_carrier":               "shipping_carrier",
    "shipping_tracking_number":       "shipping_tracking_number",
    "shipping_date":                  "shipping_date",
    "service_date":                   "service_date",
    "refund_policy_disclosure":       "refund_policy_disclosure",
    "refund_refusal_explanation":     "refund_refusal_explanation",
    "cancellation_policy_disclosure": "cancellation_policy_disclosure",
    "cancellation_rebuttal":          "cancellation_rebuttal",
    "duplicate_explanation":          "duplicate_charge_explanation",
    "access_activity_log":            "access_activity_log",
    "other_text":                     "uncategorized_text",
}  # fmt: skip

FILES: Mapping[DisputeDocumentType.ValueType, str] = {
    DisputeDocumentType.DISPUTE_DOCUMENT_TYPE_RECEIPT:                "receipt",
    DisputeDocumentType.DISPUTE_DOCUMENT_TYPE_CUSTOMER_COMMUNICATION: "customer_communication",
    DisputeDocumentType.DISPUTE_DOCUMENT_TYPE_CUSTOMER_SIGNATURE:     "customer_signature",
    DisputeDocumentType.DISPUTE_DOCUMENT_TYPE_SHIPPING:               "shipping_documentation",
    DisputeDocumentType.DISPUTE_DOCUMENT_TYPE_SERVICE:                "service_documentation",
    DisputeDocumentType.DISPUTE_DOCUMENT_TYPE_DUPLICATE_CHARGE:       "duplicate_charge_documentation",
    DisputeDocumentType.DISPUTE_DOCUMENT_TYPE_REFUND_POLICY:          "refund_policy",
    DisputeDocumentType.DISPUTE_DOCUMENT_TYPE_CANCELLATION_POLICY:    "cancellation_policy",
    DisputeDocumentType.DISPUTE_DOCUMENT_TYPE_OTHER:                  "uncategorized_file",
}  # fmt: skip


def evidence_texts(evidence: DisputeEvidence) -> dict[str, str]:
    """The evidence's texts in the vendor's fields. What the vendor has no field for is refused, never dropped."""
    texts = {theirs: str(getattr(evidence, ours)) for ours, theirs in TEXTS.items() if getattr(evidence, ours)}
    if evidence.defence_reason_code:
        problem = FieldProblem("evidence.defence_reason_code", "The provider takes no code of the defence.")
        raise Rejected("the provider takes no code of the defence", problems=[problem])
    return texts


def evidence_files(documents: Sequence[DisputeDocument]) -> dict[str, DisputeDocument]:
    """The documents by the vendor's fields, of which each holds one file."""
    fields: dict[str, DisputeDocument] = {}
    for document in documents:
        field = FILES.get(document.type)
        if field is None or field in fields:
            problem = FieldProblem(
                "documents", "The provider takes one document of each type: join them into one file."
            )
            raise Rejected("the provider takes one document of each type", problems=[problem])
        fields[field] = document
    return fields


def observation(dispute: Any, event_id: str = "", event_time: Any = None) -> DisputeObservation:
    """What a dispute of the vendor's says."""
    if not isinstance(dispute, Mapping) or dispute.get("object") != "dispute":
        raise Unmapped("dispute", type(dispute).__name__)
    status = text(dispute.get("status"), "dispute.status")
    state, stage = translate(STATES, status, "dispute.status")
    if state == DISPUTE_STATE_LOST and wire.metadata(dispute, wire.ACCEPTED):
        state = DISPUTE_STATE_ACCEPTED
    reason = text(dispute.get("reason"), "dispute.reason")
    amount = amounts.stated(dispute.get("amount"), dispute.get("currency"))
    details = dispute.get("evidence_details")
    seen = DisputeObservation(
        provider_reference=text(dispute.get("id"), "dispute.id"),
        payment_reference=str(dispute.get("payment_intent") or ""),
        state=state,
        stage=stage,
        amount=amount,
        reason=translate(REASONS, reason, "dispute.reason"),
        network_reason_code=_network_reason(dispute.get("payment_method_details")),
        provider_reason_code=reason,
        open_time=timestamp(dispute.get("created"), "dispute.created"),
        provider_state=status,
        provider_event_id=event_id,
        provider_time=timestamp(event_time, "event.created"),
    )
    if state == DISPUTE_STATE_NEEDS_RESPONSE and isinstance(details, Mapping):
        due = timestamp(details.get("due_by"), "dispute.evidence_details.due_by")
        if due is not None:
            seen.evidence_due_time.CopyFrom(due)
    if seen.HasField("provider_time"):
        seen.provider_time.nanos = ORDER[state]
    for transaction in dispute.get("balance_transactions") or ():
        seen.fees.extend(costs(transaction, amount)[0])
    return seen


def _network_reason(details: Any) -> str:
    card = details.get("card") if isinstance(details, Mapping) else None
    return str(card.get("network_reason_code") or "") if isinstance(card, Mapping) else ""
