"""What a provider says of money that is lost if nobody hears it: each has to be recorded, or shown to a person."""

import pytest

from corridor.payments.v1 import payment_pb2 as states
from server.kit.lifecycle import Verdict
from tests.server.domains.payments.till import (
    AUTHORISATION,
    CANCELLED,
    CAPTURE,
    EXPIRED,
    FAILED,
    REFUND,
    REQUIRES_ACTION,
    STEP_SENT,
    SUCCEEDED,
    VOID,
    Till,
    till,
)
from tests.serving import Running


@pytest.fixture
def shop(corridor: Running) -> Till:
    """A new company that takes payments over a connection that is never called."""
    return till(corridor)


def test_a_refund_made_at_the_provider_is_not_taken_for_one_that_it_had_refused(shop: Till) -> None:
    payment = shop.authorised(30_00, manual=False)
    refused = shop.refunds(payment, 30_00)
    shop.says(payment, REFUND, FAILED, 30_00, step_id=refused.refund_id, provider_state="rejected")

    shop.says(payment, REFUND, SUCCEEDED, 30_00, step_reference="re_1")

    assert 30_00 == shop.now(payment).refunded_minor
    assert "REFUND_ABOVE_CAPTURED" == shop.refusal(payment, "CreateRefund")


def test_a_capture_made_at_the_provider_is_not_taken_for_one_that_it_had_refused(shop: Till) -> None:
    payment = shop.authorised(30_00)
    refused = shop.captures(payment)
    shop.says(payment, CAPTURE, FAILED, 30_00, step_id=refused.payment_action_id, provider_state="rejected")

    shop.says(payment, CAPTURE, SUCCEEDED, 30_00, step_reference="ch_1")

    assert (states.PAYMENT_STATE_CAPTURED, 30_00) == ((now := shop.now(payment)).state, now.captured_minor)


@pytest.mark.parametrize("end", [CANCELLED, EXPIRED], ids=["given up", "expired"])
def test_money_taken_of_a_payment_that_had_ended_asks_a_person(shop: Till, end: int) -> None:
    payment = shop.sent(30_00, manual=False)
    shop.says(payment, AUTHORISATION, end)

    seen = shop.says(payment, AUTHORISATION, SUCCEEDED, 30_00, captured=True)

    assert Verdict.CONFLICTS == seen.verdict
    assert {payment.payment_id} == shop.items()


@pytest.mark.parametrize("order", [1, -1], ids=["captured first", "voided first"])
def test_a_payment_that_was_voided_and_captured_ends_captured_and_asks_a_person(shop: Till, order: int) -> None:
    payment = shop.sent(30_00, manual=False)
    void = shop.act(payment, "Void")
    told = [
        lambda: shop.says(payment, AUTHORISATION, SUCCEEDED, 30_00, captured=True),
        lambda: shop.says(payment, VOID, SUCCEEDED, step_id=void.payment_action_id),
    ]

    for tell in told[::order]:
        tell()

    assert (states.PAYMENT_STATE_CAPTURED, 30_00) == ((now := shop.now(payment)).state, now.captured_minor)
    assert shop.items()


def test_what_was_refunded_of_a_capture_that_failed_after_all_asks_a_person(shop: Till) -> None:
    payment = shop.authorised(30_00)
    capture = shop.captured(payment)
    refund = shop.refunds(payment, 30_00)
    shop.says(payment, REFUND, SUCCEEDED, 30_00, step_id=refund.refund_id)
    assert not shop.items()

    shop.says(payment, CAPTURE, FAILED, 30_00, step_id=capture.payment_action_id)

    assert (states.PAYMENT_STATE_AUTHORISED, 30_00) == ((now := shop.now(payment)).state, now.refunded_minor)
    assert {capture.payment_action_id} == shop.items()


def test_a_void_that_had_failed_and_is_told_to_be_done_asks_a_person(shop: Till) -> None:
    payment = shop.authorised(30_00)
    void = shop.act(payment, "Void")
    shop.says(payment, VOID, FAILED, step_id=void.payment_action_id)

    seen = shop.says(payment, VOID, SUCCEEDED, step_id=void.payment_action_id)

    assert Verdict.CONFLICTS == seen.verdict
    assert {void.payment_action_id} == shop.items()


def test_a_refund_that_was_refused_and_is_told_to_be_done_asks_a_person(shop: Till) -> None:
    payment = shop.authorised(30_00, manual=False)
    refund = shop.refunds(payment, 30_00)
    shop.says(payment, REFUND, FAILED, 30_00, step_id=refund.refund_id, provider_state="rejected")

    seen = shop.says(payment, REFUND, SUCCEEDED, 30_00, step_id=refund.refund_id, step_reference="re_1")

    assert Verdict.CONFLICTS == seen.verdict
    assert {refund.refund_id} == shop.items()


def test_a_refund_that_failed_after_it_was_done_is_old_news_where_that_is_told_late(shop: Till) -> None:
    payment = shop.authorised(30_00, manual=False)
    refund = shop.refunds(payment, 30_00)
    shop.says(payment, REFUND, FAILED, 30_00, step_id=refund.refund_id, step_reference="re_1")

    seen = shop.says(payment, REFUND, SUCCEEDED, 30_00, step_id=refund.refund_id, step_reference="re_1")

    assert Verdict.STALE == seen.verdict
    assert not shop.items()


@pytest.mark.parametrize(("kind", "told"), [(CAPTURE, REFUND), (REFUND, CAPTURE)], ids=["capture", "refund"])
def test_a_word_about_one_kind_of_step_decides_nothing_of_another(shop: Till, kind: int, told: int) -> None:
    payment = shop.authorised(30_00)
    first = shop.captures(payment, 10_00)
    step_id = first.payment_action_id
    if kind == REFUND:
        shop.says(payment, CAPTURE, SUCCEEDED, 10_00, step_id=step_id)
        step_id = shop.refunds(payment, 10_00).refund_id
    before = shop.amounts(payment)

    seen = shop.says(payment, told, SUCCEEDED, 10_00, step_id=step_id)

    assert Verdict.CONFLICTS == seen.verdict
    assert (before, {step_id}) == (shop.amounts(payment), shop.items())


def test_a_second_refund_at_the_provider_of_the_same_amount_counts_beside_the_first(shop: Till) -> None:
    payment = shop.authorised(30_00, manual=False)
    ours = shop.refunds(payment, 10_00)
    shop.says(payment, REFUND, STEP_SENT, 10_00, step_id=ours.refund_id, step_reference="re_1")

    shop.says(payment, REFUND, SUCCEEDED, 10_00, step_reference="re_2")
    shop.says(payment, REFUND, SUCCEEDED, 10_00, step_id=ours.refund_id, step_reference="re_1")

    assert (20_00, set()) == (shop.now(payment).refunded_minor, shop.items())


def test_a_challenge_that_comes_late_does_not_ask_the_customer_of_an_approved_payment_again(shop: Till) -> None:
    payment = shop.authorised(30_00)

    seen = shop.says(payment, AUTHORISATION, REQUIRES_ACTION)

    assert (Verdict.STALE, states.PAYMENT_STATE_AUTHORISED) == (seen.verdict, shop.now(payment).state)
