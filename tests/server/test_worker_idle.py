"""Work that is done when nothing else is due: after all that is, by some of the threads, and as safely as any other."""

import contextlib
import threading
from collections.abc import Iterator, Mapping

import pytest

from server.kit import ids
from server.kit.context import Context
from server.store import work
from server.store.work import Again, Dead, Done, Job, State
from server.worker import Handler, Worker
from tests.serving import SANDBOX, Running, until

COMPANY = ids.new("co")


@contextlib.contextmanager
def working(corridor: Running, handlers: Mapping[str, Handler], threads: int = 8) -> Iterator[Worker]:
    """A worker with handlers of the test."""
    worker = Worker(corridor.parts.store, handlers, threads=threads, lease_seconds=10.0, poll_seconds=0.02)
    worker.start()
    try:
        yield worker
    finally:
        worker.stop()


def idle(corridor: Running, kind: str, count: int = 1) -> None:
    """Schedule pieces for when nothing else is due."""
    with corridor.parts.store.anyone() as connection:
        for _ in range(count):
            work.schedule_idle(connection, COMPANY, SANDBOX, kind=kind, resource_id=ids.new("po"))
    corridor.parts.waker.wake()


def due(corridor: Running, kind: str, count: int) -> None:
    """Schedule pieces that are due now."""
    with corridor.parts.store.anyone() as connection:
        for _ in range(count):
            work.schedule(connection, COMPANY, SANDBOX, kind=kind, lane=ids.new("lane"), resource_id=ids.new("po"))


def states(corridor: Running, kind: str) -> list[tuple[int, int]]:
    """State and tries of what is left of a kind."""
    with corridor.parts.store.anyone() as connection:
        return connection.execute("SELECT state, tries FROM corridor.work WHERE kind = %s", (kind,)).fetchall()


def test_it_is_done_after_everything_that_is_due(corridor: Running) -> None:
    done: list[str] = []

    def handle(_: Context, job: Job) -> work.Outcome:
        done.append(job.kind)
        return Done()

    idle(corridor, "ti.after", 3)
    due(corridor, "ti.before", 20)
    with working(corridor, {"ti.after": handle, "ti.before": handle}, threads=1):
        until(lambda: len(done) == 23)

    assert ["ti.before"] * 20 + ["ti.after"] * 3 == done


def test_it_takes_a_quarter_of_the_threads_at_most(corridor: Running) -> None:
    most, now, lock, go = [0], [0], threading.Lock(), threading.Event()
    seen: list[str] = []

    def slow(_: Context, job: Job) -> work.Outcome:
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        go.wait(10)
        with lock:
            now[0] -= 1
        return Done()

    def quick(_: Context, job: Job) -> work.Outcome:
        seen.append(job.kind)
        return Done()

    idle(corridor, "ti.slow", 8)
    with working(corridor, {"ti.slow": slow, "ti.quick": quick}):
        until(lambda: now[0] == 2)
        due(corridor, "ti.quick", 5)
        until(lambda: len(seen) == 5)  # the other threads are free all the while
        go.set()
        until(lambda: not states(corridor, "ti.slow"))

    assert 2 == most[0]


@pytest.mark.parametrize(
    ("outcome", "left"), [(Done(), []), (Again(60.0), [(State.IDLE, 1)]), (Dead("no"), [(State.DEAD, 1)])]
)
def test_it_ends_as_any_other_and_waits_as_what_it_is(
    corridor: Running, outcome: work.Outcome, left: list[tuple[int, int]]
) -> None:
    kind = f"ti.end-{type(outcome).__name__.lower()}"
    idle(corridor, kind)

    with working(corridor, {kind: lambda context, job: outcome}):
        until(lambda: states(corridor, kind) in (left, []) and (not left or states(corridor, kind) == left))

    assert left == states(corridor, kind)


def test_a_lease_that_ends_is_taken_over(corridor: Running) -> None:
    idle(corridor, "ti.lease")
    with corridor.parts.store.anyone() as connection:
        first = work.claim_idle(connection, ["ti.lease"], 5, 60.0)
        again = work.claim_idle(connection, ["ti.lease"], 5, 60.0)
        connection.execute("UPDATE corridor.work SET run_time = clock_timestamp() WHERE kind = 'ti.lease'")
        other = work.claim_idle(connection, ["ti.lease"], 5, 60.0)
        work.finish(connection, first[0], Done())
        late = states(corridor, "ti.lease")
        work.finish(connection, other[0], Done())

    assert ([1], [], [2]) == ([job.tries for job in first], again, [job.tries for job in other])
    assert [(State.IDLE, 2)] == late
    assert [] == states(corridor, "ti.lease")


def test_usual_claims_do_not_take_it(corridor: Running) -> None:
    idle(corridor, "ti.usual")
    with corridor.parts.store.anyone() as connection:
        assert [] == work.claim(connection, ["ti.usual"], 5, 60.0)
        assert 1 == len(work.claim_idle(connection, ["ti.usual"], 5, 60.0))
