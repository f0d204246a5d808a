"""Modern Treasury at the end of whole flows: what is particular to it, with server and worker round it."""

import httpx
import pytest

from corridor.payouts.v1 import payout_service_pb2 as api
from corridor.payouts.v1.payout_pb2 import (
    PAYOUT_STATE_CANCELLED,
    PAYOUT_STATE_FAILED,
    PAYOUT_STATE_RETURNED,
    PAYOUT_STATE_SENT,
    PAYOUT_STATE_SETTLED,
)
from corridor.payouts.v1.payout_reason_pb2 import PAYOUT_REASON_ACCOUNT_CLOSED, PAYOUT_REASON_DECLINED_BY_PROVIDER
from corridor.webhooks.v1.inbound_delivery_pb2 import INBOUND_DELIVERY_STATE_IGNORED
from tests.server import people
from tests.server.flows.stage import Stage, Vendor

NAME = "modern_treasury"


def order(vendor: Vendor) -> str:
    """A payment order that somebody makes in the vendor's dashboard; its id."""
    known = vendor.fixtures.credentials
    account = {
        "account_details": [{"account_number": "123456789"}],
        "routing_details": [
            {"routing_number": "021000021", "routing_number_type": "aba", "payment_type": "ach"},
        ],
    }
    body = {
        "type": "ach", "amount": 700, "currency": "USD", "direction": "credit",
        "originating_account_id": known["originating_account_id"], "receiving_account": account,
    }  # fmt: skip
    auth = (known["organization_id"], known["api_key"])
    return str(httpx.post(f"{vendor.simulator.url}/api/payment_orders", json=body, auth=auth).json()["id"])


@pytest.mark.parametrize("told_by", ["return", "payment_order"])
def test_a_return_of_months_later_is_known_by_the_return_or_by_the_order(flow: Stage, told_by: str) -> None:
    vendor = flow.vendor(NAME, webhooks=False)
    flow.route(vendor)
    made = flow.reaches(flow.pay(account=people.us_account()), PAYOUT_STATE_SETTLED)
    vendor.simulator.move(made.payout_id, "returned:R02")
    # A return carries the order's id, and nothing of ours.
    told = [each for each in vendor.simulator.outbox.events if f'"object": "{told_by}"'.encode() in each.body]

    flow.listen(vendor)
    vendor.simulator.notify(told[-1])
    returned = flow.reaches(made, PAYOUT_STATE_RETURNED)

    assert ("R02", PAYOUT_REASON_ACCOUNT_CLOSED) == (returned.provider_reason_code, returned.reason)
    assert [] == flow.items()


def test_an_order_and_its_return_made_in_the_dashboard_are_ignored(flow: Stage) -> None:
    vendor = flow.vendor(NAME, step_seconds=60)

    vendor.simulator.move(order(vendor), "returned:R03")

    assert [INBOUND_DELIVERY_STATE_IGNORED] * 2 == flow.read(2)
    assert [] == flow.items()


def test_an_order_that_waits_for_approval_is_cancelled(flow: Stage) -> None:
    vendor = flow.vendor(NAME)
    flow.route(vendor)
    made = flow.reaches(flow.pay(99_001, people.us_account()), PAYOUT_STATE_SENT)

    cancelled = flow.client.call("PayoutService/CancelPayout", api.CancelPayoutRequest(payout_id=made.payout_id)).payout

    assert PAYOUT_STATE_CANCELLED == cancelled.state


def test_an_order_that_an_approver_denies_has_failed(flow: Stage) -> None:
    vendor = flow.vendor(NAME)
    flow.route(vendor)

    denied = flow.reaches(flow.pay(99_002, people.us_account()), PAYOUT_STATE_FAILED)

    assert PAYOUT_REASON_DECLINED_BY_PROVIDER == denied.reason


def test_a_notice_of_change_leaves_the_payout_settled(flow: Stage) -> None:
    vendor = flow.vendor(NAME)
    flow.route(vendor)
    made = flow.reaches(flow.pay(99_009, people.us_account()), PAYOUT_STATE_SETTLED)

    states = flow.read(4)

    assert INBOUND_DELIVERY_STATE_IGNORED == states[-1]
    assert (PAYOUT_STATE_SETTLED, []) == (flow.now(made).state, flow.items())
