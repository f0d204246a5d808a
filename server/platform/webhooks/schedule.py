"""When a delivery is tried again. Never earlier than the endpoint asks for, and not for ever."""

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a delivery is tried again, and when an endpoint is held to be dead: usually 8 tries in 26.6 hours."""

    gaps_seconds: tuple[float, ...] = (5, 60, 300, 1800, 2 * 3600, 8 * 3600, 16 * 3600)
    jitter: float = 0.1  # up to so much longer, never shorter
    retry_after_at_most_seconds: float = 6 * 3600
    pause_after_seconds: float = 24 * 3600

    def after(self, tries: int, retry_after_seconds: float | None) -> float | None:
        """How long to wait after so many failed tries; None when that was the last. Never earlier than asked for."""
        if tries > len(self.gaps_seconds):
            return None
        gap = self.gaps_seconds[tries - 1] * (1 + random.uniform(0, self.jitter))  # noqa: S311 - spreads load
        return max(gap, min(retry_after_seconds or 0.0, self.retry_after_at_most_seconds))
