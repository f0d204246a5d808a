"""A real gateway over real HTTP, in front of a small real gRPC server that a test can script.

The server knows no domain: it records what it was called with, and answers with what the test put there.
"""

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent import futures
from dataclasses import dataclass, field, replace
from typing import Any

import grpc
import httpx
import pytest
import uvloop
from google.protobuf import any_pb2
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2
from grpc_health.v1 import health_pb2

from gateway.app import Gateway
from gateway.contract import Contract
from gateway.serve import listen, serve
from gateway.settings import Limits, Settings, contract_image

Reply = Message | Callable[[bytes, grpc.ServicerContext], bytes]


@dataclass(frozen=True)
class Seen:
    """One call that reached the upstream."""

    path: str
    request: bytes
    metadata: dict[str, str]
    seconds_left: float


@dataclass
class Upstream(grpc.GenericRpcHandler):
    """A gRPC server that answers each path with what the test put into `replies`."""

    replies: dict[str, Reply] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)
    serving: bool = True
    target: str = ""

    def service(self, handler_call_details: Any) -> grpc.RpcMethodHandler:
        path = handler_call_details.method
        if path == "/grpc.health.v1.Health/Check":
            return grpc.unary_unary_rpc_method_handler(self._health)
        metadata = dict(handler_call_details.invocation_metadata)
        return grpc.unary_unary_rpc_method_handler(
            lambda request, context: self._answer(path, metadata, request, context)
        )

    def _health(self, request: bytes, context: grpc.ServicerContext) -> bytes:
        kinds = health_pb2.HealthCheckResponse
        return kinds(status=kinds.SERVING if self.serving else kinds.NOT_SERVING).SerializeToString()

    def _answer(self, path: str, metadata: dict[str, str], request: bytes, context: grpc.ServicerContext) -> bytes:
        self.seen.append(Seen(path, request, metadata, context.time_remaining()))
        reply = self.replies.get(path)
        if reply is None:
            context.abort(grpc.StatusCode.UNIMPLEMENTED, "not scripted")
        return reply.SerializeToString() if isinstance(reply, Message) else reply(request, context)


def refuse(
    code: grpc.StatusCode,
    reason: str,
    message: str = "refused",
    *,
    details: tuple[Message, ...] = (),
    metadata: dict[str, str] | None = None,
    trailing: tuple[tuple[str, str], ...] = (),
) -> Callable[[bytes, grpc.ServicerContext], bytes]:
    """A reply that fails as the server fails: google.rpc.Status with ErrorInfo in the trailers."""

    def answer(request: bytes, context: grpc.ServicerContext) -> bytes:
        status = status_pb2.Status(code=code.value[0], message=message)
        info = error_details_pb2.ErrorInfo(reason=reason, domain="corridor", metadata=metadata or {})
        for detail in (info, *details):
            packed = any_pb2.Any()
            packed.Pack(detail)
            status.details.append(packed)
        context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()), *trailing))
        context.abort(code, message)
        raise AssertionError("abort raises")

    return answer


def wait_for_port(port: int, seconds: float = 60.0) -> None:
    """Returns when somebody listens. Raises TimeoutError."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
    raise TimeoutError(f"nobody listens on port {port}")


@pytest.fixture(scope="session")
def contract() -> Contract:
    """The generated contract."""
    return Contract.load(contract_image())


@pytest.fixture(scope="session")
def upstream_server() -> Iterator[Upstream]:
    upstream = Upstream()
    server = grpc.server(futures.ThreadPoolExecutor(8))
    server.add_generic_rpc_handlers((upstream,))
    upstream.target = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    yield upstream
    server.stop(None).wait()


@pytest.fixture
def upstream(upstream_server: Upstream) -> Upstream:
    """The scripted server, with nothing scripted."""
    upstream_server.replies.clear()
    upstream_server.seen.clear()
    upstream_server.serving = True
    return upstream_server


@dataclass(frozen=True)
class Running:
    """A gateway that listens."""

    url: str
    port: int
    gateway: Gateway


Start = Callable[..., Running]


@pytest.fixture(scope="module")
def start(contract: Contract) -> Iterator[Start]:
    """Starts gateways with settings of the test's choice; all of them end with the module."""
    stops: list[Callable[[], None]] = []

    def start_one(contract: Contract = contract, limits: Limits | None = None, **settings: Any) -> Running:
        chosen = Settings(port=0, drain_seconds=5, **settings)
        chosen = replace(chosen, limits=limits or Limits())
        gateway = Gateway(contract, chosen)
        sock = listen(chosen)
        loop = uvloop.new_event_loop()
        stop = asyncio.Event()
        thread = threading.Thread(target=lambda: loop.run_until_complete(serve(gateway, sock, stop)), daemon=True)
        thread.start()
        port = sock.getsockname()[1]

        def end() -> None:
            loop.call_soon_threadsafe(stop.set)
            thread.join(10)

        stops.append(end)
        wait_for_port(port)
        scheme = "https" if chosen.tls_certificate else "http"
        return Running(f"{scheme}://127.0.0.1:{port}", port, gateway)

    yield start_one
    for end in stops:
        end()


@pytest.fixture(scope="module")
def shared_gateway(start: Start, upstream_server: Upstream) -> Running:
    return start(upstream=upstream_server.target)


@pytest.fixture
def gateway(shared_gateway: Running, upstream: Upstream) -> Running:
    """A gateway with default limits in front of `upstream`."""
    return shared_gateway


@pytest.fixture
def http(gateway: Running) -> Iterator[httpx.Client]:
    """An HTTP client of `gateway`."""
    with httpx.Client(base_url=gateway.url, timeout=10) as client:
        yield client
