"""A connection, a provider that delivers to it, and the worker's part of receiving done step by step."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from adapters.kit.webhooks import standard_signature
from corridor.payouts.v1.payout_observation_pb2 import PayoutObservation
from corridor.providers.v1 import connection_service_pb2
from corridor.type.v1.raw_request_pb2 import RawHeader, RawRequest
from corridor.webhooks.v1 import inbound_delivery_service_pb2 as api
from corridor.webhooks.v1.inbound_delivery_pb2 import (
    InboundDelivery,
    InboundDeliveryState,
)
from server.kit import ids
from server.kit.context import Context
from server.platform.webhooks.read import Reader, Unmatched
from server.store import work
from server.store.work import Outcome
from tests.server.webhooks.scene import Scene
from tests.serving import Client, Refused

SECRET = "whsec_" + "QUJD" * 8
OTHER = "whsec_" + "WFla" * 8


@dataclass
class Inbox:
    """A company with a connection, a provider that delivers to it, and the worker's part done step by step."""

    scene: Scene
    connection_id: str
    provider: Client
    observed: list[tuple[str, PayoutObservation, str]] = field(default_factory=list)
    known: Callable[[PayoutObservation], str | Unmatched] = lambda observation: observation.payout_id

    def receive(self, request: RawRequest) -> str:
        """Deliver a request; the inbound delivery's id."""
        message = api.ReceiveInboundDeliveryRequest(connection_id=self.connection_id, request=request)
        found: str = self.provider.call("InboundDeliveryService/ReceiveInboundDelivery", message).inbound_delivery_id
        return found

    def refused(self, request: RawRequest) -> str:
        """The reason for which a request is refused."""
        with pytest.raises(Refused) as refusal:
            self.receive(request)
        return refusal.value.reason

    def read(self, *, gaps: tuple[float, ...] = (0.0, 0.0)) -> list[Outcome]:
        """Read everything of the company that is due; how each ended."""
        parts = self.scene.corridor.parts
        reader = Reader(parts.store, parts.providers, self._observe, parts.clock, parts.metrics, gaps_seconds=gaps)
        outcomes: list[Outcome] = []
        while True:
            with parts.store.anyone() as connection:
                jobs = work.claim(connection, ["webhooks.read"], 1, 10.0)
            if not jobs:
                return outcomes
            job = jobs[0]
            if job.company_id != self.scene.company_id:
                continue
            outcomes.append(reader.read(self.scene.context(job.correlation_id), job))
            with parts.store.anyone() as connection:
                work.finish(connection, job, outcomes[-1])

    def listed(self, **filters: Any) -> list[InboundDelivery]:
        """The company's inbound deliveries, the oldest first."""
        request = api.ListInboundDeliveriesRequest(**filters)
        found = self.scene.client.call("InboundDeliveryService/ListInboundDeliveries", request)
        return list(reversed(found.inbound_deliveries))

    def states(self) -> "list[InboundDeliveryState.ValueType]":
        """The states of the company's inbound deliveries, the oldest first."""
        return [each.state for each in self.listed()]

    def replay(self, inbound_id: str, key: str = "") -> InboundDelivery:
        """An inbound delivery after its replay was asked for."""
        request = api.ReplayInboundDeliveryRequest(inbound_delivery_id=inbound_id)
        found: InboundDelivery = self.scene.client.call(
            "InboundDeliveryService/ReplayInboundDelivery", request, key=key
        ).inbound_delivery
        return found

    def rotate(self, secret: str) -> None:
        """Give the connection a new webhook secret; the old one goes on for a while."""
        request = connection_service_pb2.RotateCredentialsRequest(
            connection_id=self.connection_id, credentials={"api_key": "key", "webhook_secret": secret}
        )
        self.scene.client.call("ConnectionService/RotateCredentials", request, key=secret)

    def _observe(
        self, context: Context, connection_id: str, observation: PayoutObservation, source_id: str
    ) -> str | Unmatched:
        self.observed.append((connection_id, observation, source_id))
        return self.known(observation)


def transfer(payout_id: str = "", **changes: Any) -> dict[str, Any]:
    """A transfer as the sandbox has it."""
    return {
        "id": ids.new("tr"),
        "reference": payout_id or ids.new("po"),
        "status": "paid",
        "amount": 100,
        "currency": "EUR",
        "rail": "sepa",
        "updated_at": "2026-11-02T10:00:00Z",
        **changes,
    }


def event(data: object, kind: str = "transfer.updated", event_id: str = "") -> dict[str, Any]:
    """An event as the sandbox sends it."""
    return {"id": event_id or ids.new("evt"), "type": kind, "data": data}


def signed(body: bytes | dict[str, Any], secret: str = SECRET, at: float | None = None) -> RawRequest:
    """A request as the sandbox sends it."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    seconds = int(time.time() if at is None else at)
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(seconds),
        "webhook-signature": standard_signature("msg_1", seconds, content, secret),
        "content-type": "application/json",
    }
    named = [RawHeader(name=name, value=value.encode()) for name, value in headers.items()]
    return RawRequest(headers=named, body=content)
