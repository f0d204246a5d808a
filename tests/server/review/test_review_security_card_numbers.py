"""A card's number is refused wherever somebody writes it in a request about payments; what only looks alike is not."""

from typing import Any

import pytest

from corridor.payments.v1 import dispute_service_pb2 as disputes
from corridor.payments.v1 import payment_service_pb2 as payments
from corridor.payments.v1 import refund_service_pb2 as refunds
from corridor.payments.v1.dispute_pb2 import DisputeEvidence
from corridor.payments.v1.payment_pb2 import PaymentMethod
from corridor.type.v1.money_pb2 import Money
from server.kit import card_numbers, ids
from tests.server import people
from tests.serving import Client, Running

PAN = "4242424242424242"


@pytest.fixture(scope="module")
def client(corridor: Running) -> Client:
    """One company for all."""
    return corridor.client()


def payment(method: PaymentMethod | None = None, **changes: Any) -> payments.CreatePaymentRequest:
    """The request for a payment."""
    wanted = method or PaymentMethod(token="tok_visa")
    amount = Money(currency_code="EUR", amount_minor=12_50)
    return payments.CreatePaymentRequest(amount=amount, payment_method=wanted, **changes)


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (payment(reference=f"card {PAN}"), "reference"),
        (payment(statement_text="4242 4242 4242 4242"), "statement_text"),
        (payment(metadata={"card": "3782-822463-10005"}), "metadata"),
        (payment(metadata={PAN: "x"}), "metadata"),
        (payment(return_url=f"https://shop.example/?card={PAN}"), "return_url"),
        (payment(PaymentMethod(token="4242.4242.4242.4242")), "payment_method.token"),
        (payment(PaymentMethod(token=f'{{"encryptedCardNumber":"{PAN}"}}')), "payment_method.token"),
        (payment(PaymentMethod(token="tok_visa", holder_name=PAN)), "payment_method.holder_name"),
        (payment(PaymentMethod(token="tok_visa", customer_reference=PAN)), "payment_method.customer_reference"),
    ],
)
def test_no_text_of_a_payment_takes_a_card_number(
    client: Client, request_: payments.CreatePaymentRequest, field: str
) -> None:
    refused = people.refused(client, "PaymentService/CreatePayment", request_, key=people.new_key())

    assert ("INVALID_ARGUMENT", [field]) == (refused.reason, refused.fields)
    assert PAN not in str(refused.status)


def test_no_evidence_takes_a_card_number(client: Client) -> None:
    request = disputes.UpdateDisputeEvidenceRequest(
        dispute_id=ids.new("dsp"), evidence=DisputeEvidence(other_text=f"Paid with\n{PAN}, and delivered.")
    )

    assert ["evidence.other_text"] == people.refused(client, "DisputeService/UpdateDisputeEvidence", request).fields


def test_no_refund_takes_a_card_number(client: Client) -> None:
    request = refunds.CreateRefundRequest(payment_id=ids.new("pay"), metadata={"to": PAN})

    assert ["metadata"] == people.refused(
        client, "RefundService/CreateRefund", request, key=people.new_key()
    ).fields  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        PAN, "5555 5555 5555 4444", "2223003122003222", "378282246310005", "30569309025904", "6011111111111117",
        "3530111333300000", "6200000000000005", "2026-11-21 4242424242424242", "order 12 4242 4242 4242 4242 paid",
        "4242-4242-4242-4242.", "(4242424242424242)", "٤٢٤٢٤٢٤٢٤٢٤٢٤٢٤٢", "pan_4242424242424242", "1 4242424242424242",
    ],
)  # fmt: skip
def test_what_is_a_card_number(text: str) -> None:
    assert card_numbers.holds_one(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "4242", "4242424242424241", "tok_1N4242424242424242ab", "20261121113644", "0000000000000000",
        "+44 7700 900123", "DE89 3704 0044 0532 0130 00", "pay_01m7ygs7qcev39gh4qs4vqrjhp", "4242424242424242424242",
        "4242 4242, 4242 4242", "9" * 5000, "1 " * 2500, "12.50 4.50 3.20",
    ],
)  # fmt: skip
def test_what_is_none(text: str) -> None:
    assert not card_numbers.holds_one(text)


def test_what_a_browser_brought_back_is_passed_on_as_it_is(client: Client) -> None:
    request = payments.ContinuePaymentRequest(payment_id=ids.new("pay"), details={"MD": PAN})

    assert [] == card_numbers.violations(request)
