"""The promises of the payments port, beside those of every step. Every adapter that implements it keeps them.

Rule: a promise is written once, here; what a provider does not claim in its manifest is skipped, what it claims is not.
"""

import pytest

from adapters.kit.declines import RETRY
from adapters.kit.errors import Forged, Misconfigured, Rejected, Unavailable, Unmapped
from corridor.payments.v1.decline_pb2 import RetryAdvice
from corridor.payments.v1.payment_action_pb2 import PaymentAction
from corridor.payments.v1.payment_observation_pb2 import PaymentObservation, PaymentStep, PaymentStepState
from corridor.payments.v1.payment_pb2 import Payment
from corridor.type.v1.money_pb2 import Money
from tests.conformance import payment_bench as at
from tests.conformance.bench import Bench
from tests.conformance.payment_bench import AUTHORISE, CAPTURE, INCREMENT, REVERSE, VOID, fixtures_of
from tests.conformance.steps import StepsConformance
from tests.conformance.trials import Trial, trial

Step, State = PaymentStep, PaymentStepState
SUCCEEDED = State.PAYMENT_STEP_STATE_SUCCEEDED


class PaymentStepsConformance(StepsConformance):
    """What every step of a payment promises."""

    @pytest.fixture(name="trial", params=[AUTHORISE, CAPTURE, INCREMENT, VOID, REVERSE])
    def _trial(self, bench: Bench, request: pytest.FixtureRequest) -> Trial:
        return trial(bench, request.param)


