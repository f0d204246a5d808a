"""Token buckets that all processes share, through PostgreSQL and in batches.

A process takes calls out of a shared bucket ahead and gives them out from memory. What it has not given out after a
second lapses, so that together processes never give out more than the allowance; a busy caller costs a look-up.
"""

import threading
from collections import OrderedDict
from collections.abc import Hashable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

import psycopg
import structlog

from server.kit import clock
from server.kit.allowances import Allowance
from server.kit.errors import Failure
from server.store.engine import Connection, Store

_log = structlog.get_logger("corridor.limits")

_TAKE = """
SELECT t.taken, t.calls_left, t.wait_seconds
FROM unnest(%s::text[], %s::integer[], %s::integer[], %s::double precision[])
    WITH ORDINALITY AS w (bucket, wanted, calls, seconds, number),
    LATERAL corridor.take_calls(w.bucket, w.wanted, w.calls, w.seconds) AS t
ORDER BY w.number
"""
_FORGET = "SELECT corridor.forget_buckets(%s)"
_FORGET_AT_ONCE = 5_000
_BUCKETS_AT_MOST = 100_000
_LEASE_SECONDS = 1.0
_AWAY_SECONDS = 1.0  # how long the database is left alone after it did not answer

Key = tuple[Hashable, ...]


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of an allowance after a call was counted, or refused."""

    allowance: Allowance
    calls: int
    wait_seconds: float  # until there is a call again; 0 while there are any


class _Bucket:
    """What this process knows and holds of one bucket."""

    __slots__ = ("allowance", "batch", "empty_until", "full_time", "held", "lease_end", "shared_left")

    def __init__(self, allowance: Allowance) -> None:
        self.allowance = allowance
        self.held = 0  # taken ahead, not yet given out
        self.batch = 0
        self.lease_end = 0.0
        self.shared_left = allowance.calls
        self.empty_until = 0.0
        self.full_time = 0.0  # of the bucket of this process alone, for when the database is away

    def left(self, now: float) -> Left:
        calls = self.held + self.shared_left
        return Left(self.allowance, calls, 0.0 if calls else max(self.empty_until - now, 0.0))


class Buckets:
    """The buckets of every caller, company and address."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: OrderedDict[Key, _Bucket] = OrderedDict()
        self._lock = threading.Lock()
        self._away_until = 0.0

    def take(
        self, wanted: Sequence[tuple[Key, Allowance]], tenant: tuple[str, int] | None = None
    ) -> tuple[bool, list[Left]]:
        """Count one call in every bucket, or in none; whether it was counted, and what is left.

        `tenant` is whose call it is, so that the connection need not be bound anew for what follows.
        """
        now = clock.monotonic()
        short: list[tuple[Key, _Bucket]] = []
        with self._lock:
            found = [(key, self._bucket(key, allowance)) for key, allowance in wanted]
            if any(bucket.held <= 0 and now < bucket.empty_until for _, bucket in found):
                return False, [bucket.left(now) for _, bucket in found]
            for key, bucket in found:
                if bucket.held > 0 and now < bucket.lease_end:
                    bucket.held -= 1
                else:
                    short.append((key, bucket))
        counted = self._refill(short, now, tenant) if short else set()
        with self._lock:
            done = len(counted) == len(short)
            if not done:  # what was counted in the others goes back
                for each in found:
                    each[1].held += each not in short or each[0] in counted
            return done, [bucket.left(now) for _, bucket in found]

    def wait_seconds(self, key: Key) -> float:
        """How long a bucket is known to be empty; 0 if it is not."""
        bucket = self._known.get(key)
        if bucket is None or bucket.held > 0:
            return 0.0
        return max(bucket.empty_until - clock.monotonic(), 0.0)

    def _bucket(self, key: Key, allowance: Allowance) -> _Bucket:
        bucket = self._known.get(key)
        if bucket is None or bucket.allowance != allowance:
            bucket = self._known[key] = _Bucket(allowance)
            if len(self._known) > _BUCKETS_AT_MOST:
                self._known.popitem(last=False)
        return bucket

    def _refill(self, short: list[tuple[Key, _Bucket]], now: float, tenant: tuple[str, int] | None) -> set[Key]:
        """Take from the shared buckets, one for the call and some ahead; the keys in which the call was counted."""
        with self._lock:
            for key, bucket in short:
                busy = bucket.held <= 0 and now < bucket.lease_end
                # Twice as many for who used up the last ones in time, one for everybody else: so what lapses is
                # never more than what was used just before.
                bucket.batch = min(max(1, bucket.batch * 2), max(1, bucket.allowance.calls // 100)) if busy else 1
                if key in self._known:
                    self._known.move_to_end(key)
        rows = self._ask(short, now, tenant)
        counted = set()
        with self._lock:
            for (key, bucket), (taken, left, wait) in zip(short, rows, strict=True):
                if now >= bucket.lease_end:
                    bucket.held = 0
                if taken:
                    counted.add(key)
                    bucket.held += taken - 1
                    bucket.lease_end = now + _LEASE_SECONDS
                bucket.shared_left = left
                bucket.empty_until = 0.0 if left else now + wait
        return counted

    def _ask(
        self, short: list[tuple[Key, _Bucket]], now: float, tenant: tuple[str, int] | None
    ) -> list[tuple[int, int, float]]:
        if now < self._away_until:
            return [_alone(bucket, now) for _, bucket in short]
        values = (
            ["/".join(map(str, key)) for key, _ in short],
            [bucket.batch for _, bucket in short],
            [bucket.allowance.calls for _, bucket in short],
            [float(bucket.allowance.seconds) for _, bucket in short],
        )
        try:
            with self._connection(tenant) as connection:
                return connection.execute(_TAKE, values).fetchall()
        except (Failure, psycopg.Error) as error:
            self._away_until = now + _AWAY_SECONDS
            _log.warning("limits_not_shared", error=type(error).__name__)
            return [_alone(bucket, now) for _, bucket in short]

    def _connection(self, tenant: tuple[str, int] | None) -> AbstractContextManager[Connection]:
        return self._store.of(*tenant) if tenant else self._store.anyone()


def _alone(bucket: _Bucket, now: float) -> tuple[int, int, float]:
    """What the bucket gives when this process counts alone, as corridor.take_calls does for all."""
    calls, seconds = bucket.allowance.calls, float(bucket.allowance.seconds)
    if calls <= 0:
        return 0, 0, seconds
    each = seconds / calls
    full = min(max(bucket.full_time, now), now + seconds)
    room = int((now + seconds - full) / each + 1e-6)
    taken = min(1, room)
    bucket.full_time = full + taken * each
    left = room - taken
    return taken, left, 0.0 if left else max(bucket.full_time + each - now - seconds, each / 1000)


def forget(store: Store) -> None:
    """Remove buckets that are full again, of everybody who calls no more."""
    with store.anyone() as connection:
        while (row := connection.execute(_FORGET, (_FORGET_AT_ONCE,)).fetchone()) and row[0] == _FORGET_AT_ONCE:
            pass
