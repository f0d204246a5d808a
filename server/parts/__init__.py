"""What server and worker processes have in common, put together once per process."""

from server.parts.chores import chores, stopping_consents
from server.parts.observing import observing
from server.parts.whole import Parts, build

__all__ = ["Parts", "build", "chores", "observing", "stopping_consents"]
