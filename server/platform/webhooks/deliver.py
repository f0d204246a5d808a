"""The worker's part of delivering: one try per piece of work, recorded before the work is finished.

A crash between the request and its record repeats the request: at least once, with the same id. In order within a
resource: the lane of the work holds later events back until the earlier one was delivered or given up.
"""

import contextlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version

import structlog
from google.protobuf import json_format
from opentelemetry import trace
from opentelemetry.trace import SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from corridor.events.v1.event_pb2 import Event
from corridor.operations.v1 import work_item_pb2
from corridor.webhooks.v1.delivery_pb2 import DELIVERY_STATE_DEAD, DELIVERY_STATE_DELIVERED, DELIVERY_STATE_PENDING
from corridor.webhooks.v1.endpoint_pb2 import WEBHOOK_ENDPOINT_STATE_ENABLED, WEBHOOK_ENDPOINT_STATE_PAUSED
from server.kit import redaction
from server.kit.clock import Clock
from server.kit.context import Context
from server.kit.failpoint import failpoint
from server.platform.events.payloads import Payloads
from server.platform.metrics import Metrics
from server.platform.webhooks import signing
from server.platform.webhooks.post import Answer, Poster
from server.platform.webhooks.schedule import Schedule
from server.store import events, secrets, work, work_items
from server.store.engine import Connection, Store
from server.store.sealed import ENDPOINT_URL, EXCERPT
from server.store.secrets import Keyring
from server.store.work import Again, Done, Job, Outcome, Parked

_log = structlog.get_logger("corridor.webhooks")
_PROPAGATOR = TraceContextTextMapPropagator()
_UNTOLD_BEFORE_PERSON_SECONDS = 600.0  # a roll-out, in which some processes know a version and others not, is shorter
_UNTOLD_AT_MOST_SECONDS = 300.0
_GONE = 410  # RFC 9110, section 15.5.11: the endpoint wants nothing more

_COLUMNS = ", ".join(f"v.{name.strip()}" for name in events.COLUMNS.split(","))
_LOAD = f"""
SELECT d.webhook_endpoint_id, d.state, e.url, e.delete_time IS NOT NULL, e.state, e.failing_since_time,
    e.payload_version,
    ARRAY (SELECT s.ciphertext FROM corridor.secrets s
        WHERE s.company_id = d.company_id AND s.environment = d.environment AND s.owner_id = d.webhook_endpoint_id
            AND (s.expire_time IS NULL OR s.expire_time > clock_timestamp())
        ORDER BY s.secret_id DESC),
    {_COLUMNS}
FROM corridor.deliveries d
JOIN corridor.webhook_endpoints e USING (company_id, environment, webhook_endpoint_id)
JOIN corridor.events v USING (company_id, environment, event_id)
WHERE d.company_id = %(company_id)s AND d.environment = %(environment)s AND d.delivery_id = %(delivery_id)s
"""
_TRIED = """
INSERT INTO corridor.delivery_tries
SELECT %(company_id)s, %(environment)s, %(delivery_id)s, coalesce(max(try_number), 0) + 1, %(time)s, %(status)s,
    %(error)s, %(duration_ms)s, %(excerpt)s
FROM corridor.delivery_tries
WHERE company_id = %(company_id)s AND environment = %(environment)s AND delivery_id = %(delivery_id)s
ON CONFLICT DO NOTHING
"""
_END = """
UPDATE corridor.deliveries SET state = %(state)s, end_time = clock_timestamp()
WHERE company_id = %(company_id)s AND environment = %(environment)s AND delivery_id = %(delivery_id)s
    AND state <> 2
"""
_ENDPOINT = "company_id = %(company_id)s AND environment = %(environment)s AND webhook_endpoint_id = %(endpoint_id)s"
_DELIVERED = f"""
WITH tried AS ({_TRIED}), ended AS ({_END})
UPDATE corridor.webhook_endpoints SET failing_since_time = NULL
WHERE {_ENDPOINT} AND failing_since_time IS NOT NULL
"""
_STATE = f"SELECT state FROM corridor.webhook_endpoints WHERE {_ENDPOINT} FOR SHARE"
_FAILED = f"""
UPDATE corridor.webhook_endpoints SET
    failing_since_time = coalesce(failing_since_time, %(time)s),
    state = CASE WHEN %(pause)s THEN {WEBHOOK_ENDPOINT_STATE_PAUSED} ELSE state END,
    update_time = CASE WHEN %(pause)s THEN clock_timestamp() ELSE update_time END
WHERE {_ENDPOINT} AND state = {WEBHOOK_ENDPOINT_STATE_ENABLED}
"""


