"""The simulated Disputes API v30, and the ways in which disputes arise and end.

Rule: it says no with HTTP 200 and `success` false, as the vendor does.
"""

import functools
from typing import Any

from adapters.adyen.simulator_checkout import PAYMENT
from adapters.adyen.simulator_transfers import TransferSimulator
from adapters.kit.simulator import Answer, Request

DISPUTE = "dispute"
KINDS = ("TIDorInvoice", "DefenseMaterial", "AlternativeDefenseMaterial")
REASON = "SupplyDefenseMaterial"
OVER = frozenset(("accepted", "decided"))


class DisputeSimulator(TransferSimulator):
    """Disputes of captured payments."""

    def open_dispute(self, payment_id: str, reason: str = "10.4", event: str = "CHARGEBACK") -> str:
        """Open a dispute of a captured payment, by our id of it; the dispute's reference."""
        with self.store.lock:
            paid = next(each for each in self.store.all(PAYMENT) if each["reference"].partition("-")[0] == payment_id)
            made = {
                "psp": self.psp_reference(),
                "original": paid["psp"],
                "reference": paid["reference"],
                "merchant": paid["merchant"],
                "account": paid["account"],
                "amount": paid["amount"],
                "reason": reason,
                "state": "open",
                "documents": {},
                "submissions": 0,
            }
            self.store.put(DISPUTE, made["psp"], made)
            self.tell_dispute(made["psp"], event)
            return str(made["psp"])

    def tell_dispute(self, psp: str, event: str) -> bool:
        """Tell of a dispute by an event; False if there is none."""
        made = self.store.get(DISPUTE, psp)
        if made is None:
            return False
        extra = {"chargebackReasonCode": made["reason"], "chargebackSchemeCode": "visa", "defendable": "true",
                 "defensePeriodEndsAt": "2030-01-31T03:03:07+02:00"}  # fmt: skip
        self.tell(made, event, True, extra)
        return True

    def decide_dispute(self, psp: str, won: bool) -> None:
        """Decide a dispute, once what was put off before is told."""
        with self.store.lock:
            made = self.store.get(DISPUTE, psp)
            assert made is not None
            made["state"] = "decided"
            event = "ISSUER_RESPONSE_TIMEFRAME_EXPIRED" if won else "SECOND_CHARGEBACK"
            self.later(2, functools.partial(self._tell, psp, event))

    def submissions(self, psp: str) -> int:
        """How often a dispute was defended."""
        with self.store.lock:
            return int((self.store.get(DISPUTE, psp) or {"submissions": 0})["submissions"])

    def defense_reasons(self, request: Request) -> Answer:
        """The reasons by which a dispute can be defended, with their documents."""
        self.authorise(request)
        made = self.store.get(DISPUTE, request.json()["disputePspReference"])
        if made is None:
            return _said("Unknown dispute")
        kinds = [
            {"defenseDocumentTypeCode": kind, "available": kind in made["documents"], "requirementLevel": "Optional"}
            for kind in KINDS
        ]
        reason = {"defenseReasonCode": REASON, "defenseDocumentTypes": kinds, "satisfied": bool(made["documents"])}
        return Answer(200, {"defenseReasons": [reason], "disputeServiceResult": {"success": True}})

    def supply_documents(self, request: Request) -> Answer:
        """Take documents, each in the place of one under the same code."""

        def act(made: dict[str, Any], body: dict[str, Any]) -> str:
            for each in body["defenseDocuments"]:
                if each["defenseDocumentTypeCode"] not in KINDS:
                    return "Unknown document type"
                made["documents"][each["defenseDocumentTypeCode"]] = len(each["content"])
            return ""

        return self._on_dispute(request, act)

    def delete_document(self, request: Request) -> Answer:
        """Take a document back."""

        def act(made: dict[str, Any], body: dict[str, Any]) -> str:
            known = made["documents"].pop(body["defenseDocumentType"], None)
            return "" if known is not None else "Unknown document"

        return self._on_dispute(request, act)

    def defend(self, request: Request) -> Answer:
        """Submit the defence."""

        def act(made: dict[str, Any], body: dict[str, Any]) -> str:
            if made["state"] != "open" or body["defenseReasonCode"] != REASON:
                return "Dispute cannot be defended"
            made["submissions"] += 1
            made["state"] = "defended"
            self.later(1, functools.partial(self._tell, made["psp"], "INFORMATION_SUPPLIED"))
            return ""

        return self._on_dispute(request, act)

    def accept(self, request: Request) -> Answer:
        """Take the merchant's acceptance."""

        def act(made: dict[str, Any], body: dict[str, Any]) -> str:
            if made["state"] != "open":
                return "Dispute cannot be accepted"
            made["state"] = "accepted"
            self.later(1, functools.partial(self._tell, made["psp"], "DISPUTE_DEFENSE_PERIOD_ENDED"))
            return ""

        return self._on_dispute(request, act)

    def _tell(self, psp: str, event: str) -> None:
        self.tell_dispute(psp, event)

    def _on_dispute(self, request: Request, act: Any) -> Answer:
        def once(account: str) -> Answer:
            body = request.json()
            made = self.store.get(DISPUTE, body["disputePspReference"])
            if made is None:
                return _said("Unknown dispute")
            problem = act(made, body)
            self.store.put(DISPUTE, made["psp"], made)
            return _said(problem)

        return self.act_once(request, once)


def _said(problem: str) -> Answer:
    result: dict[str, Any] = {"success": not problem}
    return Answer(200, {"disputeServiceResult": {**result, "errorMessage": problem} if problem else result})
