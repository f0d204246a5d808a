"""Chores of usage: tells companies once at each level what ends of what they use, and forgets what is old.

The warning and its event are one transaction: whoever does it twice, or at the same time, tells it once.
"""

from collections.abc import Sequence
from datetime import date, timedelta

import structlog

from corridor.options.v1 import method_pb2
from corridor.usage.v1.deprecated_usage_pb2 import (
    DEPRECATION_LEVEL_NINETY_DAYS,
    DEPRECATION_LEVEL_ONE_DAY,
    DEPRECATION_LEVEL_SEVEN_DAYS,
    DEPRECATION_LEVEL_THIRTY_DAYS,
    DeprecatedUsageEnding,
    DeprecationLevel,
)
from server.kit import ids, stability
from server.kit.clock import Clock
from server.kit.context import Caller, Context
from server.platform.chores import Chore
from server.platform.usage import repository
from server.platform.usage.deprecated import DAYS, Deprecated
from server.store import events
from server.store.engine import Store

_log = structlog.get_logger("corridor.usage")

KEPT_DAYS = 400
_FORGET_AT_ONCE = 20_000
_FORGET_TIMES = 20  # in one round of the chore; the next one goes on
_LEVELS = (
    (1, DEPRECATION_LEVEL_ONE_DAY),
    (7, DEPRECATION_LEVEL_SEVEN_DAYS),
    (30, DEPRECATION_LEVEL_THIRTY_DAYS),
    (90, DEPRECATION_LEVEL_NINETY_DAYS),
)


def level(sunset: date, today: date) -> "DeprecationLevel.ValueType":
    """How soon something ends; unspecified for what does not soon, and for what has ended."""
    left = (sunset - today).days
    found = next((each for within, each in _LEVELS if left <= within), None) if left > 0 else None
    return found or DeprecationLevel.DEPRECATION_LEVEL_UNSPECIFIED


class Warnings:
    """Looks every hour whether anything ends that somebody uses."""

    def __init__(self, store: Store, deprecated: Deprecated, machine_clock: Clock) -> None:
        self._store = store
        self._deprecated = deprecated
        self._clock = machine_clock

    def chores(self) -> Sequence[Chore]:
        """What a worker does every so often."""
        return (Chore("usage.warn", 3600.0, self.warn), Chore("usage.forget", 3600.0, self.forget))

    def warn(self) -> None:
        """Publish an event for everything that has reached a level, to each company that still uses it."""
        today = stability.today(self._clock)
        soon = {
            name: now
            for name, each in self._deprecated.endings.items()
            if each.sunset is not None and (now := level(each.sunset, today))
        }
        if not soon:
            return
        with self._store.anyone() as connection:
            tenants = repository.tenants(connection, today - timedelta(days=DAYS - 1), soon)
        for company_id, environment in tenants:
            try:
                self._tell(company_id, environment, today, soon)
            except Exception:  # whatever it is: a company that cannot be told, for now, must not hold the others back
                _log.exception("deprecated_usage_not_told", company_id=company_id, environment=environment)

    def forget(self) -> None:
        """Remove what was counted more than 400 days ago, and a bounded number of rows at once."""
        before = stability.today(self._clock) - timedelta(days=KEPT_DAYS)
        with self._store.anyone() as connection:
            for _ in range(_FORGET_TIMES):
                if repository.forget(connection, before, _FORGET_AT_ONCE) < _FORGET_AT_ONCE:
                    return

    def _tell(
        self, company_id: str, environment: int, today: date, soon: "dict[str, DeprecationLevel.ValueType]"
    ) -> None:
        request_id = ids.request_id()
        who = Caller(method_pb2.CALLER_KIND_UNSPECIFIED, "corridor", company_id, environment)  # type: ignore[arg-type] # as stored
        context = Context(request_id, request_id, caller=who)
        with self._store.of(company_id, environment) as connection:
            for usage in self._deprecated.used(connection, who, today, DAYS, soon):
                sunset = date.fromisoformat(usage.sunset_date)
                event = DeprecatedUsageEnding(deprecated_usage=usage, level=soon[usage.element])
                with connection.transaction():
                    if repository.first_warning(connection, context, usage.element, sunset, event.level):
                        events.publish(connection, context, ids.new("du"), 1, event)
                        _log.info("deprecated_usage_ending", company_id=company_id, element=usage.element,
                                  days_left=usage.days_left, calls=usage.calls)  # fmt: skip
