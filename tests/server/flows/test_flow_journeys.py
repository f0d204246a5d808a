"""Whole journeys of a payout: from the call over the vendor and back to the company's endpoint, all of it recorded."""

import json
from typing import Any

import pytest
from standardwebhooks import Webhook

from adapters.kit.discovery import providers
from corridor.payouts.v1.payout_pb2 import PAYOUT_STATE_RETURNED, PAYOUT_STATE_SETTLED, Payout
from corridor.type.v1.rail_pb2 import RAIL_ACH, RAIL_SEPA, Rail
from corridor.type.v1.timeline_pb2 import (
    TIMELINE_KIND_ATTEMPT,
    TIMELINE_KIND_CALL,
    TIMELINE_KIND_DELIVERY,
    TIMELINE_KIND_EVENT,
    TIMELINE_KIND_INBOUND_DELIVERY,
    TIMELINE_KIND_OBSERVATION,
    TIMELINE_KIND_ROUTE_DECISION,
    TimelineEntry,
)
from tests.server import people
from tests.server.flows.stage import Stage
from tests.server.webhooks.receiver import Receiver
from tests.serving import until

ACCOUNTS = {RAIL_ACH: people.us_account(), RAIL_SEPA: people.euro_account()}
WAYS = [
    (provider.name, rail)
    for provider in providers().values()
    for rail in ACCOUNTS
    if "payouts" in provider.manifest.coverage and rail in provider.manifest.coverage["payouts"].rails
]
"""Each provider by each rail that there is an account for."""
CORRELATION = "checkout-4711"


def told(hook: Receiver, payout: Payout, count: int) -> list[dict[str, Any]]:
    """The events that the company was sent of a payout, once there are so many, in the order in which they came."""

    def events() -> list[dict[str, Any]] | None:
        found = [json.loads(each.body) for each in list(hook.received)]
        mine = [each for each in found if each["resource_id"] == payout.payout_id]
        return mine if len(mine) >= count else None

    found: list[dict[str, Any]] = until(events, what=f"{count} events delivered")
    return found


@pytest.mark.parametrize(("provider", "rail"), WAYS, ids=lambda way: str(way))
def test_a_payout_settles_and_the_company_hears_every_step_in_order(
    flow: Stage, hook: Receiver, provider: str, rail: Rail.ValueType
) -> None:
    account = ACCOUNTS[rail]
    secret = flow.endpoint(hook.url)
    vendor = flow.vendor(provider)
    flow.route(vendor)

    settled = flow.reaches(flow.pay(account=account, rail=rail), PAYOUT_STATE_SETTLED, hurry=False)
    events = told(hook, settled, settled.revision)

    kinds = [event["type"] for event in events]
    assert ["payout.accepted", "payout.settled"] == [kinds[0], kinds[-1]]
    assert {"payout.sent", "payout.pending"} >= set(kinds[1:-1])
    assert list(range(1, settled.revision + 1)) == [int(event["sequence"]) for event in events]
    assert [(12_50, account.currency_code)] == vendor.paid(settled)
    assert (vendor.connection_id, provider) == (settled.connection_id, settled.provider)
    for each in hook.received:
        Webhook(secret).verify(each.body, each.headers)


@pytest.mark.parametrize(("provider", "rail"), WAYS, ids=lambda way: str(way))
def test_the_correlation_id_of_the_call_travels_everywhere(
    flow: Stage, hook: Receiver, provider: str, rail: Rail.ValueType
) -> None:
    flow.endpoint(hook.url)
    vendor = flow.vendor(provider)
    flow.route(vendor)

    made = flow.pay(account=ACCOUNTS[rail], rail=rail, x_correlation_id=CORRELATION)
    settled = flow.reaches(made, PAYOUT_STATE_SETTLED, hurry=False)
    events = told(hook, settled, settled.revision)

    assert CORRELATION == settled.correlation_id
    assert [CORRELATION] == [headers["x-correlation-id"] for headers in vendor.calls()]
    assert {CORRELATION} == {each.headers["x-correlation-id"] for each in hook.received}
    assert {CORRELATION} == {event["correlation_id"] for event in events}
    with people.rows(flow.corridor, flow.client) as connection:
        for table in ("audit", "attempts", "observations", "events"):
            # Reads of the payout stand in the audit trail too, each under an id of its own.
            writes = "AND action = 'payout.create'" if table == "audit" else ""
            rows = connection.execute(
                f"SELECT DISTINCT correlation_id FROM corridor.{table} WHERE resource_id = %s {writes}",
                (made.payout_id,),
            ).fetchall()
            assert [(CORRELATION,)] == rows, table


