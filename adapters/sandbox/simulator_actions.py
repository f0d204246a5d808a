"""What is done with the sandbox's payments: captures, increments, voids, reversals and refunds.

Rule: an amount counts from the moment at which its action is taken, and no more once that has failed.
"""

from typing import Any

from adapters.kit.simulator import Answer, Entry, Refused, Request
from adapters.sandbox.payment_scenarios import KNOWN
from adapters.sandbox.scenarios import ACTION, NORMAL, REFUND, Scenario, chosen
from adapters.sandbox.simulator_core import Kept
from adapters.sandbox.simulator_payments import Payments, decline, exchange, fees

NOTHING = dict.fromkeys(("authorised", "captured", "released", "refunded"), 0)
"""What an action can do to the amounts of its payment."""
FAILED = frozenset({"failed", "declined"})
NOT_NOW = {"capture": "not_capturable", "increment": "not_incrementable", "void": "not_voidable"}
USUAL = {"refund": ("processing", "succeeded")}


class Actions(Payments):
    """Each action is an object of its own, with our reference; it moves the amounts of its payment."""

    def create_capture(self, request: Request) -> Answer:
        """Take a part or all of what is authorised; after a `final` one, the rest is released."""
        kept, wanted = self._asked(request, {"reference", "amount", "final"})
        self.check_amount({**wanted, "currency": kept["data"]["currency"]})
        return self._take(request, kept, "capture", wanted)

    def create_increment(self, request: Request) -> Answer:
        """Approve more."""
        kept, wanted = self._asked(request, {"reference", "amount"})
        self.check_amount({**wanted, "currency": kept["data"]["currency"]})
        return self._take(request, kept, "increment", wanted)

    def create_void(self, request: Request) -> Answer:
        """Release what is authorised and not captured."""
        kept, wanted = self._asked(request, {"reference"})
        return self._take(request, kept, "void", wanted)

    def create_reversal(self, request: Request) -> Answer:
        """Release what is not captured, and give back what is."""
        kept, wanted = self._asked(request, {"reference"})
        return self._take(request, kept, "reversal", wanted)

    def create_refund(self, request: Request) -> Answer:
        """Give back a part or all of what was captured."""
        self.authorise(request)
        self._key_of(request)
        wanted = self.read(request, {"payment", "reference", "amount", "reason"}, {"description"})
        kept = self.own("payment", wanted["payment"])
        self.check_amount({**wanted, "currency": kept["data"]["currency"]})
        return self._take(request, kept, "refund", wanted)

    def list_actions(self, request: Request) -> Answer:
        """What was done with a payment, optionally by reference."""
        return self.page(
            request, "action", payment=request.params["payment_id"], reference=request.argument("reference")
        )

    def list_refunds(self, request: Request) -> Answer:
        """The account's refunds, optionally by reference."""
        return self.page(request, "action", type="refund", reference=request.argument("reference"))

    def due_action(self, kept: Kept) -> None:
        """An action's next status."""
        if kept["ahead"]:
            word = kept["ahead"].pop(0)
            self.move_action(kept, word)
            if kept["ahead"]:
                self.soon(kept, "action", _chosen(kept).last_after_seconds)

    def due_expiry(self, kept: Kept) -> None:
        """The end of an authorisation by time: a void that nobody asked for."""
        data = kept["data"]
        left = data["authorised"] - data["captured"] - data["released"]
        if data["status"] == "authorised" and left > 0:
            wanted = {"reference": "", "amount": left}
            made = self._new_action(kept, "void", wanted, NORMAL, "expired", NOTHING | {"released": left})
            self._count(made, 1)
            self.tell(made, "void.updated")

    def move_action(self, kept: Kept, word: str) -> None:
        """Put an action into a status now."""
        data = kept["data"]
        if word in FAILED and data["status"] not in FAILED:
            self._count(kept, -1)
            data["reason"] = _chosen(kept).code or "failed"
        data |= {"status": word, "updated_at": self.stamp()}
        self.keep(kept)
        self.tell(kept, f"{data['type']}.updated", _chosen(kept), last=not kept["ahead"])

    def actions_in_books(self) -> list[Entry]:
        """Every capture and refund that has not failed. A reversal gives back what was captured."""
        entries = []
        for kept in self.store.all("action"):
            data, moved = kept["data"], kept["moved"]
            kind, amount = ("refund", moved["refunded"]) if moved["refunded"] else ("capture", moved["captured"])
            if amount and data["status"] not in FAILED:
                entries.append(Entry(data["reference"], data["id"], amount, data["currency"], data["status"], kind))
        return entries

    def _asked(self, request: Request, fields: set[str]) -> tuple[Kept, dict[str, Any]]:
        self.authorise(request)
        self._key_of(request)
        return self.own("payment", request.params["payment_id"]), self.read(request, fields)

    def _take(self, request: Request, payment: Kept, kind: str, wanted: dict[str, Any]) -> Answer:
        thing = REFUND if kind == "refund" else ACTION
        asked, text = wanted.pop("scenario", ""), wanted.pop("description", "")
        field = "scenario" if asked else "description"
        kept = self.scenario_of(payment)
        usual = kept if kept.on == thing and _fits(kept, kind) else NORMAL
        what = self.choose(field, lambda: chosen(wanted.get("amount", 0), text, asked, KNOWN[thing], usual))
        return self.keyed(request, what, lambda: self._do(payment, kind, wanted, what), ("amount", "refused"))

    def _do(self, payment: Kept, kind: str, wanted: dict[str, Any], what: Scenario) -> Answer:
        path = (what.path if _fits(what, kind) else ()) or USUAL.get(kind, ("succeeded",))
        moved = self._moved(payment, kind, wanted)
        made = self._new_action(payment, kind, wanted, what, path[0], moved)
        made["ahead"] = [*path[1:], *((what.then,) if what.then and _fits(what, kind) else ())]
        if path[0] in FAILED:
            made["data"]["decline"] = decline(what.code)
        else:
            self._count(made, 1)
        if made["ahead"]:
            self.soon(made, "action", what.last_after_seconds if len(made["ahead"]) == 1 else 0)
        self.keep(made)
        if kind != "refund" or not made["ahead"]:
            self.tell(made, f"{kind}.updated", what, last=not made["ahead"])
        if kind == "capture" and path[0] not in FAILED:
            self.captured_money(payment)
        return Answer(201, dict(made["data"]))

    def _moved(self, payment: Kept, kind: str, wanted: dict[str, Any]) -> dict[str, int]:
        """What an action does to the payment's amounts. Raises `Refused` for what cannot be done."""
        data, amount = payment["data"], wanted.get("amount", 0)
        left, taken = data["authorised"] - data["captured"] - data["released"], data["captured"] - data["refunded"]
        moved = NOTHING
        if kind == "refund":
            self._refuse_unless(taken > 0, 409, "not_refundable")
            self._refuse_unless(amount <= taken, 422, "amount")
            return moved | {"refunded": amount}
        waits = data["status"] in ("requires_action", "processing")
        if kind in ("void", "reversal") and waits:
            data |= {"status": "cancelled", "next_action": None}
            payment["ahead"] = []
            self.changed(payment)
            wanted["amount"] = data["amount"]
            return moved
        if kind == "reversal":
            self._refuse_unless(left + taken > 0, 409, "not_reversible")
            wanted["amount"] = left + taken
            return moved | {"released": left, "refunded": taken}
        self._refuse_unless(data["status"] == "authorised" and left > 0, 409, NOT_NOW[kind])
        if kind == "increment":
            return moved | {"authorised": amount}
        if kind == "void":
            wanted["amount"] = left
            return moved | {"released": left}
        self._refuse_unless(amount <= left, 422, "amount")
        return moved | {"captured": amount, "released": left - amount if wanted["final"] else 0}

    def _refuse_unless(self, holds: bool, status: int, word: str) -> None:
        if not holds:
            raise Refused(
                self.invalid(word, "more than there is") if status == 422
                else self.error(status, word, "the payment is not in a state for this")
            )  # fmt: skip

    def _count(self, kept: Kept, sign: int) -> None:
        payment = self.store.get("payment", kept["data"]["payment"])
        assert payment is not None  # actions belong to payments
        for name, amount in kept["moved"].items():
            payment["data"][name] += sign * amount
        self.keep(payment)

    def _new_action(
        self,
        payment: Kept,
        kind: str,
        wanted: dict[str, Any],
        what: Scenario,
        status: str,
        moved: dict[str, int],
    ) -> Kept:
        data, amount = payment["data"], wanted["amount"]
        return self.new(
            "action",
            {"refund": "rf_"}.get(kind, "ac_"),
            {
                "type": kind, "payment": data["id"], "payment_reference": data["reference"],
                "reference": wanted["reference"], "status": status, "amount": amount, "currency": data["currency"],
                "reason": None, "decline": None, "scenario": what.name,
                "acquirer_reference": self.new_id("ar") if kind in ("capture", "refund") else None,
                "fees": fees(amount, data["currency"]) if kind == "capture" else [],
                "exchange": exchange(what, amount, data["currency"]),
            },
            ahead=[], moved=moved,
        )  # fmt: skip


def _chosen(kept: Kept) -> Scenario:
    thing = REFUND if kept["data"]["type"] == "refund" else ACTION
    return KNOWN[thing].get(kept["data"]["scenario"], NORMAL)


def _fits(what: Scenario, kind: str) -> bool:
    """Whether a scenario that is named after a kind of action is about this one."""
    about = what.name.partition("_")[0]
    return about not in ("capture", "increment", "refund") or about == kind
