"""What others than the company can change: what is not signed in a webhook, and what a customer's browser brings."""

from collections.abc import Callable

import pytest

from adapters.adyen.adapter import ADAPTER
from adapters.adyen.simulator import AdyenSimulator
from adapters.kit.call import Call
from adapters.kit.errors import Rejected
from corridor.payments.v1 import payment_service_pb2 as api
from corridor.payments.v1.dispute_observation_pb2 import DisputeObservation
from corridor.payments.v1.payment_pb2 import PaymentState
from tests.adapters.adyen import samples
from tests.adapters.adyen.samples import item, webhook
from tests.adapters.adyen.test_adyen_flows import Shop
from tests.server import people
from tests.server.flows.stage import Stage

REQUIRES_ACTION, AUTHORISED = PaymentState.PAYMENT_STATE_REQUIRES_ACTION, PaymentState.PAYMENT_STATE_AUTHORISED


def test_the_time_limit_of_a_dispute_says_that_nobody_signed_it() -> None:
    extra = {"defensePeriodEndsAt": "2020-01-01T00:00:00Z"}

    (seen,) = ADAPTER.read_webhook(webhook(item("CHARGEBACK", additionalData=extra))).observations

    assert isinstance(seen, DisputeObservation)
    assert seen.evidence_due_time_unproven


@pytest.mark.parametrize("theirs", ["pay_01jd0000000000000000000002", "order_7", "7"])
def test_a_customer_cannot_go_on_with_what_belongs_to_another_payment(
    theirs: str, simulator: AdyenSimulator, call: Callable[..., Call]
) -> None:
    cheap, dear = samples.payment("REDIRECT_SHOPPER", amount_minor=100), samples.payment(amount_minor=500_000)
    cheap.payment_id = theirs
    brought = samples.back_from(ADAPTER.authorise(call("key-cheap"), cheap), simulator)

    with pytest.raises(Rejected):
        ADAPTER.continue_payment(call("key-dear"), dear, brought)


def test_a_dear_payment_is_not_authorised_by_a_cheap_one_s_challenge(flow: Stage) -> None:
    shop = Shop(flow)
    cheap = shop.pay(REQUIRES_ACTION, "REDIRECT_SHOPPER", 1_00)
    dear = shop.pay(REQUIRES_ACTION, "REDIRECT_SHOPPER", 5_000_00)
    psp = cheap.next_action.redirect.url.rpartition("transaction=")[2]

    request = api.ContinuePaymentRequest(payment_id=dear.payment_id, details={"redirectResult": f"{psp}!passed"})
    refused = people.refused(flow.client, "PaymentService/ContinuePayment", request, key=people.new_key())

    assert "PAYMENT_NOT_CONTINUABLE" == refused.reason
    shop.reaches(cheap, AUTHORISED)
    assert (REQUIRES_ACTION, 0) == (shop.now(dear).state, shop.now(dear).authorised_minor)
