"""Nothing is silently pending: what lost its work gets it back, and what waits for long is told to a person."""

from datetime import UTC, datetime, timedelta

import pytest

from corridor.operations.v1.work_item_pb2 import WORK_ITEM_KIND_NO_ROUTE, WORK_ITEM_KIND_WAITING, WORK_ITEM_STATE_OPEN
from corridor.payouts.v1.payout_pb2 import PAYOUT_STATE_PENDING, PAYOUT_STATE_SETTLED
from corridor.payouts.v1.payout_service_pb2 import CancelPayoutRequest
from server.kit import ids
from server.platform.operations import stuck
from server.platform.operations.stuck import Stuck
from tests.server import people
from tests.server.flows.stage import QUEUE, WORK_ITEM, Stage
from tests.server.operations import desk
from tests.serving import until


class Later:
    """A clock that is ahead, as if the test had waited."""

    def now(self) -> datetime:
        """The time, in UTC."""
        return datetime.now(UTC) + timedelta(hours=2)


def look(flow: Stage) -> None:
    """Look for what nobody attends to, as if hours had gone by."""
    parts = flow.corridor.parts
    Stuck(parts.store, parts.operating.stuck.domains, Later(), parts.waker, timedelta(seconds=-60)).run()


def forget_work(flow: Stage, resource_id: str) -> None:
    """Lose the work of a resource, as no code does."""
    with flow.corridor.parts.store.anyone() as rows:
        until(
            lambda: (
                not rows.execute(
                    "SELECT FROM corridor.work WHERE resource_id = %s AND lease_time > clock_timestamp()",
                    (resource_id,),
                ).fetchall()
            )
        )
        rows.execute("DELETE FROM corridor.work WHERE resource_id = %s", (resource_id,))


def test_an_accepted_payout_that_lost_its_work_is_sent_after_all(flow: Stage) -> None:
    vendor = flow.vendor()
    flow.route(vendor, mode=QUEUE)
    made = flow.pay()
    until(lambda: waiting(flow, made.payout_id))
    forget_work(flow, made.payout_id)
    flow.route(vendor)

    look(flow)

    assert [(12_50, "EUR")] == vendor.paid(flow.reaches(made, PAYOUT_STATE_SETTLED))


def waiting(flow: Stage, resource_id: str) -> bool:
    """Whether the work of a resource is parked."""
    with flow.corridor.parts.store.anyone() as rows:
        query = "SELECT FROM corridor.work WHERE resource_id = %s AND state = 2"
        return bool(rows.execute(query, (resource_id,)).fetchall())


def test_a_payout_under_way_that_lost_its_work_is_asked_about_again(flow: Stage) -> None:
    vendor = flow.vendor(webhooks=False, step_seconds=3600.0)
    flow.route(vendor)
    made = flow.pay()
    flow.soon(lambda: flow.now(made).provider_reference)
    forget_work(flow, made.payout_id)
    vendor.move(made, PAYOUT_STATE_SETTLED)

    look(flow)

    flow.reaches(made, PAYOUT_STATE_SETTLED)


def test_what_waits_for_a_route_for_hours_is_told_to_a_person_once(flow: Stage) -> None:
    vendor = flow.vendor()
    flow.route(vendor, mode=QUEUE)
    made = flow.pay()
    until(lambda: waiting(flow, made.payout_id))

    look(flow)
    look(flow)

    listed = desk.items(flow.client, resource_id=made.payout_id)
    assert [WORK_ITEM_KIND_WAITING] == [item.kind for item in listed]
    assert "until something changes for more than an hour" in listed[0].summary


def test_what_was_cancelled_while_it_waited_is_nobodys_work_any_more(flow: Stage) -> None:
    flow.route(flow.vendor(), mode=QUEUE)
    made = flow.pay()
    until(lambda: waiting(flow, made.payout_id))
    request = CancelPayoutRequest(payout_id=made.payout_id)
    flow.client.call("PayoutService/CancelPayout", request, key=people.new_key())

    look(flow)

    until(lambda: not waiting(flow, made.payout_id))
    assert [] == desk.items(flow.client, resource_id=made.payout_id)


def test_what_still_waits_after_its_item_was_resolved_is_told_again(flow: Stage) -> None:
    flow.route(flow.vendor(), mode=WORK_ITEM)
    made = flow.pay()
    item = desk.the_open_one(flow, made.payout_id, WORK_ITEM_KIND_NO_ROUTE)
    from corridor.operations.v1 import work_item_service_pb2 as api

    request = api.ResolveWorkItemRequest(work_item_id=item.work_item_id, resolution="Somebody else's.")
    flow.client.call("WorkItemService/ResolveWorkItem", request)

    look(flow)

    (now,) = desk.items(flow.client, resource_id=made.payout_id, state=WORK_ITEM_STATE_OPEN)
    assert "it still waits" in now.summary


def test_what_is_attended_to_is_left_alone(flow: Stage) -> None:
    vendor = flow.vendor(webhooks=False, step_seconds=3600.0)
    flow.route(vendor)
    made = flow.pay()
    flow.soon(lambda: flow.now(made).provider_reference)

    look(flow)

    assert [] == desk.items(flow.client, resource_id=made.payout_id)


def test_an_item_whose_payout_has_come_to_its_end_is_resolved_by_that(flow: Stage) -> None:
    flow.route(flow.vendor())
    made = flow.reaches(flow.pay(), PAYOUT_STATE_SETTLED)
    desk.opened(flow.corridor, flow.company_id, made.payout_id, WORK_ITEM_KIND_WAITING)
    (item,) = desk.items(flow.client, resource_id=made.payout_id)
    with flow.corridor.parts.store.of(flow.company_id, 1) as rows:
        rows.execute("UPDATE corridor.work_items SET next_alert_time = now()")

    flow.corridor.parts.operating.aging.run()

    assert "settled" in desk.get(flow.client, item).resolution


@pytest.mark.parametrize("prefix", ["po", "pay", "act", "ref", "dsp"])
def test_every_routed_kind_is_looked_through(flow: Stage, prefix: str) -> None:
    domains = flow.corridor.parts.operating.stuck.domains

    assert prefix in {each for routed in domains.all() for each in routed.stuck}
    assert domains.of(ids.new(prefix)) is not None


def test_a_payout_that_is_pending_is_no_work_item(flow: Stage) -> None:
    vendor = flow.vendor(step_seconds=3600.0)
    flow.route(vendor)
    made = flow.pay()
    flow.soon(lambda: flow.now(made).provider_reference)
    vendor.move(made, PAYOUT_STATE_PENDING)
    flow.reaches(made, PAYOUT_STATE_PENDING)

    look(flow)

    assert [] == desk.items(flow.client, resource_id=made.payout_id)


def test_a_round_that_was_too_long_goes_on_where_it_ended(flow: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    parts = flow.corridor.parts
    looking = Stuck(parts.store, parts.operating.stuck.domains, Later(), parts.waker)
    kinds = [prefix for routed in looking.domains.all() for prefix in routed.stuck]
    monkeypatch.setattr(stuck, "_RUN_SECONDS", -1.0)

    for _ in kinds:
        looking.run()

    assert set(kinds) == set(looking.places)
