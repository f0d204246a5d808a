"""A company, its vendor and its own webhook endpoint, round a Corridor whose processes can be killed.

The vendor's books and the endpoint's log live outside of Corridor, so that they can be held against its own.
"""

import collections
import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import grpc
from google.rpc import error_details_pb2

from adapters.kit.discovery import providers
from adapters.kit.simulator import Simulator
from corridor.approvals.v1 import approval_policy_pb2, approval_service_pb2
from corridor.payouts.v1 import beneficiary_service_pb2, payout_pb2
from corridor.payouts.v1 import payout_service_pb2 as payouts_api
from corridor.providers.v1 import connection_service_pb2, route_pb2, route_service_pb2
from corridor.webhooks.v1 import endpoint_service_pb2
from tests.serving import Client, Refused, until

_SECRET = "whsec_" + "c2FuZGJveC13ZWJob29rLXNlY3JldC0wMDAx"


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Endpoint:
    """The company's webhook endpoint: keeps what it was sent, in the order in which it came."""

    def __init__(self) -> None:
        self.sequences: dict[str, list[int]] = collections.defaultdict(list)
        received, lock = self.sequences, threading.Lock()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                event = json.loads(self.rfile.read(int(self.headers["content-length"])))
                with lock:
                    received[event["resource_id"]].append(int(event["sequence"]))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/hooks"

    def first_arrivals(self, resource_id: str) -> list[int]:
        """The sequence numbers in the order in which each first came."""
        return list(dict.fromkeys(self.sequences[resource_id]))

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()


