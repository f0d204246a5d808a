"""Leased work: in order within a lane, held by one worker at a time, taken over when its holder is gone."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from server.kit import ids
from server.store import work
from server.store.embedded import OWNER, Embedded
from server.store.engine import Connection
from server.store.work import Again, Dead, Done, Job, Parked, State
from tests.serving import SANDBOX, Running

KIND = "test.step"
COMPANY = ids.new("co")
LEASE = 30.0


@pytest.fixture
def queue(corridor: Running) -> Iterator[Connection]:
    """A connection to an empty queue."""
    with corridor.parts.store.anyone() as connection:
        connection.execute("DELETE FROM corridor.work")
        yield connection


def add(queue: Connection, lane: str, resource_id: str, **how: float) -> None:
    """Schedule one piece."""
    work.schedule(queue, COMPANY, SANDBOX, kind=KIND, lane=lane, resource_id=resource_id, **how)  # type: ignore[arg-type] # seconds


def take(queue: Connection, limit: int = 100, lease: float = LEASE) -> list[Job]:
    """Claim what is due."""
    return work.claim(queue, [KIND], limit, lease)


def names(jobs: list[Job]) -> list[str]:
    """What they are about."""
    return [job.resource_id for job in jobs]


def due(queue: Connection) -> None:
    """Let everything be due now, and every lease have ended."""
    queue.execute("UPDATE corridor.work SET run_time = clock_timestamp(), lease_time = NULL")


def test_work_is_claimed_once(queue: Connection) -> None:
    add(queue, "a", "1")

    assert (["1"], []) == (names(take(queue)), names(take(queue)))


def test_no_more_is_claimed_than_asked_for_when_the_planner_takes_the_table_for_tiny(
    queue: Connection, postgres: Embedded, corridor: Running
) -> None:
    add(queue, "a", "1")
    database = psycopg.conninfo.conninfo_to_dict(corridor.parts.store.url)["dbname"]
    with psycopg.connect(postgres.dsn(OWNER, str(database)), autocommit=True) as owner:
        owner.execute("VACUUM ANALYZE corridor.work")
    add(queue, "b", "2", after_seconds=-9_000.0)
    for number in "345":
        add(queue, number, number, after_seconds=-1_000.0)

    assert ["2"] == names(take(queue, limit=1))


def test_work_that_is_not_due_waits(queue: Connection) -> None:
    add(queue, "a", "1", after_seconds=60.0)

    assert [] == take(queue)


def test_work_of_another_kind_is_left_alone(queue: Connection) -> None:
    add(queue, "a", "1")

    assert [] == work.claim(queue, ["other.step"], 10, LEASE)


def test_a_lane_is_worked_on_from_its_front(queue: Connection) -> None:
    for number in "123":
        add(queue, "a", number)
    done = []

    while jobs := take(queue):
        assert 1 == len(jobs)
        done += names(jobs)
        work.finish(queue, jobs[0], Done())

    assert ["1", "2", "3"] == done


def test_a_lane_that_is_stuck_delays_no_other(queue: Connection) -> None:
    for lane, number in (("stuck", "1"), ("stuck", "2"), ("free", "3"), ("free", "4")):
        add(queue, lane, number)
    stuck, free = take(queue)

    work.finish(queue, stuck, Again(60.0, "provider away"))
    work.finish(queue, free, Done())

    assert ["4"] == names(take(queue))


def test_what_stands_behind_in_a_lane_waits_with_its_front(queue: Connection) -> None:
    add(queue, "a", "1")
    add(queue, "a", "2")
    (front,) = take(queue)

    work.finish(queue, front, Again(60.0))

    assert [] == take(queue)
    due(queue)
    assert ["1"] == names(take(queue))


def test_a_dead_piece_lets_its_lane_go_on(queue: Connection) -> None:
    add(queue, "a", "1")
    add(queue, "a", "2")
    (front,) = take(queue)

    work.finish(queue, front, Dead("hopeless"))

    assert ["2"] == names(take(queue))


def test_a_parked_piece_keeps_its_place(queue: Connection) -> None:
    add(queue, "a", "1")
    add(queue, "a", "2")
    (front,) = take(queue)
    work.finish(queue, front, Parked("route is off"))
    assert [] == take(queue)

    brought = work.bring_back(queue, COMPANY, SANDBOX, KIND, "a", State.PARKED)

    assert 1 == brought
    assert [("1", 1)] == [(job.resource_id, job.tries) for job in take(queue)]


def test_what_a_worker_holds_is_not_brought_back(queue: Connection) -> None:
    add(queue, "a", "1")
    take(queue)

    assert 0 == work.bring_back(queue, COMPANY, SANDBOX, KIND, "a")


def test_dead_work_is_brought_back_as_new(queue: Connection) -> None:
    add(queue, "a", "1")
    work.finish(queue, take(queue)[0], Dead("hopeless"))
    assert 0 == work.bring_back(queue, COMPANY, SANDBOX, KIND, "a", State.PARKED)

    assert 1 == work.bring_back(queue, COMPANY, SANDBOX, KIND, "a", State.DEAD)
    assert [1] == [job.tries for job in take(queue)]


def test_work_of_another_company_is_not_brought_back(queue: Connection) -> None:
    add(queue, "a", "1")
    work.finish(queue, take(queue)[0], Dead("hopeless"))

    assert 0 == work.bring_back(queue, ids.new("co"), SANDBOX, KIND, "a")


def test_a_lease_that_ended_is_taken_over(queue: Connection) -> None:
    add(queue, "a", "1")
    take(queue, lease=0.0)

    assert [2] == [job.tries for job in take(queue)]


@pytest.mark.parametrize("outcome", [Done(), Again(0.0), Dead("x"), Parked("x")])
def test_whose_lease_ended_changes_nothing_any_more(queue: Connection, outcome: work.Outcome) -> None:
    add(queue, "a", "1")
    (late,) = take(queue, lease=0.0)
    (now,) = take(queue)

    work.finish(queue, late, outcome)

    row = queue.execute("SELECT state, tries, lease_time IS NOT NULL FROM corridor.work").fetchone()
    assert (State.READY, now.tries, True) == row
    work.finish(queue, now, Done())
    assert (0,) == queue.execute("SELECT count(*) FROM corridor.work").fetchone()


def test_what_failed_is_kept_with_its_reason(queue: Connection) -> None:
    add(queue, "a", "1")

    work.finish(queue, take(queue)[0], Dead("no route"))

    assert ("no route",) == queue.execute("SELECT error FROM corridor.work").fetchone()
    assert [(KIND, State.DEAD, 1)] == [row[:3] for row in work.depth(queue)]


def test_two_workers_never_hold_the_same_piece(corridor: Running, queue: Connection) -> None:
    for number in range(300):
        add(queue, f"lane {number % 100}", str(number))
    taken: list[tuple[str, int]] = []
    begin = threading.Barrier(2)

    def drain(_: int) -> None:
        begin.wait()
        with corridor.parts.store.anyone() as connection:
            while work.depth(connection):  # the other one may hold what is left at the moment
                for job in work.claim(connection, [KIND], 7, LEASE):
                    taken.append((job.lane, job.work_id))
                    work.finish(connection, job, Done())

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(drain, range(2)))

    assert 300 == len(taken) == len({work_id for _, work_id in taken})
    for lane in {lane for lane, _ in taken}:
        in_lane = [work_id for its, work_id in taken if its == lane]
        assert sorted(in_lane) == in_lane


def test_waiting_doubles_up_to_its_most() -> None:
    waits = [[work.backoff_seconds(tries) for _ in range(50)] for tries in range(1, 12)]

    assert all(0.8 * 2**at <= wait <= 2**at for at, each in enumerate(waits[:8]) for wait in each)
    assert all(240.0 <= wait <= 300.0 for wait in waits[-1])
    assert 300.0 >= work.backoff_seconds(10_000)
