"""The sandbox's step-up: the page on which a customer authenticates, and what their browser brings back."""

import re
from collections.abc import Iterator

import httpx
import pytest

from adapters.kit.discovery import providers
from adapters.kit.errors import Rejected
from corridor.payments.v1.decline_pb2 import Declined
from corridor.payments.v1.payment_observation_pb2 import PaymentObservation, PaymentStepState
from corridor.payments.v1.payment_pb2 import Payment
from tests.adapters.sandbox.fixtures import FIXTURES, customer
from tests.conformance import payment_bench as at
from tests.conformance.bench import Bench
from tests.conformance.bench import bench as running

State = PaymentStepState


@pytest.fixture
def bench() -> Iterator[Bench]:
    with running(providers()["sandbox"], FIXTURES) as made:
        made.simulator.step_seconds = 0.005
        yield made


@pytest.fixture
def payment(bench: Bench) -> Payment:
    made = at.payment(bench)
    made.payment_method.token = "tok_step_up"
    return made


def go_on(bench: Bench, payment: Payment, brought: dict[str, str], key: str = "on") -> PaymentObservation:
    call = bench.call(f"key-{payment.payment_id}-{key}", operation="continue_payment")
    seen: PaymentObservation = bench.adapter.continue_payment(call, payment, brought)
    return seen


def test_the_page_says_what_is_asked_and_works_without_a_script(bench: Bench, payment: Payment) -> None:
    page = httpx.get(at.authorise(bench, payment).next_action.redirect.url)

    assert 200 == page.status_code
    assert "123.40 USD" in page.text
    assert '<html lang="en">' in page.text
    assert re.search(r"<title>.+</title>", page.text)
    assert 2 == page.text.count("<button")
    assert "<script" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]


def test_the_customer_comes_back_to_the_page_that_the_payment_named_with_its_query(
    bench: Bench, payment: Payment
) -> None:
    asked = at.authorise(bench, payment)

    back = httpx.post(asked.next_action.redirect.url, data={"answer": "pass"})

    assert 303 == back.status_code
    assert back.headers["location"].startswith("https://shop.canary.example/back?basket=canary-basket&")


def test_a_payment_that_names_no_page_to_come_back_to_goes_on_by_itself(bench: Bench, payment: Payment) -> None:
    payment.return_url = ""
    asked = at.authorise(bench, payment)

    httpx.post(asked.next_action.redirect.url, data={"answer": "pass"})

    page = httpx.get(asked.next_action.redirect.url)
    assert "does not wait for you any more" in page.text
    assert 12_340 == at.booked(bench, "payment", payment.payment_id)


def test_a_failed_check_is_a_decline_that_says_so(bench: Bench, payment: Payment) -> None:
    asked = at.authorise(bench, payment)

    seen = go_on(bench, payment, dict(customer(bench.simulator, asked, False)))

    assert State.PAYMENT_STEP_STATE_DECLINED == seen.state
    assert Declined.DECLINED_AUTHENTICATION_FAILED == seen.decline.reason


def test_going_on_twice_approves_once_whatever_the_key(bench: Bench, payment: Payment) -> None:
    brought = dict(customer(bench.simulator, at.authorise(bench, payment), True))

    states = [go_on(bench, payment, brought, key).state for key in ("one", "one", "two")]

    assert 3 * [State.PAYMENT_STEP_STATE_SUCCEEDED] == states
    assert 12_340 == at.booked(bench, "payment", payment.payment_id)


@pytest.mark.parametrize("brought", [{}, {"result": ""}, {"result": "chr_made_up"}, {"payment": "py_1"}])
def test_what_the_challenge_did_not_give_is_refused(bench: Bench, payment: Payment, brought: dict[str, str]) -> None:
    at.authorise(bench, payment)

    with pytest.raises(Rejected) as rejected:
        go_on(bench, payment, brought)

    assert ["details"] == [problem.field for problem in rejected.value.problems]


def test_who_never_acts_is_timed_out_after_an_hour(bench: Bench, payment: Payment) -> None:
    at.authorise(bench, payment)

    bench.adapter.advance_clock(bench.call("", operation="advance_clock"), 3601)

    seen = bench.adapter.look_up_payment(bench.call("", operation="look_up_payment"), payment)
    assert State.PAYMENT_STEP_STATE_EXPIRED == seen.state


def test_a_payment_that_waits_for_the_customer_can_be_voided_and_then_asks_nobody(
    bench: Bench, payment: Payment
) -> None:
    asked = at.authorise(bench, payment)

    at.act(bench, payment, at.action(payment, "void"), "void")

    seen = bench.adapter.look_up_payment(bench.call("", operation="look_up_payment"), payment)
    assert State.PAYMENT_STEP_STATE_CANCELLED == seen.state
    assert "<form" not in httpx.get(asked.next_action.redirect.url).text


def test_a_page_with_another_secret_is_none(bench: Bench, payment: Payment) -> None:
    url = at.authorise(bench, payment).next_action.redirect.url

    assert 404 == httpx.get(url[:-4] + "0000").status_code
