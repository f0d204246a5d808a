"""Journeys with planted texts: payouts, providers that talk back, webhooks in and out, work items."""

import contextlib
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from corridor.operations.v1 import work_item_pb2
from corridor.operations.v1 import work_item_service_pb2 as items
from corridor.payouts.v1 import beneficiary_service_pb2 as beneficiaries
from corridor.payouts.v1.payout_pb2 import PAYOUT_STATE_SETTLED
from corridor.providers.v1 import connection_service_pb2 as connections
from corridor.providers.v1 import route_service_pb2 as routes
from corridor.type.v1.party_pb2 import Party, Person
from corridor.type.v1.raw_request_pb2 import RawHeader, RawRequest
from corridor.webhooks.v1 import inbound_delivery_service_pb2 as inbound
from tests.canary.world import World
from tests.server import people
from tests.server.flows.stage import ON, Stage
from tests.server.webhooks.receiver import Reply
from tests.serving import until


def journeys(world: World) -> None:
    """Payouts with planted texts: settled, failing, with webhooks in and out, with endpoints that talk back."""
    flow, canaries = world.flow, world.canaries
    world.hook.otherwise = Reply(200, body=" ".join(canaries.values()).encode())
    flow.endpoint(f"{world.hook.url}?token={canaries['token']}")
    vendor = flow.vendor()
    flow.route(vendor)
    for canary in canaries.values():
        party = Party(person=Person(given_name=canary, family_name=canary))
        account = people.euro_account(canaries["iban"])
        request = beneficiaries.CreateBeneficiaryRequest(party=party, bank_account=account)
        to = flow.client.call("BeneficiaryService/CreateBeneficiary", request, key=people.new_key()).beneficiary
        payout = people.payout(flow.client, to.beneficiary_id, reference=canary, metadata={canary[:40]: canary})
        flow.reaches(payout, PAYOUT_STATE_SETTLED)
        forged = RawRequest(
            query=canary, headers=[RawHeader(name="x-said", value=canary.encode())], body=canary.encode()
        )
        world.call(
            flow.client,
            "InboundDeliveryService/ReceiveInboundDelivery",
            inbound.ReceiveInboundDeliveryRequest(connection_id=vendor.connection_id, request=forged),
        )
        _failing_provider(world, to.beneficiary_id, canary)
    until(lambda: len(world.hook.received) >= 4 * len(canaries), what="deliveries")


def _failing_provider(world: World, beneficiary_id: str, canary: str) -> None:
    """A provider that answers with planted texts: an error, a refusal, a word that nobody knows."""
    flow = world.flow
    with _talkative(canary) as (url, asked):
        request = connections.CreateConnectionRequest(
            provider="sandbox", title=canary, base_url=url,
            credentials={"api_key": canary, "webhook_secret": f"whsec_{canary}"},
        )  # fmt: skip
        made = flow.client.call("ConnectionService/CreateConnection", request, key=people.new_key()).connection
        before = flow.client.call("RouteService/ListRoutes", routes.ListRoutesRequest()).routes[0]
        _route(flow, made.connection_id)
        for _ in range(3):
            people.payout(flow.client, beneficiary_id, reference=canary)
        flow.soon(lambda: len(asked) >= 4, what="calls to the failing provider")
        _route(flow, before.primary_connection_id)
    listed = flow.client.call(
        "WorkItemService/ListWorkItems", items.ListWorkItemsRequest(state=work_item_pb2.WORK_ITEM_STATE_OPEN)
    ).work_items
    for item in listed:
        resolution = items.ResolveWorkItemRequest(work_item_id=item.work_item_id, resolution=canary)
        world.call(flow.client, "WorkItemService/ResolveWorkItem", resolution)


def _route(flow: Stage, connection_id: str) -> None:
    request = routes.SetRouteRequest(domain="payouts", mode=ON, primary_connection_id=connection_id)
    flow.client.call("RouteService/SetRoute", request)


@contextlib.contextmanager
def _talkative(canary: str) -> Iterator[tuple[str, list[str]]]:
    """A provider over HTTP that quotes the canary in every answer; its URL, and the paths it was asked."""
    asked: list[str] = []
    answers = [
        (500, {"error": {"code": canary, "message": canary}}),
        (422, {"error": {"code": canary, "message": canary, "param": canary}, "errors": [{"field": canary}]}),
        (200, {"id": "tr_1", "status": canary, "reference": canary, "memo": canary}),
        (404, {"error": {"code": "transfer_not_found", "message": canary}, "data": []}),
    ]

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.do_POST()

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            status, body = answers[len(asked) % len(answers)]
            asked.append(self.path)
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(data)))
            self.send_header("x-said", canary)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()
