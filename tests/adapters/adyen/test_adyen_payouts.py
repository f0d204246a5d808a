"""What the adapter does with payouts where transfers cannot be read, and what may still be cancelled."""

import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from adapters.adyen.adapter import ADAPTER
from adapters.adyen.payouts import PAGES
from adapters.adyen.simulator import AdyenSimulator
from adapters.kit.call import Call
from adapters.kit.errors import CANNOT_ASK, Rejected, Unavailable
from adapters.kit.simulator import Answer, Request
from corridor.payments.v1.payment_observation_pb2 import PaymentStep, PaymentStepState
from corridor.payouts.v1.payout_pb2 import PAYOUT_STATE_PENDING, PAYOUT_STATE_SENT, PAYOUT_STATE_SETTLED
from tests.adapters.adyen import samples
from tests.adapters.judging.recorder import Recording

Calls = Callable[..., Call]
Step, State = PaymentStep, PaymentStepState


def replace_key(made: Call, key: str) -> Call:
    made.idempotency_key = key
    return made


def test_a_transfer_that_the_vendor_has_confirmed_is_never_nothing(call: Calls) -> None:
    payout = samples.payout()
    payout.provider_reference = "1W1UG35U8A9J5ZLG"

    with pytest.raises(Unavailable) as unavailable:
        ADAPTER.look_up_payout(call(), payout)

    assert CANNOT_ASK == unavailable.value.code


def test_a_payout_is_found_on_a_later_page(call: Calls, wire: Recording) -> None:
    class Small(AdyenSimulator):
        def list_transactions(self, request: Request) -> Answer:
            query = tuple((name, "2" if name == "limit" else value) for name, value in request.query)
            return super().list_transactions(replace(request, query=query))

    with Small(step_seconds=3600) as small:
        for number in range(5):
            payout, made = samples.payout(), call(f"key-{number}")
            payout.payout_id = f"po_{number:026d}"
            made.base_url = small.url
            ADAPTER.create_payout(made, payout, samples.beneficiary())

        found = ADAPTER.look_up_payout(made, payout)

    assert found is not None
    assert (payout.payout_id, PAYOUT_STATE_PENDING) == (found.payout_id, found.state)


def test_a_list_that_does_not_end_is_no_answer(call: Calls) -> None:
    class Endless(AdyenSimulator):
        def list_transactions(self, request: Request) -> Answer:
            return Answer(200, {"data": [], "_links": {"next": {"href": "https://x.example/?cursor=again"}}})

    with Endless(step_seconds=3600) as endless:
        made = call()
        made.base_url = endless.url
        with pytest.raises(Unavailable):
            ADAPTER.look_up_payout(made, samples.payout())

    assert PAGES == len(made.exchanges)


def test_a_transfer_that_waits_for_a_review_is_cancelled_and_its_end_is_told(
    simulator: AdyenSimulator, call: Calls
) -> None:
    payout = samples.payout()
    payout.provider_reference = ADAPTER.create_payout(call(), payout, samples.beneficiary()).provider_reference
    simulator.move(payout.payout_id, "pendingApproval")

    seen = ADAPTER.cancel_payout(call(), payout)

    assert seen.state in (PAYOUT_STATE_SENT, PAYOUT_STATE_PENDING)
    ends = time.monotonic() + 10
    while b'"cancelled"' not in simulator.outbox.events[-1].body:
        assert time.monotonic() < ends
        time.sleep(0.01)


def test_a_transfer_that_has_left_is_not_cancelled(simulator: AdyenSimulator, call: Calls) -> None:
    payout = samples.payout()
    ADAPTER.create_payout(call(), payout, samples.beneficiary())
    simulator.move(payout.payout_id, "booked")

    assert PAYOUT_STATE_SETTLED == ADAPTER.cancel_payout(call(), payout).state


def test_that_a_transfer_can_no_longer_be_cancelled_is_an_answer_though_its_end_is_not_known(
    simulator: AdyenSimulator, call: Calls
) -> None:
    payout = samples.payout()
    payout.provider_reference = ADAPTER.create_payout(call(), payout, samples.beneficiary()).provider_reference
    payout.state = PAYOUT_STATE_SENT
    simulator.move(payout.payout_id, "failed")  # nothing moved, so that nothing can be read

    seen = ADAPTER.cancel_payout(call(), payout)

    assert (PAYOUT_STATE_SENT, "cancellation refused") == (seen.state, seen.provider_state)


def test_a_payout_that_the_vendor_does_not_have_is_not_cancelled(call: Calls) -> None:
    with pytest.raises(Rejected):
        ADAPTER.cancel_payout(call(), samples.payout())


def test_payouts_use_the_balance_platform_s_key_where_there_is_one(wire: Recording, call: Calls) -> None:
    made = call("key-1", transfers_api_key="AQE2platform")
    ADAPTER.create_payout(made, samples.payout(), samples.beneficiary())
    ADAPTER.authorise(replace_key(made, "key-2"), samples.payment())

    assert ["AQE2platform", samples.CREDENTIALS["api_key"]] == [
        request.headers["x-api-key"] for request, _ in wire.exchanges
    ]
