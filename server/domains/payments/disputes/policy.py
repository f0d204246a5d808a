"""What may be done with a dispute. Every rule answers at once, from the dispute under its lock.

So what is refused here never reaches a provider, and a dispute is never accepted while evidence is on its way.
"""

from collections.abc import Mapping
from datetime import UTC, datetime

from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.payments.v1.dispute_pb2 import Dispute, DisputeEvidence, DisputeState
from server.domains.payments.disputes.lifecycle import NEEDS_RESPONSE
from server.kit.errors import Failure, Violation, fail

DOCUMENTS_AT_MOST = 10

# How the content of each media type begins: ISO 32000-2, 7.5.2; ITU-T T.81, B.1.1.3; ISO/IEC 15948, 5.2.
_BEGINS: Mapping[str, bytes] = {
    "application/pdf": b"%PDF-",
    "image/jpeg": b"\xff\xd8\xff",
    "image/png": b"\x89PNG\r\n\x1a\n",
}

Features = frozenset[str] | None
"""What the provider of a dispute can do with disputes, says its manifest; None where it can do nothing with them."""


def check_open(dispute: Dispute) -> None:
    """Raise unless the dispute waits for the company."""
    if dispute.state != NEEDS_RESPONSE:
        state = DisputeState.Name(dispute.state)
        raise fail(reasons.ERROR_REASON_DISPUTE_NOT_OPEN, f"The dispute is {state}.", state=state)


def check_document(dispute: Dispute, can: Features, content_type: str, content: bytes, sha256: str) -> None:
    """Raise unless the document can be added to the evidence."""
    check_open(dispute)
    if not can or "documents" not in can:
        raise _unsupported(dispute, "take documents")
    if len(dispute.documents) >= DOCUMENTS_AT_MOST:
        raise _invalid("content", f"A dispute has at most {DOCUMENTS_AT_MOST} documents.")
    if not content.startswith(_BEGINS[content_type]):
        raise _invalid("content", "The content does not begin like what its type says.")
    if any(known.sha256 == sha256 for known in dispute.documents):
        raise _invalid("content", "The same content is a document of the dispute already.")


def check_submission(dispute: Dispute, can: Features, now: datetime) -> None:
    """Raise unless the evidence can be sent."""
    check_open(dispute)
    if is_overdue(dispute, now):
        raise fail(reasons.ERROR_REASON_EVIDENCE_TOO_LATE, "The time to respond is over.")
    said = DisputeEvidence()
    said.CopyFrom(dispute.evidence)
    said.ClearField("defence_reason_code")  # a code alone says nothing
    if not said.ByteSize() and not dispute.documents:
        raise fail(reasons.ERROR_REASON_EVIDENCE_EMPTY, "There is neither a text nor a document.")
    if can is None:
        raise _unsupported(dispute, "take evidence")
    if dispute.documents and "documents" not in can:
        raise _unsupported(dispute, "take documents")


def check_acceptance(dispute: Dispute, can: Features) -> None:
    """Raise unless the dispute can be accepted."""
    check_open(dispute)
    if not can or "acceptance" not in can:
        raise _unsupported(dispute, "take the acceptance of a dispute")


def is_overdue(dispute: Dispute, now: datetime) -> bool:
    """Whether the time to respond is over. A time that nothing vouches for keeps no response back."""
    vouched = dispute.HasField("evidence_due_time") and not dispute.evidence_due_time_unproven
    return vouched and dispute.evidence_due_time.ToDatetime(UTC) <= now


def _invalid(field: str, why: str) -> Failure:
    violations = [Violation(field, why, "document")]
    return fail(reasons.ERROR_REASON_EVIDENCE_DOCUMENT_INVALID, why, violations=violations)


def _unsupported(dispute: Dispute, what: str) -> Failure:
    return fail(
        reasons.ERROR_REASON_PAYMENT_OPERATION_NOT_SUPPORTED,
        f"{dispute.provider} does not {what}.",
        provider=dispute.provider,
    )
