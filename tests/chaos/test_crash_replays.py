"""The process is killed at every named point of a replay. After a restart each entry was done, and done once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from corridor.operations.v1 import replay_pb2, replay_service_pb2
from corridor.operations.v1 import work_item_service_pb2 as items_api
from corridor.payouts.v1.payout_pb2 import PAYOUT_STATE_SETTLED
from corridor.providers.v1 import route_pb2, route_service_pb2
from server.store.embedded import Embedded
from tests.chaos import checks
from tests.chaos.world import World, world
from tests.database import fresh_database, worker
from tests.serving import SANDBOX, Refused, running, until

POINTS = ("replay.compared", "replay.before_entry", "replay.after_entry")
_PAYOUTS = 3


@pytest.fixture
def here(postgres: Embedded, migrated: str, tmp_path: Path) -> Iterator[World]:
    """A world on a database of its own."""
    url = fresh_database(postgres, f"replays_{worker()}", template=migrated)
    with running(url, tmp_path) as corridor:
        key = corridor.client(corridor.company("Chaos", SANDBOX)).key
    with world(url, tmp_path, key) as made:
        yield made


def route(here: World, mode: "route_pb2.RouteMode.ValueType") -> None:
    """Let payouts go, or leave them to a person."""
    request = route_service_pb2.SetRouteRequest(domain="payouts", mode=mode, primary_connection_id=here.connection_id)
    here.client().call("RouteService/SetRoute", request)


def found(here: World, replay_id: str) -> replay_pb2.Replay:
    """The replay; an empty one while nothing answers."""
    try:
        request = replay_service_pb2.GetReplayRequest(replay_id=replay_id)
        replay: replay_pb2.Replay = here.client().call("ReplayService/GetReplay", request, timeout=5.0).replay
    except Refused:
        return replay_pb2.Replay()
    return replay


def settled(here: World, payout_ids: list[str]) -> bool:
    """Whether the payouts are settled; False while nothing answers."""
    try:
        there = here.payouts()
    except Refused:
        return False
    return {PAYOUT_STATE_SETTLED} == {there[each].state for each in payout_ids}


def run(here: World, replay_id: str) -> bool:
    """Have it run; False while nothing answers."""
    request = replay_service_pb2.RunReplayRequest(replay_id=replay_id)
    try:
        here.client().call("ReplayService/RunReplay", request, timeout=5.0)
    except Refused:
        return False
    return True


@pytest.mark.parametrize("point", POINTS)
def test_a_replay_whose_process_is_killed_is_done_once(here: World, point: str) -> None:
    here.start()
    here.set_up()
    route(here, route_pb2.ROUTE_MODE_WORK_ITEM)
    payout_ids = [here.pay(f"payout-{number}", 100) for number in range(_PAYOUTS)]
    request = items_api.ListWorkItemsRequest()
    until(lambda: len(here.client().call("WorkItemService/ListWorkItems", request).work_items) == _PAYOUTS)
    route(here, route_pb2.ROUTE_MODE_ON)
    assert here.node is not None
    here.node.stop()
    here.start(failpoint=f"{point}:1")

    with here.supervised():
        create = replay_service_pb2.CreateReplayRequest(selection={"work_items": {}}, reason="a route is on")
        replay = here.client().call("ReplayService/CreateReplay", create, key="replay").replay
        until(lambda: found(here, replay.replay_id).state == replay_pb2.REPLAY_STATE_READY, seconds=40)
        until(lambda: run(here, replay.replay_id))
        until(lambda: found(here, replay.replay_id).state == replay_pb2.REPLAY_STATE_DONE, seconds=40)
        until(lambda: here.deaths, seconds=20, what=f"death at {point}")
        until(lambda: settled(here, payout_ids), seconds=60, what="every payout settled")
        payouts = checks.settle_down(here, payout_ids, seconds=40)

    assert 1 == here.deaths
    assert [(_PAYOUTS, 0)] == [(each.done, each.left) for each in found(here, replay.replay_id).counts]
    checks.check(here, payouts, said=f"after {point}")
