"""The refunds port: giving captured payments back through the provider that took them.

Every method returns what the provider said of the refund, as a `PaymentObservation` of the step refund, or raises one
of the four failures of `adapters.kit.errors`.
"""

from typing import Protocol, runtime_checkable

from adapters.kit.call import Call
from corridor.payments.v1.payment_observation_pb2 import PaymentObservation
from corridor.payments.v1.payment_pb2 import Payment
from corridor.payments.v1.refund_pb2 import Refund


@runtime_checkable
class Refunds(Protocol):
    """A provider that can give payments back."""

    def create_refund(self, call: Call, payment: Payment, refund: Refund) -> PaymentObservation:
        """Give back `refund.amount` of the payment. `call.idempotency_key` is the same for every try of one refund."""
        ...

    def look_up_refund(self, call: Call, payment: Payment, refund: Refund) -> PaymentObservation | None:
        """What the provider knows of a refund; None if it was asked and knows nothing of it."""
        ...
