"""What a payout would cost and when it would arrive, by the provider's manifest and the connection's fees. No I/O."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

from adapters.kit.manifest import Settlement
from corridor.providers.v1.connection_pb2 import Connection, ConnectionFee
from corridor.type.v1.money_pb2 import Money


def fee(connection: Connection, amount: Money, rail: int) -> Money:
    """What the provider charges: the fee of the rail, or that of every rail; half a minor unit rounds up."""
    of_currency = [each for each in connection.fees if each.currency_code == amount.currency_code]
    chosen = next((each for each in of_currency if each.rail == rail), None) or next(
        (each for each in of_currency if not each.rail), ConnectionFee()
    )
    proportional = (amount.amount_minor * chosen.basis_points + 5_000) // 10_000
    return Money(currency_code=amount.currency_code, amount_minor=chosen.fixed_minor + proportional)


def cut_off(settlement: Settlement, now: datetime) -> datetime | None:
    """Until when it has to be accepted to leave with the next batch; None for rails that never close."""
    if settlement.cut_off is None:
        return None
    zone = ZoneInfo(settlement.timezone)
    day = now.astimezone(zone).date()
    while not _open(settlement, day) or now >= datetime.combine(day, settlement.cut_off, zone):
        day += timedelta(days=1)
    return datetime.combine(day, settlement.cut_off, zone).astimezone(UTC)


def expected(settlement: Settlement, now: datetime) -> datetime:
    """When the money should have arrived: at once, or at the end of the last banking day in the place of the rail."""
    closes = cut_off(settlement, now)
    if closes is None and not settlement.days:
        return now
    zone = ZoneInfo(settlement.timezone)
    day = (closes or now).astimezone(zone).date()
    for _ in range(settlement.days):
        day += timedelta(days=1)
        while not _open(settlement, day):
            day += timedelta(days=1)
    return datetime.combine(day + timedelta(days=1), datetime.min.time(), zone).astimezone(UTC)


def _open(settlement: Settlement, day: date) -> bool:
    return day.weekday() < 5 and day not in _holidays(settlement.calendar)


@lru_cache(maxsize=64)
def _holidays(calendar: str) -> holidays.HolidayBase:
    if not calendar:
        return holidays.HolidayBase()
    if calendar in holidays.list_supported_financial():
        return holidays.financial_holidays(calendar)
    return holidays.country_holidays(calendar)
