"""What the end of a provider call says of a payout where the provider said nothing of it."""

from corridor.payouts.v1 import payout_reason_pb2
from corridor.payouts.v1.payout_observation_pb2 import PayoutObservation
from corridor.payouts.v1.payout_pb2 import Payout
from server.domains.payouts.lifecycle import FAILED, SENT

CREATE = "create_payout"


def perhaps(payout: Payout, word: str) -> PayoutObservation:
    """The provider may have it. `word` says why that is not known."""
    return PayoutObservation(payout_id=payout.payout_id, state=SENT, provider_state=word)


def refused(payout: Payout, code: str) -> PayoutObservation:
    """The provider refused its details, with a code of its own."""
    return PayoutObservation(
        payout_id=payout.payout_id,
        state=FAILED,
        reason=payout_reason_pb2.PAYOUT_REASON_INVALID_DETAILS,
        provider_reason_code=code,
        provider_state="rejected",
    )
