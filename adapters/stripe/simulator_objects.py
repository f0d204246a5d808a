"""The JSON objects that Stripe's interface answers with, complete to the last required field.

Field names are facts from the vendor's document; a contract test checks every object that leaves here.
"""

import secrets
from collections.abc import Mapping
from typing import Any

from adapters.stripe.simulator_cards import Card

Json = dict[str, Any]

EVIDENCE = [
    "access_activity_log", "billing_address", "cancellation_policy", "cancellation_policy_disclosure",
    "cancellation_rebuttal", "customer_communication", "customer_email_address", "customer_name",
    "customer_purchase_ip", "customer_signature", "duplicate_charge_documentation", "duplicate_charge_explanation",
    "duplicate_charge_id", "product_description", "receipt", "refund_policy", "refund_policy_disclosure",
    "refund_refusal_explanation", "service_date", "service_documentation", "shipping_address", "shipping_carrier",
    "shipping_date", "shipping_documentation", "shipping_tracking_number", "uncategorized_file",
    "uncategorized_text",
]  # fmt: skip

DISPUTE_FEE_MINOR = 1500
EVIDENCE_DAYS = 14


def new_id(prefix: str) -> str:
    """An id as the vendor makes them."""
    return f"{prefix}_{secrets.token_hex(12)}"


def intent(form: Mapping[str, Any], amount: int, now: int) -> Json:
    """A payment intent as it was just made."""
    made = new_id("pi")
    return {
        "id": made, "object": "payment_intent", "livemode": False, "created": now,
        "amount": amount, "amount_capturable": 0, "amount_details": {"tip": {}}, "amount_received": 0,
        "application": None, "application_fee_amount": None, "automatic_payment_methods": None,
        "canceled_at": None, "cancellation_reason": None,
        "capture_method": form.get("capture_method", "automatic"),
        "client_secret": f"{made}_secret_{secrets.token_hex(8)}",
        "confirmation_method": form.get("confirmation_method", "automatic"),
        "currency": form["currency"], "customer": form.get("customer"), "description": form.get("description"),
        "invoice": None, "last_payment_error": None, "latest_charge": None,
        "metadata": dict(form.get("metadata") or {}), "next_action": None, "on_behalf_of": None,
        "payment_method": form.get("payment_method"),
        "payment_method_options": {"card": {
            "installments": None, "mandate_options": None, "network": None, "request_three_d_secure": "automatic",
        }},
        "payment_method_types": form.get("payment_method_types") or ["card"], "processing": None,
        "receipt_email": None, "review": None, "setup_future_usage": None, "shipping": None,
        "statement_descriptor": form.get("statement_descriptor"),
        "statement_descriptor_suffix": form.get("statement_descriptor_suffix"),
        "status": "requires_confirmation", "transfer_data": None, "transfer_group": None,
    }  # fmt: skip


def charge(of: Mapping[str, Any], card: Card, now: int) -> Json:
    """A charge of a payment intent, as its attempt left it. Its metadata are copied from the intent."""
    failed = bool(card.decline)
    made = new_id("ch")
    return {
        "id": made, "object": "charge", "livemode": False, "created": now,
        "amount": of["amount"], "amount_captured": 0, "amount_refunded": 0, "application": None,
        "application_fee": None, "application_fee_amount": None, "balance_transaction": None,
        "billing_details": {
            "address": dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state")),
            "email": None, "name": None, "phone": None,
        },
        "calculated_statement_descriptor": None, "captured": False, "currency": of["currency"],
        "customer": of["customer"], "description": of["description"], "disputed": False,
        "failure_balance_transaction": None, "failure_code": None, "failure_message": None, "fraud_details": {},
        "invoice": None, "metadata": dict(of["metadata"]), "on_behalf_of": None, "outcome": _outcome(card),
        "paid": not failed, "payment_intent": of["id"], "payment_method": of["payment_method"],
        "payment_method_details": {"type": "card", "card": _card(card)},
        "receipt_email": None, "receipt_number": None, "receipt_url": None, "refunded": False, "review": None,
        "shipping": None, "source_transfer": None, "statement_descriptor": of["statement_descriptor"],
        "statement_descriptor_suffix": of["statement_descriptor_suffix"],
        "status": "failed" if failed else "succeeded", "transfer_data": None, "transfer_group": None,
    }  # fmt: skip


def _card(card: Card) -> Json:
    # The last two are younger than the version's document; the vendor sends them with every version.
    return {
        "brand": card.brand, "checks": {
            "address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass",
        },
        "country": "US", "exp_month": 8, "exp_year": 2030, "fingerprint": secrets.token_hex(8),
        "funding": card.funding, "installments": None, "last4": card.last_four, "mandate": None,
        "network": card.brand, "network_token": {"used": False}, "three_d_secure": None, "wallet": None,
        "network_transaction_id": None if card.decline else f"{secrets.randbelow(10**15):015d}",
        "authorization_code": None if card.decline else f"{secrets.randbelow(10**6):06d}",
    }  # fmt: skip


