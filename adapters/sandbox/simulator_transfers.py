"""The sandbox's transfers and grants: what payouts become there.

Rule: it reads strictly; what a careless provider would let pass is an error here.
"""

from typing import Any

from adapters.kit.simulator import Answer, Entry, Refused, Request
from adapters.sandbox.mapping import RAILS
from adapters.sandbox.scenarios import BY_NAME, NORMAL, PAID, Scenario, scenario
from adapters.sandbox.simulator_core import Core, Kept

FIELDS = {"reference", "amount", "currency", "rail", "statement_text", "description", "recipient"}
CANCELLABLE = frozenset({"received", "processing"})
FINAL = frozenset({"paid", "declined", "failed", "returned", "cancelled"})
FEE = 25
"""What every transfer costs, in minor units of its currency."""
MOVED = {"returned": "R03/AC03", "failed": "account_closed", "declined": "risk"}


class Transfers(Core):
    """Transfers go from received to processing to paid, each after `step_seconds`, unless a scenario says otherwise."""

    def resume(self) -> None:
        """Go on with what is unfinished, also in a file of a sandbox that knew transfers alone."""
        older = [kept for kept in self.store.all("transfer") if "transfer" in kept]
        for kept in older:
            kept |= {"kind": "transfer", "data": kept.pop("transfer"), "timers": []}
        super().resume()
        for kept in older:
            self._account = kept["account"]
            self._go_on(kept)

    def create_transfer(self, request: Request) -> Answer:
        """Accept a transfer, decline it, or refuse its details."""
        self.authorise(request)
        self._key_of(request)
        wanted = self.read(request, FIELDS)
        self._check_transfer(wanted)
        asked = wanted.pop("scenario", "")
        field = "scenario" if asked else "description"
        chosen = self.choose(field, lambda: scenario(wanted["amount"], wanted["description"], asked))
        return self.keyed(
            request, chosen, lambda: self._create_transfer(wanted, chosen), ("recipient.account", "no such account")
        )

    def check_transfer(self, request: Request) -> Answer:
        """Whether a transfer would be declined at once, and what it would cost. Nothing is made, and nothing kept."""
        self.authorise(request)
        wanted = self.read(request, FIELDS)
        self._check_transfer(wanted)
        asked = wanted.pop("scenario", "")
        field = "scenario" if asked else "description"
        chosen = self.choose(field, lambda: scenario(wanted["amount"], wanted["description"], asked))
        if chosen.refusal == 422:
            return self.invalid("recipient.account", "no such account")
        declined = tuple(chosen.path[:1]) == ("declined",)
        return Answer(
            200,
            {
                "verdict": "refused" if declined else "taken",
                "reason": {"code": chosen.code} if declined else None,
                "amount": wanted["amount"],
                "currency": wanted["currency"],
                "fee": {"amount": FEE, "currency": wanted["currency"]},
            },
        )

    def list_transfers(self, request: Request) -> Answer:
        """The account's transfers, optionally by reference."""
        return self.page(request, "transfer", reference=request.argument("reference"))

    def get_transfer(self, request: Request) -> Answer:
        """One transfer."""
        self.authorise(request)
        return Answer(200, self.own("transfer", request.params["transfer_id"])["data"])

    def cancel_transfer(self, request: Request) -> Answer:
        """Cancel a transfer that is not paid yet."""
        self.authorise(request)
        kept = self.own("transfer", request.params["transfer_id"])
        if kept["data"]["status"] not in {*CANCELLABLE, "cancelled"}:
            return self.error(409, "not_cancellable", "the transfer is beyond cancellation")
        if kept["data"]["status"] != "cancelled":
            kept["ahead"] = []
            self._enter(kept, "cancelled", "cancelled_by_client")
        return Answer(200, kept["data"])

    def transfers_in_books(self) -> list[Entry]:
        """Every transfer that was accepted."""
        return [
            Entry(each["reference"], each["id"], each["amount"], each["currency"], each["status"])
            for each in (kept["data"] for kept in self.store.all("transfer"))
        ]

    def move_transfer(self, kept: Kept, word: str) -> None:
        """Put a transfer into a status now. `returned` brings the rail's code with it."""
        kept["ahead"] = []
        self._enter(kept, word, MOVED.get(word, ""))

    def due_transfer(self, kept: Kept) -> None:
        """A transfer's next status."""
        if kept["ahead"]:
            word = kept["ahead"].pop(0)
            self._enter(kept, word, "" if kept["ahead"] else _chosen(kept).code)
            self._go_on(kept)

    def create_grant(self, request: Request) -> Answer:
        """Issue a token, as if somebody had just agreed to it."""
        account, grant_id = self.authorise(request), self.new_id("gr_")
        grant = {"id": grant_id, "token": f"token_{grant_id}", "status": "active"}
        self.store.put("grant", grant_id, {"grant": grant, "account": account})
        return Answer(201, grant)

    def get_grant(self, request: Request) -> Answer:
        """One grant."""
        kept = self.store.get("grant", request.params["grant_id"])
        if kept is None or kept["account"] != self.authorise(request):
            raise Refused(self.error(404, "grant_not_found", "no such grant"))
        return Answer(200, kept["grant"])

    def revoke_grant(self, request: Request) -> Answer:
        """End a token (RFC 7009, 2.1). A token that nobody knows is as good as ended (2.2)."""
        account, token = self.authorise(request), request.form().get("token", "")
        if not token:
            raise Refused(self.error(400, "invalid_request", "send a token"))  # RFC 6749, 5.2
        for kept in self.store.all("grant"):
            if kept["account"] == account and kept["grant"]["token"] == token:
                kept["grant"]["status"] = "revoked"
                self.store.put("grant", kept["grant"]["id"], kept)
        return Answer(200, {})

    def _check_transfer(self, wanted: dict[str, Any]) -> None:
        recipient = wanted["recipient"]
        self.check_amount(wanted)
        if wanted["rail"] not in RAILS:
            raise Refused(self.invalid("rail", "not a rail"))
        if not recipient["name"].strip():
            raise Refused(self.invalid("recipient.name", "missing"))
        if not recipient["account"].get("iban") and not recipient["account"].get("account_number"):
            raise Refused(self.invalid("recipient.account", "missing"))

    def _create_transfer(self, wanted: dict[str, Any], chosen: Scenario) -> Answer:
        path = chosen.path or PAID
        kept = self.new(
            "transfer", "tr_", {**wanted, "status": path[0], "reason": None, "scenario": chosen.name},
            ahead=list(path[1:]),
        )  # fmt: skip
        if kept["ahead"]:
            self._go_on(kept)
        else:
            kept["data"]["reason"] = _reason(kept["data"], chosen.code)
            self.tell(kept, "transfer.updated", chosen)
        self.keep(kept)
        return Answer(201, dict(kept["data"]))

    def _go_on(self, kept: Kept) -> None:
        if kept["ahead"]:
            self.soon(kept, "transfer", _chosen(kept).last_after_seconds if len(kept["ahead"]) == 1 else 0)

    def _enter(self, kept: Kept, word: str, code: str) -> None:
        transfer = kept["data"]
        transfer |= {"status": word, "reason": _reason(transfer, code), "updated_at": self.stamp()}
        self.keep(kept)
        self.tell(kept, "transfer.updated", _chosen(kept), last=word in FINAL and not kept["ahead"])


def _chosen(kept: Kept) -> Scenario:
    return BY_NAME.get(kept["data"]["scenario"], NORMAL)


def _reason(transfer: dict[str, Any], code: str) -> dict[str, str] | None:
    # Of a pair the first is NACHA's, the second ISO 20022's.
    nacha, _, iso = code.partition("/")
    used = nacha if not iso or transfer["rail"] in {"ach", "ach_same_day"} else iso
    return {"code": used} if used else None
