"""Tells again of work items that stay open: once at each age of their kind's aging rule, and as metrics.

Ages are by the company's own clock. An item whose resource has come to an end meanwhile is resolved instead.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import psycopg
import structlog
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from corridor.operations.v1 import work_item_event_pb2
from corridor.operations.v1.work_item_pb2 import (
    WORK_ITEM_KIND_EXHAUSTED,
    WORK_ITEM_KIND_MISCONFIGURED,
    WORK_ITEM_KIND_NO_ROUTE,
    WORK_ITEM_KIND_OVERDUE,
    WORK_ITEM_KIND_UNKNOWN_OUTCOME,
    WORK_ITEM_KIND_WAITING,
    WORK_ITEM_STATE_OPEN,
    WorkItem,
    WorkItemKind,
)
from corridor.options.v1 import method_pb2
from corridor.type.v1.environment_pb2 import Environment
from server.kit import clock as machine
from server.kit import ids
from server.kit.clock import Clock
from server.kit.context import Caller, Context
from server.kit.errors import Failure
from server.platform.operations.routed import Domains, Standing
from server.store import aging, work_items
from server.store.engine import Connection, Store

_log = structlog.get_logger("corridor.operations")

_AT_ONCE = 200
_RUN_SECONDS = 10.0
_DUE = "SELECT company_id, environment, work_item_id FROM corridor.aging_work_items(%s)"
_OPEN = "SELECT environment, kind, open_count, oldest_seconds FROM corridor.open_work_items()"
_NOTE = f"""
UPDATE corridor.work_items SET alerts = %s, alert_time = CASE WHEN %s THEN clock_timestamp() ELSE alert_time END,
    next_alert_time = %s, revision = revision + %s
WHERE company_id = %s AND environment = %s AND work_item_id = %s RETURNING {work_items.COLUMNS}
"""
_LOOK_AGAIN = """
UPDATE corridor.work_items SET next_alert_time = now()
WHERE company_id = %s AND environment = %s AND kind = %s AND state = 1
"""

# What these ask for is answered once a provider has it, or at the end. The others ask what a provider meant.
_UNTIL_SENT = {
    WORK_ITEM_KIND_NO_ROUTE, WORK_ITEM_KIND_EXHAUSTED, WORK_ITEM_KIND_MISCONFIGURED, WORK_ITEM_KIND_WAITING,
}  # fmt: skip
_UNTIL_THE_END = {*_UNTIL_SENT, WORK_ITEM_KIND_UNKNOWN_OUTCOME, WORK_ITEM_KIND_OVERDUE}


@dataclass(frozen=True, slots=True)
class Aging:
    """Does the chore `operations.age`."""

    store: Store
    domains: Domains
    clock: Clock

    def run(self) -> None:
        """One round: until no age is left to tell, or its time is over."""
        until = machine.monotonic() + _RUN_SECONDS
        while machine.monotonic() < until:
            with self.store.anyone() as connection:
                due = connection.execute(_DUE, (_AT_ONCE,)).fetchall()
            told = [self._look(*each) for each in due]
            if len(due) < _AT_ONCE or not any(told):
                return

    def _look(self, company_id: str, environment: "Environment.ValueType", work_item_id: str) -> bool:
        """Tell of one item if it has passed an age; whether that was done, so that it is not due any more."""
        request_id = ids.request_id()
        caller = Caller(method_pb2.CALLER_KIND_UNSPECIFIED, "corridor", company_id, environment)
        context = Context(request_id, request_id, caller=caller)
        try:
            with self.store.transaction(company_id, environment) as connection:
                item = work_items.get(connection, context, work_item_id)
                standing = self._standing(connection, context, item) if item else None
                item = work_items.get(connection, context, work_item_id, lock=True)  # after its resource, as elsewhere
                if item is None or item.state != WORK_ITEM_STATE_OPEN:
                    return True
                if standing and (word := settled(item, standing)):
                    work_items.resolve(connection, context, work_item_id, word)
                else:
                    self._note(connection, context, item)
            return True
        except (Failure, psycopg.Error):  # the next round tries again; it must not hold the others back
            _log.exception("age_not_told", work_item_id=work_item_id)
            return False

    def _standing(self, connection: Connection, context: Context, item: WorkItem) -> Standing | None:
        routed = self.domains.of(item.resource_id)
        return routed.lock(connection, context, item.resource_id) if routed else None

    def _note(self, connection: Connection, context: Context, item: WorkItem) -> None:
        who = context.who
        made = item.create_time.ToDatetime(UTC)
        ages, _ = aging.of_company(connection, context)[item.kind]
        passed = passed_ages(ages, self._now(context) - made)
        following = ages[passed] if passed < len(ages) else None
        tells = passed > item.alerts
        values = (
            max(passed, item.alerts),
            tells,
            made + timedelta(seconds=following) if following else None,
            int(tells),
            who.company_id,
            who.environment,
            item.work_item_id,
        )
        row = connection.execute(_NOTE, values).fetchone()
        assert row is not None  # it is locked
        if tells:
            aged = work_items.work_item(connection, who, row)
            aged.age.FromTimedelta(self._now(context) - made)
            work_items.tell(connection, context, aged, work_item_event_pb2.WorkItemAging)
            kind = WorkItemKind.Name(item.kind).removeprefix("WORK_ITEM_KIND_").lower()
            _log.warning("work_item_aging", work_item_id=item.work_item_id, kind=kind, alerts=aged.alerts)

    def _now(self, context: Context) -> datetime:
        from server.kit import context as contexts

        with contexts.bound(context):  # the company's clock asks whose call it is
            return self.clock.now()


def set_ages(connection: Connection, context: Context, kind: int, ages: Sequence[int], now: datetime) -> None:
    """Set the ages of a kind for the caller's company; every open item is looked at anew."""
    aging.set_ages(connection, context, kind, ages, now)
    connection.execute(_LOOK_AGAIN, (context.who.company_id, context.who.environment, kind))


def passed_ages(ages: Sequence[int], age: timedelta) -> int:
    """How many of the rising ages an item has passed."""
    return sum(age.total_seconds() >= each for each in ages)


def settled(item: WorkItem, standing: Standing) -> str:
    """Why an item asks for nothing any more, now that its resource stands so; empty if it still does."""
    word = standing.state.replace("_", " ")
    at_end = not (standing.waits or standing.under_way or standing.attended)
    if item.kind in _UNTIL_THE_END and at_end:
        return f"It has come to its end: it is {word}."
    if item.kind in _UNTIL_SENT and standing.under_way:
        return f"A provider has it by now: it is {word}."
    return ""


class OpenItems(Collector):
    """How many work items are open, and how old the oldest of each kind is."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def describe(self) -> Iterable[Metric]:
        """Nothing in advance: what there is depends on the moment."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """By environment and kind, over all companies."""
        try:
            with self._store.anyone() as connection:
                rows = connection.execute(_OPEN).fetchall()
        except (Failure, psycopg.Error):
            return  # a scrape must not fail because the database does
        labels = ["environment", "kind"]
        count = GaugeMetricFamily("corridor_work_items_open", "Work items that wait for a person.", labels=labels)
        age = GaugeMetricFamily("corridor_work_items_oldest_seconds", "Age of the oldest open one.", labels=labels)
        for environment, kind, number, oldest in rows:
            names = [
                Environment.Name(environment).removeprefix("ENVIRONMENT_").lower(),
                WorkItemKind.Name(kind).removeprefix("WORK_ITEM_KIND_").lower(),
            ]
            count.add_metric(names, number)
            age.add_metric(names, oldest)
        yield count
        yield age
