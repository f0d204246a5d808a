"""What the simulated vendor refuses in a new payment order. The first fault found is the one that is answered."""

import re
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

TYPES = frozenset(("ach", "wire", "rtp", "sepa", "gb_fps", "bacs", "cross_border", "book", "eft", "check"))
MISSING, INVALID = "parameter_missing", "parameter_invalid"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, in the vendor's words."""

    code: str
    message: str
    parameter: str


def check_order(body: Any, account_exists: bool, taken_external_ids: Collection[str]) -> Fault | None:
    """The first thing that is wrong with the body of a create request."""
    for name in ("type", "amount", "direction", "originating_account_id"):
        if name not in body:
            return Fault(MISSING, f"{name} is missing", name)
    if body["type"] not in TYPES:
        return Fault(INVALID, "type is not supported", "type")
    amount = body["amount"]
    if isinstance(amount, bool) or not isinstance(amount, int) or not 0 < amount < 10**15:
        return Fault(INVALID, "amount is invalid", "amount")
    if body["direction"] not in ("credit", "debit"):
        return Fault(INVALID, "direction is invalid", "direction")
    if not _is_uuid(body["originating_account_id"]):
        return Fault(INVALID, "originating_account_id is invalid", "originating_account_id")
    if body["type"] == "ach" and len(body.get("statement_descriptor") or "") > 10:
        return Fault(INVALID, "statement_descriptor is longer than 10 characters", "statement_descriptor")
    if body.get("external_id") and body["external_id"] in taken_external_ids:
        return Fault(INVALID, "external_id is taken", "external_id")
    if account_exists:
        return None
    account = body.get("receiving_account")
    if not isinstance(account, dict):
        return Fault(MISSING, "receiving_account or receiving_account_id is missing", "receiving_account")
    return _check_account(account, body["type"])


def _check_account(account: Mapping[str, Any], order_type: str) -> Fault | None:
    if not account.get("account_details"):
        return Fault(MISSING, "account_details is missing", "account_details")
    for detail in account["account_details"]:
        # A number that no bank would have is the sandbox's way to be refused at once.
        if not re.fullmatch(r"[0-9A-Za-z]{4,34}", detail.get("account_number", "")) or set(
            detail["account_number"]
        ) == {"0"}:
            return Fault(INVALID, "account_number is invalid", "account_number")
    for detail in account.get("routing_details", ()):
        if detail["routing_number_type"] == "aba" and not _is_aba(detail["routing_number"]):
            return Fault(INVALID, "routing_number is invalid", "routing_number")
    if order_type == "wire" and not account.get("party_address"):
        return Fault(MISSING, "party_address is required for wires", "party_address")
    return None


def _is_uuid(value: object) -> bool:
    try:
        return str(uuid.UUID(str(value))) == value
    except ValueError:
        return False


def _is_aba(number: str) -> bool:
    """The check digit of an ABA routing number: 3, 7 and 1 times the digits, in turn, make a multiple of ten."""
    weights = (3, 7, 1) * 3
    return (
        bool(re.fullmatch(r"\d{9}", number)) and sum(int(d) * w for d, w in zip(number, weights, strict=True)) % 10 == 0
    )
