"""Counts what callers use. A call pays for putting itself into a queue; a thread adds up and writes every few seconds.

A crash loses what its process had not written yet; what could not be written is kept, and written again.
"""

import functools
import itertools
import threading
from collections import deque
from collections.abc import Collection
from datetime import date
from typing import Any, NamedTuple

import psycopg
import structlog
from google.protobuf.message import Message

from server.kit import clock, stability
from server.kit.clock import Clock
from server.kit.context import Caller
from server.kit.errors import Failure
from server.platform.usage import repository
from server.platform.usage.repository import CALL, SENT, Count, Key
from server.store.engine import Store

_log = structlog.get_logger("corridor.usage")

SAMPLED_ONE_IN = 64  # calls, besides the first of a caller and method in each stretch
_STRETCH_SECONDS = 60.0
_WRITE_SECONDS = 5.0
_KEYS_AT_MOST = 100_000  # while the database is away: some 50 MB
_ROWS_AT_ONCE = 5_000


class Use(NamedTuple):
    """What is known of some calls, mostly one; none where the call itself is counted by somebody else."""

    caller: Caller
    path: str
    sampled: Collection[str] | None = None  # the fields that its request sets, where that was looked at
    exact: Collection[tuple[str, int]] = ()  # deprecated fields, with their direction
    calls: int = 1


class Uses:
    """Takes note of calls; adds them up and writes them in the background.

    `exact` are the names of fields that end: they are noted in every call, by who looks after them.
    """

    def __init__(self, store: Store, machine_clock: Clock, exact: Collection[str] = ()) -> None:
        self._store = store
        self._clock = machine_clock
        self._exact = frozenset(exact)
        # Appended to and taken from by single steps of the interpreter: they need no lock.
        self._plain: deque[tuple[Caller, str]] = deque()
        self._made: deque[Use] = deque()
        self._seen: set[tuple[str, str]] = set()
        self._turn = itertools.count(1)
        self._stretch = clock.monotonic()
        self._counts: dict[Key, Count] = {}
        self._lost = 0
        self._writing = threading.Lock()
        self._starting = threading.Lock()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def call(self, caller: Caller, path: str, request: Message) -> None:
        """Count a call. In the first of each stretch, and in one of 64, look which fields its request sets."""
        key = caller.caller_id, path
        if key in self._seen and next(self._turn) % SAMPLED_ONE_IN:
            self._plain.append((caller, path))
        else:
            self._seen.add(key)
            self._made.append(Use(caller, path, stability.names_set(request) - self._exact))
        if self._thread is None:
            self._start()

    def note(self, use: Use) -> None:
        """Count what is known of a call."""
        self._made.append(use)
        if self._thread is None:
            self._start()

    @property
    def waiting(self) -> int:
        """How many counts could not be written yet."""
        return len(self._counts)

    def flush(self) -> None:
        """Write what was counted. What cannot be written now is kept."""
        with self._writing:
            self._add_up(stability.today(self._clock))
            try:
                self._write()
            except (Failure, psycopg.Error) as error:
                _log.warning("usage_not_written", error=type(error).__name__, rows=len(self._counts))

    def close(self) -> None:
        """Write what is left, and end."""
        self._closing.set()
        if self._thread is not None:
            self._thread.join()
        self.flush()

    def _start(self) -> None:
        with self._starting:
            if self._thread is None and not self._closing.is_set():
                self._thread = threading.Thread(target=self._run, name="usage", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while not self._closing.wait(_WRITE_SECONDS):
            try:
                self.flush()
            except Exception:  # whatever it is, the thread must go on: without it the queue only ever grows
                _log.exception("usage_not_written")
            if clock.monotonic() - self._stretch >= _STRETCH_SECONDS:
                self._stretch = clock.monotonic()
                self._seen = set()

    def _add_up(self, day: date) -> None:
        plain: dict[tuple[int, str], list[Any]] = {}  # most calls are of few callers: those are added up first
        for _ in range(len(self._plain)):
            caller, path = self._plain.popleft()
            found = plain.get((id(caller), path))
            if found is None:
                plain[id(caller), path] = [caller, 1]  # it is kept, so that no other gets its identity
            else:
                found[1] += 1
        made = [Use(caller, path, calls=count) for (_, path), (caller, count) in plain.items()]
        made += [self._made.popleft() for _ in range(len(self._made))]
        for use in made:
            self._add_use(use, day)
        if self._lost:
            _log.error("usage_lost", counts=self._lost)
            self._lost = 0

    def _add_use(self, use: Use, day: date) -> None:
        caller = use.caller
        who = (caller.company_id, int(caller.environment), method_name(use.path))
        whose = (caller.kind, caller.caller_id, day)
        if use.calls:
            self._add(Key(*who, "", CALL, *whose), use.calls, int(use.sampled is not None))
        for field in use.sampled or ():
            self._add(Key(*who, field, SENT, *whose), 1, 0)
        for field, direction in use.exact:
            self._add(Key(*who, field, direction, *whose), 1, 0)

    def _add(self, key: Key, calls: int, sampled: int) -> None:
        found = self._counts.get(key)
        if found is not None:
            found.calls += calls
            found.sampled += sampled
        elif len(self._counts) < _KEYS_AT_MOST:
            self._counts[key] = Count(calls, sampled)
        else:
            self._lost += calls

    def _write(self) -> None:
        while self._counts:
            rows = dict(itertools.islice(self._counts.items(), _ROWS_AT_ONCE))
            with self._store.anyone() as connection:
                repository.add(connection, rows)
            for key in rows:
                del self._counts[key]


@functools.cache
def method_name(path: str) -> str:
    """The full name of a method, by its path on the wire."""
    return path[1:].replace("/", ".")
