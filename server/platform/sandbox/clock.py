"""The clock that everything asks which decides by time for a company: real time, and in the sandbox what was added.

Live companies pay nothing for it. What is known of an offset is at most `FRESH_SECONDS` old.
"""

import threading
from datetime import UTC, datetime, timedelta

from corridor.type.v1.environment_pb2 import ENVIRONMENT_SANDBOX
from server.kit import clock
from server.kit import context as contexts
from server.store.engine import Store

FRESH_SECONDS = 0.5

_KNOWN_AT_MOST = 10_000
_AHEAD = "SELECT ahead_seconds FROM corridor.sandbox_clocks WHERE company_id = %s AND environment = %s"


class Offsets:
    """How far the clocks of sandbox companies are ahead. `store` is apart: its callers hold a connection already."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[str, tuple[float, int]] = {}
        self._lock = threading.Lock()

    def ahead(self, company_id: str) -> int:
        """By how many seconds a company is ahead in the sandbox environment."""
        known = self._known.get(company_id)
        if known is not None and clock.monotonic() < known[0]:
            return known[1]
        asked = clock.monotonic()
        with self._store.of(company_id, ENVIRONMENT_SANDBOX) as connection:
            row = connection.execute(_AHEAD, (company_id, ENVIRONMENT_SANDBOX)).fetchone()
        ahead = int(row[0]) if row else 0
        with self._lock:
            before = self._known.get(company_id)
            if len(self._known) >= _KNOWN_AT_MOST:
                self._known.clear()
            # Time never goes back: an answer that was under way while the clock moved is not kept.
            ahead = max(ahead, before[1] if before else 0)
            self._known[company_id] = asked + FRESH_SECONDS, ahead
        return ahead

    def moved(self, company_id: str, ahead: int) -> None:
        """Take note at once of what this process itself has done."""
        with self._lock:
            before = self._known.get(company_id)
            self._known[company_id] = clock.monotonic() + FRESH_SECONDS, max(ahead, before[1] if before else 0)


class CompanyClock:
    """The time of the company whose call or work is at hand; of nobody, the machine's."""

    def __init__(self, offsets: Offsets) -> None:
        self._offsets = offsets

    def now(self) -> datetime:
        """The time, in UTC."""
        context = contexts.current_or_none()
        who = context.caller if context is not None else None
        if who is None or who.environment != ENVIRONMENT_SANDBOX:
            return datetime.now(UTC)
        ahead = self._offsets.ahead(who.company_id)
        return datetime.now(UTC) + timedelta(seconds=ahead) if ahead else datetime.now(UTC)
