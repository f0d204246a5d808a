"""Rows of deliveries, with their tries. A delivery is never delivered again itself: a new one is made of its event."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import TupleRow

from corridor.webhooks.v1.delivery_pb2 import DELIVERY_STATE_PENDING, Delivery, DeliveryTry
from server.kit.context import Context
from server.kit.paging import Page
from server.platform.webhooks.endpoints import DELIVER
from server.store import pages
from server.store.engine import Connection
from server.store.sealed import EXCERPT

REDELIVERIES_AT_MOST = 10_000  # in one call

_SELECT = f"""
SELECT delivery_id, webhook_endpoint_id, event_id, event_type, resource_id, sequence, state, create_time, end_time,
    CASE WHEN state = {DELIVERY_STATE_PENDING} THEN (
        SELECT w.run_time FROM corridor.work w WHERE w.company_id = deliveries.company_id AND w.kind = '{DELIVER}'
            AND w.lane = deliveries.webhook_endpoint_id || '/' || deliveries.resource_id
            AND w.resource_id = deliveries.delivery_id AND w.state = 0) END
FROM corridor.deliveries
"""
_ONE = f"{_SELECT} WHERE company_id = %s AND environment = %s AND delivery_id = %s"
_TRIES = """
SELECT time, http_status, error, duration_ms, response_excerpt FROM corridor.delivery_tries
WHERE company_id = %s AND environment = %s AND delivery_id = %s ORDER BY try_number
"""
_MAKE = f"""
, made AS (
    INSERT INTO corridor.deliveries
    SELECT %(company_id)s, %(environment)s, delivery_id, %(endpoint_id)s, event_id, event_type, resource_id, sequence,
        {DELIVERY_STATE_PENDING}, now(), NULL
    FROM chosen ORDER BY place),
queued AS (
    INSERT INTO corridor.work (company_id, environment, kind, lane, resource_id, state, tries, run_time,
        correlation_id, traceparent, error, create_time)
    SELECT %(company_id)s, %(environment)s, '{DELIVER}', %(endpoint_id)s || '/' || resource_id, delivery_id, 0, 0,
        now(), %(correlation_id)s, %(traceparent)s, '', now()
    FROM chosen ORDER BY place)
SELECT delivery_id FROM chosen
"""
_REPEAT = f"""
WITH chosen AS MATERIALIZED (
    SELECT corridor.new_delivery_id() AS delivery_id, event_id, event_type, resource_id, sequence, 1 AS place
    FROM corridor.deliveries WHERE company_id = %(company_id)s AND environment = %(environment)s
        AND delivery_id = %(delivery_id)s)
{_MAKE}
"""
# Ids of deliveries begin with their time, never before `create_time`: they spare a walk through the whole log.
# Times of one resource's events can stand in another order than its events, as a transaction's time is its start's;
# `due` never falls within a resource, so that its events keep their order.
_REPEAT_PERIOD = f"""
WITH events AS (
    SELECT event_id, event_type, resource_id, sequence, min(create_time) AS create_time
    FROM corridor.deliveries d
    WHERE company_id = %(company_id)s AND environment = %(environment)s AND webhook_endpoint_id = %(endpoint_id)s
        AND delivery_id >= 'dlv_' || lpad(to_hex(greatest(0, floor(extract(epoch FROM %(start)s::timestamptz) * 1000))
            ::bigint), 12, '0')
        AND create_time >= %(start)s AND create_time < %(end)s
        AND state = ANY (%(states)s)
        AND NOT EXISTS (
            SELECT FROM corridor.deliveries o
            WHERE o.company_id = d.company_id AND o.environment = d.environment
                AND o.resource_id = d.resource_id AND o.webhook_endpoint_id = d.webhook_endpoint_id
                AND o.event_id = d.event_id AND NOT o.state = ANY (%(states)s))
    GROUP BY event_id, event_type, resource_id, sequence),
ordered AS (
    SELECT *, max(create_time) OVER (PARTITION BY resource_id ORDER BY sequence) AS due FROM events),
oldest AS (
    SELECT * FROM ordered ORDER BY due, resource_id, sequence LIMIT {REDELIVERIES_AT_MOST}),
chosen AS MATERIALIZED (
    SELECT corridor.new_delivery_id() AS delivery_id, event_id, event_type, resource_id, sequence,
        row_number() OVER (ORDER BY due, resource_id, sequence) AS place
    FROM oldest)
{_MAKE}
"""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which deliveries a list shows. What is empty admits every one."""

    webhook_endpoint_id: str = ""
    state: int = 0
    resource_id: str = ""


def get(connection: Connection, context: Context, delivery_id: str) -> Delivery | None:
    """One delivery with every try."""
    key = (context.who.company_id, context.who.environment, delivery_id)
    row = connection.execute(_ONE, key).fetchone()
    if row is None:
        return None
    delivery = _delivery(row)
    for time, http_status, error, duration_ms, excerpt in connection.execute(_TRIES, key):
        made = DeliveryTry(http_status=http_status, error=error)
        made.response_excerpt = EXCERPT.open_text(connection.seals, context.who, excerpt, delivery_id)
        made.time.FromDatetime(time)
        made.duration.FromMilliseconds(duration_ms)
        delivery.tries.append(made)
    return delivery


def page(connection: Connection, context: Context, wanted: Page, only: Filter) -> tuple[list[Delivery], bool]:
    """A page of deliveries without their tries, the newest first, and whether there are more."""
    where: Mapping[str, object] = {
        "webhook_endpoint_id": only.webhook_endpoint_id,
        "state": only.state,
        "resource_id": only.resource_id,
    }
    rows, more = pages.newest_first(connection, context, _SELECT, key="delivery_id", page=wanted, where=where)
    return [_delivery(row) for row in rows], more


def repeat(connection: Connection, context: Context, delivery: Delivery) -> Delivery:
    """Make a new delivery of a delivery's event to the same endpoint, behind everything that waits for it."""
    values = _values(context, delivery.webhook_endpoint_id) | {"delivery_id": delivery.delivery_id}
    row = connection.execute(_REPEAT, values).fetchone()
    assert row is not None  # deliveries are never deleted
    made = get(connection, context, row[0])
    assert made is not None  # made by the statement above
    return made


def repeat_period(
    connection: Connection,
    context: Context,
    endpoint_id: str,
    start: datetime,
    end: datetime,
    states: list[int],
) -> int:
    """Make new deliveries of a period's events, the oldest first; how many.

    An event is repeated if every delivery of it to the endpoint has ended in one of `states`.
    """
    values = _values(context, endpoint_id) | {"start": start, "end": end, "states": states}
    return len(connection.execute(_REPEAT_PERIOD, values).fetchall())


def _values(context: Context, endpoint_id: str) -> dict[str, object]:
    return {
        "company_id": context.who.company_id,
        "environment": context.who.environment,
        "endpoint_id": endpoint_id,
        "correlation_id": context.correlation_id,
        "traceparent": context.traceparent,
    }


def _delivery(row: TupleRow) -> Delivery:
    *names, sequence, state, created, ended, next_try = row
    delivery_id, endpoint_id, event_id, event_type, resource_id = names
    delivery = Delivery(
        delivery_id=delivery_id,
        webhook_endpoint_id=endpoint_id,
        event_id=event_id,
        event_type=event_type,
        resource_id=resource_id,
        sequence=sequence,
        state=state,
    )
    delivery.create_time.FromDatetime(created)
    if ended:
        delivery.end_time.FromDatetime(ended)
    if next_try:
        delivery.next_try_time.FromDatetime(next_try)
    return delivery
