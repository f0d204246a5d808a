"""The checks port: asking whether a payout would be taken, at what price and for when, without making it.

Nothing at the provider is other than before: every request is a GET or says `only_asks`. Raises one of the four
failures of `adapters.kit.errors` where the provider could not be asked.
"""

from typing import Protocol, runtime_checkable

from adapters.kit.call import Call
from corridor.payouts.v1.beneficiary_pb2 import Beneficiary
from corridor.payouts.v1.payout_check_pb2 import PayoutCheck
from corridor.payouts.v1.payout_pb2 import Payout


@runtime_checkable
class Checks(Protocol):
    """A provider that can be asked about payouts that it is not to make."""

    def check_payout(self, call: Call, payout: Payout, beneficiary: Beneficiary) -> PayoutCheck:
        """Whether the provider would take the payout. A refusal is a result."""
        ...
