"""The disputes port: answering to objections against captured payments. They become known by webhooks and look-ups.

Every method returns what the provider said of the dispute, or raises one of the four failures of
`adapters.kit.errors`.
"""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from adapters.kit.call import Call
from corridor.payments.v1.dispute_observation_pb2 import DisputeObservation
from corridor.payments.v1.dispute_pb2 import Dispute, DisputeDocument


@runtime_checkable
class Disputes(Protocol):
    """A provider over which disputes are answered."""

    def submit_evidence(self, call: Call, dispute: Dispute, documents: Sequence[DisputeDocument]) -> DisputeObservation:
        """Send `dispute.evidence` and the documents, with their content, as the company's defence.

        May be repeated after a lost answer: it has to end in one submission.
        """
        ...

    def accept_dispute(self, call: Call, dispute: Dispute) -> DisputeObservation:
        """Tell the provider that the company does not defend itself."""
        ...

    def look_up_dispute(self, call: Call, dispute: Dispute) -> DisputeObservation | None:
        """What the provider says of the dispute now; None if it was asked and knows nothing of it."""
        ...
