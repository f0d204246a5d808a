"""What a provider's words mean for a dispute: whether they are news, and can be true. Nothing changes here.

Rule: of two states that can follow each other the later one counts, by the provider's own times, in whatever order they
are told. Where the times are equal or missing, the one that is further on counts.
"""

from collections.abc import Mapping

from corridor.payments.v1.dispute_observation_pb2 import DisputeObservation
from corridor.payments.v1.dispute_pb2 import DISPUTE_STATE_UNSPECIFIED, Dispute, DisputeState
from server.domains.payments.disputes.lifecycle import (
    ACCEPTED,
    ACCEPTING,
    CLOSED,
    LIFECYCLE,
    LOST,
    NEEDS_RESPONSE,
    RESPONDING,
    SUBMITTING,
    UNDER_REVIEW,
    WON,
)
from server.kit import ids
from server.kit.lifecycle import Verdict
from server.store.observations import OF_THE_PAST, Source

# How far a dispute is within its stage.
_PROGRESS: Mapping[int, int] = {
    NEEDS_RESPONSE: 0, SUBMITTING: 0, ACCEPTING: 0, UNDER_REVIEW: 1, WON: 2, LOST: 2, ACCEPTED: 2, CLOSED: 2,
}  # fmt: skip
_SAID_BY_PROVIDERS = (NEEDS_RESPONSE, UNDER_REVIEW, WON, LOST, ACCEPTED, CLOSED)


def contradiction(dispute: Dispute, seen: DisputeObservation) -> str:
    """Why an observation cannot be about the dispute; empty if it can."""
    if ids.is_id(seen.payment_id, "pay") and seen.payment_id != dispute.payment_id:
        return "The provider names another payment than before."
    if seen.provider_reference and seen.provider_reference != dispute.provider_reference:
        return "The provider was asked about one dispute, and tells of another."
    if seen.state and seen.state not in _SAID_BY_PROVIDERS:
        return "The provider says a state that only we can give."
    return ""


def meant(dispute: Dispute, seen: DisputeObservation) -> "DisputeState.ValueType":
    """The state that is meant. Providers that know no acceptance say that what was accepted is lost."""
    lost = dispute.state == ACCEPTING and seen.state == LOST and not is_earlier(dispute, seen)
    return ACCEPTED if lost else seen.state


def verdict(dispute: Dispute, seen: DisputeObservation, source: Source) -> Verdict:
    """What an observation that contradicts nothing means for the dispute."""
    now, said = dispute.state, meant(dispute, seen)
    further = seen.stage > dispute.stage > 0
    if said == DISPUTE_STATE_UNSPECIFIED:
        return Verdict.REPEATS
    if now in RESPONDING and said == NEEDS_RESPONSE and not further:
        return Verdict.STALE  # it was said before the response arrived
    newer = is_newer(dispute, seen, source)
    if now == said:
        return Verdict.ADVANCES if further and newer else Verdict.REPEATS
    if now == ACCEPTED:
        # What was accepted is lost: that it is decided otherwise, later, is for a person to understand.
        contrary = said in (WON, CLOSED) and is_later(dispute, seen)
        return Verdict.CONFLICTS if contrary else Verdict.STALE
    return LIFECYCLE.observe(now, said, newer=newer)


def is_later(dispute: Dispute, seen: DisputeObservation) -> bool:
    """Whether both times are told, and the observation's is the later one."""
    return _times_told(dispute, seen) and _time(seen) > _time(dispute)


def is_earlier(dispute: Dispute, seen: DisputeObservation) -> bool:
    """Whether both times are told, and the observation's is the earlier one."""
    return _times_told(dispute, seen) and _time(seen) < _time(dispute)


def is_newer(dispute: Dispute, seen: DisputeObservation, source: Source) -> bool:
    """Whether an observation tells of something later than what is known."""
    if is_later(dispute, seen) or is_earlier(dispute, seen):
        return is_later(dispute, seen)
    told, known = _rank(seen.stage or dispute.stage, seen.state), _rank(dispute.stage, dispute.state)
    if source == Source.POLL and (told == known or not _times_told(dispute, seen)):
        return True  # it is what the provider says now
    return told > known


def is_doubtful(dispute: Dispute, seen: DisputeObservation, source: Source, found: Verdict) -> bool:
    """Whether an observation changes nothing only because nobody told when it was: then the provider is asked."""
    responding = dispute.state in RESPONDING and seen.state == NEEDS_RESPONSE
    undated = not is_earlier(dispute, seen)
    return source in OF_THE_PAST and found == Verdict.STALE and undated and not responding


def described(observation: bytes) -> str:
    """A few words for the timeline."""
    seen = DisputeObservation.FromString(observation)
    word = DisputeState.Name(seen.state).removeprefix("DISPUTE_STATE_").lower()
    return f"{word} ({seen.provider_state})" if seen.provider_state else word


def _rank(stage: int, state: int) -> tuple[int, int]:
    return stage, _PROGRESS.get(state, 0)


def _times_told(dispute: Dispute, seen: DisputeObservation) -> bool:
    return dispute.HasField("provider_time") and seen.HasField("provider_time")


def _time(told: Dispute | DisputeObservation) -> tuple[int, int]:
    return told.provider_time.seconds, told.provider_time.nanos
