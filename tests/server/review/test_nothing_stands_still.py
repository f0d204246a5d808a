"""What breaks is tried on and told of: no failure ends the worker, and none repeats unheard."""

import threading

import psycopg
import pytest

from corridor.operations.v1.work_item_pb2 import WORK_ITEM_KIND_EXHAUSTED
from server import worker as workers
from server.kit import clock, ids
from server.kit.context import Caller, Context
from server.store import work
from server.store.sealed import SUMMARY
from server.store.work import Done, Job
from server.worker import Worker
from tests.serving import SANDBOX, Running, until

COMPANY = ids.new("co")


@pytest.fixture
def kind(corridor: Running) -> str:
    """A kind of work that no other test has."""
    name = ids.new("kind")
    with corridor.parts.store.anyone() as connection:
        work.schedule(connection, COMPANY, SANDBOX, kind=name, lane=name, resource_id=name)
    return name


def owner(corridor: Running) -> psycopg.Connection[tuple[object, ...]]:
    """A connection that row security does not hold."""
    return psycopg.connect(corridor.parts.store.url, autocommit=True)


def test_housekeeping_that_fails_does_not_end_the_worker(
    corridor: Running, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "_HOUSEKEEPING_SECONDS", 0.0)
    tried: list[float] = []

    def handle(context: Context, job: Job) -> work.Outcome:
        tried.append(clock.monotonic())
        return Done()

    with owner(corridor) as admin:
        admin.execute("REVOKE EXECUTE ON FUNCTION corridor.forget_idempotency FROM corridor_app")
        worker = Worker(corridor.parts.store, {kind: handle}, threads=2, lease_seconds=10.0, poll_seconds=0.02)
        worker.start()
        try:
            until(lambda: tried)
            with corridor.parts.store.anyone() as connection:
                work.schedule(connection, COMPANY, SANDBOX, kind=kind, lane="second", resource_id=kind)
            until(lambda: len(tried) == 2)
        finally:
            worker.stop()
            admin.execute("GRANT EXECUTE ON FUNCTION corridor.forget_idempotency TO corridor_app")

    assert 2 == len(tried)


def test_work_that_breaks_again_and_again_is_told_to_a_person(corridor: Running, kind: str) -> None:
    def handle(context: Context, job: Job) -> work.Outcome:
        raise RuntimeError("a fault of ours")

    def items() -> list[tuple[int, str]]:
        with corridor.parts.store.of(COMPANY, SANDBOX) as connection:
            query = "SELECT kind, summary, work_item_id FROM corridor.work_items WHERE resource_id = %s"
            rows = connection.execute(query, (kind,)).fetchall()
            who = Caller(0, "", COMPANY, SANDBOX)
            return [(found, SUMMARY.open_text(connection.seals, who, text, item_id)) for found, text, item_id in rows]

    with corridor.parts.store.anyone() as connection:
        connection.execute("UPDATE corridor.work SET tries = 8 WHERE kind = %s", (kind,))
    worker = Worker(corridor.parts.store, {kind: handle}, threads=2, lease_seconds=10.0, poll_seconds=0.02)
    worker.start()
    try:
        until(lambda: _tries(corridor, kind) == 9 and not _held(corridor, kind))
        before = items()
        with corridor.parts.store.anyone() as connection:
            connection.execute("UPDATE corridor.work SET run_time = now() WHERE kind = %s", (kind,))
        told = until(items)
    finally:
        worker.stop()

    assert [] == before
    assert [WORK_ITEM_KIND_EXHAUSTED] == [each for each, _ in told]
    assert "has failed 10 times" in told[0][1]


def test_a_late_holder_cannot_finish_work_that_was_brought_back(corridor: Running, kind: str) -> None:
    with corridor.parts.store.anyone() as connection:
        (late,) = work.claim(connection, [kind], 1, 0.0)
        work.bring_back(connection, COMPANY, SANDBOX, kind, kind)
        (now,) = work.claim(connection, [kind], 1, 30.0)
        work.finish(connection, late, Done())

    assert (1, 1) == (late.tries, now.tries)
    assert 1 == _tries(corridor, kind)


def test_bringing_back_in_one_environment_leaves_the_other_alone(corridor: Running, kind: str) -> None:
    with corridor.parts.store.anyone() as connection:
        assert 0 == work.bring_back(connection, COMPANY, 2, kind, kind)


def test_a_company_whose_work_is_slow_leaves_threads_to_the_others(corridor: Running, kind: str) -> None:
    other, released, done = ids.new("co"), threading.Event(), threading.Event()

    def handle(context: Context, job: Job) -> work.Outcome:
        if job.company_id == other:
            done.set()
        else:
            released.wait(20.0)
        return Done()

    with corridor.parts.store.anyone() as connection:
        for number in range(20):
            work.schedule(connection, COMPANY, SANDBOX, kind=kind, lane=f"{kind}/{number}", resource_id=kind)
    worker = Worker(corridor.parts.store, {kind: handle}, threads=4, lease_seconds=30.0, poll_seconds=0.02)
    worker.start()
    try:
        until(lambda: _held(corridor, kind) >= 3)
        with corridor.parts.store.anyone() as connection:
            work.schedule(connection, other, SANDBOX, kind=kind, lane=other, resource_id=kind)
        found = done.wait(10.0)
    finally:
        released.set()
        worker.stop()

    assert found


@pytest.mark.parametrize("how", [work.Parked("off"), work.Again(60.0)])
def test_what_stands_behind_a_front_that_waits_is_not_walked_over_and_comes_back_with_it(
    corridor: Running, how: work.Outcome
) -> None:
    kind, lane = ids.new("kind"), ids.new("lane")
    with corridor.parts.store.anyone() as connection:
        work.schedule(connection, COMPANY, SANDBOX, kind=kind, lane=lane, resource_id="front")
        (front,) = work.claim(connection, [kind], 10, 30.0)
        work.finish(connection, front, how)
        work.schedule(connection, COMPANY, SANDBOX, kind=kind, lane=lane, resource_id="behind")

        moved = work.step_aside(connection)
        again = work.step_aside(connection)
        work.bring_back(connection, COMPANY, SANDBOX, kind, lane)
        found = [job.resource_id for job in work.claim(connection, [kind], 10, 30.0)]
        due = "SELECT count(*) FROM corridor.work WHERE kind = %s AND lease_time IS NULL AND run_time <= now()"

        assert (1, 0) == (moved, again)
        assert ["front"] == found
        assert (1,) == connection.execute(due, (kind,)).fetchone()


def _held(corridor: Running, kind: str) -> int:
    with corridor.parts.store.anyone() as connection:
        query = "SELECT count(*) FROM corridor.work WHERE kind = %s AND lease_time IS NOT NULL"
        row = connection.execute(query, (kind,)).fetchone()
    return row[0] if row else 0


def _tries(corridor: Running, kind: str) -> int | None:
    with corridor.parts.store.anyone() as connection:
        row = connection.execute("SELECT tries FROM corridor.work WHERE kind = %s", (kind,)).fetchone()
    return row[0] if row else None
