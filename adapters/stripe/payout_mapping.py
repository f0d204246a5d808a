"""Payouts in Stripe's words and ours: tables and pure functions. The vendor's words on the left, ours on the right.

A word without a row raises `Unmapped`; nothing here guesses, and nothing here talks to anyone.
"""

from collections.abc import Mapping
from typing import Any

from adapters.kit.errors import FieldProblem, Misconfigured, Unmapped
from adapters.kit.mapping import text, timestamp, translate, translate_optional
from adapters.stripe import amounts, wire
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
    PAYOUT_REASON_ACCOUNT_BLOCKED,
    PAYOUT_REASON_ACCOUNT_CLOSED,
    PAYOUT_REASON_ACCOUNT_NOT_ELIGIBLE,
    PAYOUT_REASON_ACCOUNT_NOT_FOUND,
    PAYOUT_REASON_ACCOUNT_NUMBER_INVALID,
    PAYOUT_REASON_BANK_NOT_FOUND,
    PAYOUT_REASON_CANCELLED_BY_COMPANY,
    PAYOUT_REASON_CURRENCY_REFUSED,
    PAYOUT_REASON_INSUFFICIENT_FUNDS,
    PAYOUT_REASON_INVALID_DETAILS,
    PAYOUT_REASON_NAME_MISMATCH,
    PAYOUT_REASON_NOT_AUTHORISED,
    PAYOUT_REASON_OTHER,
    PAYOUT_REASON_REFUSED_BY_BANK,
    PayoutReason,
)
from corridor.type.v1 import rail_pb2
from corridor.type.v1.bank_account_pb2 import US_ACCOUNT_TYPE_SAVINGS

NOT_OWN = FieldProblem(
    "beneficiary.bank_account", "Not one of the bank accounts that the company itself has at the provider."
)

# payout.status: the document's description of it. Some payouts are told as paid, and fail within five business days.
STATES: Mapping[str, PayoutState.ValueType] = {
    "pending":    PAYOUT_STATE_SENT,
    "in_transit": PAYOUT_STATE_PENDING,
    "paid":       PAYOUT_STATE_SETTLED,
    # The amount left the balance when the payout was made, and is put back (failure_balance_transaction): the bank
    # gave it back, also where the payout had been told as paid before.
    "failed":     PAYOUT_STATE_RETURNED,
    "canceled":   PAYOUT_STATE_CANCELLED,
}  # fmt: skip

# payout.failure_code. docs.stripe.com/api/payouts/failures, read 2026-11 by the vendor's own client libraries.
FAILURES: Mapping[str, PayoutReason.ValueType] = {
    "account_closed":                   PAYOUT_REASON_ACCOUNT_CLOSED,
    "account_frozen":                   PAYOUT_REASON_ACCOUNT_BLOCKED,
    "bank_account_restricted":          PAYOUT_REASON_ACCOUNT_NOT_ELIGIBLE,
    "bank_ownership_changed":           PAYOUT_REASON_BANK_NOT_FOUND,
    "could_not_process":                PAYOUT_REASON_OTHER,
    "debit_not_authorized":             PAYOUT_REASON_NOT_AUTHORISED,
    "declined":                         PAYOUT_REASON_REFUSED_BY_BANK,
    "incorrect_account_holder_address": PAYOUT_REASON_INVALID_DETAILS,
    "incorrect_account_holder_name":    PAYOUT_REASON_NAME_MISMATCH,
    "incorrect_account_holder_tax_id":  PAYOUT_REASON_INVALID_DETAILS,
    "incorrect_account_type":           PAYOUT_REASON_ACCOUNT_NOT_ELIGIBLE,
    "insufficient_funds":               PAYOUT_REASON_INSUFFICIENT_FUNDS,
    "invalid_account_number":           PAYOUT_REASON_ACCOUNT_NUMBER_INVALID,
    "invalid_account_number_length":    PAYOUT_REASON_ACCOUNT_NUMBER_INVALID,
    "invalid_currency":                 PAYOUT_REASON_CURRENCY_REFUSED,
    "no_account":                       PAYOUT_REASON_ACCOUNT_NOT_FOUND,
    "unsupported_card":                 PAYOUT_REASON_ACCOUNT_NOT_ELIGIBLE,
}  # fmt: skip

