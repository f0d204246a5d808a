"""UsageService: what the company's programs use, and what of that ends."""

from collections.abc import Sequence
from datetime import date, timedelta

import grpc

from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.usage.v1 import usage_service_pb2 as api
from corridor.usage.v1.deprecated_usage_pb2 import DeprecatedUsage
from corridor.usage.v1.method_usage_pb2 import FieldUsage, MethodUsage
from server.kit import context as contexts
from server.kit import stability
from server.kit.clock import Clock
from server.kit.context import Caller
from server.kit.errors import Violation, fail
from server.kit.paging import PageTokens
from server.platform.usage import repository
from server.platform.usage.deprecated import DAYS, Deprecated
from server.platform.usage.repository import START, Row, Wanted
from server.store.engine import Connection, Store

_USUAL = timedelta(days=30)


class UsageServicer:
    """Reads what was counted of the caller's company in the caller's environment."""

    def __init__(self, store: Store, tokens: PageTokens, deprecated: Deprecated, machine_clock: Clock) -> None:
        self._store = store
        self._tokens = tokens
        self._deprecated = deprecated
        self._clock = machine_clock

    def ListUsage(self, request: api.ListUsageRequest, _: grpc.ServicerContext) -> api.ListUsageResponse:
        """A page of counts by method and caller."""
        context = contexts.current()
        page = self._tokens.page(context, request)
        last = _day(request.end_date, "end_date") or stability.today(self._clock)
        first = _day(request.start_date, "start_date") or last - min(_USUAL, last - date.min)
        wanted = Wanted(first, last, request.method, request.caller_id)
        after = START if page.after is None else _key(page.after)
        with self._store.mine() as connection:
            rows = repository.calls(connection, wanted, page.size + 1, after)
            shown = rows[: page.size]
            usages = messages(connection, context.who, wanted, shown)
        more = len(rows) > page.size
        return api.ListUsageResponse(
            usages=usages, next_page_token=self._tokens.next(context, request, _text(shown[-1])) if more else ""
        )

    def ListDeprecatedUsage(
        self, request: api.ListDeprecatedUsageRequest, _: grpc.ServicerContext
    ) -> api.ListDeprecatedUsageResponse:
        """A page of what is deprecated and used, the first to end first."""
        context = contexts.current()
        page = self._tokens.page(context, request)
        today = stability.today(self._clock)
        with self._store.mine() as connection:
            found = self._deprecated.used(connection, context.who, today, request.days or DAYS)
        if page.after is not None:
            found = [each for each in found if _order(each) > tuple(page.after.split("|", 1))]
        shown = found[: page.size]
        more = len(found) > page.size
        return api.ListDeprecatedUsageResponse(
            deprecated_usages=shown,
            next_page_token=self._tokens.next(context, request, "|".join(_order(shown[-1]))) if more else "",
        )


def messages(connection: Connection, who: Caller, wanted: Wanted, rows: Sequence[Row]) -> list[MethodUsage]:
    """Counts of the bound company as callers see them."""
    if not rows:
        return []
    named = repository.callers(connection, who, {(row.caller_kind, row.caller_id) for row in rows})
    found = {
        row.key: MethodUsage(
            method=row.method,
            caller=named[row.caller_kind, row.caller_id],
            calls=row.calls,
            first_date=row.first.isoformat(),
            last_date=row.last.isoformat(),
            sampled_calls=row.sampled,
        )
        for row in rows
    }
    for row in repository.fields(connection, wanted, rows):
        usage = FieldUsage(field=row.field, direction=row.direction, calls=row.calls)  # type: ignore[arg-type] # as stored
        found[row.method, row.caller_kind, row.caller_id].fields.append(usage)
    return list(found.values())


def _day(text: str, field: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:  # its form is right: the contract sees to that
        raise fail(
            reasons.ERROR_REASON_INVALID_ARGUMENT,
            f"Not valid: {field}.",
            violations=[Violation(field, "is no day of the calendar", "date")],
        ) from None


def _order(usage: DeprecatedUsage) -> tuple[str, str]:
    """As `Ending.key`, in text: what never ends comes last."""
    return usage.sunset_date or date.max.isoformat(), usage.element


def _text(row: Row) -> str:
    return f"{row.method}|{row.caller_kind}|{row.caller_id}"


def _key(text: str) -> tuple[str, int, str]:
    method, kind, caller_id = text.split("|", 2)
    return method, int(kind), caller_id
