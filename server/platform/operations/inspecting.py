"""Everything that is known of a work item on one page: the resource, what happened, and what was said to providers.

Rule: what was said is shown as it was kept, redacted. The resource is masked for whoever may not see it as it is.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from adapters.kit.capture import kept_body, kept_headers
from corridor.operations.v1.work_item_inspection_pb2 import (
    InspectedAttempt,
    InspectedDelivery,
    PendingWork,
    RawExchange,
    WorkItemInspection,
)
from corridor.operations.v1.work_item_pb2 import WorkItem
from corridor.routing.v1.route_decision_pb2 import RouteDecision
from server.kit import ids, redaction
from server.kit.context import Context
from server.kit.paging import Page
from server.platform.operations.routed import Domains, Standing
from server.platform.providers.sendable import MAY_HAVE_ACTED
from server.platform.timeline import Timeline
from server.platform.webhooks import inbound
from server.platform.webhooks.inbound import Kept
from server.store import attempts, pending, route_decisions
from server.store.attempts import Outcome
from server.store.engine import Connection, Store
from server.store.pending import Pending
from server.store.sealed import EXCHANGES
from server.store.work import State

_AT_MOST = 50  # of each kind: what is older stands in the timeline
_DECISIONS_AT_MOST = 100

_ATTEMPTS = f"""
SELECT attempt_id, exchanges, end_time FROM corridor.attempts
WHERE company_id = %s AND environment = %s AND resource_id = ANY (%s) ORDER BY attempt_id DESC LIMIT {_AT_MOST}
"""
_DELIVERIES = f"""
SELECT inbound_delivery_id FROM corridor.inbound_deliveries
WHERE company_id = %s AND environment = %s AND resource_id = ANY (%s)
ORDER BY inbound_delivery_id DESC LIMIT {_AT_MOST}
"""


@dataclass(frozen=True, slots=True)
class Inspecting:
    """Gathers what is known."""

    store: Store
    domains: Domains

    def inspect(self, context: Context, item: WorkItem) -> WorkItemInspection:
        """Everything about an item; the item itself as it is given."""
        shown, resource_id = WorkItemInspection(work_item=item), item.resource_id
        routed = self.domains.of(resource_id)
        standing = routed.read(context, resource_id) if routed else None
        named = [resource_id, *(routed.related(context, resource_id) if routed else ())]
        if routed and standing:
            shown.resource_masked = not routed.scopes & context.who.scopes
            shown.resource.Pack(redaction.masked(standing.message) if shown.resource_masked else standing.message)
        timeline = Timeline(self.store, routed.describe if routed else lambda _: "an observation")
        entries = [entry for each in named for entry in timeline.of(context, each)]
        shown.timeline.extend(sorted(entries, key=lambda entry: (entry.time.seconds, entry.time.nanos, entry.kind)))
        who = context.who
        with self.store.of(who.company_id, who.environment) as connection:
            shown.attempts.extend(_attempts(connection, context, named))
            shown.inbound_deliveries.extend(_deliveries(connection, context, named))
            shown.route_decisions.extend(_decisions(connection, context, resource_id))
            shown.pending_work.extend(_work(connection, context, resource_id, standing))
        return shown


def _attempts(connection: Connection, context: Context, named: Sequence[str]) -> list[InspectedAttempt]:
    who = context.who
    rows = connection.execute(_ATTEMPTS, (who.company_id, who.environment, list(named))).fetchall()
    found = []
    for attempt_id, exchanges, end_time in reversed(rows):
        attempt = attempts.get(connection, context, attempt_id)
        if attempt is None:
            continue
        shown = InspectedAttempt(
            attempt_id=attempt_id,
            operation=attempt.operation,
            provider=attempt.provider,
            connection_id=attempt.connection_id,
            outcome=Outcome(attempt.outcome).name.lower(),
            may_have_acted=attempt.outcome in MAY_HAVE_ACTED,
            code=attempt.code,
            detail=attempt.detail,
            exchanges=_exchanges(EXCHANGES.open_text(connection.seals, who, exchanges, attempt_id)),
        )
        shown.start_time.FromDatetime(attempt.start_time)
        if end_time:
            shown.end_time.FromDatetime(end_time)
        found.append(shown)
    return found


def _exchanges(text: str) -> list[RawExchange]:
    """What was kept of an attempt's exchanges: it was redacted before it was stored."""
    found = []
    for kept in json.loads(text):
        shown = RawExchange(
            method=kept["method"],
            url=kept["url"],
            query=kept["query"],
            request_headers=kept["request_headers"],
            request_body=kept["request_body"],
            status=kept["status"],
            response_headers=kept["response_headers"],
            response_body=kept["response_body"],
            failure=": ".join(filter(None, (kept.get("failure", ""), kept.get("detail", "")))),
        )
        shown.start_time.FromDatetime(datetime.fromtimestamp(kept["started_at"], UTC))
        shown.duration.FromNanoseconds(int(kept["duration_seconds"] * 1e9))
        found.append(shown)
    return found