# Refusals of a new payout that are decisions, not faults. docs.stripe.com/error-codes#balance-insufficient.
DECLINES = frozenset({"balance_insufficient"})

# Our rail on the left, because here we speak first. The vendor chooses the rail by itself, by currency and country:
# these are the ones of its standard payouts. docs.stripe.com/payouts, read 2026-11.
RAILS: Mapping[rail_pb2.Rail.ValueType, str] = {
    rail_pb2.RAIL_ACH: "usd",
    rail_pb2.RAIL_SEPA: "eur",
    rail_pb2.RAIL_BACS: "gbp",
}


def payout_form(payout: Payout, destination: str) -> dict[str, object]:
    """The form of a create request."""
    currency = amounts.currency(payout.amount)
    if RAILS.get(payout.rail) != currency:
        raise Misconfigured(f"no payout in {currency} travels by {rail_pb2.Rail.Name(payout.rail)}")
    return {
        "amount": amounts.amount(payout.amount),
        "currency": currency,
        "destination": destination,
        "method": "standard",
        "description": payout.reference or None,
        "statement_descriptor": payout.statement_text[:22] or None,
        "metadata": {wire.PAYOUT_ID: payout.payout_id},
    }


def bank_account(beneficiary: Beneficiary) -> dict[str, object]:
    """A beneficiary's account as the vendor takes it for a token. An IBAN stands alone; its country begins it."""
    account = beneficiary.bank_account
    country, number, routing = {
        "us": ("US", account.us.account_number, account.us.routing_number),
        "iban": (account.iban.iban[:2], account.iban.iban, None),
        "uk": ("GB", account.uk.account_number, account.uk.sort_code),
        "bic": (account.bic.bic[4:6], account.bic.account_number, account.bic.bic),
    }[str(account.WhichOneof("number"))]
    form: dict[str, object] = {
        "country": country,
        "currency": account.currency_code.lower(),
        "account_number": number,
        "routing_number": routing,
    }
    if country == "US":
        form["account_type"] = "savings" if account.us.account_type == US_ACCOUNT_TYPE_SAVINGS else "checking"
    return form


def observation(payout: Any, event_id: str = "", event_time: Any = None) -> PayoutObservation:
    """What a payout of the vendor's says of ours."""
    if not isinstance(payout, Mapping) or payout.get("object") != "payout":
        raise Unmapped("payout", type(payout).__name__)
    status = text(payout.get("status"), "payout.status")
    seen = PayoutObservation(
        payout_id=wire.metadata(payout, wire.PAYOUT_ID),
        provider_reference=text(payout.get("id"), "payout.id"),
        state=translate(STATES, status, "payout.status"),
        amount=amounts.stated(payout.get("amount"), payout.get("currency")),
        provider_state=status,
        provider_event_id=event_id,
        provider_time=timestamp(event_time, "event.created"),
        expected_settlement_time=timestamp(payout.get("arrival_date"), "payout.arrival_date"),
    )
    if status == "failed":
        code = payout.get("failure_code")
        seen.reason = translate_optional(FAILURES, code, "payout.failure_code", PAYOUT_REASON_OTHER)
        seen.provider_reason_code = str(code or "")
    elif status == "canceled":
        seen.reason = PAYOUT_REASON_CANCELLED_BY_COMPANY  # the vendor cancels nothing by itself
    return seen


def declined(payout: Payout) -> PayoutObservation:
    """A payout that the vendor did not take because the balance does not reach."""
    return PayoutObservation(
        payout_id=payout.payout_id,
        state=PAYOUT_STATE_FAILED,
        amount=payout.amount,
        reason=PAYOUT_REASON_INSUFFICIENT_FUNDS,
        provider_reason_code="balance_insufficient",
        provider_state="balance_insufficient",
    )
