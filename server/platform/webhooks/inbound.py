"""Rows of inbound deliveries: what providers sent, as it came, and what became of it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import TupleRow

from adapters.kit.ports.webhooks import Inbound
from corridor.type.v1.raw_request_pb2 import RawRequest
from corridor.webhooks.v1.inbound_delivery_pb2 import (
    INBOUND_DELIVERY_STATE_PROCESSED,
    INBOUND_DELIVERY_STATE_RECEIVED,
    InboundDelivery,
    InboundDeliveryState,
)
from server.kit import ids
from server.kit.context import Context
from server.kit.paging import Page
from server.store import pages, work
from server.store.engine import Connection, Store
from server.store.sealed import INBOUND_DETAIL, INBOUND_REQUEST

READ = "webhooks.read"

_COLUMNS = """inbound_delivery_id, connection_id, provider, state, detail, provider_event_id, resource_id, body_sha256,
    body_bytes, receive_time, end_time, correlation_id"""
_SELECT = f"SELECT {_COLUMNS} FROM corridor.inbound_deliveries"
_KEY = "company_id = %(company_id)s AND environment = %(environment)s AND inbound_delivery_id = %(inbound_id)s"
_ONE = f"{_SELECT} WHERE {_KEY}"
_WHOLE = f"SELECT {_COLUMNS}, request FROM corridor.inbound_deliveries WHERE {_KEY}"
# One statement: what is stored as genuine is always going to be read.
_KEEP = f"""
WITH kept AS (
    INSERT INTO corridor.inbound_deliveries VALUES (
        %(company_id)s, %(environment)s, %(inbound_id)s, %(connection_id)s, %(provider)s, %(state)s, %(detail)s, '', '',
        %(body_sha256)s, %(body_bytes)s, %(request)s, %(correlation_id)s, %(time)s, %(end_time)s)
    RETURNING company_id, environment, inbound_delivery_id, state)
INSERT INTO corridor.work (company_id, environment, kind, lane, resource_id, state, tries, run_time,
    correlation_id, traceparent, error, create_time)
SELECT company_id, environment, '{READ}', '{READ}/' || inbound_delivery_id, inbound_delivery_id, 0, 0, now(),
    %(correlation_id)s, %(traceparent)s, '', now()
FROM kept WHERE state = {INBOUND_DELIVERY_STATE_RECEIVED}
"""
_AGAIN = f"""
UPDATE corridor.inbound_deliveries SET state = {INBOUND_DELIVERY_STATE_RECEIVED}, detail = '', end_time = NULL
WHERE {_KEY}
"""
_END = f"""
UPDATE corridor.inbound_deliveries SET state = %(state)s, detail = %(detail)s, provider_event_id = %(event_id)s,
    resource_id = %(resource_id)s, end_time = %(time)s
WHERE {_KEY} AND state = {INBOUND_DELIVERY_STATE_RECEIVED}
"""
_SEEN = f"""
SELECT resource_id FROM corridor.inbound_deliveries
WHERE company_id = %(company_id)s AND environment = %(environment)s AND connection_id = %(connection_id)s
    AND state = {INBOUND_DELIVERY_STATE_PROCESSED} AND inbound_delivery_id <> %(inbound_id)s
