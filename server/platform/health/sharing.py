"""Keeps what this process knows of breakers in step with PostgreSQL, in a thread of its own.

Rule: one round trip tells what was counted and reads how everything in use stands, several times a second and at once
after a failure. While PostgreSQL is away the process goes on by its own counts.
"""

import json
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
import structlog
from psycopg.rows import TupleRow

from server.kit import clock
from server.platform.health.breakers import Breakers, Known, Tally, Use
from server.platform.health.rules import Counted, Standing, following
from server.platform.health.words import Words
from server.store.engine import ALIVE, Store

_log = structlog.get_logger("corridor.health")

_REPORT = "SELECT * FROM corridor.report_health(%s, %s)"
_MOVE = "SELECT corridor.move_breaker(%s, %s, %s::smallint, %s, %s::smallint, %s, %s)"
_PROBE = "SELECT * FROM corridor.probe_breaker(%s, %s)"
_FIGURES = "SELECT * FROM corridor.health_figures(%s, 10, 6)"

_EVERY_SECONDS = 0.25
_IDLE_EVERY_SECONDS = 2.0
_IDLE_AFTER_SECONDS = 5.0
_LEAST_SECONDS = 0.02  # between two reports, however much fails
_FIGURES_EVERY_SECONDS = 1.0
_FORGET_EVERY_SECONDS = 60.0
_AWAY_SECONDS = 1.0
_STATEMENT_MS = 2_000


Taken = Sequence[tuple[Known, Mapping[int, Counted], Tally | None]]
"""Breakers, with what was counted of each by its revisions, and as it is told."""


