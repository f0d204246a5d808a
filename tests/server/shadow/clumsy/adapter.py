"""Speaks like the sandbox, until it is to make a payout: then it breaks as a careless adapter would."""

from adapters.kit.call import Call
from adapters.sandbox.adapter import Sandbox
from corridor.payouts.v1.beneficiary_pb2 import Beneficiary
from corridor.payouts.v1.payout_observation_pb2 import PayoutObservation
from corridor.payouts.v1.payout_pb2 import Payout


class Clumsy(Sandbox):
    """The sandbox with a fault."""

    def create_payout(self, call: Call, payout: Payout, beneficiary: Beneficiary) -> PayoutObservation:
        """Break."""
        raise ZeroDivisionError(payout.payout_id)


ADAPTER = Clumsy()