"""
_SEEN_BODY = f"{_SEEN} AND body_sha256 = %(body_sha256)s LIMIT 1"
_SEEN_EVENT = f"{_SEEN} AND provider_event_id = %(event_id)s AND provider_event_id <> '' LIMIT 1"


@dataclass(frozen=True, slots=True)
class Kept:
    """An inbound delivery with the request as it came."""

    delivery: InboundDelivery
    request: RawRequest

    @property
    def inbound(self) -> Inbound:
        """The request as adapters take it."""
        return as_inbound(self.request)


def as_inbound(request: RawRequest) -> Inbound:
    """A raw request as adapters take it: header names in lower case, the last value of a repeated one."""
    headers = {header.name.lower(): header.value.decode("latin-1") for header in request.headers}
    return Inbound(headers=headers, body=request.body, query=request.query)


def keep(
    connection: Connection,
    context: Context,
    connection_id: str,
    provider: str,
    request: RawRequest,
    state: int,
    detail: str,
    time: datetime,
) -> str:
    """Store a request as it came, and schedule its reading if it is to be read; its id."""
    inbound_id = ids.new("in")
    values: dict[str, object] = {
        "connection_id": connection_id,
        "provider": provider,
        "state": state,
        "detail": INBOUND_DETAIL.seal_text(connection.seals, context.who, detail, inbound_id),
        "body_sha256": hashlib.sha256(request.body).digest(),
        "body_bytes": len(request.body),
        "request": INBOUND_REQUEST.seal(
            connection.seals, context.who, request.SerializeToString(deterministic=True), inbound_id
        ),
        "correlation_id": context.correlation_id,
        "traceparent": context.traceparent,
        "time": time,
        "end_time": None if state == INBOUND_DELIVERY_STATE_RECEIVED else time,
    }
    connection.execute(_KEEP, _key(context, inbound_id) | values)
    return inbound_id


def get(connection: Connection, context: Context, inbound_id: str) -> InboundDelivery | None:
    """One inbound delivery, without its request."""
    row = connection.execute(_ONE, _key(context, inbound_id)).fetchone()
    return _delivery(connection, context, row) if row else None


def load(connection: Connection, context: Context, inbound_id: str, *, lock: bool = False) -> Kept | None:
    """One inbound delivery with its request; `lock` keeps it as it is until the transaction ends."""
    row = connection.execute(_WHOLE + (" FOR UPDATE" if lock else ""), _key(context, inbound_id)).fetchone()
    if row is None:
        return None
    request = INBOUND_REQUEST.open(connection.seals, context.who, row[-1], inbound_id)
    return Kept(_delivery(connection, context, row[:-1]), RawRequest.FromString(request))


def page(
    connection: Connection, context: Context, wanted: Page, *, connection_id: str = "", state: int = 0
) -> tuple[list[InboundDelivery], bool]:
    """A page of inbound deliveries, the newest first, and whether there are more. Empty filters admit every one."""
    where: Mapping[str, object] = {"connection_id": connection_id, "state": state}
    rows, more = pages.newest_first(connection, context, _SELECT, key="inbound_delivery_id", page=wanted, where=where)
    return [_delivery(connection, context, row) for row in rows], more


def read_again(connection: Connection, context: Context, inbound_id: str) -> None:
    """Let a locked inbound delivery be read once more."""
    connection.execute(_AGAIN, _key(context, inbound_id))
    work.schedule(
        connection,
        context.who.company_id,
        context.who.environment,
        kind=READ,
        lane=f"{READ}/{inbound_id}",
        resource_id=inbound_id,
        correlation_id=context.correlation_id,
        traceparent=context.traceparent,
    )


def state_word(state: int) -> str:
    """A delivery's state in a word."""
    return InboundDeliveryState.Name(state).removeprefix("INBOUND_DELIVERY_STATE_").lower()  # type: ignore[arg-type] # as stored


def seen_before(store: Store, context: Context, delivery: InboundDelivery, event_id: str = "") -> str | None:
    """The resource of another delivery that was processed, with the same event id or else the same body."""
    values: dict[str, object] = {"connection_id": delivery.connection_id, "event_id": event_id}
    values["body_sha256"] = bytes.fromhex(delivery.body_sha256)
    with store.of(context.who.company_id, context.who.environment) as connection:
        query = _SEEN_EVENT if event_id else _SEEN_BODY
        row = connection.execute(query, _key(context, delivery.inbound_delivery_id) | values).fetchone()
    return row[0] if row else None


def end(
    connection: Connection,
    context: Context,
    inbound_id: str,
    state: int,
    time: datetime,
    *,
    detail: str = "",
    event_id: str = "",
    resource_id: str = "",
) -> None:
    """Record what became of an inbound delivery that waited to be read."""
    detail = INBOUND_DETAIL.seal_text(connection.seals, context.who, detail, inbound_id)
    values = {"state": state, "detail": detail, "event_id": event_id, "resource_id": resource_id, "time": time}
    connection.execute(_END, _key(context, inbound_id) | values)


def _key(context: Context, inbound_id: str) -> dict[str, object]:
    who = context.who
    return {"company_id": who.company_id, "environment": who.environment, "inbound_id": inbound_id}


def _delivery(connection: Connection, context: Context, row: TupleRow) -> InboundDelivery:
    inbound_id, connection_id, provider, state, detail, event_id, resource_id = row[:7]
    body_sha256, body_bytes, received, ended, correlation_id = row[7:]
    delivery = InboundDelivery(
        inbound_delivery_id=inbound_id,
        connection_id=connection_id,
        provider=provider,
        state=state,
        detail=INBOUND_DETAIL.open_text(connection.seals, context.who, detail, inbound_id),
        provider_event_id=event_id,
        resource_id=resource_id,
        body_sha256=body_sha256.hex(),
        body_bytes=body_bytes,
        correlation_id=correlation_id,
    )
    delivery.receive_time.FromDatetime(received)
    if ended:
        delivery.end_time.FromDatetime(ended)
    return delivery
