"""Providers' rate limits: learnt from what they answer, and kept by all processes together."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from adapters.kit.rate_limits import Names
from server.platform.pacing.pacing import PacingGate
from server.store.embedded import Embedded
from server.store.engine import Store
from tests.database import fresh_database, worker
from tests.server.pacing.answers import Vendor, answered, call, draft, gate, to
from tests.serving import until


@pytest.fixture(scope="module")
def store(postgres: Embedded, migrated: str) -> Iterator[Store]:
    """A migrated database of this module's own."""
    made = Store(fresh_database(postgres, f"pacing_{worker()}", template=migrated), pool_size=8)
    yield made
    made.close()


@pytest.fixture
def two(store: Store) -> Iterator[tuple[PacingGate, PacingGate]]:
    """The gates of two processes."""
    gates = gate(store), gate(store)
    yield gates
    for each in gates:
        each.close()


def rows(store: Store, connection_id: str) -> int:
    """How many limits of an account are kept."""
    with psycopg.connect(store.url) as owner:
        query = "SELECT count(*) FROM corridor.provider_limits WHERE bucket LIKE %s"
        return int(owner.execute(query, (f"%{connection_id}%",)).fetchone()[0])  # type: ignore[index] # one row


def test_where_nothing_is_told_nothing_is_kept(two: tuple[PacingGate, PacingGate], store: Store) -> None:
    where = to()

    assert all(call(two[0], where, answered) is None for _ in range(100))
    assert 0 == rows(store, where.connection_id)


def test_two_processes_together_never_make_more_calls_than_are_left(two: tuple[PacingGate, PacingGate]) -> None:
    where, vendor = to(), Vendor(limit=30)

    made = sum(call(two[number % 2], where, vendor.answer) is None for number in range(100))

    assert 30 == made == vendor.used


def test_a_process_that_knows_nothing_yet_learns_from_the_others(two: tuple[PacingGate, PacingGate]) -> None:
    where, other = to(), to()
    call(two[1], where, answered)
    call(two[0], where, lambda: answered(draft(10, 0, 60, 60)))

    until(lambda: two[1].rate_limited_for(where) > 50)
    assert call(two[1], where, answered) is not None
    assert 0.0 == two[1].rate_limited_for(other)


def test_calls_under_way_count_as_made(two: tuple[PacingGate, PacingGate]) -> None:
    where = to()
    call(two[0], where, lambda: answered(draft(10, 3, 60, 60)))

    with ThreadPoolExecutor(8) as pool:
        entered = list(pool.map(lambda number: two[number % 2].enter(where), range(8)))

    assert 3 == sum(held is None for held in entered)


def test_a_call_that_was_not_made_goes_back(two: tuple[PacingGate, PacingGate]) -> None:
    where = to()
    call(two[0], where, lambda: answered(draft(10, 1, 60, 60)))
    for _ in range(5):
        assert two[0].enter(where) is None
        two[0].leave(where, None)

    assert two[0].enter(where) is None
    two[0].leave(where, answered(draft(10, 0, 60, 60)))
    assert call(two[0], where, answered) is not None


def test_a_refusal_stops_all_processes_for_as_long_as_it_says(two: tuple[PacingGate, PacingGate]) -> None:
    where = to()
    call(two[1], where, answered)
    call(two[0], where, lambda: answered({"retry-after": "40"}, status=429))

    held = two[0].enter(where)

    assert held is not None
    assert 35 < held.after_seconds < 45
    until(lambda: two[1].rate_limited_for(where) > 30)


def test_a_refusal_without_a_word_stops_for_a_second_and_twice_as_long_the_next_time(store: Store) -> None:
    through, where = gate(store), to()
    call(through, where, lambda: answered(status=429))
    first = through.rate_limited_for(where)
    until(lambda: call(through, where, lambda: answered(status=429)) is None, seconds=10)
    second = through.rate_limited_for(where)
    through.close()

    assert 0.8 < first <= 1.0
    assert 1.6 < second <= 2.0


def test_after_a_refusal_calls_go_on_at_half_the_rate(store: Store) -> None:
    through, where = gate(store, rate=100.0), to()
    call(through, where, answered)
    before = rate(store, where.connection_id)
    call(through, where, lambda: answered({"retry-after": "1"}, status=429))
    after = rate(store, where.connection_id)
    through.close()

    assert (100.0, 50.0) == (before, after)


def test_of_several_refusals_at_once_one_halves_the_rate(store: Store) -> None:
    through, where = gate(store, rate=100.0), to()
    call(through, where, answered)
    with psycopg.connect(store.url, autocommit=True) as owner:
        for _ in range(3):
            owner.execute(
                "SELECT corridor.pace_calls(bucket, 0, true, 100, 1, 0, 0, 0, 0, NULL, NULL, NULL, NULL, true, 5, 1) "
                "FROM corridor.provider_limits WHERE bucket LIKE %s",
                (f"%{where.connection_id}%",),
            )

    assert 50.0 == rate(store, where.connection_id)


def rate(store: Store, connection_id: str) -> float:
    """The rate that is guessed of an account."""
    with psycopg.connect(store.url) as owner:
        query = "SELECT rate FROM corridor.provider_limits WHERE bucket LIKE %s"
        return float(owner.execute(query, (f"%{connection_id}%",)).fetchone()[0])  # type: ignore[index] # one row


def test_the_rate_of_the_manifest_is_kept_from_the_first_call_on(store: Store) -> None:
    through, where = gate(store, rate=25.0), to()

    made = sum(call(through, where, answered) is None for _ in range(50))
    through.close()

    assert made <= 8  # two windows of a fifth of a second, at most


def test_questions_leave_the_last_fifth_of_a_window_to_calls_that_act(two: tuple[PacingGate, PacingGate]) -> None:
    where, vendor = to(), Vendor(limit=50)
    look = to(where.connection_id, "look_up_payout")

    asked = sum(call(two[number % 2], look, vendor.answer) is None for number in range(100))
    acted = sum(call(two[number % 2], where, vendor.answer) is None for number in range(100))

    assert 50 == asked + acted
    assert 10 == acted


def test_limits_of_each_operation_are_kept_apart_where_the_provider_does(store: Store) -> None:
    names = Names(remaining="x-requests-remaining", window_seconds=60.0, scope="operation")
    through, where = gate(store, names=names), to()
    call(through, where, lambda: answered({"x-requests-remaining": "0"}))

    assert call(through, where, answered) is not None
    assert call(through, to(where.connection_id, "look_up_payout"), answered) is None
    through.close()


def test_a_new_window_begins_when_the_provider_said(store: Store) -> None:
    through, where = gate(store), to()
    call(through, where, lambda: answered(draft(5, 0, 1, 1)))
    assert call(through, where, answered) is not None

    until(lambda: call(through, where, lambda: answered(draft(5, 4, 1, 1))) is None, seconds=3)
    through.close()


def test_those_who_wait_come_back_spread_over_the_windows_to_come(store: Store) -> None:
    through, where = gate(store), to()
    call(through, where, lambda: answered(draft(10, 0, 5, 5)))

    waits = sorted(held.after_seconds for _ in range(40) if (held := through.enter(where)) is not None)
    through.close()

    assert 40 == len(waits)
    assert len([wait for wait in waits if wait < 7]) <= 10
    assert waits[-1] > 15


def test_a_database_that_is_away_holds_nothing_back(postgres: Embedded) -> None:
    away = Store(postgres.dsn("corridor_owner", "no_such_database"))
    through = gate(away, rate=10.0)

    assert call(through, to(), answered) is None
    through.close()
