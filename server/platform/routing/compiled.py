"""A policy version made ready once, so that the first rule that holds is found without walking over the rules.

For each dimension a value leads to a number whose bits are the rules that admit it; the lowest bit that all have in
common is the first match. What it answers is what `conditions.holds` answers rule by rule; a property test says so.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import NamedTuple
from zoneinfo import ZoneInfo

from corridor.routing.v1.routing_facts_pb2 import RoutingFacts
from corridor.routing.v1.routing_policy_pb2 import RoutingCondition, RoutingRule, RoutingWindow
from server.kit.banking_days import is_banking_day

_DAY_MINUTES = 24 * 60
_LOOK_AGAIN_SECONDS = 3600.0  # clocks are put back, and nothing waits longer for a window than that


class Compiled:
    """The rules of one version. It never changes, so it is shared by threads without a lock."""

    __slots__ = (
        "_any_money", "_any_risk", "_money", "_plain", "_risks", "_values", "_windows", "rules", "weight",
    )  # fmt: skip

    def __init__(self, rules: Sequence[RoutingRule]) -> None:
        self.rules = tuple(rules)
        conditions = [rule.when for rule in self.rules]
        self._money, self._any_money = _money(conditions)
        self._risks, self._any_risk = _risks(conditions)
        values = (
            _values("country_code", conditions, lambda each: each.country_codes),
            _values("rail", conditions, lambda each: each.rails),
            _values("segment", conditions, lambda each: each.segments),
            _values("customer_id", conditions, lambda each: each.customer_ids),
            _values("region", conditions, lambda each: each.regions),
        )
        self._values = tuple(each for each in values if each.named)  # what no rule names, every rule admits
        self._windows = {
            index: tuple(map(_Window.of, each.windows)) for index, each in enumerate(conditions) if each.windows
        }
        self._plain = _mask(index for index, each in enumerate(conditions) if _asks_of_money_alone(each))
        self.weight = sum(_listed(each) for each in conditions)
        """How many values it holds in memory, about."""

    def match(self, facts: RoutingFacts) -> int | None:
        """The position of the first rule that holds, from 0."""
        amount = facts.amount
        bounds, masks = self._money.get(amount.currency_code, self._any_money)
        left = masks[bisect_right(bounds, amount.amount_minor)]
        if not left & -left & self._plain:  # otherwise the first of them holds, whatever else is so
            if facts.HasField("risk_score"):
                bounds, masks = self._risks
                left &= masks[bisect_right(bounds, facts.risk_score)]
            else:
                left &= self._any_risk
            for of, named, others in self._values:
                left &= named.get(of(facts), others)
        time: datetime | None = None
        while left:
            lowest = left & -left
            index = lowest.bit_length() - 1
            windows = self._windows.get(index)
            if windows is None:
                return index
            if facts.HasField("time"):
                time = time or facts.time.ToDatetime(UTC)
                if any(window.open_at(time) for window in windows):
                    return index
            left ^= lowest
        return None

    def changes_after(self, time: datetime) -> float:
        """In how many seconds a window may open or close, an hour at most; 0 where no rule has one."""
        ends = [window.next(time) for windows in self._windows.values() for window in windows]
        return max(1.0, min(_LOOK_AGAIN_SECONDS, (min(ends) - time).total_seconds())) if ends else 0.0


class _Values(NamedTuple):
    """The rules that admit a value of a fact: those that name it, and those that name none."""

    of: Callable[[RoutingFacts], object]
    named: Mapping[object, int]
    others: int


class _Ranges(NamedTuple):
    """The rules that admit a number, by the bounds between which nothing changes."""

    bounds: Sequence[int]
    masks: Sequence[int]

    @classmethod
    def of(cls, ranges: Iterable[tuple[int, int, int | None]]) -> "_Ranges":
        """Each range is a rule's bit, the lowest number that it admits, and the one that it has to stay below."""
        known = list(ranges)
        bounds = sorted({bound for _, low, high in known for bound in (low, high) if bound is not None})
        below = (min(bounds) - 1 if bounds else 0, *bounds)  # one number out of each interval
        masks = [
            sum(bit for bit, low, high in known if low <= number and (high is None or number < high))
            for number in below
        ]
        return cls(bounds, masks)


