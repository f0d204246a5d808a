"""What the simulated vendor does with which magic value, and the errors in which it refuses."""

from collections.abc import Mapping
from typing import Any, NamedTuple


class Outcome(NamedTuple):
    """What becomes of a payment: the vendor's words."""

    result: str
    code: str = ""
    reason: str = ""


# paymentMethod.holderName, or additionalData.RequestedTestAcquirerResponseCode by its number: docs.adyen.com/
# development-resources/testing/result-codes, read in part in 2026-11 and completed from a public test of these words.
# The number of a refusal is its refusalReasonCode.
OUTCOMES: Mapping[str, Outcome] = {
    "UNKNOWN": Outcome("Error", "0", "Unknown"),
    "APPROVED": Outcome("Authorised", "1"),
    "DECLINED": Outcome("Refused", "2", "Refused"),
    "REFERRAL": Outcome("Refused", "3", "Referral"),
    "ERROR": Outcome("Error", "4", "Acquirer Error"),
    "BLOCK_CARD": Outcome("Refused", "5", "Blocked Card"),
    "CARD_EXPIRED": Outcome("Refused", "6", "Expired Card"),
    "INVALID_AMOUNT": Outcome("Refused", "7", "Invalid Amount"),
    "INVALID_CARD_NUMBER": Outcome("Refused", "8", "Invalid Card Number"),
    "ISSUER_UNAVAILABLE": Outcome("Refused", "9", "Issuer Unavailable"),
    "NOT_SUPPORTED": Outcome("Refused", "10", "Not supported"),
    "NOT_3D_AUTHENTICATED": Outcome("Refused", "11", "3D Not Authenticated"),
    "NOT_ENOUGH_BALANCE": Outcome("Refused", "12", "Not enough balance"),
    "PENDING": Outcome("Received", "13"),
    "ACQUIRER_FRAUD": Outcome("Refused", "14", "Acquirer Fraud"),
    "CANCELLED": Outcome("Refused", "15", "Cancelled"),
    "SHOPPER_CANCELLED": Outcome("Refused", "16", "Shopper Cancelled"),
    "INVALID_PIN": Outcome("Refused", "17", "Invalid Pin"),
    "PIN_TRIES_EXCEEDED": Outcome("Refused", "18", "Pin tries exceeded"),
    "PIN_VALIDATION_NOT_POSSIBLE": Outcome("Refused", "19", "Pin validation not possible"),
    "FRAUD": Outcome("Refused", "20", "FRAUD"),
    "NOT_SUBMITTED": Outcome("Refused", "21", "Not Submitted"),
    "FRAUD_CANCELLED": Outcome("Cancelled", "22", "FRAUD-CANCELLED"),
    "TRANSACTION_NOT_PERMITTED": Outcome("Refused", "23", "Transaction Not Permitted"),
    "CVC_DECLINED": Outcome("Refused", "24", "CVC Declined"),
    "RESTRICTED_CARD": Outcome("Refused", "25", "Restricted Card"),
    "REVOCATION_OF_AUTH": Outcome("Refused", "26", "Revocation Of Auth"),
    "DECLINED_NON_GENERIC": Outcome("Refused", "27", "Declined Non Generic"),
    "WITHDRAWAL_AMOUNT_EXCEEDED": Outcome("Refused", "28", "Withdrawal amount exceeded"),
    "WITHDRAWAL_COUNT_EXCEEDED": Outcome("Refused", "29", "Withdrawal count exceeded"),
    "ISSUER_SUSPECTED_FRAUD": Outcome("Refused", "31", "Issuer Suspected Fraud"),
    "AVS_DECLINED": Outcome("Refused", "32", "AVS Declined"),
    "PIN_REQUIRED": Outcome("Refused", "33", "Card requires online pin"),
    "NO_CHECKING_ACCOUNT": Outcome("Refused", "34", "No checking account available on Card"),
    "NO_SAVINGS_ACCOUNT": Outcome("Refused", "35", "No savings account available on Card"),
    "MOBILE_PIN_REQUIRED": Outcome("Refused", "36", "Mobile PIN required"),
    "CONTACTLESS_FALLBACK": Outcome("Refused", "37", "Contactless fallback"),
    "AUTHENTICATION_REQUIRED": Outcome("Refused", "38", "Authentication required"),
    "RREQ_NOT_RECEIVED": Outcome("Refused", "39", "RReq not received from DS"),
    "BAN_CURRENT_AID": Outcome("Refused", "40", "Current AID is in Penalty Box."),
    "CVM_REQUIRED": Outcome("Refused", "41", "CVM Required Restart Payment"),
    "THREED_SECURE_ERROR": Outcome("Refused", "42", "3DS Authentication Error"),
    "ONLINE_PIN_REQUIRED": Outcome("Refused", "43", "Online PIN required"),
    "TRY_ANOTHER_INTERFACE": Outcome("Refused", "44", "Try another interface"),
    "CHIP_DOWNGRADE_MODE": Outcome("Refused", "45", "Chip downgrade mode"),
    "ERPS_BLOCK": Outcome("Refused", "46", "Transaction blocked by Adyen to prevent excessive retry fees"),
    # The simulator's own: the vendor provokes these by test cards, which a token hides.
    "PARTIALLY_APPROVED": Outcome("PartiallyAuthorised"),
    "REDIRECT_SHOPPER": Outcome("RedirectShopper"),
    "CHALLENGE_SHOPPER": Outcome("ChallengeShopper"),
}
APPROVED = OUTCOMES["APPROVED"]
STEP_UP_FAILED = OUTCOMES["NOT_3D_AUTHENTICATED"]
# The issuer's own answer behind some refusals, in the form in which the vendor passes it on.
RAW: Mapping[str, str] = {
    "2": "05 : Do not honor",
    "6": "54 : Expired card",
    "12": "51 : Insufficient funds",
    "24": "N7 : Decline for CVV2 failure",
}