def _outcome(card: Card) -> Json:
    kind = "blocked" if card.blocked else "issuer_declined" if card.decline else "authorized"
    sent = "not_sent_to_network" if card.blocked else "declined_by_network" if card.decline else "approved_by_network"
    reason = "highest_risk_level" if card.blocked else card.decline or None
    return {"network_status": sent, "reason": reason, "risk_level": "normal", "seller_message": None, "type": kind}


def balance_transaction(
    kind: str, amount: int, currency: str, fee: int, source: str, now: int, rate: Any = None
) -> Json:
    """A line of the account's balance, in the currency in which it settles."""
    fees = [{"amount": fee, "application": None, "currency": currency, "description": None, "type": "stripe_fee"}]
    return {
        "id": new_id("txn"), "object": "balance_transaction", "amount": amount, "available_on": now, "created": now,
        "currency": currency, "description": None, "exchange_rate": rate, "fee": fee,
        "fee_details": fees if fee else [], "net": amount - fee, "reporting_category": kind, "source": source,
        "status": "pending", "type": kind,
    }  # fmt: skip


def refund(of: Mapping[str, Any], form: Mapping[str, Any], amount: int, now: int) -> Json:
    """A refund of a charge."""
    return {
        "id": new_id("re"), "object": "refund", "amount": amount, "balance_transaction": None, "charge": of["id"],
        "created": now, "currency": of["currency"], "metadata": dict(form.get("metadata") or {}),
        "payment_intent": of["payment_intent"], "reason": form.get("reason"), "receipt_number": None,
        "source_transfer_reversal": None, "status": "succeeded", "transfer_reversal": None,
    }  # fmt: skip


def dispute(of: Mapping[str, Any], reason: str, status: str, transactions: list[Json], now: int) -> Json:
    """A dispute of a whole charge."""
    return {
        "id": new_id("dp"), "object": "dispute", "livemode": False, "created": now,
        "amount": of["amount_captured"], "balance_transactions": transactions, "charge": of["id"],
        "currency": of["currency"], "evidence": dict.fromkeys(EVIDENCE),
        "evidence_details": {
            "due_by": now + EVIDENCE_DAYS * 86_400, "has_evidence": False, "past_due": False, "submission_count": 0,
        },
        "is_charge_refundable": status.startswith("warning"), "metadata": {},
        "payment_intent": of["payment_intent"],
        "payment_method_details": {"card": {"brand": "visa", "network_reason_code": "10.4"}, "type": "card"},
        "reason": reason, "status": status,
    }  # fmt: skip


def file(purpose: str, name: str, size: int, now: int) -> Json:
    """An uploaded file."""
    made = new_id("file")
    return {
        "id": made, "object": "file", "created": now, "expires_at": None, "filename": name, "purpose": purpose,
        "links": {"object": "list", "data": [], "has_more": False, "url": f"/v1/file_links?file={made}"},
        "size": size, "title": None, "type": name.rpartition(".")[2] or None,
        "url": f"https://files.stripe.com/v1/files/{made}/contents",
    }  # fmt: skip


def bank_account(form: Mapping[str, Any], fingerprint: str) -> Json:
    """A bank account, as it is in a token and among an account's external accounts."""
    return {
        "id": new_id("ba"), "object": "bank_account", "account_holder_name": form.get("account_holder_name"),
        "account_holder_type": None, "account_type": form.get("account_type"), "bank_name": "BANK OF EXAMPLES",
        "country": form["country"], "currency": form["currency"], "fingerprint": fingerprint,
        "last4": form["account_number"][-4:], "metadata": {}, "routing_number": form.get("routing_number"),
        "status": "new",
    }  # fmt: skip


def token(account: Json, now: int) -> Json:
    """A token for a bank account."""
    return {
        "id": new_id("btok"), "object": "token", "bank_account": account, "client_ip": None, "created": now,
        "livemode": False, "type": "bank_account", "used": False,
    }  # fmt: skip


def payout(form: Mapping[str, Any], amount: int, now: int) -> Json:
    """A payout as it was just made."""
    return {
        "id": new_id("po"), "object": "payout", "livemode": False, "created": now, "amount": amount,
        "arrival_date": now + 2 * 86_400, "automatic": False, "balance_transaction": new_id("txn"),
        "currency": form["currency"], "description": form.get("description"), "destination": form["destination"],
        "failure_balance_transaction": None, "failure_code": None, "failure_message": None,
        "metadata": dict(form.get("metadata") or {}), "method": form.get("method", "standard"),
        "original_payout": None, "reconciliation_status": "not_applicable", "reversed_by": None,
        "source_type": "card", "statement_descriptor": form.get("statement_descriptor"), "status": "pending",
        "type": "bank_account",
    }  # fmt: skip


def event(kind: str, of: Mapping[str, Any], key: str, version: str, now: int) -> Json:
    """An event about an object as it is now."""
    return {
        "id": new_id("evt"), "object": "event", "api_version": version, "created": now, "data": {"object": dict(of)},
        "livemode": False, "pending_webhooks": 1, "type": kind,
        "request": {"id": new_id("req"), "idempotency_key": key or None},
    }  # fmt: skip


def error(kind: str, code: str, message: str, param: str = "", **more: Any) -> Json:
    """An error body."""
    found = {"type": kind, "code": code, "message": message, "param": param, **more}
    return {"error": {name: value for name, value in found.items() if value}}