@dataclass(frozen=True, slots=True)
class _Loaded:
    """A delivery with everything that a try needs."""

    endpoint_id: str
    state: int
    url: str
    deleted: bool
    endpoint_state: int
    failing_since: datetime | None
    secrets: tuple[bytes, ...]
    event: Event  # in the version that the endpoint takes


@dataclass(frozen=True, slots=True)
class _Untold:
    """A delivery whose event cannot be told in its endpoint's version, by this process or for now."""

    endpoint_id: str
    why: str


class Deliverer:
    """Does the work of kind `webhooks.deliver`."""

    def __init__(
        self,
        store: Store,
        ring: Keyring,
        poster: Poster,
        clock: Clock,
        metrics: Metrics,
        schedule: Schedule,
        payloads: Payloads,
    ) -> None:
        self._store = store
        self._ring = ring
        self._poster = poster
        self._clock = clock
        self._metrics = metrics
        self._schedule = schedule
        self._payloads = payloads
        self._tracer = trace.get_tracer("corridor.webhooks")
        self._agent = f"Corridor/{version('corridor')}"

    def deliver(self, context: Context, job: Job) -> Outcome:
        """Try a delivery once, unless it has ended or its endpoint does not receive."""
        loaded = self._load(context, job)
        if isinstance(loaded, _Untold):
            return self._untold(context, job, loaded)
        if loaded is None or loaded.state != DELIVERY_STATE_PENDING:
            return Done()
        if not loaded.deleted and loaded.endpoint_state == WEBHOOK_ENDPOINT_STATE_PAUSED:
            return self._park(context, job, loaded)
        if loaded.deleted or loaded.endpoint_state != WEBHOOK_ENDPOINT_STATE_ENABLED:
            self._give_up(context, job)
            return Done()
        time = self._clock.now()
        failpoint("deliver.before_post")
        answer = self._post(context, loaded, time)
        failpoint("deliver.after_post")
        record = self._delivered if answer.delivered else self._failed
        outcome = record(context, job, loaded, answer, time)
        failpoint("deliver.after_record")
        return outcome

    def _load(self, context: Context, job: Job) -> _Loaded | _Untold | None:
        with self._mine(context) as connection:
            row = connection.execute(_LOAD, _key(context, job)).fetchone()
            if row is None:
                return None
            endpoint_id, state, url, deleted, endpoint_state, failing_since, version, ciphertexts = row[:8]
            url = ENDPOINT_URL.open_text(connection.seals, context.who, url, endpoint_id)
            stored = events.event(connection, context, row[8:])
        try:
            event = self._payloads.rendered(stored, version)
        except Exception:  # whatever a translation breaks of, the event is told once that is mended
            _log.exception("event_not_rendered", event_type=stored.type, delivery_id=job.resource_id, version=version)
            return _Untold(endpoint_id, f"{stored.type} cannot be told in payload version v{version}")
        return _Loaded(endpoint_id, state, url, deleted, endpoint_state, failing_since, tuple(ciphertexts), event)

    def _untold(self, context: Context, job: Job, untold: _Untold) -> Outcome:
        """It waits, without a try: nothing was sent, and what waits for us must not use up the endpoint's tries."""
        waited = (self._clock.now() - job.create_time).total_seconds()
        if waited > _UNTOLD_BEFORE_PERSON_SECONDS:
            with self._mine(context) as connection:
                _tell(connection, context, untold.endpoint_id, f"Deliveries wait: {untold.why}. See the log.")
        return Again(min(max(waited, 1.0), _UNTOLD_AT_MOST_SECONDS), untold.why, counts=False)

    def _post(self, context: Context, loaded: _Loaded, time: datetime) -> Answer:
        body = body_of(loaded.event)
        active = [
            secrets.opened(self._store.seals, context.who, self._ring, loaded.endpoint_id, ciphertext)
            for ciphertext in loaded.secrets
        ]
        headers = {
            "Content-Type": "application/json",
            "User-Agent": self._agent,
            "X-Correlation-Id": context.correlation_id,
            "Corridor-Payload-Version": loaded.event.payload_version,
            **signing.headers(loaded.event.event_id, int(time.timestamp()), body, active),
        }
        if context.traceparent[-2:] != "01":
            traced = {"traceparent": context.traceparent} if context.traceparent else {}
            return self._poster.post(loaded.url, headers | traced, body)
        parent = _PROPAGATOR.extract({"traceparent": context.traceparent})
        attributes = {"http.request.method": "POST", "corridor.event_type": loaded.event.type}
        with self._tracer.start_as_current_span(
            "webhook POST",
            context=parent,
            kind=SpanKind.CLIENT,
            attributes=attributes,
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            _PROPAGATOR.inject(headers)
            answer = self._poster.post(loaded.url, headers, body)
            span.set_attribute("http.response.status_code", answer.status)
            if not answer.delivered:
                span.set_status(Status(StatusCode.ERROR))
            return answer

    def _delivered(self, context: Context, job: Job, loaded: _Loaded, answer: Answer, time: datetime) -> Outcome:
        values = self._values(context, job, loaded, answer, time) | {"state": DELIVERY_STATE_DELIVERED}
        with self._mine(context) as connection:
            connection.execute(_DELIVERED, values)
        happened = loaded.event.create_time.ToDatetime(time.tzinfo)
        self._metrics.webhook_lag("out", max(0.0, (self._clock.now() - happened).total_seconds()))
        return Done()

    def _failed(self, context: Context, job: Job, loaded: _Loaded, answer: Answer, time: datetime) -> Outcome:
        failing = time - (loaded.failing_since or time)
        pause = answer.status == _GONE or failing >= timedelta(seconds=self._schedule.pause_after_seconds)
        after = self._schedule.after(job.tries, answer.retry_after_seconds)
        word = f"HTTP {answer.status}" if answer.status else answer.error
        values = self._values(context, job, loaded, answer, time)
        with self._store.transaction(context.who.company_id, context.who.environment) as connection:
            connection.execute(_TRIED, values)
            if pause or loaded.failing_since is None:
                connection.execute(_FAILED, values | {"pause": pause})
            if pause:
                _tell(
                    connection, context, loaded.endpoint_id, f"The endpoint is paused: nothing is delivered ({word})."
                )
                _log.warning("endpoint_paused", webhook_endpoint_id=loaded.endpoint_id, status=answer.status)
            if after is None:
                connection.execute(_END, values | {"state": DELIVERY_STATE_DEAD})
                _tell(connection, context, loaded.endpoint_id, f"Deliveries to the endpoint were given up ({word}).")
                _log.warning("delivery_dead", delivery_id=job.resource_id, webhook_endpoint_id=loaded.endpoint_id)
                return Done()  # the delivery itself is the dead letter, and can be redelivered
            if pause and _paused(connection, values):
                return _parked(connection, job)
        return Again(after, word)

    def _park(self, context: Context, job: Job, loaded: _Loaded) -> Outcome:
        values = _key(context, job) | {"endpoint_id": loaded.endpoint_id}
        with self._store.transaction(context.who.company_id, context.who.environment) as connection:
            if _paused(connection, values):
                return _parked(connection, job)
        return Again(0.0)

    def _give_up(self, context: Context, job: Job) -> None:
        with self._mine(context) as connection:
            connection.execute(_END, _key(context, job) | {"state": DELIVERY_STATE_DEAD})

    def _values(self, context: Context, job: Job, loaded: _Loaded, answer: Answer, time: datetime) -> dict[str, object]:
        return _key(context, job) | {
            "endpoint_id": loaded.endpoint_id,
            "time": time,
            "status": answer.status,
            "error": answer.error,
            "duration_ms": answer.duration_ms,
            "excerpt": EXCERPT.seal_text(self._store.seals, context.who, answer.excerpt, job.resource_id),
        }

    def _mine(self, context: Context) -> contextlib.AbstractContextManager[Connection]:
        return self._store.of(context.who.company_id, context.who.environment)


def body_of(event: Event) -> bytes:
    """An event as endpoints receive it: proto3 JSON with the contract's field names, as the gateway writes it.

    Sensitive fields are masked: an endpoint is an address on the internet. Who needs the values fetches the resource.
    """
    text = json_format.MessageToJson(
        redaction.masked(event),
        preserving_proto_field_name=True,
        always_print_fields_with_no_presence=True,
        indent=None,
        ensure_ascii=False,
    )
    return text.encode()


def _paused(connection: Connection, values: dict[str, object]) -> bool:
    """Whether the endpoint is paused, and stays so until the transaction ends: enabling it then finds what waits."""
    row = connection.execute(_STATE, values).fetchone()
    return row is not None and row[0] == WEBHOOK_ENDPOINT_STATE_PAUSED


def _parked(connection: Connection, job: Job) -> Outcome:
    outcome = Parked("the endpoint is paused")
    work.finish(
        connection, job, outcome
    )  # in the transaction that holds the endpoint's row; again by the worker, in vain
    return outcome


def _tell(connection: Connection, context: Context, endpoint_id: str, summary: str) -> None:
    work_items.open_item(connection, context, endpoint_id, work_item_pb2.WORK_ITEM_KIND_EXHAUSTED, summary)


def _key(context: Context, job: Job) -> dict[str, object]:
    who = context.who
    return {"company_id": who.company_id, "environment": who.environment, "delivery_id": job.resource_id}
