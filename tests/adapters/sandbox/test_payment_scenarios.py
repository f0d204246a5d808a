"""Every scenario of the sandbox's payments: by token, amount, name in a field and word in the reference, over HTTP."""

from collections.abc import Iterator

import pytest

from adapters.kit.discovery import providers
from adapters.kit.errors import Forged, Rejected, Unavailable, Unknown, Unmapped
from adapters.sandbox import payment_scenarios
from adapters.sandbox.payment_scenarios import DECLINED, payment_amount
from adapters.sandbox.scenarios import ACTION, REFUND, Scenario
from corridor.payments.v1.decline_pb2 import Declined
from corridor.payments.v1.payment_observation_pb2 import PaymentObservation, PaymentStep, PaymentStepState
from corridor.payments.v1.payment_pb2 import Payment
from tests.adapters.sandbox.fixtures import FIXTURES
from tests.conformance import payment_bench as at
from tests.conformance.bench import Bench
from tests.conformance.bench import bench as running

Step, State = PaymentStep, PaymentStepState
SUCCEEDED, FAILED = State.PAYMENT_STEP_STATE_SUCCEEDED, State.PAYMENT_STEP_STATE_FAILED
DECLINED_STATE = State.PAYMENT_STEP_STATE_DECLINED


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    with running(providers()["sandbox"], FIXTURES) as made:
        made.simulator.step_seconds = 0.005
        yield made


def by_token(bench: Bench, name: str, *, automatic: bool = False) -> Payment:
    wanted = at.payment(bench, automatic=automatic)
    wanted.payment_method.token = f"tok_{name}"
    return wanted


def told(bench: Bench, of: Payment, step: "PaymentStep.ValueType", step_id: str = "") -> list[int]:
    return [seen.state for seen in at.about(bench, of, step, step_id)]


@pytest.mark.parametrize("chosen", DECLINED, ids=lambda each: each.name)
def test_a_decline_is_chosen_by_token_amount_name_and_word(bench: Bench, chosen: Scenario) -> None:
    by_amount = at.payment(bench, payment_amount(chosen.name, base=300_000))
    by_name, by_word = at.payment(bench), at.payment(bench)
    by_name.sandbox_scenario = chosen.name
    by_word.reference = f"Order 7 sandbox:{chosen.name}"

    for wanted in (by_token(bench, chosen.name), by_amount, by_name, by_word):
        seen = at.authorise(bench, wanted)
        assert DECLINED_STATE == seen.state
        assert Declined.Value(f"DECLINED_{chosen.code.upper()}") == seen.decline.reason
        assert (chosen.code, payment_scenarios.RESPONSES[chosen.code]) == (
            seen.decline.provider_code,
            seen.decline.response_code,
        )


def test_a_name_goes_before_a_word_that_before_the_amount_and_that_before_the_token(bench: Bench) -> None:
    wanted = by_token(bench, "declined_pin")
    wanted.amount.amount_minor = payment_amount("declined_legal")
    assert Declined.DECLINED_LEGAL == at.authorise(bench, wanted).decline.reason

    wanted = by_token(bench, "declined_pin")
    wanted.amount.amount_minor = payment_amount("declined_legal")
    wanted.reference = "sandbox:declined_funds"
    assert Declined.DECLINED_FUNDS == at.authorise(bench, wanted).decline.reason

    wanted = by_token(bench, "declined_pin")
    wanted.reference, wanted.sandbox_scenario = "sandbox:declined_funds", "normal"
    assert SUCCEEDED == at.authorise(bench, wanted).state


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"sandbox_scenario": "nonsense"}, "sandbox_scenario"),
        ({"sandbox_scenario": "settles_in_1_day"}, "sandbox_scenario"),
        ({"reference": "sandbox:nonsense"}, "reference"),
    ],
)
def test_what_names_no_scenario_of_payments_is_refused(bench: Bench, change: dict[str, str], field: str) -> None:
    wanted = at.payment(bench)
    for name, value in change.items():
        setattr(wanted, name, value)

    with pytest.raises(Rejected) as rejected:
        at.authorise(bench, wanted)

    assert [field] == [problem.field for problem in rejected.value.problems]


