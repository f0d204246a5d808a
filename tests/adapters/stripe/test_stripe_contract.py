"""Everything that travels between adapter and simulator, judged by the vendor's own OpenAPI document.

The document does not know the `Idempotency-Key` that the vendor honours; `test_stripe_adapter.py` looks after it.
"""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from adapters.kit.call import Call
from adapters.kit.errors import Rejected
from adapters.stripe import dispute_mapping
from adapters.stripe.adapter import ADAPTER
from adapters.stripe.simulator import StripeSimulator
from adapters.stripe.simulator_cards import CARDS
from corridor.payments.v1.dispute_pb2 import DISPUTE_STATE_ACCEPTED, DISPUTE_STATE_UNDER_REVIEW
from corridor.payments.v1.payment_action_pb2 import (
    PAYMENT_ACTION_KIND_CAPTURE,
    PAYMENT_ACTION_KIND_REVERSAL,
    PAYMENT_ACTION_KIND_VOID,
)
from corridor.payments.v1.payment_observation_pb2 import (
    PAYMENT_STEP_STATE_DECLINED,
    PAYMENT_STEP_STATE_FAILED,
    PAYMENT_STEP_STATE_REQUIRES_ACTION,
    PAYMENT_STEP_STATE_SUCCEEDED,
)
from corridor.payments.v1.payment_pb2 import Payment
from corridor.payouts.v1.payout_pb2 import PAYOUT_STATE_CANCELLED, PAYOUT_STATE_FAILED, PAYOUT_STATE_SENT
from corridor.type.v1 import rail_pb2
from tests.adapters.judging.recorder import Recording
from tests.adapters.judging.vendor_document import judged
from tests.adapters.stripe import samples
from tests.adapters.stripe.vendor_document import DOCUMENT


@pytest.fixture(autouse=True)
def _judged(wire: Recording) -> Iterator[None]:
    """Whatever a test here sends and is answered, is as the document says."""
    yield
    assert wire.exchanges
    judged(wire.exchanges, DOCUMENT)


def authorised(call: Callable[..., Call], **changes: object) -> Payment:
    made = samples.payment(**changes)  # type: ignore[arg-type]  # the sample's own arguments
    seen = ADAPTER.authorise(call(made.payment_id), made)
    made.provider_reference = seen.provider_reference
    return made


@pytest.mark.parametrize("token", CARDS)
def test_a_payment_with_every_test_card(token: str, call: Callable[..., Call]) -> None:
    card = CARDS[token]
    expected = (
        PAYMENT_STEP_STATE_REQUIRES_ACTION
        if card.challenge
        else PAYMENT_STEP_STATE_DECLINED
        if card.decline
        else PAYMENT_STEP_STATE_SUCCEEDED
    )
    made = samples.payment(token=token, automatic=True)

    assert expected == ADAPTER.authorise(call(made.payment_id), made).state


def test_a_payment_without_an_address_to_come_back_to(call: Callable[..., Call]) -> None:
    made = samples.payment(token="pm_card_threeDSecure2Required")
    made.return_url = ""

    seen = ADAPTER.authorise(call(), made)

    assert "use_stripe_sdk" == seen.next_action.sdk.type


def test_the_customer_s_step_and_what_follows(simulator: StripeSimulator, call: Callable[..., Call]) -> None:
    made = authorised(call, token="pm_card_threeDSecure2Required")

    waiting = ADAPTER.continue_payment(call(), made, {})
    simulator.move(made.payment_id, "authenticated")
    seen = ADAPTER.continue_payment(call(), made, {})

    assert [PAYMENT_STEP_STATE_REQUIRES_ACTION, PAYMENT_STEP_STATE_SUCCEEDED] == [waiting.state, seen.state]


def test_a_capture_a_refund_and_their_look_ups(call: Callable[..., Call]) -> None:
    made = authorised(call)
    take = samples.action(made, PAYMENT_ACTION_KIND_CAPTURE, 10_000)
    taken = ADAPTER.capture(call(take.payment_action_id), made, take)
    back = samples.refund(made, 4_000)
    given = ADAPTER.create_refund(call(back.refund_id), made, back)
    by_ours = ADAPTER.look_up_refund(call(), made, back)
    back.provider_reference = given.step_reference
    by_theirs = ADAPTER.look_up_refund(call(), made, back)

    assert taken == ADAPTER.look_up_payment(call(), made, take)
    assert given == by_ours == by_theirs


def test_a_payment_is_looked_up_by_both_ids(call: Callable[..., Call]) -> None:
    made = authorised(call)
    by_theirs = ADAPTER.look_up_payment(call(), made)
    made.provider_reference, made.create_time.seconds = "", 1_700_000_000
    by_ours = ADAPTER.look_up_payment(call(), made)

    assert by_ours == by_theirs


