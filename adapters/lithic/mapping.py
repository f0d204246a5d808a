"""Lithic's words and ours: tables and pure functions. The vendor's words stand on the left, ours on the right.

A word without a row raises `Unmapped`; nothing here guesses, and nothing here talks to anyone.
"the document" is the vendor's OpenAPI document, version 1.0.0, read 2026-11.
"""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from adapters.kit.errors import Misconfigured, Unmapped
from adapters.kit.mapping import money, text, timestamp, translate, translate_optional
from adapters.kit.reasons import NACHA_RETURNS
from corridor.payouts.v1.beneficiary_pb2 import Beneficiary
from corridor.payouts.v1.payout_observation_pb2 import PayoutObservation
from corridor.payouts.v1.payout_pb2 import (
    PAYOUT_STATE_CANCELLED,
    PAYOUT_STATE_FAILED,
    PAYOUT_STATE_PENDING,
    PAYOUT_STATE_RETURNED,
    PAYOUT_STATE_SETTLED,
    Payout,
    PayoutState,
)
from corridor.payouts.v1.payout_reason_pb2 import (
    PAYOUT_REASON_CANCELLED_BY_PROVIDER,
    PAYOUT_REASON_DECLINED_BY_PROVIDER,
    PAYOUT_REASON_INSUFFICIENT_FUNDS,
    PAYOUT_REASON_INVALID_DETAILS,
    PAYOUT_REASON_OTHER,
    PAYOUT_REASON_UNSPECIFIED,
    PayoutReason,
)
from corridor.type.v1 import rail_pb2

_TOKENS = uuid.UUID("6f0a4c5e-9a53-4d0c-8f57-2f6f3c9f7d11")
"""The namespace in which a payment's token is made of our key. It never changes: another one would pay again."""

# What captures may show: ids, states, amounts and codes. Never names, numbers of accounts, or texts.
SAFE = frozenset(
    {
        "token",
        "debugging_request_id",
        "existing_token",
        "external_bank_account_token",
        "financial_account_token",
        "user_defined_id",
        "state",
        "verification_state",
        "verification_method",
        "owner_type",
        "status",
        "result",
        "category",
        "direction",
        "source",
        "method",
        "type",
        "family",
        "sec_code",
        "return_reason_code",
        "retries",
        "currency",
        "country",
        "amount",
        "pending_amount",
        "settled_amount",
        "detailed_results",
        "created",
        "updated",
        "expected_release_date",
        "has_more",
        "page_size",
    }
)

# payment-transaction.status (the document, transaction_status). Two of them say that the payment is over and not what
# became of the money; the payment's own events do. The filter of GET /v1/payments lists all of them but CANCELED.
STATES: dict[str, PayoutState.ValueType | None] = {
    "PENDING":  PAYOUT_STATE_PENDING,
    "SETTLED":  PAYOUT_STATE_SETTLED,
    "DECLINED": PAYOUT_STATE_FAILED,
    "RETURNED": PAYOUT_STATE_RETURNED,
    "REVERSED": None,
    "CANCELED": None,
}  # fmt: skip

# payment_event.type (the document, payment_event_type), and the end of a payout that the event is, if it is one.
EVENTS: dict[str, PayoutState.ValueType | None] = {
    "ACH_ORIGINATION_INITIATED": None,
    "ACH_ORIGINATION_REVIEWED":  None,  # declined, it comes with the status DECLINED
    "ACH_ORIGINATION_PROCESSED": None,
    "ACH_ORIGINATION_SETTLED":   None,
    "ACH_ORIGINATION_RELEASED":  None,
    "ACH_ORIGINATION_CANCELLED": PAYOUT_STATE_CANCELLED,
    "ACH_ORIGINATION_REJECTED":  PAYOUT_STATE_FAILED,    # "rejected and not sent to the Federal Reserve"
    "ACH_RETURN_INITIATED":      None,                   # of receipts
    "ACH_RETURN_PROCESSED":      PAYOUT_STATE_RETURNED,  # of an origination: its return was received
    "ACH_RETURN_SETTLED":        PAYOUT_STATE_RETURNED,
    "ACH_RETURN_REJECTED":       None,
    # Money that comes in, and rails that no payout takes.
    **dict.fromkeys(
        ("ACH_RECEIPT_PROCESSED", "ACH_RECEIPT_SETTLED", "ACH_RECEIPT_RELEASED", "ACH_RECEIPT_RELEASED_EARLY",
         "WIRE_TRANSFER_INBOUND_RECEIVED", "WIRE_TRANSFER_INBOUND_SETTLED", "WIRE_TRANSFER_INBOUND_BLOCKED",
         "WIRE_RETURN_OUTBOUND_INITIATED", "WIRE_RETURN_OUTBOUND_SENT", "WIRE_RETURN_OUTBOUND_SETTLED",
         "WIRE_RETURN_OUTBOUND_REJECTED", "STABLECOIN_RECEIVED", "STABLECOIN_INITIATED", "STABLECOIN_REVIEWED",
         "STABLECOIN_SENT", "STABLECOIN_SETTLED", "STABLECOIN_REJECTED"),
    ),
}  # fmt: skip

