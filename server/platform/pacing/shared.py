"""The limits that all processes share, in PostgreSQL: what is taken from them, and what is told to them.

Rule: a database that is away stops nobody here: a call cannot begin without it anyway.
"""

import psycopg
import structlog

from server.kit.errors import Failure
from server.platform.pacing.accounts import Taken, Tally
from server.store.engine import Store

_log = structlog.get_logger("corridor.pacing")

_PACE = """
SELECT granted, calls_left, call_limit, wait_seconds, window_number, window_seconds, ends_seconds, told
FROM corridor.pace_calls(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
_NOW = "SELECT bucket, calls_left, wait_seconds FROM corridor.provider_limits_now(%s)"
_FORGET = "SELECT corridor.forget_provider_limits(%s)"
_FORGET_AT_ONCE = 5_000


class Shared:
    """The shared limits."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def pace(
        self, bucket: str, wanted: int, acts: bool, guess: float, number: int, tally: Tally, now: float, observed: float
    ) -> Taken | None:
        """Tell what became of calls of a window, and take some. None: nothing is known, or nobody answers."""
        reset = None if tally.reset_at is None else max(0.0, tally.reset_at - now)
        stop = None if tally.stop_at is None else max(0.0, tally.stop_at - now)
        values = (
            bucket, wanted, acts, guess, number, tally.ended, tally.uncounted, tally.late, tally.returned,
            tally.limit, tally.left, reset, tally.window_seconds, tally.refused, stop, observed,
        )  # fmt: skip
        try:
            with self._store.anyone() as connection:
                row = connection.execute(_PACE, values).fetchone()
        except (Failure, psycopg.Error) as error:
            _log.warning("limits_not_shared", error=type(error).__name__)
            return None
        return Taken(*row) if row else None

    def now(self, buckets: list[str]) -> dict[str, tuple[int, float]]:
        """Of those of which limits are known: how many calls are left, and in how many seconds there is one."""
        try:
            with self._store.anyone() as connection:
                rows = connection.execute(_NOW, (buckets,)).fetchall()
        except (Failure, psycopg.Error) as error:
            _log.warning("limits_not_read", error=type(error).__name__)
            return {}
        return {bucket: (left, wait) for bucket, left, wait in rows}


def forget(store: Store) -> None:
    """Forget accounts that nobody calls any more."""
    with store.anyone() as connection:
        while (row := connection.execute(_FORGET, (_FORGET_AT_ONCE,)).fetchone()) and row[0] == _FORGET_AT_ONCE:
            pass
