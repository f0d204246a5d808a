"""How long calls take, counted in bands that grow with the duration, so that a quantile is right to within a fifth.

Rule: counts of the same bands can be added, whoever counted them.
"""

from bisect import bisect_left
from collections.abc import Sequence

# From 1 ms to some 90 s, each 1.41 times the one before; the last band has no upper end.
BOUNDS = tuple(0.001 * 2 ** (step / 2) for step in range(34))
BANDS = len(BOUNDS) + 1


def band(seconds: float) -> int:
    """The number of the band that a duration falls into."""
    return bisect_left(BOUNDS, seconds)


def quantile(counts: Sequence[int], share: float) -> float | None:
    """How long that share of the calls took at most, in seconds; None where there were none."""
    total = sum(counts)
    if not total:
        return None
    wanted, below = share * total, 0
    for number, count in enumerate(counts):
        if count and below + count >= wanted:
            high = BOUNDS[min(number, len(BOUNDS) - 1)]
            low = BOUNDS[number - 1] if number else 0.0
            return low + (high - low) * (wanted - below) / count
        below += count
    return BOUNDS[-1]
