"""What all of the sandbox's domains share: accounts, each with its own keys and time; repeats, scenarios, webhooks.

Rule: what is to come is written on the object that it will happen to, and happens by its account's time.
"""

import hashlib
import heapq
import itertools
import json
from collections.abc import Callable, Mapping, Sequence, Set
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from adapters.kit.errors import Unmapped
from adapters.kit.mapping import decimals
from adapters.kit.simulator import Answer, Event, Refused, Request, Simulator
from adapters.kit.simulator_events import EventLog
from adapters.kit.webhooks import standard_signature
from adapters.sandbox.scenarios import NORMAL, NoSuchScenario, Scenario

Kept = dict[str, Any]
"""An object as the store keeps it: `kind`, `account`, `data` as the account sees it, `timers`, and its domain's own."""

Timer = list[Any]
"""When something is due by the account's time, what, and whether that is a step, which lasts as long as is set."""

_FORGED_SECRET = "whsec_Zm9yZ2VkIGZvciB0ZXN0cw=="  # noqa: S105 - the secret with which nobody signs
PAGE_LIMIT = 100


class Core(Simulator):
    """The sandbox without its domains. Any API key opens an account, save those that begin with `revoked`."""

    KINDS: Sequence[str] = ()
    """The kinds of objects that can have timers."""

    def __init__(
        self, *, state: Path | None = None, seed: int = 0, step_seconds: float = 0.03, by_hand: bool = False
    ) -> None:
        super().__init__(state=state, seed=seed, step_seconds=step_seconds, by_hand=by_hand)
        self.told = EventLog(self.store)
        self._account = ""
        self._as_of: float | None = None
        self._due: dict[str, list[tuple[float, int, Kept, Timer]]] = {}
        self._numbers = itertools.count()

    def authorise(self, request: Request) -> str:
        """The account of a bearer key: a part of the key's digest. What is due there happens first."""
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or not key or key.startswith("revoked"):
            raise Refused(self.error(401, "unauthorized", "the API key is missing or revoked"))
        self._account = hashlib.sha256(key.encode()).hexdigest()[:12]
        self.run_due(self._account)
        return self._account

    def sign(self, event_id: str, body: bytes, at: int, secret: str) -> Mapping[str, str]:
        """Standard Webhooks headers, by the real time: receivers do not know the account's."""
        used = _FORGED_SECRET if json.loads(body)["data"].get("scenario") == "webhook_forged" else secret
        signature = standard_signature(event_id, at, body, used)
        return {"webhook-id": event_id, "webhook-timestamp": str(at), "webhook-signature": signature}

    def resume(self) -> None:
        """Wait again for what a restarted simulator finds still to come."""
        for kind in self.KINDS:
            for kept in self.store.all(kind):
                self._account = kept["account"]
                for timer in kept["timers"]:
                    # How long a step lasts, is for the sandbox to say that runs now.
                    timer[0] = min(timer[0], self.now() + self.step_seconds) if timer[2] else timer[0]
                    self._wait_for(kept, timer)

    # Time.

    def now(self) -> float:
        """Unix time in seconds, as the account sees it that is served."""
        if self._as_of is not None:
            return self._as_of
        clock = self.store.get("clock", self._account)
        return super().now() + (clock["offset_seconds"] if clock else 0.0)

    def stamp(self, at: float | None = None) -> str:
        """A time as the sandbox writes it; without one, the account's present."""
        return datetime.fromtimestamp(self.now() if at is None else at, UTC).isoformat()

    def soon(self, kept: Kept, what: str, seconds: float = 0.0) -> None:
        """Let `due_<what>` happen to an object after so many seconds of its account's time, or else after one step."""
        timer = [self.now() + (seconds or self.step_seconds), what, not seconds]
        kept["timers"].append(timer)
        self._wait_for(kept, timer)

    def run_due(self, account: str) -> int:
        """Let everything happen that is due at an account, in order, each at its own time. Returns how much it was."""
        count, waiting = 0, self._due.get(account, [])
        before = self._account
        self._account = account
        while waiting and waiting[0][0] <= self.now():
            due, _, kept, timer = heapq.heappop(waiting)
            kept["timers"].remove(timer)
            self._as_of = due
            try:
                getattr(self, f"due_{timer[1]}")(kept)
                self.keep(kept)
            finally:
                self._as_of = None
            count += 1
        self._account = before
        return count

    def get_clock(self, request: Request) -> Answer:
        """What time it is at the account."""
        self.authorise(request)
        return Answer(200, {"now": self.stamp()})

    def advance_clock(self, request: Request) -> Answer:
        """Put the account's time forward. What is due by then happens before the answer."""
        account, wanted = self.authorise(request), request.json()
        seconds = wanted.get("seconds")
        if isinstance(seconds, bool) or not isinstance(seconds, int) or not 0 < seconds <= 400 * 86_400:
            raise Refused(self.invalid("seconds", "not a whole number from 1 to 400 days"))

        def act() -> Answer:
            clock = self.store.get("clock", account) or {"offset_seconds": 0.0}
            self.store.put("clock", account, {"offset_seconds": clock["offset_seconds"] + seconds})
            happened = self.run_due(account)
            return Answer(200, {"now": self.stamp(), "happened": happened})

        return self.once(account, self._key_of(request, needed=False), self._fingerprint(request), act, self._reused)

    def _wait_for(self, kept: Kept, timer: Timer) -> None:
        account, due = kept["account"], timer[0]
        heapq.heappush(self._due.setdefault(account, []), (due, next(self._numbers), kept, timer))

        def run() -> None:
            with self.store.lock:
                self.run_due(account)

        # By the real clock it is due then, unless the account's is put forward before. A little later is in time.
        self.clock.later(max(0.0, due - self.now()) + 0.001, run)

    # Requests.

    def set_webhook(self, request: Request) -> Answer:
        """Send the account's webhooks to a URL from now on, signed with a secret. Other accounts' go elsewhere."""
        account, wanted = self.authorise(request), self.read(request, {"url", "secret"})
        if not str(wanted["url"]).startswith(("http://", "https://")) or not wanted["secret"]:
            raise Refused(self.invalid("url", "send an address and a secret"))
        self.register(str(wanted["url"]), str(wanted["secret"]), account)
        return Answer(200, {"url": wanted["url"]})

    def keyed(
        self, request: Request, chosen: Scenario, act: Callable[[], Answer], refused: tuple[str, str] = ("", "")
    ) -> Answer:
        """What `act` answers, once per account and key, with the scenario's faults and refusals at the first try.

        `refused` is the field that the scenario `reject` refuses, and why.
        """
        account, key = self._account, self._key_of(request)
        first = self.store.get("try", f"{account}:{key}") is None
        if first:
            self.store.put("try", f"{account}:{key}", {})
        if chosen.refusal == 422:
            return self.invalid(*refused)
        if chosen.refusal and first:
            waiting = {"Retry-After": "1"} if chosen.refusal == 429 else {}
            return Answer(chosen.refusal, self.error(chosen.refusal, "not_processed", "nothing was done").body, waiting)
        if first and chosen.fault is not None and chosen.fault.kind == "reset":
            return Answer(0, fault=chosen.fault)
        answer = self.once(account, key, self._fingerprint(request), act, self._reused)
        return Answer(answer.status, answer.body, answer.headers, chosen.fault if first else None)

    def choose(self, field: str, choice: Callable[[], Scenario]) -> Scenario:
        """A scenario, or a refusal of the field that asks for one that there is not."""
        try:
            return choice()
        except NoSuchScenario as unknown:
            raise Refused(self.invalid(field, f"no scenario {unknown}")) from None

    def invalid(self, field: str, message: str) -> Answer:
        """A refusal of one field."""
        error = {"code": "invalid_request", "message": message, "fields": [{"field": field, "message": message}]}
        return Answer(422, {"error": error})

    def check_amount(self, wanted: dict[str, Any]) -> None:
        """Refuse what is no amount of a currency."""
        amount = wanted["amount"]
        if isinstance(amount, bool) or not isinstance(amount, int) or amount <= 0:
            raise Refused(self.invalid("amount", "not a positive whole number of minor units"))
        try:
            decimals(str(wanted["currency"]))
        except Unmapped:
            raise Refused(self.invalid("currency", "not a currency")) from None

    def read(self, request: Request, needed: Set[str], optional: Set[str] = frozenset()) -> dict[str, Any]:
        """A request's JSON object with exactly these fields. Raises `Refused`."""
        wanted = request.json()
        if not isinstance(wanted, dict) or not needed <= set(wanted) <= needed | optional | {"scenario"}:
            raise Refused(self.error(400, "bad_request", f"the fields are {', '.join(sorted(needed | optional))}"))
        return wanted

    def own(self, kind: str, object_id: str) -> Kept:
        """An object of the account that is served. Raises `Refused`."""
        kept = self.store.get(kind, object_id)
        if kept is None or kept["account"] != self._account:
            raise Refused(self.error(404, f"{kind}_not_found", f"no such {kind}"))
        return kept

    def page(self, request: Request, kind: str, **wanted: str) -> Answer:
        """The account's objects of a kind, oldest first, by the values of fields; `cursor` is the last id of a page."""
        account = self.authorise(request)
        limit = min(PAGE_LIMIT, int(request.argument("limit", "20")))
        found = [
            kept["data"]
            for kept in self.store.all(kind)
            if kept["account"] == account and all(value in ("", kept["data"][name]) for name, value in wanted.items())
        ]
        cursor = request.argument("cursor")
        start = next((place + 1 for place, each in enumerate(found) if each["id"] == cursor), 0)
        some = found[start : start + limit]
        more = start + limit < len(found)
        return Answer(200, {"data": some, "next_cursor": some[-1]["id"] if more else None})

    def list_events(self, request: Request) -> Answer:
        """The account's events since a time, the earliest first: what webhooks bring, whether they arrived or not."""
        account = self.authorise(request)
        limit = min(PAGE_LIMIT, int(request.argument("limit", "20")))
        since = datetime.fromisoformat(request.argument("since")).timestamp() if request.argument("since") else 0.0
        page = self.told.page(account, limit, since=since, after=request.argument("cursor"))
        return Answer(200, {"data": page.events, "next_cursor": page.events[-1]["id"] if page.more else None})

    # Objects.

    def new(self, kind: str, prefix: str, data: Mapping[str, Any], **more: Any) -> Kept:
        """A new object of the account that is served, kept."""
        now = self.stamp()
        made = {"id": self.new_id(prefix), **data, "created_at": now, "updated_at": now}
        kept = {"kind": kind, "account": self._account, "data": made, "timers": [], **more}
        self.keep(kept)
        return kept

    def keep(self, kept: Kept) -> None:
        """Write an object down as it is now."""
        self.store.put(kept["kind"], kept["data"]["id"], kept)

    def tell(self, kept: Kept, kind: str, chosen: Scenario = NORMAL, *, last: bool = True) -> None:
        """Send a webhook with an object as it is now."""
        data = dict(kept["data"])
        if chosen.wrong_amount:
            data |= {name: data[name] + 1 for name in ("amount", "approved") if name in data}
        event_id = self.new_id("evt_")
        body = {"id": event_id, "type": kind, "created_at": data["updated_at"], "data": data}
        self.told.add(kept["account"], event_id, self.now(), body)
        content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        self.notify(Event(event_id, kept["account"], data["id"], content, last), chosen.mode)

    def _key_of(self, request: Request, *, needed: bool = True) -> str:
        key = request.headers.get("idempotency-key", "")
        if needed and not key:
            raise Refused(self.error(400, "idempotency_key_missing", "send an Idempotency-Key"))
        return key

    def _fingerprint(self, request: Request) -> str:
        content = request.body
        if request.headers.get("content-type", "").startswith("multipart/"):
            # The boundary is another at every try, the parts are the same.
            content = repr([(part.name, part.data) for part in request.parts()]).encode()
        return hashlib.sha256(request.path.encode() + b"\n" + content).hexdigest()

    def _reused(self) -> Answer:
        return self.error(422, "idempotency_key_reused", "the key was used for another request")
