"""A call that leaves its amount open asks for all that is left: it waits for approval like the largest one."""

import pytest
from google.protobuf.message import Message

from corridor.payments.v1 import payment_service_pb2 as payments
from corridor.payments.v1 import refund_service_pb2 as refunds
from corridor.type.v1.money_pb2 import Money
from server.kit import ids
from tests.server import people
from tests.server.approvals.office import Office, above, rule

SMALL = Money(currency_code="EUR", amount_minor=10_00)


def calls(amount: Money | None) -> list[tuple[str, Message]]:
    """Calls that may leave their amount open."""
    payment_id = ids.new("pay")
    return [
        ("RefundService/CreateRefund", refunds.CreateRefundRequest(payment_id=payment_id, amount=amount)),
        ("PaymentService/CapturePayment", payments.CapturePaymentRequest(payment_id=payment_id, amount=amount)),
    ]


@pytest.mark.parametrize("place", [0, 1])
def test_a_call_without_an_amount_is_above_every_limit(office: Office, place: int) -> None:
    name, request = calls(None)[place]
    office.put(rule(f"corridor.payments.v1.{name.replace('/', '.')}", amount_above=above(100_00)))

    office.asked(request, name, key="all")


@pytest.mark.parametrize("place", [0, 1])
def test_a_call_with_a_small_amount_is_not(office: Office, place: int) -> None:
    name, request = calls(SMALL)[place]
    office.put(rule(f"corridor.payments.v1.{name.replace('/', '.')}", amount_above=above(100_00)))

    assert "NOT_FOUND" == people.refused(office.maker, name, request, key="small").reason
