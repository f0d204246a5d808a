"""Fixtures of the client tests: a real server, a real gateway before it, and what stands between and loses answers."""

import socket
import threading
from collections.abc import Callable, Iterator
from concurrent import futures
from dataclasses import dataclass, field
from typing import Any

import grpc
import pytest

import corridor_client
from corridor_client.client import Client
from corridor_client.payouts.v1 import Beneficiary
from corridor_client.type.v1 import BankAccount, Iban, Party, Person
from tests.gateway.scripted import Start, contract, start, upstream, upstream_server
from tests.serving import Running

__all__ = ["contract", "start", "upstream", "upstream_server"]


@dataclass
class Place:
    """One company, its key, and where it reaches Corridor: by REST and by gRPC."""

    company_id: str
    key: str
    rest: str
    grpc: str
    corridor: Running

    def connect(self, url: str = "", **options: Any) -> Client:
        """A client of the company."""
        return corridor_client.connect(url or self.rest, api_key=self.key, **options)


@pytest.fixture(scope="module")
def place(corridor: Running, start: Start) -> Place:
    """A company at a server with a gateway."""
    company_id = corridor.company()
    gateway = start(upstream=corridor.address)
    return Place(company_id, corridor.client(company_id).key, gateway.url, f"grpc://{corridor.address}", corridor)


@pytest.fixture(params=["rest", "grpc"])
def client(request: pytest.FixtureRequest, place: Place) -> Iterator[Client]:
    """A client, over each transport in turn."""
    with place.connect(getattr(place, request.param)) as found:
        yield found


def payee(client: Client) -> Beneficiary:
    """Somebody to pay."""
    return client.beneficiaries.create_beneficiary(
        party=Party(person=Person(given_name="Ada", family_name="Lovelace")),
        bank_account=BankAccount(iban=Iban(iban="DE89370400440532013000"), currency_code="EUR"),
    )


@dataclass
class Relay(grpc.GenericRpcHandler):
    """Stands before the gRPC server; of the next `lose` answers it passes none on, though the server acted."""

    upstream: str
    lose: int = 0
    keys: list[str] = field(default_factory=list)
    seen: list[dict[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._channel = grpc.insecure_channel(self.upstream)
        self._server = grpc.server(futures.ThreadPoolExecutor(4))
        self._server.add_generic_rpc_handlers((self,))
        self.url = f"grpc://127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"
        self._server.start()

    def service(self, handler_call_details: Any) -> grpc.RpcMethodHandler:
        sent = {name: value for name, value in handler_call_details.invocation_metadata if isinstance(value, str)}

        def answer(request: bytes, context: grpc.ServicerContext) -> bytes:
            self.seen.append(sent)
            self.keys.append(sent.get("idempotency-key", ""))
            kept = [(name, value) for name, value in sent.items() if name not in {"user-agent"}]
            response: bytes = self._channel.unary_unary(handler_call_details.method)(
                request, metadata=kept, timeout=context.time_remaining()
            )
            if self.lose:
                self.lose -= 1
                context.abort(grpc.StatusCode.UNAVAILABLE, "connection reset")
            return response

        return grpc.unary_unary_rpc_method_handler(answer)

    def close(self) -> None:
        self._server.stop(None).wait()
        self._channel.close()


@pytest.fixture
def relay(place: Place) -> Iterator[Relay]:
    found = Relay(place.corridor.address)
    yield found
    found.close()


class Cutter:
    """A TCP proxy before the gateway. Of the next `lose` answers it passes nothing on, and cuts the connection."""

    def __init__(self, port: int) -> None:
        self.lose = 0
        self._to = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                ours, _ = self._listener.accept()
            except OSError:
                return
            theirs = socket.create_connection(("127.0.0.1", self._to))
            threading.Thread(target=self._pump, args=(ours, theirs, lambda: False), daemon=True).start()
            threading.Thread(target=self._pump, args=(theirs, ours, self._cuts), daemon=True).start()

    def _cuts(self) -> bool:
        self.lose -= 1
        return self.lose >= 0

    @staticmethod
    def _pump(source: socket.socket, target: socket.socket, cuts: Callable[[], bool]) -> None:
        try:
            while data := source.recv(65536):
                if cuts():
                    break
                target.sendall(data)
        except OSError:
            pass
        for each in (source, target):
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                each.close()

    def close(self) -> None:
        self._listener.close()


@pytest.fixture
def cutter(place: Place) -> Iterator[Cutter]:
    found = Cutter(int(place.rest.rpartition(":")[2]))
    yield found
    found.close()