@pytest.mark.parametrize("token", ["tok_nonsense", "pm_visa", "tok_"])
def test_a_token_that_is_none_is_refused(bench: Bench, token: str) -> None:
    wanted = at.payment(bench)
    wanted.payment_method.token = token

    with pytest.raises(Rejected) as rejected:
        at.authorise(bench, wanted)

    assert ["payment_method.token"] == [problem.field for problem in rejected.value.problems]


@pytest.mark.parametrize("brand", ["visa", "mastercard", "amex"])
def test_a_card_s_facts_and_the_scheme_s_references_are_told(bench: Bench, brand: str) -> None:
    seen = at.authorise(bench, by_token(bench, brand))

    assert (brand, "0019") == (seen.card.brand, seen.card.last_four)
    assert seen.scheme_references.network_transaction_id
    assert seen.scheme_references.approval_code
    assert seen.HasField("authorisation_expire_time")


def test_a_capture_tells_its_fees_and_reference(bench: Bench) -> None:
    payment = at.authorised(bench, 20_000)
    wanted = at.action(payment, "capture", 20_000, final=True)

    seen = at.act(bench, payment, wanted, "capture")

    assert {"processing": 280, "interchange": 20} == {fee.type: fee.amount.amount_minor for fee in seen.fees}
    assert seen.scheme_references.acquirer_reference_number


@pytest.mark.parametrize(
    ("currency", "asked", "target", "converted"),
    [
        ("USD", 12_340, "EUR", 11_106),
        ("EUR", 100, "USD", 90),
        ("JPY", 5_000, "EUR", 450_000),
        ("KWD", 1_000, "EUR", 90),
    ],
)
def test_a_conversion_is_told_as_it_was_made(
    bench: Bench, currency: str, asked: int, target: str, converted: int
) -> None:
    wanted = at.payment(bench, asked, currency, automatic=True)
    wanted.payment_method.token = "tok_foreign_exchange"

    seen = at.authorise(bench, wanted).foreign_exchange

    assert (asked, currency) == (seen.source.amount_minor, seen.source.currency_code)
    assert (converted, target, "0.9") == (seen.target.amount_minor, seen.target.currency_code, seen.rate)


def test_a_part_is_not_approved_where_that_is_not_allowed(bench: Bench) -> None:
    seen = at.authorise(bench, by_token(bench, "partial_approval"))

    assert (DECLINED_STATE, Declined.DECLINED_FUNDS) == (seen.state, seen.decline.reason)


@pytest.mark.parametrize(("name", "end"), [("pending", SUCCEEDED), ("pending_decline", DECLINED_STATE)])
def test_an_answer_can_come_a_moment_later(bench: Bench, name: str, end: int) -> None:
    wanted = by_token(bench, name)

    first = at.authorise(bench, wanted)

    assert State.PAYMENT_STEP_STATE_SENT == first.state
    assert end == at.done(bench, wanted, Step.PAYMENT_STEP_AUTHORISATION, "", first).state


@pytest.mark.parametrize("inherited", [True, False])
def test_a_capture_fails_after_it_had_succeeded(bench: Bench, inherited: bool) -> None:
    payment = by_token(bench, "capture_fails" if inherited else "visa")
    at.authorise(bench, payment)
    wanted = at.action(payment, "capture", 12_340)
    wanted.sandbox_scenario = "" if inherited else "capture_fails"

    assert SUCCEEDED == at.act(bench, payment, wanted, "capture").state

    of = Step.PAYMENT_STEP_CAPTURE, wanted.payment_action_id
    bench.wait_until(lambda: FAILED in told(bench, payment, *of))
    assert 0 == at.booked(bench, "capture", wanted.payment_action_id)
    if not inherited:
        at.capture(bench, payment, 12_340)


@pytest.mark.parametrize("inherited", [True, False])
def test_a_refund_fails_after_it_had_succeeded(bench: Bench, inherited: bool) -> None:
    payment = by_token(bench, "refund_fails" if inherited else "visa", automatic=True)
    at.authorise(bench, payment)
    wanted = at.refund(payment, 12_340)
    wanted.sandbox_scenario = "" if inherited else "refund_fails"

    at.give_back(bench, payment, wanted)

    of = Step.PAYMENT_STEP_REFUND, wanted.refund_id
    bench.wait_until(lambda: [SUCCEEDED, FAILED] == told(bench, payment, *of))
    assert 0 == at.booked(bench, "refund", wanted.refund_id)


