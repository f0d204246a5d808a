"""When rules hold: each part of a condition, windows by a place's clock, and that the compiled form never disagrees."""

from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from corridor.routing.v1.routing_facts_pb2 import RoutingFacts
from corridor.routing.v1.routing_policy_pb2 import RoutingCondition, RoutingRule, RoutingWindow
from corridor.type.v1.money_pb2 import Money
from corridor.type.v1.rail_pb2 import RAIL_ACH, RAIL_SEPA
from server.platform.routing.compiled import Compiled
from server.platform.routing.conditions import failing, holds, in_window
from tests.server.routing import random_rules

NEW_YORK = ZoneInfo("America/New_York")
EUR_50 = RoutingFacts(amount=Money(currency_code="EUR", amount_minor=5_000))


def at(day: str, clock: str, zone: str = "America/New_York") -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize("seed", range(100))
def test_the_compiled_rules_agree_with_the_plain_ones(seed: int) -> None:
    random = Random(seed)
    rules = random_rules.rules(random, random.choice((1, 3, 20, 60)))
    compiled = Compiled(rules)

    for _ in range(40):
        facts = random_rules.facts(random)
        plain = next((index for index, rule in enumerate(rules) if holds(rule.when, facts)), None)
        assert plain == compiled.match(facts), (seed, facts)


def test_the_first_of_several_rules_that_hold_decides() -> None:
    compiled = Compiled(
        [
            RoutingRule(name="dollars", when=RoutingCondition(currency_codes=["USD"])),
            RoutingRule(name="euros", when=RoutingCondition(currency_codes=["EUR"])),
            RoutingRule(name="everything"),
        ]
    )

    assert 1 == compiled.match(EUR_50)
    assert 2 == compiled.match(RoutingFacts())


def test_without_rules_nothing_holds() -> None:
    assert Compiled([]).match(EUR_50) is None


@pytest.mark.parametrize(("minor", "held"), [(4_999, False), (5_000, True), (9_999, True), (10_000, False)])
def test_an_amount_is_bounded_below_inclusively_and_above_exclusively(minor: int, held: bool) -> None:
    when = RoutingCondition(currency_codes=["EUR"], amount_at_least_minor=5_000, amount_below_minor=10_000)
    facts = RoutingFacts(amount=Money(currency_code="EUR", amount_minor=minor))

    assert held == holds(when, facts) == (Compiled([RoutingRule(when=when)]).match(facts) == 0)


def test_bounds_of_one_currency_say_nothing_of_another() -> None:
    when = RoutingCondition(currency_codes=["USD"], amount_at_least_minor=1)

    assert "currency_codes" == failing(when, EUR_50)


def test_what_is_not_known_matches_no_part_that_is_set() -> None:
    nothing = RoutingFacts()
    window = RoutingWindow(time_zone="UTC")

    assert "country_codes" == failing(RoutingCondition(country_codes=["DE"]), nothing)
    assert "segments" == failing(RoutingCondition(segments=["retail"]), nothing)
    assert "customer_ids" == failing(RoutingCondition(customer_ids=["c1"]), nothing)
    assert "regions" == failing(RoutingCondition(regions=["eu"]), nothing)
    assert "rails" == failing(RoutingCondition(rails=[RAIL_ACH]), nothing)
    assert "risk_at_least" == failing(RoutingCondition(risk_at_least=0), nothing)
    assert "risk_below" == failing(RoutingCondition(risk_below=101), nothing)
    assert "windows" == failing(RoutingCondition(windows=[window]), nothing)


def test_a_score_of_zero_is_a_score() -> None:
    assert holds(RoutingCondition(risk_below=1), RoutingFacts(risk_score=0))


def test_one_of_several_values_is_enough() -> None:
    assert holds(RoutingCondition(rails=[RAIL_ACH, RAIL_SEPA]), RoutingFacts(rail=RAIL_SEPA))


@pytest.mark.parametrize(
    ("day", "clock", "opened"),
    [
        ("2026-11-20", "16:29:59", True),  # a Friday
        ("2026-11-20", "16:30:00", False),
        ("2026-11-20", "07:59:59", False),
        ("2026-11-21", "12:00:00", False),  # a Saturday
        ("2026-11-26", "12:00:00", False),  # Thanksgiving
        ("2026-11-27", "12:00:00", True),
    ],
)
def test_a_cut_off_holds_on_banking_days_of_the_place(day: str, clock: str, opened: bool) -> None:
    window = RoutingWindow(time_zone="America/New_York", from_time="08:00", until_time="16:30", banking_calendar="US")

    assert opened == in_window(window, at(day, clock))


@pytest.mark.parametrize(
    ("day", "clock", "opened"),
    [("2026-11-20", "23:00", True), ("2026-11-21", "01:59", True), ("2026-11-21", "02:00", False),
     ("2026-11-21", "23:00", False), ("2026-11-20", "01:00", False)],
)  # fmt: skip
def test_a_window_over_midnight_belongs_to_the_day_on_which_it_began(day: str, clock: str, opened: bool) -> None:
    fridays = RoutingWindow(time_zone="America/New_York", week_days=[5], from_time="22:00", until_time="02:00")

    assert opened == in_window(fridays, at(day, clock))


def test_a_window_keeps_to_the_clock_when_summer_time_ends() -> None:
    window = RoutingWindow(time_zone="America/New_York", from_time="09:00", until_time="17:00")

    assert in_window(window, at("2026-10-31", "16:59"))
    assert in_window(window, at("2026-11-01", "16:59"))
    assert not in_window(window, at("2026-11-01", "17:00"))


def test_a_window_without_times_is_the_whole_day() -> None:
    mondays = RoutingWindow(time_zone="Asia/Tokyo", week_days=[1])

    assert in_window(mondays, at("2026-11-23", "00:00", "Asia/Tokyo"))
    assert in_window(mondays, at("2026-11-23", "23:59", "Asia/Tokyo"))
    assert not in_window(mondays, at("2026-11-24", "00:00", "Asia/Tokyo"))


def windowed(**window: str) -> Compiled:
    """Rules of which one has a window."""
    opens = RoutingWindow(time_zone="America/New_York", **window)  # type: ignore[arg-type] # its texts
    return Compiled([RoutingRule(when=RoutingCondition(windows=[opens])), RoutingRule(name="everything")])


@pytest.mark.parametrize(
    ("clock", "seconds"),
    [("07:30", 1800.0), ("08:00", 3600.0), ("15:50", 2400.0), ("16:29", 60.0), ("16:30", 3600.0), ("23:00", 3600.0)],
)
def test_rules_with_a_window_may_change_at_its_edges_and_are_looked_at_every_hour(clock: str, seconds: float) -> None:
    compiled = windowed(from_time="08:00", until_time="16:30")

    assert seconds == compiled.changes_after(at("2026-11-23", clock))


@pytest.mark.parametrize("day", ["2026-03-08", "2026-11-01"])
def test_on_days_when_clocks_change_a_next_edge_is_found_at_every_minute(day: str) -> None:
    compiled, begin = windowed(from_time="01:30", until_time="02:30"), at(day, "00:00").astimezone(UTC)

    found = [compiled.changes_after(begin + timedelta(minutes=minute)) for minute in range(24 * 60)]

    assert all(0 < each <= 3600 for each in found)


def test_rules_without_a_window_change_by_nobodys_clock() -> None:
    assert 0.0 == Compiled([RoutingRule(name="everything")]).changes_after(at("2026-11-23", "12:00"))
