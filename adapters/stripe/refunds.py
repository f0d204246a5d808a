"""Refunds of captured payments.

Rule: a refund is looked for in the list of its own payment's refunds, which is short and complete.
"""

from collections.abc import Mapping
from typing import Any

from adapters.kit.call import Call
from adapters.kit.errors import Misconfigured, Unknown
from adapters.stripe import refund_mapping as mapping
from adapters.stripe import refusals, wire
from corridor.payments.v1.payment_observation_pb2 import PaymentObservation
from corridor.payments.v1.payment_pb2 import Payment
from corridor.payments.v1.refund_pb2 import Refund

REFUNDS, REFUND = "/v1/refunds", "/v1/refunds/{}"


def of_intent(call: Call, intent_id: str) -> list[Mapping[str, Any]]:
    """Every refund of a payment intent, with what each cost."""
    query = [("payment_intent", intent_id), ("expand[0]", "data.balance_transaction")]
    found = list(wire.pages(call, REFUNDS, query))
    if any(each.get("payment_intent") != intent_id for each in found):
        raise Misconfigured("the provider did not heed the filter, so its answer says nothing")
    return found


class StripeRefunds:
    """Implements the port Refunds."""

    def create_refund(self, call: Call, payment: Payment, refund: Refund) -> PaymentObservation:
        """Refund a part or all. What cannot be given back any more has failed; that is an answer."""
        failure = ""

        def refused(status: int, answer: Any) -> bool:
            nonlocal failure
            code = refusals.error_code(answer)
            if status == 400 and code in mapping.REFUSALS:
                failure = str(code)
            elif status == 400 and mapping.above_what_is_left(refusals.error(answer)):
                failure = "amount_too_large"
            return bool(failure)

        made = wire.post(call, REFUNDS, mapping.form(payment, refund), absent=refused)
        if made is None:
            return mapping.refused(payment, refund, failure)
        seen = mapping.observation(made)
        if seen.step_id != refund.refund_id:
            raise Misconfigured("the provider answered with another refund")
        return _of_payment(seen, payment)

    def look_up_refund(self, call: Call, payment: Payment, refund: Refund) -> PaymentObservation | None:
        """Find the refund by its own id where we know it, else by ours among the payment's refunds."""
        if refund.provider_reference:
            expand = [("expand[0]", "balance_transaction")]
            found = wire.get(call, wire.below(REFUND, refund.provider_reference), expand)
            if found is not None:
                return _of_payment(mapping.observation(found), payment)
        made = of_intent(call, payment.provider_reference)
        ours = [each for each in made if wire.metadata(each, wire.REFUND_ID) == refund.refund_id]
        if len(ours) > 1:
            raise Unknown("several refunds carry this refund's id")
        return _of_payment(mapping.observation(ours[0]), payment) if ours else None


def _of_payment(seen: PaymentObservation, payment: Payment) -> PaymentObservation:
    seen.payment_id = payment.payment_id
    return seen
