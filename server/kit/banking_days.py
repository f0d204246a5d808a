"""On which days banks work, by the calendar of a country or of a settlement system. No I/O.

Rule: a calendar that is not known must be refused where it is written; here it is a mistake, and raises.
"""

from datetime import date
from functools import lru_cache

import holidays


def is_banking_day(calendar: str, day: date) -> bool:
    """Whether banks work on a day: by a country such as "US", by "ECB" for TARGET; by weekdays alone if empty."""
    return day.weekday() < 5 and day not in _holidays(calendar)


# Every calendar there is: with less room, rules that name many would have them made anew at each decision.
@lru_cache(maxsize=1024)
def _holidays(calendar: str) -> holidays.HolidayBase:
    if not calendar:
        return holidays.HolidayBase()
    if calendar in holidays.list_supported_financial():
        return holidays.financial_holidays(calendar)
    return holidays.country_holidays(calendar)
