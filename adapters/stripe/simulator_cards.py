"""Magic values of the simulated Stripe: payment methods, account numbers and amounts, and what becomes of each.

Rule: what the vendor documents for its own test mode comes first; what is the simulator's own is called so.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from adapters.stripe.declines import DECLINE_CODES, ERROR_CODES


@dataclass(frozen=True, slots=True)
class Card:
    """What becomes of a payment with a card."""

    brand: str = "visa"
    funding: str = "credit"
    last_four: str = "4242"
    decline: str = ""
    """The decline code with which the issuer refuses it."""
    challenge: bool = False
    """Whether the customer has to authenticate."""
    dispute: str = ""
    """For which reason it is disputed after its capture."""
    inquiry: bool = False
    refund: tuple[str, ...] = ()
    """The states of its refunds, after the first."""
    blocked: bool = False
    """Whether the vendor's own rules block it."""


# docs.stripe.com/testing, read 2026-11.
CARDS: Mapping[str, Card] = {
    "pm_card_visa": Card(),
    "pm_card_visa_debit": Card(funding="debit", last_four="5556"),
    "pm_card_mastercard": Card(brand="mastercard", last_four="4444"),
    "pm_card_mastercard_prepaid": Card(brand="mastercard", funding="prepaid", last_four="5100"),
    "pm_card_amex": Card(brand="amex", last_four="0005"),
    "pm_card_visa_chargeDeclined": Card(decline="generic_decline", last_four="0002"),
    "pm_card_visa_chargeDeclinedInsufficientFunds": Card(decline="insufficient_funds", last_four="9995"),
    "pm_card_visa_chargeDeclinedLostCard": Card(decline="lost_card", last_four="9987"),
    "pm_card_visa_chargeDeclinedStolenCard": Card(decline="stolen_card", last_four="9979"),
    "pm_card_chargeDeclinedExpiredCard": Card(decline="expired_card", last_four="0069"),
    "pm_card_chargeDeclinedIncorrectCvc": Card(decline="incorrect_cvc", last_four="0127"),
    "pm_card_chargeDeclinedProcessingError": Card(decline="processing_error", last_four="0119"),
    "pm_card_threeDSecure2Required": Card(challenge=True, last_four="3220"),
    "pm_card_authenticationRequired": Card(challenge=True, last_four="3184"),
    "pm_card_threeDSecureRequiredChargeDeclined": Card(challenge=True, decline="generic_decline", last_four="1629"),
    "pm_card_createDispute": Card(dispute="fraudulent", last_four="0259"),
    "pm_card_createDisputeProductNotReceived": Card(dispute="product_not_received", last_four="2685"),
    "pm_card_createDisputeInquiry": Card(dispute="fraudulent", inquiry=True, last_four="1976"),
    "pm_card_radarBlock": Card(decline="fraudulent", blocked=True, last_four="0019"),
    "pm_card_pendingRefund": Card(refund=("pending", "succeeded"), last_four="7726"),
    "pm_card_refundFail": Card(refund=("succeeded", "failed"), last_four="5126"),
}

OWN_DECLINE = "pm_card_decline_"
"""The simulator's own: followed by any decline code, such as `pm_card_decline_do_not_honor`."""

# Numbers of bank accounts in the United States. docs.stripe.com/connect/testing#account-numbers, read 2026-11.
FAILING_ACCOUNTS: Mapping[str, str] = {
    "000111111113": "account_closed",
    "000111111116": "no_account",
    "000222222227": "insufficient_funds",
    "000333333335": "debit_not_authorized",
    "000444444440": "invalid_currency",
}

SOMEBODY_ELSES = "404"
"""The simulator's own: an account whose number ends so is not the company's. Every other one is."""

SHORT_BALANCE = 99_001
"""The simulator's own: the last five digits of a payout's amount for which the balance does not reach."""

# Texts of evidence that decide a dispute. docs.stripe.com/testing#evidence, read 2026-11.
VERDICTS: Mapping[str, str] = {"winning_evidence": "won", "losing_evidence": "lost"}

# The code of an error whose decline code is one of these; for all others it is card_declined.
_OWN_CODES = frozenset(
    (
        "authentication_required",
        "expired_card",
        "incorrect_cvc",
        "incorrect_number",
        "processing_error",
        "incorrect_zip",
    )
)


def card(token: str) -> Card | None:
    """What a payment method is; None if nobody knows it."""
    if token.startswith(OWN_DECLINE):
        code = token.removeprefix(OWN_DECLINE)
        return Card(decline=code) if code in DECLINE_CODES else None
    known = CARDS.get(token)
    if known is None and token.startswith("pm_") and not token.startswith("pm_card_"):
        return Card()  # a customer's own card, from the vendor's form
    return known


def error_code(decline_code: str) -> str:
    """The error's code beside a decline code."""
    return decline_code if decline_code in _OWN_CODES and decline_code in ERROR_CODES else "card_declined"
