"""When a rule holds, written plainly: the reference for what `compiled` answers faster. No I/O, no clock.

Rule: a part of a condition that is not set admits everything; one that is set never admits what is not known.
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from corridor.routing.v1.routing_facts_pb2 import RoutingFacts
from corridor.routing.v1.routing_policy_pb2 import RoutingCondition, RoutingWindow
from server.kit.banking_days import is_banking_day


def holds(condition: RoutingCondition, facts: RoutingFacts) -> bool:
    """Whether every part of a condition that is set holds for the facts."""
    return not failing(condition, facts)


def failing(condition: RoutingCondition, facts: RoutingFacts) -> str:
    """The field of the first part that does not hold; empty where the condition holds."""
    amount = facts.amount.amount_minor
    risk = facts.risk_score if facts.HasField("risk_score") else None
    parts = (
        ("currency_codes", _admits(condition.currency_codes, facts.amount.currency_code)),
        ("amount_at_least_minor", amount >= condition.amount_at_least_minor),
        ("amount_below_minor", not condition.amount_below_minor or amount < condition.amount_below_minor),
        ("country_codes", _admits(condition.country_codes, facts.country_code)),
        ("rails", _admits(condition.rails, facts.rail)),
        ("segments", _admits(condition.segments, facts.segment)),
        ("risk_at_least", _risk_at_least(condition, risk)),
        ("risk_below", _risk_below(condition, risk)),
        ("customer_ids", _admits(condition.customer_ids, facts.customer_id)),
        ("regions", _admits(condition.regions, facts.region)),
        ("windows", not condition.windows or _any_window(condition, facts)),
    )
    return next((field for field, admitted in parts if not admitted), "")


def in_window(window: RoutingWindow, time: datetime) -> bool:
    """Whether a window is open at a time. One that goes over midnight belongs to the day on which it began."""
    here = time.astimezone(ZoneInfo(window.time_zone)).replace(tzinfo=None)
    midnight = here.replace(hour=0, minute=0, second=0, microsecond=0)
    for day in (midnight, midnight - timedelta(days=1)):
        opens = day + _since_midnight(window.from_time)
        closes = day + (_since_midnight(window.until_time) if window.until_time else timedelta(days=1))
        if closes <= opens:
            closes += timedelta(days=1)
        if opens <= here < closes and _on_day(window, day):
            return True
    return False


def _on_day(window: RoutingWindow, day: datetime) -> bool:
    if window.week_days and day.isoweekday() not in window.week_days:
        return False
    return not window.banking_calendar or is_banking_day(window.banking_calendar, day.date())


def _since_midnight(clock: str) -> timedelta:
    hours, _, minutes = (clock or "00:00").partition(":")
    return timedelta(hours=int(hours), minutes=int(minutes))


def _any_window(condition: RoutingCondition, facts: RoutingFacts) -> bool:
    if not facts.HasField("time"):
        return False
    time = facts.time.ToDatetime(UTC)
    return any(in_window(window, time) for window in condition.windows)


def _admits(listed: object, value: object) -> bool:
    return not listed or value in listed  # type: ignore[operator] # a repeated field of the contract


def _risk_at_least(condition: RoutingCondition, risk: int | None) -> bool:
    return not condition.HasField("risk_at_least") or (risk is not None and risk >= condition.risk_at_least)


def _risk_below(condition: RoutingCondition, risk: int | None) -> bool:
    return not condition.HasField("risk_below") or (risk is not None and risk < condition.risk_below)