INITIATED = "ACH_ORIGINATION_INITIATED"
LEFT = frozenset({"ACH_ORIGINATION_PROCESSED", "ACH_ORIGINATION_SETTLED", "ACH_ORIGINATION_RELEASED"})
"""After any of these the money was on its way: no payment that has one, approved, can have failed or been cancelled."""

# payment.result and payment_event.result: whether it went through.
RESULTS: dict[str, bool] = {"APPROVED": True, "DECLINED": False}

# payment_event.detailed_results. ACCOUNT_INVALID does not say which of the two accounts it means.
DETAILS: dict[str, PayoutReason.ValueType] = {
    "APPROVED":                           PAYOUT_REASON_UNSPECIFIED,
    "DECLINED":                           PAYOUT_REASON_DECLINED_BY_PROVIDER,
    "FUNDS_INSUFFICIENT":                 PAYOUT_REASON_INSUFFICIENT_FUNDS,
    "ACCOUNT_INVALID":                    PAYOUT_REASON_DECLINED_BY_PROVIDER,
    "PROGRAM_TRANSACTION_LIMIT_EXCEEDED": PAYOUT_REASON_DECLINED_BY_PROVIDER,
    "PROGRAM_DAILY_LIMIT_EXCEEDED":       PAYOUT_REASON_DECLINED_BY_PROVIDER,
    "PROGRAM_MONTHLY_LIMIT_EXCEEDED":     PAYOUT_REASON_DECLINED_BY_PROVIDER,
}  # fmt: skip

# method_attributes.return_reason_code: NACHA's. R36, the return of an improper credit entry, is within the codes that
# the document allows for returns and absent from the list behind the table.
RETURN_REASONS: dict[str, PayoutReason.ValueType] = {**NACHA_RETURNS, "R36": PAYOUT_REASON_INVALID_DETAILS}

# What kind of payment it is, and whether a payout can be one. payment.category, .direction, .method, .type.
CATEGORIES: dict[str, bool] = {
    "ACH": True,
    **dict.fromkeys(
        ("WIRE", "STABLECOIN", "BALANCE_OR_FUNDING", "FEE", "REWARD", "ADJUSTMENT", "DERECOGNITION", "DISPUTE", "CARD",
         "EXTERNAL_ACH", "EXTERNAL_CHECK", "EXTERNAL_FEDNOW", "EXTERNAL_RTP", "EXTERNAL_TRANSFER", "EXTERNAL_WIRE",
         "MANAGEMENT_ADJUSTMENT", "MANAGEMENT_DISPUTE", "MANAGEMENT_FEE", "MANAGEMENT_REWARD",
         "MANAGEMENT_DISBURSEMENT", "HOLD", "PROGRAM_FUNDING", "PROGRAM_TRANSFER"),
        False,
    ),
}  # fmt: skip
DIRECTIONS: dict[str, bool] = {"CREDIT": True, "DEBIT": False}
METHODS: dict[str, bool] = {"ACH_NEXT_DAY": True, "ACH_SAME_DAY": True, "WIRE": False, "STABLECOIN": False}
TYPES: dict[str, bool] = {
    "ORIGINATION_CREDIT": True,
    **dict.fromkeys(
        ("ORIGINATION_DEBIT", "RECEIPT_CREDIT", "RECEIPT_DEBIT", "WIRE_INBOUND_PAYMENT", "WIRE_INBOUND_ADMIN",
         "WIRE_OUTBOUND_PAYMENT", "WIRE_OUTBOUND_ADMIN", "WIRE_INBOUND_DRAWDOWN_REQUEST", "STABLECOIN"),
        False,
    ),
}  # fmt: skip

# Our rail on the left, because here we speak first.
RAILS: dict[rail_pb2.Rail.ValueType, str] = {
    rail_pb2.RAIL_ACH: "ACH_NEXT_DAY",
    rail_pb2.RAIL_ACH_SAME_DAY: "ACH_SAME_DAY",
}


def payment_token(key: str) -> str:
    """The token of the payment that is made under a key: the vendor takes a UUID, and always the same one for a key."""
    return str(uuid.uuid5(_TOKENS, key))


def check_covered(payout: Payout) -> None:
    """Raise `Misconfigured` for a payout that no payment can be: it came by a wrong route."""
    if payout.rail not in RAILS:
        raise Misconfigured(f"no payment travels by {rail_pb2.Rail.Name(payout.rail)}")
    if payout.amount.currency_code != "USD":
        raise Misconfigured("payments are in USD")


def payment_request(
    payout: Payout, beneficiary: Beneficiary, *, token: str, paid_from: str, paid_to: str
) -> dict[str, Any]:
    """The body of a payment from a financial account to an external bank account, given by their tokens."""
    check_covered(payout)
    # NACHA's entry class follows the receiver: CCD for a business, PPD for a person.
    sec_code = "CCD" if beneficiary.party.WhichOneof("kind") == "business" else "PPD"
    return {
        "token": token,
        "type": "PAYMENT",
        "method": RAILS[payout.rail],
        "method_attributes": {"sec_code": sec_code},
        "amount": payout.amount.amount_minor,  # in cents, as every amount of the vendor's
        "financial_account_token": paid_from,
        "external_bank_account_token": paid_to,
        "user_defined_id": payout.payout_id,
        **({"memo": payout.statement_text} if payout.statement_text else {}),
    }


