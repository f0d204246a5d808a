"""What the adapter does where an answer is not what it seems, what it always sends, and what it lets be seen."""

from typing import Any

import pytest

from adapters.kit.call import Call
from adapters.kit.errors import Misconfigured, Rejected, Unmapped
from adapters.kit.simulator import Answer, Request
from adapters.stripe import wire as speech
from adapters.stripe.adapter import ADAPTER
from adapters.stripe.simulator import StripeSimulator
from corridor.payments.v1 import decline_pb2 as said
from corridor.payments.v1.payment_observation_pb2 import (
    PAYMENT_STEP_STATE_DECLINED,
    PAYMENT_STEP_STATE_SUCCEEDED,
)
from tests.adapters.judging.recorder import Recording
from tests.adapters.stripe import samples
from tests.adapters.stripe.acts import Calls, disputed, everything


def test_every_post_carries_a_key_of_its_own_and_every_request_the_version(
    simulator: StripeSimulator, wire: Recording, call: Calls
) -> None:
    everything(simulator, call)

    posts = [request for request, _ in wire.exchanges if request.method == "post"]
    keys = [request.headers.get("idempotency-key", "") for request in posts]
    assert all(keys)
    assert len(keys) == len(set(keys))
    assert {speech.API_VERSION} == {request.headers["stripe-version"] for request, _ in wire.exchanges}


def test_our_ids_travel_with_everything_that_moves_money(simulator: StripeSimulator, call: Calls) -> None:
    everything(simulator, call)

    for kind in ("payment_intent", "charge", "refund", "payout", "dispute"):
        things = simulator.store.all(kind)
        assert things
        assert all(name.startswith("corridor_") for each in things for name in each["metadata"])
        assert all(each["metadata"] for each in things), kind


@pytest.mark.parametrize(
    ("environment", "key"),
    [("sandbox", "sk_live_51Example"), ("live", "sk_test_51Example"), ("sandbox", "pk_test_51Example")],
)
def test_a_key_of_the_other_environment_is_never_used(environment: str, key: str, wire: Recording, call: Calls) -> None:
    with pytest.raises(Misconfigured) as wrong:
        ADAPTER.authorise(call(environment=environment, secret_key=key), samples.payment())

    assert wrong.value.credentials
    assert [] == wire.exchanges


def test_a_declined_payment_has_the_issuer_s_reason_and_its_intent(call: Calls) -> None:
    made = samples.payment(token="pm_card_visa_chargeDeclinedInsufficientFunds")

    seen = ADAPTER.authorise(call(), made)

    assert (PAYMENT_STEP_STATE_DECLINED, said.DECLINED_FUNDS) == (seen.state, seen.decline.reason)
    assert seen.provider_reference.startswith("pi_")
    assert seen.card.last_four in ("", "9995")


def test_a_decline_without_an_intent_is_an_answer_all_the_same(call: Calls) -> None:
    class Curt(StripeSimulator):
        def create_intent(self, request: Request) -> Answer:
            error = {"type": "card_error", "code": "card_declined", "decline_code": "do_not_honor"}
            return Answer(402, {"error": error})

    with Curt() as curt:
        seen = ADAPTER.authorise(call(base_url=curt.url), samples.payment())

    assert (PAYMENT_STEP_STATE_DECLINED, said.DECLINED_BY_ISSUER) == (seen.state, seen.decline.reason)


def test_a_failed_authentication_that_is_told_as_another_error_is_a_decline(call: Calls) -> None:
    class Blunt(StripeSimulator):
        def confirm_intent(self, request: Request) -> Answer:
            intent = self.own("payment_intent", request)
            error = {"type": "invalid_request_error", "code": "payment_intent_authentication_failure"}
            intent.update(status="requires_payment_method", last_payment_error=error)
            return Answer(402, {"error": {**error, "payment_intent": intent}})

    with Blunt() as blunt:
        made = samples.payment(token="pm_card_authenticationRequired")
        made.provider_reference = ADAPTER.authorise(call(base_url=blunt.url), made).provider_reference
        blunt.move(made.payment_id, "authenticated")
        seen = ADAPTER.continue_payment(call(base_url=blunt.url), made, {})

    assert said.DECLINED_AUTHENTICATION_FAILED == seen.decline.reason


