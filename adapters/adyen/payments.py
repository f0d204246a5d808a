"""Card payments over Checkout v71, and what is done with them afterwards. Encode, send, decode.

Rule: the vendor cannot be asked about a payment, so after a lost answer the same request goes out under the same key.
"""

from collections.abc import Mapping
from typing import Any, NoReturn

from adapters.adyen import amounts, results, sending
from adapters.adyen.events import PARTLY, RELEASE
from adapters.kit.call import Call, path_segment
from adapters.kit.errors import CANNOT_ASK, FieldProblem, Misconfigured, Rejected, Unavailable, Unknown
from corridor.payments.v1.payment_action_pb2 import PaymentAction
from corridor.payments.v1.payment_observation_pb2 import PaymentObservation, PaymentStep
from corridor.payments.v1.payment_pb2 import Payment
from corridor.payments.v1.refund_pb2 import Refund, RefundReason
from corridor.type.v1.money_pb2 import Money

# merchantRefundReason: our reason on the left, because here we speak first.
REFUND_REASONS: Mapping["RefundReason.ValueType", str] = {
    RefundReason.REFUND_REASON_REQUESTED_BY_CUSTOMER: "CUSTOMER REQUEST",
    RefundReason.REFUND_REASON_DUPLICATE: "DUPLICATE",
    RefundReason.REFUND_REASON_FRAUDULENT: "FRAUD",
    RefundReason.REFUND_REASON_RETURNED_GOODS: "RETURN",
}


