"""Time. Everything that needs the time asks a clock, so that a sandbox can move it."""

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Where the time comes from."""

    def now(self) -> datetime:
        """The time, in UTC."""
        ...


class SystemClock:
    """The machine's time."""

    def now(self) -> datetime:
        """The time, in UTC."""
        return datetime.now(UTC)


def monotonic() -> float:
    """Seconds that only ever grow, for measuring how long something takes."""
    return time.monotonic()


def epoch() -> float:
    """Seconds since 1970 by the machine's time, where a datetime would cost too much."""
    return time.time()
