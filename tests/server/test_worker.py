"""The worker: wakes when there is work, tries again what failed, and finishes what it holds before it stops."""

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping

import psycopg
import pytest

from server.kit import ids
from server.kit.context import Context, current
from server.store import work
from server.store.work import Again, Done, Job
from server.worker import Handler, Worker
from tests.serving import SANDBOX, Running, until

COMPANY = ids.new("co")
SLOW_POLL_SECONDS = 60.0

Scheduler = Callable[[str], None]


@pytest.fixture
def schedule(corridor: Running) -> Scheduler:
    """Schedules a piece for a kind, and wakes the workers."""

    def add(kind: str) -> None:
        with corridor.parts.store.anyone() as connection:
            work.schedule(
                connection, COMPANY, SANDBOX, kind=kind, lane=ids.new("lane"), resource_id="r", correlation_id="corr"
            )
        corridor.parts.waker.wake()

    return add


@contextlib.contextmanager
def working(
    corridor: Running, handlers: Mapping[str, Handler], poll: float = 0.05, lease: float = 10.0
) -> Iterator[Worker]:
    """A worker with handlers of the test."""
    worker = Worker(corridor.parts.store, handlers, threads=2, lease_seconds=lease, poll_seconds=poll)
    worker.start()
    try:
        yield worker
    finally:
        worker.stop()


def left(corridor: Running, kind: str) -> list[tuple[int, int, str]]:
    """What is left of a kind: state, tries, error."""
    with corridor.parts.store.anyone() as connection:
        query = "SELECT state, tries, error FROM corridor.work WHERE kind = %s"
        return connection.execute(query, (kind,)).fetchall()


def test_a_handler_works_in_the_context_of_its_job(corridor: Running, schedule: Scheduler) -> None:
    seen: list[tuple[str, str, bool]] = []

    def handle(context: Context, job: Job) -> work.Outcome:
        seen.append((context.who.company_id, context.correlation_id, current() is context))
        return Done()

    with working(corridor, {"t.context": handle}):
        schedule("t.context")
        until(lambda: seen)
        until(lambda: not left(corridor, "t.context"))

    assert [(COMPANY, "corr", True)] == seen


def test_a_handler_that_breaks_is_tried_again(corridor: Running, schedule: Scheduler) -> None:
    tries: list[int] = []

    def handle(_: Context, job: Job) -> work.Outcome:
        tries.append(job.tries)
        if job.tries == 1:
            raise RuntimeError("canary")
        return Done()

    with working(corridor, {"t.breaks": handle}):
        schedule("t.breaks")
        until(lambda: tries)
        until(lambda: [row for row in left(corridor, "t.breaks") if row[2]])
        assert "canary" not in left(corridor, "t.breaks")[0][2]
        until(lambda: not left(corridor, "t.breaks"))

    assert [1, 2] == tries


def test_work_is_begun_at_once_when_a_worker_is_woken(corridor: Running, schedule: Scheduler) -> None:
    begun = threading.Event()

    def handle(_: Context, job: Job) -> work.Outcome:
        begun.set()
        return Done()

    with working(corridor, {"t.wakes": handle}, poll=SLOW_POLL_SECONDS) as worker:
        until(lambda: _listening(corridor))
        schedule("t.wakes")
        assert begun.wait(SLOW_POLL_SECONDS / 2)
        assert worker


def _listening(corridor: Running) -> bool:
    with psycopg.connect(corridor.parts.store.url) as connection:  # as the owner, who sees what others run
        query = """SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND query LIKE 'LISTEN%' AND state = 'idle'"""
        row = connection.execute(query).fetchone()
    return bool(row and row[0])


def test_stopping_finishes_what_was_claimed(corridor: Running, schedule: Scheduler) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def handle(_: Context, job: Job) -> work.Outcome:
        begun.set()
        go_on.wait(30.0)
        return Done()

    with working(corridor, {"t.stops": handle}) as worker:
        schedule("t.stops")
        assert begun.wait(30.0)
        stopping = threading.Thread(target=worker.stop)
        stopping.start()
        schedule("t.stops")
        go_on.set()
        stopping.join(30.0)

    assert not stopping.is_alive()
    assert [(0, 0, "")] == left(corridor, "t.stops")  # the second piece is left for others, untouched


def test_a_piece_that_waits_is_taken_up_again(corridor: Running, schedule: Scheduler) -> None:
    tries: list[int] = []

    def handle(_: Context, job: Job) -> work.Outcome:
        tries.append(job.tries)
        return Done() if job.tries == 3 else Again(0.0, "not yet")

    with working(corridor, {"t.again": handle}):
        schedule("t.again")
        until(lambda: not left(corridor, "t.again") and len(tries) == 3)

    assert [1, 2, 3] == tries


def test_many_pieces_are_all_done(corridor: Running, schedule: Scheduler) -> None:
    done: list[int] = []

    def handle(_: Context, job: Job) -> work.Outcome:
        done.append(job.work_id)
        return Done()

    with working(corridor, {"t.many": handle}):
        for _ in range(100):
            schedule("t.many")
        until(lambda: len(done) == 100)

    assert 100 == len(set(done))
    assert [] == left(corridor, "t.many")
