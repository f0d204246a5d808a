"""The gRPC side: channels to the server, calls with bytes in and bytes out.

A call fails at once while the server is away; the caller is told when to come back instead of being kept waiting.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable
from itertools import cycle
from typing import Any

import grpc
import grpc.aio
from grpc_health.v1 import health_pb2

from gateway.settings import Settings
from gateway.tls import ChannelFiles, TlsError

Metadata = Iterable[tuple[str, Any]]
Call = grpc.aio.UnaryUnaryCall[bytes, bytes]
Unary = Callable[..., Call]

_LOG = logging.getLogger("corridor.gateway")
_HEALTH = "/grpc.health.v1.Health/Check"
_LOOK_SECONDS = 1.0
_OPTIONS: tuple[tuple[str, Any], ...] = (
    ("grpc.max_send_message_length", -1),  # requests are bounded before they come here
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.keepalive_permit_without_calls", 0),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 2_000),
    ("grpc.enable_retries", 0),  # what may be repeated is the caller's decision, by idempotency key
    ("grpc.use_local_subchannel_pool", 1),  # else all channels would share one connection
)


class Upstream:
    """Channels to one gRPC target. To be made inside the running event loop."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._files = ChannelFiles(settings)
        self._credentials = self._files.credentials()
        self._channels = self._open()
        self._callables: dict[str, Unary] = {_HEALTH: self._callable(_HEALTH)}
        self._leaving: set[asyncio.Task[None]] = set()
        self._watch: asyncio.Task[None] | None = None
        if self._credentials is not None:
            self._watch = asyncio.get_running_loop().create_task(self._renew())

    def unary(self, path: str) -> Unary:
        """The callable for one method. With several channels, calls take them in turn."""
        self._callables[path] = found = self._callable(path)
        if self._credentials is None:
            return found
        callables = self._callables  # those of new channels take the place of these
        return lambda *arguments, **options: callables[path](*arguments, **options)

    async def serving(self, seconds: float = 2.0) -> bool:
        """Whether the server says that it serves (gRPC health checking protocol)."""
        try:
            reply = health_pb2.HealthCheckResponse.FromString(await self._callables[_HEALTH](b"", timeout=seconds))
        except grpc.aio.AioRpcError:
            return False
        return bool(reply.status == health_pb2.HealthCheckResponse.SERVING)

    async def close(self) -> None:
        """Closes the channels; calls in progress are cancelled."""
        for task in (self._watch, *self._leaving):
            if task is not None:
                task.cancel()
        for channel in self._channels:
            await channel.close(grace=None)

    def _callable(self, path: str) -> Unary:
        callables: list[Unary] = [channel.unary_unary(path, None, None) for channel in self._channels]
        if len(callables) == 1:
            return callables[0]
        turns = cycle(callables)
        return lambda *arguments, **options: next(turns)(*arguments, **options)

    def _open(self) -> list[grpc.aio.Channel]:
        target, count = self._settings.upstream, self._settings.channels
        options = [*_OPTIONS, ("grpc.max_receive_message_length", self._settings.limits.reply_bytes)]
        if self._credentials is None:
            return [grpc.aio.insecure_channel(target, options=options) for _ in range(count)]
        if self._settings.upstream_name:
            options.append(("grpc.ssl_target_name_override", self._settings.upstream_name))
        return [grpc.aio.secure_channel(target, self._credentials, options=options) for _ in range(count)]

    async def _renew(self) -> None:
        """New channels whenever the files change; calls in progress finish on the old ones."""
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            if not self._files.changed():
                continue
            try:
                self._credentials = self._files.credentials()
            except TlsError as error:
                _LOG.error("the channels to the server stay as they were: %s", error)
                continue
            old, self._channels = self._channels, self._open()
            for path in self._callables:
                self._callables[path] = self._callable(path)
            _LOG.info("the channels to the server were made anew with the certificates that are there now")
            for channel in old:
                task = asyncio.get_running_loop().create_task(channel.close(grace=self._settings.drain_seconds))
                self._leaving.add(task)
                task.add_done_callback(self._leaving.discard)
