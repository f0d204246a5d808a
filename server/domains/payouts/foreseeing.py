"""What an observation would mean for a payout. Pure: as `Payouts.observe` finds it, and nothing is changed."""

from corridor.payouts.v1.payout_observation_pb2 import PayoutObservation
from corridor.payouts.v1.payout_pb2 import Payout, PayoutState
from server.domains.payouts.observing import meaning
from server.kit.lifecycle import Verdict
from server.platform.webhooks.foreseen import Foreseen


def would(payout: Payout, connection_id: str, seen: PayoutObservation) -> Foreseen:
    """What would come of an observation that came by a webhook."""
    verdict, contradiction = meaning(payout, connection_id, seen)
    before = _word(payout.state)
    after = _word(seen.state) if verdict == Verdict.ADVANCES else before
    why = contradiction
    if verdict == Verdict.CONFLICTS and not why:
        why = f"The provider says {_word(seen.state)} of a payout that is {before}."
    if not seen.state and not why:
        why = "It tells that something happened, and not what: the provider would be asked."
    return Foreseen(payout.payout_id, payout.revision, verdict, before, after, why)


def _word(state: "PayoutState.ValueType") -> str:
    return PayoutState.Name(state).removeprefix("PAYOUT_STATE_").lower().replace("_", " ")
