"""Currencycloud at the end of whole flows: what is particular to it, with server and worker round it."""

from adapters.kit.simulator import Fault
from corridor.payouts.v1.payout_pb2 import (
    PAYOUT_STATE_FAILED,
    PAYOUT_STATE_PENDING,
    PAYOUT_STATE_RETURNED,
    PAYOUT_STATE_SETTLED,
)
from corridor.payouts.v1.payout_reason_pb2 import PAYOUT_REASON_REGULATORY
from tests.server.flows.stage import Stage

NAME = "currencycloud"


def test_a_payout_settles_without_a_conversion(flow: Stage) -> None:
    vendor = flow.vendor(NAME)
    flow.route(vendor)

    settled = flow.reaches(flow.pay(), PAYOUT_STATE_SETTLED)

    assert [(settled.amount.amount_minor, "EUR")] == vendor.paid(settled)
    assert [] == vendor.simulator.store.all("conversion")
    assert [] == flow.items()


def test_a_payout_whose_conversion_is_lost_on_the_way_is_converted_and_paid_once(flow: Stage) -> None:
    vendor = flow.vendor(NAME, credentials={"funding_currency": "GBP"})
    flow.route(vendor)
    vendor.simulator.fault(Fault("lost_answer"), "create_conversion")

    settled = flow.reaches(flow.pay(), PAYOUT_STATE_SETTLED)

    assert 1 == len(vendor.simulator.store.all("conversion"))
    assert 1 == len(vendor.paid(settled))


def test_a_payment_that_the_vendor_s_review_rejects_has_failed_for_that_reason(flow: Stage) -> None:
    vendor = flow.vendor(NAME)
    flow.route(vendor)

    assert PAYOUT_REASON_REGULATORY == flow.reaches(flow.pay(99_004), PAYOUT_STATE_FAILED).reason


def test_notifications_doubled_and_reversed_come_to_the_same_end(flow: Stage) -> None:
    vendor = flow.vendor(NAME, webhooks=False)
    flow.route(vendor)
    made = flow.reaches(flow.pay(99_005), PAYOUT_STATE_PENDING)
    flow.soon(lambda: len(vendor.simulator.outbox.events) >= 3, what="all notifications")
    told = list(vendor.simulator.outbox.events)

    flow.listen(vendor)
    for event in [*reversed(told), *told]:
        vendor.simulator.notify(event)
    flow.read(2 * len(told))

    assert PAYOUT_STATE_RETURNED == flow.reaches(made, PAYOUT_STATE_RETURNED).state
    assert [] == flow.items()
