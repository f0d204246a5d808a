"""The sandbox's disputes: opened by scenario, defended with evidence and documents, accepted, decided, or too late.

Rule: evidence is submitted once per dispute and stage; what decides is a word in it, or time.
"""

import re
from typing import Any

from adapters.kit.simulator import Answer, Refused, Request
from adapters.sandbox.payment_scenarios import KNOWN
from adapters.sandbox.payment_words import DISPUTE_REASONS
from adapters.sandbox.scenarios import DAY, DISPUTE, NORMAL, Scenario, named
from adapters.sandbox.simulator_actions import Actions
from adapters.sandbox.simulator_core import Kept

TEXTS = {
    "product_description", "customer_name", "customer_email", "customer_ip", "billing_address", "shipping_address",
    "shipping_carrier", "shipping_tracking_number", "shipping_date", "service_date", "refund_policy_disclosure",
    "refund_refusal_explanation", "cancellation_policy_disclosure", "cancellation_rebuttal", "duplicate_explanation",
    "access_activity_log", "other_text", "defence_reason_code",
}  # fmt: skip
DUE_SECONDS, DECIDED_SECONDS = 7 * DAY, 30 * DAY
"""How long the company has to answer, and how long the scheme takes where no word in the evidence decides."""
FEE = 1500
"""What the sandbox charges for a dispute, in minor units."""
MEDIA_TYPES = frozenset({"application/pdf", "image/jpeg", "image/png"})

_WORD = re.compile(r"sandbox:(win|lose)", re.IGNORECASE)
DECISIONS = {"win": "won", "lose": "lost"}


