"""Currencycloud's words and ours: tables and pure functions. The vendor's words stand on the left, ours on the right.

A word without a row raises `Unmapped`; nothing here guesses, and nothing here talks to anyone.
"""

from collections.abc import Mapping
from typing import Any

from adapters.kit.errors import Misconfigured, Unmapped
from adapters.kit.mapping import decimal_text, money_from_decimal, text, timestamp, translate, translate_optional
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
    PAYOUT_REASON_OTHER,
    PAYOUT_REASON_REGULATORY,
    PayoutReason,
)
from corridor.type.v1 import rail_pb2

# What captures may show: ids, states, amounts and codes. Never names, account numbers, or texts.
SAFE = frozenset(
    {
        "id",
        "amount",
        "currency",
        "status",
        "review_status",
        "payment_type",
        "payment_types[]",
        "unique_request_id",
        "beneficiary_id",
        "beneficiary_external_reference",
        "beneficiary_entity_type",
        "conversion_id",
        "short_reference",
        "buy_currency",
        "sell_currency",
        "fixed_side",
        "client_buy_amount",
        "client_sell_amount",
        "client_rate",
        "created_at",
        "updated_at",
        "payment_date",
        "estimated_arrival",
        "error_code",
        "code",
        "total_entries",
    }
)

# payment.status: the values of the filter of GET /payments/find. `failed` is told apart below.
STATES: dict[str, PayoutState.ValueType] = {
    "new": PAYOUT_STATE_SENT,
    "awaiting_authorisation": PAYOUT_STATE_SENT,  # waits for a person of the company, at the vendor
    "authorised": PAYOUT_STATE_SENT,
    "ready_to_send": PAYOUT_STATE_PENDING,  # waits for its date, its funds or its conversion
    "submitted": PAYOUT_STATE_PENDING,
    "suspended": PAYOUT_STATE_PENDING,  # the vendor's hold, told for information; our HELD waits for a person of ours
    "released": PAYOUT_STATE_PENDING,
    "completed": PAYOUT_STATE_SETTLED,  # the vendor has sent it; that it has arrived is told by nobody
    "failed": PAYOUT_STATE_FAILED,
    "deleted": PAYOUT_STATE_CANCELLED,
}

# payment.review_status, of a payment that has failed: why. `failure_reason` is free text, on which nothing is built.
REVIEWS: dict[str, PayoutReason.ValueType] = {
    "in_review": PAYOUT_REASON_OTHER,
    "passed": PAYOUT_REASON_OTHER,
    "rejected": PAYOUT_REASON_REGULATORY,
}

# Our rail on the left, because here we speak first: "priority" is the Swift network, "regular" the local one.
RAILS: dict[rail_pb2.Rail.ValueType, str] = {
    rail_pb2.RAIL_ACH: "regular",
    rail_pb2.RAIL_SEPA: "regular",
    rail_pb2.RAIL_FASTER_PAYMENTS: "regular",
    rail_pb2.RAIL_SWIFT: "priority",
}


def payment_type(payout: Payout) -> str:
    """The vendor's word for the payout's rail."""
    if payout.rail not in RAILS:
        raise Misconfigured(f"no payment travels by {rail_pb2.Rail.Name(payout.rail)}")
    return RAILS[payout.rail]


def payment(payout: Payout, beneficiary_id: str, conversion_id: str = "") -> dict[str, str]:
    """The fields of a payment, without the key. The vendor asks for a reference and a reason, whatever they are."""
    fields = {
        "currency": payout.amount.currency_code,
        "beneficiary_id": beneficiary_id,
        "amount": decimal_text(payout.amount.amount_minor, payout.amount.currency_code),
        "reason": payout.reference or payout.payout_id,
        "reference": payout.statement_text or payout.payout_id,
        "payment_type": payment_type(payout),
        "conversion_id": conversion_id,
    }
    return {name: value for name, value in fields.items() if value}


def conversion(payout: Payout, sell_currency: str) -> dict[str, str]:
    """The fields of the conversion that buys exactly what the payout pays out, without the key."""
    return {
        "buy_currency": payout.amount.currency_code,
        "sell_currency": sell_currency,
        "fixed_side": "buy",
        "amount": decimal_text(payout.amount.amount_minor, payout.amount.currency_code),
        "term_agreement": "true",
        "conversion_date_preference": "earliest",
        "reason": payout.reference or payout.payout_id,
    }


def observation(made: Any, event_id: str = "") -> PayoutObservation:
    """What a payment says of a payout."""
    if not isinstance(made, dict):
        raise Unmapped("payment", type(made).__name__)
    status = text(made.get("status"), "payment.status")
    seen = PayoutObservation(
        payout_id=payout_id(made),
        provider_reference=text(made.get("id"), "payment.id"),
        state=translate(STATES, status, "payment.status"),
        amount=money_from_decimal(made.get("amount"), made.get("currency")),
        provider_state=status,
        provider_event_id=event_id,
        provider_time=timestamp(made.get("updated_at"), "payment.updated_at"),
        expected_settlement_time=timestamp(made.get("estimated_arrival"), "payment.estimated_arrival"),
    )
    # Read also where it decides nothing, so that a new word of the vendor's is noticed.
    why = translate_optional(REVIEWS, made.get("review_status"), "payment.review_status", PAYOUT_REASON_OTHER)
    if status == "deleted":
        seen.reason = PAYOUT_REASON_CANCELLED_BY_COMPANY  # by our call, or in the dashboard
    if status == "failed":
        seen.reason = why
        if made.get("transferred_at"):  # it had been processed, so the money went out and came back
            seen.state = PAYOUT_STATE_RETURNED
    return seen


def payout_id(made: Any) -> str:
    """The key under which a payment was made: our payout's id, for those that we have made."""
    value = made.get("unique_request_id") if isinstance(made, dict) else None
    return value if isinstance(value, str) else ""


def page(answer: Any, name: str) -> list[Mapping[str, Any]]:
    """The objects of a page. Raises `Unmapped` for what is no page."""
    found = answer.get(name) if isinstance(answer, dict) else None
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise Unmapped(name, "not a page")
    return found