def _deliveries(connection: Connection, context: Context, named: Sequence[str]) -> list[InspectedDelivery]:
    who = context.who
    rows = connection.execute(_DELIVERIES, (who.company_id, who.environment, list(named))).fetchall()
    wanted = [row[0] for row in reversed(rows)] + [each for each in named if ids.is_id(each, "in")]
    found = [inbound.load(connection, context, each) for each in dict.fromkeys(wanted)]
    return [_delivery(kept) for kept in found if kept]


def _delivery(kept: Kept) -> InspectedDelivery:
    delivery, given = kept.delivery, kept.inbound
    headers = kept_headers(given.headers, of_request=True)
    shown = InspectedDelivery(
        inbound_delivery_id=delivery.inbound_delivery_id,
        provider=delivery.provider,
        connection_id=delivery.connection_id,
        state=inbound.state_word(delivery.state),
        detail=delivery.detail,
        headers=headers,
        hidden_headers=sorted(name for name in given.headers if name not in headers and name.isprintable()),
        body=_body(given.body),
        body_bytes=delivery.body_bytes,
    )
    shown.receive_time.CopyFrom(delivery.receive_time)
    return shown


def _body(body: bytes) -> str:
    """The names of a body and nothing that anybody wrote into it but short words under names that hold a kind."""
    try:
        found: Any = json.loads(body)
    except ValueError:
        return ""
    return kept_body(found, _SAFE)


# Names under which vendors write a kind, a state or a code; what stands there is shown if it looks like one.
_SAFE = frozenset({
    "api_version", "code", "created", "created_at", "currency", "event", "event_type", "id", "kind", "livemode",
    "object", "reason_code", "resource", "state", "status", "success", "timestamp", "topic", "type", "updated_at",
    "version", "eventCode", "eventDate",
})  # fmt: skip


def _decisions(connection: Connection, context: Context, resource_id: str) -> list[RouteDecision]:
    """The decisions about where it goes, the first one first; without what is known of customers."""
    found, _ = route_decisions.page(connection, context, Page(_DECISIONS_AT_MOST, None), resource_id)
    return [redaction.masked(each) for each in reversed(found)]


def _work(connection: Connection, context: Context, resource_id: str, standing: Standing | None) -> list[PendingWork]:
    if standing is None:
        return [_piece(piece) for piece in pending.of_resource(connection, context, resource_id)]
    lanes = [lane.lane for lane in (standing.dispatch, *standing.follow) if lane]
    return [_piece(piece) for piece in pending.of(connection, context, resource_id, lanes)]


def _piece(piece: Pending) -> PendingWork:
    words: Mapping[State, str] = {State.DEAD: "given up", State.PARKED: "parked"}
    word = words.get(piece.state) or ("running" if piece.is_held else "due" if piece.is_due else "waiting")
    shown = PendingWork(
        kind=piece.kind, state=word, tries=piece.tries, error=piece.error, connection_id=piece.directed_to
    )
    if word == "waiting":
        shown.run_time.FromDatetime(piece.run_time)
    return shown
