"""The JSON objects that the vendor's interface answers with, complete to the last required field.

Field names are facts from the vendor's OpenAPI document; a contract test checks every object that leaves here.
"""

import uuid
from collections.abc import Mapping
from datetime import date
from typing import Any

Json = dict[str, Any]

# Fields of a payment order that a request may set and that are answered as they came, with what stands for absent.
_ECHOED: Json = {
    "subtype": None,
    "priority": "normal",
    "currency": "USD",
    "accounting": {},
    "accounting_category_id": None,
    "accounting_ledger_class_id": None,
    "description": None,
    "statement_descriptor": None,
    "remittance_information": None,
    "process_after": None,
    "purpose": None,
    "metadata": {},
    "charge_bearer": None,
    "foreign_exchange_indicator": None,
    "foreign_exchange_contract": None,
    "nsf_protected": False,
    "originating_party_name": None,
    "originating_party_address": None,
    "ultimate_originating_party_name": None,
    "ultimate_originating_party_identifier": None,
    "ultimate_receiving_party_name": None,
    "ultimate_receiving_party_identifier": None,
    "send_remittance_advice": None,
    "expires_at": None,
    "external_id": None,
    "ledger_transaction_id": None,
    "ultimate_originating_account_id": None,
    "vendor_attributes": None,
}

_ADDRESS = ("line1", "line2", "locality", "region", "postal_code", "country")


def new_id() -> str:
    """An id as the vendor makes them."""
    return str(uuid.uuid4())


def _header(kind: str, now: str, object_id: str = "") -> Json:
    """What every object begins with. A simulator is never live."""
    return {"id": object_id or new_id(), "object": kind, "live_mode": False, "created_at": now, "updated_at": now}


def external_account(request: Mapping[str, Any], now: str) -> Json:
    """A receiving account, as it is made along with an order or by itself. Full account numbers are not repeated."""
    address = request.get("party_address")
    details = [
        {
            **_header("account_detail", now),
            "discarded_at": None,
            "account_number_type": detail.get("account_number_type", "other"),
            "account_number_safe": detail["account_number"][-4:],
        }
        for detail in request.get("account_details", ())
    ]
    routes = [
        {
            **_header("routing_detail", now),
            "discarded_at": None,
            "routing_number": detail["routing_number"],
            "routing_number_type": detail["routing_number_type"],
            "payment_type": detail.get("payment_type"),
            "bank_name": "Bank of Examples",
            "bank_address": {**_header("address", now), **dict.fromkeys(_ADDRESS)},
        }
        for detail in request.get("routing_details", ())
    ]
    return {
        **_header("external_account", now),
        "discarded_at": None,
        "account_type": request.get("account_type", "other"),
        "party_type": request.get("party_type"),
        "party_address": {**_header("address", now), **{k: address.get(k) for k in _ADDRESS}} if address else None,
        "name": request.get("name"),
        "account_details": details,
        "routing_details": routes,
        "external_id": request.get("external_id"),
        "metadata": request.get("metadata", {}),
        "party_name": request.get("party_name", ""),
        "contact_details": [],
        "ledger_account_id": None,
        "card_id": None,
        "verification_status": "unverified",
        "verification_source": None,
    }


def payment_order(request: Mapping[str, Any], receiving_account: Json, status: str, today: date, now: str) -> Json:
    """A payment order as it was just made."""
    return {
        **_header("payment_order", now),
        **{name: request.get(name, default) for name, default in _ECHOED.items()},
        "type": request["type"],
        "amount": request["amount"],
        "direction": request["direction"],
        "originating_account_id": request["originating_account_id"],
        "originating_account_type": "internal_account",
        "receiving_account_id": receiving_account["id"],
        "receiving_account_type": "external_account",
        # The order shows the account without the counterparty, which is a field of its own.
        "receiving_account": {k: v for k, v in receiving_account.items() if k != "counterparty_id"},
        "counterparty_id": receiving_account.get("counterparty_id"),
        "effective_date": request.get("effective_date", today.isoformat()),
        "reconciliation_status": request.get("reconciliation_status", "unreconciled"),
        "status": status,
        "ultimate_originating_account": None,
        "ultimate_originating_account_type": None,
        "transaction_ids": [],
        "current_return": None,
        "current_hold": None,
        "reference_numbers": [],
        "vendor_failure_reason": None,
        "foreign_exchange_rate": None,
        "batch_id": None,
    }


def payment_return(order: Mapping[str, Any], code: str | None, now: str, *, notice_of_change: bool = False) -> Json:
    """A return of a payment order that has just been announced by the bank."""
    rail = order["type"] if order["type"] != "book" else "manual"
    return {
        **_header("return", now),
        "discarded_at": None,
        "returnable_id": order["id"],
        "returnable_type": "payment_order",
        "code": code,
        "reason": None,
        "date_of_death": None,
        "additional_information": None,
        "corrections": {} if notice_of_change else None,
        "reconciliation_status": "unreconciled",
        "status": "pending",
        "transaction_line_item_id": None,
        "transaction_id": None,
        "internal_account_id": order["originating_account_id"],
        "type": "ach_noc" if notice_of_change else rail,
        "amount": 0 if notice_of_change else order["amount"],
        "currency": order["currency"],
        "failure_reason": None,
        "role": "receiving",
        "current_return": None,
        "reference_numbers": [],
        "ledger_transaction_id": None,
    }


def hold(order: Mapping[str, Any], now: str) -> Json:
    """A hold that the bank has put on an order."""
    return {
        **_header("hold", now),
        "status": "active",
        "target_type": "payment_order",
        "target_id": order["id"],
        "reason": None,
        "resolution": None,
        "resolved_at": None,
        "metadata": {},
    }


def event(told: Mapping[str, Any], name: str, now: str) -> Json:
    """An event as it is listed, with the object as it was then."""
    return {
        **_header("event", now),
        "resource": told["object"],
        "event_name": name,
        "event_time": now,
        "data": dict(told),
        "entity_id": told["id"],
    }


def error(code: str, message: str, parameter: str = "") -> Json:
    """An error body."""
    return {"errors": {"code": code, "message": message, **({"parameter": parameter} if parameter else {})}}
