"""Calls over gRPC, sync and asyncio, by grpcio (the extra `grpc`).

Rule: the library retries nothing by itself; what is repeated, and under which key, is decided in one place.
"""

from pathlib import Path
from typing import Any

try:
    import grpc
except ImportError as missing:
    raise ImportError("grpc:// and grpcs:// need grpcio: install corridor-client[grpc].") from missing

from corridor_client_runtime.attempts import Answer, Attempt
from corridor_client_runtime.refusals import Refusal, from_status
from corridor_client_runtime.rest import USER_AGENT
from corridor_client_runtime.settings import Settings

_OPTIONS = (("grpc.primary_user_agent", USER_AGENT), ("grpc.enable_retries", 0))
# A proxy that the environment names would read what is in plain text.
_PLAIN = (*_OPTIONS, ("grpc.enable_http_proxy", 0))


class Rpc:
    """A transport over one channel."""

    def __init__(self, settings: Settings) -> None:
        target = settings.address.target
        if settings.address.tls:
            self._channel = grpc.secure_channel(target, _credentials(settings), _OPTIONS)
        else:
            self._channel = grpc.insecure_channel(target, _PLAIN)

    def send(self, attempt: Attempt) -> Answer:
        """One call. Raises Refusal."""
        call = self._channel.unary_unary(attempt.method.path, bytes, attempt.method.response.parse)
        try:
            message, ended = call.with_call(
                attempt.message, timeout=attempt.seconds, metadata=tuple(attempt.headers.items())
            )
        except grpc.RpcError as error:
            raise _refusal(error) from None
        return Answer(message, _headers(ended))

    def close(self) -> None:
        """Let go of the connection."""
        self._channel.close()


class AsyncRpc:
    """The same for asyncio. The channel belongs to the loop of the first call."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._channel: Any = None

    async def send(self, attempt: Attempt) -> Answer:
        """One call. Raises Refusal."""
        if self._channel is None:
            self._channel = self._connected()
        call = self._channel.unary_unary(attempt.method.path, bytes, attempt.method.response.parse)(
            attempt.message, timeout=attempt.seconds, metadata=tuple(attempt.headers.items())
        )
        try:
            message = await call
        except grpc.aio.AioRpcError as error:
            raise _refusal(error) from None
        return Answer(message, {**_texts(await call.initial_metadata()), **_texts(await call.trailing_metadata())})

    async def close(self) -> None:
        """Let go of the connection."""
        if self._channel is not None:
            await self._channel.close()

    def _connected(self) -> Any:
        address = self._settings.address
        if address.tls:
            return grpc.aio.secure_channel(address.target, _credentials(self._settings), _OPTIONS)
        return grpc.aio.insecure_channel(address.target, _PLAIN)


def _credentials(settings: Settings) -> grpc.ChannelCredentials:
    tls = settings.tls
    return grpc.ssl_channel_credentials(_read(tls.ca_file), _read(tls.key_file), _read(tls.certificate_file))


def _read(path: str) -> bytes | None:
    return Path(path).read_bytes() if path else None


def _headers(call: Any) -> dict[str, str]:
    return {**_texts(call.initial_metadata()), **_texts(call.trailing_metadata())}


def _texts(metadata: Any) -> dict[str, str]:
    return {name: value for name, value in metadata or () if isinstance(value, str)}


def _refusal(error: Any) -> Refusal:
    trailers = list(error.trailing_metadata() or ())
    details = next((value for name, value in trailers if name == "grpc-status-details-bin"), None)
    return from_status(error.code().value[0], error.details() or "", details, _texts(trailers))
