"""What all desks of the simulated Stripe share: keys and accounts, idempotency, events, lists, expansions, scripts.

Rule: an answer that the vendor would keep under its key is returned, so that it is kept; one that it would not, raised.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from adapters.kit.simulator import Answer, Event, Refused, Request, Simulator
from adapters.kit.simulator_events import EventLog
from adapters.stripe import simulator_objects as objects
from adapters.stripe.wire import API_VERSION

Json = dict[str, Any]

INTENT, CHARGE, REFUND, DISPUTE, PAYOUT = "payment_intent", "charge", "refund", "dispute", "payout"
TRANSACTION, SCRIPT, OWNER = "balance_transaction", "script", "owner"

_KEY = re.compile(r"(?:sk|rk)_(?:test|live)_(?!wrong)([A-Za-z0-9]{1,16})")


class Desk(Simulator):
    """The vendor's counter. Any key opens it but `sk_test_wrong…`; its first letters are the account."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.told = EventLog(self.store)

    # What the base asks of a vendor.

    def authorise(self, request: Request) -> str:
        """The account whose key it is."""
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        found = _KEY.match(key) if scheme == "Bearer" else None
        if found is None:
            raise self.refused(401, "invalid_request_error", "", "Invalid API Key provided")
        return f"acct_{found[1]}"

    def error(self, status: int, code: str, message: str) -> Answer:
        """An error in the vendor's shape and words."""
        words = {"not_found": "resource_missing", "not_processed": "rate_limit" if status == 429 else ""}
        kind = "api_error" if status >= 500 else "invalid_request_error"
        return Answer(status, objects.error(kind, words.get(code, ""), message))

    def resume(self) -> None:
        """Go on with every script that is not at its end."""
        for script in self.store.all(SCRIPT):
            self._go_on(script["id"], script["version"])

    # What desks do with a request.

    def refused(self, status: int, kind: str, code: str, message: str, param: str = "") -> Refused:
        """An error that is not kept under the request's key: it was refused before anything was executed."""
        return Refused(Answer(status, objects.error(kind, code, message, param)))

    def once(self, request: Request, act: Callable[[str, Json], Answer]) -> Answer:  # type: ignore[override]  # by request
        """What `act` answers for the account and the form, once per idempotency key."""
        account = self.authorise(request)
        if request.headers.get("stripe-version") != API_VERSION:
            raise self.refused(400, "invalid_request_error", "", "this stand-in speaks one version")

        def mismatch() -> Answer:
            message = "Keys for idempotent requests can only be used with the same parameters"
            return Answer(400, objects.error("idempotency_error", "", message))

        key = request.headers.get("idempotency-key", "")
        typed = request.headers.get("content-type", "")
        # A multipart body's boundary differs from try to try; the vendor compares what stands between.
        said = request.parts() if typed.startswith("multipart") else request.body
        digest = hashlib.sha256(repr(said).encode()).hexdigest()
        fingerprint = f"{request.method} {request.path} {digest}"
        form = request.nested_form() if "form-urlencoded" in typed else {}
        return super().once(account, key, fingerprint, lambda: act(account, form), mismatch)

    def own(self, kind: str, request: Request) -> Json:
        """The account's object that the path names."""
        account, wanted = self.authorise(request), request.params["id"]
        found = self.store.get(kind, wanted)
        if found is None or self.owner(wanted) != account:
            raise self.refused(404, "invalid_request_error", "resource_missing", f"No such {kind}", "id")
        return found

    def page(self, found: Iterable[Json], request: Request, url: str) -> Answer:
        """A page of a list, the newest first."""
        since = int(request.argument("created[gte]", "0"))
        listed = [each for each in found if each.get("created", since) >= since]
        size = min(100, int(request.argument("limit", "10")))
        after = request.argument("starting_after")
        start = next((index + 1 for index, each in enumerate(listed) if each["id"] == after), 0)
        names = _expansions(request.query)
        data = [
            self.expanded(each, [name.removeprefix("data.") for name in names]) for each in listed[start : start + size]
        ]
        more = start + size < len(listed)
        return Answer(200, {"object": "list", "data": data, "has_more": more, "url": url})

    def shown(self, of: Json, request: Request, form: Mapping[str, Any] | None = None) -> Answer:
        """An object with what was asked for inside it."""
        names = list((form or {}).get("expand") or ()) or _expansions(request.query)
        return Answer(200, self.expanded(of, names))

    def expanded(self, of: Json, names: Sequence[str]) -> Json:
        """An object whose ids at some paths are replaced by what they name."""
        kinds = {"latest_charge": CHARGE, "balance_transaction": TRANSACTION}
        whole = dict(of)
        for name in names:
            first, _, rest = name.partition(".")
            found = self.store.get(kinds.get(first, ""), str(whole.get(first)))
            if found is not None:
                whole[first] = self.expanded(found, [rest] if rest else [])
        return whole

    # What desks keep and tell.

    def keep(self, kind: str, value: Json, account: str = "") -> Json:
        """Put an object, with its owner if it is new."""
        self.store.put(kind, value["id"], value)
        if account:
            self.store.put(OWNER, value["id"], {"account": account})
        return value

    def owner(self, object_id: str) -> str:
        """Whose an object is."""
        return str((self.store.get(OWNER, object_id) or {}).get("account", ""))

    def of_account(self, kind: str, account: str) -> list[Json]:
        """The account's objects of a kind, the newest first."""
        return [each for each in reversed(self.store.all(kind)) if self.owner(each["id"]) == account]

    def tell(self, kind: str, of: Json, *, group: str = "", last: bool = False, key: str = "") -> None:
        """Send an event about an object as it is now."""
        event = objects.event(kind, of, key, API_VERSION, self.seconds())
        body = json.dumps(event, ensure_ascii=False).encode()
        self.told.add(self.owner(of["id"]), event["id"], event["created"], json.loads(body))
        self.notify(Event(event["id"], self.owner(of["id"]), group or of["id"], body, last))

    def seconds(self) -> int:
        """The time as the vendor tells it."""
        return int(self.now())

    # What becomes of things by themselves.

    def script(self, kind: str, object_id: str, words: Sequence[str]) -> None:
        """Give an object another future, in place of the one that it had: words, one after the other."""
        version = ((self.store.get(SCRIPT, object_id) or {}).get("version", 0)) + 1
        kept = {"id": object_id, "kind": kind, "words": list(words), "version": version}
        self.store.put(SCRIPT, object_id, kept)
        self._go_on(object_id, version)

    def enter(self, kind: str, of: Json, word: str, *, last: bool = True) -> None:
        """Put an object into a state now, and tell of it."""
        raise NotImplementedError(kind)

    def _go_on(self, object_id: str, version: int) -> None:
        def step() -> None:
            script = self.store.get(SCRIPT, object_id)
            if script is None or script["version"] != version or not script["words"]:
                return
            word, *rest = script["words"]
            self.store.put(SCRIPT, object_id, {**script, "words": rest})
            of = self.store.get(script["kind"], object_id)
            if of is not None:
                self.enter(script["kind"], of, word, last=not rest)
            self._go_on(object_id, version)

        if (self.store.get(SCRIPT, object_id) or {}).get("words"):
            self.later(1, step)


def _expansions(query: Iterable[tuple[str, str]]) -> list[str]:
    return [value for name, value in query if re.fullmatch(r"expand\[\d*\]", name)]
