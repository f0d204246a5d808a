"""When money that is sent by a rail arrives: cut-offs and banking days in the place of the rail. No I/O, no clock."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from adapters.kit.manifest import Settlement
from server.kit.banking_days import is_banking_day


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
    return is_banking_day(settlement.calendar, day)
