"""What follows from how a breaker stands, rule by rule; nothing here does I/O."""

import pytest

from server.platform.health import bands
from server.platform.health.rules import (
    CLOSED,
    HALF_OPEN,
    OPEN,
    RECOVERING,
    Counted,
    Rules,
    Standing,
    following,
    moved,
    with_counted,
)

RULES = Rules()


def state_after(seen: Standing) -> tuple[int, int] | None:
    """The state and share that follow; None where nothing does."""
    move = following(seen, RULES)
    return (move.state, move.share) if move else None


@pytest.mark.parametrize(
    ("seen", "follows"),
    [
        (Standing(in_row=4), None),
        (Standing(in_row=5), (OPEN, 0)),
        (Standing(window_calls=9, window_failures=9, in_row=4), None),
        (Standing(window_calls=10, window_failures=4), None),
        (Standing(window_calls=10, window_failures=5), (OPEN, 0)),
        (Standing(OPEN, 1, 1, in_row=9), None),
        (Standing(HALF_OPEN, 2, 1), None),
        (Standing(HALF_OPEN, 2, 1, successes=1), (RECOVERING, 5)),
        (Standing(HALF_OPEN, 2, 1, in_row=1), (OPEN, 0)),
        (Standing(RECOVERING, 3, 1, 5, successes=4), None),
        (Standing(RECOVERING, 3, 1, 5, successes=5), (RECOVERING, 25)),
        (Standing(RECOVERING, 4, 1, 25, successes=5), (RECOVERING, 50)),
        (Standing(RECOVERING, 5, 1, 50, successes=5), (CLOSED, 100)),
        (Standing(RECOVERING, 3, 1, 5, since_seconds=60), None),
        (Standing(RECOVERING, 3, 1, 5, since_seconds=20, successes=1), (RECOVERING, 25)),
        (Standing(RECOVERING, 3, 1, 5, successes=9, in_row=1), (OPEN, 0)),
    ],
)
def test_what_follows(seen: Standing, follows: tuple[int, int] | None) -> None:
    assert follows == state_after(seen)


def test_it_opens_for_twice_as_long_each_time_and_never_longer_than_the_most() -> None:
    seconds = []
    for openings in range(12):
        move = following(Standing(HALF_OPEN, 9, openings, in_row=1), RULES)
        assert move is not None
        seconds.append(move.probe_seconds)

    assert all(0.9 * expected <= found <= 1.1 * expected for found, expected in zip(
        seconds, [5, 10, 20, 40, 80, 160, 300, 300, 300, 300, 300, 300], strict=True))  # fmt: skip


def test_a_closing_forgets_how_often_it_opened() -> None:
    move = following(Standing(RECOVERING, 5, 7, 50, successes=5), RULES)

    assert move is not None
    assert Standing(CLOSED, 6, 0, 100) == moved(Standing(RECOVERING, 5, 7, 50), move)


def test_failures_since_the_last_success_make_the_row() -> None:
    counted = Counted()
    for failed in (True, True, False, True):
        counted.count(failed=failed)

    assert 1 == with_counted(Standing(in_row=4), counted).in_row
    assert (4, 3) == (counted.calls, counted.failures)


@pytest.mark.parametrize("seconds", [0.0004, 0.003, 0.05, 0.7, 9.0, 60.0])
def test_a_quantile_is_right_to_within_a_fifth(seconds: float) -> None:
    counts = [0] * bands.BANDS
    for _ in range(1000):
        counts[bands.band(seconds)] += 1
    found = bands.quantile(counts, 0.5)

    assert found is not None
    assert abs(found - seconds) <= max(0.2 * seconds, 0.0005)


def test_of_no_calls_there_is_no_quantile() -> None:
    assert bands.quantile([0] * bands.BANDS, 0.5) is None
