"""What providers tell of a dispute beside its state: amount, reason, stage, due time, fees.

Rule: what is told late fills gaps and replaces nothing, so that the order of telling does not matter.
"""

from collections.abc import Sequence
from typing import Literal

from corridor.payments.v1.dispute_observation_pb2 import DisputeObservation
from corridor.payments.v1.dispute_pb2 import Dispute
from server.domains.payments.disputes.lifecycle import NEEDS_RESPONSE, RESPONDING
from server.domains.payments.facts import unknown

_MESSAGES: Sequence[Literal["amount", "open_time"]] = ("amount", "open_time")
_WORDS = ("stage", "reason", "network_reason_code", "provider_reason_code")


def learn(dispute: Dispute, seen: DisputeObservation, *, fresh: bool) -> bool:
    """Take over what was told; whether anything that callers should hear of is new. `fresh` is not told late."""
    before = dispute.SerializeToString(deterministic=True)
    for name in _WORDS:
        if getattr(seen, name) and (fresh or not getattr(dispute, name)):
            setattr(dispute, name, getattr(seen, name))
    for name in _MESSAGES:
        if seen.HasField(name) and (fresh or not dispute.HasField(name)):
            getattr(dispute, name).CopyFrom(getattr(seen, name))
    dispute.fees.extend(unknown(dispute.fees, seen.fees))
    _learn_due_time(dispute, seen, fresh)
    changed = before != dispute.SerializeToString(deterministic=True)
    if fresh and seen.HasField("provider_time"):
        dispute.provider_time.CopyFrom(seen.provider_time)
    return changed


def _learn_due_time(dispute: Dispute, seen: DisputeObservation, fresh: bool) -> None:
    vouched = dispute.HasField("evidence_due_time") and not dispute.evidence_due_time_unproven
    if dispute.state not in (NEEDS_RESPONSE, *RESPONDING):
        dispute.ClearField("evidence_due_time")  # nothing is awaited
        dispute.ClearField("evidence_due_time_unproven")
    elif fresh and seen.HasField("evidence_due_time") and not (vouched and seen.evidence_due_time_unproven):
        dispute.evidence_due_time.CopyFrom(seen.evidence_due_time)
        dispute.evidence_due_time_unproven = seen.evidence_due_time_unproven
