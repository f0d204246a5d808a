"""What may be done already is asked before it is done again, and what cannot be asked to the end proves nothing."""

import json
from dataclasses import replace
from typing import Any

import httpx
import pytest

from adapters.kit.errors import Misconfigured, Unavailable, Unknown
from adapters.kit.simulator import Answer, Request
from adapters.kit.simulator_http import Fault
from adapters.stripe import wire as speech
from adapters.stripe.adapter import ADAPTER
from adapters.stripe.simulator import StripeSimulator
from corridor.payments.v1.dispute_pb2 import DISPUTE_STATE_UNDER_REVIEW
from corridor.payments.v1.payment_action_pb2 import (
    PAYMENT_ACTION_KIND_CAPTURE,
    PAYMENT_ACTION_KIND_REVERSAL,
    PAYMENT_ACTION_KIND_VOID,
)
from corridor.payments.v1.payment_observation_pb2 import (
    PAYMENT_STEP_STATE_FAILED,
)
from tests.adapters.judging.recorder import Recording
from tests.adapters.stripe import samples
from tests.adapters.stripe.acts import Calls, authorised, disputed, everything

DAY_SECONDS = 25 * 3600


def test_a_capture_after_the_key_was_forgotten_is_still_one_capture(simulator: StripeSimulator, call: Calls) -> None:
    made = authorised(call)
    take = samples.action(made, PAYMENT_ACTION_KIND_CAPTURE, 10_000)
    first = ADAPTER.capture(call("key-2"), made, take)
    simulator.clock_offset_seconds += DAY_SECONDS

    again = ADAPTER.capture(call("key-2"), made, take)

    assert first == again
    assert [10_000] == [entry.amount_minor for entry in simulator.books() if entry.kind == "capture"]


def test_a_void_that_comes_too_late_has_failed_and_the_money_stays(simulator: StripeSimulator, call: Calls) -> None:
    made = authorised(call, automatic=True)
    end = samples.action(made, PAYMENT_ACTION_KIND_VOID)

    seen = ADAPTER.void(call("key-2"), made, end)

    assert (PAYMENT_STEP_STATE_FAILED, end.payment_action_id) == (seen.state, seen.step_id)
    assert 1 == sum(entry.kind == "capture" for entry in simulator.books())


def test_a_payment_that_expired_is_over_for_a_void_as_well(simulator: StripeSimulator, call: Calls) -> None:
    made = authorised(call)
    simulator.move(made.payment_id, "expired")
    end = samples.action(made, PAYMENT_ACTION_KIND_VOID)

    assert end.payment_action_id == ADAPTER.void(call("key-2"), made, end).step_id


def test_a_reversal_whose_refund_got_lost_gives_back_once(simulator: StripeSimulator, call: Calls) -> None:
    made = authorised(call, automatic=True)
    undo = samples.action(made, PAYMENT_ACTION_KIND_REVERSAL)
    simulator.fault(Fault("lost_answer"), "create_refund")
    with pytest.raises(Unknown):
        ADAPTER.reverse(call("key-2"), made, undo)

    found = ADAPTER.look_up_payment(call(), made, undo)
    again = ADAPTER.reverse(call("key-2"), made, undo)

    assert found == again
    assert [12_345] == [entry.amount_minor for entry in simulator.books() if entry.kind == "refund"]


def test_a_payment_is_found_behind_a_page_of_others(
    simulator: StripeSimulator, wire: Recording, call: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speech, "PAGE_SIZE", 2)
    wanted = authorised(call)
    for _ in range(4):
        authorised(call)
    reference, wanted.provider_reference = wanted.provider_reference, ""

    found = ADAPTER.look_up_payment(call(), wanted)

    assert found is not None
    assert reference == found.provider_reference


def test_a_list_that_is_not_read_to_its_end_proves_nothing(
    simulator: StripeSimulator, call: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speech, "PAGE_SIZE", 1)
    monkeypatch.setattr(speech, "MAX_PAGES", 2)
    for _ in range(3):
        authorised(call)

    with pytest.raises(Unavailable):
        ADAPTER.look_up_payment(call(), samples.payment())


def test_the_search_of_the_vendor_is_never_asked(simulator: StripeSimulator, wire: Recording, call: Calls) -> None:
    everything(simulator, call)
    ADAPTER.look_up_payment(call(), samples.payment())

    assert not [request.path for request, _ in wire.exchanges if "search" in request.path]


def test_a_refund_filter_that_was_not_heeded_is_not_an_answer(call: Calls) -> None:
    class Careless(StripeSimulator):
        def list_refunds(self, request: Request) -> Answer:
            return super().list_refunds(replace(request, query=()))

    with Careless() as careless:
        first, second = (authorised(lambda key="k": call(key, base_url=careless.url), automatic=True) for _ in range(2))
        back = samples.refund(first, 100)
        ADAPTER.create_refund(call(back.refund_id, base_url=careless.url), first, back)

        with pytest.raises(Misconfigured):
            ADAPTER.look_up_refund(call(base_url=careless.url), second, samples.refund(second, 100))


@pytest.mark.parametrize("thing", ["payment", "payout"])
def test_two_objects_for_one_id_are_nothing_to_choose_from(thing: str, wire: Recording, call: Calls) -> None:
    headers = {
        "authorization": f"Bearer {samples.CREDENTIALS['secret_key']}",
        "stripe-version": speech.API_VERSION,
    }
    payment, payout = samples.payment(), samples.payout()
    ADAPTER.create_payout(call(payout.payout_id), payout, samples.beneficiary())
    to = json.loads(wire.exchanges[1][1].data or b"")["data"][0]["id"]
    with httpx.Client(base_url=wire.url, headers=headers) as person:
        for _ in range(2):
            ours = {"metadata[corridor_payment_id]": payment.payment_id}
            person.post("/v1/payment_intents", data={"amount": 100, "currency": "usd", **ours})
        ours = {"metadata[corridor_payout_id]": payout.payout_id}
        person.post("/v1/payouts", data={"amount": 100, "currency": "usd", "destination": to, **ours})

    find: Any = ADAPTER.look_up_payment if thing == "payment" else ADAPTER.look_up_payout
    with pytest.raises(Unknown):
        find(call(), payment if thing == "payment" else payout)


def test_a_second_submission_of_evidence_is_not_sent(simulator: StripeSimulator, wire: Recording, call: Calls) -> None:
    wanted = samples.dispute(disputed(simulator, call))
    ADAPTER.submit_evidence(call("s"), wanted, [])
    simulator.clock_offset_seconds += DAY_SECONDS
    before = len(wire.exchanges)

    seen = ADAPTER.submit_evidence(call("s"), wanted, [samples.document()])

    assert DISPUTE_STATE_UNDER_REVIEW == seen.state
    assert ["get"] == [request.method for request, _ in wire.exchanges[before:]]
