"""What travels between an adapter and its simulator: `with recording(simulator.url) as wire`, then call `wire.url`."""

from adapters.kit.recording import Recording, recording

__all__ = ["Recording", "recording"]
