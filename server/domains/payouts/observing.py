"""What an observation means for a payout. Pure: whoever stores acts on it."""

from corridor.payouts.v1 import payout_pb2, payout_reason_pb2
from corridor.payouts.v1.payout_observation_pb2 import PayoutObservation
from corridor.payouts.v1.payout_pb2 import Payout
from server.domains.payouts.lifecycle import CANCELLED, FAILED, LIFECYCLE, RETURNED
from server.kit import ids
from server.kit.lifecycle import Verdict


def meaning(payout: Payout, connection_id: str, seen: PayoutObservation) -> tuple[Verdict, str]:
    """What an observation means, and the contradiction where it cannot be about this payout at all."""
    if contradiction := _contradiction(payout, connection_id, seen):
        return Verdict.CONFLICTS, contradiction
    # One without a state changes none: the provider is asked what happened.
    return (LIFECYCLE.observe(payout.state, seen.state) if seen.state else Verdict.REPEATS), ""


def _contradiction(payout: Payout, connection_id: str, seen: PayoutObservation) -> str:
    """What an observation says that cannot be about this payout, whatever its state."""
    if seen.payout_id != payout.payout_id and ids.is_id(seen.payout_id, "po"):
        return "The provider speaks of another payout."
    if payout.connection_id != connection_id:
        return f"Connection {connection_id} speaks of a payout that was sent over {payout.connection_id or 'none yet'}."
    if seen.HasField("amount") and seen.amount != payout.amount:
        return "The provider has another amount or currency."
    if seen.provider_reference and payout.provider_reference not in ("", seen.provider_reference):
        return "The provider knows the payout by two references."
    return ""


def learn(payout: Payout, seen: PayoutObservation) -> None:
    """Take over what an observation that advances a payout tells besides its state."""
    payout.provider_reference = seen.provider_reference or payout.provider_reference
    if seen.state in (FAILED, RETURNED, CANCELLED):
        cancelled = payout_reason_pb2.PAYOUT_REASON_CANCELLED_BY_PROVIDER
        payout.reason = seen.reason or (cancelled if seen.state == CANCELLED else seen.reason)
        payout.provider_reason_code = seen.provider_reason_code
    if seen.HasField("expected_settlement_time"):
        payout.expected_settlement_time.CopyFrom(seen.expected_settlement_time)


def describe(message: bytes) -> str:
    """An observation in a few words, for the timeline."""
    seen = PayoutObservation.FromString(message)
    if not seen.state:
        return f"was told of {seen.provider_state}, which the provider is asked about"
    state = payout_pb2.PayoutState.Name(seen.state).removeprefix("PAYOUT_STATE_").lower()
    return f"observed {state}" + (f" ({seen.provider_state})" if seen.provider_state else "")