@dataclass(frozen=True, slots=True)
class _Window:
    """A window in minutes since midnight, by a place's clock."""

    zone: ZoneInfo
    days: frozenset[int]
    opens: int
    closes: int
    """After midnight, more than the minutes of a day."""
    calendar: str

    @classmethod
    def of(cls, window: RoutingWindow) -> "_Window":
        opens, closes = _minutes(window.from_time), _minutes(window.until_time) if window.until_time else _DAY_MINUTES
        if closes <= opens:
            closes += _DAY_MINUTES
        days = frozenset(window.week_days) or frozenset(range(1, 8))
        return cls(ZoneInfo(window.time_zone), days, opens, closes, window.banking_calendar)

    def open_at(self, time: datetime) -> bool:
        here = time.astimezone(self.zone)
        minute = here.hour * 60 + here.minute
        if self.opens <= minute < self.closes and self._on(here):
            return True
        return minute + _DAY_MINUTES < self.closes and self._on(here - timedelta(days=1))

    def next(self, time: datetime) -> datetime:
        """When it opens or closes next by the clock, on whatever day."""
        here = time.astimezone(self.zone)
        midnight = here.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
        edges = (
            (midnight + timedelta(days=days, minutes=minutes % _DAY_MINUTES)).astimezone(UTC)
            for days in (0, 1) for minutes in (self.opens, self.closes)
        )  # fmt: skip
        return min(edge for edge in edges if edge > time)

    def _on(self, day: datetime) -> bool:
        if day.isoweekday() not in self.days:
            return False
        return not self.calendar or is_banking_day(self.calendar, day.date())


def _listed(condition: RoutingCondition) -> int:
    """How many values a condition lists, itself counted in."""
    lists = (
        condition.currency_codes, condition.country_codes, condition.segments, condition.customer_ids,
        condition.regions, condition.windows,
    )  # fmt: skip
    return 1 + sum(map(len, lists))


def _minutes(clock: str) -> int:
    hours, _, minutes = (clock or "00:00").partition(":")
    return int(hours) * 60 + int(minutes)


def _values(
    fact: str, conditions: Sequence[RoutingCondition], of: Callable[[RoutingCondition], Iterable[object]]
) -> _Values:
    listed = [frozenset(of(each)) for each in conditions]
    others = _mask(index for index, each in enumerate(listed) if not each)
    named: dict[object, int] = {}
    for index, values in enumerate(listed):
        for value in values:
            named[value] = named.get(value, others) | 1 << index
    return _Values(attrgetter(fact), named, others)


def _asks_of_money_alone(condition: RoutingCondition) -> bool:
    """Whether a rule is sure to hold where it admits the amount."""
    money = ("currency_codes", "amount_at_least_minor", "amount_below_minor")
    return all(field.name in money for field, _ in condition.ListFields())


def _money(conditions: Sequence[RoutingCondition]) -> tuple[Mapping[str, _Ranges], _Ranges]:
    """The rules that admit an amount, for each currency that some rule names, and for all others."""
    listed = [frozenset(each.currency_codes) for each in conditions]

    def ranges(code: str) -> _Ranges:
        return _Ranges.of(
            (1 << index, each.amount_at_least_minor, each.amount_below_minor or None)
            for index, each in enumerate(conditions)
            if not listed[index] or code in listed[index]
        )

    # Each currency once, however many rules name it: rules are compiled for whoever asks what a draft would decide.
    return {code: ranges(code) for code in frozenset[str]().union(*listed)}, ranges("")


def _risks(conditions: Sequence[RoutingCondition]) -> tuple[_Ranges, int]:
    """The rules that admit a risk score, and those that admit that there is none."""

    def bounds(each: RoutingCondition) -> tuple[int | None, int | None]:
        low = each.risk_at_least if each.HasField("risk_at_least") else None
        return low, each.risk_below if each.HasField("risk_below") else None

    both = [bounds(each) for each in conditions]
    any_score = _mask(index for index, each in enumerate(both) if each == (None, None))
    lowest = -(2**31)  # what is below every score: a rule without a lower bound admits it
    ranges = ((1 << index, lowest if low is None else low, high) for index, (low, high) in enumerate(both))
    return _Ranges.of(ranges), any_score


def _mask(indexes: Iterable[int]) -> int:
    return sum(1 << index for index in indexes)
