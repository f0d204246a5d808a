"""Which capture, increment, void, reversal or refund an observation is about, and what it may not say of it."""

from corridor.payments.v1.payment_action_pb2 import (
    PAYMENT_ACTION_STATE_SENT,
    PAYMENT_ACTION_STATE_SUCCEEDED,
)
from corridor.payments.v1.payment_facts_pb2 import Fee
from server.kit.lifecycle import Verdict
from tests.server.domains.payments.till import (
    CAPTURE,
    REFUND,
    STEP_SENT,
    SUCCEEDED,
    Till,
    euros,
)


def test_another_amount_of_a_step_changes_nothing_and_asks_a_person(shop: Till) -> None:
    payment = shop.authorised(30_00)
    step = shop.captures(payment, 10_00)

    assert Verdict.CONFLICTS == shop.says(payment, CAPTURE, SUCCEEDED, 9_00, step_id=step.payment_action_id).verdict
    assert (0, {step.payment_action_id}) == (shop.now(payment).captured_minor, shop.items())


def test_a_step_is_found_by_the_providers_reference_or_as_the_only_one_that_fits(shop: Till) -> None:
    payment = shop.authorised(30_00)
    step = shop.captures(payment, 10_00)

    shop.says(payment, CAPTURE, STEP_SENT, 10_00, step_reference="cap_1")
    assert PAYMENT_ACTION_STATE_SENT == shop.actions(payment)[0].state
    shop.says(payment, CAPTURE, SUCCEEDED, step_reference="cap_1")

    (found,) = shop.actions(payment)
    assert (step.payment_action_id, PAYMENT_ACTION_STATE_SUCCEEDED) == (found.payment_action_id, found.state)


def test_where_two_steps_fit_a_person_decides(shop: Till) -> None:
    payment = shop.authorised(30_00)
    shop.captures(payment, 10_00)
    shop.captures(payment, 10_00)

    assert Verdict.CONFLICTS == shop.says(payment, CAPTURE, SUCCEEDED, 10_00).verdict
    assert 0 == shop.now(payment).captured_minor


def test_what_was_done_at_the_provider_is_recorded_as_its_own(shop: Till) -> None:
    payment = shop.authorised(30_00, manual=False)

    shop.says(payment, REFUND, SUCCEEDED, 4_00, step_reference="re_1")
    shop.says(payment, REFUND, SUCCEEDED, 4_00, step_reference="re_1")
    shop.says(payment, REFUND, SUCCEEDED, 4_00, step_reference="re_2")

    assert 8_00 == shop.now(payment).refunded_minor
    assert not shop.items()


def test_a_provider_that_gives_back_more_than_was_captured_is_believed_and_shown_to_a_person(shop: Till) -> None:
    payment = shop.authorised(30_00, manual=False)

    shop.says(payment, REFUND, SUCCEEDED, 40_00, step_reference="re_1")

    assert 40_00 == shop.now(payment).refunded_minor
    assert 1 == len(shop.items())


def test_a_step_of_ours_that_there_is_not_is_a_conflict(shop: Till) -> None:
    payment = shop.authorised(30_00)

    assert Verdict.CONFLICTS == shop.says(payment, CAPTURE, SUCCEEDED, 1_00, step_id="act_" + "0" * 26).verdict


def test_a_webhook_that_comes_twice_doubles_no_fee(shop: Till) -> None:
    payment = shop.authorised(30_00)
    step = shop.captures(payment, 10_00)
    fees = [Fee(type="processing", amount=euros(25)), Fee(type="processing", amount=euros(25))]

    for _ in range(2):
        shop.says(payment, CAPTURE, SUCCEEDED, 10_00, step_id=step.payment_action_id, fees=fees)

    assert fees == list(shop.actions(payment)[0].fees) == list(shop.now(payment).fees)