SETTLES = ("authorised", "booked")
TRANSFERS: Mapping[int, tuple[str, ...]] = {
    99001: ("refused:notEnoughBalance",),
    99002: (*SETTLES, "failed:counterpartyAccountClosed"),
    99003: (*SETTLES, "returned:counterpartyAccountNotFound"),
    99004: ("pendingApproval",),
    99005: ("authorised",),
    99006: ("authorised", "failed:refusedByCounterpartyBank"),
    99007: (*SETTLES, "credited"),
}
"""What becomes of a transfer, by the last five digits of its amount in minor units: statuses with their reasons. All
of them are the simulator's own. 99004 waits for a review, so that it can be cancelled."""


def outcome(body: Mapping[str, Any]) -> Outcome:
    """What becomes of a payment, from the body of its request."""
    number = str((body.get("additionalData") or {}).get("RequestedTestAcquirerResponseCode", ""))
    if number:
        return next((each for each in OUTCOMES.values() if each.code == number), APPROVED)
    return OUTCOMES.get(str(body["paymentMethod"].get("holderName", "")), APPROVED)


def transfer_script(body: Mapping[str, Any]) -> tuple[str, ...]:
    """What becomes of a transfer, from the body of its request."""
    return TRANSFERS.get(body["amount"]["value"] % 100_000, SETTLES)


def error(status: int, code: str, message: str, kind: str = "validation") -> dict[str, Any]:
    """An error of Checkout and of the Disputes API."""
    return {"status": status, "errorCode": code, "message": message, "errorType": kind}


def transfer_error(status: int, code: str, detail: str, field: str = "") -> dict[str, Any]:
    """An error of the Transfers API, about one field or none."""
    fields = {"invalidFields": [{"name": field, "value": "", "message": detail}]} if field else {}
    kind = "https://docs.adyen.com/errors/validation"
    return {"type": kind, "title": "Invalid", "status": status, "detail": detail, "errorCode": code, **fields}