class Process:
    """A Python module as a process of its own, that says one line when it is ready."""

    def __init__(self, *argv: str, failpoint: str = "") -> None:
        environment = os.environ | {"CORRIDOR_FAILPOINT": failpoint}
        self._process = subprocess.Popen(
            [sys.executable, "-m", *argv], env=environment, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        self.said = self._process.stdout.readline()

    @property
    def dead(self) -> bool:
        """Whether it has ended."""
        return self._process.poll() is not None

    def kill(self) -> None:
        """End it without any warning."""
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """Ask it to end, and wait until it has."""
        self._process.terminate()
        try:
            self._process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self.kill()


@dataclass
class World:
    """Everything round Corridor, and the Corridor that runs at the moment."""

    database_url: str
    directory: Path
    key: str
    simulator: Simulator
    endpoint: Endpoint
    port: int = field(default_factory=free_port)
    node: Process | None = None
    gateway: Process | None = None
    beneficiary_id: str = ""
    connection_id: str = ""
    deaths: int = 0
    approver: str = ""  # the key of who says yes to calls that wait

    @contextlib.contextmanager
    def supervised(self) -> Iterator[None]:
        """Start Corridor again, not to die, whenever it has died."""
        done = threading.Event()

        def watch() -> None:
            while not done.wait(0.02):
                if self.node is not None and self.node.dead:
                    self.deaths += 1
                    self.start()

        thread = threading.Thread(target=watch, daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    def start(self, failpoint: str = "") -> None:
        """Start Corridor, to die at a point if one is given."""
        arguments = (self.database_url, str(self.directory), str(self.port))
        self.node = Process("tests.chaos.node", *arguments, failpoint=failpoint)

    def client(self) -> Client:
        """A client of the company."""
        return Client(f"127.0.0.1:{self.port}", self.key)

    def set_up(self) -> None:
        """Make connection, route, endpoint and beneficiary, through the interface that everybody uses."""
        client = self.client()
        self.connection_id = client.call(
            "ConnectionService/CreateConnection",
            connection_service_pb2.CreateConnectionRequest(
                provider="sandbox",
                title="vendor",
                base_url=self.simulator.url,
                credentials={"api_key": "sk_sandbox_chaos", "webhook_secret": _SECRET},
            ),
            key="connection",
        ).connection.connection_id
        client.call(
            "RouteService/SetRoute",
            route_service_pb2.SetRouteRequest(
                domain="payouts", mode=route_pb2.ROUTE_MODE_ON, primary_connection_id=self.connection_id
            ),
        )
        client.call(
            "WebhookEndpointService/CreateWebhookEndpoint",
            endpoint_service_pb2.CreateWebhookEndpointRequest(url=self.endpoint.url),
            key="endpoint",
        )
        request = beneficiary_service_pb2.CreateBeneficiaryRequest()
        request.party.business.legal_name = "Beneficiary Ltd"
        request.bank_account.iban.iban = "DE89370400440532013000"
        request.bank_account.currency_code = "EUR"
        self.beneficiary_id = client.call(
            "BeneficiaryService/CreateBeneficiary", request, key="beneficiary"
        ).beneficiary.beneficiary_id
        self.gateway = Process("gateway", "--port", str(gateway := free_port()), "--upstream", f"127.0.0.1:{self.port}")
        inbound = f"http://127.0.0.1:{gateway}/v1/webhooks/inbound/{self.connection_id}"
        self.simulator.register(inbound, _SECRET)

    def pay(self, key: str, amount_minor: int, *, seconds: float = 30.0) -> str:
        """Create a payout the way a careful caller does: with one key, until there is an answer. Its id."""
        request = payouts_api.CreatePayoutRequest(beneficiary_id=self.beneficiary_id, reference=key)
        request.amount.currency_code, request.amount.amount_minor = "EUR", amount_minor

        def answered() -> str | None:
            client = self.client()
            try:
                return str(client.call("PayoutService/CreatePayout", request, key=key, timeout=5.0).payout.payout_id)
            except Refused as refused:
                if refused.reason == "APPROVAL_PENDING":
                    self.approve(refused)
                    return None
                if refused.code not in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED,
                                        grpc.StatusCode.ABORTED):  # fmt: skip
                    raise
                return None
            finally:
                client.close()

        return str(until(answered, seconds=seconds, what=f"payout {key} accepted"))

    def put_under_approval(self) -> None:
        """Let every payout wait for somebody else from now on."""
        rule = approval_policy_pb2.ApprovalRule(
            method="corridor.payouts.v1.PayoutService.CreatePayout", approvals_needed=1
        )
        request = approval_service_pb2.UpdateApprovalPolicyRequest()
        request.policy.rules.append(rule)
        self.client().call("ApprovalService/UpdateApprovalPolicy", request)

    def approve(self, refusal: Refused) -> None:
        """Say yes to a call that waits, as somebody else; again if that is refused, as it is asked again."""
        info = error_details_pb2.ErrorInfo()
        named = next(info.metadata["approval_id"] for each in refusal.status.details if each.Unpack(info))
        client = Client(f"127.0.0.1:{self.port}", self.approver)
        with contextlib.suppress(Refused):
            client.call(
                "ApprovalService/ApproveApproval",
                approval_service_pb2.ApproveApprovalRequest(approval_id=named, reason="fine"),
            )
        client.close()

    def payouts(self) -> dict[str, payout_pb2.Payout]:
        """Every payout that Corridor has, by id."""
        client, found, token = self.client(), {}, ""
        while True:
            page = client.call(
                "PayoutService/ListPayouts", payouts_api.ListPayoutsRequest(page_size=250, page_token=token)
            )
            found |= {payout.payout_id: payout for payout in page.payouts}
            token = page.next_page_token
            if not token:
                client.close()
                return found

    def close(self) -> None:
        """Stop everything."""
        for process in (self.gateway, self.node):
            if process is not None:
                process.stop()
        self.endpoint.close()
        self.simulator.stop()


@contextlib.contextmanager
def world(database_url: str, directory: Path, key: str, *, seed: int = 0) -> Iterator[World]:
    """A world whose Corridor is not started yet."""
    simulator = providers()["sandbox"].simulator(seed=seed, step_seconds=0.02)
    simulator.start()
    made = World(database_url, directory, key, simulator, Endpoint())
    try:
        yield made
    finally:
        made.close()
