"""How a simulator sends webhooks: signed, repeated until a 2xx, and lost, doubled or reversed on demand.

Rule: without a mode, the events of one object go out in order; nothing else is promised, as by real vendors.
"""

import contextlib
import functools
import heapq
import itertools
import queue
import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from adapters.kit.http import Http

RETRY_SECONDS = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 60.0, 120.0)
"""When a delivery is tried again after a failure; then it is given up."""

_WORKERS = 4


@dataclass(frozen=True, slots=True)
class Target:
    """Where webhooks go. An empty `account` takes those of every account."""

    url: str
    secret: str = field(repr=False)
    account: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """One event. `group` is the object that it is about; `last` ends a reversed group."""

    event_id: str
    account: str
    group: str
    body: bytes = field(repr=False)
    last: bool = False


@dataclass(frozen=True, slots=True)
class Mode:
    """How events go out. `drop` and `duplicate` are probabilities; `reverse` holds a group until its last event."""

    drop: float = 0.0
    duplicate: float = 0.0
    reverse: bool = False
    delay_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Delivery:
    """One try to deliver; `status` is 0 if no answer came."""

    event_id: str
    group: str
    url: str
    status: int


class Clock:
    """Runs functions later, one after the other, on a thread of its own."""

    def __init__(self) -> None:
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._changed = threading.Condition()
        self._stopped = False
        self._thread = threading.Thread(target=self._run, daemon=True, name="simulator-clock")
        self._thread.start()

    def later(self, seconds: float, run: Callable[[], None]) -> None:
        """Run a function once, after so many seconds."""
        with self._changed:
            heapq.heappush(self._due, (time.monotonic() + seconds, next(self._order), run))
            self._changed.notify()

    def time(self) -> float:
        """Unix time in seconds."""
        return time.time()

    def stop(self) -> None:
        """Forget what is due, and end the thread."""
        with self._changed:
            self._stopped = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._stopped and (not self._due or self._due[0][0] > time.monotonic()):
                    self._changed.wait(self._due[0][0] - time.monotonic() if self._due else None)
                if self._stopped:
                    return
                run = heapq.heappop(self._due)[2]
            run()


class HandClock(Clock):
    """A clock that stands still until somebody moves it. It begins at the present."""

    def __init__(self) -> None:
        self._due = []
        self._order = itertools.count()
        self._began = float(int(time.time()))
        self.seconds = 0.0
        """How far it was moved."""

    def later(self, seconds: float, run: Callable[[], None]) -> None:
        """Have a function run by the step that comes to so many seconds from now."""
        heapq.heappush(self._due, (self.seconds + seconds, next(self._order), run))

    def time(self) -> float:
        """Unix time in seconds."""
        return self._began + self.seconds

    @property
    def next_at(self) -> float | None:
        """Where the next step leads, in seconds; None if nothing is to come."""
        return self._due[0][0] if self._due else None

    def step(self) -> bool:
        """Move on to what is due next, and let it happen; False if nothing is."""
        if not self._due:
            return False
        at, _, run = heapq.heappop(self._due)
        self.seconds = max(self.seconds, at)
        run()
        return True

    def stop(self) -> None:
        """Forget what is due."""
        self._due.clear()


@dataclass(frozen=True, slots=True)
class Waiting:
    """An event that goes out by hand. `tries` counts those that failed."""

    event: Event
    target: Target
    tries: int


Post = Callable[[str, Mapping[str, str], bytes], int]
"""Sends a body with headers to a URL; the status of the answer."""


