"""The counts of all companies as one JSON document, for `corridor contracts diff --usage`.

It names keys and clients by what they are for, so that a reviewer knows whom to ask.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from corridor.options.v1 import method_pb2
from corridor.type.v1.environment_pb2 import Environment
from corridor.usage.v1.method_usage_pb2 import MethodUsage
from server.kit.context import Caller
from server.platform.usage import repository
from server.platform.usage.repository import START, Wanted
from server.platform.usage.servicer import messages
from server.store.engine import Store

_ROWS_AT_ONCE = 1_000


def document(store: Store, today: date, days: int) -> dict[str, Any]:
    """What was counted in so many days up to today."""
    first = today - timedelta(days=days - 1)
    return {
        "days": days,
        "from": first.isoformat(),
        "until": today.isoformat(),
        "uses": list(_uses(store, Wanted(first, today))),
    }


def _uses(store: Store, wanted: Wanted) -> Iterator[dict[str, Any]]:
    with store.anyone() as connection:
        tenants = repository.tenants(connection, wanted.first)
    for company_id, environment in tenants:
        who = Caller(method_pb2.CALLER_KIND_UNSPECIFIED, "corridor", company_id, environment)  # type: ignore[arg-type] # as stored
        after = START
        with store.of(company_id, environment) as connection:
            while rows := repository.calls(connection, wanted, _ROWS_AT_ONCE, after):
                after = rows[-1].key
                for each in messages(connection, who, wanted, rows):
                    yield _use(who, each)


def _use(who: Caller, usage: MethodUsage) -> dict[str, Any]:
    fields: dict[str, int] = {}
    for field in usage.fields:
        fields[field.field] = max(fields.get(field.field, 0), field.calls)  # sent and read may be the same calls
    return {
        "company_id": who.company_id,
        "environment": Environment.Name(who.environment).removeprefix("ENVIRONMENT_").lower(),
        "caller_kind": method_pb2.CallerKind.Name(usage.caller.kind).removeprefix("CALLER_KIND_").lower(),
        "caller_id": usage.caller.caller_id,
        "caller_title": usage.caller.title,
        "method": usage.method,
        "calls": usage.calls,
        "sampled_calls": usage.sampled_calls,
        "first_date": usage.first_date,
        "last_date": usage.last_date,
        "fields": fields,
    }
