"""Consents are tried on the stage of flows: vendors over real HTTP, round a server and a worker."""

from tests.server.flows.fixtures import bridge, busy, flow

__all__ = ["bridge", "busy", "flow"]
