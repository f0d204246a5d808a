"""What the vendor's 4xx answers mean: whose fault it is, and which of them are declines.

The vendor's message never leaves here: it may repeat what the customer wrote.
"""

from collections.abc import Mapping
from typing import Any

from adapters.dwolla.mapping import last_segment
from adapters.kit.errors import FieldProblem, ProviderError, Rejected
from corridor.payouts.v1.payout_reason_pb2 import (
    PAYOUT_REASON_DECLINED_BY_PROVIDER,
    PAYOUT_REASON_INSUFFICIENT_FUNDS,
    PayoutReason,
)


class Declined(Rejected):
    """The vendor will not make this transfer, and has made none. `reason` is why, in our words."""

    def __init__(self, reason: "PayoutReason.ValueType", code: str) -> None:
        super().__init__("the provider declined the transfer", code=code)
        self.reason = reason


# Path and code of an embedded error of POST /transfers: what the vendor decides, and nobody's fault.
DECLINES: dict[tuple[str, str], PayoutReason.ValueType] = {
    ("/_links/source/href", "InsufficientFunds"): PAYOUT_REASON_INSUFFICIENT_FUNDS,
    # The receiver is suspended or deactivated, has reached its weekly limit, or risk rules say no.
    ("/_links/destination/href", "Restricted"): PAYOUT_REASON_DECLINED_BY_PROVIDER,
    ("/_links/destination/href", "NotAllowed"): PAYOUT_REASON_DECLINED_BY_PROVIDER,
}

# The path of an embedded error, and the customer's field that it is about. Every other path is about what we built.
_AMOUNT = FieldProblem("amount", "The amount is above what the provider or the rail takes.")
_NAME = FieldProblem("beneficiary.party", "The name is not one that the provider can keep.")
_BANK = FieldProblem("beneficiary.bank_account", "The bank is not known, or not reached by this rail.")
_NUMBER = FieldProblem("beneficiary.bank_account", "The account number is not valid.")
FIELDS: dict[str, FieldProblem] = {
    "/amount/value": _AMOUNT,
    "/firstName": _NAME,
    "/lastName": _NAME,
    "/businessName": _NAME,
    "/routingNumber": _BANK,
    "/accountNumber": _NUMBER,
}


def error_code(answer: Any) -> object:
    """The vendor's word for an error: the first embedded one, which is the narrower, else the answer's own."""
    found = _errors(answer)
    return found[0].get("code", "") if found else _own(answer).get("code") or _own(answer).get("error", "")


def refusal(status: int, answer: Any) -> ProviderError | None:
    """What a 4xx answer to a creation means, where it means more than its status does."""
    if status != 400:
        return None
    for error in _errors(answer):
        path, code = str(error.get("path", "")), str(error.get("code", ""))
        if (path, code) in DECLINES:
            return Declined(DECLINES[path, code], code)
        if path in FIELDS:
            return Rejected(f"the provider refused {FIELDS[path].field}", code=code, problems=[FIELDS[path]])
    return None


def existing(answer: Any) -> str:
    """The id of what is there already, where the vendor refuses a duplicate and says of what; else empty.

    A customer's duplicate is an embedded error at `/email`; a bank account's is the answer itself.
    """
    for error in (*_errors(answer), _own(answer)):
        if error.get("code") in ("Duplicate", "DuplicateResource"):
            links = error.get("_links")
            about = links.get("about") if isinstance(links, dict) else None
            return last_segment(about.get("href")) if isinstance(about, dict) else ""
    return ""


def _own(answer: Any) -> Mapping[str, Any]:
    return answer if isinstance(answer, dict) else {}


def _errors(answer: Any) -> list[Mapping[str, Any]]:
    embedded = _own(answer).get("_embedded")
    errors = embedded.get("errors") if isinstance(embedded, dict) else None
    return [error for error in errors if isinstance(error, dict)] if isinstance(errors, list) else []