def test_a_void_and_what_is_too_late(call: Callable[..., Call]) -> None:
    made = authorised(call)
    end, late = (
        samples.action(made, PAYMENT_ACTION_KIND_VOID),
        samples.action(made, PAYMENT_ACTION_KIND_CAPTURE, 1_000),
    )

    voided = ADAPTER.void(call(end.payment_action_id), made, end)
    refused = ADAPTER.capture(call(late.payment_action_id), made, late)

    assert [PAYMENT_STEP_STATE_SUCCEEDED, PAYMENT_STEP_STATE_FAILED] == [voided.state, refused.state]


@pytest.mark.parametrize("automatic", [True, False], ids=["captured", "authorised"])
def test_a_reversal(automatic: bool, call: Callable[..., Call]) -> None:
    made = authorised(call, automatic=automatic)
    undo = samples.action(made, PAYMENT_ACTION_KIND_REVERSAL)

    seen = ADAPTER.reverse(call(undo.payment_action_id), made, undo)

    assert PAYMENT_STEP_STATE_SUCCEEDED == seen.state
    assert undo.payment_action_id == seen.step_id
    assert seen.amount == made.amount


def test_a_dispute_with_every_field_and_document(simulator: StripeSimulator, call: Callable[..., Call]) -> None:
    made = authorised(call, automatic=True)
    simulator.move(made.payment_id, "dispute:fraudulent")
    wanted = samples.dispute(simulator.store.all("dispute")[0]["id"])

    seen = ADAPTER.submit_evidence(call(), wanted, [samples.document(kind) for kind in dispute_mapping.FILES])

    assert DISPUTE_STATE_UNDER_REVIEW == seen.state
    kept = simulator.store.all("dispute")[0]["evidence"]
    assert {"duplicate_charge_id"} == {name for name, value in kept.items() if not value}


def test_a_dispute_is_accepted(simulator: StripeSimulator, call: Callable[..., Call]) -> None:
    made = authorised(call, automatic=True)
    simulator.move(made.payment_id, "dispute:general")
    wanted = samples.dispute(simulator.store.all("dispute")[0]["id"])

    assert DISPUTE_STATE_ACCEPTED == ADAPTER.accept_dispute(call(), wanted).state


@pytest.mark.parametrize("rail", samples.ACCOUNT_OF_RAIL, ids=rail_pb2.Rail.Name)
def test_a_payout_by_every_rail_its_look_up_and_its_cancellation(
    rail: rail_pb2.Rail.ValueType, call: Callable[..., Call]
) -> None:
    wanted = samples.payout(rail)

    made = ADAPTER.create_payout(call(), wanted, samples.beneficiary(samples.ACCOUNT_OF_RAIL[rail]))
    found = ADAPTER.look_up_payout(call(), wanted)
    cancelled = ADAPTER.cancel_payout(call(), wanted)

    assert (PAYOUT_STATE_SENT, made) == (made.state, found)
    assert PAYOUT_STATE_CANCELLED == cancelled.state


def test_a_balance_that_does_not_reach_is_a_decline(call: Callable[..., Call]) -> None:
    seen = ADAPTER.create_payout(call(), samples.payout(amount_minor=99_001), samples.beneficiary())

    assert (PAYOUT_STATE_FAILED, "balance_insufficient") == (seen.state, seen.provider_reason_code)


def test_somebody_else_s_account_is_refused_and_nothing_is_paid(
    simulator: StripeSimulator, call: Callable[..., Call]
) -> None:
    other = samples.beneficiary()
    other.bank_account.us.account_number = "000123456404"

    with pytest.raises(Rejected) as refused:
        ADAPTER.create_payout(call(), samples.payout(), other)

    assert ["beneficiary.bank_account"] == [problem.field for problem in refused.value.problems]
    assert [] == simulator.books()


def test_the_balance_that_people_look_at(
    simulator: StripeSimulator, wire: Recording, call: Callable[..., Call]
) -> None:
    authorised(call, automatic=True, amount_minor=10_000)
    headers = {"authorization": f"Bearer {samples.CREDENTIALS['secret_key']}"}

    held = httpx.get(f"{wire.url}/v1/balance", headers=headers).json()

    usd = next(each["amount"] for each in held["available"] if each["currency"] == "usd")
    assert 10**13 + 10_000 - 320 == usd


def test_every_event_that_the_simulator_sends(simulator: StripeSimulator, call: Callable[..., Call]) -> None:
    made = authorised(call, automatic=True)
    simulator.move(made.payment_id, "dispute:fraudulent")
    give = samples.refund(made, 1_000)
    ADAPTER.create_refund(call(give.refund_id), made, give)
    ADAPTER.create_payout(call(), samples.payout(), samples.beneficiary())

    for event in simulator.outbox.events:
        DOCUMENT.check_schema("event", json.loads(event.body))


def test_the_list_of_what_has_happened_is_as_the_document_says(
    simulator: StripeSimulator, wire: Recording, call: Callable[..., Call]
) -> None:
    payout = samples.payout()
    ADAPTER.create_payout(call(), payout, samples.beneficiary())
    simulator.move(payout.payout_id, "paid")

    listing = ADAPTER.list_changes(call(), datetime.now(UTC) - timedelta(hours=1), "payout.*")

    assert listing.observations
    assert "list_events" == simulator.requests[-1][0]
