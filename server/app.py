"""The composition root of a server process: servicers meet interceptors, and both meet the wire.

Handlers are made from the contract, so a method without a servicer, or without a policy, does not start.
"""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import psycopg
import structlog
from google.protobuf.message import Message
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_interceptor import ServerInterceptor

from server import interceptors, servicers
from server.kit import contract, logs
from server.kit.contract import Method
from server.kit.errors import Failure
from server.parts import Parts
from server.platform.transport import listening, reflection
from server.store import migrate
from server.store.engine import Store

_log = structlog.get_logger("corridor.server")

MESSAGE_BYTES = 4 * 1024 * 1024
_KEEPALIVE = (
    ("grpc.keepalive_time_ms", 60_000),
    ("grpc.keepalive_timeout_ms", 20_000),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.min_recv_ping_interval_without_data_ms", 10_000),
    ("grpc.max_connection_age_ms", 30 * 60_000),  # so that load spreads when servers are added
    ("grpc.max_connection_age_grace_ms", 60_000),
)
_OPTIONS = (
    *_KEEPALIVE,
    ("grpc.so_reuseport", 1),
    ("grpc.max_receive_message_length", MESSAGE_BYTES),
    ("grpc.max_send_message_length", MESSAGE_BYTES),
    ("grpc.max_metadata_size", 64 * 1024),
)


class Server:
    """One server process: listens, serves, drains."""

    def __init__(self, parts: Parts, address: str) -> None:
        self._parts = parts
        self._health = health.HealthServicer()
        self._closing = threading.Event()
        logs.hide_metadata()
        self._grpc = grpc.server(
            ThreadPoolExecutor(parts.settings.threads, thread_name_prefix="call"),
            options=_OPTIONS,
        )
        names = add_services(self._grpc, servicers.all_of(parts), chain(parts))
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._grpc)
        if parts.settings.reflection:
            reflection.add(self._grpc, (*names, health.SERVICE_NAME), max(1, parts.settings.threads // 4))
        self._names = ("", *names)
        self.port = listening.add_port(self._grpc, address, parts.settings)
        self._watch = threading.Thread(target=self._watch_database, name="health", daemon=True)

    def start(self) -> None:
        """Serve. `SERVING` is told once the database answers and its migrations are current."""
        self._tell(ready(self._parts.store))
        self._grpc.start()
        self._watch.start()

    def stop(self, grace_seconds: float = 30.0) -> None:
        """Refuse new calls, finish those that were taken, and let go of everything."""
        self._closing.set()
        self._health.enter_graceful_shutdown()
        self._grpc.stop(grace_seconds).wait()
        self._parts.close()

    def _watch_database(self) -> None:
        while not self._closing.wait(1.0):
            self._tell(ready(self._parts.store))

    def _tell(self, is_ready: bool) -> None:
        status = health_pb2.HealthCheckResponse
        for name in self._names:
            self._health.set(name, status.SERVING if is_ready else status.NOT_SERVING)


def chain(parts: Parts) -> Sequence[ServerInterceptor]:
    """What every call of a process passes."""
    return interceptors.chain(
        interceptors.Parts(
            store=parts.store,
            recorder=parts.recorder,
            keys=parts.keys,
            key_uses=parts.key_uses,
            environments=parts.settings.environments,
            metrics=parts.metrics,
            oauth=parts.oauth,
            clock=parts.clock,
            machine_clock=parts.machine_clock,
            provisioning=parts.provisioning,
            fingerprint_secret=parts.keyring.derived("fingerprints"),
            approval_policies=parts.approval_policies,
            rate_limits=parts.settings.rate_limits,
            uses=parts.uses,
            slow_calls=max(1, parts.settings.threads // 2),
            allowances=parts.settings.rate_allowances,
            region=parts.settings.region,
            peers=listening.peers(parts.settings),
        )
    )


def ready(store: Store) -> bool:
    """Whether the database answers and has the schema that this code needs."""
    try:
        with store.anyone() as connection:
            row = connection.execute("SELECT version_num FROM corridor.alembic_version").fetchone()
        return row is not None and row[0] == migrate.head()
    except (Failure, psycopg.Error) as error:
        _log.warning("not_ready", error=type(error).__name__)
        return False


def add_services(
    server: grpc.Server, by_name: Mapping[str, object], chain: Iterable[ServerInterceptor]
) -> tuple[str, ...]:
    """Serve every service of the contract; their names. Raises LookupError for a method that nobody serves."""
    for service in contract.services():
        servicer = by_name.get(service.full_name)
        handlers = {}
        for descriptor in service.methods:
            method = contract.methods()[f"/{service.full_name}/{descriptor.name}"]
            behaviour = getattr(servicer, method.name, None)
            if behaviour is None:
                raise LookupError(f"nothing serves {method.path}: add it to its servicer and to server/servicers.py.")
            handlers[method.name] = handler(method, behaviour, chain)
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service.full_name, handlers),))
    return tuple(service.full_name for service in contract.services())


def handler(
    method: Method, behaviour: Callable[..., Any], chain: Iterable[ServerInterceptor]
) -> "grpc.RpcMethodHandler[Any, Any]":
    """The method behind the chain, composed once at start instead of once per call.

    The request stays bytes until the chain reads it: what does not parse is then refused like anything else.
    """
    call = behaviour
    for interceptor in reversed(tuple(chain)):
        concerns = getattr(interceptor, "concerns", None)
        if concerns is not None and not concerns(method):
            continue  # its methods alone pay for it
        call = _around(interceptor, call, method.path)
    return grpc.unary_unary_rpc_method_handler(call, request_deserializer=None, response_serializer=_serialized)


def _around(interceptor: Any, inner: Callable[..., Any], path: str) -> Callable[..., Any]:
    def outer(request: Any, context: grpc.ServicerContext) -> Any:
        return interceptor.intercept(inner, request, context, path)

    return outer


def _serialized(response: Message | bytes) -> bytes:
    """Answers that were made before the write are bytes already: a replay is the same, byte for byte."""
    return response if isinstance(response, bytes) else response.SerializeToString()
