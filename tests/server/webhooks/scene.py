"""One company with a client, and the worker's part of webhooks done step by step instead of in threads."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from corridor.events.v1.event_pb2 import Event
from corridor.payouts.v1 import payout_event_pb2
from corridor.payouts.v1.payout_pb2 import Payout
from corridor.webhooks.v1 import delivery_service_pb2, endpoint_service_pb2
from corridor.webhooks.v1.delivery_pb2 import Delivery
from corridor.webhooks.v1.endpoint_pb2 import WEBHOOK_ENDPOINT_STATE_ENABLED, WebhookEndpoint, WebhookEndpointState
from server.kit import contract, ids
from server.kit.context import Caller, Context
from server.platform.events.payloads import Payloads
from server.platform.webhooks.deliver import Deliverer
from server.platform.webhooks.schedule import Schedule
from server.store import events, work
from server.store.work import Outcome
from tests.serving import SANDBOX, Client, Running

AT_ONCE = Schedule(gaps_seconds=(0.0,) * 7, jitter=0.0)


@dataclass
class MovedClock:
    """The machine's time, moved."""

    by: timedelta = timedelta()

    def now(self) -> datetime:
        """The moved time."""
        return datetime.now(UTC) + self.by


@dataclass
class Scene:
    """What a test of deliveries works with."""

    corridor: Running
    company_id: str
    client: Client
    clock: MovedClock = field(default_factory=MovedClock)

    def context(self, correlation_id: str = "corr-1", traceparent: str = "") -> Context:
        """A worker's context for the company."""
        return Context("req-1", correlation_id, traceparent, caller=Caller(0, "corridor", self.company_id, SANDBOX))

    def endpoint(self, url: str, *types: str, key: str = "endpoint") -> tuple[WebhookEndpoint, str]:
        """A new endpoint and its secret. Without types it is told of payouts."""
        usual = [name for name in contract.event_types() if name.startswith("payout.")]
        request = endpoint_service_pb2.CreateWebhookEndpointRequest(url=url, event_types=types or usual)
        made = self.client.call("WebhookEndpointService/CreateWebhookEndpoint", request, key=key)
        return made.webhook_endpoint, made.secret

    def stored(self, endpoint: WebhookEndpoint) -> WebhookEndpoint:
        """The endpoint as it is now."""
        request = endpoint_service_pb2.GetWebhookEndpointRequest(webhook_endpoint_id=endpoint.webhook_endpoint_id)
        found: WebhookEndpoint = self.client.call("WebhookEndpointService/GetWebhookEndpoint", request).webhook_endpoint
        return found

    def switch(
        self, endpoint: WebhookEndpoint, state: "WebhookEndpointState.ValueType" = WEBHOOK_ENDPOINT_STATE_ENABLED
    ) -> WebhookEndpoint:
        """The endpoint after it was switched to a state."""
        request = endpoint_service_pb2.UpdateWebhookEndpointRequest(
            webhook_endpoint_id=endpoint.webhook_endpoint_id, url=endpoint.url, state=state
        )
        changed: WebhookEndpoint = self.client.call(
            "WebhookEndpointService/UpdateWebhookEndpoint", request
        ).webhook_endpoint
        return changed

    def publish(self, resource_id: str = "", sequence: int = 1, *, traceparent: str = "") -> str:
        """Publish that a payout settled; the event's id."""
        resource_id = resource_id or ids.new("po")
        data = payout_event_pb2.PayoutSettled(payout=Payout(payout_id=resource_id, revision=sequence))
        with self.corridor.parts.store.of(self.company_id, SANDBOX) as connection:
            return events.publish(connection, self.context(traceparent=traceparent), resource_id, sequence, data)

    def event(self, event_id: str) -> Event:
        """An event as it is stored."""
        with self.corridor.parts.store.of(self.company_id, SANDBOX) as connection:
            row = connection.execute(
                f"SELECT {events.COLUMNS} FROM corridor.events WHERE event_id = %s", (event_id,)
            ).fetchone()
            assert row is not None
            return events.event(connection, self.context(), row)

    def deliver(
        self, schedule: Schedule = AT_ONCE, *, at_most: int = 100, payloads: Payloads | None = None
    ) -> list[Outcome]:
        """Do every delivery of the company that is due, and what that makes due; how each try ended."""
        parts = self.corridor.parts
        deliverer = Deliverer(
            parts.store, parts.keyring, parts.poster, self.clock, parts.metrics, schedule, payloads or parts.payloads
        )
        outcomes: list[Outcome] = []
        while len(outcomes) < at_most:
            with parts.store.anyone() as connection:
                jobs = work.claim(connection, ["webhooks.deliver"], 1, 10.0)
            if not jobs:
                break
            job = jobs[0]
            if job.company_id != self.company_id:
                continue  # left over from another test: leased, and out of the way
            outcomes.append(deliverer.deliver(self.context(job.correlation_id, job.traceparent), job))
            with parts.store.anyone() as connection:
                work.finish(connection, job, outcomes[-1])
        return outcomes

    def deliveries(self, **filters: object) -> list[Delivery]:
        """The company's deliveries with their tries, the oldest first."""
        request = delivery_service_pb2.ListDeliveriesRequest(**filters)  # type: ignore[arg-type] # a test's filters
        listed = self.client.call("DeliveryService/ListDeliveries", request).deliveries
        found = [
            self.client.call(
                "DeliveryService/GetDelivery", delivery_service_pb2.GetDeliveryRequest(delivery_id=each.delivery_id)
            ).delivery
            for each in listed
        ]
        return sorted(found, key=lambda each: (each.create_time.ToNanoseconds(), each.sequence))

    def open_items(self) -> list[tuple[str, int]]:
        """Resource and kind of every open work item."""
        with self.corridor.parts.store.of(self.company_id, SANDBOX) as connection:
            rows = connection.execute("SELECT resource_id, kind FROM corridor.work_items WHERE state = 1").fetchall()
        return [(row[0], row[1]) for row in rows]
