"""The process is killed at every named point of putting a sandbox's clock forward.

After a restart the call under its key has moved the company's time once, and its account's at the provider once.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from corridor.sandbox.v1 import clock_service_pb2 as api
from server.store.embedded import Embedded
from tests.chaos.world import World, world
from tests.database import fresh_database, worker
from tests.serving import SANDBOX, Client, Refused, running, until

DAY = 86_400
POINTS = ("sandbox_clock.after_advance", "sandbox_clock.before_call", "sandbox_clock.after_call")


@pytest.fixture
def here(postgres: Embedded, migrated: str, tmp_path: Path) -> Iterator[World]:
    """A world on a database of its own."""
    url = fresh_database(postgres, f"clock_{worker()}", template=migrated)
    with running(url, tmp_path) as corridor:
        key = corridor.client(corridor.company("Clock", SANDBOX)).key
    with world(url, tmp_path, key) as made:
        yield made


@pytest.mark.parametrize("point", POINTS)
def test_a_process_killed_while_the_clock_moves_has_moved_it_once(here: World, point: str) -> None:
    here.start()
    here.set_up()
    assert here.node is not None
    here.node.stop()
    here.start(failpoint=point)

    with here.supervised():
        answer = until(lambda: advanced(here), seconds=30, what="an answer")
        until(lambda: here.deaths, seconds=20, what=f"death at {point}")
        until(lambda: not behind(here), seconds=30, what="the account follows")

    assert 1 == here.deaths
    assert DAY == answer.clock.ahead.seconds
    assert timedelta(seconds=DAY - 60) < at_the_provider(here) - datetime.now(UTC) < timedelta(seconds=DAY + 60)


def advanced(here: World) -> api.AdvanceClockResponse | None:
    """The answer to one and the same call, once there is one."""
    request = api.AdvanceClockRequest()
    request.duration.FromSeconds(DAY)
    client = Client(f"127.0.0.1:{here.port}", here.key)
    try:
        answer: api.AdvanceClockResponse = client.call("ClockService/AdvanceClock", request, key="once", timeout=10.0)
    except Refused:
        return None
    finally:
        client.close()
    return answer


def behind(here: World) -> bool:
    """Whether the account at the provider has still to follow."""
    client = Client(f"127.0.0.1:{here.port}", here.key)
    try:
        clock = client.call("ClockService/GetClock", api.GetClockRequest()).clock
    except Refused:
        return True
    finally:
        client.close()
    return any(each.behind.seconds for each in clock.connections)


def at_the_provider(here: World) -> datetime:
    """What time it is for the account."""
    headers = {"Authorization": "Bearer sk_sandbox_chaos"}
    now: str = httpx.get(f"{here.simulator.url}/v1/test_clock", headers=headers).json()["now"]
    return datetime.fromisoformat(now)
