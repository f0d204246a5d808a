"""A stand-in for Modern Treasury's sandbox: payment orders, external accounts, returns, webhooks.

Rule: what the vendor documents, it does; what a magic value adds stands in `simulator_scripts.py` and in the README.
"""

import base64
import binascii
import hmac
import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

from adapters.kit.simulator import Answer, Entry, Event, Refused, Request, Route, Simulator
from adapters.kit.simulator_events import EventLog
from adapters.modern_treasury import simulator_objects as objects
from adapters.modern_treasury.simulator_checks import check_order
from adapters.modern_treasury.simulator_scripts import SETTLES, chosen

ORDER, ACCOUNT, RETURN, SCRIPT = "payment_order", "external_account", "return", "script"

# The event that tells of a status; of the others, `updated` does.
EVENT_OF_STATUS = {"processing": "begin_processing", "sent": "finish_processing"}
OWN_EVENT = frozenset(("approved", "denied", "cancelled", "completed", "failed", "returned", "reversed", "held"))
EDITABLE = frozenset(("pending", "needs_approval", "approved"))
FILTERS = ("type", "status", "direction", "external_id", "originating_account_id", "counterparty_id")


class ModernTreasurySimulator(Simulator):
    """The vendor. Any organization and key open it, unless the key begins with `wrong`."""

    CREDENTIALS: ClassVar[Mapping[str, str]] = {"originating_account_id": "0f8e3719-3dfd-4613-9bbf-c0333781b59f"}
    ROUTES: ClassVar[Sequence[Route]] = (
        Route("ping", "GET", "/api/ping"),
        Route("create_order", "POST", "/api/payment_orders", writes=True),
        Route("list_orders", "GET", "/api/payment_orders"),
        Route("get_order", "GET", "/api/payment_orders/{id}"),
        Route("update_order", "PATCH", "/api/payment_orders/{id}", writes=True),
        Route("create_account", "POST", "/api/external_accounts", writes=True),
        Route("get_account", "GET", "/api/external_accounts/{id}"),
        Route("list_events", "GET", "/api/events"),
        Route("list_returns", "GET", "/api/returns"),
        Route("get_return", "GET", "/api/returns/{id}"),
    )

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.told = EventLog(self.store)

    def ping(self, request: Request) -> Answer:
        """Answer whoever has a key."""
        self.authorise(request)
        return Answer(200, {"ping": "pong"})

    def create_order(self, request: Request) -> Answer:
        """Make a payment order, once per idempotency key. Refusals are not remembered; see `_once`."""
        return self._once(request, lambda organization: self._new_order(request.json(), organization))

    def list_orders(self, request: Request) -> Answer:
        """The orders that fit all filters, the newest first."""
        organization = self.authorise(request)
        wanted = {name: request.argument(name) for name in FILTERS if request.argument(name)}
        metadata = {name[9:-1]: value for name, value in request.query if re.fullmatch(r"metadata\[.+\]", name)}
        found = [
            dict(order)
            for order in reversed(self.store.all(ORDER))
            if self._owner(order["id"]) == organization
            and wanted.items() <= order.items()
            and metadata.items() <= order["metadata"].items()
        ]
        return _page(found, request)

    def get_order(self, request: Request) -> Answer:
        """One order."""
        return Answer(200, dict(self._own(ORDER, request)))

    def update_order(self, request: Request) -> Answer:
        """Cancel an order, approve or redraft it, or change its texts. Once it is processed, nothing of that."""
        order, changes = self._own(ORDER, request), request.json()
        status = changes.pop("status", None)
        may = EDITABLE | ({"returned", "failed", "cancelled", "denied"} if status == "approved" else set())
        if order["status"] not in may:
            raise self._refused(422, "parameter_invalid", "the order can no longer be changed", "status")
        if status not in (None, "approved", "cancelled", "needs_approval"):
            raise self._refused(422, "parameter_invalid", "not a status that can be asked for", "status")
        order.update({name: value for name, value in changes.items() if name in order})
        self._put(ORDER, order)
        if status is not None:
            self._enter(order, status, last=status != "approved")
            self._script(order["id"], SETTLES if status == "approved" else ())
        return Answer(200, dict(order))

    def create_account(self, request: Request) -> Answer:
        """Make an external account by itself."""

        def make(organization: str) -> Answer:
            body = request.json()
            if not body.get("counterparty_id"):
                raise self._refused(422, "parameter_missing", "counterparty_id is missing", "counterparty_id")
            account = {**objects.external_account(body, self._time()), "counterparty_id": body["counterparty_id"]}
            self._put(ACCOUNT, account, organization)
            return Answer(201, account)

        return self._once(request, make)

    def get_account(self, request: Request) -> Answer:
        """One external account."""
        return Answer(200, self._own(ACCOUNT, request))

    def list_returns(self, request: Request) -> Answer:
        """The returns, all or of one order, the newest first."""
        organization = self.authorise(request)
        found = [each for each in reversed(self.store.all(RETURN)) if self._owner(each["id"]) == organization]
        wanted = request.argument("returnable_id")
        return _page([each for each in found if wanted in ("", each["returnable_id"])], request)

    def list_events(self, request: Request) -> Answer:
        """What has happened to one kind of object since a time, the newest first."""
        organization, resource = self.authorise(request), request.argument("resource")
        since = request.argument("event_time_start")
        page = self.told.page(
            f"{organization}/{resource}",
            min(100, int(request.argument("per_page", "25"))),
            since=datetime.fromisoformat(since).timestamp() if since else 0.0,
            after=request.argument("after_cursor"),
            newest_first=True,
        )
        more = {"X-After-Cursor": page.events[-1]["id"]} if page.more else {}
        return Answer(200, page.events, {"X-Per-Page": str(len(page.events)), **more})

    def get_return(self, request: Request) -> Answer:
        """One return."""
        return Answer(200, self._own(RETURN, request))

    # What the base asks of a vendor.

    def authorise(self, request: Request) -> str:
        """The organization whose key it is."""
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        try:
            organization, _, key = base64.b64decode(value, validate=True).decode().partition(":")
        except (binascii.Error, ValueError):
            organization = key = ""
        if scheme != "Basic" or not organization or not key or key.startswith("wrong"):
            raise self._refused(401, "invalid_key", "the API key is not valid")
        return organization

    def error(self, status: int, code: str, message: str) -> Answer:
        """An error in the vendor's shape and words."""
        words = {"not_found": "resource_not_found", "bad_request": "parameter_invalid"}
        return Answer(status, objects.error(words.get(code, code), message))

    def sign(self, event_id: str, body: bytes, at: int, secret: str) -> Mapping[str, str]:
        """The headers of a webhook. Only the body is signed."""
        return {
            "X-Signature": hmac.digest(secret.encode(), body, "sha256").hex(),
            "X-Topic": json.loads(body)["data"]["object"],
            "X-Webhook-ID": event_id,
            "X-Live-Mode": "false",
        }

    def books(self) -> list[Entry]:
        """Every payment order."""
        return [
            Entry(
                reference=order["external_id"] or "",
                provider_reference=order["id"],
                amount_minor=order["amount"],
                currency_code=order["currency"],
                state=order["status"],
            )
            for order in self.store.all(ORDER)
        ]

    def move(self, object_id: str, word: str) -> bool:
        """Put an order, by its id or external id, into a status now. Also `returned:R03` and `notice:C01`."""
        for order in self.store.all(ORDER):
            if object_id in (order["id"], order["external_id"]):
                self._script(order["id"], ())
                self._enter(order, word)
                return True
        return False

    def resume(self) -> None:
        """Go on with every script that is not at its end."""
        for script in self.store.all(SCRIPT):
            self._go_on(script["order_id"], script["version"])

    # What orders do.

    def _new_order(self, body: Any, organization: str) -> Answer:
        existing = body.get("receiving_account_id")
        account = self.store.get(ACCOUNT, existing) if existing else None
        taken = {order["external_id"] for order in self.store.all(ORDER) if self._owner(order["id"]) == organization}
        fault = check_order(body, account is not None, taken)
        if fault is not None:
            raise self._refused(422, fault.code, fault.message, fault.parameter)
        script = chosen(body)
        status = script[0] if script[0] == "needs_approval" else "approved"
        now = self._time()
        receiving = account or objects.external_account(body["receiving_account"], now)
        if account is None:
            self._put(ACCOUNT, receiving, organization)
        order = objects.payment_order(body, receiving, status, datetime.fromtimestamp(self.now(), UTC).date(), now)
        self._put(ORDER, order, organization)
        self._script(order["id"], script[1:] if status == "needs_approval" else script)
        return Answer(201, dict(order))

    def _script(self, order_id: str, words: Sequence[str]) -> None:
        """Give an order another future, in place of the one that it had."""
        version = ((self.store.get(SCRIPT, order_id) or {}).get("version", 0)) + 1
        self.store.put(SCRIPT, order_id, {"order_id": order_id, "words": list(words), "version": version})
        self._go_on(order_id, version)

    def _go_on(self, order_id: str, version: int) -> None:
        def step() -> None:
            script, order = self.store.get(SCRIPT, order_id), self.store.get(ORDER, order_id)
            if script is None or order is None or script["version"] != version or not script["words"]:
                return
            word, *rest = script["words"]
            self.store.put(SCRIPT, order_id, {**script, "words": rest})
            self._enter(order, word, last=not rest)
            self._go_on(order_id, version)

        if (self.store.get(SCRIPT, order_id) or {}).get("words"):
            self.later(1, step)

    def _enter(self, order: dict[str, Any], word: str, *, last: bool = True) -> None:
        """Put an order into a status, and tell of it. A return is told before its order; a notice instead of it."""
        status, _, code = word.partition(":")
        now = self._time()
        if status in ("returned", "notice"):
            has_code = order["type"] == "ach"
            returned = objects.payment_return(
                order, (code or "R03") if has_code else None, now, notice_of_change=status == "notice"
            )
            self._put(RETURN, returned, self._owner(order["id"]))
            self._tell(returned, "created", group=order["id"], last=last and status == "notice")
            if status == "notice":
                return
            order["current_return"] = returned
        order.update(status=status, updated_at=now)
        order["current_hold"] = objects.hold(order, now) if status == "held" else None
        order["vendor_failure_reason"] = "refused by the bank" if status == "failed" else None
        self._put(ORDER, order)
        event = EVENT_OF_STATUS.get(status, status if status in OWN_EVENT else "updated")
        self._tell(order, event, last=last)

    def _tell(self, told: Mapping[str, Any], event: str, *, last: bool, group: str = "") -> None:
        body = json.dumps({"event": event, "data": told}, ensure_ascii=False).encode()
        listed = objects.event(told, event, self._time())
        self.told.add(f"{self._owner(told['id'])}/{told['object']}", listed["id"], self.now(), listed)
        self.notify(Event(self.new_id(), self._owner(told["id"]), group or told["id"], body, last))

    # Small things.

    def _once(self, request: Request, make: Callable[[str], Answer]) -> Answer:
        """What `make` answers for the organization, once per key. Refusals are raised, and so not remembered;
        whatever else comes with a known key gets the first answer again, as the vendor does it."""
        organization = self.authorise(request)
        key = request.headers.get("idempotency-key", "")

        def act() -> Answer:
            return make(organization)

        return self.once(organization, key, fingerprint="", act=act, mismatch=act)

    def _put(self, kind: str, value: dict[str, Any], owner: str = "") -> None:
        self.store.put(kind, value["id"], value)
        if owner:
            self.store.put("owner", value["id"], {"organization": owner})

    def _owner(self, object_id: str) -> str:
        return str((self.store.get("owner", object_id) or {}).get("organization", ""))

    def _own(self, kind: str, request: Request) -> dict[str, Any]:
        organization, wanted = self.authorise(request), request.params["id"]
        found = self.store.get(kind, wanted)
        if found is None or self._owner(wanted) != organization:
            raise self._refused(404, "resource_not_found", "there is no such object")
        return found

    def _refused(self, status: int, code: str, message: str, parameter: str = "") -> Refused:
        return Refused(Answer(status, objects.error(code, message, parameter)))

    def _time(self) -> str:
        return datetime.fromtimestamp(self.now(), UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _page(found: list[dict[str, Any]], request: Request) -> Answer:
    size = min(100, int(request.argument("per_page", "25")))
    cursor = request.argument("after_cursor")
    start = next((index + 1 for index, each in enumerate(found) if each["id"] == cursor), 0)
    page = found[start : start + size]
    more = {"X-After-Cursor": page[-1]["id"]} if start + size < len(found) else {}
    return Answer(200, page, {"X-Per-Page": str(size), **more})


SIMULATOR = ModernTreasurySimulator