def test_the_timeline_has_every_step_in_its_order_with_ids_durations_and_outcomes(flow: Stage, hook: Receiver) -> None:
    flow.endpoint(hook.url)
    vendor = flow.vendor(step_seconds=0.15)  # one step after the other, so that there is one order
    flow.route(vendor)
    settled = flow.reaches(flow.pay(), PAYOUT_STATE_SETTLED, hurry=False)
    told(hook, settled, 4)

    entries = until(lambda: complete(flow, settled))

    steps = [
        (TIMELINE_KIND_CALL, "payout.create", "done"),
        (TIMELINE_KIND_EVENT, "payout.accepted", ""),
        (TIMELINE_KIND_ROUTE_DECISION, "routed to sandbox", "send"),
        (TIMELINE_KIND_ATTEMPT, "create_payout", "answered"),
        (TIMELINE_KIND_OBSERVATION, "observed sent (received) by response", "advances"),
        (TIMELINE_KIND_EVENT, "payout.sent", ""),
        (TIMELINE_KIND_INBOUND_DELIVERY, "webhook in", "processed"),
        (TIMELINE_KIND_OBSERVATION, "observed pending (processing) by webhook", "advances"),
        (TIMELINE_KIND_EVENT, "payout.pending", ""),
        (TIMELINE_KIND_INBOUND_DELIVERY, "webhook in", "processed"),
        (TIMELINE_KIND_OBSERVATION, "observed settled (paid) by webhook", "advances"),
        (TIMELINE_KIND_EVENT, "payout.settled", ""),
    ]
    assert steps == [
        (entry.kind, entry.summary, entry.outcome) for entry in entries if entry.kind != TIMELINE_KIND_DELIVERY
    ]
    words = ("accepted", "sent", "pending", "settled")
    assert [(f"webhook out payout.{word}", "200") for word in words] == [
        (entry.summary, entry.outcome) for entry in entries if entry.kind == TIMELINE_KIND_DELIVERY
    ]
    assert all(entry.record_id and (entry.actor or entry.kind == TIMELINE_KIND_OBSERVATION) for entry in entries)
    timed = (TIMELINE_KIND_ATTEMPT, TIMELINE_KIND_INBOUND_DELIVERY, TIMELINE_KIND_DELIVERY)
    assert all(entry.HasField("duration") for entry in entries if entry.kind in timed)
    assert [entry.time.ToNanoseconds() for entry in entries] == sorted(entry.time.ToNanoseconds() for entry in entries)


def test_the_timeline_shows_what_was_asked_and_answered_and_nothing_sensitive(flow: Stage) -> None:
    vendor = flow.vendor()
    flow.route(vendor)
    settled = flow.reaches(flow.pay(reference="secret-canary"), PAYOUT_STATE_SETTLED)

    (attempt,) = [entry for entry in flow.timeline(settled) if entry.summary == "create_payout"]

    exchange = json.loads(attempt.details["exchange_1"])
    assert ("POST", 201, f"{vendor.simulator.url}/v1/transfers") == (
        exchange["method"], exchange["status"], exchange["url"],
    )  # fmt: skip
    shown = str(flow.timeline(settled))
    for hidden in ("secret-canary", people.IBAN, "Example GmbH", *vendor.fixtures.credentials.values()):
        assert hidden not in shown


@pytest.mark.parametrize(("provider", "rail"), WAYS, ids=lambda way: str(way))
def test_a_payout_that_comes_back_is_told_after_its_settlement(
    flow: Stage, hook: Receiver, provider: str, rail: Rail.ValueType
) -> None:
    flow.endpoint(hook.url)
    vendor = flow.vendor(provider)
    flow.route(vendor)
    made = flow.reaches(flow.pay(account=ACCOUNTS[rail], rail=rail), PAYOUT_STATE_SETTLED, hurry=False)

    vendor.move(made, PAYOUT_STATE_RETURNED)
    returned = flow.reaches(made, PAYOUT_STATE_RETURNED, hurry=False)
    events = told(hook, returned, returned.revision)

    assert ["payout.settled", "payout.returned"] == [event["type"] for event in events[-2:]]
    assert events[-1]["data"]["payout"]["provider_reason_code"] == returned.provider_reason_code


def complete(flow: Stage, payout: Payout) -> list[TimelineEntry] | None:
    """The timeline, once every event was delivered and every webhook of the vendor was read."""
    entries = flow.timeline(payout)
    kinds = [entry.kind for entry in entries]
    done = kinds.count(TIMELINE_KIND_DELIVERY) == 4 and kinds.count(TIMELINE_KIND_INBOUND_DELIVERY) == 2
    return entries if done else None
