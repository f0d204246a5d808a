"""One company with vendors over real HTTP, round a server and a worker; vendors' webhooks come in by a small bridge.

Nothing waits for backoff: `soon` makes what is due later due now, until the condition holds.
"""

import contextlib
import importlib
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import MappingProxyType
from typing import Any

from adapters.kit.discovery import providers
from adapters.kit.simulator import Simulator
from corridor.operations.v1 import work_item_pb2, work_item_service_pb2
from corridor.payouts.v1 import payout_service_pb2 as payouts_api
from corridor.payouts.v1.payout_pb2 import Payout, PayoutState
from corridor.providers.v1 import connection_service_pb2, route_pb2, route_service_pb2
from corridor.type.v1.bank_account_pb2 import BankAccount
from corridor.type.v1.raw_request_pb2 import RawHeader, RawRequest
from corridor.type.v1.timeline_pb2 import TimelineEntry
from corridor.webhooks.v1 import endpoint_service_pb2, inbound_delivery_service_pb2
from corridor.webhooks.v1.inbound_delivery_pb2 import INBOUND_DELIVERY_STATE_RECEIVED, InboundDelivery
from server.store.attempts import Outcome
from tests.conformance.bench import Fixtures
from tests.server import people
from tests.serving import SANDBOX, Client, Refused, Running, until

ON = route_pb2.ROUTE_MODE_ON
QUEUE = route_pb2.ROUTE_MODE_QUEUE
WORK_ITEM = route_pb2.ROUTE_MODE_WORK_ITEM

_HURRY = """
UPDATE corridor.work SET run_time = clock_timestamp()
WHERE state = 0 AND lease_time IS NULL AND run_time > clock_timestamp() AND company_id = %s
"""


@dataclass(frozen=True, slots=True)
class Vendor:
    """A simulated provider, and the company's connection to it."""

    simulator: Simulator
    connection_id: str
    fixtures: Fixtures
    secret: str = field(repr=False)
    """The webhook secret."""

    def paid(self, payout: Payout) -> list[tuple[int, str]]:
        """What the vendor's books hold of a payout: amounts and currencies."""
        return [
            (entry.amount_minor, entry.currency_code)
            for entry in self.simulator.books()
            if entry.reference == payout.payout_id
        ]

    def calls(self, operation: str = "") -> list[dict[str, str]]:
        """The headers of every request for an operation of the simulator, usually to make a payout, in order."""
        wanted = operation or self.fixtures.create
        return [dict(request.headers) for name, request in self.simulator.requests if name == wanted]

    def move(self, payout: Payout, state: "PayoutState.ValueType") -> None:
        """Put a payout into a state at the vendor."""
        assert self.simulator.move(payout.payout_id, self.fixtures.words[state])


