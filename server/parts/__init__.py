"""What server and worker processes have in common, put together once per process."""

from server.parts.chores import chores, stopping_consents
from server.parts.whole import Parts, build, observing

__all__ = ["Parts", "build", "chores", "observing", "stopping_consents"]
