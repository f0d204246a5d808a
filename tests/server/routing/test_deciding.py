"""What comes out of a decision, as tables: turns, stages, coverage, health; deciding again gives the same."""

from collections import Counter
from datetime import timedelta

import pytest

from corridor.operations.v1 import work_item_pb2
from corridor.providers.v1 import provider_health_pb2 as health
from corridor.providers.v1 import route_pb2
from corridor.providers.v1.provider_health_pb2 import HealthSeen
from corridor.routing.v1.route_decision_pb2 import RouteDecision
from corridor.routing.v1.routing_policy_pb2 import RoutingOff, RoutingRule
from server.platform.routing import deciding
from tests.server.routing.decision_table import (
    ASK,
    BROKEN,
    BUSY,
    COVERAGE,
    DOWN,
    FOLLOW,
    HELD,
    INTAKE,
    LATER,
    LIMITED,
    LIVE,
    NO_REJECTION,
    NOW,
    OPEN,
    PARTIAL,
    QUEUE,
    RECOVERING,
    RETIRING,
    SEND,
    SHADOW_STAGE,
    SLOW,
    SOON,
    STAGE,
    TO_BE_PROBED,
    TURN_PASSED,
    UNREACHED,
    A,
    B,
    C,
    candidate,
    decided,
    outcome,
    recovering,
    rejections,
    routed,
    ruled,
)

# Rules and routes that do not send.


@pytest.mark.parametrize(
    ("mode", "choice"), [(route_pb2.ROUTE_MODE_QUEUE, QUEUE), (route_pb2.ROUTE_MODE_WORK_ITEM, ASK)]
)
def test_what_is_off_queues_or_goes_to_a_person(mode: int, choice: int) -> None:
    off = RouteDecision(rule=RoutingRule(name="stop", off=RoutingOff(mode=mode)), tries=99)

    assert (choice, "") == outcome(off)
    assert (choice, "") == outcome(routed(candidate(A), mode=mode))


def test_without_route_and_rule_a_person_is_asked() -> None:
    record = RouteDecision(tries=1)

    assert (ASK, "") == outcome(record)
    assert work_item_pb2.WORK_ITEM_KIND_NO_ROUTE == deciding.work_item_kind(record)


def test_what_belongs_to_something_follows_it() -> None:
    assert (FOLLOW, A) == outcome(RouteDecision(candidates=[candidate(A, BROKEN)], tries=4))


def test_a_rule_goes_before_the_route() -> None:
    record = ruled(candidate(B))
    record.route.mode = route_pb2.ROUTE_MODE_QUEUE

    assert (SEND, B) == outcome(record)


# Turns.


@pytest.mark.parametrize(("tries", "taken"), [(1, A), (3, A), (4, B), (6, B), (7, C), (9, C), (10, A), (12, A)])
def test_each_is_tried_three_times_before_it_is_the_next_ones_turn(tries: int, taken: str) -> None:
    assert (SEND, taken) == outcome(ruled(candidate(A), candidate(B), candidate(C), tries=tries))


def test_the_one_whose_turn_is_over_says_so() -> None:
    assert [TURN_PASSED, NO_REJECTION] == rejections(routed(candidate(A), candidate(B), tries=4))


def test_turns_go_round_among_those_that_are_usable() -> None:
    record = ruled(candidate(A, BROKEN), candidate(B), candidate(C), tries=4)

    assert (SEND, C) == outcome(record)
    assert [OPEN, TURN_PASSED, NO_REJECTION] == rejections(record)


def test_after_twelve_tries_a_person_is_asked() -> None:
    record = routed(candidate(A), candidate(B), tries=13)

    assert (ASK, "") == outcome(record)
    assert work_item_pb2.WORK_ITEM_KIND_EXHAUSTED == deciding.work_item_kind(record)


def test_a_route_that_is_off_queues_even_what_was_tried_often() -> None:
    assert (QUEUE, "") == outcome(routed(candidate(A), mode=route_pb2.ROUTE_MODE_QUEUE, tries=13))


# Stages: only the live environment has them.


@pytest.mark.parametrize(
    ("primary", "standby", "expected"),
    [
        (LIVE, LIVE, (SEND, A)),
        (RETIRING, LIVE, (SEND, A)),
        (PARTIAL, LIVE, (SEND, B)),
        (PARTIAL, RETIRING, (SEND, B)),
        (PARTIAL, PARTIAL, (QUEUE, "")),
        (SHADOW_STAGE, PARTIAL, (QUEUE, "")),
        (INTAKE, INTAKE, (QUEUE, "")),
        (LIVE, INTAKE, (SEND, A)),
    ],
)
def test_stages_decide_who_may_stand_in_which_place(primary: int, standby: int, expected: tuple[int, str]) -> None:
    assert expected == outcome(routed(candidate(A, stage=primary), candidate(B, stage=standby)))


def test_who_stands_by_may_be_in_partial_use() -> None:
    record = routed(candidate(A, BROKEN, stage=LIVE), candidate(B, stage=PARTIAL))

    assert (SEND, B) == outcome(record)


def test_who_is_not_let_into_its_place_says_why() -> None:
    record = decided(routed(candidate(A, stage=PARTIAL), candidate(B, stage=LIVE)))

    assert (STAGE, "Its provider is partial.") == (record.candidates[0].rejection, record.candidates[0].detail)


# Coverage, and connections that are held.


def test_who_does_not_cover_it_is_passed_over() -> None:
    record = decided(ruled(candidate(A, lacks="currency JPY"), candidate(B)))

    assert (SEND, B) == (record.choice, record.connection_id)
    assert (COVERAGE, "It does not serve currency JPY.") == (
        record.candidates[0].rejection,
        record.candidates[0].detail,
    )


