"""The one door: what a provider says of a payment is held against what is known, and moves only what can be true."""

import pytest

from corridor.payments.v1 import payment_pb2 as states
from corridor.payments.v1.decline_pb2 import DECLINED_FUNDS, Decline
from corridor.payments.v1.payment_facts_pb2 import NextAction, RedirectAction
from server.kit.lifecycle import Verdict
from server.store.observations import Source
from tests.server.domains.payments.till import (
    AUTHORISATION,
    CANCELLED,
    CAPTURE,
    DECLINED,
    EXPIRED,
    FAILED,
    INCREMENT,
    REFUND,
    REQUIRES_ACTION,
    REVERSAL,
    SUCCEEDED,
    VOID,
    Till,
    euros,
)


def challenge(url: str) -> NextAction:
    """What the customer has to do."""
    return NextAction(redirect=RedirectAction(url=url, method="GET"))


def test_an_approval_authorises(shop: Till) -> None:
    payment = shop.authorised(30_00)

    assert (30_00, 0, 30_00, 0) == shop.amounts(payment)
    assert ["payment.accepted", "payment.sent", "payment.authorised"] == shop.events(payment.payment_id)


def test_an_approval_that_captures_is_an_authorisation_and_a_capture(shop: Till) -> None:
    payment = shop.authorised(30_00, manual=False)

    assert (states.PAYMENT_STATE_CAPTURED, 30_00) == ((now := shop.now(payment)).state, now.captured_minor)
    (capture,) = shop.actions(payment)
    assert (30_00, False) == (capture.amount.amount_minor, capture.initiated_by_provider)
    assert ["payment.accepted", "payment.sent", "payment.captured"] == shop.events(payment.payment_id)
    assert ["payment_action.succeeded"] == shop.events(capture.payment_action_id)


def test_a_decline_is_a_result(shop: Till) -> None:
    payment = shop.sent()

    shop.says(payment, AUTHORISATION, DECLINED, decline=Decline(reason=DECLINED_FUNDS, response_code="51"))

    now = shop.now(payment)
    assert (states.PAYMENT_STATE_DECLINED, DECLINED_FUNDS, "51") == (
        now.state, now.decline.reason, now.decline.response_code,
    )  # fmt: skip
    assert not shop.items()


def test_a_part_is_approved_where_that_was_allowed(shop: Till) -> None:
    payment = shop.sent(30_00, partial_approval_allowed=True)

    shop.says(payment, AUTHORISATION, SUCCEEDED, 12_00)

    assert (12_00, 0, 12_00, 0) == shop.amounts(payment)
    assert states.PAYMENT_STATE_AUTHORISED == shop.now(payment).state


@pytest.mark.parametrize(
    ("minor", "more"),
    [(12_00, {}), (30_01, {}), (30_01, {"partial_approval_allowed": True}), (0, {"partial_approval_allowed": True})],
    ids=["less", "more", "more than allowed in part", "nothing"],
)
def test_another_amount_than_was_asked_for_changes_nothing_and_asks_a_person(
    shop: Till, minor: int, more: dict[str, bool]
) -> None:
    payment = shop.sent(30_00, **more)

    seen = shop.says(payment, AUTHORISATION, SUCCEEDED, minor)

    assert Verdict.CONFLICTS == seen.verdict
    assert (states.PAYMENT_STATE_SENT, 0) == ((now := shop.now(payment)).state, now.authorised_minor)
    assert {payment.payment_id} == shop.items()


def test_what_was_to_be_authorised_only_is_not_captured_by_the_provider(shop: Till) -> None:
    payment = shop.sent(30_00)

    assert Verdict.CONFLICTS == shop.says(payment, AUTHORISATION, SUCCEEDED, 30_00, captured=True).verdict
    assert states.PAYMENT_STATE_SENT == shop.now(payment).state


def test_another_connection_another_payment_or_another_currency_is_a_conflict(shop: Till) -> None:
    payment, other = shop.authorised(), shop.authorised()
    dollars = euros(30_00)
    dollars.currency_code = "USD"

    for more in (
        {"connection_id": shop.other_connection_id},
        {"amount": dollars},
    ):
        assert Verdict.CONFLICTS == shop.says(payment, VOID, SUCCEEDED, **more).verdict  # type: ignore[arg-type] # of each kind
    wrong = shop.says(payment, VOID, SUCCEEDED, step_id=shop.captures(other, 1_00).payment_action_id)

    assert Verdict.CONFLICTS == wrong.verdict
    assert states.PAYMENT_STATE_AUTHORISED == shop.now(payment).state


def test_a_payment_has_one_reference_at_the_provider(shop: Till) -> None:
    payment = shop.sent()
    shop.says(payment, AUTHORISATION, SUCCEEDED, provider_reference="pi_1")

    assert Verdict.CONFLICTS == shop.says(payment, VOID, SUCCEEDED, provider_reference="pi_2").verdict


def test_a_step_of_the_customer_is_told_with_what_to_do(shop: Till) -> None:
    payment = shop.sent()
    shop.says(payment, AUTHORISATION, REQUIRES_ACTION, next_action=challenge("https://bank.example/1"))
    assert "https://bank.example/1" == shop.now(payment).next_action.redirect.url

    shop.says(payment, AUTHORISATION, SUCCEEDED)

    assert not shop.now(payment).HasField("next_action")


def test_a_second_step_of_the_customer_replaces_the_first_and_an_old_webhook_does_not_bring_it_back(shop: Till) -> None:
    payment = shop.sent()
    first, second = challenge("https://bank.example/1"), challenge("https://bank.example/2")
    shop.says(payment, AUTHORISATION, REQUIRES_ACTION, next_action=first)

    shop.says(payment, AUTHORISATION, REQUIRES_ACTION, next_action=second, source=Source.RESPONSE)
    shop.says(payment, AUTHORISATION, REQUIRES_ACTION, next_action=first)

    assert second == shop.now(payment).next_action
    assert ["payment.requires_action"] * 2 == shop.events(payment.payment_id)[2:]


