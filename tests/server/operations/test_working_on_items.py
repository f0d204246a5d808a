"""Work items as a team works on them: found, counted, given to somebody, told of when they grow old, resolved."""

from datetime import UTC, datetime, timedelta

import pytest

from corridor.events.v1 import event_service_pb2
from corridor.operations.v1 import work_item_event_pb2, work_item_pb2
from corridor.operations.v1 import work_item_service_pb2 as api
from corridor.operations.v1.work_item_pb2 import WorkItem
from server.kit import ids
from server.platform.access import admin
from server.platform.operations import aging
from tests.server import people
from tests.server.operations import desk
from tests.server.sandbox.sandbox_scene import advance
from tests.serving import SANDBOX, Client, Refused, Running

CONFLICT, NO_ROUTE = work_item_pb2.WORK_ITEM_KIND_CONFLICT, work_item_pb2.WORK_ITEM_KIND_NO_ROUTE
OVERDUE = work_item_pb2.WORK_ITEM_KIND_OVERDUE


def assign(client: Client, item: WorkItem, assignee_id: str) -> WorkItem:
    """The item afterwards."""
    request = api.AssignWorkItemRequest(work_item_id=item.work_item_id, assignee_id=assignee_id)
    assigned: WorkItem = client.call("WorkItemService/AssignWorkItem", request).work_item
    return assigned


def events_of(client: Client, item: WorkItem) -> list[tuple[int, str]]:
    """Sequence and type of an item's events, the earliest first."""
    request = event_service_pb2.ListEventsRequest(resource_id=item.work_item_id)
    found = client.call("EventService/ListEvents", request).events
    return sorted((each.sequence, each.type) for each in found)


def aged(corridor: Running, item: WorkItem, company_id: str, **age: int) -> None:
    """Let an item have been opened so long ago, and have ages told."""
    opened = datetime.now(UTC) - timedelta(**age)
    with corridor.parts.store.of(company_id, SANDBOX) as rows:
        rows.execute(
            "UPDATE corridor.work_items SET create_time = %s, next_alert_time = now() WHERE work_item_id = %s",
            (opened, item.work_item_id),
        )
    corridor.parts.operating.aging.run()


def test_items_are_found_by_what_they_are_about(corridor: Running) -> None:
    company_id, payout, payment = corridor.company(), ids.new("po"), ids.new("pay")
    desk.opened(corridor, company_id, payout, CONFLICT, provider="sandbox", connection_id="conn_1")
    desk.opened(corridor, company_id, payment, NO_ROUTE)
    client = corridor.client(company_id)

    assert [payout] == [item.resource_id for item in desk.items(client, domain="payouts")]
    assert [payment] == [item.resource_id for item in desk.items(client, kinds=[NO_ROUTE])]
    assert [payout] == [item.resource_id for item in desk.items(client, provider="sandbox")]
    assert [] == desk.items(client, older_than=timedelta(hours=1))
    assert [payout, payment] == [item.resource_id for item in desk.items(client, oldest_first=True)]


def test_pages_of_the_oldest_join_without_gap_or_double(corridor: Running) -> None:
    company_id = corridor.company()
    named = [ids.new("po") for _ in range(5)]
    for each in named:
        desk.opened(corridor, company_id, each)
    client, token, found = corridor.client(company_id), "", []
    while True:
        request = api.ListWorkItemsRequest(oldest_first=True, page_size=2, page_token=token)
        answer = client.call("WorkItemService/ListWorkItems", request)
        found += [item.resource_id for item in answer.work_items]
        token = answer.next_page_token
        if not token:
            break

    assert named == found


def test_the_first_page_counts_what_is_open_of_each_kind(corridor: Running) -> None:
    company_id = corridor.company()
    for kind in (CONFLICT, CONFLICT, NO_ROUTE):
        desk.opened(corridor, company_id, ids.new("po"), kind)

    request = api.ListWorkItemsRequest(page_size=1)
    answer = corridor.client(company_id).call("WorkItemService/ListWorkItems", request)

    assert {CONFLICT: 2, NO_ROUTE: 1} == {each.kind: each.count for each in answer.open.counts}


def test_an_item_is_given_to_an_api_key_and_taken_back(corridor: Running) -> None:
    company_id = corridor.company()
    desk.opened(corridor, company_id, ids.new("po"))
    client = corridor.client(company_id)
    key, _ = admin.create_key(corridor.parts.store, corridor.parts.keys, company_id, SANDBOX, "Night shift", ())
    (item,) = desk.items(client)

    given = assign(client, item, key.api_key_id)

    assert (key.api_key_id, "Night shift") == (given.assignee_id, given.assignee_name)
    assert [item.work_item_id] == [each.work_item_id for each in desk.items(client, assignee_id=key.api_key_id)]
    assert "" == assign(client, item, "").assignee_id
    assert [item.work_item_id] == [each.work_item_id for each in desk.items(client, assignee_id="nobody")]