def test_a_payment_that_went_on_already_is_told_as_it_is(call: Calls) -> None:
    class Racing(StripeSimulator):
        def confirm_intent(self, request: Request) -> Answer:
            super().confirm_intent(request)  # somebody else was a moment earlier
            return self.unexpected_state(self.own("payment_intent", request))

    with Racing() as racing:
        made = samples.payment(token="pm_card_authenticationRequired")
        made.provider_reference = ADAPTER.authorise(call(base_url=racing.url), made).provider_reference
        racing.move(made.payment_id, "authenticated")
        seen = ADAPTER.continue_payment(call(base_url=racing.url), made, {})

    assert PAYMENT_STEP_STATE_SUCCEEDED == seen.state


def test_a_token_that_nobody_knows_is_the_caller_s_fault(call: Calls) -> None:
    with pytest.raises(Rejected) as refused:
        ADAPTER.authorise(call(), samples.payment(token="pm_card_nobodys"))

    assert ["payment_method.token"] == [problem.field for problem in refused.value.problems]


def test_fees_and_the_conversion_are_those_of_the_balance(call: Calls) -> None:
    made = samples.payment(10_000, "GBP", automatic=True)

    seen = ADAPTER.authorise(call(), made)

    assert [("USD", 320)] == [(fee.amount.currency_code, fee.amount.amount_minor) for fee in seen.fees]
    exchange = seen.foreign_exchange
    assert ("1.25", "USD", 12_500) == (exchange.rate, exchange.target.currency_code, exchange.target.amount_minor)


def test_the_scheme_s_ids_and_the_card_are_kept_where_they_are_told(call: Calls) -> None:
    seen = ADAPTER.authorise(call(), samples.payment())

    assert 15 == len(seen.scheme_references.network_transaction_id)
    assert 6 == len(seen.scheme_references.approval_code)
    assert ("visa", "4242", "credit", "2030-08") == (
        seen.card.brand, seen.card.last_four, seen.card.funding, seen.card.expiry,
    )  # fmt: skip


def test_a_file_travels_to_the_host_for_files(simulator: StripeSimulator, call: Calls) -> None:
    reference = disputed(simulator, call)
    with StripeSimulator() as files:
        made = call("s")
        made.hosts = {"files": files.url}
        with pytest.raises(Rejected):  # the file is at the other vendor, so the dispute's vendor does not know it
            ADAPTER.submit_evidence(made, samples.dispute(reference), [samples.document()])

        assert ["create_file"] == [name for name, _ in files.requests]


@pytest.mark.parametrize("body", [{}, [1], {"object": "payment_intent"}, {"object": "charge", "id": "ch_1"}], ids=str)
def test_an_answer_in_another_shape_is_loud(body: object, call: Calls) -> None:
    class Strange(StripeSimulator):
        def create_intent(self, request: Request) -> Answer:
            return Answer(200, body)

    with Strange() as strange, pytest.raises(Unmapped):
        ADAPTER.authorise(call(base_url=strange.url), samples.payment())


def test_another_payment_s_answer_is_noticed(call: Calls) -> None:
    class Confused(StripeSimulator):
        def create_intent(self, request: Request) -> Answer:
            answer = super().create_intent(request)
            answer.body["metadata"] = {speech.PAYMENT_ID: "pay_another"}
            return answer

    with Confused() as confused, pytest.raises(Misconfigured):
        ADAPTER.authorise(call(base_url=confused.url), samples.payment())


def test_no_capture_shows_who_pays_who_is_paid_or_by_which_key(simulator: StripeSimulator, call: Calls) -> None:
    calls: list[Call] = []

    def kept(*arguments: Any, **changes: Any) -> Call:
        calls.append(call(*arguments, **changes))
        return calls[-1]

    everything(simulator, kept)
    shown = "\n".join(f"{made!r} {made.exchanges!r}" for made in calls)

    assert len(calls) >= 12
    for canary in (
        "Ada", "pm_card_visa", "shop.example", "SAMPLE", "Order 4711", "Sample customer_name", "%PDF", "receipt.pdf",
        "000123456789", "110000000", "Invoice", samples.CREDENTIALS["secret_key"], "_secret_",
    ):  # fmt: skip
        assert canary not in shown, canary