@pytest.mark.parametrize(("name", "thing"), [("increment_declined", ACTION), ("refund_declined", REFUND)])
def test_an_increment_and_a_refund_can_be_declined(bench: Bench, name: str, thing: str) -> None:
    payment = by_token(bench, name, automatic=thing == REFUND)
    at.authorise(bench, payment)

    if thing == REFUND:
        seen = at.give_back(bench, payment, at.refund(payment, 1_000))
    else:
        seen = at.act(bench, payment, at.action(payment, "increment", 1_000), "increment")

    assert DECLINED_STATE == seen.state
    assert seen.decline.reason
    assert 12_340 == at.booked(bench, "payment", payment.payment_id)


@pytest.mark.parametrize("name", ["lost_answer", "timeout", "error_after", "half_body", "html", "trickle"])
def test_an_answer_that_is_lost_leaves_one_payment_that_is_found(bench: Bench, name: str) -> None:
    wanted = by_token(bench, name)

    with pytest.raises(Unknown):
        at.authorise(bench, wanted, seconds=0.4)

    found = bench.adapter.look_up_payment(bench.call("", operation="look_up_payment"), wanted)
    assert SUCCEEDED == found.state
    assert found.provider_reference == at.authorise(bench, wanted).provider_reference
    assert 12_340 == at.booked(bench, "payment", wanted.payment_id)


@pytest.mark.parametrize(("name", "wait"), [("error_before", None), ("rate_limited", 1.0)])
def test_a_refusal_before_acting_is_unavailable_and_the_next_try_pays(
    bench: Bench, name: str, wait: float | None
) -> None:
    wanted = by_token(bench, name)

    with pytest.raises(Unavailable) as refused:
        at.authorise(bench, wanted)

    assert wait == refused.value.retry_after_seconds
    assert SUCCEEDED == at.authorise(bench, wanted).state


def test_a_fault_by_the_capture_s_own_scenario_captures_once(bench: Bench) -> None:
    payment = at.authorised(bench)
    wanted = at.action(payment, "capture", 12_340)
    wanted.sandbox_scenario = "lost_answer"

    with pytest.raises(Unknown):
        at.act(bench, payment, wanted, "capture")

    assert SUCCEEDED == at.act(bench, payment, wanted, "capture").state
    assert 12_340 == at.booked(bench, "capture", wanted.payment_action_id)


def test_forged_webhooks_are_refused(bench: Bench) -> None:
    with running(providers()["sandbox"], FIXTURES) as own:
        at.authorise(own, by_token(own, "webhook_forged"))
        own.receiver.wait_for(1)

        with pytest.raises(Forged):
            at.observations(own)


def test_an_unknown_word_is_loud_after_the_answer(bench: Bench) -> None:
    with running(providers()["sandbox"], FIXTURES) as own:
        own.simulator.step_seconds = 0.005
        assert SUCCEEDED == at.authorise(own, by_token(own, "unknown_word")).state
        own.wait_until(lambda: any(b"quarantined" in each.body for each in own.receiver.inbound))

        with pytest.raises(Unmapped):
            at.observations(own)


def test_a_wrong_amount_is_told_by_webhook_alone(bench: Bench) -> None:
    wanted = by_token(bench, "wrong_amount")
    assert 12_340 == at.authorise(bench, wanted).amount.amount_minor

    bench.wait_until(lambda: bool(at.about(bench, wanted, Step.PAYMENT_STEP_AUTHORISATION)))
    seen: PaymentObservation = at.about(bench, wanted, Step.PAYMENT_STEP_AUTHORISATION)[0]
    assert 12_341 == seen.amount.amount_minor


def test_a_conflict_says_approved_and_then_declined(bench: Bench) -> None:
    wanted = by_token(bench, "conflict")
    at.authorise(bench, wanted)

    bench.wait_until(lambda: [SUCCEEDED, DECLINED_STATE] == told(bench, wanted, Step.PAYMENT_STEP_AUTHORISATION))
