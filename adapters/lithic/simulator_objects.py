"""The JSON objects that the vendor's interface answers with, complete to the last required field.

Field names are facts from the vendor's OpenAPI document; a contract test checks every object that leaves here.
"""

import uuid
from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]


def new_token() -> str:
    """A token as the vendor makes them."""
    return str(uuid.uuid4())


def external_bank_account(request: Mapping[str, Any], now: str) -> Json:
    """An account as it was just made. Its number is not repeated."""
    waits = request["verification_method"] in ("MICRO_DEPOSIT", "PRENOTE")
    return {
        "token": new_token(),
        "type": request["type"],
        "verification_method": request["verification_method"],
        "owner_type": request["owner_type"],
        "owner": request["owner"],
        "state": "ENABLED",
        "verification_state": "PENDING" if waits else "ENABLED",
        "routing_number": request["routing_number"],
        "last_four": request["account_number"].replace("-", "")[-4:],
        "name": request.get("name"),
        "currency": request["currency"],
        "country": request["country"],
        "account_token": request.get("account_token"),
        "created": now,
        "company_id": request.get("company_id"),
        "user_defined_id": request.get("user_defined_id"),
        "verification_attempts": 0,
        "verification_failed_reason": None,
        "financial_account_token": request.get("financial_account_token"),
    }


def payment(request: Mapping[str, Any], now: str) -> Json:
    """A payment of which nothing is known yet: its first event makes it one."""
    attributes = request["method_attributes"]
    return {
        "token": request.get("token") or new_token(),
        "family": "PAYMENT",
        "status": "PENDING",
        "result": "APPROVED",
        "category": "ACH",
        "type": "ORIGINATION_CREDIT" if request["type"] == "PAYMENT" else "ORIGINATION_DEBIT",
        "direction": "CREDIT" if request["type"] == "PAYMENT" else "DEBIT",
        "source": "CUSTOMER",
        "method": request["method"],
        "method_attributes": {
            "sec_code": attributes["sec_code"],
            "return_reason_code": None,
            "ach_hold_period": attributes.get("ach_hold_period"),
            "retries": 0,
            "company_id": None,
            "receipt_routing_number": None,
            "recipient_name": None,
            "trace_numbers": [],
            "addenda": attributes.get("addenda"),
        },
        "financial_account_token": request["financial_account_token"],
        "external_bank_account_token": request["external_bank_account_token"],
        "currency": "USD",
        # A credit to somebody makes the account that pays poorer: its amounts are negative.
        "pending_amount": request["amount"] * (-1 if request["type"] == "PAYMENT" else 1),
        "settled_amount": 0,
        "events": [],
        "descriptor": request.get("memo") or "ach_origination_credit",
        "user_defined_id": request.get("user_defined_id"),
        "expected_release_date": None,
        "related_account_tokens": None,
        "created": now,
        "updated": now,
    }


def event(kind: str, amount: int, now: str, decline: str = "") -> Json:
    """One event of a payment, declined for a reason or approved."""
    return {
        "token": new_token(),
        "type": kind,
        "amount": amount,
        "result": "DECLINED" if decline else "APPROVED",
        "detailed_results": ["DECLINED", decline] if decline else ["APPROVED"],
        "created": now,
        "external_id": None,
    }


def simulated(event_token: str) -> Json:
    """The answer of the sandbox's own operations."""
    return {"result": "APPROVED", "transaction_event_token": event_token, "debugging_request_id": new_token()}


def error(message: str) -> Json:
    """An error body."""
    return {"debugging_request_id": new_token(), "message": message}
