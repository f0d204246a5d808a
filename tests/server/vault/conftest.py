"""Fixtures of payouts that go all the way; they live with the flows."""

from tests.server.flows.fixtures import bridge, busy, flow

__all__ = ["bridge", "busy", "flow"]
