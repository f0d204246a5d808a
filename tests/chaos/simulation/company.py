"""The company of a run: what its people and programs ask for, each under a key of its own until there is an answer.

Rule: whoever gets no answer asks again under the same key. A final refusal is an answer.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import grpc
from google.protobuf.message import Message

from adapters.kit.call import Call
from adapters.kit.errors import CANNOT_ASK, Unavailable
from adapters.kit.ports import Listings
from corridor.options.v1 import method_pb2
from corridor.providers.v1 import connection_service_pb2, route_pb2, route_service_pb2, sweep_service_pb2
from corridor.sandbox.v1 import clock_service_pb2
from server.kit.context import Caller, Context
from server.platform.access import admin
from tests.chaos.simulation.dice import Dice
from tests.chaos.simulation.process import Process
from tests.chaos.simulation.vendors import Vendor
from tests.serving import SANDBOX, Refused

_NO_ANSWER = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.ABORTED,
              grpc.StatusCode.RESOURCE_EXHAUSTED)  # fmt: skip
_BROKEN = (grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN, grpc.StatusCode.UNIMPLEMENTED)


@dataclass
class Wish:
    """Something that is asked for. `ready` gives the request once it can be made; `done` takes what is answered."""

    what: str
    method: str
    request: Callable[[], Message | None]
    done: Callable[[Any], None] = field(default=lambda answer: None)
    answered: bool = False
    key: str = ""


class Trade(Protocol):
    """What a company does in one domain."""

    domain: str
    wishes: list[Wish]

    def set_up(self, company: "Company") -> None:
        """Make what is needed before anything is asked for."""
        ...


class Company:
    """A new company with two vendors and a route over them."""

    def __init__(self, process: Process, vendors: tuple[Vendor, Vendor], domain: str, dice: Dice) -> None:
        self.process = process
        self.vendors = vendors
        self.domain = domain
        self._dice = dice
        self._keys = 0
        store = process.parts.store
        self.company_id = admin.create_company(store, "Simulated", SANDBOX)
        _, self._secret = admin.create_key(store, process.parts.keys, self.company_id, SANDBOX, "simulation")

    def ask(self, name: str, request: Message, key: str = "") -> Any:
        """The answer to a call, under a key of its own unless one is given."""
        return self.process.call(name, request, secret=self._secret, key=key or self.new_key())

    def new_key(self) -> str:
        """A key that no other call has."""
        self._keys += 1
        return f"key-{self._keys}"

    def connect(self) -> None:
        """Make the connections."""
        for vendor in self.vendors:
            request = connection_service_pb2.CreateConnectionRequest(
                provider=vendor.name, title=vendor.name, base_url=vendor.simulator.url,
                credentials=vendor.fixtures.credentials,
            )  # fmt: skip
            vendor.connection_id = self.ask("ConnectionService/CreateConnection", request).connection.connection_id
            vendor.simulator.register(vendor.connection_id, vendor.secret)

    def route(self, first: Vendor, second: Vendor | None, mode: "route_pb2.RouteMode.ValueType") -> None:
        """Send over these vendors from now on."""
        request = route_service_pb2.SetRouteRequest(
            domain=self.domain, mode=mode, primary_connection_id=first.connection_id,
            standby_connection_id=second.connection_id if second else "",
        )  # fmt: skip
        self.ask("RouteService/SetRoute", request)

    def rotate(self, vendor: Vendor, *, good: bool) -> None:
        """Give a connection credentials that the vendor takes, or that it does not."""
        given = {**vendor.fixtures.credentials, **({} if good else vendor.fixtures.wrong_credentials)}
        request = connection_service_pb2.RotateCredentialsRequest(connection_id=vendor.connection_id, credentials=given)
        self.ask("ConnectionService/RotateCredentials", request)
        vendor.locked_out = not good

    def try_to(self, wish: Wish) -> None:
        """Ask for something. Raises `Cut`; then, as without an answer, it is asked for again."""
        request = wish.request()
        if request is None:
            return
        wish.key = wish.key or self.new_key()
        self._dice.note(f"caller: {wish.what}")
        try:
            answer = self.ask(wish.method, request, wish.key)
        except Refused as refused:
            self._dice.note(f"    {refused.code.name} {refused.reason}")
            if refused.code in _BROKEN:
                raise AssertionError(f"{wish.what}: {refused}") from refused
            wish.answered = refused.code not in _NO_ANSWER
            return
        wish.answered = True
        wish.done(answer)

    def context(self) -> Context:
        """In which the company's own rows are read."""
        caller = Caller(method_pb2.CALLER_KIND_UNSPECIFIED, "simulation", self.company_id, SANDBOX)
        return Context(request_id="simulation", correlation_id="simulation", traceparent="", caller=caller)

    def look_up(self, vendor: Vendor, operation: str, ask: Callable[[Any, Call], Any]) -> Any:
        """What a vendor says of something at the end, asked with the adapter alone; None if it cannot be asked."""
        call = Call(
            http=self.process.parts.http, base_url=vendor.simulator.url, credentials=vendor.fixtures.credentials,
            environment="sandbox", idempotency_key="at-the-end", deadline_seconds=20.0, correlation_id="at-the-end",
            request_id="at-the-end", traceparent="", operation=operation,
            not_processed=frozenset(vendor.provider.manifest.not_processed), tokens=self.process.parts.clients.tokens,
        )  # fmt: skip
        try:
            return ask(vendor.provider.adapter, call)
        except Unavailable as unavailable:
            if unavailable.code != CANNOT_ASK:
                raise
            return None

    def sweep(self) -> None:
        """Ask both vendors for everything that has happened."""
        for vendor in self.vendors:
            if not vendor.provider.implements(Listings):
                continue
            request = sweep_service_pb2.SweepConnectionRequest(connection_id=vendor.connection_id)
            self.ask("SweepService/SweepConnection", request)

    def later(self, *, days: int) -> None:
        """Put the company's time forward."""
        request = clock_service_pb2.AdvanceClockRequest()
        request.duration.FromSeconds(days * 86_400)
        self.ask("ClockService/AdvanceClock", request)
