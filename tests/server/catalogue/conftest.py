"""A server with a worker for tests in which something is sent."""

from tests.server.flows.fixtures import busy

__all__ = ["busy"]
