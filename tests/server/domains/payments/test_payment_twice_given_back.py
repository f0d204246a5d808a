"""Money that a dispute takes back is not given back by a refund as well; going on a second time is no failure."""

import pytest

from corridor.payments.v1 import dispute_pb2 as states
from corridor.payments.v1 import payment_service_pb2 as api
from corridor.payments.v1.payment_pb2 import PAYMENT_STATE_AUTHORISED
from corridor.type.v1.money_pb2 import Money
from tests.server import people
from tests.server.domains.payments.court import CLOSED, LOST, NEEDS_RESPONSE, WON, Court
from tests.server.domains.payments.till import AUTHORISATION, REQUIRES_ACTION, SUCCEEDED, Till


@pytest.mark.parametrize("state", [NEEDS_RESPONSE, LOST])
def test_what_a_dispute_takes_is_not_refunded_besides(court: Court, state: "states.DisputeState.ValueType") -> None:
    court.says(state, 1)

    assert "PAYMENT_NOT_REFUNDABLE" == court.till.refusal(court.payment, "CreateRefund")
    assert "PAYMENT_NOT_REVERSIBLE" == court.till.refusal(court.payment, "ReversePayment")


@pytest.mark.parametrize("state", [WON, CLOSED])
def test_what_a_dispute_did_not_take_can_be_refunded(court: Court, state: "states.DisputeState.ValueType") -> None:
    court.says(state, 1)

    assert court.till.refunds(court.payment).refund_id


def test_an_inquiry_is_answered_by_a_refund(court: Court) -> None:
    court.opened(stage=states.DISPUTE_STAGE_INQUIRY)

    assert court.till.refunds(court.payment).refund_id


def test_beside_a_dispute_of_a_part_the_rest_can_be_refunded(court: Court) -> None:
    court.opened(amount=Money(currency_code="EUR", amount_minor=10_00))

    assert 20_00 == court.till.refunds(court.payment).amount.amount_minor


def test_a_dispute_in_another_currency_may_be_about_all_of_it(court: Court) -> None:
    court.opened(amount=Money(currency_code="USD", amount_minor=1))

    assert "PAYMENT_NOT_REFUNDABLE" == court.till.refusal(court.payment, "CreateRefund")


def test_a_payment_that_went_on_by_a_webhook_answers_the_call_that_comes_after_it(shop: Till) -> None:
    payment = shop.sent(30_00)
    shop.says(payment, AUTHORISATION, REQUIRES_ACTION)
    shop.says(payment, AUTHORISATION, SUCCEEDED, 30_00)
    request = api.ContinuePaymentRequest(payment_id=payment.payment_id, details={"redirectResult": "x"})

    answered = shop.client.call("PaymentService/ContinuePayment", request, key=people.new_key())

    assert PAYMENT_STATE_AUTHORISED == answered.payment.state
