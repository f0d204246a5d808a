"""What is learned when API keys are used: when and from where, and what somebody of the company should look at.

Nothing here delays a call: it is kept in memory, and written by a thread. A last use is written at most once a minute
for each key, and when the process ends.
"""

import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple, TypeVar

import psycopg
import structlog

from corridor.access.v1.security_alert_pb2 import (
    SECURITY_ALERT_KIND_REVOKED_CREDENTIAL_USED,
    SECURITY_ALERT_KIND_ROTATED_CREDENTIAL_USED,
    SECURITY_ALERT_KIND_USED_AFTER_SILENCE,
    SecurityAlertKind,
)
from server.kit import clock
from server.kit.errors import Failure
from server.platform.access import alerts
from server.store.api_keys import Known
from server.store.engine import Store

_log = structlog.get_logger("corridor.keys")

_K = TypeVar("_K")

_RECORD = "SELECT corridor.record_api_key_uses(%s, %s, %s)"
_EVERY_SECONDS = 60.0
_LOOK_SECONDS = 2.0
_DAY_SECONDS = 86_400.0
_HOUR_SECONDS = 3600.0
_REMEMBERED = 10_000
_DETAILS = {
    SECURITY_ALERT_KIND_REVOKED_CREDENTIAL_USED: "A revoked API key was used, with the right secret.",
    SECURITY_ALERT_KIND_ROTATED_CREDENTIAL_USED: "A replaced API key was used after its overlap had ended.",
    SECURITY_ALERT_KIND_USED_AFTER_SILENCE: "An API key was used that nobody had used for long.",
}


class _Use(NamedTuple):
    known: Known
    address: str
    time: float  # seconds since 1970


class _Misuse(NamedTuple):
    kind: "SecurityAlertKind.ValueType"
    use: _Use


class KeyUses:
    """Takes note of uses; writes them and raises alerts in the background."""

    def __init__(self, store: Store, silence_days: float) -> None:
        self._store = store
        self._silence = silence_days * _DAY_SECONDS
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._used: dict[str, _Use] = {}
        self._misused: deque[_Misuse] = deque(maxlen=_REMEMBERED)
        self._written: OrderedDict[str, float] = OrderedDict()
        self._alerted: OrderedDict[tuple[str, int], float] = OrderedDict()
        self._wake = threading.Event()
        self._closing = False
        self._thread: threading.Thread | None = None

    def used(self, known: Known, address: str, now: float) -> None:
        """A key opened what it was shown for."""
        with self._lock:
            self._used[known.prefix] = _Use(known, address, now)
        if self._thread is None:
            self._start()

    def revoked_used(self, known: Known, address: str, now: float) -> None:
        """Somebody has the secret of a key that was revoked."""
        self._misuse(_Misuse(SECURITY_ALERT_KIND_REVOKED_CREDENTIAL_USED, _Use(known, address, now)))

    def replaced_used(self, known: Known, address: str, now: float) -> None:
        """Somebody goes on with a key that was replaced, after its overlap."""
        self._misuse(_Misuse(SECURITY_ALERT_KIND_ROTATED_CREDENTIAL_USED, _Use(known, address, now)))

    def flush(self, *, everything: bool = True) -> None:
        """Write what is due, or everything. What cannot be written now is kept."""
        with self._writing:
            self._alert()
            self._record(everything)

    def close(self) -> None:
        """Write what is left, and end."""
        self._closing = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
        self.flush()

    def _misuse(self, misuse: _Misuse) -> None:
        self._misused.append(misuse)
        if self._thread is None:
            self._start()
        self._wake.set()

    def _start(self) -> None:
        with self._lock:
            if self._thread is None and not self._closing:
                self._thread = threading.Thread(target=self._run, name="key uses", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while not self._closing:
            self._wake.wait(_LOOK_SECONDS)
            self._wake.clear()
            self.flush(everything=False)

    def _alert(self) -> None:
        for _ in range(len(self._misused)):
            misuse = self._misused.popleft()
            if not self._tried(lambda misuse=misuse: self._raise(misuse)):  # type: ignore[misc] # bound now, not later
                self._misused.append(misuse)
                return

    def _record(self, everything: bool) -> None:
        with self._lock:
            taken, self._used = self._used, {}
        due = {
            prefix: use
            for prefix, use in taken.items()
            if everything or use.time - self._written.get(prefix, 0.0) >= _EVERY_SECONDS
        }
        if due and self._tried(lambda: self._write(due)):
            for prefix, use in due.items():
                _remember(self._written, prefix, use.time)
            for prefix in due:
                taken.pop(prefix)
        with self._lock:
            self._used = {**taken, **self._used}

    def _write(self, due: dict[str, _Use]) -> None:
        for prefix, use in due.items():
            # Before the use is written: one that dies in between is noticed by the next use.
            if use.time - max(use.known.used, self._written.get(prefix, 0.0)) > self._silence:
                self._raise(_Misuse(SECURITY_ALERT_KIND_USED_AFTER_SILENCE, use))
        times = [datetime.fromtimestamp(use.time, UTC) for use in due.values()]
        with self._store.anyone() as connection:
            connection.execute(_RECORD, (list(due), times, [use.address for use in due.values()]))

    def _raise(self, misuse: _Misuse) -> None:
        who, now = misuse.use.known.caller, clock.monotonic()
        told = (who.caller_id, int(misuse.kind))
        if now < self._alerted.get(told, -_HOUR_SECONDS) + _HOUR_SECONDS:
            return  # a program that goes on and on with an ended key must not cost the database anything
        detail, address = _DETAILS[misuse.kind], misuse.use.address
        alerts.raise_alert(
            self._store, who.company_id, who.environment, misuse.kind, who.caller_id, detail, client_address=address
        )
        _remember(self._alerted, told, now)

    def _tried(self, act: Callable[[], None]) -> bool:
        try:
            act()
        except (Failure, psycopg.Error) as error:
            _log.warning("key_use_not_written", error=type(error).__name__)
            return False
        return True


def _remember(times: "OrderedDict[_K, float]", key: _K, time: float) -> None:
    times[key] = time
    times.move_to_end(key)
    if len(times) > _REMEMBERED:
        times.popitem(last=False)
