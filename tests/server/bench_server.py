"""A server of the test's own: the real chain and contract, with some servicer methods and interceptors replaced."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
from grpc_interceptor import ServerInterceptor

from server import app, interceptors, servicers
from tests.serving import Running

PAYOUTS = "corridor.payouts.v1.PayoutService"


class Instead:
    """A servicer with some methods replaced."""

    def __init__(self, servicer: object, methods: dict[str, Callable[..., Any]]) -> None:
        self._servicer = servicer
        self.__dict__.update(methods)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._servicer, name)


def chain(running: Running, *, rate_limits: bool = False) -> Sequence[ServerInterceptor]:
    """The chain that a server of these parts has."""
    parts = running.parts
    return interceptors.chain(
        interceptors.Parts(
            store=parts.store,
            recorder=parts.recorder,
            approval_policies=parts.approval_policies,
            keys=parts.keys,
            key_uses=parts.key_uses,
            metrics=parts.metrics,
            oauth=parts.oauth,
            clock=parts.clock,
            fingerprint_secret=parts.keyring.derived("fingerprints"),
            rate_limits=rate_limits,
            uses=parts.uses,
        )
    )


@contextlib.contextmanager
def serving(
    running: Running, through: Sequence[ServerInterceptor] = (), *, threads: int = 4, **methods: Callable[..., Any]
) -> Iterator[tuple[str, grpc.Server]]:
    """Serve with methods of the PayoutService replaced; the address, and the server."""
    by_name = dict(servicers.all_of(running.parts))
    by_name[PAYOUTS] = Instead(by_name[PAYOUTS], methods)
    server = grpc.server(ThreadPoolExecutor(threads))
    app.add_services(server, by_name, through or chain(running))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"127.0.0.1:{port}", server
    finally:
        server.stop(0).wait()
