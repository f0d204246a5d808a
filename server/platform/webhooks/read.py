"""The worker's part of receiving: reads what was stored as genuine, and has every observation in it observed.

The same event twice has one effect: the second is a duplicate by the event's id or by its body, and observing is
idempotent besides.
"""

from collections.abc import Mapping
from datetime import UTC
from enum import Enum
from typing import Protocol

import structlog

from adapters.kit.discovery import Provider
from adapters.kit.errors import Unmapped
from adapters.kit.ports import Observation, Reading
from corridor.operations.v1 import work_item_pb2
from corridor.webhooks.v1.inbound_delivery_pb2 import (
    INBOUND_DELIVERY_STATE_DUPLICATE,
    INBOUND_DELIVERY_STATE_FAILED,
    INBOUND_DELIVERY_STATE_IGNORED,
    INBOUND_DELIVERY_STATE_PROCESSED,
    INBOUND_DELIVERY_STATE_RECEIVED,
    InboundDelivery,
    InboundDeliveryState,
)
from server.kit.clock import Clock
from server.kit.context import Context
from server.kit.failpoint import failpoint
from server.platform.metrics import Metrics
from server.platform.webhooks import inbound
from server.platform.webhooks.inbound import Kept
from server.store import work_items
from server.store.engine import Store
from server.store.work import Again, Done, Job, Outcome

_log = structlog.get_logger("corridor.webhooks")

# A webhook may overtake the response that tells the provider's reference.
UNMATCHED_GAPS_SECONDS = (0.5, 1.0, 2.0, 5.0, 15.0, 60.0, 300.0)
_TRIES_AT_MOST = 30  # of one that breaks us each time; what only the database delayed is through by then


class Unmatched(Enum):
    """Why an observation is of no resource of the company."""

    STRANGER = "it names nothing of ours"  # made at the provider by others, or not known to us yet
    MISSING = "it names a resource that there is not"


class Observe(Protocol):
    """How the domain takes in an observation that came by a webhook."""

    def __call__(
        self, context: Context, connection_id: str, observation: Observation, source_id: str
    ) -> str | Unmatched:
        """The id of the resource that it was about, or why there is none."""
        ...


class Reader:
    """Does the work of kind `webhooks.read`."""

    def __init__(
        self,
        store: Store,
        providers: Mapping[str, Provider],
        observe: Observe,
        clock: Clock,
        metrics: Metrics,
        *,
        gaps_seconds: tuple[float, ...] = UNMATCHED_GAPS_SECONDS,
    ) -> None:
        self._store = store
        self._providers = providers
        self._observe = observe
        self._clock = clock
        self._metrics = metrics
        self._gaps = gaps_seconds

    def read(self, context: Context, job: Job) -> Outcome:
        """Read an inbound delivery and observe what it says."""
        with self._store.of(context.who.company_id, context.who.environment) as connection:
            kept = inbound.load(connection, context, job.resource_id)
        if kept is None or kept.delivery.state != INBOUND_DELIVERY_STATE_RECEIVED:
            return Done()
        delivery = kept.delivery
        if job.tries > _TRIES_AT_MOST:
            return self._unreadable(context, delivery, "It could not be taken in; see the log.")
        known = inbound.seen_before(self._store, context, delivery)
        if known is not None:
            return self._end(context, delivery, INBOUND_DELIVERY_STATE_DUPLICATE, resource_id=known)
        try:
            reading = self._providers[delivery.provider].adapter.read_webhook(kept.inbound)
        except Unmapped as unmapped:
            return self._unreadable(context, delivery, str(unmapped))
        except Exception:
            _log.exception("webhook_unreadable", provider=delivery.provider,
                           inbound_delivery_id=delivery.inbound_delivery_id)  # fmt: skip
            return self._unreadable(context, delivery, "The adapter could not read it; see the log.")
        return self._observed(context, job, kept, reading)

    def _observed(self, context: Context, job: Job, kept: Kept, reading: Reading) -> Outcome:
        delivery, event_id = kept.delivery, reading.event_id
        known = inbound.seen_before(self._store, context, delivery, event_id) if event_id else None
        if known is not None:
            return self._end(context, delivery, INBOUND_DELIVERY_STATE_DUPLICATE, event_id=event_id, resource_id=known)
        if not reading.observations:
            return self._end(context, delivery, INBOUND_DELIVERY_STATE_IGNORED, event_id=event_id)
        failpoint("read.before_observe")
        found = [
            self._observe(context, delivery.connection_id, observation, delivery.inbound_delivery_id)
            for observation in reading.observations
        ]
        failpoint("read.after_observe")
        resource_id = next((each for each in found if isinstance(each, str)), "")
        unmatched = [each for each in found if isinstance(each, Unmatched)]
        if unmatched and job.tries <= len(self._gaps):
            return Again(self._gaps[job.tries - 1], "no resource is known by it yet")
        if Unmatched.MISSING in unmatched:
            return self._fail(
                context,
                delivery,
                work_item_pb2.WORK_ITEM_KIND_CONFLICT,
                "The provider names a resource that there is not.",
                event_id=event_id,
                resource_id=resource_id,
            )
        if unmatched and not resource_id:
            # What the company does at its provider without Corridor is told here too, and is nobody's work.
            _log.info("webhook_of_others", provider=delivery.provider,
                      inbound_delivery_id=delivery.inbound_delivery_id)  # fmt: skip
            return self._end(
                context, delivery, INBOUND_DELIVERY_STATE_IGNORED,
                detail="It is about nothing that was made through Corridor.", event_id=event_id,
            )  # fmt: skip
        return self._end(
            context, delivery, INBOUND_DELIVERY_STATE_PROCESSED, event_id=event_id, resource_id=resource_id
        )

    def _unreadable(self, context: Context, delivery: InboundDelivery, why: str) -> Outcome:
        return self._fail(context, delivery, work_item_pb2.WORK_ITEM_KIND_UNMAPPED, why)

    def _fail(
        self,
        context: Context,
        delivery: InboundDelivery,
        kind: int,
        why: str,
        *,
        event_id: str = "",
        resource_id: str = "",
    ) -> Outcome:
        return self._end(
            context, delivery, INBOUND_DELIVERY_STATE_FAILED,
            detail=why, event_id=event_id, resource_id=resource_id, item=kind,
        )  # fmt: skip

    def _end(
        self,
        context: Context,
        delivery: InboundDelivery,
        state: "InboundDeliveryState.ValueType",
        *,
        detail: str = "",
        event_id: str = "",
        resource_id: str = "",
        item: int = 0,
    ) -> Outcome:
        now, inbound_id = self._clock.now(), delivery.inbound_delivery_id
        with self._store.transaction(context.who.company_id, context.who.environment) as connection:
            inbound.end(
                connection, context, inbound_id, state, now, detail=detail, event_id=event_id, resource_id=resource_id
            )
            if item:
                work_items.open_item(connection, context, inbound_id, item, detail)
        failpoint("read.after_record")
        came = delivery.receive_time.ToDatetime(UTC)
        self._metrics.webhook_lag("in", max(0.0, (now - came).total_seconds()))
        word = InboundDeliveryState.Name(state).removeprefix("INBOUND_DELIVERY_STATE_").lower()
        self._metrics.inbound(delivery.provider, word)
        return Done()
