"""The base of simulators: a stateful stand-in for a vendor, speaking its wire format over real HTTP.

Rule: it does what the vendor would do, and breaks only where a magic value or `/_control` tells it to.
Run one with `python -m adapters.kit.simulator NAME --port N [--state FILE]`.
"""

import argparse
import collections
import json
import re
import secrets
import signal
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Self

from adapters.kit import simulator_control
from adapters.kit.simulator_http import ACTS, Answer, Fault, Request, SimulatorServer
from adapters.kit.simulator_limits import RateLimit, rate_limit
from adapters.kit.simulator_store import Entry, Store
from adapters.kit.simulator_webhooks import Clock, Event, HandClock, Mode, Outbox, Target

__all__ = ["Answer", "Entry", "Event", "Fault", "Mode", "Refused", "Request", "Route", "Simulator", "Target"]


@dataclass(frozen=True, slots=True)
class Route:
    """One operation of the vendor: the method of the simulator that serves it has the same name."""

    operation: str
    method: str
    template: str
    """A path with parameters, such as `/v1/transfers/{transfer_id}`."""
    writes: bool = False


class Refused(Exception):  # noqa: N818 - names here finish the sentence "the request was …"
    """Raised by a handler to answer with an error."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


class Simulator:
    """A vendor. Subclasses give routes and their handlers, `authorise`, `error`, `sign`, `books`, `move`, `resume`.

    Handlers run one at a time, under the store's lock, so that each is atomic as a vendor's transaction is.
    """

    ROUTES: ClassVar[Sequence[Route]] = ()
    IDEMPOTENCY_HOURS: ClassVar[float] = 24.0
    CREDENTIALS: ClassVar[Mapping[str, str]] = {}
    """Made-up credentials that it takes, where not any will do. `corridor adapter try` uses them."""

    def __init__(
        self, *, state: Path | None = None, seed: int = 0, step_seconds: float = 0.03, by_hand: bool = False
    ) -> None:
        """`state`: a file that keeps objects over restarts. `step_seconds`: how long each state lasts.

        `by_hand`: nothing happens and no webhook goes out until `clock.step` and `outbox.deliver` are called.
        """
        self.store = Store(state)
        self.step_seconds = step_seconds
        self.clock = HandClock() if by_hand else Clock()
        self.outbox = Outbox(self.sign, self.clock, seed, self.seal, by_hand=by_hand)
        self.clock_offset_seconds = 0.0
        self.requests: list[tuple[str, Request]] = []
        self.rate_limit: RateLimit | None = None
        self._faults: dict[str, collections.deque[Fault]] = collections.defaultdict(collections.deque)
        self._patterns = [(route, re.compile(_pattern(route.template))) for route in self.ROUTES]
        self._server: SimulatorServer | None = None
        self._random = secrets.SystemRandom()

    # What a vendor is: for subclasses.

    def authorise(self, request: Request) -> str:
        """The account that the request's credentials open. Raises `Refused`."""
        return ""

    def error(self, status: int, code: str, message: str) -> Answer:
        """An error in the vendor's shape. `code` is ours: not_found, bad_request, not_processed."""
        return Answer(status, {"error": {"code": code, "message": message}})

    def sign(self, event_id: str, body: bytes, at: int, secret: str) -> Mapping[str, str]:
        """The headers by which the vendor signs a webhook."""
        return {}

    def seal(self, body: bytes, secret: str) -> bytes:
        """A webhook's body as it goes out, for a vendor that signs inside of it."""
        return body

    def books(self) -> list[Entry]:
        """What money the vendor was told to move, and what became of it."""
        return []

    def move(self, object_id: str, word: str) -> bool:
        """Put an object into a state now, with its webhook; False if there is none. `word` is the vendor's."""
        return False

    def resume(self) -> None:
        """Go on with what a restarted simulator finds unfinished in its store."""

    # What handlers use.

    def now(self) -> float:
        """Unix time in seconds, as the vendor sees it."""
        return self.clock.time() + self.clock_offset_seconds

    def once(
        self, account: str, key: str, fingerprint: str, act: Callable[[], Answer], mismatch: Callable[[], Answer]
    ) -> Answer:
        """What `act` answers, but only once per account and key; `mismatch` if the key came with another request.

        Server errors are not remembered. Keys are forgotten after `IDEMPOTENCY_HOURS`.
        """
        if not key:
            return act()
        known = self.store.get("idempotency", f"{account}:{key}")
        if known is not None and self.now() - known["at"] < self.IDEMPOTENCY_HOURS * 3600:
            if known["fingerprint"] != fingerprint:
                return mismatch()
            return Answer(known["status"], known["body"], {**known.get("headers", {}), "Idempotent-Replayed": "true"})
        answer = act()
        if answer.status < 500:
            body = json.loads(json.dumps(answer.body))
            kept = {"fingerprint": fingerprint, "status": answer.status, "body": body, "at": self.now()}
            self.store.put("idempotency", f"{account}:{key}", {**kept, "headers": dict(answer.headers)})
        return answer

    def notify(self, event: Event, mode: Mode | None = None) -> None:
        """Send a webhook to whoever registered for the account."""
        self.outbox.send(event, mode)

    def later(self, steps: float, run: Callable[[], None]) -> None:
        """Run something after so many steps, under the store's lock."""

        def locked() -> None:
            with self.store.lock:
                run()

        self.clock.later(steps * self.step_seconds, locked)

    def new_id(self, prefix: str = "") -> str:
        """An id that no object has."""
        return f"{prefix}{self._random.getrandbits(96):024x}"

    # What tests and people do to it; `/_control` offers the same over HTTP.

    def register(self, url: str, secret: str, account: str = "") -> None:
        """Send webhooks to a URL from now on, in place of what was registered for it before."""
        kept = [target for target in self.outbox.targets if target.url != url]
        self.outbox.targets = [*kept, Target(url, secret, account)]
        self.store.put("target", url, {"url": url, "secret": secret, "account": account})

    def fault(self, fault: Fault, operation: str = "*", times: int = 1) -> None:
        """Answer the next so many calls of an operation badly; `*` is any operation."""
        with self.store.lock:
            self._faults[operation].extend([fault] * times)

    def limit(self, calls: int, seconds: float, headers: str | Mapping[str, str] = "draft") -> None:
        """Take at most so many calls of each account in windows of so many seconds; no calls: as many as come.

        `headers` says how the vendor tells of it: see `simulator_limits`.
        """
        with self.store.lock:
            self.rate_limit = rate_limit(calls, seconds, headers) if calls else None

    def clear_faults(self) -> None:
        """Forget the faults that have not happened yet."""
        with self.store.lock:
            self._faults.clear()

    @property
    def url(self) -> str:
        """Where it listens. It must have been started."""
        if self._server is None:
            raise RuntimeError("the simulator is not running")
        return self._server.url

    def start(self, port: int = 0) -> str:
        """Listen on 127.0.0.1 and return the URL. Port 0 takes a free one."""
        for target in self.store.all("target"):
            self.outbox.targets.append(Target(target["url"], target["secret"], target["account"]))
        with self.store.lock:
            self.resume()
        self._server = SimulatorServer(self._handle, port)
        self._server.start()
        return self._server.url

    def stop(self) -> None:
        """Stop listening, moving and sending."""
        if self._server is not None:
            self._server.stop()
            self._server = None
        self.clock.stop()
        self.outbox.stop()
        self.store.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    # How a request is served.

    def _handle(self, request: Request) -> Answer:
        if request.path.startswith("/_control/"):
            return simulator_control.handle(self, request)
        for route, pattern in self._patterns:
            found = pattern.fullmatch(request.path) if route.method == request.method else None
            if found is not None:
                return self._serve(route, replace(request, params=found.groupdict()))
        return self.error(404, "not_found", "no such endpoint")

    def _serve(self, route: Route, request: Request) -> Answer:
        with self.store.lock:
            refused, told = self._counted(request)
            self.requests.append((route.operation, request))
            if refused:
                return replace(self.error(429, "not_processed", "too many requests"), headers=told)
            answer = self._answered(route, request)
            return replace(answer, headers={**told, **answer.headers}) if told else answer

    def _answered(self, route: Route, request: Request) -> Answer:
        fault = self._next_fault(route.operation)
        if fault is not None and fault.kind == "refuse":
            waiting = {"Retry-After": str(max(1, round(fault.seconds)))} if fault.seconds else {}
            status = fault.status or (429 if fault.seconds else 503)
            return replace(self.error(status, "not_processed", "try again"), headers=waiting)
        if fault is not None and not ACTS[fault.kind]:
            return Answer(0, fault=fault)
        try:
            handler: Callable[[Request], Answer] = getattr(self, route.operation)
            answer = handler(request)
        except Refused as refused:
            answer = refused.answer
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            answer = self.error(400, "bad_request", f"the request cannot be read: {type(error).__name__}")
        # A magic value's own fault goes before none, a fault on demand before both.
        return replace(answer, fault=fault) if fault is not None else answer

    def _counted(self, request: Request) -> tuple[bool, dict[str, str]]:
        """Whether a request is one too many, and what the answer's headers tell of the limit."""
        if self.rate_limit is None:
            return False, {}
        try:
            account = self.authorise(request)
        except Refused:
            account = ""
        return self.rate_limit.count(account, self.now())

    def _next_fault(self, operation: str) -> Fault | None:
        for name in (operation, "*"):
            if self._faults[name]:
                return self._faults[name].popleft()
        return None


def _pattern(template: str) -> str:
    # The last parameter of a custom verb ends before its colon, as in `/v1/transfers/{id}:cancel`.
    parts = re.split(r"\{(\w+)\}", template)
    return "".join(f"(?P<{part}>[^/:]+)" if index % 2 else re.escape(part) for index, part in enumerate(parts))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a provider's simulator until it is told to end; print one JSON line with its URL when it listens."""
    from adapters.kit.discovery import providers  # it imports adapters, which import this file

    parser = argparse.ArgumentParser(prog="adapters.kit.simulator", description="A stand-in for a vendor.")
    parser.add_argument("name", help="the provider's name")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free port")
    parser.add_argument("--state", type=Path, help="a file that keeps its state over restarts")
    parser.add_argument("--step-seconds", type=float, default=0.03, help="how long each state of an object lasts")
    options = parser.parse_args(arguments)
    provider = providers().get(options.name)
    if provider is None or not provider.has_simulator:
        print(f"no simulator for {options.name!r}", file=sys.stderr)
        return 2
    simulator: Any = provider.simulator(state=options.state, step_seconds=options.step_seconds)
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    print(json.dumps({"url": simulator.start(options.port)}), flush=True)
    ended.wait()
    simulator.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