def is_payout(payment: Mapping[str, Any]) -> bool:
    """Whether a payment can be a payout: a credit by ACH that was begun here."""
    kinds = (
        translate(CATEGORIES, payment.get("category"), "payment.category"),
        translate(DIRECTIONS, payment.get("direction"), "payment.direction"),
        translate(METHODS, payment.get("method"), "payment.method"),
        translate_optional(TYPES, payment.get("type"), "payment.type", default=True),
    )
    return all(kinds) and any(each["type"] == INITIATED for each in _events(payment))


def is_ours(payment: Mapping[str, Any]) -> bool:
    """Whether a payment has the token of the payout that it names: somebody may have made another for the same one."""
    return bool(payout_id(payment)) and payment.get("token") == payment_token(payout_id(payment))


def observation(payment: Any, event_id: str = "") -> PayoutObservation:
    """What a payment says of a payout."""
    if not isinstance(payment, dict):
        raise Unmapped("payment", type(payment).__name__)
    if not is_payout(payment):
        raise Unmapped("payment", "not a credit by ACH")
    events = _events(payment)
    status = text(payment.get("status"), "payment.status")
    translate(RESULTS, payment.get("result"), "payment.result")
    state = _state(status, events)
    reason, code = _why(state, payment, events)
    return PayoutObservation(
        payout_id=payout_id(payment),
        provider_reference=text(payment.get("token"), "payment.token"),
        state=state,
        amount=money(_initiated(events), payment.get("currency")),
        reason=reason,
        provider_reason_code=code,
        provider_state=status,
        provider_event_id=event_id,
        provider_time=timestamp(payment.get("updated"), "payment.updated"),
    )


def payout_id(payment: Any) -> str:
    """The id of the payout for which a payment was made; empty for a payment that somebody else made."""
    value = payment.get("user_defined_id") if isinstance(payment, dict) else None
    return value if isinstance(value, str) else ""


def _events(payment: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The payment's events, each of a type and with results that are known."""
    events = payment.get("events")
    if not isinstance(events, list) or not all(isinstance(each, dict) for each in events):
        raise Unmapped("payment.events", type(events).__name__)
    for each in events:
        translate(EVENTS, each.get("type"), "payment.events.type")
        translate(RESULTS, each.get("result"), "payment.events.result")
        for detail in each.get("detailed_results") or ():
            translate(DETAILS, detail, "payment.events.detailed_results")
    return events


def _state(status: str, events: Sequence[Mapping[str, Any]]) -> PayoutState.ValueType:
    state = translate(STATES, status, "payment.status")
    if state is None:
        ends = [EVENTS[each["type"]] for each in events if RESULTS[each["result"]]]
        state = next((end for end in reversed(ends) if end is not None), None)
    if state is None:
        raise Unmapped("payment.status", f"{status} without an event that tells why")
    left = {each["type"] for each in events if RESULTS[each["result"]]} & LEFT
    if state in (PAYOUT_STATE_FAILED, PAYOUT_STATE_CANCELLED) and left:
        raise Unmapped("payment.status", f"{status} after {min(left)}")  # no money twice: a person has to look
    return state


def _initiated(events: Sequence[Mapping[str, Any]]) -> object:
    """What was asked to be paid. The sign is that of the account that pays: a credit to somebody is negative."""
    amount = next(each.get("amount") for each in events if each["type"] == INITIATED)
    return abs(amount) if isinstance(amount, int) and not isinstance(amount, bool) else amount


def _why(
    state: PayoutState.ValueType, payment: Mapping[str, Any], events: Sequence[Mapping[str, Any]]
) -> tuple[PayoutReason.ValueType, str]:
    """The reason of a payment's end, and the vendor's or the rail's code for it."""
    if state == PAYOUT_STATE_RETURNED:
        attributes = payment.get("method_attributes")
        code = attributes.get("return_reason_code") if isinstance(attributes, dict) else None
        reason = translate_optional(RETURN_REASONS, code, "method_attributes.return_reason_code", PAYOUT_REASON_OTHER)
        return reason, code or ""
    if state == PAYOUT_STATE_CANCELLED:
        # The interface has no cancellation, so it was not the company by us.
        return PAYOUT_REASON_CANCELLED_BY_PROVIDER, ""
    if state != PAYOUT_STATE_FAILED:
        return PAYOUT_REASON_UNSPECIFIED, ""
    told = [detail for each in events for detail in each.get("detailed_results") or () if DETAILS[detail]]
    # DECLINED says no more than that; another word beside it says why.
    code = next((detail for detail in told if detail != "DECLINED"), "DECLINED" if told else "")
    return (DETAILS[code], code) if code else (PAYOUT_REASON_OTHER, "")
