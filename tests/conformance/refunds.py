"""The promises of the refunds port, beside those of every step. Every adapter that implements it keeps them.

Rule: a promise is written once, here; what is particular to a provider comes from its fixtures.
"""

import pytest

from adapters.kit.errors import Misconfigured, Rejected
from corridor.payments.v1.payment_observation_pb2 import PaymentStep, PaymentStepState
from corridor.payments.v1.payment_pb2 import Payment
from corridor.payments.v1.refund_pb2 import Refund
from corridor.type.v1.money_pb2 import Money
from tests.conformance.bench import Bench
from tests.conformance.payment_bench import (
    REFUND,
    authorise,
    authorised,
    booked,
    capture,
    captured,
    done,
    fixtures_of,
    give_back,
    needs,
    payment,
    refund,
)
from tests.conformance.steps import StepsConformance
from tests.conformance.trials import Trial, trial

State = PaymentStepState


class RefundStepsConformance(StepsConformance):
    """What a refund promises as every step does."""

    @pytest.fixture(name="trial")
    def _trial(self, bench: Bench) -> Trial:
        return trial(bench, REFUND)


class RefundsConformance:
    """Subclass it where a fixture `bench` is given."""

    def test_a_refund_in_parts_gives_back_each_part(self, bench: Bench) -> None:
        needs(bench, "refunds", "in_parts")
        taken = captured(bench)

        for part in (2_340, 10_000):
            assert part == _refunded(bench, taken, refund(taken, part))

    def test_a_payment_that_was_captured_at_once_is_given_back(self, bench: Bench) -> None:
        taken = authorised(bench, automatic=True)

        assert 12_340 == _refunded(bench, taken, refund(taken, 12_340))

    def test_more_than_was_captured_is_not_given_back(self, bench: Bench) -> None:
        taken = captured(bench)
        wanted = refund(taken, 12_341)

        assert _refused(bench, taken, wanted)
        assert 0 == booked(bench, "refund", wanted.refund_id, taken.payment_id)

    def test_another_refund_under_a_used_key_is_loud_and_gives_nothing_back(self, bench: Bench) -> None:
        taken, other = captured(bench), captured(bench, 777)
        first, second = refund(taken, 12_340), refund(other, 777)
        give_back(bench, taken, first)

        with pytest.raises(Misconfigured):
            bench.adapter.create_refund(bench.call(f"key-{first.refund_id}", operation="create_refund"), other, second)

        assert 0 == booked(bench, "refund", second.refund_id, other.payment_id)

    def test_amounts_and_currencies_come_back_equal(self, bench: Bench) -> None:
        for currency, amount_minor in fixtures_of(bench).amounts:
            taken = payment(bench, amount_minor, currency)
            done(bench, taken, PaymentStep.PAYMENT_STEP_AUTHORISATION, "", authorise(bench, taken))
            capture(bench, taken, amount_minor, final=True)

            wanted = refund(taken, amount_minor)
            step = PaymentStep.PAYMENT_STEP_REFUND
            seen = done(bench, taken, step, wanted.refund_id, give_back(bench, taken, wanted))

            assert Money(currency_code=currency, amount_minor=amount_minor) == seen.amount
            assert amount_minor == booked(bench, "refund", wanted.refund_id, taken.payment_id)


def _refunded(bench: Bench, taken: Payment, wanted: Refund) -> int:
    before = booked(bench, "refund", wanted.refund_id, taken.payment_id)
    seen = done(bench, taken, PaymentStep.PAYMENT_STEP_REFUND, wanted.refund_id, give_back(bench, taken, wanted))
    assert State.PAYMENT_STEP_STATE_SUCCEEDED == seen.state
    return booked(bench, "refund", wanted.refund_id, taken.payment_id) - before


def _refused(bench: Bench, taken: Payment, wanted: Refund) -> bool:
    """Whether the provider said no, at once or later."""
    try:
        seen = give_back(bench, taken, wanted)
    except Rejected:
        return True
    ended = done(bench, taken, PaymentStep.PAYMENT_STEP_REFUND, wanted.refund_id, seen)
    return ended.state in (State.PAYMENT_STEP_STATE_FAILED, State.PAYMENT_STEP_STATE_DECLINED)
