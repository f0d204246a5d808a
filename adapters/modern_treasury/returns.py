"""What a return says: that money came back, and why. Each value that the vendor enumerates has its row.

A return object of the type `ach_noc` sends nothing back: it corrects account details.
"""

from collections.abc import Mapping
from typing import Any

from adapters.kit.mapping import money, text, timestamp, translate
from adapters.kit.reasons import NACHA_RETURNS
from corridor.payouts.v1.payout_observation_pb2 import PayoutObservation
from corridor.payouts.v1.payout_pb2 import PAYOUT_STATE_RETURNED, PayoutState
from corridor.payouts.v1.payout_reason_pb2 import (
    PAYOUT_REASON_ACCOUNT_BLOCKED,
    PAYOUT_REASON_ACCOUNT_CLOSED,
    PAYOUT_REASON_ACCOUNT_NOT_ELIGIBLE,
    PAYOUT_REASON_ACCOUNT_NOT_FOUND,
    PAYOUT_REASON_ACCOUNT_NUMBER_INVALID,
    PAYOUT_REASON_BENEFICIARY_DECEASED,
    PAYOUT_REASON_CURRENCY_REFUSED,
    PAYOUT_REASON_INSUFFICIENT_FUNDS,
    PAYOUT_REASON_INVALID_DETAILS,
    PAYOUT_REASON_NAME_MISMATCH,
    PAYOUT_REASON_OTHER,
    PAYOUT_REASON_RECALLED,
    PayoutReason,
)

# return.code. What NACHA defines is said once, for every adapter; the rest is here.
RETURN_REASONS: dict[str, PayoutReason.ValueType] = {
    **NACHA_RETURNS,
    # Return of an improper credit entry: enumerated by the vendor, absent from the list behind the table above.
    "R36": PAYOUT_REASON_INVALID_DETAILS,
    # Notifications of change say that the details were wrong. They return nothing; see RETURN_MOVES_MONEY.
    **dict.fromkeys(
        ("C01", "C02", "C03", "C05", "C06", "C07", "C08", "C09", "C13", "C14"), PAYOUT_REASON_INVALID_DETAILS
    ),
    # Canadian EFT, by Payments Canada's list.
    "901": PAYOUT_REASON_INSUFFICIENT_FUNDS,
    "902": PAYOUT_REASON_ACCOUNT_NOT_FOUND,
    "903": PAYOUT_REASON_RECALLED,  # "payment stopped or recalled"
    "904": PAYOUT_REASON_INVALID_DETAILS,  # post-dated or stale-dated
    "905": PAYOUT_REASON_ACCOUNT_CLOSED,
    "907": PAYOUT_REASON_ACCOUNT_NOT_ELIGIBLE,  # "no debit allowed"
    "908": PAYOUT_REASON_INSUFFICIENT_FUNDS,  # "funds not cleared"
    "909": PAYOUT_REASON_CURRENCY_REFUSED,
    "910": PAYOUT_REASON_BENEFICIARY_DECEASED,
    "911": PAYOUT_REASON_ACCOUNT_BLOCKED,
    "912": PAYOUT_REASON_ACCOUNT_NUMBER_INVALID,
    "914": PAYOUT_REASON_NAME_MISMATCH,
    # A partner's name in the place of a code: it says who, not why.
    "currencycloud": PAYOUT_REASON_OTHER,
}

# return.status, of a return of our payment order. Where it is None the return did not come about,
# and the order's own status says where the money is.
RETURN_STATES: dict[str, PayoutState.ValueType | None] = {
    "pending": PAYOUT_STATE_RETURNED,  # the bank has announced it; the vendor sets its order to `returned` here too
    "processing": PAYOUT_STATE_RETURNED,
    "sent": PAYOUT_STATE_RETURNED,
    "completed": PAYOUT_STATE_RETURNED,
    "returned": None,
    "failed": None,
    "cancelled": None,
}

# return.type. A notification of change corrects account details; the money stays where it is.
RETURN_MOVES_MONEY: dict[str, bool] = {
    **dict.fromkeys(("ach", "au_becs", "bacs", "book", "check", "cross_border", "eft", "gb_fps"), True),
    **dict.fromkeys(("manual", "neft", "nz_becs", "rtp", "sepa", "stablecoin", "wire", "zengin"), True),
    "ach_noc": False,
}


def return_observation(returned: Mapping[str, Any], event_id: str) -> PayoutObservation | None:
    """What a return says of the payout that it sends back; None where it sends no payout's money back."""
    status = returned.get("status")
    state = translate(RETURN_STATES, status, "return.status")
    moves_money = translate(RETURN_MOVES_MONEY, returned.get("type"), "return.type")
    reason, code = why_returned(returned)
    if state is None or not moves_money or returned.get("returnable_type") != "payment_order":
        return None
    return PayoutObservation(
        provider_reference=text(returned.get("returnable_id"), "return.returnable_id"),
        state=state,
        amount=money(returned.get("amount"), returned.get("currency")),
        reason=reason,
        provider_reason_code=code,
        provider_state="returned",  # the word that the order itself then uses
        provider_event_id=event_id,
        provider_time=timestamp(returned.get("updated_at"), "return.updated_at"),
    )


def why_returned(returned: Mapping[str, Any]) -> tuple[PayoutReason.ValueType, str]:
    """The reason and the code of a return. Wires and SEPA have no codes here: that is `OTHER`, not nothing."""
    code = returned.get("code")
    if code is None:
        return PAYOUT_REASON_OTHER, ""
    return translate(RETURN_REASONS, code, "return.code"), code
