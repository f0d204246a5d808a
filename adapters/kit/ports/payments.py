"""The payments port: taking money by cards through a provider (acquiring).

Every method returns what the provider said of one step, or raises one of the four failures of `adapters.kit.errors`.
`call.idempotency_key` is the same for every try of one payment, action or refund, and has to reach the provider.
"""

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from adapters.kit.call import Call
from corridor.payments.v1.payment_action_pb2 import PaymentAction
from corridor.payments.v1.payment_observation_pb2 import PaymentObservation
from corridor.payments.v1.payment_pb2 import Payment


@runtime_checkable
class Payments(Protocol):
    """A provider that can take payments.

    What it cannot do of these, its manifest leaves out of `[coverage.payments] features`; then it is never asked.
    """

    def authorise(self, call: Call, payment: Payment) -> PaymentObservation:
        """Ask for the payment's approval, with its capture where `capture_method` is not manual.

        A decline is a result, and so is a step that the customer has to take.
        """
        ...

    def continue_payment(self, call: Call, payment: Payment, details: Mapping[str, str]) -> PaymentObservation:
        """Go on after the customer has acted, with what their browser brought back; the payment's state then."""
        ...

    def capture(self, call: Call, payment: Payment, action: PaymentAction) -> PaymentObservation:
        """Take `action.amount` of what is authorised."""
        ...

    def increment(self, call: Call, payment: Payment, action: PaymentAction) -> PaymentObservation:
        """Ask the issuer for `action.amount` more. `payment.authorised_minor` is what is authorised so far."""
        ...

    def void(self, call: Call, payment: Payment, action: PaymentAction) -> PaymentObservation:
        """Give up what is authorised and not captured."""
        ...

    def reverse(self, call: Call, payment: Payment, action: PaymentAction) -> PaymentObservation:
        """Undo the payment as a whole, whether it was captured or not."""
        ...

    def look_up_payment(
        self, call: Call, payment: Payment, action: PaymentAction | None = None
    ) -> PaymentObservation | None:
        """What the provider knows of the payment's authorisation, or of an action with it; None if it knows nothing.

        None must mean that the provider was asked and has no such thing. A provider that has no way to be asked
        raises `Unavailable` with the code `errors.CANNOT_ASK`: then the same request is repeated under the same key.
        """
        ...