def test_a_capture_that_failed_after_all_lowers_what_is_captured(shop: Till) -> None:
    payment = shop.authorised(30_00)
    first, second = shop.captured(payment, 10_00), shop.captured(payment, 20_00)
    assert states.PAYMENT_STATE_CAPTURED == shop.now(payment).state

    shop.says(payment, CAPTURE, FAILED, 20_00, step_id=second.payment_action_id, provider_reason_code="late")
    assert states.PAYMENT_STATE_PARTIALLY_CAPTURED == shop.now(payment).state
    assert (30_00, 10_00, 20_00, 0) == shop.amounts(payment)

    shop.says(payment, CAPTURE, FAILED, 10_00, step_id=first.payment_action_id)
    assert states.PAYMENT_STATE_AUTHORISED == shop.now(payment).state
    assert ["payment_action.accepted", "payment_action.succeeded", "payment_action.failed"] == shop.events(
        first.payment_action_id
    )


def test_an_increment_raises_what_is_authorised(shop: Till) -> None:
    payment = shop.authorised(30_00)
    step = shop.act(payment, "Increment", amount=euros(5_00))
    assert 30_00 == shop.now(payment).authorised_minor

    shop.says(payment, INCREMENT, SUCCEEDED, 5_00, step_id=step.payment_action_id)

    assert (35_00, 0, 35_00, 0) == shop.amounts(payment)
    assert Verdict.REPEATS == shop.says(payment, AUTHORISATION, SUCCEEDED, 35_00).verdict


def test_an_increment_that_was_declined_changes_nothing(shop: Till) -> None:
    payment = shop.authorised(30_00)
    step = shop.act(payment, "Increment", amount=euros(5_00))

    shop.says(payment, INCREMENT, DECLINED, step_id=step.payment_action_id, decline=Decline(reason=DECLINED_FUNDS))

    assert (30_00, 0, 30_00, 0) == shop.amounts(payment)
    assert DECLINED_FUNDS == shop.actions(payment)[0].decline.reason


def test_a_void_tells_what_was_given_up(shop: Till) -> None:
    payment = shop.authorised(30_00)
    step = shop.act(payment, "Void")

    shop.says(payment, VOID, SUCCEEDED, step_id=step.payment_action_id)

    assert (states.PAYMENT_STATE_VOIDED, 0) == ((now := shop.now(payment)).state, now.capturable_minor)
    assert 30_00 == shop.actions(payment)[0].amount.amount_minor


def test_an_authorisation_ends_by_time(shop: Till) -> None:
    payment, part = shop.authorised(30_00), shop.authorised(30_00)
    shop.captured(part, 10_00)

    shop.says(payment, VOID, EXPIRED)
    shop.says(part, VOID, EXPIRED)

    assert states.PAYMENT_STATE_EXPIRED == shop.now(payment).state
    assert (True, True) == ((step := shop.actions(payment)[0]).expired, step.initiated_by_provider)
    assert (states.PAYMENT_STATE_CAPTURED, 0) == ((now := shop.now(part)).state, now.capturable_minor)


def test_a_provider_that_tells_of_the_whole_payment_ends_an_authorisation_too(shop: Till) -> None:
    voided, expired = shop.authorised(), shop.authorised()

    shop.says(voided, AUTHORISATION, CANCELLED)
    shop.says(expired, AUTHORISATION, EXPIRED)

    assert states.PAYMENT_STATE_VOIDED == shop.now(voided).state
    assert states.PAYMENT_STATE_EXPIRED == shop.now(expired).state


def test_a_reversal_gives_back_what_was_captured(shop: Till) -> None:
    payment = shop.authorised(30_00)
    shop.captured(payment, 10_00)
    step = shop.act(payment, "Reverse")

    shop.says(payment, REVERSAL, SUCCEEDED, step_id=step.payment_action_id)

    assert (30_00, 10_00, 0, 10_00) == shop.amounts(payment)
    assert states.PAYMENT_STATE_CAPTURED == shop.now(payment).state


def test_a_reversal_of_what_was_not_captured_is_its_end(shop: Till) -> None:
    payment = shop.authorised(30_00)
    step = shop.act(payment, "Reverse")

    shop.says(payment, REVERSAL, SUCCEEDED, step_id=step.payment_action_id)

    assert states.PAYMENT_STATE_VOIDED == shop.now(payment).state


def test_a_refund_counts_from_its_acceptance_and_no_more_when_it_fails(shop: Till) -> None:
    payment = shop.authorised(30_00, manual=False)
    refund = shop.refunds(payment, 10_00)
    assert 10_00 == shop.now(payment).refunded_minor
    shop.says(payment, REFUND, SUCCEEDED, 10_00, step_id=refund.refund_id)

    shop.says(payment, REFUND, FAILED, 10_00, step_id=refund.refund_id)

    assert 0 == shop.now(payment).refunded_minor
    assert ["refund.accepted", "refund.succeeded", "refund.failed"] == shop.events(refund.refund_id)


def test_events_of_a_payment_come_one_by_one_whatever_is_told(shop: Till) -> None:
    payment = shop.authorised(30_00)
    for minor in (5_00, 6_00, 7_00):
        shop.captured(payment, minor)

    told = shop.events(payment.payment_id)
    assert ["payment.partially_captured"] * 3 == told[3:]
    assert len(told) == shop.now(payment).revision
