"""The process is killed at every named point of a sweep. It goes on where it was, and changes things once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from corridor.payouts.v1.payout_pb2 import PAYOUT_STATE_RETURNED, PAYOUT_STATE_SETTLED
from corridor.providers.v1 import sweep_service_pb2 as api
from corridor.providers.v1.sweep_pb2 import SWEEP_STATE_COMPLETED, Sweep
from server.store.embedded import Embedded
from tests.chaos import checks
from tests.chaos.world import World, world
from tests.database import fresh_database, worker
from tests.serving import SANDBOX, Refused, running, until

# Whether the provider is asked for the first page once more, because it had not been noted as done.
POINTS = {"sweep.before_observe": True, "sweep.after_observe": True, "sweep.after_page": False}
_PAYOUTS = 3
_REPEATED = 100  # a page of the sandbox's list


@pytest.fixture
def here(postgres: Embedded, migrated: str, tmp_path: Path) -> Iterator[World]:
    """A world on a database of its own."""
    url = fresh_database(postgres, f"sweeping_{worker()}", template=migrated)
    with running(url, tmp_path) as corridor:
        key = corridor.client(corridor.company("Chaos", SANDBOX)).key
    with world(url, tmp_path, key) as made:
        yield made


def begun(here: World) -> str:
    """Ask for a sweep; its id once there is an answer, else nothing."""
    client = here.client()
    try:
        request = api.SweepConnectionRequest(connection_id=here.connection_id)
        return str(client.call("SweepService/SweepConnection", request, key="sweep", timeout=5.0).sweep.sweep_id)
    except Refused:
        return ""
    finally:
        client.close()


def completed(here: World, sweep_id: str) -> Sweep | None:
    """The sweep once it is through."""
    client = here.client()
    try:
        request = api.GetSweepRequest(sweep_id=sweep_id)
        found: Sweep = client.call("SweepService/GetSweep", request, timeout=5.0).sweep
    except Refused:
        return None
    finally:
        client.close()
    return found if found.state == SWEEP_STATE_COMPLETED else None


@pytest.mark.parametrize("point", POINTS)
def test_a_sweep_whose_process_is_killed_goes_on_at_its_page(here: World, point: str) -> None:
    here.start()
    here.set_up()
    here.simulator.outbox.targets = []  # nothing but the sweep tells of what happens once they are settled
    payout_ids = [here.pay(f"payout-{number}", 100) for number in range(_PAYOUTS)]
    until(lambda: {PAYOUT_STATE_SETTLED} == {each.state for each in here.payouts().values()}, seconds=40)
    for _ in range(_REPEATED):
        here.simulator.move(payout_ids[0], "paid")
    for payout_id in payout_ids:
        here.simulator.move(payout_id, "returned")
    assert here.node is not None
    here.node.stop()
    here.start(failpoint=f"{point}:1")

    with here.supervised():
        sweep_id = until(lambda: begun(here), seconds=20, what="a sweep")
        sweep: Sweep = until(lambda: completed(here, sweep_id), seconds=40, what="the sweep at its end")
        payouts = checks.settle_down(here, payout_ids, seconds=40)

    asked = [request.argument("cursor") for name, request in here.simulator.requests if name == "list_events"]
    assert (1, POINTS[point], 2) == (here.deaths, asked.count("") > 1, sweep.counts.pages)
    assert sweep.counts.seen == sweep.counts.advanced + sweep.counts.repeated > _REPEATED
    assert {PAYOUT_STATE_RETURNED} == {each.state for each in payouts.values()}
    checks.check(here, payouts, said=f"after {point}")
