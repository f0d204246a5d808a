"""InboundDeliveryService: what providers deliver is stored before it is answered, and read after.

Nothing is genuine until an active secret of the connection has signed its bytes; what is not is kept, and never read.
"""

from collections.abc import Mapping
from datetime import UTC, datetime

import grpc
import structlog

from adapters.kit import webhooks as kit
from adapters.kit.discovery import Provider
from adapters.kit.errors import Forged
from adapters.kit.ports import Inbound, Webhooks
from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.options.v1 import method_pb2
from corridor.webhooks.v1 import inbound_delivery_service_pb2 as api
from corridor.webhooks.v1.inbound_delivery_pb2 import (
    INBOUND_DELIVERY_STATE_RECEIVED,
    INBOUND_DELIVERY_STATE_REFUSED,
    InboundDelivery,
)
from server.kit import context as contexts
from server.kit.clock import Clock
from server.kit.context import Caller, Context
from server.kit.errors import Failure, fail
from server.kit.failpoint import failpoint
from server.kit.paging import PageTokens
from server.platform.providers.connections import Connections, Live
from server.platform.webhooks import inbound
from server.store import audit, idempotency
from server.store.engine import Connection, Store
from server.store.wake import Waker

_log = structlog.get_logger("corridor.webhooks")

NO_WEBHOOKS = "no_webhooks"
VERIFIER_FAILED = "verifier_failed"

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

    def ReceiveInboundDelivery(
        self, request: api.ReceiveInboundDeliveryRequest, _: grpc.ServicerContext
    ) -> api.ReceiveInboundDeliveryResponse:
        """Check a provider's request, store it either way, and answer."""
        context = contexts.current()
        # The address names the connection, and the connection the company: nothing else in the request is believed.
        context.caller = self._caller(request.connection_id)
        live = self._connections.get(context, request.connection_id)
        now = self._clock.now()
        refusal = self._refusal(live, inbound.as_inbound(request.request), now)
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
        with self._store.mine() as connection:
            kept = inbound.load(connection, context, request.inbound_delivery_id)
        if kept is None:
            raise _no_such_delivery()
        self._connections.forget(context, kept.delivery.connection_id)  # its secrets may have changed just now
        live = self._connections.get(context, kept.delivery.connection_id)
        if self._refusal(live, kept.inbound, kept.delivery.receive_time.ToDatetime(UTC)):
            raise _refused()
        with idempotency.once(self._store, context) as (connection, answer):
            delivery = self._waiting(connection, context, request.inbound_delivery_id)
            audit.record(connection, context, delivery.inbound_delivery_id)
            response = api.ReplayInboundDeliveryResponse(inbound_delivery=delivery)
            answered = answer(delivery.inbound_delivery_id, response)
        self._waker.wake()
        return answered

    def _waiting(self, connection: Connection, context: Context, inbound_id: str) -> InboundDelivery:
        """The delivery, waiting to be read; one that waits already is left alone."""
        kept = inbound.load(connection, context, inbound_id, lock=True)
        assert kept is not None  # it was found before, and is never deleted
        if kept.delivery.state == INBOUND_DELIVERY_STATE_RECEIVED:
            return kept.delivery
        inbound.read_again(connection, context, inbound_id)
        delivery = inbound.get(connection, context, inbound_id)
        assert delivery is not None
        return delivery

    def _caller(self, connection_id: str) -> Caller:
        with self._store.anyone() as connection:
            row = connection.execute(_FIND, (connection_id,)).fetchone()
        if row is None:
            raise fail(reasons.ERROR_REASON_CONNECTION_NOT_FOUND, "There is no such connection.")
        return Caller(method_pb2.CALLER_KIND_PROVIDER, connection_id, row[0], row[1])

    def _refusal(self, live: Live, request: Inbound, now: datetime) -> str:
        """Why a request is not genuine, in a word; empty if an active secret has signed it."""
        provider = self._providers.get(live.provider)
        if provider is None or not provider.implements(Webhooks):
            return NO_WEBHOOKS
        if not live.webhook_secrets:
            return kit.NO_SECRET
        try:
            provider.adapter.verify_webhook(request, live.webhook_secrets, now)
        except Forged as forged:
            return forged.reason
        except Exception:
            # A fault of the verifier proves nothing. The request is kept, and can be replayed when it is mended.
            _log.exception("verifier_failed", provider=live.provider, connection_id=live.connection.connection_id)
            return VERIFIER_FAILED
        return ""


def _refused() -> Failure:
    return fail(reasons.ERROR_REASON_INBOUND_REFUSED, "The signature of the delivery does not hold.")


def _no_such_delivery() -> Failure:
    return fail(reasons.ERROR_REASON_NOT_FOUND, "There is no such inbound delivery.")
