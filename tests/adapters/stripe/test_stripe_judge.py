"""The judge of the contract test is tried: it refuses wrong forms, queries and answers of the operations that count."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from openapi_core.exceptions import OpenAPIError

from adapters.kit import forms
from adapters.stripe import dispute_mapping, mapping, refund_mapping
from tests.adapters.judging.vendor_document import Request, Response
from tests.adapters.stripe import samples
from tests.adapters.stripe.vendor_document import DOCUMENT

HEADERS = {"content-type": "application/x-www-form-urlencoded", "authorization": "Bearer sk_test_1"}
INTENTS = "/v1/payment_intents"


def request(path: str, form: dict[str, Any]) -> Request:
    return Request("post", path, HEADERS, forms.encode(form).encode())


def payment(**changes: Any) -> Request:
    return request(INTENTS, {**mapping.payment_form(samples.payment()), **changes})


def test_the_judge_allows_right_requests() -> None:
    made = samples.payment()
    made.provider_reference = "pi_1"
    evidence = {"evidence": dispute_mapping.evidence_texts(samples.evidence()), "submit": True}

    DOCUMENT.check_request(payment())
    DOCUMENT.check_request(request("/v1/refunds", refund_mapping.form(made, samples.refund(made, 100))))
    DOCUMENT.check_request(request("/v1/disputes/dp_1", evidence))


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": "12.5"},
        {"amount": None},
        {"currency": None},
        {"capture_method": "later"},
        {"confirm": "yes"},
        {"confirmation_method": "by hand"},
        {"payment_method_types": "card"},
        {"metadata": "text"},
        {"metadata": {"corridor_payment_id": {"deep": "1"}}},
        {"payment_method_options": {"card": {"request_incremental_authorization": "if_available"}}},
        {"payment_method_options": {"card": {"request_multicapture": "if_available"}}},
        {"return_uri": "https://shop.example"},
        {"statement_descriptor_suffix": "x" * 23},
    ],
    ids=json.dumps,
)
def test_the_judge_refuses_a_wrong_payment(wrong: dict[str, Any]) -> None:
    with pytest.raises(OpenAPIError):
        DOCUMENT.check_request(payment(**wrong))


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/v1/refunds", {"payment_intent": "pi_1", "reason": "returned_goods"}),
        ("/v1/refunds", {"payment_intent": "pi_1", "amount": "all"}),
        ("/v1/payment_intents/pi_1/capture", {"final_capture": True}),
        ("/v1/payment_intents/pi_1/capture", {"amount_to_capture": "1.5"}),
        ("/v1/payment_intents/pi_1/cancel", {"metadata": {"corridor_void_id": "act_1"}}),
        ("/v1/payment_intents/pi_1/cancel", {"cancellation_reason": "because"}),
        ("/v1/disputes/dp_1", {"evidence": {"receipts": "file_1"}}),
        ("/v1/disputes/dp_1", {"evidence": {"receipt": "file_1"}, "submit": "at once"}),
        ("/v1/payouts", {"amount": 1, "currency": "usd", "method": "slow"}),
        ("/v1/payouts", {"currency": "usd"}),
        ("/v1/tokens", {"bank_account": {"account_number": "000123456789"}}),
        ("/v1/tokens", {"bank_account": {"country": "US", "account_number": "1", "iban": "DE"}}),
    ],
    ids=str,
)
def test_the_judge_refuses_other_wrong_forms(path: str, form: dict[str, Any]) -> None:
    with pytest.raises(OpenAPIError):
        DOCUMENT.check_request(request(path, form))


@pytest.mark.parametrize(
    "query",
    [{"created[since]": "1"}, {"created[gte]": "now"}, {"limit": "many"}, {"expand": "data"}, {"metadata[x]": "1"}],
    ids=json.dumps,
)
def test_the_judge_refuses_a_wrong_query(query: dict[str, str]) -> None:
    DOCUMENT.check_request(Request("get", f"{INTENTS}?created[gte]=1&limit=100&expand[0]=data.x", HEADERS, None))

    with pytest.raises(OpenAPIError):
        DOCUMENT.check_request(Request("get", f"{INTENTS}?{urlencode(query)}", HEADERS, None))


def test_the_judge_refuses_a_request_without_a_key() -> None:
    with pytest.raises(OpenAPIError):
        DOCUMENT.check_request(Request("get", INTENTS, {}, None))


@pytest.mark.parametrize(
    "wrong",
    [{"status": "paid"}, {"amount": "12345"}, {"id": 1}, {"capture_method": None}, {"last_payment_error": {}}],
    ids=json.dumps,
)
def test_the_judge_refuses_a_wrong_answer(wrong: dict[str, Any]) -> None:
    right = samples.published("payment_intent")
    typed = {"content-type": "application/json"}
    DOCUMENT.check_response(payment(), Response(200, typed, json.dumps(right).encode()))

    with pytest.raises(OpenAPIError):
        DOCUMENT.check_response(payment(), Response(200, typed, json.dumps({**right, **wrong}).encode()))
