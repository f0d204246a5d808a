"""What callers may do with a payment at the same time, and twice: one effect, and the same answer byte for byte."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from google.protobuf.message import Message

from corridor.payments.v1 import payment_service_pb2 as api
from corridor.payments.v1 import refund_service_pb2 as refunds
from corridor.payments.v1.payment_pb2 import CAPTURE_METHOD_MANUAL, Payment, PaymentMethod
from tests.server import people
from tests.server.domains.payments.till import AUTHORISATION, REQUIRES_ACTION, Till, euros, till
from tests.serving import Refused, Running

Asking = Callable[[Payment], tuple[str, Message]]

# Every write of the two services that needs no provider while it is called: what is done first, and the call.
WRITES: dict[str, tuple[str, Asking]] = {
    "create": ("", lambda _: ("PaymentService/CreatePayment", api.CreatePaymentRequest(
        amount=euros(1), payment_method=PaymentMethod(token="tok"), capture_method=CAPTURE_METHOD_MANUAL))),
    "capture": ("authorised", lambda payment: ("PaymentService/CapturePayment", api.CapturePaymentRequest(
        payment_id=payment.payment_id, amount=euros(1_00)))),
    "increment": ("authorised", lambda payment: ("PaymentService/IncrementPayment", api.IncrementPaymentRequest(
        payment_id=payment.payment_id, amount=euros(1_00)))),
    "void": ("authorised", lambda payment: ("PaymentService/VoidPayment", api.VoidPaymentRequest(
        payment_id=payment.payment_id))),
    "void of what no provider has": ("create", lambda payment: ("PaymentService/VoidPayment", api.VoidPaymentRequest(
        payment_id=payment.payment_id))),
    "reverse": ("authorised", lambda payment: ("PaymentService/ReversePayment", api.ReversePaymentRequest(
        payment_id=payment.payment_id))),
    "retry": ("create", lambda payment: ("PaymentService/RetryPayment", api.RetryPaymentRequest(
        payment_id=payment.payment_id))),
    "refund": ("captured", lambda payment: ("RefundService/CreateRefund", refunds.CreateRefundRequest(
        payment_id=payment.payment_id, amount=euros(1_00)))),
}  # fmt: skip


@pytest.fixture
def shop(corridor: Running) -> Till:
    """A new company that takes payments over a connection that is never called."""
    return till(corridor)


def made(shop: Till, how: str) -> Payment:
    """A payment to begin with."""
    if how == "captured":
        return shop.authorised(30_00, manual=False)
    return getattr(shop, how)() if how else Payment()


@pytest.mark.parametrize("name", WRITES)
def test_a_repetition_is_answered_byte_for_byte_and_does_nothing(shop: Till, name: str) -> None:
    before, asking = WRITES[name]
    method, request = asking(made(shop, before))
    key = people.new_key()

    first = shop.client.call(method, request, key=key)
    steps = count(shop)
    again = shop.client.call(method, request, key=key)

    assert first.SerializeToString(deterministic=True) == again.SerializeToString(deterministic=True)
    assert steps == count(shop)


@pytest.mark.parametrize("name", ["capture", "increment", "void", "reverse", "refund"])
def test_the_same_call_many_times_at_once_has_one_effect(shop: Till, name: str) -> None:
    before, asking = WRITES[name]
    method, request = asking(made(shop, before))
    key, steps = people.new_key(), count(shop)

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: asked(shop, method, request, key), range(6)))

    assert 1 == len({answer for answer in answers if answer != b"IDEMPOTENCY_IN_PROGRESS"})
    assert steps + 1 == count(shop)


def test_captures_that_race_take_no_more_than_is_authorised(shop: Till) -> None:
    payment = shop.authorised(30_00)
    request = api.CapturePaymentRequest(payment_id=payment.payment_id, amount=euros(10_00))

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: asked(shop, "PaymentService/CapturePayment", request, people.new_key()), range(6)))

    assert 3 == count(shop)
    assert 0 == shop.now(payment).capturable_minor


def test_a_capture_and_a_void_that_race_are_not_both_accepted(shop: Till) -> None:
    for _ in range(4):
        payment = shop.authorised(30_00)
        calls = [asking(payment) for asking in (WRITES["capture"][1], WRITES["void"][1])]

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda call: asked(shop, *call, people.new_key()), calls))

        assert 1 == len(shop.actions(payment))


def test_a_payment_that_is_being_voided_is_not_gone_on_with(shop: Till) -> None:
    payment = shop.sent(30_00)
    shop.says(payment, AUTHORISATION, REQUIRES_ACTION)
    shop.act(payment, "Void")
    request = api.ContinuePaymentRequest(payment_id=payment.payment_id, details={"redirectResult": "x"})

    refused = people.refused(shop.client, "PaymentService/ContinuePayment", request, key=people.new_key())

    assert "PAYMENT_NOT_CONTINUABLE" == refused.reason
    with people.rows(shop.corridor, shop.client) as rows:
        attempts = "SELECT count(*) FROM corridor.attempts WHERE operation = 'continue_payment'"
        assert (0,) == rows.execute(attempts).fetchone()


def asked(shop: Till, method: str, request: Any, key: str) -> bytes:
    """The answer's bytes, or the reason why it was refused."""
    try:
        answer: bytes = shop.client.call(method, request, key=key).SerializeToString(deterministic=True)
    except Refused as refused:
        return refused.reason.encode()
    return answer


def count(shop: Till) -> int:
    """How many actions and refunds the company has."""
    with people.rows(shop.corridor, shop.client) as rows:
        row = rows.execute("SELECT count(*) FROM corridor.payment_actions").fetchone()
    return int(row[0]) if row else 0