class PaymentsConformance:
    """Subclass it where a fixture `bench` is given."""

    def test_a_payment_is_authorised_and_captured_at_once(self, bench: Bench) -> None:
        wanted = at.payment(bench, automatic=True)

        seen = _authorised(bench, wanted)

        assert (SUCCEEDED, True) == (seen.state, seen.captured)
        bench.wait_until(lambda: wanted.amount.amount_minor == at.booked(bench, "capture", wanted.payment_id))

    def test_a_payment_is_authorised_and_not_captured_before_we_ask(self, bench: Bench) -> None:
        wanted = at.payment(bench)

        seen = _authorised(bench, wanted)

        assert (SUCCEEDED, False) == (seen.state, seen.captured)
        assert 0 == at.booked(bench, "capture", wanted.payment_id)

    def test_a_payment_is_found_by_the_provider_s_reference_and_by_our_id(self, bench: Bench) -> None:
        if not fixtures_of(bench).look_up:
            pytest.skip(f"{bench.provider.name} cannot be asked")
        wanted = at.authorised(bench)
        nameless = Payment()
        nameless.CopyFrom(wanted)
        nameless.provider_reference = ""

        for each in (wanted, nameless):
            found = bench.adapter.look_up_payment(bench.call("", operation="look_up_payment"), each)
            assert (SUCCEEDED, wanted.provider_reference) == (found.state, found.provider_reference)

    def test_a_provider_that_cannot_be_asked_says_so(self, bench: Bench) -> None:
        if fixtures_of(bench).look_up:
            pytest.skip(f"{bench.provider.name} can be asked")

        with pytest.raises(Unavailable):
            bench.adapter.look_up_payment(bench.call("", operation="look_up_payment"), at.authorised(bench))

    def test_a_decline_is_an_answer(self, bench: Bench) -> None:
        code = next(iter(fixtures_of(bench).declines), "")
        wanted = _declined(bench, code)

        seen = _authorised(bench, wanted)

        assert State.PAYMENT_STEP_STATE_DECLINED == seen.state
        assert seen.decline.reason
        assert code in (seen.decline.provider_code, seen.decline.response_code)
        assert 0 == at.booked(bench, "capture", wanted.payment_id)

    def test_every_code_of_a_decline_has_its_reason_and_what_may_be_tried_next(self, bench: Bench) -> None:
        for code, reason in fixtures_of(bench).declines.items():
            seen = _authorised(bench, _declined(bench, code))

            assert State.PAYMENT_STEP_STATE_DECLINED == seen.state, code
            assert reason == seen.decline.reason, code
            if RETRY[reason] != RetryAdvice.RETRY_ADVICE_UNSPECIFIED:
                assert seen.decline.retry_advice, code

    def test_a_partial_approval_tells_what_was_approved(self, bench: Bench) -> None:
        at.needs(bench, "payments", "partial_approvals")
        provoke = fixtures_of(bench).partial
        assert provoke is not None
        wanted = at.payment(bench)
        wanted.partial_approval_allowed = True
        provoke(wanted)

        seen = _authorised(bench, wanted)

        assert SUCCEEDED == seen.state
        assert 0 < seen.amount.amount_minor < wanted.amount.amount_minor
        assert seen.amount.amount_minor == at.booked(bench, "payment", wanted.payment_id)

    @pytest.mark.parametrize("passes", [True, False], ids=["passed", "failed"])
    def test_a_step_up_asks_the_customer_and_goes_on_with_what_their_browser_brings(
        self, bench: Bench, passes: bool
    ) -> None:
        wanted = _stepping_up(bench)
        customer = fixtures_of(bench).customer
        assert customer is not None
        asked = at.authorise(bench, wanted)
        assert State.PAYMENT_STEP_STATE_REQUIRES_ACTION == asked.state
        assert asked.next_action.WhichOneof("kind")

        brought = customer(bench.simulator, asked, passes)
        call = bench.call(f"key-{wanted.payment_id}-on", operation="continue_payment")
        seen = at.done(bench, wanted, Step.PAYMENT_STEP_AUTHORISATION, "",
                       bench.adapter.continue_payment(call, wanted, brought))  # fmt: skip

        assert (SUCCEEDED if passes else State.PAYMENT_STEP_STATE_DECLINED) == seen.state
        assert asked.provider_reference or seen.provider_reference

    def test_a_step_up_moves_nothing_before_the_customer_has_acted(self, bench: Bench) -> None:
        wanted = _stepping_up(bench)
        at.authorise(bench, wanted)

        assert 0 == at.booked(bench, "capture", wanted.payment_id)

    def test_a_payment_is_captured_in_parts(self, bench: Bench) -> None:
        at.needs(bench, "payments", "captures_in_parts")
        wanted = at.authorised(bench)

        parts = [at.capture(bench, wanted, part, final=part == 5_340) for part in (3_000, 4_000, 5_340)]

        ids = [each.payment_action_id for each in parts]
        assert 12_340 == at.booked(bench, "capture", *ids, wanted.payment_id)
        assert 3 == len({each.provider_reference for each in parts})

    def test_a_final_capture_of_a_part_leaves_nothing_to_capture(self, bench: Bench) -> None:
        wanted = at.authorised(bench)
        at.capture(bench, wanted, 3_000, final=True)
        more = at.action(wanted, CAPTURE, 4_000)

        assert _refused(bench, wanted, more)
        assert 0 == at.booked(bench, "capture", more.payment_action_id)

    def test_more_than_is_authorised_is_not_captured(self, bench: Bench) -> None:
        wanted = at.authorised(bench)
        more = at.action(wanted, CAPTURE, 12_341)

        assert _refused(bench, wanted, more)
        assert 0 == at.booked(bench, "capture", more.payment_action_id, wanted.payment_id)

    def test_what_is_voided_cannot_be_captured(self, bench: Bench) -> None:
        wanted = at.authorised(bench)
        _succeed(bench, wanted, VOID)
        late = at.action(wanted, CAPTURE, 12_340)

        assert _refused(bench, wanted, late)
        assert 0 == at.booked(bench, "capture", late.payment_action_id, wanted.payment_id)

    def test_what_was_added_can_be_captured(self, bench: Bench) -> None:
        at.needs(bench, "payments", "increments")
        wanted = at.authorised(bench)
        seen = _succeed(bench, wanted, INCREMENT, 2_000)
        assert 2_000 == seen.amount.amount_minor
        wanted.authorised_minor += 2_000
        wanted.capturable_minor += 2_000

        taken = at.capture(bench, wanted, 14_340, final=True)

        assert 14_340 == at.booked(bench, "capture", taken.payment_action_id, wanted.payment_id)

    def test_a_captured_payment_is_reversed_as_a_whole(self, bench: Bench) -> None:
        at.needs(bench, "payments", "reversals")
        wanted = at.captured(bench)

        seen = _succeed(bench, wanted, REVERSE)

        assert 12_340 == seen.amount.amount_minor
        assert 12_340 == at.booked(bench, "refund", *_ids(seen), wanted.payment_id)

    def test_another_payment_under_a_used_key_is_loud_and_moves_nothing(self, bench: Bench) -> None:
        first, second = at.payment(bench), at.payment(bench, 777)
        at.authorise(bench, first, key="one-key")

        with pytest.raises(Misconfigured):
            at.authorise(bench, second, key="one-key")

        assert 0 == at.booked(bench, "payment", second.payment_id)

    def test_amounts_and_currencies_come_back_equal(self, bench: Bench) -> None:
        for currency, amount_minor in fixtures_of(bench).amounts:
            wanted = at.payment(bench, amount_minor, currency)
            expected = Money(currency_code=currency, amount_minor=amount_minor)

            assert expected == _authorised(bench, wanted).amount
            assert amount_minor == at.booked(bench, "payment", wanted.payment_id)
            assert at.capture(bench, wanted, amount_minor, final=True).amount == expected

    def test_webhooks_tell_a_payment_s_story(self, bench: Bench) -> None:
        _story(bench)

        told = {(seen.step, seen.state) for seen in at.observations(bench) if isinstance(seen, PaymentObservation)}

        assert (Step.PAYMENT_STEP_AUTHORISATION, SUCCEEDED) in told
        assert (Step.PAYMENT_STEP_CAPTURE, SUCCEEDED) in told

    def test_doubled_and_reversed_webhooks_end_in_the_same_states(self, bench: Bench) -> None:
        _story(bench)
        forwards = at.observations(bench)

        assert at.folded(forwards) == at.folded([*reversed(forwards), *forwards])
        assert {"PAYMENT_STATE_AUTHORISED", "PAYMENT_ACTION_STATE_SUCCEEDED"} <= set(at.folded(forwards).values())

    def test_webhooks_of_payments_are_signed(self, bench: Bench) -> None:
        _story(bench)

        for inbound in list(bench.receiver.inbound):
            for secrets in ([bench.fixtures.other_secret], []):
                with pytest.raises(Forged):
                    bench.adapter.verify_webhook(inbound, secrets, at.now())

    def test_a_word_that_is_not_known_is_loud(self, bench: Bench) -> None:
        fixtures, wanted = fixtures_of(bench), at.authorised(bench)
        assert fixtures.move_to, "the fixtures name no word that the provider never uses"
        with bench.simulator.store.lock:
            assert bench.simulator.move(wanted.payment_id, fixtures.move_to)

        bench.wait_until(lambda: _is_loud(bench), 10.0)
        if fixtures.look_up:
            with pytest.raises(Unmapped):
                bench.adapter.look_up_payment(bench.call("", operation="look_up_payment"), wanted)


