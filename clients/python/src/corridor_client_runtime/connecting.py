"""`connect` and `connect_async`: from an address and a credential to a client.

Rule: whatever is wrong with what was given is said here, before the first call.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from corridor_client_runtime.credentials import ApiKey, ClientCredentials, Credential, Tokens
from corridor_client_runtime.settings import Address, CallInfo, Deprecation, Settings, Tls, address, check_token_url

if TYPE_CHECKING:
    from corridor_client.client import AsyncClient, Client


def connect(
    url: str,
    *,
    api_key: str = "",
    credentials: ClientCredentials | None = None,
    timeout_seconds: float | None = None,
    retries: int = 3,
    headers: Mapping[str, str] | None = None,
    tls: Tls | None = None,
    allow_plaintext: bool = False,
    on_call: Callable[[CallInfo], None] | None = None,
    on_deprecation: Callable[[Deprecation], None] | None = None,
) -> "Client":
    """A client for programs without asyncio; threads can share it. Nothing is sent before the first call.

    `url` is `https://HOST` for REST through the gateway, or `grpcs://HOST:PORT` for gRPC (the extra `grpc`).
    `timeout_seconds` is for a call with all its attempts; unset, it is four times the method's own deadline.
    `retries` is how often a call that may be repeated is repeated; 0 means never.
    """
    from corridor_client.client import Client
    from corridor_client_runtime.caller import Caller

    settings = _settings(url, timeout_seconds, retries, headers, tls, allow_plaintext, on_call, on_deprecation)
    return Client(Caller(settings, _credential(api_key, credentials, settings.address, allow_plaintext)))


def connect_async(
    url: str,
    *,
    api_key: str = "",
    credentials: ClientCredentials | None = None,
    timeout_seconds: float | None = None,
    retries: int = 3,
    headers: Mapping[str, str] | None = None,
    tls: Tls | None = None,
    allow_plaintext: bool = False,
    on_call: Callable[[CallInfo], None] | None = None,
    on_deprecation: Callable[[Deprecation], None] | None = None,
) -> "AsyncClient":
    """As `connect`, for asyncio: every call is awaited. A client belongs to one event loop."""
    from corridor_client.client import AsyncClient
    from corridor_client_runtime.caller import AsyncCaller

    settings = _settings(url, timeout_seconds, retries, headers, tls, allow_plaintext, on_call, on_deprecation)
    return AsyncClient(AsyncCaller(settings, _credential(api_key, credentials, settings.address, allow_plaintext)))


def _settings(
    url: str,
    timeout_seconds: float | None,
    retries: int,
    headers: Mapping[str, str] | None,
    tls: Tls | None,
    allow_plaintext: bool,
    on_call: Callable[[CallInfo], None] | None,
    on_deprecation: Callable[[Deprecation], None] | None,
) -> Settings:
    if timeout_seconds is not None and timeout_seconds <= 0:
        raise ValueError("timeout_seconds must be above 0.")
    if retries < 0:
        raise ValueError("retries must be 0 or more.")
    where = address(url, allow_plaintext)
    return Settings(where, tls or Tls(), timeout_seconds, retries, dict(headers or {}), on_call, on_deprecation)


def _credential(
    api_key: str, credentials: ClientCredentials | None, where: Address, allow_plaintext: bool
) -> Credential:
    if bool(api_key) == (credentials is not None):
        raise ValueError("Give one credential: api_key, or credentials of an OAuth client.")
    if credentials is not None:
        tokens = Tokens(credentials, "" if where.grpc else f"{where.url}/oauth/token")
        check_token_url(tokens.url, allow_plaintext)
        return tokens
    if not api_key.isascii() or not api_key.isprintable() or " " in api_key:
        raise ValueError("This is no API key: it has characters that no key has.")
    return ApiKey(api_key)
