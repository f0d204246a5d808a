"""Corridor's client: `connect(url, api_key=…)`, and `connect_async` for asyncio. Written by `corridor gen` from the contract; never edited."""

from corridor_client import errors, webhooks
from corridor_client_runtime import VERSION as __version__
from corridor_client_runtime.connecting import connect, connect_async
from corridor_client_runtime.credentials import ClientCredentials
from corridor_client_runtime.settings import CallInfo, Deprecation, Tls

__all__ = [
    "CallInfo",
    "ClientCredentials",
    "Deprecation",
    "Tls",
    "__version__",
    "connect",
    "connect_async",
    "errors",
    "webhooks",
]