class Sharing:
    """Reports and reads in the background, from its first use on."""

    def __init__(self, store: Store, breakers: Breakers, words: Words) -> None:
        self._url = store.url
        self._breakers = breakers
        self._words = words
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._lock = threading.Lock()
        self._database = threading.Lock()
        self._connection: psycopg.Connection[TupleRow] | None = None
        self._thread: threading.Thread | None = None
        self._away_until = 0.0
        self._used_at = 0.0
        self.changes: Counter[tuple[str, str, str, int]] = Counter()
        self._next = {"figures": 0.0, "forget": clock.monotonic() + _FORGET_EVERY_SECONDS}

    def used(self, now: float | None = None, *, at_once: bool = False) -> None:
        """Something was called or decided. `at_once`: what was counted must be told now.

        `now` is by clock.monotonic(), from whoever has just looked.
        """
        if now is None:
            now = clock.monotonic()
        was_idle = now - self._used_at > _IDLE_AFTER_SECONDS
        self._used_at = now
        if self._thread is None:
            self._start()
        if at_once or was_idle:
            self._wake.set()

    def probe(self, known: Known) -> bool:
        """Whether this process may make the one call that shows whether the provider works again."""
        values = (known.digest, self._breakers.rules.probe_lease_seconds)
        try:
            with self._database:
                row = self._session().execute(_PROBE, values).fetchone()
                if row is not None:
                    self._take_in(known, row[1:])
        except psycopg.Error as error:
            self._is_away(error)
            self._breakers.probing_alone(known)
            return True
        if row is None:  # it was forgotten meanwhile: then it is closed
            known.stands(Standing(), clock.monotonic())
            return True
        return bool(row[0])

    def step(self) -> None:
        """Tell and read once, now."""
        taken, uses = self._breakers.taken(), self._breakers.untold()
        if not taken and not uses:
            return
        with self._database:
            try:
                stands = self._told(taken, uses)
            except psycopg.Error as error:
                self._is_away(error)
                self._breakers.put_back(taken, uses)
                return
            try:
                self._take_in_all(taken, stands)
            except psycopg.Error as error:  # what was told is told; what follows from it is seen at the next reading
                self._is_away(error)

    def close(self) -> None:
        """Tell what was counted last, and stop."""
        self._closing.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
            self.step()
        if self._connection is not None:
            self._connection.close()

    def _start(self) -> None:
        with self._lock:
            if self._thread is None and not self._closing.is_set():
                self._thread = threading.Thread(target=self._run, name="health", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while not self._closing.is_set():
            try:
                self.step()
                self._look_after()
            except Exception:  # whatever it is, this thread must go on: without it nothing is shared any more
                _log.exception("health_failed")
            idle = clock.monotonic() - self._used_at > _IDLE_AFTER_SECONDS
            self._closing.wait(_LEAST_SECONDS)
            self._wake.wait(_IDLE_EVERY_SECONDS if idle else _EVERY_SECONDS)
            self._wake.clear()

    def _told(self, taken: Taken, uses: list[Use]) -> Mapping[str, TupleRow]:
        """Tell what was counted; how everything in use stands, by digest."""
        if clock.monotonic() < self._away_until:
            raise psycopg.OperationalError
        values = (json.dumps([_report(*each) for each in taken]), json.dumps([_use(use) for use in uses]))
        return {row[0]: row for row in self._session().execute(_REPORT, values).fetchall()}

    def _take_in_all(self, taken: Taken, stands: Mapping[str, TupleRow]) -> None:
        now = clock.monotonic()
        for known, _, _ in taken:
            if row := stands.get(known.digest):
                self._take_in(known, row)
            elif not known.read_at or known.standing.revision:  # nobody has called it; or it was forgotten
                known.stands(Standing(), now)
            else:
                known.read_at = now

    def _take_in(self, known: Known, row: Sequence[Any]) -> None:
        """Take in how a breaker stands, and what follows from it."""
        standing = Standing(*row[1:])
        move = following(standing, self._breakers.rules)
        if move is None:
            self._stands(known, standing)
            return
        values = (
            known.digest, standing.revision, move.state, move.openings, move.share, move.probe_seconds, move.why,
        )  # fmt: skip
        session = self._session()
        session.execute(_MOVE, values)
        found = session.execute("SELECT * FROM corridor.breaker_standing(%s)", ([known.digest],)).fetchone()
        if found:
            self._stands(known, Standing(*found[1:]))

    def _stands(self, known: Known, standing: Standing) -> None:
        before = known.standing
        known.stands(standing, clock.monotonic())
        if before.state != standing.state and before.revision < standing.revision:
            key = known.key
            self.changes[key.provider, key.operation, key.region, standing.state] += 1
            _log.warning(
                "breaker_changed", provider=key.provider, operation=key.operation, region=key.region,
                state=standing.state, previous_state=before.state, revision=standing.revision,
            )  # fmt: skip

    def _look_after(self) -> None:
        now = clock.monotonic()
        if now >= self._next["forget"]:
            self._next["forget"] = now + _FORGET_EVERY_SECONDS
            self._breakers.forget()
        if now < self._next["figures"] or now < self._away_until:
            return
        self._next["figures"] = now + _FIGURES_EVERY_SECONDS
        digests = [known.digest for known in self._breakers.all() if now - known.used_at < _IDLE_AFTER_SECONDS * 12]
        try:
            with self._database:
                if digests:
                    figures = {row[0]: row[1:] for row in self._session().execute(_FIGURES, (digests,)).fetchall()}
                    self._breakers.figures(figures)
                self._words.read(self._session())
        except psycopg.Error as error:
            self._is_away(error)

    def _is_away(self, error: psycopg.Error) -> None:
        if clock.monotonic() >= self._away_until:
            _log.warning("health_not_shared", error=type(error).__name__)
            self._away_until = clock.monotonic() + _AWAY_SECONDS

    def _session(self) -> psycopg.Connection[TupleRow]:
        """A connection apart from the pool, so that health is told even where every thread waits."""
        if self._connection is None or self._connection.closed:
            self._connection = psycopg.connect(self._url, autocommit=True, prepare_threshold=1, **ALIVE)
            self._connection.execute("SET ROLE corridor_app")
            self._connection.execute("SELECT set_config('statement_timeout', %s, false)", (str(_STATEMENT_MS),))
        return self._connection


def _report(known: Known, counted: Mapping[int, Counted], tally: Tally | None) -> dict[str, Any]:
    told: dict[str, Any] = {"b": known.digest}
    if counted or tally:
        key = known.key
        told |= {"p": key.provider, "a": key.place, "o": key.operation, "r": key.region, "w": key.owner}
        told["d"] = [
            {"v": revision, "c": each.calls, "f": each.failures, "s": each.successes, "k": each.in_row,
             "l": each.given_back}
            for revision, each in counted.items()
        ]  # fmt: skip
    if tally:
        told["h"] = {"c": tally.calls, "f": tally.failures, "t": tally.timeouts, "b": tally.bands}
    return told


def _use(use: Use) -> dict[str, Any]:
    company_id, environment, connection_id, digest = use
    return {"c": company_id, "e": environment, "n": connection_id, "b": digest}
