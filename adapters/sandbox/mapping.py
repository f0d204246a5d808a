"""Transfers: the sandbox's words on the left, ours on the right. Pure functions; no I/O."""

from collections.abc import Mapping
from typing import Any

from adapters.kit.errors import Unmapped
from adapters.kit.mapping import money, text, timestamp, translate, translate_optional
from adapters.kit.reasons import ISO_RETURNS, NACHA_RETURNS, Reasons
from corridor.payouts.v1.beneficiary_pb2 import Beneficiary
from corridor.payouts.v1.payout_check_pb2 import PayoutCheck, PayoutCheckVerdict
from corridor.payouts.v1.payout_observation_pb2 import PayoutObservation
from corridor.payouts.v1.payout_pb2 import Payout, PayoutState
from corridor.payouts.v1.payout_reason_pb2 import PayoutReason
from corridor.type.v1.bank_account_pb2 import BankAccount
from corridor.type.v1.party_pb2 import Party
from corridor.type.v1.rail_pb2 import Rail

STATES: Mapping[str, "PayoutState.ValueType"] = {
    "received":   PayoutState.PAYOUT_STATE_SENT,
    "processing": PayoutState.PAYOUT_STATE_PENDING,
    "paid":       PayoutState.PAYOUT_STATE_SETTLED,
    "declined":   PayoutState.PAYOUT_STATE_FAILED,
    "failed":     PayoutState.PAYOUT_STATE_FAILED,
    "returned":   PayoutState.PAYOUT_STATE_RETURNED,
    "cancelled":  PayoutState.PAYOUT_STATE_CANCELLED,
}  # fmt: skip

# Why the sandbox itself declined or failed a transfer. Rails' own codes are in `adapters.kit.reasons`.
REASONS: Reasons = {
    "risk":                PayoutReason.PAYOUT_REASON_DECLINED_BY_PROVIDER,
    "insufficient_funds":  PayoutReason.PAYOUT_REASON_INSUFFICIENT_FUNDS,
    "account_closed":      PayoutReason.PAYOUT_REASON_ACCOUNT_CLOSED,
    "cancelled_by_client": PayoutReason.PAYOUT_REASON_CANCELLED_BY_COMPANY,
}  # fmt: skip

RAILS: Mapping[str, "Rail.ValueType"] = {
    "ach":             Rail.RAIL_ACH,
    "ach_same_day":    Rail.RAIL_ACH_SAME_DAY,
    "wire":            Rail.RAIL_WIRE,
    "rtp":             Rail.RAIL_RTP,
    "fednow":          Rail.RAIL_FEDNOW,
    "sepa":            Rail.RAIL_SEPA,
    "sepa_instant":    Rail.RAIL_SEPA_INSTANT,
    "faster_payments": Rail.RAIL_FASTER_PAYMENTS,
    "bacs":            Rail.RAIL_BACS,
    "swift":           Rail.RAIL_SWIFT,
}  # fmt: skip
RAIL_WORDS = {rail: word for word, rail in RAILS.items()}


def transfer(payout: Payout, beneficiary: Beneficiary) -> dict[str, Any]:
    """The request for a payout. Our payout's id is the sandbox's reference, by which it is found again."""
    return {
        "reference": payout.payout_id,
        "amount": payout.amount.amount_minor,
        "currency": payout.amount.currency_code,
        "rail": RAIL_WORDS[payout.rail],
        "statement_text": payout.statement_text,
        "description": payout.reference,
        "recipient": {"name": name(beneficiary.party), "account": account(beneficiary.bank_account)},
    } | scenario(payout.sandbox_scenario)


def scenario(name: str) -> dict[str, str]:
    """What the sandbox is told to do, where it is told."""
    return {"scenario": name} if name else {}


def name(party: Party) -> str:
    """What a party is called."""
    if party.WhichOneof("kind") == "business":
        return party.business.legal_name
    return f"{party.person.given_name} {party.person.family_name}"


def account(bank_account: BankAccount) -> dict[str, str]:
    """The parts of an account's number, as far as they are given."""
    kind = str(bank_account.WhichOneof("number"))
    number = getattr(bank_account, kind)
    parts = ("iban", "bic", "routing_number", "sort_code", "account_number")
    return {"type": kind} | {part: value for part in parts if (value := getattr(number, part, ""))}


def observation(transfer: Any, event_id: str = "") -> PayoutObservation:
    """What a transfer says of a payout. Raises `Unmapped` for words that have no meaning here."""
    if not isinstance(transfer, dict):
        raise Unmapped("transfer", type(transfer).__name__)
    code = (transfer.get("reason") or {}).get("code")
    return PayoutObservation(
        payout_id=text(transfer.get("reference"), "transfer.reference"),
        provider_reference=text(transfer.get("id"), "transfer.id"),
        state=translate(STATES, transfer.get("status"), "transfer.status"),
        amount=money(transfer.get("amount"), transfer.get("currency")),
        reason=translate_optional(
            _reasons(transfer), code, "transfer.reason.code", PayoutReason.PAYOUT_REASON_UNSPECIFIED
        ),
        provider_reason_code=code or "",
        provider_state=transfer["status"],
        provider_event_id=event_id,
        provider_time=timestamp(transfer.get("updated_at"), "transfer.updated_at"),
    )


VERDICTS: dict[str, PayoutCheckVerdict.ValueType] = {
    "taken":   PayoutCheckVerdict.PAYOUT_CHECK_VERDICT_TAKEN,
    "refused": PayoutCheckVerdict.PAYOUT_CHECK_VERDICT_REFUSED,
}  # fmt: skip


def check(answer: Any) -> PayoutCheck:
    """What a check says of a payout that is not made."""
    if not isinstance(answer, dict):
        raise Unmapped("check", type(answer).__name__)
    code, fee = (answer.get("reason") or {}).get("code"), answer.get("fee") or {}
    return PayoutCheck(
        verdict=translate(VERDICTS, answer.get("verdict"), "check.verdict"),
        amount=money(answer.get("amount"), answer.get("currency")),
        reason=translate_optional(REASONS, code, "check.reason.code", PayoutReason.PAYOUT_REASON_UNSPECIFIED),
        provider_reason_code=code or "",
        fee=money(fee.get("amount"), fee.get("currency")),
    )


def _reasons(transfer: dict[str, Any]) -> Reasons:
    # A return carries the code of the rail by which it came.
    if transfer.get("status") != "returned":
        return REASONS
    return NACHA_RETURNS if transfer.get("rail") in {"ach", "ach_same_day"} else ISO_RETURNS