@dataclass
class Stage:
    """What a test of flows works with."""

    corridor: Running
    company_id: str
    client: Client
    bridge: str
    _open: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)

    def vendor(
        self, provider: str = "sandbox", *, base_url: str = "", webhooks: bool = True, step_seconds: float = 0.02,
        like: str = "", credentials: Mapping[str, str] = MappingProxyType({}),
    ) -> Vendor:  # fmt: skip
        """A new simulator of a provider with a connection to it, at another address if one is given.

        `credentials` replace those of the provider's fixtures, or of another one's to whom it is `like`.
        """
        fixtures: Fixtures = importlib.import_module(f"tests.adapters.{like or provider}.fixtures").FIXTURES
        given = {**fixtures.credentials, **credentials}
        simulator: Any = providers()[provider].simulator(step_seconds=step_seconds)
        self._open.enter_context(simulator)
        request = connection_service_pb2.CreateConnectionRequest(
            provider=provider, title="Vendor", base_url=base_url or simulator.url,
            credentials=given,
        )  # fmt: skip
        made = self.client.call("ConnectionService/CreateConnection", request, key=people.new_key()).connection
        signing = providers()[provider].manifest.webhook_secret
        vendor = Vendor(simulator, made.connection_id, fixtures, given[signing.name] if signing else "")
        if webhooks:
            self.listen(vendor)
        return vendor

    def listen(self, vendor: Vendor, connection_id: str = "") -> None:
        """Have a vendor's webhooks come in from now on, at another connection if one is given."""
        vendor.simulator.register(f"{self.bridge}/{connection_id or vendor.connection_id}", vendor.secret)

    def rotate(self, vendor: Vendor) -> None:
        """Give a connection its provider's good credentials."""
        request = connection_service_pb2.RotateCredentialsRequest(
            connection_id=vendor.connection_id, credentials=vendor.fixtures.credentials
        )
        self.client.call("ConnectionService/RotateCredentials", request, key=people.new_key())

    def route(self, primary: Vendor, standby: Vendor | None = None, mode: int = ON) -> None:
        """Send payouts over these vendors."""
        request = route_service_pb2.SetRouteRequest(
            domain="payouts", mode=mode, primary_connection_id=primary.connection_id,  # type: ignore[arg-type] # a mode
            standby_connection_id=standby.connection_id if standby else "",
        )  # fmt: skip
        self.client.call("RouteService/SetRoute", request)

    def modes(self) -> Sequence[int]:
        """The modes of the company's routes."""
        listed = self.client.call("RouteService/ListRoutes", route_service_pb2.ListRoutesRequest()).routes
        return [route.mode for route in listed]

    def pay(self, minor: int = 12_50, account: BankAccount | None = None, **changes: Any) -> Payout:
        """A new payout to a new beneficiary, in the currency of its account."""
        to = people.beneficiary(self.client, account)
        currency = account.currency_code if account else "EUR"
        metadata = {name: changes.pop(name) for name in ("x_correlation_id", "traceparent") if name in changes}
        request = people.create(to, minor, currency, **changes)
        made: Payout = self.client.call("PayoutService/CreatePayout", request, key=people.new_key(), **metadata).payout
        return made

    def now(self, payout: Payout) -> Payout:
        """A payout as it is now."""
        request = payouts_api.GetPayoutRequest(payout_id=payout.payout_id)
        found: Payout = self.client.call("PayoutService/GetPayout", request).payout
        return found

    def soon(self, condition: Callable[[], Any], *, seconds: float = 15.0, what: str = "") -> Any:
        """What the condition gives once it is true, with every pause cut short meanwhile."""

        def hurried() -> Any:
            with self.corridor.parts.store.anyone() as connection:
                if connection.execute(_HURRY, (self.company_id,)).rowcount:
                    self.corridor.parts.waker.wake()
            return condition()

        return until(hurried, seconds=seconds, what=what)

    def reaches(self, payout: Payout, state: int, *, hurry: bool = True) -> Payout:
        """A payout once it is in a state."""

        def there() -> Payout | None:
            found = self.now(payout)
            return found if found.state == state else None

        found: Payout = self.soon(there, what=f"state {state}") if hurry else until(there, what=f"state {state}")
        return found

    def retry(self, payout: Payout) -> None:
        """Have a payout that waits moved on."""
        request = payouts_api.RetryPayoutRequest(payout_id=payout.payout_id)
        self.client.call("PayoutService/RetryPayout", request, key=people.new_key())

    def items(self, resource_id: str = "") -> list[tuple[int, str]]:
        """Kind and summary of the open work items, of one resource or all, the oldest first."""
        request = work_item_service_pb2.ListWorkItemsRequest(
            state=work_item_pb2.WORK_ITEM_STATE_OPEN, resource_id=resource_id
        )
        listed = self.client.call("WorkItemService/ListWorkItems", request).work_items
        return [(item.kind, item.summary) for item in reversed(listed)]

    def asked_for(self, payout: Payout, kind: int, *, hurry: bool = True) -> str:
        """The summary of the payout's work item of a kind, once there is one."""

        def summary() -> str | None:
            return next((said for each, said in self.items(payout.payout_id) if each == kind), None)

        what = f"work item of kind {kind}"
        found: str = self.soon(summary, what=what) if hurry else until(summary, what=what)
        return found

    def attempts(self, payout: Payout, operation: str = "create_payout") -> list[tuple[str, Outcome]]:
        """Connection and outcome of every attempt, in order."""
        with people.rows(self.corridor, self.client) as connection:
            rows = connection.execute(
                "SELECT connection_id, outcome FROM corridor.attempts WHERE resource_id = %s AND operation = %s "
                "ORDER BY attempt_id",
                (payout.payout_id, operation),
            ).fetchall()
        return [(row[0], Outcome(row[1])) for row in rows]

    def outcomes(self, payout: Payout, operation: str = "create_payout") -> list[Outcome]:
        """The outcome of every attempt, in order, once each has one: a webhook may tell of a call before its end."""
        self.soon(lambda: Outcome.OPEN not in [outcome for _, outcome in self.attempts(payout, operation)])
        return [outcome for _, outcome in self.attempts(payout, operation)]

    def inbound(self) -> list[InboundDelivery]:
        """The company's inbound deliveries, the oldest first."""
        request = inbound_delivery_service_pb2.ListInboundDeliveriesRequest(page_size=250)
        listed = self.client.call("InboundDeliveryService/ListInboundDeliveries", request).inbound_deliveries
        return list(reversed(listed))

    def read(self, count: int) -> list[int]:
        """The states of the company's inbound deliveries, once so many have come and all are read."""

        def states() -> list[int] | None:
            found: list[int] = [each.state for each in self.inbound()]
            return found if len(found) >= count and INBOUND_DELIVERY_STATE_RECEIVED not in found else None

        read: list[int] = self.soon(states, what=f"{count} inbound deliveries read")
        return read

    def timeline(self, payout: Payout) -> list[TimelineEntry]:
        """Everything that happened to a payout."""
        request = payouts_api.GetPayoutTimelineRequest(payout_id=payout.payout_id)
        return list(self.client.call("PayoutService/GetPayoutTimeline", request).entries)

    def endpoint(self, url: str) -> str:
        """A webhook endpoint of the company; its secret."""
        request = endpoint_service_pb2.CreateWebhookEndpointRequest(url=url)
        made = self.client.call("WebhookEndpointService/CreateWebhookEndpoint", request, key=people.new_key())
        return str(made.secret)

    def close(self) -> None:
        """Stop the vendors."""
        self._open.close()
        self.client.close()


def stage(corridor: Running, bridge: str) -> Stage:
    """A stage for a new company."""
    company_id = corridor.company()
    return Stage(corridor, company_id, corridor.client(company_id, SANDBOX), bridge)


@contextlib.contextmanager
def bridged(corridor: Running, port: int = 0) -> Iterator[str]:
    """Hands vendors' requests to the server as the gateway does; the URL to which a connection's id is added."""
    client = Client(corridor.address, "")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = [RawHeader(name=name, value=value.encode()) for name, value in self.headers.items()]
            request = inbound_delivery_service_pb2.ReceiveInboundDeliveryRequest(
                connection_id=self.path.rpartition("/")[2], request=RawRequest(headers=headers, body=body)
            )
            try:
                client.call("InboundDeliveryService/ReceiveInboundDelivery", request)
                status = 200
            except (Refused, ValueError):  # the server ends while vendors still send
                status = 503
            with contextlib.suppress(OSError):
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        client.close()
