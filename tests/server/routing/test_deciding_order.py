"""In which order a decision prefers its candidates: by cost, arrival, share of customers, and exposure."""

from collections import Counter
from datetime import timedelta

import pytest

from corridor.providers.v1 import route_pb2
from corridor.providers.v1.provider_health_pb2 import HealthSeen
from corridor.providers.v1.route_pb2 import Exposure
from corridor.routing.v1 import routing_policy_pb2 as policy
from server.platform.routing import ordering
from tests.server.routing.decision_table import (
    BROKEN,
    INTAKE,
    LIVE,
    NO_REJECTION,
    NOT_EXPOSED,
    NOW,
    PARTIAL,
    SEND,
    SHADOW_STAGE,
    A,
    B,
    C,
    D,
    candidate,
    decided,
    outcome,
    rejections,
    ruled,
)

# Orders.


def test_the_cheapest_comes_first_and_what_costs_nobody_knows_what_last() -> None:
    dear, cheap, unknown = candidate(A), candidate(B), candidate(C)
    dear.cost_minor, cheap.cost_minor = 200, 25

    record = decided(ruled(unknown, dear, cheap, preference=policy.ROUTING_PREFERENCE_CHEAPEST))

    assert B == record.connection_id
    assert [3, 2, 1] == [each.rank for each in record.candidates]


def test_costs_nothing_is_cheaper_than_unknown() -> None:
    free = candidate(B)
    free.cost_minor = 0

    assert (SEND, B) == outcome(ruled(candidate(A), free, preference=policy.ROUTING_PREFERENCE_CHEAPEST))


def test_the_one_by_which_it_arrives_first_comes_first_and_then_the_one_that_answers_first() -> None:
    slow, quick, late = (candidate(each, HealthSeen()) for each in (A, B, C))
    for each, days, millis in ((slow, 1, 900), (quick, 1, 90), (late, 2, 1)):
        each.expected_time.FromDatetime(NOW + timedelta(days=days))
        each.health.latency_p50.FromMilliseconds(millis)

    record = decided(ruled(late, slow, quick, candidate(D), preference=policy.ROUTING_PREFERENCE_FASTEST))

    assert [3, 2, 1, 4] == [each.rank for each in record.candidates]


def test_a_split_gives_each_its_share_and_a_customer_the_same_each_time() -> None:
    taken: dict[str, str] = {}
    for number in range(3_000):
        customer_id = f"customer-{number % 1_500}"
        record = ruled(
            candidate(A), candidate(B), candidate(C), preference=policy.ROUTING_PREFERENCE_SPLIT,
            percents=(70, 30, 0), customer_id=customer_id,
        )  # fmt: skip
        record.facts.resource_id = f"po_{number}"
        chosen = decided(record).connection_id
        assert chosen == taken.setdefault(customer_id, chosen)

    counted = Counter(taken.values())
    assert 0 == counted[C]
    assert 980 < counted[A] < 1_120


def test_who_is_not_chosen_by_a_split_follows_in_the_written_order() -> None:
    percents = {A: 0, B: 100, C: 0}
    record = decided(
        ruled(*map(candidate, percents), preference=policy.ROUTING_PREFERENCE_SPLIT, percents=list(percents.values()))
    )

    assert [2, 1, 3] == [each.rank for each in record.candidates]


def test_without_a_customer_each_is_a_customer_of_its_own() -> None:
    taken = set()
    for number in range(50):
        record = ruled(candidate(A), candidate(B), preference=policy.ROUTING_PREFERENCE_SPLIT, percents=(50, 50))
        record.facts.resource_id = f"po_{number}"
        taken.add(decided(record).connection_id)

    assert {A, B} == taken


# Exposure.


def exposed(stage: int, percent: int = 0) -> Exposure:
    return Exposure(connection_id=D, stage=stage, percent=percent)


def test_a_shadow_stands_beside_and_in_no_place() -> None:
    record = decided(ruled(candidate(A), candidate(D, BROKEN), exposure=exposed(route_pb2.EXPOSURE_STAGE_SHADOW)))

    assert (A, D, 0) == (record.connection_id, record.shadow_connection_id, record.candidates[1].rank)


def test_nothing_is_shadowed_that_goes_over_the_connection_anyway_or_is_not_sent() -> None:
    shadow = exposed(route_pb2.EXPOSURE_STAGE_SHADOW)
    own = ruled(candidate(D))
    own.rule.send.exposure.CopyFrom(shadow)

    assert "" == decided(own).shadow_connection_id
    assert "" == decided(ruled(candidate(A, BROKEN), candidate(D), exposure=shadow)).shadow_connection_id


@pytest.mark.parametrize(("stage", "shadowed"), [(INTAKE, ""), (SHADOW_STAGE, D), (PARTIAL, D)])
def test_the_stage_of_a_shadow_has_to_allow_it(stage: int, shadowed: str) -> None:
    record = ruled(
        candidate(A, stage=LIVE), candidate(D, stage=stage), exposure=exposed(route_pb2.EXPOSURE_STAGE_SHADOW)
    )

    assert shadowed == decided(record).shadow_connection_id


def test_at_full_exposure_it_comes_first_and_the_others_stand_by() -> None:
    full = exposed(route_pb2.EXPOSURE_STAGE_FULL)

    assert (SEND, D) == outcome(ruled(candidate(A), candidate(D), exposure=full))
    assert (SEND, A) == outcome(ruled(candidate(A), candidate(D, BROKEN), exposure=full))


def test_off_means_that_it_is_not_there() -> None:
    record = decided(ruled(candidate(A), candidate(D), exposure=exposed(route_pb2.EXPOSURE_STAGE_OFF)))

    assert (A, "", 0) == (record.connection_id, record.shadow_connection_id, record.candidates[1].rank)


def test_a_share_of_customers_goes_over_it_and_nobody_leaves_a_share_that_grows() -> None:
    def goes(customer_id: str, percent: int) -> bool:
        share = exposed(route_pb2.EXPOSURE_STAGE_PERCENT, percent)
        return D == decided(ruled(candidate(A), candidate(D), exposure=share, customer_id=customer_id)).connection_id

    customers = [f"customer-{number}" for number in range(1_000)]
    five = {each for each in customers if goes(each, 5)}
    thirty = {each for each in customers if goes(each, 30)}

    assert five < thirty
    assert 25 < len(five) < 80
    assert 250 < len(thirty) < 350


def test_who_is_not_among_the_share_says_so() -> None:
    share = exposed(route_pb2.EXPOSURE_STAGE_PERCENT, 1)
    record = ruled(candidate(A), candidate(D), exposure=share, customer_id="somebody")

    assert (SEND, A) == outcome(record)
    assert [NO_REJECTION, NOT_EXPOSED] == rejections(record)


def test_partial_use_is_enough_for_a_share_and_not_for_everything() -> None:
    def taken(stage: int) -> str:
        by = exposed(stage, 99 if stage == route_pb2.EXPOSURE_STAGE_PERCENT else 0)
        record = ruled(candidate(A, stage=LIVE), candidate(D, stage=PARTIAL), exposure=by, customer_id="somebody")
        return decided(record).connection_id

    assert ordering.in_share(99, "exposure", D, "somebody")
    assert (D, A) == (taken(route_pb2.EXPOSURE_STAGE_PERCENT), taken(route_pb2.EXPOSURE_STAGE_FULL))


def test_a_share_that_fails_falls_back_to_the_others() -> None:
    share = exposed(route_pb2.EXPOSURE_STAGE_PERCENT, 99)

    assert (SEND, A) == outcome(ruled(candidate(A), candidate(D), exposure=share, customer_id="somebody", tries=4))
