"""A real gRPC port with the transport's own certificates and context interceptor; it answers with what it believes."""

import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import grpc

from server import settings
from server.interceptors.context import Contexts
from server.kit import context as contexts
from server.kit import contract
from server.platform.transport import issue, listening

PATH = "/corridor.payouts.v1.PayoutService/GetPayout"
Json = dict[str, Any]


@dataclass
class Echo:
    """The port. While `held` is set, calls wait."""

    address: str = ""
    held: threading.Event = field(default_factory=threading.Event)
    began: threading.Event = field(default_factory=threading.Event)


@contextlib.contextmanager
def listening_on(address: str = "127.0.0.1:0", **changes: Any) -> Iterator[Echo]:
    """A port with these settings."""
    chosen = replace(settings.from_environment(), **changes)
    echo = Echo()
    chain = Contexts(contract.methods(), listening.peers(chosen))

    def answer(_: bytes, context: grpc.ServicerContext) -> bytes:
        echo.began.set()
        while echo.held.is_set():
            if not context.is_active():
                break
            threading.Event().wait(0.01)
        told = {key: str(value) for key, value in context.invocation_metadata()}
        return json.dumps({"ip": contexts.current().client_ip, "metadata": told}).encode()

    def call(request: bytes, context: grpc.ServicerContext) -> Any:
        return chain.intercept(answer, request, context, PATH)

    server = grpc.server(ThreadPoolExecutor(4))
    service, _, name = PATH[1:].partition("/")
    handlers = {name: grpc.unary_unary_rpc_method_handler(call)}
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, handlers),))
    port = listening.add_port(server, address, chosen)
    echo.address = address.replace(":0", f":{port}") if not address.startswith("unix") else address
    server.start()
    try:
        yield echo
    finally:
        server.stop(None).wait()


@contextlib.contextmanager
def calling(address: str, credentials: grpc.ChannelCredentials | None = None) -> Iterator[Callable[..., Json]]:
    """How to call it on one connection: keywords become metadata."""
    options = [("grpc.use_local_subchannel_pool", 1), ("grpc.enable_retries", 0)]
    channel = (
        grpc.secure_channel(address, credentials, options=options)
        if credentials
        else grpc.insecure_channel(address, options=options)
    )
    stub = channel.unary_unary(PATH)

    def call(**metadata: str) -> Json:
        sent = tuple((name.replace("_", "-"), value) for name, value in metadata.items())
        found: Json = json.loads(stub(b"", metadata=sent, timeout=30))
        return found

    with channel:
        yield call


@dataclass(frozen=True)
class Authority:
    """An authority with a directory of its own."""

    directory: Path
    pair: issue.Pair

    @property
    def pem(self) -> str:
        """Its certificate's file."""
        return str(self.directory / "ca.pem")

    def issue(self, name: str, identity: str = "", *, days: float = 30, hosts: tuple[str, ...] = ("127.0.0.1",)) -> str:
        """A certificate; the path without its ending."""
        issue.write(self.directory, name, issue.leaf(self.pair, name, days, hosts, identity or f"spiffe://x/{name}"))
        return str(self.directory / name)

    def credentials(self, stem: str = "") -> grpc.ChannelCredentials:
        """What a client needs that believes this authority and shows the certificate of a path."""
        shown = [Path(f"{stem}.{ending}").read_bytes() for ending in ("key", "pem")] if stem else [None, None]
        return grpc.ssl_channel_credentials(Path(self.pem).read_bytes(), *shown)


def authority(directory: Path) -> Authority:
    """A new authority."""
    directory.mkdir(parents=True, exist_ok=True)
    pair = issue.authority("Test authority")
    issue.write(directory, "ca", pair)
    return Authority(directory, pair)
