"""The gate that keeps a slow provider from taking the threads of the others: so many calls to one address at a time.

Rule: who finds an address full waits only a moment, and only as long as calls there end quickly.
"""

import random
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from server.kit import clock
from server.platform.metrics import Metrics
from server.platform.providers.gates import Destination, Ending, Held

NAME = "bulkhead"
# How long a place is waited for with a thread: some calls' time, as calls usually take there, within these bounds.
_PATIENCE, _LEAST_PATIENCE_SECONDS, _MOST_PATIENCE_SECONDS = 4.0, 0.05, 0.2
_SHORTEST_SECONDS = 0.2
_LONGEST_SECONDS = 30.0
_KEEN_SECONDS = 2.0  # for how long a connection that was held back has its part kept
_ADDRESSES_AT_MOST = 1_000
_WEIGHT = 0.2  # of the last call in the average


@dataclass(slots=True)
class _Address:
    """The calls to one address. Its owner's lock is held by whoever touches it."""

    provider: str
    began: dict[int, tuple[str, float]] = field(default_factory=dict)
    """The connections and beginnings of the calls that are under way, the oldest first."""
    held: Counter[str] = field(default_factory=Counter)
    keen: dict[str, float] = field(default_factory=dict)
    """When connections were last held back."""
    seconds: float = 0.0
    """How long calls take, on average."""
    next_turn: float = 0.0
    queue: list[tuple[str, object]] = field(default_factory=list)
    """Who waits for a moment, the first one first."""

    def patience(self) -> float:
        """How many seconds are worth waiting for a place."""
        return min(max(_PATIENCE * self.seconds, _LEAST_PATIENCE_SECONDS), _MOST_PATIENCE_SECONDS)

    def slow(self, now: float) -> bool:
        """Whether calls take so long that it is no use to wait for one to end."""
        return self.taking(now) > self.patience()

    def taking(self, now: float) -> float:
        oldest = next(iter(self.began.values()), None)
        return max(self.seconds, now - oldest[1] if oldest else 0.0)

    def part(self, connection_id: str, most: int, now: float) -> int:
        """How many calls of one connection may be under way: its part among those that want any."""
        for each in [each for each, time in self.keen.items() if time < now - _KEEN_SECONDS]:
            del self.keen[each]
        wanting = len(self.held.keys() | self.keen.keys() | {connection_id})
        return max(1, -(-most // wanting))


class BulkheadGate:
    """Lets at most `at_once` calls to one address through at the same time, and of each connection a fair part."""

    def __init__(self, at_once: int, metrics: Metrics) -> None:
        self._at_once = at_once
        self._metrics = metrics
        self._addresses: dict[tuple[str, str], _Address] = {}
        self._lock = threading.Lock()
        self._left = threading.Condition(self._lock)
        metrics.calls_in_flight(self.in_flight)

    def enter(self, to: Destination) -> Held | None:
        """Take a place at the address; when it is full, wait for a moment, or hold the call back."""
        now = clock.monotonic()
        with self._lock:
            address = self._address(to)
            if not self._free(address, to.connection_id, now) or address.queue:
                now = self._wait(address, to.connection_id, now)
            if now:
                address.began[threading.get_ident()] = (to.connection_id, now)
                address.held[to.connection_id] += 1
                return None
            now = clock.monotonic()
            address.keen[to.connection_id] = now
            held = Held(self._turn(address, now), "its provider works on as many calls as it may have at once")
        self._metrics.held_back(NAME, to.provider)
        return held

    def leave(self, to: Destination, ending: Ending | None) -> None:
        """Give the place back."""
        with self._lock:
            address = self._addresses[to.provider, to.address]
            connection_id, began = address.began.pop(threading.get_ident())
            address.held[connection_id] -= 1
            if not address.held[connection_id]:
                del address.held[connection_id]
            if ending is not None:
                address.seconds += _WEIGHT * (clock.monotonic() - began - address.seconds)
            self._left.notify_all()

    def in_flight(self) -> Sequence[tuple[str, int]]:
        """How many calls to each provider are under way."""
        counts: Counter[str] = Counter()
        with self._lock:
            for address in self._addresses.values():
                counts[address.provider] += len(address.began)
        return list(counts.items())

    def _address(self, to: Destination) -> _Address:
        if len(self._addresses) > _ADDRESSES_AT_MOST:
            self._addresses = {key: each for key, each in self._addresses.items() if each.began or each.queue}
        return self._addresses.setdefault((to.provider, to.address), _Address(to.provider))

    def _wait(self, address: _Address, connection_id: str, began: float) -> float:
        """Wait in the queue for a place; when it is there, 0 if it is not. The lock is held, save while waiting."""
        me, now = (connection_id, object()), began
        address.queue.append(me)
        try:
            until = began + address.patience()
            while not address.slow(now) and now < until:
                # Who came first goes first, of those whose connection has a part left.
                if me is next((each for each in address.queue if self._free(address, each[0], now)), None):
                    return now
                self._left.wait(until - now)
                now = clock.monotonic()
            return 0.0
        finally:
            address.queue.remove(me)

    def _free(self, address: _Address, connection_id: str, now: float) -> bool:
        if len(address.began) >= self._at_once:
            return False
        return address.held[connection_id] < address.part(connection_id, self._at_once, now)

    def _turn(self, address: _Address, now: float) -> float:
        """When to come back: one after another, as places become free, so that many that wait cost little."""
        pause = address.taking(now) / self._at_once
        address.next_turn = max(address.next_turn + pause, now + _SHORTEST_SECONDS)
        wait = address.next_turn - now
        if wait > _LONGEST_SECONDS:
            address.next_turn = now + _LONGEST_SECONDS
            wait = random.uniform(_LONGEST_SECONDS / 2, _LONGEST_SECONDS)  # noqa: S311 - spreads load
        return wait * random.uniform(0.9, 1.1)  # noqa: S311 - as above
