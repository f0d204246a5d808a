"""Fixtures of the portal's tests: a gateway that serves the committed pages, and what is written in them."""

import pytest

from gateway.portal import site
from tests.gateway.scripted import contract, gateway, http, shared_gateway, start, upstream, upstream_server
from tests.portal.reading import Read, read

__all__ = ["contract", "gateway", "http", "shared_gateway", "start", "upstream", "upstream_server"]


@pytest.fixture(scope="session")
def pages() -> dict[str, Read]:
    """Every page by its address, as a parser of HTML reads it."""
    return {path: page for path, page in read(site()) if path != "/docs/404"}
