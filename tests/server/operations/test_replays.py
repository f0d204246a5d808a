"""Replays: what they would change is shown first, and done exactly so. What has changed since is left."""

from typing import Any

import pytest

from adapters.kit.simulator import Fault
from corridor.audit.v1 import audit_service_pb2
from corridor.operations.v1 import replay_pb2 as proto
from corridor.operations.v1 import replay_service_pb2 as api
from corridor.operations.v1.work_item_pb2 import WORK_ITEM_KIND_NO_ROUTE, WORK_ITEM_STATE_RESOLVED
from corridor.payouts.v1.payout_pb2 import PAYOUT_STATE_SENT, PAYOUT_STATE_SETTLED, Payout
from corridor.providers.v1 import connection_service_pb2
from corridor.webhooks.v1.inbound_delivery_pb2 import INBOUND_DELIVERY_STATE_PROCESSED, INBOUND_DELIVERY_STATE_REFUSED
from server.platform.operations import replays
from tests.server import people
from tests.server.flows.stage import WORK_ITEM, Stage, Vendor
from tests.server.operations import desk
from tests.serving import Refused

_OTHER = "whsec_" + "c2FuZGJveC13ZWJob29rLXNlY3JldC0wMDAy"
ADVANCES, REFUSED, SENDS = proto.REPLAY_EFFECT_ADVANCES, proto.REPLAY_EFFECT_REFUSED, proto.REPLAY_EFFECT_SENDS
DONE, LEFT = proto.REPLAY_ENTRY_STATE_DONE, proto.REPLAY_ENTRY_STATE_LEFT
REFUSED_ONES = {"inbound_deliveries": {"states": [INBOUND_DELIVERY_STATE_REFUSED]}}


def deaf(flow: Stage) -> Vendor:
    """A vendor that signs with a secret that the connection does not have, and that cannot be asked."""
    vendor = flow.vendor(webhooks=False)
    vendor.simulator.register(f"{flow.bridge}/{vendor.connection_id}", _OTHER)
    for operation in ("get_transfer", "list_transfers", "list_events"):
        vendor.simulator.fault(Fault("refuse"), operation, times=10_000)
    flow.route(vendor)
    return vendor


def unheard(flow: Stage, vendor: Vendor) -> Payout:
    """A payout that is settled at the vendor, of which no webhook was genuine."""
    made = flow.reaches(flow.pay(), PAYOUT_STATE_SENT, hurry=False)

    def all_refused() -> bool:
        outbox = vendor.simulator.outbox
        arrived = {each.event_id for each in outbox.deliveries if each.status}
        told = [each for each in outbox.events if each.event_id in arrived]
        refused = {INBOUND_DELIVERY_STATE_REFUSED} == {each.state for each in flow.inbound()}
        return any(b"paid" in each.body for each in told) and len(told) == len(outbox.events) and refused

    flow.soon(all_refused, what="every webhook refused")
    return made


def learn(flow: Stage, vendor: Vendor) -> None:
    """Give the connection the secret that the vendor signs with; the vendor delivers nothing again by itself."""
    vendor.simulator.outbox.stop()
    request = connection_service_pb2.RotateCredentialsRequest(
        connection_id=vendor.connection_id, credentials={**vendor.fixtures.credentials, "webhook_secret": _OTHER}
    )
    flow.client.call("ConnectionService/RotateCredentials", request, key=people.new_key())


def counts(found: proto.Replay) -> dict[int, tuple[int, int, int]]:
    """Entries, done and left of each effect."""
    return {each.effect: (each.entries, each.done, each.left) for each in found.counts}


def of(flow: Stage, **selection: Any) -> proto.Replay:
    """A replay that is ready."""
    return desk.replay(flow, **selection)


def test_what_is_still_not_genuine_is_shown_so_and_left(flow: Stage) -> None:
    vendor = deaf(flow)
    made = unheard(flow, vendor)

    found = of(flow, **REFUSED_ONES)
    ran = desk.run(flow, found)

    assert set(counts(found)) == {REFUSED}
    assert [0] == [done for _, done, _ in counts(ran).values()]
    assert PAYOUT_STATE_SENT == flow.now(made).state


def test_deliveries_that_have_become_genuine_show_what_they_would_change_and_then_do_it(flow: Stage) -> None:
    vendor = deaf(flow)
    made = unheard(flow, vendor)
    learn(flow, vendor)

    found = of(flow, **REFUSED_ONES)

    (last, *_) = [each for each in reversed(desk.entries(flow, found)) if each.effect == ADVANCES]
    assert (made.payout_id, "sent") == (last.changes[0].resource_id, last.changes[0].before)
    assert PAYOUT_STATE_SENT == flow.now(made).state  # nothing has changed yet
    desk.run(flow, found)
    assert flow.reaches(made, PAYOUT_STATE_SETTLED)
    assert INBOUND_DELIVERY_STATE_PROCESSED in {each.state for each in flow.inbound()}


def test_a_replay_that_has_run_is_not_run_again(flow: Stage) -> None:
    vendor = deaf(flow)
    made = unheard(flow, vendor)
    learn(flow, vendor)
    found = desk.run(flow, of(flow, **REFUSED_ONES))
    flow.reaches(made, PAYOUT_STATE_SETTLED)
    before = flow.now(made)

    again = desk.run(flow, found)

    assert counts(found) == counts(again)
    assert before == flow.now(made)


