"""What the vendor's 4xx answers mean, where they mean more than their status does.

The vendor's message never leaves here: it may repeat what the customer wrote.
"""

from collections.abc import Mapping
from typing import Any

from adapters.kit.errors import FieldProblem, Misconfigured, ProviderError, Rejected, Unknown

_ACCOUNT = FieldProblem("beneficiary.bank_account", "The provider does not take this bank account.")
_AMOUNT = FieldProblem("amount", "The amount is not one that the provider takes.")
TOKEN = FieldProblem("payment_method.token", "The provider knows no such payment method, or it cannot be used again.")

# error.code of an invalid_request_error that is about the customer's data. docs.stripe.com/error-codes, read 2026-11.
# What is about our request or the account's set-up has no row: it is `Misconfigured`.
CODES: Mapping[str, FieldProblem] = {
    "account_number_invalid":                    _ACCOUNT,
    "bank_account_bad_routing_numbers":          _ACCOUNT,
    "bank_account_declined":                     _ACCOUNT,
    "bank_account_restricted":                   _ACCOUNT,
    "bank_account_unusable":                     _ACCOUNT,
    "bank_account_unverified":                   _ACCOUNT,
    "routing_number_invalid":                    _ACCOUNT,
    "amount_too_large":                          _AMOUNT,
    "amount_too_small":                          _AMOUNT,
    "invalid_charge_amount":                     _AMOUNT,
    "charge_exceeds_source_limit":               _AMOUNT,
    "payment_method_unactivated":                TOKEN,
    "payment_method_unexpected_state":           TOKEN,
    "payment_method_customer_decline":           TOKEN,
    "payment_method_invalid_parameter":          TOKEN,
    "payment_method_invalid_parameter_testmode": TOKEN,
    "payment_intent_incompatible_payment_method": TOKEN,
    "token_already_used":                        TOKEN,
    "token_in_use":                              TOKEN,
    "url_invalid":                               FieldProblem("return_url", "The provider does not take this URL."),
    "payment_intent_invalid_parameter":          FieldProblem("payment_method", "The provider refused the details."),
    "country_unsupported":                       _ACCOUNT,
}  # fmt: skip

# error.param, where the code alone does not say whose field it is: `resource_missing` of a token, or no code at all.
PARAMETERS: Mapping[str, FieldProblem] = {
    "payment_method":              TOKEN,
    "customer":                    FieldProblem("payment_method.customer_reference", "The provider knows no such one."),
    "return_url":                  FieldProblem("return_url", "The provider does not take this URL."),
    "amount":                      _AMOUNT,
    "amount_to_capture":           _AMOUNT,
    "statement_descriptor_suffix": FieldProblem("statement_text", "The statement cannot carry this text."),
    "statement_descriptor":        FieldProblem("reference", "The statement cannot carry this text."),
    "bank_account[account_number]": _ACCOUNT,
    "bank_account[routing_number]": _ACCOUNT,
    "bank_account[country]":       _ACCOUNT,
}  # fmt: skip


def error(answer: Any) -> Mapping[str, Any]:
    """The `error` of an answer; empty where it has another shape."""
    found = answer.get("error") if isinstance(answer, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def error_code(answer: Any) -> object:
    """The vendor's word for an error: its code, or its type where it has no code."""
    found = error(answer)
    return found.get("code") or found.get("type", "")


def refusal(status: int, answer: Any) -> ProviderError | None:
    """The failure that a 4xx means, where it means more than its status does."""
    found = error(answer)
    code, kind = str(found.get("code") or ""), found.get("type")
    if status == 409:
        # Another request with this key still runs, and may be our own: docs.stripe.com/error-codes, read 2026-11.
        return Unknown("the provider still works on the first request with this key", code=code)
    if kind == "idempotency_error":
        # The key came with other parameters: docs.stripe.com/api/idempotent_requests, read 2026-11.
        return Misconfigured("the idempotency key was already used for another request", code="idempotency_error")
    if status not in (400, 402, 404) or kind not in ("invalid_request_error", "card_error"):
        return None
    problem = CODES.get(code)
    if problem is None and code in ("", "resource_missing", "parameter_invalid_integer", "parameter_invalid_empty"):
        problem = PARAMETERS.get(str(found.get("param") or ""))
    return (
        Rejected(f"the provider refused {problem.field}", code=code or str(kind), problems=[problem])
        if problem
        else None
    )
