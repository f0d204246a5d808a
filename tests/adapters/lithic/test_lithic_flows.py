"""Lithic at the end of whole flows: what is particular to it, with server and worker round it."""

import httpx
import pytest

from corridor.payouts.v1.payout_pb2 import (
    PAYOUT_STATE_FAILED,
    PAYOUT_STATE_PENDING,
    PAYOUT_STATE_RETURNED,
    PAYOUT_STATE_SETTLED,
)
from corridor.payouts.v1.payout_reason_pb2 import PAYOUT_REASON_ACCOUNT_CLOSED, PAYOUT_REASON_INSUFFICIENT_FUNDS
from corridor.webhooks.v1.inbound_delivery_pb2 import INBOUND_DELIVERY_STATE_IGNORED
from tests.adapters.lithic import samples
from tests.server import people
from tests.server.flows.stage import Stage

NAME = "lithic"


def test_a_return_of_weeks_later_says_why(flow: Stage) -> None:
    vendor = flow.vendor(NAME)
    flow.route(vendor)
    made = flow.reaches(flow.pay(account=people.us_account()), PAYOUT_STATE_SETTLED)

    vendor.simulator.move(made.payout_id, "ACH_RETURN_PROCESSED:R02")
    returned = flow.reaches(made, PAYOUT_STATE_RETURNED)

    assert ("R02", PAYOUT_REASON_ACCOUNT_CLOSED) == (returned.provider_reason_code, returned.reason)
    assert [] == flow.items()


@pytest.mark.parametrize("amount", [99_002, 99_011])
def test_a_decline_has_failed_for_want_of_money(flow: Stage, amount: int) -> None:
    vendor = flow.vendor(NAME)
    flow.route(vendor)

    declined = flow.reaches(flow.pay(amount, people.us_account()), PAYOUT_STATE_FAILED)

    assert PAYOUT_REASON_INSUFFICIENT_FUNDS == declined.reason
    assert [] == flow.items()


def test_doubled_and_reversed_webhooks_end_in_the_same_state(flow: Stage) -> None:
    vendor = flow.vendor(NAME)
    flow.route(vendor)
    made = flow.reaches(flow.pay(99_004, people.us_account()), PAYOUT_STATE_RETURNED)

    vendor.simulator.outbox.replay(seed=7)
    flow.read(5)

    assert PAYOUT_STATE_RETURNED == flow.now(made).state
    assert 1 == len(vendor.paid(made))
    assert [] == flow.items()


def test_a_payment_made_in_the_vendors_dashboard_is_ignored(flow: Stage) -> None:
    vendor = flow.vendor(NAME, step_seconds=60)
    known = {"Authorization": vendor.fixtures.credentials["api_key"]}
    with httpx.Client(base_url=vendor.simulator.url, headers=known) as person:
        account = person.post("/v1/external_bank_accounts", json=samples.account_body()).json()["token"]
        body = {**samples.payment_body(), "external_bank_account_token": account}
        person.post(
            "/v1/payments", json={name: body[name] for name in body if name not in ("token", "user_defined_id")}
        )

    assert [INBOUND_DELIVERY_STATE_IGNORED] == flow.read(1)
    assert [] == flow.items()


def test_a_payout_that_waits_is_followed_without_webhooks(flow: Stage) -> None:
    vendor = flow.vendor(NAME, webhooks=False)
    flow.route(vendor)
    made = flow.reaches(flow.pay(99_001, people.us_account()), PAYOUT_STATE_PENDING)

    vendor.simulator.move(made.payout_id, "ACH_ORIGINATION_SETTLED")

    assert PAYOUT_STATE_SETTLED == flow.reaches(made, PAYOUT_STATE_SETTLED).state
