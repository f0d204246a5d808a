"""Disputes in the vendor's words: what its events mean, why payments are disputed, and what answers say.

Rule: state and stage follow from the event's code, which is signed. The reason and the time limit stand beside what is
signed; they are for people, and a strange one does not hold up the news of a dispute.
"""

from collections.abc import Mapping
from typing import Any

from adapters.adyen import amounts
from adapters.kit.errors import Unmapped
from adapters.kit.mapping import text, timestamp
from corridor.payments.v1.dispute_observation_pb2 import DisputeObservation
from corridor.payments.v1.dispute_pb2 import DisputeReason, DisputeStage, DisputeState

S, G = DisputeState, DisputeStage
_Says = tuple["DisputeState.ValueType", "DisputeStage.ValueType"]

# eventCode. Webhooks-v1 and docs.adyen.com/risk-management/disputes-api/dispute-notifications, read 2026-11.
EVENTS: Mapping[str, _Says] = {
    "REQUEST_FOR_INFORMATION":           (S.DISPUTE_STATE_NEEDS_RESPONSE, G.DISPUTE_STAGE_INQUIRY),
    "NOTIFICATION_OF_CHARGEBACK":        (S.DISPUTE_STATE_NEEDS_RESPONSE, G.DISPUTE_STAGE_INQUIRY),  # no money yet
    "CHARGEBACK":                        (S.DISPUTE_STATE_NEEDS_RESPONSE, G.DISPUTE_STAGE_CHARGEBACK),
    "INFORMATION_SUPPLIED":              (S.DISPUTE_STATE_UNDER_REVIEW,   G.DISPUTE_STAGE_UNSPECIFIED),
    "CHARGEBACK_REVERSED":               (S.DISPUTE_STATE_UNDER_REVIEW,   G.DISPUTE_STAGE_CHARGEBACK),  # not final
    "ISSUER_RESPONSE_TIMEFRAME_EXPIRED": (S.DISPUTE_STATE_WON,            G.DISPUTE_STAGE_UNSPECIFIED),
    "DISPUTE_DEFENSE_PERIOD_ENDED":      (S.DISPUTE_STATE_LOST,           G.DISPUTE_STAGE_UNSPECIFIED),
    "SECOND_CHARGEBACK":                 (S.DISPUTE_STATE_LOST,           G.DISPUTE_STAGE_PRE_ARBITRATION),
    "PREARBITRATION_OPEN":               (S.DISPUTE_STATE_NEEDS_RESPONSE, G.DISPUTE_STAGE_PRE_ARBITRATION),
    "PREARBITRATION_ACCEPTED":           (S.DISPUTE_STATE_LOST,           G.DISPUTE_STAGE_PRE_ARBITRATION),
    "PREARBITRATION_DECLINED":           (S.DISPUTE_STATE_UNDER_REVIEW,   G.DISPUTE_STAGE_PRE_ARBITRATION),
    "PREARBITRATION_ISSUER_WITHDRAWN":   (S.DISPUTE_STATE_WON,            G.DISPUTE_STAGE_PRE_ARBITRATION),
    "PREARBITRATION_WON":                (S.DISPUTE_STATE_WON,            G.DISPUTE_STAGE_PRE_ARBITRATION),
    "PREARBITRATION_LOST":               (S.DISPUTE_STATE_LOST,           G.DISPUTE_STAGE_PRE_ARBITRATION),
    "SCHEME_ARBITRATION":                (S.DISPUTE_STATE_UNDER_REVIEW,   G.DISPUTE_STAGE_ARBITRATION),
    "SCHEME_ARBITRATION_WON":            (S.DISPUTE_STATE_WON,            G.DISPUTE_STAGE_ARBITRATION),
    "SCHEME_ARBITRATION_LOST":           (S.DISPUTE_STATE_LOST,           G.DISPUTE_STAGE_ARBITRATION),
}  # fmt: skip


def _reasons(rows: Mapping[str, str]) -> dict[str, "DisputeReason.ValueType"]:
    return {
        code: DisputeReason.Value(f"DISPUTE_REASON_{ours}") for ours, codes in rows.items() for code in codes.split()
    }


# additionalData.chargebackReasonCode and rfiReasonCode: the schemes' own codes, as Visa (10.4) and Mastercard (4853)
# write them. The lists are the schemes'; read in developer.north.com/supplemental-resources/chargeback-reason-codes,
# docs.antom.com/ac/dispute/mastercard and documentation.lemonway.com/v8.2/reference/chargeback-codes, 2026-11. A code
# without a row is kept, and gives no reason.
REASONS: Mapping[str, "DisputeReason.ValueType"] = _reasons(
    {
        "FRAUDULENT":           "10.1 10.2 10.3 10.4 10.5 4837 4840 4849 4870 4871",
        "UNRECOGNISED":         "4863",
        "AUTHORISATION":        "11.1 11.2 11.3 4808",
        "PROCESSING_ERROR":     "12.1 12.2 12.3 12.4 4834",
        "WRONG_AMOUNT":         "12.5",
        "DUPLICATE":            "12.6 12.6.1 12.6.2",
        "NOT_RECEIVED":         "13.1 4855",
        "CREDIT_NOT_PROCESSED": "13.6 13.7",
        "OTHER":                "4853",  # "cardholder dispute": of the goods, the service or the cancellation
    }
)  # fmt: skip


def told(code: str, success: bool, item: Mapping[str, Any], event_id: str) -> DisputeObservation:
    """What an event says of a dispute. All events of one dispute have its reference."""
    if not success:
        raise Unmapped(f"{code}.success", "false")
    state, stage = EVENTS[code]
    extra = item.get("additionalData")
    extra = extra if isinstance(extra, dict) else {}
    scheme_code = str(extra.get("chargebackReasonCode") or extra.get("rfiReasonCode") or "").strip()[:32]
    reference = str(item.get("merchantReference") or "").partition("-")[0]
    seen = DisputeObservation(
        provider_reference=text(item.get("pspReference"), "item.pspReference"),
        payment_id=reference if reference.startswith("pay_") else "",
        payment_reference=str(item.get("originalReference") or ""),
        state=state,
        stage=stage,
        amount=amounts.read(item.get("amount"), "item.amount"),
        reason=REASONS.get(scheme_code, DisputeReason.DISPUTE_REASON_UNSPECIFIED),
        network_reason_code=scheme_code,
        provider_state=code,
        provider_event_id=event_id,
    )
    if state == S.DISPUTE_STATE_NEEDS_RESPONSE and (due := _due(extra.get("defensePeriodEndsAt"))) is not None:
        seen.evidence_due_time.CopyFrom(due)
        seen.evidence_due_time_unproven = True
    return seen


def answered(reference: str, state: "DisputeState.ValueType", word: str) -> DisputeObservation:
    """What follows from a success of the Disputes API."""
    return DisputeObservation(provider_reference=reference, state=state, provider_state=word)


def succeeded(answer: Any) -> bool:
    """Whether the Disputes API did what was asked. It says no with HTTP 200. Raises `Unmapped` for neither."""
    result = answer.get("disputeServiceResult") if isinstance(answer, dict) else None
    success = result.get("success") if isinstance(result, dict) else None
    if not isinstance(success, bool):
        raise Unmapped("disputeServiceResult.success", success)
    return success


def _due(value: object) -> Any:
    try:
        return timestamp(value, "defensePeriodEndsAt")
    except Unmapped:
        return None
