"""What the simulated vendor refuses in a request: what its document does not allow. The first fault is answered."""

import re
import uuid
from collections.abc import Mapping
from typing import Any

_ACCOUNT: Mapping[str, str] = {
    "verification_method": r"MICRO_DEPOSIT|PRENOTE|EXTERNALLY_VERIFIED|UNVERIFIED",
    "owner_type": r"INDIVIDUAL|BUSINESS",
    "owner": r"[!-~ ]{1,100}",
    "type": r"CHECKING|SAVINGS",
    "routing_number": r"[0-9]{9}",
    "account_number": r"[0-9-]{1,17}",
    "country": r"USA",
    "currency": r"USD",
}
_PAYMENT: Mapping[str, str] = {
    "type": r"COLLECTION|PAYMENT",
    "method": r"ACH_NEXT_DAY|ACH_SAME_DAY",
}
_MEMO = r"[\x20-\x7e\x40-\xff]{0,512}"


def account_fault(body: Mapping[str, Any]) -> str:
    """What is wrong with a request for an external bank account; empty if nothing is."""
    return _first(body, _ACCOUNT)


def payment_fault(body: Mapping[str, Any]) -> str:
    """What is wrong with a request for a payment; empty if nothing is."""
    amount = body.get("amount")
    if isinstance(amount, bool) or not isinstance(amount, int) or amount < 1:
        return "amount must be an integer of 1 or more"
    for name in ("token", "financial_account_token", "external_bank_account_token"):
        if (name != "token" or name in body) and not is_uuid(body.get(name)):
            return f"{name} must be a UUID"
    attributes = body.get("method_attributes")
    if not isinstance(attributes, dict) or attributes.get("sec_code") not in ("CCD", "PPD", "WEB"):
        return "method_attributes.sec_code is not valid"
    if not re.fullmatch(_MEMO, body.get("memo", "")):
        return "memo is not valid"
    return _first(body, _PAYMENT)


def is_uuid(value: object) -> bool:
    """Whether it is a UUID in its usual form."""
    try:
        return str(uuid.UUID(str(value))) == value
    except ValueError:
        return False


def _first(body: Mapping[str, Any], patterns: Mapping[str, str]) -> str:
    for name, pattern in patterns.items():
        value = body.get(name)
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            return f"{name} is not valid"
    return ""
