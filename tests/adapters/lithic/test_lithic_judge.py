"""The judge of the contract test is tried: it refuses wrong bodies of the operations that count."""

import json
from typing import Any

import pytest

from tests.adapters.judging.vendor_document import OpenAPIError, Request, Response
from tests.adapters.lithic import samples
from tests.adapters.lithic.vendor_document import DOCUMENT

JSON = {"content-type": "application/json", "authorization": "key"}


def asked(path: str, body: dict[str, Any]) -> Request:
    return Request("post", path, JSON, json.dumps(body).encode())


def payment(**changes: Any) -> Request:
    return asked("/v1/payments", {**samples.payment_body(), **changes})


def account(**changes: Any) -> Request:
    return asked("/v1/external_bank_accounts", {**samples.account_body(), **changes})


def test_the_judge_allows_right_requests() -> None:
    DOCUMENT.check_request(payment())
    DOCUMENT.check_request(account())


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": "12345"},
        {"amount": 123.45},
        {"amount": 0},
        {"type": "GIFT"},
        {"method": "PIGEON"},
        {"token": "mine"},
        {"financial_account_token": "mine"},
        {"external_bank_account_token": "theirs"},
        {"user_defined_id": 7},
        {"method_attributes": {}},
        {"method_attributes": {"sec_code": "TEL"}},
        {"memo": "株式会社"},
    ],
    ids=json.dumps,
)
def test_the_judge_refuses_a_wrong_payment(wrong: dict[str, Any]) -> None:
    with pytest.raises(OpenAPIError):
        DOCUMENT.check_request(payment(**wrong))


@pytest.mark.parametrize(
    "wrong",
    [
        {"routing_number": "12345678"},
        {"account_number": "DE89370400440532013000"},
        {"country": "US"},
        {"currency": "usd"},
        {"type": "GIRO"},
        {"owner": "Zoë Sample"},
        {"owner_type": "ROBOT"},
        {"verification_method": "TRUST"},
    ],
    ids=json.dumps,
)
def test_the_judge_refuses_a_wrong_account(wrong: dict[str, Any]) -> None:
    with pytest.raises(OpenAPIError):
        DOCUMENT.check_request(account(**wrong))


@pytest.mark.parametrize("missing", ["amount", "type", "method", "method_attributes", "external_bank_account_token"])
def test_the_judge_refuses_a_payment_without_a_required_field(missing: str) -> None:
    body = samples.payment_body()
    del body[missing]

    with pytest.raises(OpenAPIError):
        DOCUMENT.check_request(asked("/v1/payments", body))


def test_the_judge_refuses_a_request_without_a_key() -> None:
    with pytest.raises(OpenAPIError):
        DOCUMENT.check_request(Request("get", "/v1/payments", {}, None))


@pytest.mark.parametrize(
    "wrong",
    [
        {"status": "PAID"},
        {"result": "MAYBE"},
        {"token": "1"},
        {"direction": "UP"},
        {"settled_amount": "1"},
        {"events": [{"type": "TELEPORTED"}]},
        {"descriptor": None},
    ],
    ids=json.dumps,
)
def test_the_judge_refuses_a_wrong_answer(wrong: dict[str, Any]) -> None:
    right = {"content-type": "application/json"}
    answer = json.dumps({**samples.payment(), **wrong}).encode()

    with pytest.raises(OpenAPIError):
        DOCUMENT.check_response(payment(), Response(202, right, answer))
