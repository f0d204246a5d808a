"""A Corridor in memory that can die at any point: servicers behind the real chain, and a worker told what to do.

Nothing runs beside the caller's thread that could change what happens. What is dead is rebuilt from the database alone.
"""

import functools
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import grpc
from google.protobuf.message import Message
from google.rpc import status_pb2

from adapters.kit.http import Http, HttpResponse
from adapters.kit.tokens import Key, Token, TokenCache
from server import app, parts, servicers, worker
from server.kit import contract
from server.kit.context import Context
from server.kit.contract import Method
from server.store import work
from server.store.work import Job
from tests.chaos.simulation import weather
from tests.chaos.simulation.kept import Kept
from tests.chaos.simulation.weather import Weather
from tests.serving import Refused, settings_for

Exchange = Callable[..., HttpResponse]
Through = Callable[[Exchange, Mapping[str, Any]], HttpResponse]
"""Makes an HTTP exchange with a vendor, or lets it go wrong: gets the real one, and what it is asked."""

# So far apart that the trace does not depend on how long a statement takes.
UNKNOWN_SECONDS, POLL_SECONDS = 30.0, 600.0
LEASE_SECONDS = 600.0


class Cut(BaseException):
    """The process is dead. Not an `Exception`: nothing of ours may catch it."""


class _Aborted(Exception):  # noqa: N818 - how grpc ends a call
    """What `abort` raises in a servicer."""


class _Wire:
    """What grpc gives a servicer, for a caller in the same thread."""

    def __init__(self, metadata: list[tuple[str, str]]) -> None:
        self._pairs = tuple(metadata)
        self.status: grpc.Status | None = None

    def invocation_metadata(self) -> tuple[tuple[str, str], ...]:
        return self._pairs

    def time_remaining(self) -> float | None:
        return None

    def peer(self) -> str:
        return "ipv4:127.0.0.1:1"

    def auth_context(self) -> Mapping[str, Any]:
        return {}

    def set_trailing_metadata(self, metadata: Any) -> None:
        pass

    def code(self) -> grpc.StatusCode | None:
        return self.status.code if self.status else None

    def abort_with_status(self, status: grpc.Status) -> None:
        self.status = status
        raise _Aborted


class Tokens(TokenCache):
    """A token cache that tells whether somebody fetches one: whoever wanted it meanwhile would wait for themselves."""

    fetching = False

    def get(self, key: Key, fetch: Callable[[], Token], seconds: float) -> tuple[str, bool]:
        """As in its base."""

        def fetched() -> Token:
            self.fetching = True
            try:
                return fetch()
            finally:
                self.fetching = False

        return super().get(key, fetched, seconds)


class Process:
    """Server and worker without threads of their own. `ended` tells how the last piece of work did."""

    def __init__(self, database_url: str, directory: Path, kept: Kept, through: Through) -> None:
        settings = settings_for(
            database_url, directory, unknown_seconds=UNKNOWN_SECONDS, poll_provider_seconds=POLL_SECONDS,
            lease_seconds=LEASE_SECONDS, threads=4, pool_size=4,
        )  # fmt: skip
        self.through = through
        self.weather = Weather()
        with weather.instead(self.weather), kept.handed_on():
            self.parts = parts.build(settings, database_url)
        self.parts.clients.tokens = self.tokens = Tokens()
        for client in (self.parts.http, self.parts.guarded):
            _put_between(client, lambda real, asked: self.through(real, asked))
        vars(self.parts.waker)["wake"] = lambda: None  # nobody listens
        self._servicers, self._chain = servicers.all_of(self.parts), app.chain(self.parts)
        self._methods: dict[str, grpc.RpcMethodHandler[Any, Any]] = {}
        self.ended: work.Outcome | None = None
        self.broke: list[str] = []
        handlers = {kind: self._observed(handler) for kind, handler in worker.handlers(self.parts).items()}
        self.kinds = sorted(handlers)
        self._worker = worker.Worker(
            self.parts.store, handlers, threads=1, lease_seconds=LEASE_SECONDS, poll_seconds=60.0
        )

    def call(self, name: str, request: Message, *, secret: str = "", key: str = "") -> Any:
        """The response to a call by `PayoutService/GetPayout`. Raises `Refused`, and `Cut`."""
        method = _method(name)
        metadata = [("authorization", f"Bearer {secret}")] if secret else []
        wire = _Wire([*metadata, *([("idempotency-key", key)] if key else [])])
        handler: Any = self._methods.get(name)
        if handler is None:
            servicer = self._servicers[method.path.split("/")[1]]
            handler = self._methods[name] = app.handler(method, getattr(servicer, method.name), self._chain)
        try:
            answer = handler.unary_unary(request.SerializeToString(), wire)
        except _Aborted:
            assert wire.status is not None
            raise _refused(wire.status) from None
        return method.response.FromString(handler.response_serializer(answer))

    def do(self, job: Job) -> work.Outcome | None:
        """Do a piece of work, and record it; how it ended. Raises `Cut`."""
        self.ended = None
        self._worker.do(job)
        return self.ended

    def close(self) -> None:
        """Drop everything that is in memory."""
        self.parts.close()

    def _observed(self, handler: worker.Handler) -> worker.Handler:
        def handle(context: Context, job: Job) -> work.Outcome:
            try:
                self.ended = handler(context, job)
            except Exception as error:
                self.broke.append(f"{job.kind} of {job.resource_id}: {error!r}")
                raise
            return self.ended

        return handle


@functools.cache
def _method(name: str) -> Method:
    return next(method for path, method in contract.methods().items() if path.endswith("." + name))


def _put_between(client: Http, through: Through) -> None:
    real = client.exchange
    vars(client)["exchange"] = lambda method, url, **how: through(real, {"method": method, "url": url, **how})


def _refused(status: grpc.Status) -> Refused:
    details = dict(status.trailing_metadata or ())
    found = status_pb2.Status()
    if data := details.get("grpc-status-details-bin"):
        found.ParseFromString(data if isinstance(data, bytes) else data.encode())
    return Refused(status.code, found, {})
