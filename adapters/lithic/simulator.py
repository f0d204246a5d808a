"""Lithic itself, as far as this adapter needs it: external bank accounts, ACH payments, their simulation, webhooks.

Rule: what the vendor's document says, it does; what a magic value adds stands in `simulator_scripts.py` and the README.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

from adapters.kit.simulator import Answer, Entry, Event, Refused, Request, Route, Simulator
from adapters.kit.simulator_events import EventLog
from adapters.kit.webhooks import standard_signature
from adapters.lithic import simulator_objects as objects
from adapters.lithic.simulator_checks import account_fault, is_uuid, payment_fault
from adapters.lithic.simulator_scripts import DECLINED_AT_ONCE, SIMULATED, STATUSES, script

PAYMENT, ACCOUNT, SCRIPT, OWNER, NUMBER = "payment", "account", "script", "owner", "number"
INITIATED, REVIEWED = "ACH_ORIGINATION_INITIATED", "ACH_ORIGINATION_REVIEWED"
RETURNED = "ACH_RETURN_PROCESSED"
FILTERS = ("financial_account_token", "status", "result", "category")


class LithicSimulator(Simulator):
    """The vendor. Any key opens an account of its own, unless it begins with `wrong`."""

    CREDENTIALS: ClassVar[Mapping[str, str]] = {
        "financial_account_token": "0d6b1b9f-b90f-4f03-9c45-8930d5a6aac0",
        "verification_method": "EXTERNALLY_VERIFIED",
    }
    ROUTES: ClassVar[Sequence[Route]] = (
        Route("create_account", "POST", "/v1/external_bank_accounts", writes=True),
        Route("list_accounts", "GET", "/v1/external_bank_accounts"),
        Route("get_account", "GET", "/v1/external_bank_accounts/{external_bank_account_token}"),
        Route("pause_account", "POST", "/v1/external_bank_accounts/{external_bank_account_token}/pause", writes=True),
        Route("create_payment", "POST", "/v1/payments", writes=True),
        Route("list_payments", "GET", "/v1/payments"),
        Route("get_payment", "GET", "/v1/payments/{payment_token}"),
        Route("list_events", "GET", "/v1/events"),
        Route("simulate_return", "POST", "/v1/simulate/payments/return", writes=True),
        Route("simulate_release", "POST", "/v1/simulate/payments/release", writes=True),
        Route("simulate_action", "POST", "/v1/simulate/payments/{payment_token}/action", writes=True),
    )

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.told = EventLog(self.store)

    # External bank accounts.

    def create_account(self, request: Request) -> Answer:
        """Make an account, or say which one is it already."""
        owner, body = self.authorise(request), request.json()
        if fault := account_fault(body):
            raise self._refused(400, fault)
        number = f"{owner}:{body['routing_number']}:{body['account_number']}"
        known = self.store.get(NUMBER, number)
        if known is not None:
            conflict = objects.error("the external bank account exists already")
            return Answer(409, {**conflict, "context": {"existing_token": known["token"]}})
        account = objects.external_bank_account(body, self._time())
        self.store.put(NUMBER, number, {"token": account["token"]})
        self._put(ACCOUNT, account, owner)
        return Answer(201, dict(account))

    def list_accounts(self, request: Request) -> Answer:
        """The accounts, the newest first."""
        return self._page(ACCOUNT, request, {})

    def get_account(self, request: Request) -> Answer:
        """One account."""
        return Answer(200, dict(self._own(ACCOUNT, request, request.params["external_bank_account_token"])))

    def pause_account(self, request: Request) -> Answer:
        """Pause an account: nothing is paid to it any more."""
        account = self._own(ACCOUNT, request, request.params["external_bank_account_token"])
        account["state"] = "PAUSED"
        self._put(ACCOUNT, account)
        return Answer(200, dict(account))

    # Payments.

    def create_payment(self, request: Request) -> Answer:
        """Make a payment. A token that there is makes no other: the payment that has it is answered."""
        owner, body = self.authorise(request), request.json()
        if fault := payment_fault(body):
            raise self._refused(400, fault)
        known = self.store.get(PAYMENT, body.get("token", ""))
        if known is not None:
            return self._repeated(known, owner)
        account = self._own(ACCOUNT, request, body["external_bank_account_token"])
        if (account["state"], account["verification_state"]) != ("ENABLED", "ENABLED"):
            raise self._refused(400, "the external bank account is not enabled")
        payment = objects.payment(body, self._time())
        self._put(PAYMENT, payment, owner)
        self._enter(payment, INITIATED, "payment_transaction.created")
        declined = DECLINED_AT_ONCE.get(body["amount"] % 100_000)
        if declined:
            self._enter(payment, f"{REVIEWED}:{declined}")
        self._script(payment["token"], () if declined else script(body["amount"]))
        return Answer(202, dict(payment))

    def list_payments(self, request: Request) -> Answer:
        """The payments that fit all filters, the newest first."""
        return self._page(PAYMENT, request, {name: request.argument(name) for name in FILTERS})

    def get_payment(self, request: Request) -> Answer:
        """One payment."""
        return Answer(200, dict(self._own(PAYMENT, request, request.params["payment_token"])))

    def list_events(self, request: Request) -> Answer:
        """What has happened to payments after a time, the newest first; with its content if that is asked for."""
        owner, begin = self.authorise(request), request.argument("begin")
        kinds = {value for name, value in request.query if name == "event_types"}
        page = self.told.page(
            owner, min(100, int(request.argument("page_size", "50"))),
            since=datetime.fromisoformat(begin).timestamp() if begin else 0.0,
            after=request.argument("starting_after"), newest_first=True,
            only=lambda event: not kinds or event["event_type"] in kinds,
        )  # fmt: skip
        content = request.argument("with_content") == "true"
        found = [{**each, "payload": each["payload"] if content else {}} for each in page.events]
        return Answer(200, {"data": found, "has_more": page.more})

    # The vendor's own simulation, which its sandbox has.

    def simulate_return(self, request: Request) -> Answer:
        """Return a payment, by R01 unless told otherwise."""
        body = request.json()
        return self._simulate(request, body["payment_token"], f"{RETURNED}:{body.get('return_reason_code', 'R01')}")

    def simulate_release(self, request: Request) -> Answer:
        """Release a payment."""
        return self._simulate(request, request.json()["payment_token"], "ACH_ORIGINATION_RELEASED")

    def simulate_action(self, request: Request) -> Answer:
        """Have one event happen to a payment."""
        body = request.json()
        why = body.get("decline_reason") or body.get("return_reason_code", "")
        if body["event_type"] not in SIMULATED:
            raise self._refused(400, "event_type cannot be simulated for this payment")
        return self._simulate(request, request.params["payment_token"], f"{body['event_type']}:{why}")

    # What the base asks of a vendor.

    def authorise(self, request: Request) -> str:
        """The account of a key, which stands alone in the header."""
        key = request.headers.get("authorization", "")
        if not key or key.startswith("wrong"):
            raise self._refused(401, "User has not been authenticated")
        return key

    def error(self, status: int, code: str, message: str) -> Answer:
        """An error in the vendor's shape: words for people, and no code."""
        return Answer(status, objects.error(message))

    def sign(self, event_id: str, body: bytes, at: int, secret: str) -> Mapping[str, str]:
        """The headers of Standard Webhooks."""
        return {
            "webhook-id": event_id,
            "webhook-timestamp": str(at),
            "webhook-signature": standard_signature(event_id, at, body, secret),
        }

    def books(self) -> list[Entry]:
        """Every payment to somebody that was not declined at once."""
        return [
            Entry(
                reference=payment["user_defined_id"] or "",
                provider_reference=payment["token"],
                amount_minor=-payment["events"][0]["amount"],
                currency_code=payment["currency"],
                state=payment["status"],
            )
            for payment in self.store.all(PAYMENT)
            if payment["direction"] == "CREDIT"
        ]

    def move(self, object_id: str, word: str) -> bool:
        """Have an event happen to a payment, by its token or our id, such as `ACH_RETURN_PROCESSED:R03`."""
        for payment in self.store.all(PAYMENT):
            if object_id in (payment["token"], payment["user_defined_id"]):
                self._script(payment["token"], ())
                self._enter(payment, word)
                return True
        return False

    def resume(self) -> None:
        """Go on with every script that is not at its end."""
        for each in self.store.all(SCRIPT):
            self._go_on(each["token"], each["version"])

    # What payments do.

    def _repeated(self, payment: dict[str, Any], owner: str) -> Answer:
        if self._owner(payment["token"]) != owner:
            raise self._refused(400, "token is not valid")
        return Answer(202, dict(payment))

    def _simulate(self, request: Request, token: str, word: str) -> Answer:
        payment = self._own(PAYMENT, request, token)
        self._script(token, ())
        self._enter(payment, word)
        return Answer(200, objects.simulated(payment["events"][-1]["token"]))

    def _script(self, token: str, words: Sequence[str]) -> None:
        """Give a payment another future, in place of the one that it had."""
        version = ((self.store.get(SCRIPT, token) or {}).get("version", 0)) + 1
        self.store.put(SCRIPT, token, {"token": token, "words": list(words), "version": version})
        self._go_on(token, version)

    def _go_on(self, token: str, version: int) -> None:
        def step() -> None:
            known, payment = self.store.get(SCRIPT, token), self.store.get(PAYMENT, token)
            if known is None or payment is None or known["version"] != version or not known["words"]:
                return
            word, *rest = known["words"]
            self.store.put(SCRIPT, token, {**known, "words": rest})
            self._enter(payment, word, last=not rest)
            self._go_on(token, version)

        if (self.store.get(SCRIPT, token) or {}).get("words"):
            self.later(1, step)

    def _enter(
        self, payment: dict[str, Any], word: str, told: str = "payment_transaction.updated", *, last: bool = True
    ) -> None:
        """Have an event happen to a payment, and tell of it. What comes after the colon is why."""
        kind, _, why = word.partition(":")
        returned, now = kind.startswith("ACH_RETURN"), self._time()
        amount = payment["events"][0]["amount"] if payment["events"] else payment["pending_amount"]
        decline = "" if returned else why
        happened = objects.event(kind, -amount if returned else amount, now, decline)
        status = "DECLINED" if decline else STATUSES.get(kind, payment["status"])
        payment.update(
            events=[*payment["events"], happened],
            status=status,
            result="DECLINED" if decline else "APPROVED",
            pending_amount=amount if status == "PENDING" else 0,
            settled_amount=amount if status == "SETTLED" else 0,
            updated=now,
        )
        if returned:
            payment["method_attributes"] = {**payment["method_attributes"], "return_reason_code": why or None}
        self._put(PAYMENT, payment)
        body = json.dumps({"event_type": told, **payment}).encode()
        token = payment["token"]
        event_id = f"msg_{objects.new_token()}"
        listed = {"created": now, "event_type": told, "payload": json.loads(body), "token": event_id}
        self.told.add(self._owner(token), event_id, self.now(), listed)
        self.notify(Event(event_id, self._owner(token), token, body, last))

    # Small things.

    def _put(self, kind: str, value: dict[str, Any], owner: str = "") -> None:
        self.store.put(kind, value["token"], value)
        if owner:
            self.store.put(OWNER, value["token"], {"key": owner})

    def _owner(self, token: str) -> str:
        return str((self.store.get(OWNER, token) or {}).get("key", ""))

    def _own(self, kind: str, request: Request, token: str) -> dict[str, Any]:
        owner = self.authorise(request)
        if not is_uuid(token):
            raise self._refused(400, "the token is not a UUID")
        found = self.store.get(kind, token)
        if found is None or self._owner(token) != owner:
            raise self._refused(404, "the resource was not found")
        return found

    def _page(self, kind: str, request: Request, filters: Mapping[str, str]) -> Answer:
        owner = self.authorise(request)
        wanted = {name: value for name, value in filters.items() if value}
        mine = [each for each in reversed(self.store.all(kind)) if self._owner(each["token"]) == owner]
        found = [dict(each) for each in mine if wanted.items() <= each.items()]
        after = request.argument("starting_after")
        start = next((index + 1 for index, each in enumerate(found) if each["token"] == after), 0)
        size = min(100, int(request.argument("page_size", "50")))
        return Answer(200, {"data": found[start : start + size], "has_more": start + size < len(found)})

    def _refused(self, status: int, message: str) -> Refused:
        return Refused(self.error(status, "", message))

    def _time(self) -> str:
        return datetime.fromtimestamp(self.now(), UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


SIMULATOR = LithicSimulator
