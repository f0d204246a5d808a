"""Inbound deliveries that are read once more, by one or by many: checked with the secrets of today, as they came."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog

from adapters.kit import webhooks as kit
from adapters.kit.discovery import Provider
from adapters.kit.errors import Forged
from adapters.kit.ports import Inbound, Webhooks
from corridor.webhooks.v1.inbound_delivery_pb2 import INBOUND_DELIVERY_STATE_RECEIVED, InboundDelivery
from server.kit.context import Context
from server.platform.providers.connections import Connections, Live
from server.platform.webhooks import inbound
from server.platform.webhooks.inbound import Kept
from server.store.engine import Connection, Store

_log = structlog.get_logger("corridor.webhooks")

NO_WEBHOOKS = "no_webhooks"
VERIFIER_FAILED = "verifier_failed"


@dataclass(frozen=True, slots=True)
class Rereading:
    """Whether a delivery is genuine by the secrets of today, and its second reading."""

    store: Store
    providers: Mapping[str, Provider]
    connections: Connections

    def load(self, context: Context, inbound_id: str) -> Kept | None:
        """A delivery with its request."""
        who = context.who
        with self.store.of(who.company_id, who.environment) as connection:
            return inbound.load(connection, context, inbound_id)

    def refusal(self, context: Context, kept: Kept) -> str:
        """Why a delivery is not genuine, by the time when it came; empty if it is."""
        self.connections.forget(context, kept.delivery.connection_id)  # its secrets may have changed just now
        live = self.connections.get(context, kept.delivery.connection_id)
        return refusal(self.providers, live, kept.inbound, kept.delivery.receive_time.ToDatetime(UTC))

    def take_up(self, connection: Connection, context: Context, inbound_id: str) -> InboundDelivery:
        """The delivery, waiting to be read; one that waits already is left alone."""
        kept = inbound.load(connection, context, inbound_id, lock=True)
        assert kept is not None  # it was found before, and is not deleted while it waits
        if kept.delivery.state == INBOUND_DELIVERY_STATE_RECEIVED:
            return kept.delivery
        inbound.read_again(connection, context, inbound_id)
        delivery = inbound.get(connection, context, inbound_id)
        assert delivery is not None
        return delivery


def refusal(providers: Mapping[str, Provider], live: Live, request: Inbound, now: datetime) -> str:
    """Why a request is not genuine, in a word; empty if an active secret has signed it."""
    provider = providers.get(live.provider)
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
