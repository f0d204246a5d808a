"""The process is killed at every named point of accepting, dispatching, following, observing, receiving, delivering.

After a restart nothing is lost and nothing doubled: the vendor's books and the company's log are the witnesses.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.sandbox import scenarios
from server.store.embedded import Embedded
from tests.chaos import checks, test_crash_clock, test_crash_replays, test_crash_sweeps
from tests.chaos.world import World, world
from tests.database import fresh_database, worker
from tests.serving import SANDBOX, running, until

ROOT = Path(__file__).parents[2]

# How each path is reached: the scenario of the first payout. The others are ordinary.
POINTS = {
    "accept.before": "normal",
    "accept.after": "normal",
    "dispatch.before_attempt": "normal",
    "dispatch.before_call": "normal",
    "dispatch.after_call": "normal",
    "dispatch.after_observe": "normal",
    "follow.before_call": "webhook_lost",
    "follow.after_call": "webhook_lost",
    "observe.locked": "normal",
    "observe.before_commit": "normal",
    "observe.committed": "normal",
    "receive.before_store": "normal",
    "receive.after_store": "normal",
    "read.before_observe": "normal",
    "read.after_observe": "normal",
    "read.after_record": "normal",
    "deliver.before_post": "normal",
    "deliver.after_post": "normal",
    "deliver.after_record": "normal",
    "seal.before_commit": "normal",
    "seal.committed": "normal",
    "seal.mirrored": "normal",
    "approvals.before_run": "approved",
    "approvals.after_run": "approved",
    "approvals.after_note": "approved",
}


@pytest.fixture(scope="module")
def here(postgres: Embedded, migrated: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world on a database of its own. Its Corridor is another one for every point, its books are the same."""
    url, directory = fresh_database(postgres, f"chaos_{worker()}", template=migrated), tmp_path_factory.mktemp("chaos")
    with running(url, directory) as corridor:
        company_id = corridor.company("Chaos", SANDBOX)
        key, approver = (corridor.client(company_id).key for _ in range(2))
    with world(url, directory, key) as made:
        made.approver = approver
        made.start()
        made.set_up()
        yield made


def amount(scenario: str) -> int:
    """An amount for a scenario."""
    return 100 if scenario in ("normal", "approved") else scenarios.amount(scenario)


@pytest.mark.parametrize("point", POINTS)
def test_a_process_killed_at_a_point_leaves_nothing_lost_and_nothing_doubled(here: World, point: str) -> None:
    assert here.node is not None
    if POINTS[point] == "approved":  # from now on every payout waits, also at the points that follow
        here.put_under_approval()
    here.node.stop()
    # The trail is sealed in the background, and perhaps once while the payouts are made.
    here.start(failpoint=f"{point}:{1 if point.startswith('seal.') else 2}")
    before = here.deaths

    with here.supervised():
        payout_ids = [here.pay(f"{point}-{number}", amount(POINTS[point])) for number in range(3)]
        until(lambda: here.deaths > before, seconds=20, what=f"death at {point}")
        payouts = checks.settle_down(here, payout_ids, seconds=40)

    assert before + 1 == here.deaths
    checks.check(here, payouts, said=f"after {point}")


def test_every_point_in_the_code_is_killed_at() -> None:
    code = "".join(path.read_text() for path in (ROOT / "server").rglob("*.py"))

    others = (*test_crash_clock.POINTS, *test_crash_replays.POINTS, *test_crash_sweeps.POINTS)
    assert {*POINTS, *others} == set(re.findall(r"failpoint\(\"([a-z_.]+)\"\)", code))
