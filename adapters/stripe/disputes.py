"""Disputes: evidence with documents, acceptance, and what became of them.

Rule: a dispute is read before it is answered, so that one that has its answer gets no second one.
"""

from collections.abc import Mapping, Sequence

from adapters.kit.call import Call
from adapters.kit.errors import Misconfigured, Rejected
from adapters.kit.forms import Part
from adapters.stripe import dispute_mapping as mapping
from adapters.stripe import wire
from corridor.payments.v1.dispute_observation_pb2 import DisputeObservation
from corridor.payments.v1.dispute_pb2 import (
    DISPUTE_STATE_NEEDS_RESPONSE,
    Dispute,
    DisputeDocument,
)

DISPUTE, FILES = "/v1/disputes/{}", "/v1/files"


class StripeDisputes:
    """Implements the port Disputes."""

    def submit_evidence(self, call: Call, dispute: Dispute, documents: Sequence[DisputeDocument]) -> DisputeObservation:
        """Upload the documents, then send texts and documents in one submission: the vendor takes only one."""
        evidence = mapping.evidence_texts(dispute.evidence)
        fields = mapping.evidence_files(documents)
        seen = self._dispute(call, dispute)
        if seen.state != DISPUTE_STATE_NEEDS_RESPONSE:
            return seen
        for field, document in fields.items():
            evidence[field] = self._uploaded(call, document)
        form = {"evidence": evidence, "submit": True, "metadata": {wire.DISPUTE_ID: dispute.dispute_id}}
        return self._answered(call, dispute, "", form)

    def accept_dispute(self, call: Call, dispute: Dispute) -> DisputeObservation:
        """Close the dispute. The vendor calls that lost; a mark in its metadata tells that it was accepted."""
        seen = self._dispute(call, dispute)
        if seen.state != DISPUTE_STATE_NEEDS_RESPONSE:
            return seen
        path = wire.below(DISPUTE, dispute.provider_reference)
        mark = {"metadata": {wire.ACCEPTED: "true", wire.DISPUTE_ID: dispute.dispute_id}}
        wire.post(call, path, mark, suffix="mark", writes=False)
        return self._answered(call, dispute, "/close", {})

    def look_up_dispute(self, call: Call, dispute: Dispute) -> DisputeObservation | None:
        """What the vendor says of the dispute now."""
        found = wire.get(call, wire.below(DISPUTE, dispute.provider_reference))
        return mapping.observation(found) if found is not None else None

    def _answered(self, call: Call, dispute: Dispute, verb: str, form: Mapping[str, object]) -> DisputeObservation:
        path = wire.below(DISPUTE, dispute.provider_reference) + verb
        answer = wire.post(call, path, form, absent=lambda status, _: status == 400)
        if answer is not None:
            return mapping.observation(answer)
        # The vendor has no code for a dispute that was answered or is over in the meantime: its state tells.
        seen = self._dispute(call, dispute)
        if seen.state == DISPUTE_STATE_NEEDS_RESPONSE:
            raise Rejected("the provider refused the answer to the dispute", problems=[mapping.REFUSED])
        return seen

    def _uploaded(self, call: Call, document: DisputeDocument) -> str:
        parts = [
            Part("purpose", "dispute_evidence"),
            Part("file", document.content, document.file_name or "evidence", document.content_type),
        ]
        made = wire.upload(call, FILES, parts, suffix=document.dispute_document_id)
        file_id = made.get("id") if isinstance(made, dict) else None
        if not isinstance(file_id, str) or not file_id:
            raise Misconfigured("the provider gave the document no id")
        return file_id

    def _dispute(self, call: Call, dispute: Dispute) -> DisputeObservation:
        seen = self.look_up_dispute(call, dispute)
        if seen is None:
            raise Misconfigured("the provider has no such dispute", code="resource_missing")
        return seen
