"""Bulkheads: so many calls to one address at a time, and nobody waits long for a place at a slow one."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from server.platform.metrics import Metrics
from server.platform.pacing.bulkheads import BulkheadGate
from server.platform.providers.gates import Destination
from tests.server.pacing.answers import answered, to
from tests.serving import until

SLOW, QUICK = "http://127.0.0.1:1", "http://127.0.0.1:2"


class Hanging:
    """Calls that are under way until the test ends."""

    def __init__(self, gate: BulkheadGate) -> None:
        self._gate = gate
        self._over = threading.Event()
        self._pool = ThreadPoolExecutor(32)
        self.entered = 0

    def call(self, where: Destination) -> bool:
        """Whether a call was let through. It hangs."""
        answered_by = threading.Event()
        let: list[bool] = []

        def hang() -> None:
            let.append(self._gate.enter(where) is None)
            answered_by.set()
            if let[0]:
                self._over.wait(30)
                self._gate.leave(where, answered())

        self._pool.submit(hang)
        answered_by.wait(10)
        self.entered += let[0]
        return let[0]

    def end(self) -> None:
        """Let them all answer."""
        self._over.set()
        self._pool.shutdown()


@pytest.fixture
def gate() -> BulkheadGate:
    """Four places at each address."""
    return BulkheadGate(4, Metrics())


@pytest.fixture
def hanging(gate: BulkheadGate) -> Iterator[Hanging]:
    """Calls that hang."""
    calls = Hanging(gate)
    yield calls
    calls.end()


def timed(act: Callable[[], object]) -> float:
    """How many seconds something takes."""
    began = time.monotonic()
    act()
    return time.monotonic() - began


def test_no_more_calls_than_places_are_under_way_at_an_address(hanging: Hanging) -> None:
    where = to(address=SLOW)

    assert [True] * 4 + [False] * 3 == [hanging.call(where) for _ in range(7)]


def test_an_address_that_hangs_leaves_the_places_of_another_alone(gate: BulkheadGate, hanging: Hanging) -> None:
    for _ in range(6):
        hanging.call(to(address=SLOW))
    where = to(address=QUICK)

    assert gate.enter(where) is None
    gate.leave(where, answered())


def test_who_finds_a_hanging_address_full_is_sent_away_at_once(gate: BulkheadGate, hanging: Hanging) -> None:
    for _ in range(5):
        hanging.call(to(address=SLOW))

    assert timed(lambda: gate.enter(to(address=SLOW))) < 0.05


def test_where_calls_end_quickly_a_place_is_waited_for(gate: BulkheadGate) -> None:
    where = to(address=QUICK)

    def one(_: int) -> bool:
        let = gate.enter(where) is None
        if let:
            time.sleep(0.002)
            gate.leave(where, answered())
        return let

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(one, range(200)))


def test_each_connection_gets_its_part_of_an_address(gate: BulkheadGate, hanging: Hanging) -> None:
    mine, theirs = to(address=SLOW), to(address=SLOW)
    gate = BulkheadGate(4, Metrics())
    calls = Hanging(gate)

    first = [calls.call(mine) for _ in range(3)]
    second = [calls.call(theirs) for _ in range(3)]
    calls.end()

    assert [True, True, True] == first
    assert [True, False, False] == second


def test_one_connection_cannot_take_the_places_that_another_waits_for(hanging: Hanging) -> None:
    mine, theirs = to(address=SLOW), to(address=SLOW)
    for _ in range(4):
        hanging.call(mine)

    assert not hanging.call(theirs)
    hanging.end()
    again = Hanging(hanging._gate)
    let = [again.call(mine) for _ in range(4)]
    again.end()

    assert [True, True, False, False] == let  # two places are kept for the one that was sent away


def test_the_more_are_sent_away_the_later_they_come_back_one_after_another(
    gate: BulkheadGate, hanging: Hanging
) -> None:
    where = to(address=SLOW)
    for _ in range(4):
        hanging.call(where)
    until(lambda: (held := gate.enter(where)) is not None and held.after_seconds > 0)
    time.sleep(0.5)  # the calls grow old: that is what pauses are measured by

    waits = [held.after_seconds for _ in range(100) if (held := gate.enter(where)) is not None]

    assert 100 == len(waits)
    assert waits[0] < 1.0
    assert 10.0 < max(waits) <= 33.0


def test_a_place_is_given_back_when_a_gate_behind_holds_the_call(gate: BulkheadGate) -> None:
    where = to(address=QUICK)
    for _ in range(10):
        assert gate.enter(where) is None
        gate.leave(where, None)


def test_calls_under_way_are_counted_by_provider(gate: BulkheadGate, hanging: Hanging) -> None:
    for _ in range(3):
        hanging.call(to(address=SLOW))

    assert [("sandbox", 3)] == list(gate.in_flight())


def test_an_address_for_which_somebody_waits_is_not_forgotten_among_many() -> None:
    bulkhead, where = BulkheadGate(1, Metrics()), to(address=QUICK)
    assert bulkhead.enter(where) is None
    waited = bulkhead._addresses[where.provider, where.address]
    waited.queue.append((where.connection_id, object()))
    bulkhead.leave(where, answered())

    for number in range(1_100):
        other = to(address=f"http://127.0.0.1:{number + 3}")
        assert bulkhead.enter(other) is None
        bulkhead.leave(other, answered())

    assert waited is bulkhead._addresses.get((where.provider, where.address))
