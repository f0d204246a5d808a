"""The timeline of a resource: everything that was recorded of it, from every table, in the order of time."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from corridor.routing.v1.route_decision_pb2 import RouteChoice, RouteDecision
from corridor.type.v1 import timeline_pb2
from corridor.type.v1.timeline_pb2 import TimelineEntry
from corridor.webhooks.v1 import inbound_delivery_pb2
from server.kit import contract
from server.kit.context import Caller, Context
from server.kit.lifecycle import Verdict
from server.platform.routing import explaining
from server.store.attempts import Outcome
from server.store.engine import Connection, Store
from server.store.observations import Source
from server.store.sealed import ATTEMPT_DETAIL, EXCHANGES, INBOUND_DETAIL, OBSERVATION, ROUTE_DECISION, SUMMARY

_WHERE = "company_id = %s AND environment = %s AND resource_id = %s"
_AUDIT = f"""SELECT create_time, action, audit_entry_id, caller_id, outcome, reason, correlation_id
FROM corridor.audit WHERE {_WHERE} AND method = ANY (%s)"""
_ATTEMPTS = f"""SELECT start_time, operation, attempt_id, provider, outcome, detail, correlation_id, end_time, exchanges
FROM corridor.attempts WHERE {_WHERE}"""
_OBSERVATIONS = f"""SELECT create_time, message, observation_id, source, verdict, correlation_id, source_id
FROM corridor.observations WHERE {_WHERE}"""
_INBOUND = f"""SELECT receive_time, state, inbound_delivery_id, provider, detail, correlation_id, end_time
FROM corridor.inbound_deliveries WHERE {_WHERE}"""
_EVENTS = f"SELECT create_time, type, event_id, sequence, correlation_id FROM corridor.events WHERE {_WHERE}"
_ITEMS = f"SELECT create_time, summary, work_item_id, correlation_id FROM corridor.work_items WHERE {_WHERE}"
# What was decided stands before the attempt that it led to; both are written by one statement.
_DECISIONS = """SELECT coalesce(a.start_time - interval '1 microsecond', d.create_time), d.message, d.route_decision_id,
    d.correlation_id
