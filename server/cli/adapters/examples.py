"""Made-up arguments for the methods of ports: what `corridor adapter try` sends where it is told nothing else.

Rule: nobody's data. The account numbers are those that standards print as examples.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, get_args, get_origin

from adapters.kit.discovery import Provider
from adapters.kit.manifest import RAILS
from adapters.kit.ports.webhooks import Inbound

_ID = "01k9h2x0000000000000000000"
_US = {"us": {"routing_number": "021000021", "account_number": "000123456789"}}
_IBAN = {"iban": {"iban": "DE89370400440532013000", "bic": "COBADEFFXXX"}}
_UK = {"uk": {"sort_code": "200000", "account_number": "55779911"}}
_BIC = {"bic": {"bic": "NBOKKWKWXXX", "account_number": "0001234567"}}
_ACCOUNT_OF_RAIL = {"sepa": _IBAN, "sepa_instant": _IBAN, "faster_payments": _UK, "bacs": _UK, "swift": _BIC}
_ACTIONS = {
    "capture": "PAYMENT_ACTION_KIND_CAPTURE",
    "increment": "PAYMENT_ACTION_KIND_INCREMENT",
    "void": "PAYMENT_ACTION_KIND_VOID",
    "reverse": "PAYMENT_ACTION_KIND_REVERSAL",
}


def example(kind: Any, name: str, method: str, provider: Provider) -> Any:
    """An example of one parameter of a method, as JSON values."""
    if get_origin(kind) is Mapping:
        return {}
    if get_origin(kind) is Sequence:
        return [example(get_args(kind)[0], name, method, provider)]
    if kind is Inbound:
        return {"headers": {"content-type": "application/json"}, "body": {"id": "evt_1"}}
    if kind is int:
        return 3600
    if kind is datetime:
        return datetime.now(UTC).isoformat()
    if kind is str:
        return "" if name == "cursor" else f"example-{name.replace('_', '-')}"
    make = _MESSAGES.get(kind.__name__)
    return make(provider, method) if make else {}


def _money(provider: Provider, domain: str) -> dict[str, str]:
    covered = provider.manifest.coverage.get(domain) or next(iter(provider.manifest.coverage.values()), None)
    currencies: Sequence[str] = covered.currencies if covered else ("USD",)
    preferred = next((code for code in ("USD", "EUR", "GBP") if code in currencies), currencies[0])
    return {"currency_code": preferred, "amount_minor": "12345"}


def account_by_rail(provider: Provider, rail: int) -> tuple[str, dict[str, Any]]:
    """A rail's name, and an account that it reaches, in a currency that the provider covers."""
    word, amount = _carried(provider, rail)
    account = {**_ACCOUNT_OF_RAIL.get(word, _US), "currency_code": amount["currency_code"]}
    return f"RAIL_{word.upper()}", account


def _rail(provider: Provider) -> tuple[str, dict[str, str]]:
    """A rail that the provider covers, and money that it carries."""
    return _carried(provider, provider.manifest.coverage["payouts"].rails[0])


def _carried(provider: Provider, number: int) -> tuple[str, dict[str, str]]:
    covered = provider.manifest.coverage["payouts"]
    rail = next(word for word, known in RAILS.items() if known == number)
    wanted = {"sepa": "EUR", "sepa_instant": "EUR", "faster_payments": "GBP", "bacs": "GBP"}.get(rail, "USD")
    currency = wanted if wanted in covered.currencies else covered.currencies[0]
    return rail, {"currency_code": currency, "amount_minor": "12345"}


def _payout(provider: Provider, _: str) -> dict[str, Any]:
    rail, amount = _rail(provider)
    return {
        "payout_id": f"po_{_ID}",
        "amount": amount,
        "rail": f"RAIL_{rail.upper()}",
        "reference": "Invoice 2026-117",
        "statement_text": "Invoice 2026-117",
    }


def _beneficiary(provider: Provider, _: str) -> dict[str, Any]:
    rail, amount = _rail(provider)
    address = {"lines": ["1 Example Street"], "city": "Springfield", "region": "IL", "postal_code": "62701"}
    return {
        "beneficiary_id": f"ben_{_ID}",
        "party": {
            "person": {"given_name": "Ada", "family_name": "Sample"},
            "address": {**address, "country_code": "US"},
        },
        "bank_account": {**_ACCOUNT_OF_RAIL.get(rail, _US), "currency_code": amount["currency_code"]},
    }


def _payment(provider: Provider, method: str) -> dict[str, Any]:
    made = {
        "payment_id": f"pay_{_ID}",
        "amount": _money(provider, "payments"),
        "payment_method": {"token": "tok_visa", "holder_name": "Ada Sample"},
        "capture_method": "CAPTURE_METHOD_MANUAL",
        "reference": "Order 2026-117",
        "statement_text": "EXAMPLE SHOP",
        "return_url": "https://shop.example.com/back",
        "environment": "ENVIRONMENT_SANDBOX",
    }
    return made if method == "authorise" else {**made, "provider_reference": "example-payment"}


def _action(provider: Provider, method: str) -> dict[str, Any]:
    made: dict[str, Any] = {
        "payment_action_id": f"act_{_ID}",
        "payment_id": f"pay_{_ID}",
        "kind": _ACTIONS.get(method, "PAYMENT_ACTION_KIND_CAPTURE"),
    }
    return {**made, "amount": _money(provider, "payments")} if method in {"capture", "increment"} else made


def _refund(provider: Provider, _: str) -> dict[str, Any]:
    return {
        "refund_id": f"ref_{_ID}",
        "payment_id": f"pay_{_ID}",
        "amount": _money(provider, "refunds"),
        "reason": "REFUND_REASON_REQUESTED_BY_CUSTOMER",
    }


def _dispute(provider: Provider, _: str) -> dict[str, Any]:
    return {
        "dispute_id": f"dsp_{_ID}",
        "payment_id": f"pay_{_ID}",
        "amount": _money(provider, "disputes"),
        "provider_reference": "example-dispute",
        "evidence": {"product_description": "A blue bicycle"},
    }


_MESSAGES = {
    "Payout": _payout,
    "Beneficiary": _beneficiary,
    "Payment": _payment,
    "PaymentAction": _action,
    "Refund": _refund,
    "Dispute": _dispute,
}
