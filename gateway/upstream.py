"""The gRPC side: channels to the server, calls with bytes in and bytes out.

A call fails at once while the server is away; the caller is told when to come back instead of being kept waiting.
"""

from collections.abc import Callable, Iterable
from itertools import cycle
from typing import Any

import grpc
import grpc.aio
from grpc_health.v1 import health_pb2

Metadata = Iterable[tuple[str, Any]]
Call = grpc.aio.UnaryUnaryCall[bytes, bytes]
Unary = Callable[..., Call]

_HEALTH = "/grpc.health.v1.Health/Check"


class Upstream:
    """Channels to one gRPC target. To be made inside the running event loop."""

    def __init__(self, target: str, channels: int, reply_bytes: int) -> None:
        options: list[tuple[str, Any]] = [
            ("grpc.max_receive_message_length", reply_bytes),
            ("grpc.max_send_message_length", -1),  # requests are bounded before they come here
            ("grpc.keepalive_time_ms", 30_000),
            ("grpc.keepalive_timeout_ms", 10_000),
            ("grpc.keepalive_permit_without_calls", 0),
            ("grpc.initial_reconnect_backoff_ms", 100),
            ("grpc.min_reconnect_backoff_ms", 100),
            ("grpc.max_reconnect_backoff_ms", 2_000),
            ("grpc.enable_retries", 0),  # what may be repeated is the caller's decision, by idempotency key
            ("grpc.use_local_subchannel_pool", 1),  # else all channels would share one connection
        ]
        self._channels = [grpc.aio.insecure_channel(target, options=options) for _ in range(channels)]
        self._health: Unary = self._channels[0].unary_unary(_HEALTH, None, None)

    def unary(self, path: str) -> Unary:
        """The callable for one method. With several channels, calls take them in turn."""
        callables: list[Unary] = [channel.unary_unary(path, None, None) for channel in self._channels]
        if len(callables) == 1:
            return callables[0]
        turns = cycle(callables)
        return lambda *arguments, **options: next(turns)(*arguments, **options)

    async def serving(self, seconds: float = 2.0) -> bool:
        """Whether the server says that it serves (gRPC health checking protocol)."""
        try:
            reply = health_pb2.HealthCheckResponse.FromString(await self._health(b"", timeout=seconds))
        except grpc.aio.AioRpcError:
            return False
        return bool(reply.status == health_pb2.HealthCheckResponse.SERVING)

    async def close(self) -> None:
        """Closes the channels; calls in progress are cancelled."""
        for channel in self._channels:
            await channel.close(grace=None)
