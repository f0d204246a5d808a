"""Why a card was declined: every code of Stripe's, and what it means in our words.

Rule: what the issuer told beside it is kept as it came; a code that no table has is `Unmapped`, never a guess.
"""

from collections.abc import Mapping
from typing import Any

from adapters.kit import declines as kit
from adapters.kit.mapping import translate
from corridor.payments.v1.decline_pb2 import Decline

# error.decline_code. docs.stripe.com/declines/codes, read 2026-11.
DECLINE_CODES = kit.declines(
    {
        "FUNDS":                   "insufficient_funds",
        "SUSPECTED_FRAUD":         "fraudulent merchant_blacklist",
        "BY_ISSUER":               "do_not_honor generic_decline no_action_taken do_not_try_again",
        "CALL_ISSUER":             "call_issuer approve_with_id",
        "CARD_LOST":               "lost_card",
        "CARD_STOLEN":             "stolen_card",
        "CARD_PICK_UP":            "pickup_card",
        "CARD_EXPIRED":            "expired_card invalid_expiry_month invalid_expiry_year",
        "CARD_NUMBER_INVALID":     "incorrect_number invalid_number",
        "SECURITY_CODE":           "incorrect_cvc invalid_cvc",
        "PIN":                     "incorrect_pin invalid_pin offline_pin_required online_or_offline_pin_required",
        "PIN_TRIES":               "pin_try_exceeded",
        "AUTHENTICATION_REQUIRED": "authentication_required mobile_device_authentication_required",
        "ADDRESS_MISMATCH":        "incorrect_address incorrect_zip",
        "FREQUENCY_LIMIT":         "card_velocity_exceeded withdrawal_count_limit_exceeded",
        "CARD_RESTRICTED":         "restricted_card",
        "NOT_PERMITTED":           "card_not_supported not_permitted service_not_allowed transaction_not_allowed",
        "ACCOUNT_NOT_FOUND":       "invalid_account",
        "CURRENCY":                "currency_not_supported",
        "AMOUNT_INVALID":          "invalid_amount",
        "DUPLICATE":               "duplicate_transaction",
        "ISSUER_UNAVAILABLE":      "issuer_not_available",
        "TECHNICAL":               "processing_error reenter_transaction try_again_later",
        "PAYMENT_STOPPED":         "stop_payment_order revocation_of_authorization revocation_of_all_authorizations",
        "SECURITY_VIOLATION":      "security_violation",
        "NEW_CARD_DATA":           "new_account_information_available",
        "OTHER":                   "testmode_decline",
    }
)  # fmt: skip

# error.code where there is no decline code. docs.stripe.com/error-codes, read 2026-11: what can become of a card.
ERROR_CODES = kit.declines(
    {
        "BY_ISSUER":               "card_declined payment_intent_payment_attempt_failed "
                                   "payment_method_provider_decline",
        "CARD_EXPIRED":            "expired_card invalid_expiry_month invalid_expiry_year",
        "CARD_NUMBER_INVALID":     "incorrect_number invalid_number",
        "SECURITY_CODE":           "incorrect_cvc invalid_cvc",
        "AUTHENTICATION_REQUIRED": "authentication_required",
        "AUTHENTICATION_FAILED":   "payment_intent_authentication_failure payment_intent_action_required "
                                   "payment_intent_payment_attempt_expired",
        "ADDRESS_MISMATCH":        "incorrect_address incorrect_zip",
        "FREQUENCY_LIMIT":         "card_decline_rate_limit_exceeded",
        "TECHNICAL":               "processing_error payment_method_provider_timeout payment_method_not_available",
        "CANCELLED_BY_CUSTOMER":   "payment_method_customer_decline",
    }
)  # fmt: skip


def decline(error: Mapping[str, Any]) -> Decline:
    """The decline that an error means: of an answer, of a payment intent's last attempt, or of a charge."""
    code, name = error.get("decline_code"), "error.decline_code"
    reason = translate(DECLINE_CODES, code, name) if code else translate(ERROR_CODES, error.get("code"), "error.code")
    # network_decline_code and advice_code are younger than the document; where they come, they are kept.
    return kit.decline(
        reason,
        provider_code=str(code or error.get("code") or ""),
        response_code=_short(error.get("network_decline_code")),
        advice_code=_short(error.get("network_advice_code") or error.get("advice_code")),
    )


def _short(value: object) -> str:
    return value if isinstance(value, str) and len(value) <= 64 else ""