def test_an_entry_whose_payout_has_changed_since_is_left(flow: Stage) -> None:
    vendor = deaf(flow)
    made = unheard(flow, vendor)
    learn(flow, vendor)
    found = of(flow, **REFUSED_ONES)
    desk.run(flow, of(flow, **REFUSED_ONES))  # somebody else's
    flow.reaches(made, PAYOUT_STATE_SETTLED)

    ran = desk.run(flow, found)

    left = [each for each in desk.entries(flow, ran) if each.effect == ADVANCES]
    assert left
    assert {LEFT} == {each.state for each in left}
    assert all("changed since" in each.note for each in left)


def test_work_items_are_retried_together(flow: Stage) -> None:
    vendor = flow.vendor()
    flow.route(vendor, mode=WORK_ITEM)
    made = [flow.pay() for _ in range(3)]
    items = [desk.the_open_one(flow, each.payout_id, WORK_ITEM_KIND_NO_ROUTE) for each in made]
    flow.route(vendor)

    found = of(flow, work_items={"kinds": [WORK_ITEM_KIND_NO_ROUTE]})
    ran = desk.run(flow, found)

    assert {SENDS: (3, 0, 0)} == counts(found)
    assert {SENDS: (3, 3, 0)} == counts(ran)
    assert [[(12_50, "EUR")]] * 3 == [vendor.paid(flow.reaches(each, PAYOUT_STATE_SETTLED)) for each in made]
    for item in items:
        flow.soon(lambda item=item: desk.get(flow.client, item).state == WORK_ITEM_STATE_RESOLVED)


def test_every_entry_that_is_done_stands_in_the_audit_trail(flow: Stage) -> None:
    vendor = flow.vendor()
    flow.route(vendor, mode=WORK_ITEM)
    item = desk.the_open_one(flow, flow.pay().payout_id, WORK_ITEM_KIND_NO_ROUTE)
    flow.route(vendor)
    ran = desk.run(flow, of(flow, work_items={"work_item_ids": [item.work_item_id]}))

    request = audit_service_pb2.ListAuditEntriesRequest(resource_id=item.work_item_id)
    found = flow.client.call("AuditService/ListAuditEntries", request).audit_entries

    assert ["replay.run"] == [each.action for each in found if each.action.startswith("replay")]
    assert ran.run_by == next(each.caller_id for each in found if each.action == "replay.run")


def test_a_replay_that_was_given_up_changes_nothing(flow: Stage) -> None:
    flow.route(flow.vendor(), mode=WORK_ITEM)
    item = desk.the_open_one(flow, flow.pay().payout_id, WORK_ITEM_KIND_NO_ROUTE)
    found = of(flow, work_items={"work_item_ids": [item.work_item_id]})
    flow.client.call("ReplayService/CancelReplay", api.CancelReplayRequest(replay_id=found.replay_id))

    request = api.RunReplayRequest(replay_id=found.replay_id)
    refused = people.refused(flow.client, "ReplayService/RunReplay", request)

    assert "STATE_CONFLICT" == refused.reason
    assert {SENDS: (1, 0, 0)} == counts(
        flow.client.call("ReplayService/GetReplay", api.GetReplayRequest(replay_id=found.replay_id)).replay
    )


def test_a_replay_needs_a_choice(flow: Stage) -> None:
    request = api.CreateReplayRequest(selection={}, reason="x")
    with pytest.raises(Refused) as refused:
        flow.client.call("ReplayService/CreateReplay", request, key=people.new_key())

    assert ("INVALID_ARGUMENT", ["selection"]) == (refused.value.reason, refused.value.fields)


def test_a_company_has_no_more_replays_than_it_brings_to_an_end(flow: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replays, "OPEN_AT_MOST", 2)
    first, second = (of(flow, work_items={}) for _ in range(2))
    request = api.CreateReplayRequest(selection={"work_items": {}}, reason="x")

    refused = people.refused(flow.client, "ReplayService/CreateReplay", request, key=people.new_key())
    assert ("STATE_CONFLICT", "2") == (refused.reason, refused.metadata["open"])
    cancel = api.CancelReplayRequest(replay_id=first.replay_id)
    flow.client.call("ReplayService/CancelReplay", cancel)
    desk.run(flow, second)
    assert of(flow, work_items={}).replay_id


def test_entries_are_listed_by_effect_and_in_pages(flow: Stage) -> None:
    flow.route(flow.vendor(), mode=WORK_ITEM)
    for _ in range(3):
        desk.the_open_one(flow, flow.pay().payout_id, WORK_ITEM_KIND_NO_ROUTE)
    found = of(flow, work_items={})
    positions, token = [], ""
    while True:
        request = api.ListReplayEntriesRequest(replay_id=found.replay_id, page_size=2, page_token=token, effect=SENDS)
        answer = flow.client.call("ReplayService/ListReplayEntries", request)
        positions += [each.position for each in answer.entries]
        token = answer.next_page_token
        if not token:
            break

    assert [1, 2, 3] == positions
