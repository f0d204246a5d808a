"""The vendor's objects as its simulator keeps and shows them. Shapes follow the vendor's document."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

Json = dict[str, Any]

# Fields of a beneficiary that are shown as they were sent, and are empty where they were not.
_BENEFICIARY = (
    "bank_account_holder_name", "name", "email", "beneficiary_country", "beneficiary_entity_type",
    "beneficiary_company_name", "beneficiary_first_name", "beneficiary_last_name", "beneficiary_city",
    "beneficiary_postcode", "beneficiary_state_or_province", "bank_country", "currency", "account_number",
    "routing_code_type_1", "routing_code_value_1", "routing_code_type_2", "routing_code_value_2", "bic_swift", "iban",
    "beneficiary_external_reference",
)  # fmt: skip


def new_id() -> str:
    """An id as the vendor makes them."""
    return str(uuid.uuid4())


def beneficiary(form: Mapping[str, str], now: str) -> Json:
    """A beneficiary as it was just made."""
    address = form.get("beneficiary_address")
    return {
        "id": new_id(),
        **{name: form.get(name, "") for name in _BENEFICIARY},
        "payment_types": [form.get("payment_types[]", "regular")],
        "beneficiary_address": [address] if address else [],
        "bank_name": "TEST BANK NAME",
        "bank_account_type": form.get("bank_account_type", "checking"),
        "bank_address": ["TEST BANK ADDRESS"],
        "default_beneficiary": "false",
        "creator_contact_id": new_id(),
        "created_at": now,
        "updated_at": now,
    }


def payment(form: Mapping[str, str], now: str, day: str) -> Json:
    """A payment as it was just made. `day` is when it is to be sent, and to arrive."""
    contact = new_id()
    return {
        "id": new_id(),
        "amount": form["amount"],
        "beneficiary_id": form["beneficiary_id"],
        "currency": form["currency"],
        "reference": form["reference"],
        "reason": form["reason"],
        "status": "new",
        "creator_contact_id": contact,
        "payment_type": form.get("payment_type", "regular"),
        "payment_date": day,
        "estimated_arrival": f"{day}T00:00:00+00:00",
        "transferred_at": "",
        "authorisation_steps_required": "0",
        "last_updater_contact_id": contact,
        "short_reference": f"{day[2:].replace('-', '')}-{uuid.uuid4().hex[:6].upper()}001",
        "conversion_id": form.get("conversion_id", ""),
        "failure_reason": "",
        "payer_id": "",
        "payer_details_source": "account",
        "created_at": now,
        "updated_at": now,
        "payment_group_id": "",
        "unique_request_id": form["unique_request_id"],
        "failure_returned_amount": "0.00",
        "ultimate_beneficiary_name": "",
        "purpose_code": "",
        "fee_amount": "",
        "fee_currency": "",
        "review_status": "passed",
    }


def conversion(form: Mapping[str, str], sold: str, now: str, account: str) -> Json:
    """A conversion as it was just booked; `sold` is the amount that is sold for what is bought."""
    bought = form["amount"]
    return {
        "id": new_id(),
        "account_id": account,
        "creator_contact_id": new_id(),
        "short_reference": f"{now[:10].replace('-', '')}-{uuid.uuid4().hex[:6].upper()}",
        "settlement_date": now,
        "conversion_date": now,
        "status": "awaiting_funds",
        "currency_pair": form["sell_currency"] + form["buy_currency"],
        "buy_currency": form["buy_currency"],
        "sell_currency": form["sell_currency"],
        "fixed_side": form["fixed_side"],
        "partner_buy_amount": "0.00",
        "partner_sell_amount": "0.00",
        "client_buy_amount": bought,
        "client_sell_amount": sold,
        "mid_market_rate": "2.0000",
        "core_rate": "2.0000",
        "partner_rate": "",
        "client_rate": "2.0000",
        "deposit_required": False,
        "deposit_amount": "0.00",
        "deposit_currency": "",
        "deposit_status": "not_required",
        "deposit_required_at": "",
        "unallocated_funds": bought,
        "payment_ids": [],
        "unique_request_id": form.get("unique_request_id", ""),
        "created_at": now,
        "updated_at": now,
    }


def notification(told: Mapping[str, Any]) -> Json:
    """What a push notification says of a payment: fewer fields than the payment has, and times written otherwise."""
    status = told["status"]
    kind = {
        "completed": "payment_released_notification",
        "failed": "payment_failed_notification",
    }.get(status, f"payment_{status}_notification")
    if status == "failed" and told["review_status"] == "rejected":
        kind = "payment_compliance_failed_notification"
    shown = (
        "id", "amount", "failure_returned_amount", "beneficiary_id", "conversion_id", "currency", "reference", "reason",
        "status", "payment_type", "authorisation_steps_required", "creator_contact_id", "last_updater_contact_id",
        "short_reference", "failure_reason", "unique_request_id",
    )  # fmt: skip
    return {
        "header": {"message_type": "payment", "notification_type": kind},
        "body": {
            **{name: told[name] for name in shown},
            "payment_date": f"{told['payment_date']} 00:00:00 +0000",
            "transferred_at": told["transferred_at"] or None,
            "payment_group_id": None,
            "fee_amount": None,
            "fee_currency": None,
        },
    }


def page(name: str, found: Sequence[Json], number: int = 1, size: int = 0, order: str = "created_at asc") -> Json:
    """A page of so many; without a size everything is on it."""
    count = len(found)
    size = size or max(25, count)
    pages = max(1, -(-count // size))
    field, _, direction = order.partition(" ")
    return {
        name: list(found)[(number - 1) * size : number * size],
        "pagination": {
            "total_entries": count,
            "total_pages": pages,
            "current_page": number,
            "per_page": size,
            "previous_page": number - 1 if number > 1 else -1,
            "next_page": number + 1 if number < pages else -1,
            "order": field,
            "order_asc_desc": direction,
        },
    }


def error(whole: str, category: str, code: str, message: str = "") -> Json:
    """An error body: a code for the whole request, and codes by the field that they are about."""
    return {
        "error_code": whole,
        "error_messages": {category: [{"code": code, "message": message or code.replace("_", " "), "params": {}}]},
    }
