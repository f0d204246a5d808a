"""Adyen: payments, refunds and disputes of a merchant account, payouts of a balance account, and the webhooks of both.

What words mean stands in `results.py`, `events.py`, `disputes.py` and `transfers.py`.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NoReturn

from adapters.adyen import disputes, events, packages, sending, signatures
from adapters.adyen.payments import AdyenPayments
from adapters.adyen.payouts import AdyenPayouts
from adapters.kit.call import Call
from adapters.kit.errors import CANNOT_ASK, Rejected, Unavailable
from adapters.kit.ports.webhooks import Inbound, Reading
from corridor.payments.v1.dispute_observation_pb2 import DisputeObservation
from corridor.payments.v1.dispute_pb2 import Dispute, DisputeDocument, DisputeState


class Adyen(AdyenPayments, AdyenPayouts):
    """Implements the ports Payments, Refunds, Disputes, Payouts, Webhooks and Listings."""

    def submit_evidence(self, call: Call, dispute: Dispute, documents: Sequence[DisputeDocument]) -> DisputeObservation:
        """Choose the defence, supply its documents, and defend. Each request has a key that follows from ours.

        Documents that were supplied before and are not among these are taken back, so that the vendor has exactly
        what was submitted here.
        """
        reason = packages.chosen(self._ask(call, dispute), dispute)
        papers = packages.documents(reason, dispute, documents)
        for code in sorted(packages.supplied(reason) - {paper["defenseDocumentTypeCode"] for paper in papers}):
            self._tell(call, dispute, "/deleteDisputeDefenseDocument", {"defenseDocumentType": code}, code)
        if papers:
            self._tell(call, dispute, "/supplyDefenseDocument", {"defenseDocuments": papers}, "supply")
        self._tell(call, dispute, "/defendDispute", {"defenseReasonCode": reason["defenseReasonCode"]})
        state = DisputeState.DISPUTE_STATE_UNDER_REVIEW
        return disputes.answered(dispute.provider_reference, state, "defended")

    def accept_dispute(self, call: Call, dispute: Dispute) -> DisputeObservation:
        """Accept liability."""
        self._tell(call, dispute, "/acceptDispute", {})
        return disputes.answered(dispute.provider_reference, DisputeState.DISPUTE_STATE_ACCEPTED, "accepted")

    def look_up_dispute(self, call: Call, dispute: Dispute) -> NoReturn:
        """There is no such question: where a dispute stands comes by webhook."""
        raise Unavailable("the provider cannot be asked about a dispute", code=CANNOT_ASK)

    def verify_webhook(self, inbound: Inbound, secrets: Sequence[str], now: datetime) -> None:
        """Check each item of a standard webhook, or the body of any other."""
        signatures.verify(inbound, secrets, now)

    def read_webhook(self, inbound: Inbound) -> Reading:
        """Read what was signed."""
        return events.reading(inbound.body)

    def _ask(self, call: Call, dispute: Dispute) -> Any:
        answer = sending.disputes(call, "/retrieveApplicableDefenseReasons", self._about(call, dispute), None)
        if not disputes.succeeded(answer):
            raise Rejected("the provider does not let the dispute be defended", code="not_defendable")
        return answer

    def _tell(self, call: Call, dispute: Dispute, path: str, body: dict[str, Any], part: str = "") -> None:
        key = sending.derived(call.idempotency_key, part) if part else call.idempotency_key
        answer = sending.disputes(call, path, {**self._about(call, dispute), **body}, key)
        if not disputes.succeeded(answer):
            raise Rejected(f"the provider refused {path.removeprefix('/')}", code="refused")

    def _about(self, call: Call, dispute: Dispute) -> dict[str, str]:
        return {
            "merchantAccountCode": call.credential("merchant_account"),
            "disputePspReference": dispute.provider_reference,
        }


ADAPTER = Adyen()
