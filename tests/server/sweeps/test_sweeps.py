"""A sweep finds what webhooks never brought, takes it in by the one door, and shows people what does not add up."""

import json

import pytest

from adapters.kit.simulator import Fault
from corridor.events.v1 import event_service_pb2
from corridor.operations.v1.work_item_pb2 import (
    WORK_ITEM_KIND_CONFLICT,
    WORK_ITEM_KIND_MISCONFIGURED,
    WORK_ITEM_KIND_UNMAPPED,
)
from corridor.payouts.v1.payout_pb2 import PAYOUT_STATE_RETURNED, PAYOUT_STATE_SENT, PAYOUT_STATE_SETTLED, Payout
from corridor.providers.v1 import sweep_service_pb2 as api
from corridor.providers.v1.sweep_pb2 import SWEEP_STATE_COMPLETED, SWEEP_STATE_FAILED
from server.kit import ids
from server.platform.sweeps.beginning import Beginning
from tests.server.flows.stage import Stage, Vendor
from tests.server.sweeps.sweeper import begin, ended, swept
from tests.serving import Refused, until


def unheard(flow: Stage, *minor: int) -> tuple[Vendor, list[Payout]]:
    """Payouts that have ended at a vendor whose webhooks never come."""
    vendor = flow.vendor(webhooks=False)
    flow.route(vendor)
    made = [flow.reaches(flow.pay(each), PAYOUT_STATE_SENT, hurry=False) for each in minor or (12_50,)]
    wanted = {payout.payout_id for payout in made}
    until(lambda: wanted <= {entry.reference for entry in vendor.simulator.books() if entry.state == "paid"})
    return vendor, made


def events(flow: Stage, kind: str) -> list[str]:
    listed = flow.client.call("EventService/ListEvents", event_service_pb2.ListEventsRequest(page_size=250)).events
    return [event.resource_id for event in listed if event.type == kind]


def test_what_no_webhook_brought_is_found(flow: Stage) -> None:
    vendor, (payout,) = unheard(flow)

    sweep = swept(flow, vendor.connection_id)

    assert (SWEEP_STATE_COMPLETED, True, "") == (sweep.state, sweep.complete, sweep.error)
    assert (PAYOUT_STATE_SETTLED, []) == (flow.now(payout).state, flow.items())
    assert sweep.counts.seen == sweep.counts.advanced + sweep.counts.repeated > 0


def test_the_timeline_tells_that_it_came_by_a_sweep(flow: Stage) -> None:
    vendor, (payout,) = unheard(flow)

    sweep = swept(flow, vendor.connection_id)

    told = [entry for entry in flow.timeline(payout) if entry.summary.endswith("by sweep")]
    assert {sweep.sweep_id} == {entry.details["source_id"] for entry in told}


def test_a_sweep_that_has_found_something_is_told_once(flow: Stage) -> None:
    vendor, _ = unheard(flow)

    sweep = swept(flow, vendor.connection_id)
    again = swept(flow, vendor.connection_id)

    assert [sweep.sweep_id] == events(flow, "sweep.completed")
    assert (0, sweep.counts.seen) == (again.counts.advanced, again.counts.repeated)


def test_a_return_of_long_after_is_found_by_the_next_sweep(flow: Stage) -> None:
    vendor, (payout,) = unheard(flow)
    swept(flow, vendor.connection_id)
    vendor.move(payout, PAYOUT_STATE_RETURNED)

    swept(flow, vendor.connection_id)

    assert PAYOUT_STATE_RETURNED == flow.now(payout).state


def test_what_webhooks_have_brought_is_not_taken_in_again(flow: Stage) -> None:
    vendor = flow.vendor()
    flow.route(vendor)
    payout = flow.reaches(flow.pay(), PAYOUT_STATE_SETTLED)
    flow.read(2)

    sweep = swept(flow, vendor.connection_id)

    assert (2, 0) == (sweep.counts.repeated, sweep.counts.advanced)
    assert not [entry for entry in flow.timeline(payout) if entry.summary.endswith("by sweep")]
    assert [] == events(flow, "sweep.completed")


def test_another_amount_is_for_a_person_and_changes_nothing(flow: Stage) -> None:
    vendor, (payout,) = unheard(flow)
    before = flow.now(payout)
    with vendor.simulator.store.lock:
        vendor.simulator.store.all("transfer")[0]["data"]["amount"] += 1
    vendor.simulator.move(payout.payout_id, "returned")

    sweep = swept(flow, vendor.connection_id)

    assert 1 == sweep.counts.conflicted
    assert [(WORK_ITEM_KIND_CONFLICT, "The provider has another amount or currency.")] == flow.items(payout.payout_id)
    assert (PAYOUT_STATE_SENT, PAYOUT_STATE_SETTLED) == (before.state, flow.now(payout).state)


def test_what_is_listed_under_an_id_that_there_is_not_is_for_a_person(flow: Stage) -> None:
    vendor, (payout,) = unheard(flow)
    stray = ids.new("po")
    with vendor.simulator.store.lock:
        kept = vendor.simulator.store.all("transfer")[0]
        kept["data"]["reference"] = stray
    vendor.simulator.move(stray, "returned")

    sweep = swept(flow, vendor.connection_id)

    assert 1 == sweep.counts.missing
    assert [WORK_ITEM_KIND_CONFLICT] == [kind for kind, _ in flow.items(stray)]
    assert PAYOUT_STATE_SETTLED == flow.now(payout).state