class Disputes(Actions):
    """A dispute is opened a moment after its payment is captured, where a scenario says so."""

    def list_disputes(self, request: Request) -> Answer:
        """The account's disputes, optionally of one payment."""
        return self.page(request, "dispute", payment=request.argument("payment"))

    def get_dispute(self, request: Request) -> Answer:
        """One dispute."""
        self.authorise(request)
        return Answer(200, self.own("dispute", request.params["dispute_id"])["data"])

    def add_document(self, request: Request) -> Answer:
        """Take one document, as multipart/form-data with `type` and `file`."""
        self.authorise(request)
        kept = self.own("dispute", request.params["dispute_id"])
        parts = {part.name: part for part in request.parts()}
        if set(parts) != {"type", "file"} or parts["file"].content_type not in MEDIA_TYPES:
            raise Refused(self.invalid("documents", "send a type, and a file of a type that is taken"))
        size = len(parts["file"].data)

        def act() -> Answer:
            data = {"dispute": kept["data"]["id"], "type": parts["type"].data.decode(), "size": size}
            return Answer(201, dict(self.new("document", "dd_", data)["data"]))

        return self.keyed(request, NORMAL, act)

    def submit_evidence(self, request: Request) -> Answer:
        """Take the company's defence, with documents that were sent before."""
        self.authorise(request)
        kept = self.own("dispute", request.params["dispute_id"])
        wanted = self.read(request, {"documents"}, TEXTS)
        what = self.choose("scenario", lambda: _asked(wanted))
        for each in wanted["documents"]:
            if self.own("document", each)["data"]["dispute"] != kept["data"]["id"]:
                raise Refused(self.invalid("documents", "of another dispute"))
        return self.keyed(request, what, lambda: self._submit(kept, wanted), ("evidence", "refused"))

    def accept_dispute(self, request: Request) -> Answer:
        """Take note that the company does not defend itself."""
        self.authorise(request)
        kept = self.own("dispute", request.params["dispute_id"])
        wanted = self.read(request, set())
        what = self.choose("scenario", lambda: _asked(wanted))

        def act() -> Answer:
            self._needs_response(kept)
            self.move_dispute(kept, "accepted")
            return Answer(200, dict(kept["data"]))

        return self.keyed(request, what, act, ("evidence", "refused"))

    def captured_money(self, kept: Kept) -> None:
        """Open the dispute for which the payment was made."""
        what = self.scenario_of(kept)
        if what.dispute and not kept.get("disputed"):
            kept["disputed"] = True
            self.soon(kept, "opening")
            self.keep(kept)

    def due_opening(self, kept: Kept) -> None:
        """The dispute that the payment's scenario asks for."""
        what = self.scenario_of(kept)
        self.open_dispute(kept, what.dispute, what.stage)

    def open_dispute(self, payment: Kept, reason: str, stage: str) -> None:
        """Open a dispute of all that was captured."""
        data = payment["data"]
        due = self.now() + DUE_SECONDS
        made = self.new(
            "dispute", "dp_",
            {
                "payment": data["id"], "payment_reference": data["reference"], "status": "needs_response",
                "stage": stage, "reason": reason, "amount": data["captured"], "currency": data["currency"],
                "scheme_reason": f"S{DISPUTE_REASONS.get(reason, 0):02}", "due_at": self.stamp(due),
                "submissions": 0, "opened_at": self.stamp(), "scenario": data["scenario"],
                "fees": [{"type": "dispute", "amount": FEE, "currency": data["currency"]}],
            },
            decision="",
        )  # fmt: skip
        self.soon(made, "deadline", DUE_SECONDS)
        self.keep(made)
        self.tell(made, "dispute.opened", self._scenario_of(made), last=False)

    def move_dispute(self, kept: Kept, word: str) -> None:
        """Put a dispute into a status now. One whose scenario says so is opened again when it is won."""
        data = kept["data"]
        data |= {"status": word, "updated_at": self.stamp()}
        if word != "needs_response":
            data["due_at"] = None
        self.keep(kept)
        self.tell(kept, "dispute.updated", self._scenario_of(kept))
        if word == "won" and self._scenario_of(kept).again and data["stage"] == "chargeback":
            self.soon(kept, "again")
            self.keep(kept)

    def due_again(self, kept: Kept) -> None:
        """The issuer does not accept what was decided."""
        kept["decision"] = ""
        self._wait_for_answer(kept, "pre_arbitration")

    def due_deadline(self, kept: Kept) -> None:
        """The end of the company's time: an inquiry becomes a chargeback, a chargeback is lost."""
        if kept["data"]["status"] != "needs_response":
            return
        if kept["data"]["stage"] == "inquiry":
            self._wait_for_answer(kept, "chargeback")
        else:
            self.move_dispute(kept, "lost")

    def due_decision(self, kept: Kept) -> None:
        """What the scheme decides."""
        if kept["data"]["status"] == "under_review":
            self.move_dispute(kept, kept["decision"] or "lost")

    def _submit(self, kept: Kept, wanted: dict[str, Any]) -> Answer:
        self._needs_response(kept)
        word = _WORD.search(" ".join(str(value) for name, value in wanted.items() if name in TEXTS))
        kept["decision"] = DECISIONS[word[1].lower()] if word else ""
        if kept["decision"] == "won" and kept["data"]["stage"] == "inquiry":
            kept["decision"] = "closed"
        kept["data"]["submissions"] += 1
        self.move_dispute(kept, "under_review")
        self.soon(kept, "decision", 0 if word else DECIDED_SECONDS)
        self.keep(kept)
        return Answer(200, dict(kept["data"]))

    def _needs_response(self, kept: Kept) -> None:
        if kept["data"]["status"] != "needs_response":
            raise Refused(self.error(409, "no_response_awaited", "the dispute waits for nothing"))

    def _wait_for_answer(self, kept: Kept, stage: str) -> None:
        kept["data"] |= {"stage": stage, "due_at": self.stamp(self.now() + DUE_SECONDS)}
        self.soon(kept, "deadline", DUE_SECONDS)
        self.move_dispute(kept, "needs_response")

    def _scenario_of(self, kept: Kept) -> Scenario:
        payment = self.store.get("payment", kept["data"]["payment"])
        return self.scenario_of(payment) if payment else NORMAL


def _asked(wanted: dict[str, Any]) -> Scenario:
    asked = wanted.pop("scenario", "")
    return named(asked, KNOWN[DISPUTE]) if asked else NORMAL
