"""What the end of a provider call says of a payout."""

from corridor.payouts.v1 import payout_reason_pb2
from corridor.payouts.v1.payout_observation_pb2 import PayoutObservation
from corridor.payouts.v1.payout_pb2 import Payout
from server.domains.payouts.lifecycle import FAILED, SENT
from server.platform.providers.invoke import Ended
from server.store.attempts import Outcome

CREATE = "create_payout"

# Attempts after which the provider may have the payout.
MAY_HAVE_ACTED = {Outcome.OPEN, Outcome.ANSWERED, Outcome.UNKNOWN, Outcome.UNMAPPED}


def said(payout: Payout, ended: Ended) -> PayoutObservation | None:
    """What the end of a call says of the payout. Only the end of a creation says something without an answer."""
    if ended.outcome == Outcome.ANSWERED:
        answer: PayoutObservation | None = ended.value
        return answer
    if ended.operation != CREATE:
        return None
    if ended.outcome in (Outcome.UNKNOWN, Outcome.UNMAPPED):
        return PayoutObservation(payout_id=payout.payout_id, state=SENT, provider_state=ended.outcome.name.lower())
    if ended.outcome == Outcome.REJECTED:
        return PayoutObservation(
            payout_id=payout.payout_id,
            state=FAILED,
            reason=payout_reason_pb2.PAYOUT_REASON_INVALID_DETAILS,
            provider_reason_code=ended.code,
            provider_state="rejected",
        )
    return None
