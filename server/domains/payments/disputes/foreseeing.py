"""What an observation would mean for a dispute. Pure: as `Observing` finds it, and nothing is changed."""

from corridor.payments.v1.dispute_observation_pb2 import DisputeObservation
from corridor.payments.v1.dispute_pb2 import Dispute, DisputeState
from server.domains.payments.disputes import meaning
from server.kit.lifecycle import Verdict
from server.platform.webhooks.foreseen import Foreseen
from server.store.observations import Source


def would(dispute: Dispute, seen: DisputeObservation) -> Foreseen:
    """What would come of an observation that came by a webhook, of a dispute that is known."""
    why = meaning.contradiction(dispute, seen)
    verdict = Verdict.CONFLICTS if why else meaning.verdict(dispute, seen, Source.WEBHOOK)
    before = _word(dispute.state)
    after = _word(meaning.meant(dispute, seen)) if verdict == Verdict.ADVANCES else before
    if verdict == Verdict.CONFLICTS and not why:
        why = "The provider says of it what cannot follow any more."
    if not why and meaning.is_doubtful(dispute, seen, Source.WEBHOOK, verdict):
        why = "Nobody tells when that was: the provider would be asked."
    return Foreseen(dispute.dispute_id, dispute.revision, verdict, before, after, why)


def opens(payment_id: str, seen: DisputeObservation) -> Foreseen:
    """What would come of the first that is told of a dispute."""
    return Foreseen(payment_id, 0, Verdict.ADVANCES, "", _word(seen.state), "A dispute of the payment is made known.")


def _word(state: "DisputeState.ValueType") -> str:
    return DisputeState.Name(state).removeprefix("DISPUTE_STATE_").lower().replace("_", " ")
