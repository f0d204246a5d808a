"""The desk of an operations person: work items and replays of the company of a stage."""

from typing import Any

from corridor.operations.v1 import replay_service_pb2 as replays_api
from corridor.operations.v1 import work_item_service_pb2 as api
from corridor.operations.v1.replay_pb2 import Replay, ReplayEntry
from corridor.operations.v1.work_item_inspection_pb2 import WorkItemInspection
from corridor.operations.v1.work_item_pb2 import WORK_ITEM_STATE_OPEN, WORK_ITEM_STATE_RESOLVED, WorkItem
from server.kit.context import Caller, Context
from server.store import work_items
from tests.server import people
from tests.server.flows.stage import Stage
from tests.serving import SANDBOX, Client, Running


def opened(corridor: Running, company_id: str, resource_id: str, kind: int = 1, **about: str) -> None:
    """Open a work item as the platform does."""
    context = Context("req", "corr", caller=Caller(0, "corridor", company_id, SANDBOX))
    with corridor.parts.store.of(company_id, SANDBOX) as connection:
        work_items.open_item(connection, context, resource_id, kind, "Two answers that cannot both be true.", **about)


def items(client: Client, **filters: Any) -> list[WorkItem]:
    """The work items of a list."""
    return list(client.call("WorkItemService/ListWorkItems", api.ListWorkItemsRequest(**filters)).work_items)


def get(client: Client, item: WorkItem) -> WorkItem:
    """One item, with what can be done with it."""
    request = api.GetWorkItemRequest(work_item_id=item.work_item_id)
    found: WorkItem = client.call("WorkItemService/GetWorkItem", request).work_item
    return found


def inspect(client: Client, item: WorkItem) -> WorkItemInspection:
    """Everything about one."""
    request = api.InspectWorkItemRequest(work_item_id=item.work_item_id)
    found: WorkItemInspection = client.call("WorkItemService/InspectWorkItem", request).inspection
    return found


def retry(client: Client, item: WorkItem) -> str:
    """Retry one; what is done."""
    request = api.RetryWorkItemRequest(work_item_id=item.work_item_id)
    return str(client.call("WorkItemService/RetryWorkItem", request, key=people.new_key()).what)


def send(client: Client, item: WorkItem, connection_id: str = "") -> str:
    """Have one sent elsewhere; over which connection."""
    request = api.SendElsewhereWorkItemRequest(
        work_item_id=item.work_item_id, connection_id=connection_id, reason="The bank asked for it."
    )
    answer = client.call("WorkItemService/SendElsewhereWorkItem", request, key=people.new_key())
    return str(answer.connection_id)


def the_open_one(flow: Stage, resource_id: str, kind: int) -> WorkItem:
    """The open item of a resource and kind, once there is one."""

    def found() -> WorkItem | None:
        listed = items(flow.client, resource_id=resource_id, state=WORK_ITEM_STATE_OPEN, kinds=[kind])
        return listed[0] if listed else None

    item: WorkItem = flow.soon(found, what=f"work item of kind {kind}")
    return item


def resolved(flow: Stage, item: WorkItem) -> str:
    """The resolution of an item, once it has one."""

    def found() -> str | None:
        now = get(flow.client, item)
        return now.resolution if now.state == WORK_ITEM_STATE_RESOLVED else None

    return str(flow.soon(found, what="the item resolved"))


def replay(flow: Stage, **selection: Any) -> Replay:
    """A replay, once every entry shows what it would change."""
    request = replays_api.CreateReplayRequest(selection=selection, reason="The adapter has learnt the word.")
    made = flow.client.call("ReplayService/CreateReplay", request, key=people.new_key()).replay
    return _in_state(flow, made.replay_id, 2)


def run(flow: Stage, made: Replay) -> Replay:
    """The replay, once it has run."""
    request = replays_api.RunReplayRequest(replay_id=made.replay_id)
    flow.client.call("ReplayService/RunReplay", request, key=people.new_key())
    return _in_state(flow, made.replay_id, 4)


def entries(flow: Stage, made: Replay, **filters: Any) -> list[ReplayEntry]:
    """The entries of a replay."""
    request = replays_api.ListReplayEntriesRequest(replay_id=made.replay_id, **filters)
    return list(flow.client.call("ReplayService/ListReplayEntries", request).entries)


def _in_state(flow: Stage, replay_id: str, state: int) -> Replay:
    def found() -> Replay | None:
        now = flow.client.call("ReplayService/GetReplay", replays_api.GetReplayRequest(replay_id=replay_id)).replay
        return now if now.state == state else None

    there: Replay = flow.soon(found, what=f"replay in state {state}")
    return there
