"""Disputes at the sandbox. Every method is encode, send, decode; see `payment_mapping.py`.

Rule: a repeated submission sends each document under its own key again, so that the evidence names the same ones.
"""

from collections.abc import Sequence
from typing import Any

from adapters.kit.call import Call, path_segment
from adapters.kit.forms import Part
from adapters.sandbox import payment_mapping as mapping
from adapters.sandbox.mapping import scenario
from adapters.sandbox.payment_words import DOCUMENT_TYPES
from adapters.sandbox.wire import error_code, is_missing, send
from corridor.payments.v1.dispute_observation_pb2 import DisputeObservation
from corridor.payments.v1.dispute_pb2 import Dispute, DisputeDocument, DisputeDocumentType


class Disputes:
    """Implements the port Disputes."""

    def submit_evidence(self, call: Call, dispute: Dispute, documents: Sequence[DisputeDocument]) -> DisputeObservation:
        """Send the documents, then the evidence that names them. Where nothing is awaited any more, read how it is."""
        path = _path(dispute)
        sent = [_document(call, path, each) for each in documents]
        body = mapping.evidence(dispute, sent)
        answer = send(call, "POST", f"{path}/evidence", writes=True, keyed=True, json=body, absent=_not_awaited)
        return mapping.dispute(answer or send(call, "GET", path))

    def accept_dispute(self, call: Call, dispute: Dispute) -> DisputeObservation:
        """Say that the company does not defend itself. Where nothing is awaited any more, read how it is."""
        path = _path(dispute)
        body = scenario(dispute.sandbox_scenario)
        answer = send(call, "POST", f"{path}/accept", writes=True, keyed=True, json=body, absent=_not_awaited)
        return mapping.dispute(answer or send(call, "GET", path))

    def look_up_dispute(self, call: Call, dispute: Dispute) -> DisputeObservation | None:
        """One dispute, by the sandbox's id."""
        made = send(call, "GET", _path(dispute), absent=is_missing("dispute"))
        return mapping.dispute(made) if made else None


def _document(call: Call, path: str, document: DisputeDocument) -> str:
    kind = DOCUMENT_TYPES[document.type or DisputeDocumentType.DISPUTE_DOCUMENT_TYPE_OTHER]
    parts = [Part("type", kind), Part("file", document.content, document.file_name, document.content_type)]
    key = {"Idempotency-Key": f"{call.idempotency_key}-{document.dispute_document_id}"}
    return str(send(call, "POST", f"{path}/documents", writes=True, parts=parts, headers=key)["id"])


def _path(dispute: Dispute) -> str:
    return f"/v1/disputes/{path_segment(dispute.provider_reference)}"


def _not_awaited(status: int, body: Any) -> bool:
    return status == 409 and error_code(body) == "no_response_awaited"
