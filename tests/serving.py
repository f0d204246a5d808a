"""A real server on a real database for tests: gRPC on loopback, a worker in threads, one company with a key.

Everything is what a process would run; only the pieces that a test needs are started.
"""

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status

from corridor.type.v1 import environment_pb2
from server import app, parts, settings, worker
from server.kit import contract
from server.platform.access import admin
from server.store import migrate
from server.store.embedded import Embedded
from tests.database import fresh_database
from tests.database import worker as xdist_worker

SANDBOX = environment_pb2.ENVIRONMENT_SANDBOX
LIVE = environment_pb2.ENVIRONMENT_LIVE


class Refused(Exception):  # noqa: N818 - how the call ended
    """A call that failed, as a caller sees it."""

    def __init__(self, code: grpc.StatusCode, status: status_pb2.Status, trailers: dict[str, str]) -> None:
        super().__init__(code.name, status.message)
        self.code = code
        self.status = status
        self.trailers = trailers

    @property
    def reason(self) -> str:
        """The catalogue's reason."""
        return self._info().reason

    @property
    def metadata(self) -> dict[str, str]:
        """The further facts beside the reason."""
        return dict(self._info().metadata)

    def _info(self) -> error_details_pb2.ErrorInfo:
        info = error_details_pb2.ErrorInfo()
        any(detail.Unpack(info) for detail in self.status.details)
        return info

    @property
    def fields(self) -> list[str]:
        """The fields named in violations."""
        request = error_details_pb2.BadRequest()
        for detail in self.status.details:
            if detail.Unpack(request):
                return [violation.field for violation in request.field_violations]
        return []


class Client:
    """Calls RPCs by name with one key: `client.call("PayoutService/GetPayout", request)`."""

    def __init__(self, address: str, key: str) -> None:
        self.key = key
        self._channel = grpc.insecure_channel(address)
        self.trailers: dict[str, str] = {}

    def call(self, name: str, request: Message, *, key: str = "", timeout: float = 30.0, **metadata: str) -> Any:
        """The response. `key` is the idempotency key; other names become metadata with hyphens. Raises `Refused`."""
        method = next(m for path, m in contract.methods().items() if path.endswith("." + name))
        sent = [("authorization", f"Bearer {self.key}")] if self.key else []
        sent += [("idempotency-key", key)] if key else []
        sent += [(name.replace("_", "-"), value) for name, value in metadata.items()]
        stub = self._channel.unary_unary(
            method.path, request_serializer=_bytes, response_deserializer=method.response.FromString
        )
        try:
            response, call = stub.with_call(request, metadata=sent, timeout=timeout)
        except grpc.RpcError as error:
            self.trailers = dict(error.trailing_metadata() or ())
            status = rpc_status.from_call(error) or status_pb2.Status(message=error.details() or "")
            raise Refused(error.code(), status, self.trailers) from None
        self.trailers = dict(call.trailing_metadata())
        return response

    def close(self) -> None:
        """Let go of the connection."""
        self._channel.close()


def _bytes(request: Message | bytes) -> bytes:
    return request if isinstance(request, bytes) else request.SerializeToString()


@dataclass
class Running:
    """A server, and what it is made of."""

    parts: parts.Parts
    server: app.Server
    worker: worker.Worker | None

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"127.0.0.1:{self.server.port}"

    def company(self, title: str = "Test Company", environment: int = SANDBOX) -> str:
        """A new company; its id."""
        return admin.create_company(self.parts.store, title, environment)

    def client(self, company_id: str = "", environment: int = SANDBOX, scopes: list[str] | None = None) -> Client:
        """A client with a new key of the company, or of a new one."""
        company_id = company_id or self.company(environment=environment)
        _, secret = admin.create_key(self.parts.store, self.parts.keys, company_id, environment, "test", scopes or ())
        return Client(self.address, secret)


def settings_for(database_url: str, directory: Path, **changes: Any) -> settings.Settings:
    """Settings for tests: short waits, no rate limits, private endpoints allowed."""
    base = replace(
        settings.from_environment(),
        database_url=database_url,
        owner_database_url=database_url,
        data_dir=directory,
        rate_limits=False,
        poll_seconds=0.2,
        lease_seconds=10.0,
        unknown_seconds=0.1,
        poll_provider_seconds=1.0,
        breaker_open_seconds=0.05,
        breaker_longest_seconds=0.1,
        allow_private_endpoints=True,
        audit_seal_seconds=0.5,
    )
    return replace(base, **changes)


@contextlib.contextmanager
def running(database_url: str, directory: Path, *, work: bool = False, **changes: Any) -> Iterator[Running]:
    """A server on a migrated database, and a worker beside it if `work` is to be done."""
    made = parts.build(settings_for(database_url, directory, **changes), database_url)
    server = app.Server(made, "127.0.0.1:0")
    server.start()
    runner = worker.build(made) if work else None
    if runner:
        runner.start()
    try:
        yield Running(made, server, runner)
    finally:
        if runner:
            runner.stop()
        server.stop(grace_seconds=2.0)


def until(condition: Callable[[], Any], *, seconds: float = 30.0, what: str = "") -> Any:
    """What the condition gives once it is true. Fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        if found := condition():
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what or condition}")
        time.sleep(0.01)


@pytest.fixture(scope="session")
def migrated(postgres: Embedded) -> str:
    """The name of a migrated database of this worker, to be copied."""
    name = f"migrated_{xdist_worker()}"
    migrate.upgrade(fresh_database(postgres, name))
    return name


@pytest.fixture(scope="module")
def corridor(postgres: Embedded, migrated: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server without a worker, on a database of its own, for all tests of a module."""
    url = fresh_database(postgres, f"serving_{xdist_worker()}", template=migrated)
    with running(url, tmp_path_factory.mktemp("corridor")) as found:
        yield found
