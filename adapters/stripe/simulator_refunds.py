"""The simulated Stripe's desks for refunds, and for disputes with their files."""

from collections.abc import Sequence
from typing import ClassVar

from adapters.kit.simulator import Answer, Request, Route
from adapters.stripe import simulator_objects as objects
from adapters.stripe.simulator_cards import VERDICTS, Card, card
from adapters.stripe.simulator_desk import CHARGE, DISPUTE, INTENT, REFUND, Json
from adapters.stripe.simulator_payments import PaymentDesk

FILE = "file"


class RefundDesk(PaymentDesk):
    """Refunds."""

    REFUND_ROUTES: ClassVar[Sequence[Route]] = (
        Route("create_refund", "POST", "/v1/refunds", writes=True),
        Route("list_refunds", "GET", "/v1/refunds"),
        Route("get_refund", "GET", "/v1/refunds/{id}"),
    )

    def create_refund(self, request: Request) -> Answer:
        """Give back a part or all that is left of a captured payment."""

        def make(account: str, form: Json) -> Answer:
            intent = self.store.get(INTENT, str(form.get("payment_intent")))
            if intent is None or self.owner(intent["id"]) != account:
                message = "No such payment_intent"
                raise self.refused(400, "invalid_request_error", "resource_missing", message, "payment_intent")
            if intent["status"] != "succeeded":
                return self.unexpected_state(intent)
            charge = self.charge_of(intent)
            given = sum(
                each["amount"] for each in self._of_charge(charge) if each["status"] not in ("failed", "canceled")
            )
            left = charge["amount_captured"] - given
            amount = int(form.get("amount", left))
            if left == 0:
                code, message = "charge_already_refunded", "The charge has already been refunded."
                return Answer(400, objects.error("invalid_request_error", code, message))
            if not 0 < amount <= left:
                message = "Refund amount is greater than unrefunded amount on charge"
                return Answer(400, objects.error("invalid_request_error", "", message, "amount"))
            return self._given_back(charge, form, amount, account, request)

        return self.once(request, make)

    def list_refunds(self, request: Request) -> Answer:
        """The account's refunds, of one payment intent or all."""
        wanted = request.argument("payment_intent")
        found = self.of_account(REFUND, self.authorise(request))
        return self.page([each for each in found if wanted in ("", each["payment_intent"])], request, "/v1/refunds")

    def get_refund(self, request: Request) -> Answer:
        """One refund."""
        return self.shown(self.own(REFUND, request), request)

    def enter_refund(self, refund: Json, word: str, last: bool) -> None:
        """Put a refund into a state; a failed one puts the money back."""
        refund["status"] = word
        if word == "failed":
            refund["failure_reason"] = "expired_or_canceled_card"
            refund["failure_balance_transaction"] = objects.new_id("txn")
        self.keep(REFUND, refund)
        self.tell("charge.refund.updated", refund, group=refund["payment_intent"], last=last)

    def _given_back(self, charge: Json, form: Json, amount: int, account: str, request: Request) -> Answer:
        intent = self.store.get(INTENT, charge["payment_intent"]) or {}
        states = (card(str(intent.get("payment_method"))) or Card()).refund
        refund = objects.refund(charge, form, amount, self.seconds())
        refund["status"], *rest = states or ("succeeded",)
        line = self.settled("refund", -amount, charge["currency"], refund["id"], 0, account)
        refund["balance_transaction"] = line["id"]
        self.keep(REFUND, refund, account)
        charge["amount_refunded"] += amount
        charge["refunded"] = charge["amount_refunded"] >= charge["amount"]
        self.keep(CHARGE, charge)
        self.tell("refund.created", refund, group=charge["payment_intent"])
        self.tell("charge.refunded", charge, group=charge["payment_intent"], last=not rest)
        self.script(REFUND, refund["id"], rest)
        return self.shown(refund, request, form)

    def _of_charge(self, charge: Json) -> list[Json]:
        return [each for each in self.store.all(REFUND) if each["charge"] == charge["id"]]


