"""Rules that whoever may read or write some could bring a process down with: each costs little, or is refused."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from adapters.kit.manifest_coverage import calendars, currencies
from corridor.routing.v1 import routing_service_pb2 as api
from corridor.routing.v1.routing_facts_pb2 import RoutingFacts
from corridor.routing.v1.routing_policy_pb2 import RoutingCondition, RoutingRule, RoutingWindow
from server.kit.banking_days import is_banking_day
from server.kit.context import Caller
from server.platform.routing import policies, versions
from server.platform.routing.compiled import Compiled
from server.platform.routing.policies import Policies
from tests.server import people
from tests.server.routing.rules_desk import feature, make, off, request, simulate
from tests.serving import SANDBOX, Refused, Running

QUEUE = 2
CREATE = "RoutingService/CreateRoutingPolicy"
CHRISTMAS = datetime(2026, 12, 25, 12, tzinfo=UTC)


def cpu_seconds(rules: Sequence[RoutingRule], facts: RoutingFacts | None = None) -> float:
    """What it costs to make rules ready and to ask them once."""
    before = time.process_time()
    Compiled(rules).match(facts or RoutingFacts())
    return time.process_time() - before


def test_many_rules_for_every_currency_are_ready_at_once() -> None:
    every = RoutingCondition(currency_codes=sorted(currencies()))

    assert 2.0 > cpu_seconds([off(f"r{number}", QUEUE, every) for number in range(200)])


def test_many_bounds_of_one_currency_are_ready_at_once() -> None:
    bounds = [
        RoutingCondition(currency_codes=["USD"], amount_at_least_minor=each, amount_below_minor=each + 9)
        for each in range(1, 500)
    ]
    rules = [off(f"r{number}", QUEUE, each) for number, each in enumerate(bounds)]

    assert 2.0 > cpu_seconds(rules)


def test_windows_on_the_banking_days_of_many_countries_are_asked_at_once() -> None:
    closed = [each for each in sorted(calendars()) if not is_banking_day(each, CHRISTMAS.date())]
    windows = [RoutingWindow(time_zone="UTC", banking_calendar=closed[each % len(closed)]) for each in range(5_000)]
    rules = [
        off(f"r{each}", QUEUE, RoutingCondition(windows=windows[20 * each : 20 * each + 20])) for each in range(250)
    ]
    facts = RoutingFacts()
    facts.time.FromDatetime(CHRISTMAS)

    assert 2.0 > cpu_seconds(rules, facts)


def test_rules_that_fill_memory_are_refused(corridor: Running) -> None:
    customers = [RoutingCondition(customer_ids=[f"{part}-{each:030}" for each in range(1_000)]) for part in range(20)]
    rules = [off(f"r{number}", QUEUE, each) for number, each in enumerate(customers)]
    client = corridor.client()

    assert ["rules"] == people.refused(client, CREATE, request(*rules)).fields
    with pytest.raises(Refused) as refused:
        simulate(client, draft=api.RoutingDraft(rules=rules))
    assert ["draft.rules"] == refused.value.fields
    assert 10 == len(make(client, *rules[:10]).rules)


def test_what_is_ready_is_let_go_when_it_is_too_much(corridor: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    client = corridor.client()
    rules = [off("some", QUEUE, RoutingCondition(customer_ids=[str(each) for each in range(100)]))]
    made = [make(client, *rules), make(client, *rules, base=1), make(client, *rules, base=2)]
    monkeypatch.setattr(policies, "_CACHED_VALUES_AT_MOST", 210)
    kept, company_id = Policies(), people.company_of(corridor, client)

    with corridor.parts.store.of(company_id, SANDBOX) as connection:
        for each in made:
            kept.compiled(connection, Caller(0, "", company_id, SANDBOX), each.routing_policy_id)

    assert [each.routing_policy_id for each in made[1:]] == [key[2] for key in kept._known]


def test_a_company_has_no_more_features_than_are_looked_up_at_once(
    corridor: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(versions, "FEATURES_AT_MOST", 2)
    client = corridor.client()
    for name in ("feature.one", "feature.two"):
        make(client, feature("all", 0), domain=name)

    assert ["domain"] == people.refused(client, CREATE, request(feature("all", 0), domain="feature.three")).fields
    assert 2 == make(client, feature("all", 0), domain="feature.two", base=1).version


@pytest.mark.parametrize("seconds", [-62_135_596_800, -1, 4_102_444_800, 253_402_300_799])
def test_a_time_beyond_the_clocks_of_places_is_refused(corridor: Running, seconds: int) -> None:
    client = corridor.client()
    far = RoutingWindow(time_zone="Asia/Tokyo", from_time="22:00", until_time="05:00")
    west = RoutingWindow(time_zone="America/New_York", from_time="22:00", until_time="05:00")
    make(client, feature("night", 0, RoutingCondition(windows=[far, west])), domain="feature.night")
    asked = api.EvaluateFeatureRequest(feature="night", facts=RoutingFacts())
    asked.facts.time.seconds = seconds

    assert ["facts.time"] == people.refused(client, "RoutingService/EvaluateFeature", asked).fields
