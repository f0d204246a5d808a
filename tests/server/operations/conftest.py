"""Fixtures for what people do with stuck things: a server, a worker, and a company on them for each test."""

from tests.server.flows.fixtures import bridge, busy, flow

__all__ = ["bridge", "busy", "flow"]
