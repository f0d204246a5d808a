"""The sandbox's payments: approval, declines, approval in part, the customer's challenge, and the end by time.

Rule: a payment's status is its authorisation's; what became of the money is told by the amounts beside it.
"""

from decimal import Decimal
from typing import Any

from adapters.kit.mapping import decimal_text, minor_units
from adapters.kit.simulator import Answer, Entry, Refused, Request
from adapters.sandbox.challenge import closing, may_return, page, returning
from adapters.sandbox.payment_scenarios import APPROVED, KNOWN, RESPONSES
from adapters.sandbox.scenarios import NORMAL, PAYMENT, NoSuchScenario, Scenario, chosen, named
from adapters.sandbox.simulator_core import Core, Kept

FIELDS = {"reference", "amount", "currency", "token", "capture", "partial_approval"}
OPTIONAL = {"statement_text", "description", "return_url", "holder_name"}
CHALLENGE_SECONDS = 3600
"""How long the customer has to act, by the account's clock."""


class Payments(Core):
    """Payments are approved at once, unless a scenario says otherwise; then they can be captured for seven days."""

    def create_payment(self, request: Request) -> Answer:
        """Approve a payment, decline it, ask the customer to act, or refuse its details."""
        self.authorise(request)
        self._key_of(request)
        wanted = self.read(request, FIELDS, OPTIONAL)
        self.check_amount(wanted)
        if wanted["capture"] not in ("automatic", "manual"):
            raise Refused(self.invalid("capture", "neither automatic nor manual"))
        if not may_return(wanted.get("return_url", "")):
            raise Refused(self.invalid("return_url", "not an address of the web"))
        asked = wanted.pop("scenario", "")
        card = self.choose("token", lambda: _card(wanted["token"]))
        what = self.choose(
            "scenario" if asked else "description",
            lambda: chosen(wanted["amount"], wanted.get("description", ""), asked, KNOWN[PAYMENT], card),
        )
        return self.keyed(request, what, lambda: self._create_payment(wanted, what), ("token", "no such token"))

    def list_payments(self, request: Request) -> Answer:
        """The account's payments, optionally by reference."""
        return self.page(request, "payment", reference=request.argument("reference"))

    def get_payment(self, request: Request) -> Answer:
        """One payment."""
        self.authorise(request)
        return Answer(200, self.own("payment", request.params["payment_id"])["data"])

    def continue_payment(self, request: Request) -> Answer:
        """Go on with a payment after its challenge, with the `result` that the customer's browser brought back."""
        self.authorise(request)
        kept = self.own("payment", request.params["payment_id"])
        result = self.read(request, {"result"})["result"]
        if not result or result != kept["challenge"]["result"]:
            raise Refused(self.invalid("result", "not what the challenge gave"))

        def act() -> Answer:
            self._challenge_over(kept)
            return Answer(200, dict(kept["data"]))

        return self.keyed(request, NORMAL, act)

    def show_challenge(self, request: Request) -> Answer:
        """The page on which the customer authenticates, or fails to."""
        kept = self._challenged(request)
        return page(kept["data"], open_still=kept["data"]["status"] == "requires_action")

    def answer_challenge(self, request: Request) -> Answer:
        """What the customer chose; then their browser goes back to where the payment came from."""
        kept, answer = self._challenged(request), request.form().get("answer", "")
        if answer not in ("pass", "fail"):
            raise Refused(self.invalid("answer", "neither pass nor fail"))
        if not kept["challenge"]["result"]:
            kept["challenge"] |= {"result": self.new_id("chr_"), "passed": answer == "pass"}
            self.keep(kept)
        back = kept["challenge"]["return_url"]
        if not back:  # nobody could bring the result: the payment goes on by itself
            self._challenge_over(kept)
            return closing()
        brought = {"payment": kept["data"]["id"], "result": kept["challenge"]["result"]}
        return Answer(303, None, {"Location": returning(back, brought)})

    def _challenge_over(self, kept: Kept) -> None:
        if kept["data"]["status"] == "requires_action":
            if kept["challenge"]["passed"]:
                self._approve(kept)
            else:
                self._decline(kept, "authentication_failed")
            kept["data"]["next_action"] = None
            self.changed(kept)

    def due_payment(self, kept: Kept) -> None:
        """A payment's next status."""
        if kept["ahead"]:
            word = kept["ahead"].pop(0)
            what = self.scenario_of(kept)
            if word == "authorised":
                self._approve(kept)
            elif word == "declined":
                self._decline(kept, what.code)
            else:
                kept["data"]["status"] = word
            self.changed(kept)

    def due_challenge(self, kept: Kept) -> None:
        """The end of the customer's time to act."""
        if kept["data"]["status"] == "requires_action":
            kept["data"] |= {"status": "timed_out", "next_action": None}
            self.changed(kept)

    def move_payment(self, kept: Kept, word: str) -> None:
        """Put a payment into a status now."""
        kept["ahead"] = []
        kept["data"]["status"] = word
        self.changed(kept)

    def scenario_of(self, kept: Kept) -> Scenario:
        """What a payment was made to show."""
        return KNOWN[PAYMENT].get(kept["data"]["scenario"], NORMAL)

    def changed(self, kept: Kept) -> None:
        """Keep a payment, and tell of it."""
        kept["data"]["updated_at"] = self.stamp()
        self.keep(kept)
        self.tell(kept, "payment.updated", self.scenario_of(kept), last=not kept["ahead"])

    def captured_money(self, kept: Kept) -> None:
        """Called when money of a payment was captured."""

    def payments_in_books(self) -> list[Entry]:
        """Every payment that was approved, and every capture at once."""
        entries = []
        for data in (kept["data"] for kept in self.store.all("payment")):
            place = data["reference"], data["id"]
            if data["authorised"]:
                entries.append(Entry(*place, data["authorised"], data["currency"], _standing(data), "payment"))
            if data["captured_at_once"]:
                entries.append(Entry(*place, data["approved"], data["currency"], "succeeded", "capture"))
        return entries

    def _create_payment(self, wanted: dict[str, Any], what: Scenario) -> Answer:
        path = (what.path if not what.on else ()) or ("authorised",)
        word = wanted["token"].removeprefix("tok_")
        card = {"brand": word if word in APPROVED else "visa", "last_four": "0019", "funding": "credit",
                "country": "GB", "expiry": "2031-12"}  # fmt: skip
        data = {name: wanted[name] for name in ("reference", "amount", "currency", "capture", "partial_approval")}
        kept = self.new(
            "payment",
            "py_",
            data
            | dict.fromkeys(("approved", "authorised", "captured", "released", "refunded"), 0)
            | {"status": "processing", "captured_at_once": False, "decline": None, "next_action": None, "card": card,
               "scheme": None, "fees": [], "exchange": None, "expires_at": None, "scenario": what.name},
            ahead=[*path[1:], *((what.then,) if what.then and not what.on else ())],
            challenge={"secret": "", "return_url": wanted.get("return_url", ""), "result": "", "passed": False},
        )  # fmt: skip
        if path[0] == "authorised":
            self._approve(kept)
        elif path[0] == "declined":
            self._decline(kept, what.code)
        elif path[0] == "requires_action":
            self._challenge(kept)
        if kept["ahead"]:
            self.soon(kept, "payment")
        self.changed(kept)
        return Answer(201, dict(kept["data"]))

    def _approve(self, kept: Kept) -> None:
        data, what = kept["data"], self.scenario_of(kept)
        approved = max(1, data["amount"] * what.approved_percent // 100)
        if approved < data["amount"] and not data["partial_approval"]:
            self._decline(kept, "funds")
            return
        data |= {"status": "authorised", "approved": approved, "authorised": approved, "scheme": {
            "transaction_id": self.new_id("sc"), "approval_code": f"{self._random.getrandbits(20) % 10**6:06}",
            "retrieval_reference": f"{self._random.getrandbits(40) % 10**12:012}",
        }}  # fmt: skip
        if data["capture"] == "automatic":
            data |= {"captured": approved, "captured_at_once": True, "fees": fees(approved, data["currency"]),
                     "exchange": exchange(what, approved, data["currency"])}  # fmt: skip
            self.captured_money(kept)
        else:
            data["expires_at"] = self.stamp(self.now() + what.expires_seconds)
            self.soon(kept, "expiry", what.expires_seconds)

    def _decline(self, kept: Kept, code: str) -> None:
        kept["data"] |= {"status": "declined", "decline": decline(code)}

    def _challenge(self, kept: Kept) -> None:
        kept["challenge"]["secret"] = self.new_id()
        url = f"{self.url}/challenge/{kept['data']['id']}/{kept['challenge']['secret']}"
        expires = self.stamp(self.now() + CHALLENGE_SECONDS)
        kept["data"] |= {"status": "requires_action", "next_action": {"url": url, "expires_at": expires}}
        self.soon(kept, "challenge", CHALLENGE_SECONDS)

    def _challenged(self, request: Request) -> Kept:
        kept = self.store.get("payment", request.params["payment_id"])
        if kept is None or kept["challenge"]["secret"] != request.params["secret"]:
            raise Refused(self.error(404, "not_found", "no such page"))
        self._account = kept["account"]
        self.run_due(kept["account"])
        return kept


def decline(code: str) -> dict[str, str]:
    """Why it was declined. The advice is the scheme's, which here is told for one reason alone."""
    advice = "try_new_data" if code == "new_card_data" else ""
    return {"code": code, "response_code": RESPONSES.get(code, ""), "advice": advice}


def fees(amount: int, currency: str) -> list[dict[str, Any]]:
    """What the sandbox charges for a capture: 1.4 per cent and 0.1 per cent."""
    parts = {"processing": amount * 14 // 1000, "interchange": amount // 1000}
    return [{"type": kind, "amount": part, "currency": currency} for kind, part in parts.items()]


def exchange(what: Scenario, amount: int, currency: str) -> dict[str, Any] | None:
    """The conversion, where the scenario has one: 0.9 for one, into a currency of two decimals."""
    if not what.exchange:
        return None
    converted = minor_units((Decimal(decimal_text(amount, currency)) * 9 / 10).quantize(Decimal("0.01")), "EUR")
    return {"rate": "0.9", "from": {"amount": amount, "currency": currency},
            "to": {"amount": converted, "currency": "USD" if currency == "EUR" else "EUR"}}  # fmt: skip


def _card(token: object) -> Scenario:
    word = str(token).removeprefix("tok_")
    if not isinstance(token, str) or word == token:
        raise NoSuchScenario("for a token that does not begin with tok_")
    return NORMAL if word in APPROVED else named(word, KNOWN[PAYMENT])


def _standing(data: dict[str, Any]) -> str:
    if data["released"] and not data["captured"]:
        return "released"
    return "refunded" if data["refunded"] else str(data["status"])