def test_where_nobody_covers_it_a_person_is_asked_at_once() -> None:
    record = ruled(candidate(A, lacks="currency JPY"), candidate(B, lacks="rail ach"))

    assert (ASK, "") == outcome(record)
    assert work_item_pb2.WORK_ITEM_KIND_NO_ROUTE == deciding.work_item_kind(record)
    assert "currency JPY" in record.why


def test_where_one_waits_for_its_stage_and_the_others_do_not_cover_it_work_queues() -> None:
    assert (QUEUE, "") == outcome(ruled(candidate(A, stage=INTAKE), candidate(B, lacks="rail ach", stage=LIVE)))


def test_a_connection_that_is_held_is_passed_over_and_work_queues_where_there_is_no_other() -> None:
    held = candidate(A, held="its credentials are refused")

    assert (SEND, B) == outcome(routed(held, candidate(B)))
    assert (QUEUE, "") == outcome(routed(held))
    assert [HELD] == rejections(routed(held))


# Health.


@pytest.mark.parametrize(
    ("seen", "rejection"), [(BROKEN, OPEN), (BUSY, LIMITED), (UNREACHED, DOWN), (recovering(0), RECOVERING)]
)
def test_who_is_not_well_is_passed_over(seen: HealthSeen, rejection: int) -> None:
    record = ruled(candidate(A, seen), candidate(B))

    assert (SEND, B) == outcome(record)
    assert [rejection, NO_REJECTION] == rejections(record)


@pytest.mark.parametrize(("seen", "seconds"), [(BROKEN, 30), (BUSY, 9), (UNREACHED, 5)])
def test_where_there_is_no_other_it_waits_as_long_as_that_takes(seen: HealthSeen, seconds: float) -> None:
    record = decided(ruled(candidate(A, seen)))

    assert (LATER, seconds) == (record.choice, record.wait.ToTimedelta().total_seconds())


def test_it_never_waits_for_more_than_a_minute_since_somebody_may_end_what_it_waits_for() -> None:
    limited = HealthSeen(rate_limited_for={"seconds": 3600})
    record = decided(ruled(candidate(A, limited)))

    assert (LATER, 60) == (record.choice, record.wait.seconds)


def test_the_shortest_wait_counts() -> None:
    record = decided(ruled(candidate(A, BROKEN), candidate(B, BUSY), candidate(C, lacks="rail ach")))

    assert (LATER, 9) == (record.choice, record.wait.seconds)


def test_a_rate_limit_that_passes_in_a_moment_changes_nothing() -> None:
    assert (SEND, A) == outcome(ruled(candidate(A, SOON), candidate(B)))


def test_what_has_waited_through_twelve_tries_goes_to_a_person_though_it_could_wait_on() -> None:
    record = ruled(candidate(A, BROKEN), tries=13)

    assert (ASK, "") == outcome(record)
    assert work_item_pb2.WORK_ITEM_KIND_EXHAUSTED == deciding.work_item_kind(record)


def test_one_that_is_to_be_probed_is_used_where_there_is_no_other() -> None:
    over = HealthSeen(breaker=health.BREAKER_STATE_OPEN)
    over.probe_time.FromDatetime(NOW - timedelta(seconds=1))

    assert (SEND, A) == outcome(ruled(candidate(A, TO_BE_PROBED), candidate(B, BROKEN)))
    assert (SEND, A) == outcome(ruled(candidate(A, over), candidate(B, BROKEN)))
    assert (SEND, A) == outcome(ruled(candidate(A, recovering(5)), candidate(B, BROKEN)))


def test_one_in_ten_decisions_goes_to_the_one_that_is_to_be_probed() -> None:
    taken = Counter()
    for number in range(2_000):
        record = ruled(candidate(A, TO_BE_PROBED), candidate(B))
        record.facts.resource_id = f"po_{number}"
        taken[decided(record).connection_id] += 1

    assert 140 < taken[A] < 260


def test_one_that_recovers_takes_its_share() -> None:
    taken = Counter()
    for number in range(2_000):
        record = ruled(candidate(A, recovering(25)), candidate(B))
        record.facts.resource_id = f"po_{number}"
        taken[decided(record).connection_id] += 1

    assert 420 < taken[A] < 580


def test_what_a_gate_held_back_is_decided_anew_at_another_moment() -> None:
    taken = set()
    for second in range(100):
        record = ruled(candidate(A, recovering(50)), candidate(B))
        record.create_time.FromDatetime(NOW + timedelta(seconds=second))
        taken.add(decided(record).connection_id)

    assert {A, B} == taken


def test_health_is_measured_by_the_machines_clock() -> None:
    record = ruled(candidate(A, BROKEN))
    record.facts.time.FromDatetime(NOW + timedelta(days=400))

    assert LATER == decided(record).choice


def test_who_reaches_the_bank_slowly_goes_behind_the_others() -> None:
    record = decided(ruled(candidate(A, SLOW), candidate(B)))

    assert (SEND, B) == (record.choice, record.connection_id)
    assert [2, 1] == [each.rank for each in record.candidates]


def test_where_all_reach_it_slowly_the_order_stays() -> None:
    assert (SEND, A) == outcome(ruled(candidate(A, SLOW), candidate(B, SLOW)))


# Sentences.


def test_the_reason_names_rule_provider_and_who_was_passed_over() -> None:
    record = decided(ruled(candidate(A, BROKEN), candidate(B)))

    assert "Rule all sends it over b, the 2nd of 2 (a: its breaker is open)." == record.why