def test_an_item_is_given_to_nobody_of_another_company(corridor: Running) -> None:
    company_id, other = corridor.company(), corridor.company()
    desk.opened(corridor, company_id, ids.new("po"))
    key, _ = admin.create_key(corridor.parts.store, corridor.parts.keys, other, SANDBOX, "Theirs", ())
    client = corridor.client(company_id)

    with pytest.raises(Refused) as refused:
        assign(client, desk.items(client)[0], key.api_key_id)

    assert ("INVALID_ARGUMENT", ["assignee_id"]) == (refused.value.reason, refused.value.fields)


def test_every_change_of_an_item_is_an_event_in_order_and_without_its_texts(corridor: Running) -> None:
    company_id = corridor.company()
    desk.opened(corridor, company_id, ids.new("po"))
    client = corridor.client(company_id)
    (item,) = desk.items(client)
    key, _ = admin.create_key(corridor.parts.store, corridor.parts.keys, company_id, SANDBOX, "Me", ())
    assign(client, item, key.api_key_id)
    aged(corridor, item, company_id, hours=2)
    request = api.ResolveWorkItemRequest(work_item_id=item.work_item_id, resolution="Called the bank.")
    client.call("WorkItemService/ResolveWorkItem", request)

    names = ["opened", "assigned", "aging", "resolved"]
    assert [(number, f"work_item.{name}") for number, name in enumerate(names, 1)] == events_of(client, item)
    listed = client.call("EventService/ListEvents", event_service_pb2.ListEventsRequest(resource_id=item.work_item_id))
    told = work_item_event_pb2.WorkItemResolved()
    assert any(each.data.Unpack(told) for each in listed.events)
    assert ("", "") == (told.work_item.summary, told.work_item.resolution)


def test_each_age_is_told_once(corridor: Running) -> None:
    company_id = corridor.company()
    desk.opened(corridor, company_id, ids.new("po"))
    client = corridor.client(company_id)
    (item,) = desk.items(client)
    for hours in (2, 2, 5, 5):
        aged(corridor, item, company_id, hours=hours)

    (now,) = desk.items(client)
    assert 2 == now.alerts
    assert [1, 2, 3] == [number for number, _ in events_of(client, item)]


def test_a_company_sets_its_own_ages(corridor: Running) -> None:
    company_id = corridor.company()
    client = corridor.client(company_id)
    request = api.SetAgingRuleRequest()
    request.rule.kind = CONFLICT
    request.rule.ages.add().FromTimedelta(timedelta(minutes=2))
    client.call("WorkItemService/SetAgingRule", request, key=people.new_key())
    desk.opened(corridor, company_id, ids.new("po"))
    (item,) = desk.items(client)
    aged(corridor, item, company_id, minutes=3)

    rules = client.call("WorkItemService/GetAgingRules", api.GetAgingRulesRequest()).rules

    assert [120] == [each.seconds for rule in rules if rule.kind == CONFLICT for each in rule.ages]
    assert 1 == desk.items(client)[0].alerts


def test_ages_must_rise(corridor: Running) -> None:
    request = api.SetAgingRuleRequest()
    request.rule.kind = CONFLICT
    for minutes in (5, 2):
        request.rule.ages.add().FromTimedelta(timedelta(minutes=minutes))

    assert ["rule.ages"] == people.refused(corridor.client(), "WorkItemService/SetAgingRule", request).fields


def test_an_age_is_told_by_the_clock_of_the_sandbox(corridor: Running) -> None:
    company_id = corridor.company()
    desk.opened(corridor, company_id, ids.new("po"))
    client = corridor.client(company_id)
    advance(client, 5 * 3600)
    corridor.parts.operating.aging.run()

    (item,) = desk.items(client)

    assert 2 == item.alerts
    assert item.age.seconds >= 5 * 3600


@pytest.mark.parametrize(("hours", "passed"), [(0.5, 0), (1, 1), (23, 2), (24, 3)])
def test_ages_that_are_passed(hours: float, passed: int) -> None:
    assert passed == aging.passed_ages((3600, 4 * 3600, 24 * 3600), timedelta(hours=hours))


def test_open_items_are_measured_by_kind(corridor: Running) -> None:
    desk.opened(corridor, corridor.company(), ids.new("po"), OVERDUE)

    found = corridor.parts.metrics.registry.get_sample_value(
        "corridor_work_items_open", {"environment": "sandbox", "kind": "overdue"}
    )

    assert found
    assert found >= 1
