"""Random rules and facts, out of few values, so that they often meet. The same seed gives the same ones."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TypeVar

from corridor.routing.v1.routing_facts_pb2 import RoutingFacts
from corridor.routing.v1.routing_policy_pb2 import RoutingCondition, RoutingRule, RoutingWindow
from corridor.type.v1.rail_pb2 import RAIL_ACH, RAIL_SEPA, RAIL_UNSPECIFIED, RAIL_WIRE

T = TypeVar("T")

CURRENCIES = ("EUR", "USD", "JPY")
COUNTRIES = ("DE", "US", "JP")
RAILS = (RAIL_ACH, RAIL_SEPA, RAIL_WIRE)
SEGMENTS = ("retail", "business")
CUSTOMERS = ("c1", "c2", "c3")
REGIONS = ("eu", "us")
ZONES = ("UTC", "America/New_York", "Europe/Berlin", "Asia/Kathmandu")
AMOUNTS = (0, 1, 99, 100, 101, 4_999, 5_000, 5_001, 10**15)
RISKS = (0, 1, 49, 50, 51, 99, 100)


def rules(random: Random, count: int) -> list[RoutingRule]:
    """So many rules, most with several parts."""
    return [RoutingRule(name=f"rule-{number}", when=condition(random)) for number in range(count)]


def condition(random: Random) -> RoutingCondition:
    """A condition that the checks of policies let through."""
    when = RoutingCondition(
        currency_codes=_some(random, CURRENCIES),
        country_codes=_some(random, COUNTRIES),
        rails=_some(random, RAILS),
        segments=_some(random, SEGMENTS),
        customer_ids=_some(random, CUSTOMERS),
        regions=_some(random, REGIONS),
        windows=[window(random) for _ in range(random.choice((0, 0, 1, 2)))],
    )
    if random.random() < 0.4:
        low, high = sorted(random.sample(AMOUNTS, 2))
        when.currency_codes[:] = [random.choice(CURRENCIES)]
        when.amount_at_least_minor, when.amount_below_minor = random.choice(((low, 0), (0, high), (low, high)))
    if random.random() < 0.3:
        low, high = sorted(random.sample(RISKS, 2))
        choice = random.randrange(3)
        if choice != 0:
            when.risk_at_least = low
        if choice != 1:
            when.risk_below = high
    return when


def window(random: Random) -> RoutingWindow:
    """A window, one in three over midnight."""
    begins, ends = random.sample(range(24 * 4), 2)
    return RoutingWindow(
        time_zone=random.choice(ZONES),
        week_days=random.sample(range(1, 8), random.choice((0, 0, 2, 5))),
        from_time=random.choice(("", _clock(begins))),
        until_time=random.choice(("", _clock(ends))),
        banking_calendar=random.choice(("", "", "US", "ECB")),
    )


def facts(random: Random) -> RoutingFacts:
    """Facts, of which each part is sometimes not known."""
    found = RoutingFacts(
        domain="payouts",
        resource_id=f"po_{random.randrange(10**9)}",
        country_code=random.choice(("", *COUNTRIES, "FR")),
        rail=random.choice((RAIL_UNSPECIFIED, *RAILS)),
        segment=random.choice(("", *SEGMENTS, "other")),
        customer_id=random.choice(("", *CUSTOMERS, "c4")),
        region=random.choice(("", *REGIONS)),
    )
    if random.random() < 0.95:
        found.amount.currency_code = random.choice((*CURRENCIES, "GBP"))
        found.amount.amount_minor = random.choice(AMOUNTS)
    if random.random() < 0.6:
        found.risk_score = random.choice(RISKS)
    if random.random() < 0.95:
        minutes = random.randrange(366 * 24 * 60)
        found.time.FromDatetime(datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes, seconds=random.random()))
    return found


def _some(random: Random, values: Sequence[T]) -> list[T]:
    return random.sample(values, random.choice((0, 0, 1, 2)))


def _clock(quarter: int) -> str:
    return f"{quarter // 4:02}:{quarter % 4 * 15:02}"
