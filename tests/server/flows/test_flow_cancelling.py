"""Cancelling: at once where no provider has the payout, by asking where one has, and never by guessing."""

import pytest

from adapters.kit.simulator import Fault
from adapters.sandbox import scenarios
from corridor.payouts.v1 import payout_service_pb2 as api
from corridor.payouts.v1.payout_pb2 import (
    PAYOUT_STATE_ACCEPTED,
    PAYOUT_STATE_CANCELLED,
    PAYOUT_STATE_HELD,
    PAYOUT_STATE_PENDING,
    PAYOUT_STATE_SENT,
    PAYOUT_STATE_SETTLED,
    Payout,
)
from corridor.payouts.v1.payout_reason_pb2 import PAYOUT_REASON_CANCELLED_BY_COMPANY
from tests.server import people
from tests.server.flows.stage import QUEUE, Stage
from tests.serving import Refused, until


def cancel(flow: Stage, payout: Payout) -> Payout:
    """The payout after its cancellation was asked for."""
    request = api.CancelPayoutRequest(payout_id=payout.payout_id)
    found: Payout = flow.client.call("PayoutService/CancelPayout", request).payout
    return found


def refused(flow: Stage, payout: Payout) -> str:
    """The reason for which a cancellation is refused."""
    with pytest.raises(Refused) as refusal:
        cancel(flow, payout)
    return refusal.value.reason


def test_a_payout_that_waits_for_its_route_is_cancelled_and_never_sent(flow: Stage) -> None:
    vendor = flow.vendor()
    flow.route(vendor, mode=QUEUE)
    made = flow.pay()

    cancelled = cancel(flow, made)
    flow.route(vendor)
    sent = flow.reaches(flow.pay(), PAYOUT_STATE_SETTLED)

    assert (PAYOUT_STATE_CANCELLED, PAYOUT_REASON_CANCELLED_BY_COMPANY) == (cancelled.state, cancelled.reason)
    assert (1, [], []) == (len(vendor.paid(sent)), vendor.paid(made), flow.attempts(made))


def test_a_held_payout_is_cancelled(flow: Stage) -> None:
    people.hold_above(flow.client, 1)
    held = flow.pay()

    assert (PAYOUT_STATE_HELD, PAYOUT_STATE_CANCELLED) == (held.state, cancel(flow, held).state)


def test_a_payout_that_is_being_sent_is_not_cancelled(flow: Stage) -> None:
    vendor = flow.vendor(webhooks=False)
    flow.route(vendor)
    vendor.simulator.fault(Fault("slow", seconds=0.5), "create_transfer")
    made = flow.pay()
    until(lambda: flow.attempts(made))

    assert ("STATE_CONFLICT", PAYOUT_STATE_ACCEPTED) == (refused(flow, made), flow.now(made).state)
    assert 1 == len(vendor.paid(flow.reaches(made, PAYOUT_STATE_SETTLED)))


def test_a_payout_that_the_provider_still_stops_is_cancelled(flow: Stage) -> None:
    vendor = flow.vendor()
    flow.route(vendor)
    made = flow.reaches(flow.pay(scenarios.amount("never_settles")), PAYOUT_STATE_PENDING)

    cancelled = cancel(flow, made)

    assert (PAYOUT_STATE_CANCELLED, PAYOUT_REASON_CANCELLED_BY_COMPANY) == (cancelled.state, cancelled.reason)
    assert ["cancelled"] == [entry.state for entry in vendor.simulator.books()]
    assert cancelled == cancel(flow, made)
    assert 1 == len(vendor.calls("cancel_transfer"))


def test_a_payout_that_was_paid_meanwhile_is_not_cancelled_and_is_known_to_be_settled(flow: Stage) -> None:
    vendor = flow.vendor(webhooks=False, step_seconds=60)
    flow.route(vendor)
    made = flow.reaches(flow.pay(), PAYOUT_STATE_SENT, hurry=False)
    vendor.simulator.move(made.payout_id, "paid")

    assert ("PAYOUT_NOT_CANCELLABLE", PAYOUT_STATE_SETTLED) == (refused(flow, made), flow.now(made).state)


def test_a_settled_payout_is_not_cancelled(flow: Stage) -> None:
    vendor = flow.vendor()
    flow.route(vendor)
    made = flow.reaches(flow.pay(), PAYOUT_STATE_SETTLED)

    assert "PAYOUT_NOT_CANCELLABLE" == refused(flow, made)
    assert [] == vendor.calls("cancel_transfer")


@pytest.mark.parametrize("kind", ["refuse", "lost_answer"])
def test_a_cancellation_without_an_answer_says_so_and_can_be_repeated(flow: Stage, kind: str) -> None:
    vendor = flow.vendor(webhooks=False)
    flow.route(vendor)
    made = flow.reaches(flow.pay(scenarios.amount("never_settles")), PAYOUT_STATE_PENDING)
    vendor.simulator.fault(Fault(kind), "cancel_transfer")  # type: ignore[arg-type] # one of the kinds

    assert "UNAVAILABLE" == refused(flow, made)
    assert PAYOUT_STATE_CANCELLED == cancel(flow, made).state
