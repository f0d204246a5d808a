"""Work items over gRPC: open until a person says what was found out, and what was said first stands."""

from typing import Any

import pytest

from corridor.operations.v1 import work_item_pb2
from corridor.operations.v1 import work_item_service_pb2 as api
from corridor.operations.v1.work_item_pb2 import WorkItem
from corridor.type.v1.environment_pb2 import Environment
from server.kit import ids
from server.kit.context import Caller, Context
from server.store import work_items
from tests.serving import LIVE, SANDBOX, Client, Refused, Running


def opened(
    corridor: Running, company_id: str, resource_id: str, kind: int = 1, environment: Environment.ValueType = SANDBOX
) -> None:
    """Open a work item as the platform does."""
    context = Context("req", "corr", caller=Caller(0, "corridor", company_id, environment))
    with corridor.parts.store.of(company_id, environment) as connection:
        work_items.open_item(connection, context, resource_id, kind, "Two answers that cannot both be true.")


def items(client: Client, **filters: Any) -> list[WorkItem]:
    """What is to be looked at, the newest first."""
    return list(client.call("WorkItemService/ListWorkItems", api.ListWorkItemsRequest(**filters)).work_items)


def resolve(client: Client, item: WorkItem, resolution: str = "Called the bank.", key: str = "") -> WorkItem:
    """The item afterwards."""
    request = api.ResolveWorkItemRequest(work_item_id=item.work_item_id, resolution=resolution)
    resolved: WorkItem = client.call("WorkItemService/ResolveWorkItem", request, key=key).work_item
    return resolved


def test_a_work_item_says_what_waits_and_why(corridor: Running) -> None:
    company_id, payout_id = corridor.company(), ids.new("po")
    opened(corridor, company_id, payout_id)
    client = corridor.client(company_id)

    (item,) = items(client)
    one = client.call("WorkItemService/GetWorkItem", api.GetWorkItemRequest(work_item_id=item.work_item_id)).work_item

    assert (payout_id, work_item_pb2.WORK_ITEM_KIND_CONFLICT, "corr") == (one.resource_id, one.kind, one.correlation_id)
    assert work_item_pb2.WORK_ITEM_STATE_OPEN == one.state
    assert (item.work_item_id, item.summary, item.create_time) == (one.work_item_id, one.summary, one.create_time)


def test_a_resolved_item_keeps_what_was_found_out(corridor: Running) -> None:
    company_id = corridor.company()
    opened(corridor, company_id, ids.new("po"))
    client = corridor.client(company_id)

    resolved = resolve(client, items(client)[0])

    assert [resolved] == items(client)
    assert (work_item_pb2.WORK_ITEM_STATE_RESOLVED, "Called the bank.") == (resolved.state, resolved.resolution)
    assert resolved.resolve_time.ToNanoseconds() >= resolved.create_time.ToNanoseconds()


def test_a_second_resolution_is_refused_and_the_first_stands(corridor: Running) -> None:
    company_id = corridor.company()
    opened(corridor, company_id, ids.new("po"))
    client = corridor.client(company_id)
    resolved = resolve(client, items(client)[0])

    with pytest.raises(Refused) as refused:
        resolve(client, resolved, "Something else.")

    assert "STATE_CONFLICT" == refused.value.reason
    assert [resolved] == items(client)


def test_a_repeated_resolution_gets_the_same_answer(corridor: Running) -> None:
    company_id = corridor.company()
    opened(corridor, company_id, ids.new("po"))
    client = corridor.client(company_id)
    (item,) = items(client)

    assert resolve(client, item, key="once") == resolve(client, item, key="once")


def test_a_resource_can_need_a_person_again_after_its_item_was_resolved(corridor: Running) -> None:
    company_id, payout_id = corridor.company(), ids.new("po")
    client = corridor.client(company_id)
    opened(corridor, company_id, payout_id)
    opened(corridor, company_id, payout_id)
    resolve(client, items(client)[0])
    opened(corridor, company_id, payout_id)

    assert [1, 2] == [item.state for item in items(client)]


def test_work_items_are_found_by_state_and_by_resource(corridor: Running) -> None:
    company_id, first, second = corridor.company(), ids.new("po"), ids.new("po")
    opened(corridor, company_id, first)
    opened(corridor, company_id, second)
    client = corridor.client(company_id)
    resolve(client, items(client, resource_id=first)[0])

    assert [first] == [item.resource_id for item in items(client, state=work_item_pb2.WORK_ITEM_STATE_RESOLVED)]
    assert [second] == [item.resource_id for item in items(client, state=work_item_pb2.WORK_ITEM_STATE_OPEN)]
    assert [] == items(client, state=work_item_pb2.WORK_ITEM_STATE_OPEN, resource_id=first)


def test_work_items_of_others_do_not_exist(corridor: Running) -> None:
    company_id = corridor.company()
    opened(corridor, company_id, ids.new("po"), environment=LIVE)
    (item,) = items(corridor.client(company_id, LIVE))

    for stranger in (corridor.client(company_id), corridor.client()):
        assert [] == items(stranger)
        with pytest.raises(Refused) as refused:
            resolve(stranger, item)
        assert "NOT_FOUND" == refused.value.reason
