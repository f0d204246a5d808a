"""Fixtures for shadows: a server with a worker, and a new company for each test."""

from tests.server.flows.fixtures import bridge, busy, flow

__all__ = ["bridge", "busy", "flow"]
