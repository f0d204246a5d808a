"""DeliveryService. Redelivering makes new deliveries; what was recorded of the old ones stays as it is."""

from datetime import UTC, datetime

import grpc

from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.webhooks.v1 import delivery_service_pb2 as api
from corridor.webhooks.v1.delivery_pb2 import (
    DELIVERY_STATE_DEAD,
    DELIVERY_STATE_DELIVERED,
    DELIVERY_STATE_PENDING,
    Delivery,
)
from corridor.webhooks.v1.endpoint_pb2 import WEBHOOK_ENDPOINT_STATE_DISABLED
from server.kit import context as contexts
from server.kit.errors import Failure, Violation, fail
from server.kit.paging import PageTokens
from server.platform.webhooks import deliveries, endpoints
from server.store import audit, idempotency
from server.store.engine import Store
from server.store.wake import Waker

_NEVER = datetime(9999, 1, 1, tzinfo=UTC)


class DeliveryServicer:
    """Shows what was delivered to the company's endpoints, and delivers again."""

    def __init__(self, store: Store, tokens: PageTokens, waker: Waker) -> None:
        self._store = store
        self._tokens = tokens
        self._waker = waker

    def GetDelivery(self, request: api.GetDeliveryRequest, _: grpc.ServicerContext) -> api.GetDeliveryResponse:
        """One delivery with every try."""
        with self._store.mine() as connection:
            delivery = deliveries.get(connection, contexts.current(), request.delivery_id)
        return api.GetDeliveryResponse(delivery=_found(delivery))

    def ListDeliveries(self, request: api.ListDeliveriesRequest, _: grpc.ServicerContext) -> api.ListDeliveriesResponse:
        """A page of deliveries, the newest first."""
        context = contexts.current()
        page = self._tokens.page(context, request)
        only = deliveries.Filter(request.webhook_endpoint_id, request.state, request.resource_id)
        with self._store.mine() as connection:
            found, more = deliveries.page(connection, context, page, only)
        following = self._tokens.next(context, request, found[-1].delivery_id) if more else ""
        return api.ListDeliveriesResponse(deliveries=found, next_page_token=following)

    def RedeliverEvent(self, request: api.RedeliverEventRequest, _: grpc.ServicerContext) -> bytes:
        """Deliver the event of an ended delivery once more."""
        context = contexts.current()
        with idempotency.once(self._store, context) as (connection, answer):
            delivery = _found(deliveries.get(connection, context, request.delivery_id))
            endpoint = endpoints.get(connection, context, delivery.webhook_endpoint_id, lock=True)
            if endpoint is None or endpoint.state == WEBHOOK_ENDPOINT_STATE_DISABLED:
                raise _not_repeatable("Its endpoint is deleted or disabled.")
            if delivery.state == DELIVERY_STATE_PENDING:
                raise _not_repeatable("It is still under way.")
            made = deliveries.repeat(connection, context, delivery)
            audit.record(connection, context, made.delivery_id)
            answered = answer(made.delivery_id, api.RedeliverEventResponse(delivery=made))
        self._waker.wake()
        return answered

    def RedeliverEvents(self, request: api.RedeliverEventsRequest, _: grpc.ServicerContext) -> bytes:
        """Deliver a period's events once more: those that were given up, or all that are not under way."""
        context = contexts.current()
        start = request.created.start_time.ToDatetime(UTC)
        end = request.created.end_time.ToDatetime(UTC) if request.created.HasField("end_time") else _NEVER
        states = [DELIVERY_STATE_DEAD, DELIVERY_STATE_DELIVERED] if request.delivered_too else [DELIVERY_STATE_DEAD]
        with idempotency.once(self._store, context) as (connection, answer):
            # The lock makes two such calls at once one after the other, so that no event is repeated twice.
            endpoint = endpoints.get(connection, context, request.webhook_endpoint_id, lock=True)
            if endpoint is None:
                raise fail(reasons.ERROR_REASON_NOT_FOUND, "There is no such webhook endpoint.")
            if endpoint.state == WEBHOOK_ENDPOINT_STATE_DISABLED:
                violation = Violation("webhook_endpoint_id", "names a disabled endpoint: enable it first", "state")
                raise fail(reasons.ERROR_REASON_INVALID_ARGUMENT, "The endpoint is disabled.", violations=[violation])
            endpoint_id = endpoint.webhook_endpoint_id
            made = deliveries.repeat_period(connection, context, endpoint_id, start, end, [*states])
            audit.record(connection, context, endpoint_id)
            answered = answer(endpoint_id, api.RedeliverEventsResponse(deliveries=made))
        self._waker.wake()
        return answered


def _found(delivery: Delivery | None) -> Delivery:
    if delivery is None:
        raise fail(reasons.ERROR_REASON_NOT_FOUND, "There is no such delivery.")
    return delivery


def _not_repeatable(detail: str) -> Failure:
    return fail(reasons.ERROR_REASON_DELIVERY_NOT_REPEATABLE, detail)
