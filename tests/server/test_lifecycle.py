"""Lifecycles: the table says everything, and every pair of states has exactly one verdict."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as some

from corridor.payouts.v1 import payout_event_pb2
from corridor.payouts.v1.payout_pb2 import PayoutState
from server.domains.payouts import lifecycle as payouts
from server.kit import contract
from server.kit.lifecycle import Lifecycle, Verdict

STATES = tuple(number for number in PayoutState.values() if number)
TABLES = some.integers(2, 7).flatmap(
    lambda size: some.fixed_dictionaries(
        {state: some.sets(some.integers(0, size - 1), max_size=size) for state in range(size)}
    )
)


def walk(table: dict[int, set[int]], start: int) -> set[int]:
    """Every state that can follow, found step by step."""
    found: set[int] = set()
    front = set(table[start])
    while front:
        found |= front
        front = set().union(*(table[state] for state in front)) - found
    return found


def test_the_table_has_every_state_of_the_contract() -> None:
    assert set(STATES) == set(payouts.LIFECYCLE.table)


def test_every_state_has_an_event_of_the_contract() -> None:
    types = {state: contract.event_type(event.DESCRIPTOR) for state, event in payouts.EVENTS.items()}  # type: ignore[attr-defined] # message classes have it

    assert set(STATES) == set(types)
    assert len(STATES) == len(set(types.values()))
    assert "payout.settled" == types[payouts.SETTLED]
    assert payouts.EVENTS[payouts.HELD] is payout_event_pb2.PayoutHeld


@pytest.mark.parametrize(("state", "seen"), list(itertools.product(STATES, STATES)))
def test_every_pair_of_payout_states_has_one_verdict(state: int, seen: int) -> None:
    forward = seen in walk({at: set(to) for at, to in payouts.LIFECYCLE.table.items()}, state)
    backward = state in walk({at: set(to) for at, to in payouts.LIFECYCLE.table.items()}, seen)
    expected = {
        (True, False): Verdict.ADVANCES,
        (False, True): Verdict.STALE,
        (False, False): Verdict.CONFLICTS,
    }

    verdict = payouts.LIFECYCLE.observe(state, seen)

    assert (Verdict.REPEATS if state == seen else expected[forward, backward]) == verdict


@pytest.mark.parametrize(
    ("state", "seen", "verdict"),
    [
        (payouts.SENT, payouts.SETTLED, Verdict.ADVANCES),
        (payouts.ACCEPTED, payouts.SETTLED, Verdict.ADVANCES),
        (payouts.SETTLED, payouts.PENDING, Verdict.STALE),
        (payouts.SETTLED, payouts.FAILED, Verdict.CONFLICTS),
        (payouts.FAILED, payouts.SETTLED, Verdict.CONFLICTS),
        (payouts.CANCELLED, payouts.SETTLED, Verdict.CONFLICTS),
        (payouts.RETURNED, payouts.SETTLED, Verdict.STALE),
        (payouts.SETTLED, payouts.RETURNED, Verdict.ADVANCES),
    ],
)
def test_verdicts_mean_what_they_say(state: int, seen: int, verdict: Verdict) -> None:
    assert verdict == payouts.LIFECYCLE.observe(state, seen)


def test_money_that_moved_is_never_called_failed() -> None:
    assert not payouts.LIFECYCLE.allows(payouts.SETTLED, payouts.FAILED)
    assert {payouts.FAILED, payouts.RETURNED, payouts.CANCELLED} == set(filter(payouts.LIFECYCLE.final, STATES))


def test_a_table_with_an_unknown_state_is_refused() -> None:
    with pytest.raises(ValueError, match="without a row"):
        Lifecycle({1: {2}})


@given(TABLES)
def test_verdicts_follow_from_reachability_alone(table: dict[int, set[int]]) -> None:
    made = Lifecycle(table)

    for state, seen in itertools.product(table, table):
        forward, backward = seen in walk(table, state), state in walk(table, seen)
        verdict = made.observe(state, seen)
        assert (state == seen) == (verdict is Verdict.REPEATS)
        if state != seen:
            assert forward == (verdict is Verdict.ADVANCES)
            assert (backward and not forward) == (verdict is Verdict.STALE)


@given(TABLES)
def test_the_later_one_wins_where_states_lead_to_each_other(table: dict[int, set[int]]) -> None:
    made = Lifecycle(table)

    for state, seen in itertools.product(table, table):
        if state != seen and seen in walk(table, state) and state in walk(table, seen):
            assert Verdict.STALE is made.observe(state, seen, newer=False)
            assert Verdict.ADVANCES is made.observe(state, seen, newer=True)


@given(TABLES, some.lists(some.integers(0, 6), max_size=12))
def test_observing_only_ever_goes_forward(table: dict[int, set[int]], seen: list[int]) -> None:
    made, state = Lifecycle(table), 0

    for word in [each for each in seen if each in table]:
        before = state
        if made.observe(state, word) is Verdict.ADVANCES:
            state = word
        assert state == before or state in walk(table, before)