def test_an_unknown_word_is_loud_and_stops_nothing(flow: Stage) -> None:
    vendor, (first, second) = unheard(flow, 12_50, 13_50)
    vendor.simulator.move(first.payout_id, "quarantined")
    vendor.simulator.move(second.payout_id, "returned")

    sweep = swept(flow, vendor.connection_id)

    assert (SWEEP_STATE_COMPLETED, 1) == (sweep.state, sweep.counts.unknown)
    assert [WORK_ITEM_KIND_UNMAPPED] == [kind for kind, _ in flow.items(sweep.sweep_id)]
    assert "quarantined" in flow.items(sweep.sweep_id)[0][1]
    assert (PAYOUT_STATE_SETTLED, PAYOUT_STATE_RETURNED) == (flow.now(first).state, flow.now(second).state)


def test_what_others_made_at_the_provider_is_left_alone(flow: Stage) -> None:
    vendor, (payout,) = unheard(flow)
    with vendor.simulator.store.lock:
        kept = json.loads(json.dumps(vendor.simulator.store.all("transfer")[0]))
        kept["data"] |= {"id": "tr_of_others", "reference": "invoice 7"}
        vendor.simulator.store.put("transfer", "tr_of_others", kept)
    vendor.simulator.move("tr_of_others", "returned")

    sweep = swept(flow, vendor.connection_id)

    assert (1, []) == (sweep.counts.others, flow.items())
    assert PAYOUT_STATE_SETTLED == flow.now(payout).state


def test_a_list_longer_than_a_page_is_gone_through_to_its_end(flow: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.sandbox.listings.PAGE_SIZE", 4)
    vendor, payouts = unheard(flow, 10_00, 11_00, 12_00, 13_00, 14_00)

    sweep = swept(flow, vendor.connection_id)

    assert 3 == sweep.counts.pages
    assert {PAYOUT_STATE_SETTLED} == {flow.now(payout).state for payout in payouts}


def test_credentials_that_are_refused_end_the_sweep_and_ask_for_a_person(flow: Stage) -> None:
    vendor = flow.vendor(webhooks=False, credentials={"api_key": "revoked-key"})

    sweep = swept(flow, vendor.connection_id)

    assert SWEEP_STATE_FAILED == sweep.state
    assert [WORK_ITEM_KIND_MISCONFIGURED] == [kind for kind, _ in flow.items(vendor.connection_id)]


def test_one_that_runs_is_answered_instead_of_another(flow: Stage) -> None:
    vendor = flow.vendor(webhooks=False)
    with vendor.simulator.store.lock:  # it answers nobody meanwhile
        first, second = begin(flow, vendor.connection_id), begin(flow, vendor.connection_id)
        listed = flow.client.call("SweepService/ListSweeps", api.ListSweepsRequest(connection_id=vendor.connection_id))

    assert first.sweep_id == second.sweep_id == ended(flow, first.sweep_id).sweep_id
    assert [first.sweep_id] == [sweep.sweep_id for sweep in listed.sweeps]


def test_a_sweep_of_others_is_not_there(flow: Stage) -> None:
    vendor = flow.vendor(webhooks=False)
    sweep = begin(flow, vendor.connection_id)
    stranger = flow.corridor.client()

    with pytest.raises(Refused) as refused:
        stranger.call("SweepService/GetSweep", api.GetSweepRequest(sweep_id=sweep.sweep_id))

    assert "NOT_FOUND" == refused.value.reason


def test_every_connection_is_swept_without_being_asked(flow: Stage) -> None:
    vendor, (payout,) = unheard(flow)
    parts = flow.corridor.parts
    often = Beginning(parts.store, parts.providers, parts.waker, parts.machine_clock, 0.001)

    often.begin_due()

    until(lambda: flow.now(payout).state == PAYOUT_STATE_SETTLED, what="settled")
    listed = flow.client.call("SweepService/ListSweeps", api.ListSweepsRequest(connection_id=vendor.connection_id))
    assert 1 == len(listed.sweeps)


def test_a_provider_that_does_not_answer_is_asked_again(flow: Stage) -> None:
    vendor, (payout,) = unheard(flow)
    vendor.simulator.fault(Fault("refuse", seconds=1), "list_events")

    made = begin(flow, vendor.connection_id)
    flow.soon(lambda: flow.now(payout).state == PAYOUT_STATE_SETTLED)

    assert SWEEP_STATE_COMPLETED == ended(flow, made.sweep_id).state


def test_what_nobody_has_told_of_is_looked_up_at_once(flow: Stage) -> None:
    vendor = flow.vendor(webhooks=False)
    flow.route(vendor)
    vendor.simulator.fault(Fault("reset"), "create_transfer")
    vendor.simulator.fault(Fault("refuse"), "list_transfers", times=50)
    payout = flow.pay()
    until(lambda: put_off(flow), what="its look-up put off")
    vendor.simulator.clear_faults()

    sweep = swept(flow, vendor.connection_id)

    assert 1 == sweep.counts.looked_up
    until(lambda: vendor.paid(payout), what="repeated under its key")
    assert [(12_50, "EUR")] == vendor.paid(payout)


def put_off(flow: Stage) -> bool:
    """Let what waits of the company's look-ups wait for an hour; whether there was any."""
    with flow.corridor.parts.store.anyone() as connection:
        return bool(
            connection.execute(
                "UPDATE corridor.work SET run_time = clock_timestamp() + interval '1 hour' WHERE company_id = %s "
                "AND kind = 'payouts.follow' AND lease_time IS NULL AND run_time > clock_timestamp()",
                (flow.company_id,),
            ).rowcount
        )
