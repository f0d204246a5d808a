"""InboundDeliveryService: what providers deliver is stored before it is answered, and read after.

Nothing is genuine until an active secret of the connection has signed its bytes; what is not is kept, and never read.
"""

from collections.abc import Mapping

import grpc
import structlog

from adapters.kit.discovery import Provider
from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.options.v1 import method_pb2
from corridor.webhooks.v1 import inbound_delivery_service_pb2 as api
from corridor.webhooks.v1.inbound_delivery_pb2 import (
    INBOUND_DELIVERY_STATE_RECEIVED,
    INBOUND_DELIVERY_STATE_REFUSED,
)
from server.kit import context as contexts
from server.kit.clock import Clock
from server.kit.context import Caller
from server.kit.errors import Failure, fail
from server.kit.failpoint import failpoint
from server.kit.paging import PageTokens
from server.platform.providers.connections import Connections
from server.platform.webhooks import inbound, rereading
from server.platform.webhooks.rereading import Rereading
from server.store import audit, idempotency
from server.store.engine import Store
from server.store.wake import Waker

_log = structlog.get_logger("corridor.webhooks")

_FIND = "SELECT company_id, environment FROM corridor.find_connection(%s)"


class InboundDeliveryServicer:
    """Takes what providers deliver to connections, and tells what became of it."""

    def __init__(
        self,
        store: Store,
        tokens: PageTokens,
        connections: Connections,
        providers: Mapping[str, Provider],
        waker: Waker,
        clock: Clock,
    ) -> None:
        self._store = store
        self._tokens = tokens
        self._connections = connections
        self._providers = providers
        self._waker = waker
        self._clock = clock
        self._rereading = Rereading(store, providers, connections)

    def ReceiveInboundDelivery(
        self, request: api.ReceiveInboundDeliveryRequest, _: grpc.ServicerContext
    ) -> api.ReceiveInboundDeliveryResponse:
        """Check a provider's request, store it either way, and answer."""
        context = contexts.current()
        # The address names the connection, and the connection the company: nothing else in the request is believed.
        context.caller = self._caller(request.connection_id)
        live = self._connections.get(context, request.connection_id)
        now = self._clock.now()
        refusal = rereading.refusal(self._providers, live, inbound.as_inbound(request.request), now)
        state = INBOUND_DELIVERY_STATE_REFUSED if refusal else INBOUND_DELIVERY_STATE_RECEIVED
        failpoint("receive.before_store")
        with self._store.mine() as connection:
            inbound_id = inbound.keep(
                connection, context, request.connection_id, live.provider, request.request, state, refusal, now
            )
        failpoint("receive.after_store")
        context.resource_id = inbound_id
        if refusal:
            _log.warning("inbound_refused", connection_id=request.connection_id, inbound_delivery_id=inbound_id,
                         why=refusal)  # fmt: skip
            raise _refused()
        self._waker.wake()
        return api.ReceiveInboundDeliveryResponse(inbound_delivery_id=inbound_id)

    def GetInboundDelivery(
        self, request: api.GetInboundDeliveryRequest, _: grpc.ServicerContext
    ) -> api.GetInboundDeliveryResponse:
        """One inbound delivery."""
        with self._store.mine() as connection:
            delivery = inbound.get(connection, contexts.current(), request.inbound_delivery_id)
        if delivery is None:
            raise _no_such_delivery()
        return api.GetInboundDeliveryResponse(inbound_delivery=delivery)

    def ListInboundDeliveries(
        self, request: api.ListInboundDeliveriesRequest, _: grpc.ServicerContext
    ) -> api.ListInboundDeliveriesResponse:
        """A page of inbound deliveries, the newest first."""
        context = contexts.current()
        page = self._tokens.page(context, request)
        with self._store.mine() as connection:
            found, more = inbound.page(
                connection, context, page, connection_id=request.connection_id, state=request.state
            )
        following = self._tokens.next(context, request, found[-1].inbound_delivery_id) if more else ""
        return api.ListInboundDeliveriesResponse(inbound_deliveries=found, next_page_token=following)

    def ReplayInboundDelivery(self, request: api.ReplayInboundDeliveryRequest, _: grpc.ServicerContext) -> bytes:
        """Check an inbound delivery with the secrets of today, by the time at which it came, and read it again."""
        context = contexts.current()
        idempotency.check(self._store, context)
        kept = self._rereading.load(context, request.inbound_delivery_id)
        if kept is None:
            raise _no_such_delivery()
        if self._rereading.refusal(context, kept):
            raise _refused()
        with idempotency.once(self._store, context) as (connection, answer):
            delivery = self._rereading.take_up(connection, context, request.inbound_delivery_id)
            audit.record(connection, context, delivery.inbound_delivery_id)
            response = api.ReplayInboundDeliveryResponse(inbound_delivery=delivery)
            answered = answer(delivery.inbound_delivery_id, response)
        self._waker.wake()
        return answered

    def _caller(self, connection_id: str) -> Caller:
        with self._store.anyone() as connection:
            row = connection.execute(_FIND, (connection_id,)).fetchone()
        if row is None:
            raise fail(reasons.ERROR_REASON_CONNECTION_NOT_FOUND, "There is no such connection.")
        return Caller(method_pb2.CALLER_KIND_PROVIDER, connection_id, row[0], row[1])


def _refused() -> Failure:
    return fail(reasons.ERROR_REASON_INBOUND_REFUSED, "The signature of the delivery does not hold.")


def _no_such_delivery() -> Failure:
    return fail(reasons.ERROR_REASON_NOT_FOUND, "There is no such inbound delivery.")
