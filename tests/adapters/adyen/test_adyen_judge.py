"""The judges of the contract test are tried: they refuse wrong bodies of the operations that count."""

import copy
import json
from typing import Any

import pytest

from adapters.adyen import results, transfers
from tests.adapters.adyen import samples
from tests.adapters.adyen.documents import CHECKOUT, DISPUTES, TRANSFER_WEBHOOKS, TRANSFERS, WEBHOOKS
from tests.adapters.judging.vendor_document import Document, OpenAPIError, Request, Response

JSON = {"content-type": "application/json", "x-api-key": "key"}
PAYMENT = results.payment(samples.payment(), "CorridorECOM")
TRANSFER = transfers.transfer(samples.payout(), samples.beneficiary(), "BA1")
CAPTURE = {"amount": {"value": 1, "currency": "EUR"}, "merchantAccount": "CorridorECOM", "reference": "act_1"}
RIGHT: list[tuple[Document, str, dict[str, Any]]] = [
    (CHECKOUT, "/v71/payments", PAYMENT),
    (CHECKOUT, "/v71/payments/993617895204576J/captures", CAPTURE),
    (TRANSFERS, "/v3/transfers", TRANSFER),
    (DISPUTES, "/v30/defendDispute",
     {"merchantAccountCode": "M", "disputePspReference": "D", "defenseReasonCode": "SupplyDefenseMaterial"}),
]  # fmt: skip


def request(path: str, body: dict[str, Any]) -> Request:
    return Request("post", path, JSON, json.dumps(body).encode())


@pytest.mark.parametrize(("judge", "path", "body"), RIGHT, ids=[path for _, path, _ in RIGHT])
def test_a_right_request_is_allowed(judge: Document, path: str, body: dict[str, Any]) -> None:
    judge.check_request(request(path, body))


@pytest.mark.parametrize(("judge", "path", "body"), RIGHT, ids=[path for _, path, _ in RIGHT])
def test_a_request_without_a_required_field_or_with_one_too_many_is_refused(
    judge: Document, path: str, body: dict[str, Any]
) -> None:
    required = {"merchantAccount", "amount", "returnUrl", "reference", "category", "counterparty",
                "merchantAccountCode", "disputePspReference", "defenseReasonCode"}  # fmt: skip
    optional_reference = {"reference"} if path != "/v71/payments" else set()
    for name in (required - optional_reference) & set(body):
        with pytest.raises(OpenAPIError):
            judge.check_request(request(path, {key: value for key, value in body.items() if key != name}))
    with pytest.raises(OpenAPIError):
        judge.check_request(request(path, {**body, "misspelt": "field"}))


@pytest.mark.parametrize(
    ("path", "place", "wrong"),
    [
        ("/v71/payments", ("amount", "value"), "10.00"),
        ("/v71/payments", ("amount", "currency"), "EURO"),
        ("/v71/payments", ("channel",), "Fax"),
        ("/v71/payments", ("shopperInteraction",), "Shouting"),
        ("/v71/payments", ("paymentMethod", "pan"), "4111"),
        ("/v71/payments", ("additionalData", "manualCapture"), True),
        ("/v3/transfers", ("priority",), "soon"),
        ("/v3/transfers", ("category",), "pigeon"),
        ("/v3/transfers", ("counterparty", "bankAccount", "accountIdentification"), {"type": "ukLocal", "iban": "x"}),
        ("/v3/transfers", ("counterparty", "bankAccount", "accountHolder", "type"), "robot"),
        ("/v3/transfers", ("reference",), "x" * 81),
    ],
)
def test_a_wrong_value_is_refused(path: str, place: tuple[str, ...], wrong: object) -> None:
    judge, _, body = next(each for each in RIGHT if each[1] == path)
    spoilt = copy.deepcopy(body)
    inside = spoilt
    for step in place[:-1]:
        inside = inside[step]
    inside[place[-1]] = wrong

    with pytest.raises(OpenAPIError):
        judge.check_request(request(path, spoilt))


@pytest.mark.parametrize("wrong", [{"resultCode": "Fine"}, {"amount": {"value": "1", "currency": "EUR"}}, {"extra": 1}])
def test_a_wrong_answer_is_refused(wrong: dict[str, Any]) -> None:
    answer = {"resultCode": "Authorised", "pspReference": "993617895204576J", **wrong}

    with pytest.raises(OpenAPIError):
        CHECKOUT.check_response(request("/v71/payments", PAYMENT), Response(200, JSON, json.dumps(answer).encode()))


def test_wrong_webhooks_are_refused() -> None:
    standard = json.loads(samples.webhook(samples.item()).body)
    transfer = json.loads(samples.transfer_webhook("booked").body)
    WEBHOOKS.check_schema("AuthorisationNotificationRequest", standard)
    TRANSFER_WEBHOOKS.check_schema("TransferNotificationRequest", transfer)

    standard["notificationItems"][0]["NotificationRequestItem"]["amount"]["value"] = "1000"
    transfer["data"]["status"] = "teleported"
    with pytest.raises(OpenAPIError):
        WEBHOOKS.check_schema("AuthorisationNotificationRequest", standard)
    with pytest.raises(OpenAPIError):
        TRANSFER_WEBHOOKS.check_schema("TransferNotificationRequest", transfer)
