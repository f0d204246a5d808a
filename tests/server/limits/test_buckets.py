"""Buckets that processes share: never more than the allowance, whoever takes; alone when the database is away."""

import random
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from server.kit import ids
from server.kit.allowances import Allowance
from server.platform.limits import buckets
from server.platform.limits.buckets import Buckets
from server.store.engine import Store
from tests.serving import Running, until

HOUR = 3600  # within a test, nothing to speak of comes back


@pytest.fixture
def stores(corridor: Running) -> Iterator[list[Store]]:
    """The databases of two processes: one and the same, over connections of their own."""
    made = [Store(corridor.parts.store.url, pool_size=2) for _ in range(2)]
    yield made
    for store in made:
        store.close()


def many(calls: int, seconds: int = HOUR) -> list[tuple[buckets.Key, Allowance]]:
    """A new bucket."""
    return [(("test", ids.new("b")), Allowance("test", calls, seconds))]


def taken(buckets: Buckets, wanted: Any, times: int) -> int:
    """How many of so many calls are counted."""
    return sum(buckets.take(wanted)[0] for _ in range(times))


@pytest.mark.parametrize("calls", [1, 3, 250])
def test_a_bucket_gives_its_allowance_and_no_more(stores: list[Store], calls: int) -> None:
    one = Buckets(stores[0])

    assert calls == taken(one, many(calls), calls + 50)


def test_processes_together_never_give_more_than_the_allowance(stores: list[Store]) -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    rng = random.Random(seed)
    calls = rng.randint(150, 400)
    wanted = many(calls)
    processes = [Buckets(store) for store in stores for _ in range(2)]

    with ThreadPoolExecutor(8) as pool:
        counted = sum(pool.map(lambda each: taken(each, wanted, calls), rng.sample(processes * 2, 8)))

    ahead = (calls // 100) * len(processes)  # what lapses in processes that took it and had no more use for it
    assert calls - ahead <= counted <= calls


def test_what_a_process_took_ahead_is_given_out_by_it(stores: list[Store]) -> None:
    one = Buckets(stores[0])
    wanted = many(1000)

    assert 1000 == taken(one, wanted, 1200)


def test_a_slow_caller_takes_nothing_ahead(stores: list[Store]) -> None:
    wanted = many(1000)
    one, other = (Buckets(store) for store in stores)
    one.take(wanted)

    _, [left] = other.take(wanted)

    assert 998 == left.calls


def test_a_bucket_fills_as_time_passes(stores: list[Store]) -> None:
    one = Buckets(stores[0])
    wanted = many(2, 6)
    began = time.monotonic()
    assert 2 == taken(one, wanted, 4)

    until(lambda: one.take(wanted)[0])

    assert 2.5 < time.monotonic() - began  # a call in three seconds


def test_a_call_that_one_bucket_refuses_is_counted_in_none(stores: list[Store]) -> None:
    one = Buckets(stores[0])
    [large], [small] = many(100), many(1)

    assert 1 == taken(one, [large, small], 10)
    assert 99 == taken(one, [large], 200)


def test_an_empty_bucket_is_known_without_a_look_up(stores: list[Store]) -> None:
    one = Buckets(stores[0])
    wanted = many(1)
    taken(one, wanted, 1)
    stores[0].close()

    counted, [left] = one.take(wanted)

    assert not counted
    assert HOUR - 60 < left.wait_seconds <= HOUR
    assert one.wait_seconds(wanted[0][0]) > HOUR - 60


def test_an_empty_bucket_fills_at_the_rate_of_a_new_allowance(stores: list[Store]) -> None:
    one = Buckets(stores[0])
    [(key, _)] = many(1)
    assert 1 == taken(one, [(key, Allowance("test", 1, HOUR))], 3)

    until(lambda: one.take([(key, Allowance("test", 1000, 10))])[0])


def test_without_the_database_a_process_counts_alone() -> None:
    nowhere = Store("postgresql://nobody@127.0.0.1:1/nothing", pool_size=1)
    one = Buckets(nowhere)

    assert 5 == taken(one, many(5), 20)
    assert 1 == taken(one, many(1), 20)


def test_threads_that_race_get_the_allowance_once(stores: list[Store]) -> None:
    one = Buckets(stores[0])
    wanted = many(300)
    start = threading.Barrier(8)

    def race(_: int) -> int:
        start.wait(30.0)
        return taken(one, wanted, 100)

    with ThreadPoolExecutor(8) as pool:
        assert 290 <= sum(pool.map(race, range(8))) <= 300


def test_full_buckets_are_forgotten(corridor: Running, stores: list[Store]) -> None:
    one = Buckets(stores[0])
    soon, later = many(1000, 1), many(1)
    one.take(soon)
    one.take(later)

    def kept() -> set[str]:
        buckets.forget(stores[1])
        with psycopg.connect(corridor.parts.store.url) as owner:
            return {row[0] for row in owner.execute("SELECT bucket FROM corridor.rate_buckets").fetchall()}

    until(lambda: "/".join(map(str, soon[0][0])) not in kept())
    assert "/".join(map(str, later[0][0])) in kept()
