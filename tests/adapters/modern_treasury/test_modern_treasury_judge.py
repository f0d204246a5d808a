"""The judge of the contract test is tried: it refuses wrong bodies of the operations that count."""

import json
from typing import Any

import pytest

from tests.adapters.judging.vendor_document import OpenAPIError, Request, Response
from tests.adapters.modern_treasury import samples
from tests.adapters.modern_treasury.vendor_document import DOCUMENT

JSON = {"content-type": "application/json", "authorization": "Basic b3JnOmtleQ=="}


def create_request(body: dict[str, Any]) -> Request:
    return Request("post", "/api/payment_orders", JSON, json.dumps(body).encode())


def test_the_judge_allows_a_right_request() -> None:
    DOCUMENT.check_request(create_request(samples.create_body()))


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": "12345"},
        {"amount": 123.45},
        {"type": "pigeon"},
        {"direction": "out"},
        {"currency": "EURO"},
        {"priority": "urgent"},
        {"originating_account_id": "mine"},
        {"metadata": {"corridor_payout_id": 1}},
        {"misspelt": "field"},
        {"receiving_account": {"party_nam": "Ada"}},
        {"receiving_account": {"account_details": [{"number": "1"}]}},
        {"receiving_account": {"routing_details": [{"routing_number": "1", "routing_number_type": "blz"}]}},
        {"receiving_account": {"party_address": {"street": "1 Example Street"}}},
    ],
    ids=json.dumps,
)
def test_the_judge_refuses_a_wrong_request(wrong: dict[str, Any]) -> None:
    with pytest.raises(OpenAPIError):
        DOCUMENT.check_request(create_request({**samples.create_body(), **wrong}))


@pytest.mark.parametrize("missing", ["type", "amount", "direction", "originating_account_id"])
def test_the_judge_refuses_a_request_without_a_required_field(missing: str) -> None:
    body = samples.create_body()
    del body[missing]

    with pytest.raises(OpenAPIError):
        DOCUMENT.check_request(create_request(body))


def test_the_judge_refuses_a_request_without_credentials() -> None:
    request = Request("get", "/api/payment_orders", {}, None)

    with pytest.raises(OpenAPIError):
        DOCUMENT.check_request(request)


@pytest.mark.parametrize(
    "wrong",
    [{"status": "paid"}, {"amount": "12345"}, {"id": "1"}, {"extra": 1}, {"current_return": {}}],
    ids=json.dumps,
)
def test_the_judge_refuses_a_wrong_answer(wrong: dict[str, Any]) -> None:
    answer = Response(201, {"content-type": "application/json"}, json.dumps({**samples.order(), **wrong}).encode())

    with pytest.raises(OpenAPIError):
        DOCUMENT.check_response(create_request(samples.create_body()), answer)
