"""The payouts port: sending money to a beneficiary through a provider.

Every method returns what the provider said, or raises one of the four failures of `adapters.kit.errors`.
"""

from typing import Protocol, runtime_checkable

from adapters.kit.call import Call
from corridor.payouts.v1.beneficiary_pb2 import Beneficiary
from corridor.payouts.v1.payout_observation_pb2 import PayoutObservation
from corridor.payouts.v1.payout_pb2 import Payout


@runtime_checkable
class Payouts(Protocol):
    """A provider that can pay out."""

    def create_payout(self, call: Call, payout: Payout, beneficiary: Beneficiary) -> PayoutObservation:
        """Ask the provider to pay. `call.idempotency_key` is the same for every try of one payout.

        A decline is a result. `Unknown` means that the provider may have acted.
        """
        ...

    def look_up_payout(self, call: Call, payout: Payout) -> PayoutObservation | None:
        """What the provider knows of a payout, by its own reference or by ours; None if it knows nothing of it.

        None must mean that the provider was asked and has no such payout, never that it could not be asked.
        """
        ...

    def cancel_payout(self, call: Call, payout: Payout) -> PayoutObservation:
        """Ask the provider to stop a payout that it has; the answer is the state in which the payout then is."""
        ...
