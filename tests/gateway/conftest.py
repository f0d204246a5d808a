"""Fixtures of the gateway's tests; they live in `scripted`."""

from tests.gateway.scripted import contract, gateway, http, shared_gateway, start, upstream, upstream_server

__all__ = ["contract", "gateway", "http", "shared_gateway", "start", "upstream", "upstream_server"]