class Outbox:
    """Delivers events to the targets. `sign` gives the vendor's headers for an event id, body, Unix time and secret.

    `seal` gives the body as it goes out, from the event's and the secret.
    """

    def __init__(
        self,
        sign: Callable[[str, bytes, int, str], Mapping[str, str]],
        clock: Clock,
        seed: int = 0,
        seal: Callable[[bytes, str], bytes] = lambda body, secret: body,
        *,
        by_hand: bool = False,
    ) -> None:
        self.targets: list[Target] = []
        self.mode = Mode()
        self.deliveries: list[Delivery] = []
        self.events: list[Event] = []
        self._sign = sign
        self._seal = seal
        self._clock = clock
        self._random = random.Random(seed)  # noqa: S311 - chooses faults, keeps no secret
        self._held: dict[str, list[Event]] = {}
        self._lock = threading.Lock()
        self._http = Http(connect_timeout_seconds=1.0)
        self._by_hand = by_hand
        self.waiting: list[Waiting] = []
        """What `deliver` sends: nothing, unless it goes out by hand."""
        self._queues: list[queue.SimpleQueue[Callable[[], object] | None]] = [
            queue.SimpleQueue() for _ in range(0 if by_hand else _WORKERS)
        ]
        self._threads = [
            threading.Thread(target=_work, args=(each,), daemon=True, name="simulator-webhooks")
            for each in self._queues
        ]
        for thread in self._threads:
            thread.start()

    def reseed(self, seed: int) -> None:
        """Start the choices of `drop` and `duplicate` again from a seed."""
        self._random = random.Random(seed)  # noqa: S311 - chooses faults, keeps no secret

    def send(self, event: Event, mode: Mode | None = None) -> None:
        """Send an event as `mode` says, or else as the outbox's own mode does."""
        chosen = mode or self.mode
        with self._lock:
            self.events.append(event)
            if chosen.reverse:
                held = self._held.setdefault(event.group, [])
                held.append(event)
                batch = list(reversed(self._held.pop(event.group))) if event.last else []
            else:
                batch = [event]
            copies = [
                copy
                for each in batch
                if self._random.random() >= chosen.drop
                for copy in [each] * (2 if self._random.random() < chosen.duplicate else 1)
            ]
        for copy in copies:
            self._enqueue(copy, chosen.delay_seconds)

    def replay(self, seed: int, group: str = "") -> int:
        """Send every event so far once more, shuffled by the seed. Returns how many."""
        with self._lock:
            again = [event for event in self.events if not group or event.group == group]
        random.Random(seed).shuffle(again)  # noqa: S311 - an order, not a secret
        for event in again:
            self._enqueue(event, 0.0)
        return len(again)

    def deliver(self, position: int = 0, post: Post | None = None) -> Delivery:
        """Send one of the events that wait to go out by hand; over HTTP, or as `post` does."""
        waiting = self.waiting.pop(position)
        return self._deliver(waiting.event, waiting.target, waiting.tries, post)

    def stop(self) -> None:
        """End the threads; what is not delivered stays undelivered."""
        for each in self._queues:
            each.put(None)
        self._http.close()
        for thread in self._threads:
            thread.join(timeout=2)

    def _enqueue(self, event: Event, delay_seconds: float) -> None:
        for target in list(self.targets):
            if target.account in ("", event.account):
                self._later(delay_seconds, event, target, 0)

    def _later(self, seconds: float, event: Event, target: Target, tries: int) -> None:
        if self._by_hand:
            self.waiting.append(Waiting(event, target, tries))
            return
        worker = self._queues[hash(event.group) % _WORKERS]

        def run() -> None:
            worker.put(functools.partial(self._deliver, event, target, tries))

        if seconds > 0:
            self._clock.later(seconds, run)
        else:
            run()

    def _deliver(self, event: Event, target: Target, tries: int, post: Post | None = None) -> Delivery:
        at = int(time.time())
        body = self._seal(event.body, target.secret)
        headers = {"Content-Type": "application/json", **self._sign(event.event_id, body, at, target.secret)}
        status = 0
        with contextlib.suppress(Exception):  # any failure to deliver is status 0, and is tried again
            status = (post or self._post)(target.url, headers, body)
        delivery = Delivery(event.event_id, event.group, target.url, status)
        with self._lock:
            self.deliveries.append(delivery)
        if not 200 <= status < 300 and tries < len(RETRY_SECONDS):
            self._later(RETRY_SECONDS[tries], event, target, tries + 1)
        return delivery

    def _post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        return self._http.exchange("POST", url, headers=headers, content=body, ends_at=time.monotonic() + 5).status


def _work(jobs: "queue.SimpleQueue[Callable[[], object] | None]") -> None:
    while (job := jobs.get()) is not None:
        job()