class AdyenPayments:
    """Implements the ports Payments and Refunds."""

    def authorise(self, call: Call, payment: Payment) -> PaymentObservation:
        """Ask for approval; where the capture is not manual, with its capture at once."""
        body = results.payment(payment, call.credential("merchant_account"))
        answer = sending.checkout(call, "/payments", body, call.idempotency_key)
        seen = results.observation(answer, payment)
        if seen.payment_id not in ("", payment.payment_id):
            # A key that was used before, even for another request, is answered with what was answered then.
            raise Misconfigured("the idempotency key was already used for another payment")
        return seen

    def continue_payment(self, call: Call, payment: Payment, details: Mapping[str, str]) -> PaymentObservation:
        """Go on after the customer has acted. The key is our payment's and what was brought, so each is sent once."""
        body = results.details(details)
        brought = [f"{name}={value}" for name, value in sorted(body["details"].items())]
        key = sending.derived(call.idempotency_key, "details", *brought)
        seen = results.observation(sending.checkout(call, "/payments/details", body, key), payment)
        # The details alone say which payment goes on, and a customer can bring those of another, cheaper one.
        if seen.payment_id not in ("", payment.payment_id):
            problem = FieldProblem("details", "They are another payment's.")
            raise Rejected("what the browser brought is another payment's", problems=[problem])
        if not seen.payment_id and not seen.HasField("next_action"):
            raise Unknown("the provider does not say which payment went on")  # it will, by a webhook
        return seen

    def capture(self, call: Call, payment: Payment, action: PaymentAction) -> PaymentObservation:
        """Take a part or all. After the last part, what is left is cancelled under a key that follows from ours."""
        body = {"amount": amounts.amount(action.amount), "reference": action.payment_action_id}
        seen = self._modify(call, payment, "captures", body, PaymentStep.PAYMENT_STEP_CAPTURE, action)
        # What can be captured is no measure: from the acceptance of a last capture on, that is nothing.
        if action.final_capture and action.amount.amount_minor < payment.authorised_minor - payment.captured_minor:
            self._release(call, payment, action)
        return seen

    def increment(self, call: Call, payment: Payment, action: PaymentAction) -> PaymentObservation:
        """Ask for more. The vendor wants the new total; what is added travels in the reference, see `events`."""
        total = Money(
            currency_code=action.amount.currency_code,
            amount_minor=payment.authorised_minor + action.amount.amount_minor,
        )
        added = amounts.vendor_units(action.amount.amount_minor, action.amount.currency_code)
        body = {"amount": amounts.amount(total), "reference": f"{action.payment_action_id}-{added}"}
        return self._modify(call, payment, "amountUpdates", body, PaymentStep.PAYMENT_STEP_INCREMENT, action)

    def void(self, call: Call, payment: Payment, action: PaymentAction) -> PaymentObservation:
        """Give up what is not captured. Also where the answer to the payment was lost: by our own reference."""
        body = {"reference": _undoing(payment, action)}
        if not payment.provider_reference:
            body |= {"paymentReference": results.reference(payment), **self._merchant(call)}
            answer = sending.checkout(call, "/cancels", body, call.idempotency_key)
            self._check_key(answer, action.payment_action_id)
            return results.modification(answer, PaymentStep.PAYMENT_STEP_VOID, action.payment_action_id, None)
        return self._modify(call, payment, "cancels", body, PaymentStep.PAYMENT_STEP_VOID, action)

    def reverse(self, call: Call, payment: Payment, action: PaymentAction) -> PaymentObservation:
        """Cancel or refund the payment as a whole, whichever it needs. Not for captures in parts, says the vendor."""
        if 0 < payment.captured_minor < payment.authorised_minor:
            raise Rejected("a payment that was captured in part cannot be reversed as a whole", code="partly_captured")
        body = {"reference": _undoing(payment, action)}
        return self._modify(call, payment, "reversals", body, PaymentStep.PAYMENT_STEP_REVERSAL, action)

    def create_refund(self, call: Call, payment: Payment, refund: Refund) -> PaymentObservation:
        """Give back a part or all of what was captured."""
        body = {"amount": amounts.amount(refund.amount), "reference": refund.refund_id, **self._merchant(call)}
        if refund.reason in REFUND_REASONS:
            body["merchantRefundReason"] = REFUND_REASONS[refund.reason]
        answer = sending.checkout(call, f"{self._path(payment)}/refunds", body, call.idempotency_key)
        self._check_key(answer, refund.refund_id)
        return results.modification(answer, PaymentStep.PAYMENT_STEP_REFUND, refund.refund_id, refund.amount)

    def look_up_payment(self, call: Call, payment: Payment, action: PaymentAction | None = None) -> NoReturn:
        """There is no such question: the truth comes by webhook, or by the same request under the same key."""
        raise Unavailable("the provider cannot be asked about a payment", code=CANNOT_ASK)

    def look_up_refund(self, call: Call, payment: Payment, refund: Refund) -> NoReturn:
        """As with payments."""
        raise Unavailable("the provider cannot be asked about a refund", code=CANNOT_ASK)

    def _modify(
        self,
        call: Call,
        payment: Payment,
        what: str,
        body: dict[str, Any],
        step: "PaymentStep.ValueType",
        action: PaymentAction,
    ) -> PaymentObservation:
        path = f"{self._path(payment)}/{what}"
        answer = sending.checkout(call, path, {**body, **self._merchant(call)}, call.idempotency_key)
        self._check_key(answer, action.payment_action_id)
        asked = action.amount if action.HasField("amount") else None
        return results.modification(answer, step, action.payment_action_id, asked)

    def _release(self, call: Call, payment: Payment, action: PaymentAction) -> None:
        """Give up the rest. The capture before it was taken, so that no failure here says that nothing was done."""
        body = {"reference": f"{action.payment_action_id}-{RELEASE}", **self._merchant(call)}
        key = sending.derived(call.idempotency_key, RELEASE)
        try:
            sending.checkout(call, f"{self._path(payment)}/cancels", body, key)
        except (Unavailable, Rejected, Misconfigured) as failure:
            raise Unknown("the capture was taken, and the rest not yet given up", code=failure.code) from None

    def _merchant(self, call: Call) -> dict[str, str]:
        return {"merchantAccount": call.credential("merchant_account")}

    def _path(self, payment: Payment) -> str:
        if not payment.provider_reference:
            raise Unavailable("the provider's reference of the payment is not known yet")
        return f"/payments/{path_segment(payment.provider_reference)}"

    def _check_key(self, answer: Any, step_id: str) -> None:
        reference = str(answer.get("reference") or "") if isinstance(answer, dict) else ""
        if reference and reference.partition("-")[0] != step_id:
            raise Misconfigured("the idempotency key was already used for another request")


def _undoing(payment: Payment, action: PaymentAction) -> str:
    """The reference of a void or reversal. It tells whether the whole payment is undone, see `events.PARTLY`."""
    whole = payment.captured_minor in (0, payment.amount.amount_minor)
    return action.payment_action_id if whole else f"{action.payment_action_id}-{PARTLY}"
