"""What the adapter does where one step is several requests, where keys count, and where the vendor cannot be asked."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.adyen.adapter import ADAPTER
from adapters.adyen.simulator import AdyenSimulator
from adapters.kit.call import Call
from adapters.kit.errors import Misconfigured, ProviderError, Rejected, Unavailable, Unknown
from adapters.kit.simulator_http import Fault
from corridor.payments.v1.payment_observation_pb2 import PaymentObservation, PaymentStep, PaymentStepState
from tests.adapters.adyen import samples
from tests.adapters.judging.recorder import Recording

Calls = Callable[..., Call]
Step, State = PaymentStep, PaymentStepState


def told(simulator: AdyenSimulator, step: "PaymentStep.ValueType") -> PaymentObservation:
    """What a webhook says of a step, once one does."""
    ends = time.monotonic() + 10
    while time.monotonic() < ends:
        for event in list(simulator.outbox.events):
            inbound = samples.Inbound({}, simulator.seal(event.body, samples.HMAC_KEY))
            for seen in ADAPTER.read_webhook(inbound).observations:
                if isinstance(seen, PaymentObservation) and seen.step == step:
                    return seen
        time.sleep(0.01)
    raise AssertionError("no webhook tells of the step")


def sent(wire: Recording, what: str) -> list[str]:
    """The idempotency keys of the requests to paths with this end."""
    return [request.headers["idempotency-key"] for request, _ in wire.exchanges if request.path.endswith(what)]


def booked(simulator: AdyenSimulator, kind: str) -> int:
    with simulator.store.lock:
        return sum(entry.amount_minor for entry in simulator.books() if entry.kind == kind)


def paid(call: Calls) -> samples.Payment:
    return samples.authorised(ADAPTER.authorise(call("key-1"), samples.payment()).provider_reference)


def test_every_request_that_may_act_carries_our_key_or_one_that_follows_from_it(
    simulator: AdyenSimulator, wire: Recording, call: Calls
) -> None:
    payment = paid(call)
    ADAPTER.capture(call("key-2"), payment, samples.action(4_000, final=True))
    told(simulator, Step.PAYMENT_STEP_CAPTURE)
    dispute = samples.dispute(simulator.open_dispute(samples.PAYMENT_ID), other_text="delivered")
    ADAPTER.submit_evidence(call("key-3"), dispute, [samples.paper()])
    ADAPTER.create_payout(call("key-4"), samples.payout(), samples.beneficiary())

    questions = ("retrieveApplicableDefenseReasons", "transactions")
    acting = [request for request, _ in wire.exchanges if not request.path.endswith(questions)]
    keys = [request.headers["idempotency-key"] for request in acting]
    assert ["key-1"] == sent(wire, "/v71/payments")
    assert ["key-2"] == sent(wire, "/captures")
    assert ["key-3"] == sent(wire, "/defendDispute")
    assert ["key-4"] == sent(wire, "/v3/transfers")
    assert len(keys) == len(set(keys)) == 6
    assert all(len(key) <= 64 for key in keys)


@pytest.mark.parametrize("key", ["", "k" * 65])
def test_a_key_that_the_vendor_does_not_take_is_never_sent(key: str, wire: Recording, call: Calls) -> None:
    for take in (
        lambda: ADAPTER.authorise(call(key), samples.payment()),
        lambda: ADAPTER.create_payout(call(key), samples.payout(), samples.beneficiary()),
        lambda: ADAPTER.accept_dispute(call(key), samples.dispute("D")),
    ):
        with pytest.raises(Misconfigured):
            take()

    assert [] == wire.exchanges


def test_going_on_under_the_payment_s_own_key_is_not_answered_with_the_payment_s_answer(
    simulator: AdyenSimulator, wire: Recording, call: Calls
) -> None:
    asked = ADAPTER.authorise(call("key-1"), samples.payment("REDIRECT_SHOPPER"))
    brought = samples.back_from(asked, simulator)

    states = {ADAPTER.continue_payment(call("key-1"), samples.payment(), brought).state for _ in range(2)}

    assert {State.PAYMENT_STEP_STATE_SUCCEEDED} == states
    assert 1 == len(set(sent(wire, "/details")))


def test_a_browser_that_brings_nothing_of_the_vendor_s_is_refused(wire: Recording, call: Calls) -> None:
    with pytest.raises(Rejected):
        ADAPTER.continue_payment(call(), samples.payment(), {"utm_source": "mail"})

    assert [] == wire.exchanges


def test_a_last_capture_of_a_part_gives_up_the_rest_once(
    simulator: AdyenSimulator, wire: Recording, call: Calls
) -> None:
    payment = paid(call)
    for _ in range(2):
        ADAPTER.capture(call("key-2"), payment, samples.action(4_000, final=True))
    told(simulator, Step.PAYMENT_STEP_CAPTURE)

    assert 4_000 == booked(simulator, "capture")
    assert 1 == len(set(sent(wire, "/cancels")))


def test_a_last_capture_whose_second_answer_is_lost_is_unknown_and_ends_right(
    simulator: AdyenSimulator, call: Calls
) -> None:
    payment = paid(call)
    simulator.fault(Fault("lost_answer"), "cancel")
    with pytest.raises(ProviderError) as lost:
        ADAPTER.capture(call("key-2"), payment, samples.action(4_000, final=True))

    seen = ADAPTER.capture(call("key-2"), payment, samples.action(4_000, final=True))

    assert isinstance(lost.value, Unknown)
    assert State.PAYMENT_STEP_STATE_SENT == seen.state
    told(simulator, Step.PAYMENT_STEP_CAPTURE)
    assert 4_000 == booked(simulator, "capture")


def test_a_capture_of_all_gives_up_nothing(wire: Recording, call: Calls) -> None:
    ADAPTER.capture(call("key-2"), paid(call), samples.action(10_000, final=True))

    assert [] == sent(wire, "/cancels")


def test_what_was_captured_in_part_is_not_reversed_as_a_whole(wire: Recording, call: Calls) -> None:
    payment = paid(call)
    payment.captured_minor = 4_000

    with pytest.raises(Rejected):
        ADAPTER.reverse(call("key-2"), payment, samples.action())


def test_voiding_what_is_left_says_in_its_reference_that_it_is_not_the_whole(
    simulator: AdyenSimulator, call: Calls
) -> None:
    payment = paid(call)
    ADAPTER.capture(call("key-2"), payment, samples.action(4_000))
    payment.captured_minor = 4_000
    ADAPTER.void(call("key-3"), payment, samples.action(number=2))

    end = told(simulator, Step.PAYMENT_STEP_VOID)

    assert ("act_" + "2" * 26, State.PAYMENT_STEP_STATE_SUCCEEDED) == (end.step_id, end.state)
    assert not end.HasField("amount")


def test_a_payment_whose_answer_was_lost_is_voided_by_our_own_reference(
    simulator: AdyenSimulator, wire: Recording, call: Calls
) -> None:
    simulator.fault(Fault("lost_answer"), "create_payment")
    with pytest.raises(Unknown):
        ADAPTER.authorise(call("key-1"), samples.payment())

    seen = ADAPTER.void(call("key-2"), samples.payment(), samples.action())

    assert (State.PAYMENT_STEP_STATE_SENT, "") == (seen.state, seen.provider_reference)
    end = told(simulator, Step.PAYMENT_STEP_VOID)
    assert (samples.ACTION_ID, State.PAYMENT_STEP_STATE_SUCCEEDED) == (end.step_id, end.state)


@pytest.mark.parametrize("step", ["capture", "increment", "reverse"])
def test_nothing_else_is_asked_of_a_payment_whose_reference_is_not_known(
    step: str, wire: Recording, call: Calls
) -> None:
    with pytest.raises(Unavailable):
        getattr(ADAPTER, step)(call(), samples.payment(), samples.action(500))

    assert [] == wire.exchanges


def replace_key(made: Call, key: str) -> Call:
    made.idempotency_key = key
    return made


def test_each_interface_is_reached_at_its_own_host(simulator: AdyenSimulator, call: Calls) -> None:
    made = call()
    made.base_url = "http://127.0.0.1:9/checkout"
    made.hosts = {"transfers": simulator.url, "disputes": simulator.url}

    ADAPTER.create_payout(made, samples.payout(), samples.beneficiary())
    with pytest.raises(Rejected):
        ADAPTER.accept_dispute(replace_key(made, "key-2"), samples.dispute("D"))
    with pytest.raises(Unavailable):
        ADAPTER.authorise(replace_key(made, "key-3"), samples.payment())


def test_no_capture_shows_who_pays_or_is_paid_or_what_defends(
    simulator: AdyenSimulator, wire: Recording, call: Calls
) -> None:
    made = call()
    payment = samples.authorised(ADAPTER.authorise(made, samples.payment()).provider_reference)
    ADAPTER.capture(replace_key(made, "key-2"), payment, samples.action(10_000))
    ADAPTER.create_payout(replace_key(made, "key-3"), samples.payout(), samples.beneficiary())
    ADAPTER.look_up_payout(made, samples.payout())
    dispute = samples.dispute(simulator.open_dispute(samples.PAYMENT_ID), other_text="left with a neighbour")
    ADAPTER.submit_evidence(replace_key(made, "key-4"), dispute, [samples.paper()])
    shown = f"{made!r} {made.exchanges!r}"

    assert samples.PAYMENT_ID in shown
    for canary in ("Ada", "Sample", "DE89370400440532013000", "Example Street", "Invoice 2", "SAMPLE SHOP",
                   "shop.example", samples.TOKEN, samples.CREDENTIALS["api_key"], "neighbour", "JVBERi0"):  # fmt: skip
        assert canary not in shown


def test_a_restarted_simulator_goes_on_with_what_it_has_put_off(tmp_path: Path, call: Calls) -> None:
    kept, made = tmp_path / "state", call()
    with AdyenSimulator(step_seconds=3600, state=kept) as before:
        made.base_url = before.url
        payment = samples.authorised(ADAPTER.authorise(made, samples.payment()).provider_reference)
        ADAPTER.capture(replace_key(made, "key-2"), payment, samples.action(4_000))
        ADAPTER.create_payout(replace_key(made, "key-3"), samples.payout(), samples.beneficiary())

    with AdyenSimulator(step_seconds=0.01, state=kept) as after:
        assert samples.ACTION_ID == told(after, Step.PAYMENT_STEP_CAPTURE).step_id
        assert 4_000 == booked(after, "capture")
        assert 12_345 == booked(after, "payout")
