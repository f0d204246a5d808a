"""What is awaited of a dispute: the provider's word on it, once the time to answer is over or the answer is there."""

from datetime import UTC

from corridor.payments.v1.dispute_pb2 import Dispute
from server.domains.payments.disputes.lifecycle import NEEDS_RESPONSE, UNDER_REVIEW
from server.platform.sweeps.taking import Awaited


def awaited(dispute: Dispute) -> Awaited | None:
    """When its provider should have told more; None where nothing is awaited of it."""
    if dispute.state not in (NEEDS_RESPONSE, UNDER_REVIEW):
        return None
    waits = dispute.state == NEEDS_RESPONSE and dispute.HasField("evidence_due_time")
    due = dispute.evidence_due_time if waits else dispute.update_time
    return Awaited(dispute.connection_id, due.ToDatetime(UTC), bool(dispute.provider_reference))
