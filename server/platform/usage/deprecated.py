"""What a company uses that ends: one `DeprecatedUsage` for each method and field, with who used it and how often."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta

from corridor.usage.v1.deprecated_usage_pb2 import (
    DEPRECATED_ELEMENT_KIND_FIELD,
    DEPRECATED_ELEMENT_KIND_METHOD,
    DeprecatedUsage,
    DeprecatedUsageCaller,
)
from corridor.usage.v1.method_usage_pb2 import UsageCaller
from server.kit import stability
from server.kit.context import Caller
from server.kit.contract import Method
from server.kit.stability import Ending
from server.platform.usage import repository
from server.platform.usage.repository import ElementRow, Wanted
from server.store.engine import Connection

DAYS = 90
_CALLERS_AT_MOST = 100

Named = Mapping[tuple[int, str], UsageCaller]


class Deprecated:
    """Everything of a contract that ends."""

    def __init__(self, methods: Mapping[str, Method]) -> None:
        self.endings: Mapping[str, Ending] = {name: each for name, (each, _) in stability.all_of(methods).items()}

    def used(
        self, connection: Connection, who: Caller, today: date, days: int, among: Collection[str] | None = None
    ) -> list[DeprecatedUsage]:
        """What the bound company has used of it in so many days up to today, the first to end first."""
        wanted = [each for name, each in self.endings.items() if among is None or name in among]
        if not wanted:
            return []
        window = Wanted(today - timedelta(days=days - 1), today)
        methods = [each.element for each in wanted if not each.is_field]
        fields = [each.element for each in wanted if each.is_field]
        rows: dict[str, list[ElementRow]] = {}
        for row in repository.elements(connection, window, methods, fields):
            rows.setdefault(row.element, []).append(row)
        ids = {(row.caller_kind, row.caller_id) for each in rows.values() for row in each}
        named = repository.callers(connection, who, ids) if ids else {}
        used = sorted((self.endings[name] for name in rows), key=lambda each: each.key)
        return [_usage(each, rows[each.element], named, today) for each in used]


def _usage(ending: Ending, rows: Sequence[ElementRow], named: Named, today: date) -> DeprecatedUsage:
    usage = DeprecatedUsage(
        element=ending.element,
        kind=DEPRECATED_ELEMENT_KIND_FIELD if ending.is_field else DEPRECATED_ELEMENT_KIND_METHOD,
        deprecated_since=ending.since.isoformat(),
        replacement=ending.replacement,
        calls=sum(row.calls for row in rows),
        last_date=max(row.last for row in rows).isoformat(),
        methods=sorted({row.method for row in rows}),
        callers=_callers(rows, named),
    )
    if ending.sunset is not None:
        usage.sunset_date = ending.sunset.isoformat()
        usage.days_left = (ending.sunset - today).days
    return usage


def _callers(rows: Sequence[ElementRow], named: Named) -> list[DeprecatedUsageCaller]:
    calls: dict[tuple[int, str], int] = {}
    last: dict[tuple[int, str], date] = {}
    for row in rows:
        key = row.caller_kind, row.caller_id
        calls[key] = calls.get(key, 0) + row.calls
        last[key] = max(last.get(key, row.last), row.last)
    most = sorted(calls, key=lambda key: (-calls[key], key))[:_CALLERS_AT_MOST]
    return [DeprecatedUsageCaller(caller=named[key], calls=calls[key], last_date=last[key].isoformat()) for key in most]