FROM corridor.route_decisions d LEFT JOIN corridor.attempts a USING (company_id, environment, attempt_id)
WHERE d.company_id = %s AND d.environment = %s AND d.resource_id = %s"""
_TRIES = """SELECT t.time, d.event_type, d.delivery_id, t.http_status, t.error, t.duration_ms, d.webhook_endpoint_id
FROM corridor.deliveries d JOIN corridor.delivery_tries t USING (company_id, environment, delivery_id)
WHERE d.company_id = %s AND d.environment = %s AND d.resource_id = %s"""


class Timeline:
    """Tells what happened. `describe` puts an observation's bytes into a few words: it knows the domain."""

    def __init__(self, store: Store, describe: Callable[[bytes], str]) -> None:
        self._store = store
        self._describe = describe

    def of(self, context: Context, resource_id: str) -> list[TimelineEntry]:
        """Everything that happened to a resource, the earliest first."""
        key = (context.who.company_id, context.who.environment, resource_id)
        with self._store.of(*key[:2]) as connection:
            entries = [*self._entries(connection, context.who, key)]
        return sorted(entries, key=lambda entry: (entry.time.seconds, entry.time.nanos, entry.kind))

    def _entries(self, connection: Connection, who: Caller, key: tuple[str, int, str]) -> Iterator[TimelineEntry]:
        # Who only looked at the resource stands in the audit trail.
        changing = [path for path, method in contract.methods().items() if method.writes]
        rows = connection.execute(_AUDIT, (*key, changing))
        for time, action, record, caller, outcome, reason, correlation in rows:
            yield _entry(
                timeline_pb2.TIMELINE_KIND_CALL, time, action, record, caller, correlation,
                outcome=reason.lower() if outcome != 1 else "done",
            )  # fmt: skip
        for time, operation, record, provider, outcome, detail, correlation, end, exchanges in connection.execute(
            _ATTEMPTS, key
        ):
            exchanges = EXCHANGES.open_text(connection.seals, who, exchanges, record)
            detail = ATTEMPT_DETAIL.open_text(connection.seals, who, detail, record)
            yield _entry(
                timeline_pb2.TIMELINE_KIND_ATTEMPT, time, operation, record, provider, correlation,
                outcome=Outcome(outcome).name.lower(), end=end, details=_exchanges(exchanges, detail),
            )  # fmt: skip
        for time, message, record, source, verdict, correlation, source_id in connection.execute(_OBSERVATIONS, key):
            message = OBSERVATION.open(connection.seals, who, message, record)
            summary = f"{self._describe(message)} by {Source(source).name.lower()}"
            yield _entry(
                timeline_pb2.TIMELINE_KIND_OBSERVATION, time, summary, record, "", correlation,
                outcome=Verdict(verdict).name.lower(), details={"source_id": source_id},
            )  # fmt: skip
        for time, message, record, correlation in connection.execute(_DECISIONS, key):
            decided = RouteDecision.FromString(ROUTE_DECISION.open(connection.seals, who, message, record))
            summary, outcome = explaining.headline(decided), RouteChoice.Name(decided.choice)
            yield _entry(
                timeline_pb2.TIMELINE_KIND_ROUTE_DECISION, time, summary, record, "corridor", correlation,
                outcome=outcome.removeprefix("ROUTE_CHOICE_").lower(), details={"why": decided.why},
            )  # fmt: skip
        yield from self._deliveries(connection, who, key)

    def _deliveries(self, connection: Connection, who: Caller, key: tuple[str, int, str]) -> Iterator[TimelineEntry]:
        for time, state, record, provider, detail, correlation, end in connection.execute(_INBOUND, key):
            detail = INBOUND_DETAIL.open_text(connection.seals, who, detail, record)
            word = inbound_delivery_pb2.InboundDeliveryState.Name(state).removeprefix("INBOUND_DELIVERY_STATE_").lower()
            yield _entry(
                timeline_pb2.TIMELINE_KIND_INBOUND_DELIVERY, time, "webhook in", record, provider, correlation,
                outcome=word, end=end, details={"detail": detail} if detail else {},
            )  # fmt: skip
        for time, name, record, sequence, correlation in connection.execute(_EVENTS, key):
            yield _entry(
                timeline_pb2.TIMELINE_KIND_EVENT, time, name, record, "corridor", correlation,
                details={"sequence": str(sequence)},
            )  # fmt: skip
        for time, name, record, status, error, duration_ms, endpoint in connection.execute(_TRIES, key):
            entry = _entry(
                timeline_pb2.TIMELINE_KIND_DELIVERY, time, f"webhook out {name}", record, endpoint, "",
                outcome=str(status) if status else error,
            )  # fmt: skip
            entry.duration.FromMilliseconds(duration_ms)
            yield entry
        for time, summary, record, correlation in connection.execute(_ITEMS, key):
            summary = SUMMARY.open_text(connection.seals, who, summary, record)
            yield _entry(timeline_pb2.TIMELINE_KIND_WORK_ITEM, time, summary, record, "corridor", correlation)


def _entry(
    kind: "timeline_pb2.TimelineKind.ValueType",
    time: datetime,
    summary: str,
    record_id: str,
    actor: str,
    correlation_id: str,
    *,
    outcome: str = "",
    end: datetime | None = None,
    details: dict[str, str] | None = None,
) -> TimelineEntry:
    entry = TimelineEntry(
        kind=kind,
        summary=summary,
        record_id=record_id,
        actor=actor,
        outcome=outcome,
        correlation_id=correlation_id,
        details=details or {},
    )
    entry.time.FromDatetime(time)
    if end is not None:
        entry.duration.FromTimedelta(end - time)
    return entry


def _exchanges(text: str, detail: str) -> dict[str, str]:
    found: dict[str, Any] = {"detail": detail} if detail else {}
    for number, exchange in enumerate(json.loads(text), start=1):
        found[f"exchange_{number}"] = json.dumps(exchange, ensure_ascii=False)
    return found
