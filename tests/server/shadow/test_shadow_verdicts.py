"""When parity looks good enough to raise an exposure. Pure tables."""

import pytest

from corridor.routing.v1 import shadow_comparison_pb2 as comparing
from corridor.routing.v1.shadow_comparison_pb2 import ShadowClassCount, ShadowParity
from server.platform.shadow.compare import COST, FORMAT, INCOMPARABLE, NONE, OUTCOME, TIMING
from server.platform.shadow.parity import judge

READY = comparing.SHADOW_VERDICT_READY
LOOK = comparing.SHADOW_VERDICT_LOOK
NOT_READY = comparing.SHADOW_VERDICT_NOT_READY
TOO_FEW = comparing.SHADOW_VERDICT_TOO_FEW


def judged(counts: dict[int, int]) -> ShadowParity:
    made = ShadowParity(
        classes=[ShadowClassCount(difference_class=kind, count=count) for kind, count in counts.items()]  # type: ignore[arg-type] # classes
    )
    judge(made)
    return made


@pytest.mark.parametrize(
    ("counts", "verdict"),
    [
        ({}, TOO_FEW),
        ({NONE: 99}, TOO_FEW),
        ({NONE: 100}, READY),
        ({NONE: 50, FORMAT: 50}, READY),
        ({NONE: 99, TIMING: 1}, READY),
        ({NONE: 98, TIMING: 1, COST: 1}, LOOK),
        ({NONE: 10_000, OUTCOME: 1}, NOT_READY),
        ({OUTCOME: 1}, NOT_READY),
        ({NONE: 100, INCOMPARABLE: 25}, READY),
        ({NONE: 100, INCOMPARABLE: 26}, LOOK),
        ({INCOMPARABLE: 500}, TOO_FEW),
    ],
)
def test_the_verdict_follows_from_the_counts(counts: dict[int, int], verdict: int) -> None:
    made = judged(counts)

    assert verdict == made.verdict
    assert made.verdict_text.endswith(".")


def test_what_could_not_be_told_counts_neither_for_nor_against() -> None:
    made = judged({NONE: 3, FORMAT: 1, COST: 1, INCOMPARABLE: 5})

    assert (10, 4, 8_000) == (made.compared_count, made.same_count, made.parity_basis_points)
