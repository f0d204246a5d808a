"""Seeded runs of random faults: lost answers, refusals, duplicates, disorder, lost webhooks, kills.

A run is one payout whose seed decides what its vendor does to it. Runs share a world in batches, and while a batch
runs, its Corridor is killed at random moments. A failing batch names its seeds: `CORRIDOR_SEEDS=FIRST:COUNT` replays.
"""

import os
import random
import threading
import time
from pathlib import Path

import pytest

from adapters.sandbox import scenarios
from server.store.embedded import Embedded
from tests.chaos import checks
from tests.chaos.world import World, world
from tests.database import fresh_database, worker
from tests.serving import SANDBOX, running

# What may happen to a payout. Slow answers are left out: they cost seconds and are in the adapter's own tests.
SCENARIOS = (
    "normal", "normal", "normal", "lost_answer", "error_after", "error_before", "rate_limited", "half_body", "html",
    "reset", "webhook_duplicate", "webhook_reversed", "webhook_lost", "webhook_forged", "conflict",
)  # fmt: skip
BATCH = 60


def batches() -> list[tuple[int, int]]:
    """First seed and number of runs of each batch: a short version, unless a range is asked for."""
    first, _, count = os.environ.get("CORRIDOR_SEEDS", "1:120").partition(":")
    total = int(count or 1)
    return [(int(first) + start, min(BATCH, total - start)) for start in range(0, total, BATCH)]


@pytest.mark.parametrize(("first", "count"), batches())
def test_random_faults_and_kills_lose_and_double_nothing(
    postgres: Embedded, migrated: str, tmp_path: Path, first: int, count: int
) -> None:
    said = f"in CORRIDOR_SEEDS={first}:{count}"
    print(said)
    url = fresh_database(postgres, f"seeds_{worker()}", template=migrated)
    with running(url, tmp_path) as corridor:
        key = corridor.client(corridor.company("Seeds", SANDBOX)).key
    with world(url, tmp_path, key, seed=first) as here:
        here.start()
        here.set_up()
        with here.supervised():
            payout_ids = run(here, first, count)
            payouts = checks.settle_down(here, payout_ids, seconds=120)

        assert count == len(payouts)
        checks.check(here, payouts, said=said)


def run(here: World, first: int, count: int) -> list[str]:
    """Make a payout per seed from several threads, killing Corridor now and then; their ids."""
    payout_ids: dict[int, str] = {}
    seeds = iter(range(first, first + count))
    lock = threading.Lock()

    def caller() -> None:
        while True:
            with lock:
                seed = next(seeds, None)
            if seed is None:
                return
            dice = random.Random(seed)
            name = dice.choice(SCENARIOS)
            base = 100_000 * dice.randint(1, 50)
            amount = base if name == "normal" else scenarios.amount(name, base)
            payout_ids[seed] = here.pay(f"seed-{seed}", amount, seconds=60)

    callers = [threading.Thread(target=caller) for _ in range(4)]
    for thread in callers:
        thread.start()
    dice = random.Random(first)
    while any(thread.is_alive() for thread in callers):
        time.sleep(dice.uniform(0.5, 2.0))  # the moment of a kill, not a wait for anything
        if dice.random() < 0.5 and here.node is not None and any(thread.is_alive() for thread in callers):
            here.node.kill()
    for thread in callers:
        thread.join()
    return list(payout_ids.values())