class DisputeDesk(RefundDesk):
    """Disputes and the files of their evidence."""

    DISPUTE_ROUTES: ClassVar[Sequence[Route]] = (
        Route("get_dispute", "GET", "/v1/disputes/{id}"),
        Route("update_dispute", "POST", "/v1/disputes/{id}", writes=True),
        Route("close_dispute", "POST", "/v1/disputes/{id}/close", writes=True),
        Route("create_file", "POST", "/v1/files", writes=True),
    )

    def get_dispute(self, request: Request) -> Answer:
        """One dispute."""
        return self.shown(self.own(DISPUTE, request), request)

    def update_dispute(self, request: Request) -> Answer:
        """Add evidence, and submit it if so asked."""

        def change(account: str, form: Json) -> Answer:
            dispute = self.own(DISPUTE, request)
            dispute["metadata"].update(form.get("metadata") or {})
            evidence = form.get("evidence") or {}
            if evidence and not dispute["status"].endswith("needs_response"):
                return self._over(dispute)
            for name, value in evidence.items():
                named = str(value)
                if named.startswith("file_") and self.store.get(FILE, named) is None:
                    raise self.refused(400, "invalid_request_error", "resource_missing", "No such file", name)
            dispute["evidence"].update(evidence)
            dispute["evidence_details"]["has_evidence"] |= bool(evidence)
            self.keep(DISPUTE, dispute)
            if form.get("submit") == "true":
                self._submitted(dispute)
            return self.shown(dispute, request)

        return self.once(request, change)

    def close_dispute(self, request: Request) -> Answer:
        """Give a dispute up."""

        def close(account: str, form: Json) -> Answer:
            dispute = self.own(DISPUTE, request)
            if not dispute["status"].endswith("needs_response"):
                return self._over(dispute)
            self.enter_dispute(dispute, "warning_closed" if dispute["status"].startswith("warning") else "lost")
            return self.shown(dispute, request)

        return self.once(request, close)

    def create_file(self, request: Request) -> Answer:
        """Take a file."""

        def make(account: str, form: Json) -> Answer:
            parts = {part.name: part for part in request.parts()}
            file, purpose = parts["file"], parts["purpose"].data.decode()
            made = objects.file(purpose, file.filename, len(file.data), self.seconds())
            return Answer(200, self.keep(FILE, made, account))

        return self.once(request, make)

    def open_dispute(self, charge: Json, reason: str, *, inquiry: bool = False) -> Json:
        """Dispute a captured charge. Of an inquiry nothing is taken back."""
        account, lines = self.owner(charge["id"]), []
        if not inquiry:
            amount, fee = -charge["amount_captured"], objects.DISPUTE_FEE_MINOR
            lines = [self.settled("adjustment", amount, charge["currency"], charge["id"], fee, account)]
        status = "warning_needs_response" if inquiry else "needs_response"
        dispute = self.keep(DISPUTE, objects.dispute(charge, reason, status, lines, self.seconds()), account)
        charge["disputed"] = True
        self.keep(CHARGE, charge)
        self.tell("charge.dispute.created", dispute)
        if not inquiry:
            self.tell("charge.dispute.funds_withdrawn", dispute)
        return dispute

    def enter_dispute(self, dispute: Json, word: str, *, last: bool = True) -> None:
        """Put a dispute into a state."""
        dispute["status"] = word
        self.keep(DISPUTE, dispute)
        over = word in ("won", "lost", "warning_closed")
        if word == "won":
            self.tell("charge.dispute.funds_reinstated", dispute)
        self.tell("charge.dispute.closed" if over else "charge.dispute.updated", dispute, last=last)

    def _submitted(self, dispute: Json) -> None:
        details = dispute["evidence_details"]
        details["submission_count"] += 1
        warning = "warning_" if dispute["status"].startswith("warning") else ""
        self.enter_dispute(dispute, f"{warning}under_review", last=False)
        verdict = VERDICTS.get(str(dispute["evidence"].get("uncategorized_text")))
        self.script(DISPUTE, dispute["id"], [verdict] if verdict else [])

    def _over(self, dispute: Json) -> Answer:
        message = f"This dispute cannot be changed: it is {dispute['status']}."
        return Answer(400, objects.error("invalid_request_error", "", message))
