"""Dwolla at the end of whole flows: what is particular to it, with server and worker round it."""

from adapters.kit.simulator import Fault
from corridor.operations.v1.work_item_pb2 import WORK_ITEM_KIND_CONFLICT
from corridor.payouts.v1.payout_pb2 import (
    PAYOUT_STATE_FAILED,
    PAYOUT_STATE_PENDING,
    PAYOUT_STATE_RETURNED,
    PAYOUT_STATE_SETTLED,
)
from corridor.payouts.v1.payout_reason_pb2 import PAYOUT_REASON_ACCOUNT_CLOSED, PAYOUT_REASON_INSUFFICIENT_FUNDS
from tests.server import people
from tests.server.flows.stage import Stage

NAME = "dwolla"


def test_a_payout_settles(flow: Stage) -> None:
    vendor = flow.vendor(NAME)
    flow.route(vendor)

    settled = flow.reaches(flow.pay(account=people.us_account()), PAYOUT_STATE_SETTLED)

    assert [(settled.amount.amount_minor, "USD")] == vendor.paid(settled)
    assert [] == flow.items()


def test_of_a_failure_the_vendor_is_asked_so_that_its_code_is_known(flow: Stage) -> None:
    vendor = flow.vendor(NAME, step_seconds=60)
    flow.route(vendor)
    made = flow.reaches(flow.pay(account=people.us_account()), PAYOUT_STATE_PENDING)

    vendor.simulator.move(made.payout_id, "failed:R02")
    returned = flow.reaches(made, PAYOUT_STATE_RETURNED)

    assert ("R02", PAYOUT_REASON_ACCOUNT_CLOSED) == (returned.provider_reason_code, returned.reason)
    assert [] == flow.items()


def test_a_return_after_the_end_is_told_by_a_webhook_and_asked_about(flow: Stage) -> None:
    vendor = flow.vendor(NAME)
    flow.route(vendor)
    made = flow.reaches(flow.pay(account=people.us_account()), PAYOUT_STATE_SETTLED)

    vendor.simulator.move(made.payout_id, "failed:R02")
    returned = flow.reaches(made, PAYOUT_STATE_RETURNED)

    assert "R02" == returned.provider_reason_code
    assert [] == flow.items()


def test_webhooks_doubled_and_reversed_come_to_the_same_end(flow: Stage) -> None:
    vendor = flow.vendor(NAME, webhooks=False)
    flow.route(vendor)
    made = flow.reaches(flow.pay(99_004, people.us_account()), PAYOUT_STATE_PENDING)
    flow.soon(lambda: len(vendor.simulator.outbox.events) >= 6, what="all events")
    told = list(vendor.simulator.outbox.events)

    flow.listen(vendor)
    for event in [*reversed(told), *told]:
        vendor.simulator.notify(event)
    flow.read(2 * len(told))
    returned = flow.reaches(made, PAYOUT_STATE_RETURNED)

    assert "R02" == returned.provider_reason_code
    assert [] == flow.items()


def test_a_transfer_that_the_balance_does_not_cover_has_failed_for_that_reason(flow: Stage) -> None:
    vendor = flow.vendor(NAME)
    flow.route(vendor)

    failed = flow.reaches(flow.pay(99_011, people.us_account()), PAYOUT_STATE_FAILED)

    assert PAYOUT_REASON_INSUFFICIENT_FUNDS == failed.reason
    assert [] == vendor.paid(failed)


def test_a_question_without_an_answer_is_asked_again(flow: Stage) -> None:
    vendor = flow.vendor(NAME)
    flow.route(vendor)
    made = flow.reaches(flow.pay(account=people.us_account()), PAYOUT_STATE_SETTLED)

    vendor.simulator.fault(Fault("refuse"), "get_transfer", times=2)
    vendor.simulator.move(made.payout_id, "failed:R02")

    assert "R02" == flow.reaches(made, PAYOUT_STATE_RETURNED).provider_reason_code


def test_what_is_told_without_saying_what_stands_in_the_timeline_and_changes_nothing_by_itself(flow: Stage) -> None:
    vendor = flow.vendor(NAME)
    flow.route(vendor)
    made = flow.reaches(flow.pay(account=people.us_account()), PAYOUT_STATE_SETTLED)

    vendor.simulator.fault(Fault("refuse"), "get_transfer", times=1000)
    vendor.simulator.move(made.payout_id, "failed:R02")
    summary = flow.soon(
        lambda: next((e.summary for e in flow.timeline(made) if "transfer_failed" in e.summary), None), what="the entry"
    )

    assert "which the provider is asked about" in summary
    assert PAYOUT_STATE_SETTLED == flow.now(made).state


def test_a_transfer_that_is_told_of_and_not_there_is_for_a_person(flow: Stage) -> None:
    vendor = flow.vendor(NAME)
    flow.route(vendor)
    made = flow.reaches(flow.pay(account=people.us_account()), PAYOUT_STATE_SETTLED)

    with vendor.simulator.store.lock:
        (transfer,) = vendor.simulator.store.all("transfer")
        vendor.simulator.store.put("owner", transfer["id"], {"account": "somebody else"})
    vendor.simulator.move(made.payout_id, "failed:R02")

    assert "knows nothing of it" in flow.asked_for(made, WORK_ITEM_KIND_CONFLICT)