def _authorised(bench: Bench, wanted: Payment) -> PaymentObservation:
    seen = at.done(bench, wanted, Step.PAYMENT_STEP_AUTHORISATION, "", at.authorise(bench, wanted))
    at.write_down(wanted, seen)
    return seen


def _declined(bench: Bench, code: str) -> Payment:
    provoke = fixtures_of(bench).decline
    if provoke is None or not code:
        pytest.skip(f"{bench.provider.name} has no way to provoke a decline")
    wanted = at.payment(bench)
    provoke(wanted, code)
    return wanted


def _stepping_up(bench: Bench) -> Payment:
    at.needs(bench, "payments", "step_up")
    provoke = fixtures_of(bench).step_up
    assert provoke is not None
    wanted = at.payment(bench)
    provoke(wanted)
    return wanted


def _succeed(bench: Bench, on: Payment, name: str, amount_minor: int = 0) -> PaymentObservation:
    wanted = at.action(on, name, amount_minor)
    seen = at.done(bench, on, at.STEPS[name], wanted.payment_action_id, at.act(bench, on, wanted, name))
    assert SUCCEEDED == seen.state
    seen.step_id = wanted.payment_action_id
    return seen


def _ids(seen: PaymentObservation) -> list[str]:
    return [seen.step_id] if seen.step_id else []


def _refused(bench: Bench, on: Payment, wanted: PaymentAction) -> bool:
    """Whether the provider said no to a capture, at once or later."""
    try:
        seen = at.act(bench, on, wanted, CAPTURE)
    except Rejected:
        return True
    ended = at.done(bench, on, Step.PAYMENT_STEP_CAPTURE, wanted.payment_action_id, seen)
    return ended.state in (State.PAYMENT_STEP_STATE_FAILED, State.PAYMENT_STEP_STATE_DECLINED)


def _story(bench: Bench) -> None:
    """A payment that is authorised and captured, told by webhooks."""
    wanted = at.captured(bench)
    bench.wait_until(lambda: _told(bench, wanted, Step.PAYMENT_STEP_AUTHORISATION), 10.0)
    bench.wait_until(lambda: _told(bench, wanted, Step.PAYMENT_STEP_CAPTURE), 10.0)


def _told(bench: Bench, of: Payment, step: "PaymentStep.ValueType") -> bool:
    return any(seen.state == SUCCEEDED for seen in at.about(bench, of, step))


def _is_loud(bench: Bench) -> bool:
    for inbound in list(bench.receiver.inbound):
        try:
            bench.adapter.read_webhook(inbound)
        except Unmapped:
            return True
    return False
