"""Chores: when due, in one process at a time, again after a failure, and none after the worker stops."""

import itertools
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg

from server.platform.chores import Chore, Chores
from server.worker import Worker
from tests.serving import Running, until


def doing(corridor: Running, name: str, every_seconds: float, run: Callable[[], None]) -> Chores:
    """A process that does one chore."""
    chores = Chores(corridor.parts.store, [Chore(name, every_seconds, run)])
    chores.start()
    return chores


def test_a_chore_is_done_at_once_and_then_in_its_period(corridor: Running) -> None:
    times: list[float] = []

    chores = doing(corridor, "t.period", 0.2, lambda: times.append(time.monotonic()))
    until(lambda: len(times) >= 3)
    chores.stop()

    assert all(0.19 < later - sooner for sooner, later in itertools.pairwise(times))


def test_a_chore_that_another_process_has_just_done_is_not_due(corridor: Running) -> None:
    first, second = threading.Event(), threading.Event()

    one = doing(corridor, "t.done", 3600.0, first.set)
    assert first.wait(30.0)
    one.stop()
    other = doing(corridor, "t.done", 3600.0, second.set)
    until(lambda: _connections(corridor))
    other.stop()

    assert not second.is_set()


def test_two_processes_never_do_a_chore_at_the_same_time(corridor: Running) -> None:
    inside, most, done = 0, 0, 0
    lock = threading.Lock()

    def run() -> None:
        nonlocal inside, most, done
        with lock:
            inside += 1
            most = max(most, inside)
        threading.Event().wait(0.02)
        with lock:
            inside -= 1
            done += 1

    several = [doing(corridor, "t.alone", 0.001, run) for _ in range(3)]
    until(lambda: done > 20)
    for chores in several:
        chores.stop()

    assert 1 == most


def test_a_chore_that_fails_is_tried_again_and_others_go_on(corridor: Running) -> None:
    tries: list[int] = []
    other: list[int] = []

    def run() -> None:
        tries.append(1)
        if len(tries) < 3:
            raise RuntimeError("canary")

    chores = Chores(
        corridor.parts.store, [Chore("t.fails", 0.05, run), Chore("t.goes-on", 0.05, lambda: other.append(1))]
    )
    chores.start()
    until(lambda: len(tries) >= 3 and len(other) >= 3)
    chores.stop()


def test_a_chore_outlives_the_connection_that_holds_its_lock(corridor: Running) -> None:
    times: list[int] = []
    chores = doing(corridor, "t.cut", 0.05, lambda: times.append(1))
    until(lambda: times)

    with psycopg.connect(corridor.parts.store.url, autocommit=True) as owner:
        owner.execute(
            """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE '%%advisory%%'"""
        )
    so_far = len(times)
    until(lambda: len(times) > so_far + 1, seconds=15.0)
    chores.stop()


def test_stopping_waits_for_what_was_begun(corridor: Running) -> None:
    inside, go_on = threading.Event(), threading.Event()
    ended: list[int] = []

    def run() -> None:
        inside.set()
        go_on.wait(30.0)
        ended.append(1)

    chores = doing(corridor, "t.stops", 0.01, run)
    assert inside.wait(30.0)
    with ThreadPoolExecutor(1) as pool:
        stopping = pool.submit(chores.stop)
        assert not stopping.done()
        go_on.set()
        stopping.result(30.0)

    assert [1] == ended


def test_a_worker_does_chores(corridor: Running) -> None:
    done = threading.Event()
    worker = Worker(
        corridor.parts.store,
        {},
        threads=1,
        lease_seconds=10.0,
        poll_seconds=0.05,
        chores=[Chore("t.worker", 3600.0, done.set)],
    )
    worker.start()

    assert done.wait(30.0)
    worker.stop()


def _connections(corridor: Running) -> int:
    """How many connections have asked whether a chore is due."""
    with psycopg.connect(corridor.parts.store.url) as owner:
        row = owner.execute(
            """SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
            AND query LIKE '%%advisory_unlock%%'"""
        ).fetchone()
    assert row is not None
    return int(row[0])
