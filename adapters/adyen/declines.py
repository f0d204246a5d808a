"""Why the vendor or an issuer refused a payment: the vendor's refusal codes, and the issuer's own code beside them.

Rule: every code that the vendor documents has its row; one that has none is loud.
"""

import re
from collections.abc import Mapping
from typing import Any

from adapters.kit.declines import RESPONSE_CODES, decline, declines
from adapters.kit.mapping import translate
from corridor.payments.v1.decline_pb2 import Decline

# refusalReasonCode, after docs.adyen.com/development-resources/refusal-reasons, of which a part was read in 2026-11;
# completed from a public test of these codes. 1, 13 and 30 are no refusals (approved, pending, partially approved).
REFUSALS = declines(
    {
        "BY_ISSUER":               "2 27",     # refused; declined, not further told
        "CALL_ISSUER":             "3",        # referral
        "TECHNICAL":               "0 4 21 40 41 44 45",  # unknown, acquirer error, not submitted, and terminals'
        "CARD_RESTRICTED":         "5 25",     # blocked card, restricted card
        "CARD_EXPIRED":            "6",
        "AMOUNT_INVALID":          "7",
        "CARD_NUMBER_INVALID":     "8",
        "ISSUER_UNAVAILABLE":      "9",
        "NOT_PERMITTED":           "10 23",    # not supported, transaction not permitted
        "AUTHENTICATION_FAILED":   "11 42",    # 3-D Secure not authenticated, 3-D Secure authentication error
        "FUNDS":                   "12",
        "SUSPECTED_FRAUD":         "14 20 22 31",  # acquirer fraud, fraud, fraud cancelled, issuer suspected fraud
        "CANCELLED_BY_CUSTOMER":   "15 16",    # cancelled, shopper cancelled
        "PIN":                     "17 19 33 36 43",  # wrong, cannot be validated; online PIN, mobile PIN required
        "PIN_TRIES":               "18",
        "SECURITY_CODE":           "24",
        "PAYMENT_STOPPED":         "26",       # revocation of authorisation
        "AMOUNT_LIMIT":            "28",
        "FREQUENCY_LIMIT":         "29",
        "ADDRESS_MISMATCH":        "32",
        "ACCOUNT_NOT_FOUND":       "34 35",    # no checking, no savings account on the card
        "OTHER":                   "37",       # contactless fallback
        "AUTHENTICATION_REQUIRED": "38 39",    # required; its result did not come in time
        "BY_PROVIDER_RULES":       "46",       # blocked to prevent excessive retry fees
    }
)  # fmt: skip

# refusalReasonRaw begins with the issuer's code where there is one: "51 : Insufficient funds".
_RAW = re.compile(r"([0-9A-Z]{2})\s*:")


def of_answer(answer: Mapping[str, Any]) -> Decline:
    """The decline that a refused payment's answer tells."""
    code = answer.get("refusalReasonCode")
    extra = answer.get("additionalData")
    extra = extra if isinstance(extra, dict) else {}
    raw = _RAW.match(str(extra.get("refusalReasonRaw", "")))
    issuers = raw[1] if raw and raw[1] in RESPONSE_CODES else ""
    return decline(
        translate(REFUSALS, code, "payment.refusalReasonCode"),
        provider_code=str(code),
        response_code=issuers,
        advice_code=str(extra.get("merchantAdviceCode", ""))[:2].strip(),
    )
