"""Payments and refunds at the sandbox. Every method is encode, send, decode; see `payment_mapping.py`.

Rule: an answer under our key that is about something else is `Misconfigured`, and never taken for ours.
"""

from collections.abc import Mapping
from typing import Any

from adapters.kit.call import Call, path_segment
from adapters.kit.errors import FieldProblem, Misconfigured, Rejected
from adapters.sandbox import payment_mapping as mapping
from adapters.sandbox.mapping import scenario
from adapters.sandbox.wire import found, is_missing, send
from corridor.payments.v1.payment_action_pb2 import PaymentAction
from corridor.payments.v1.payment_observation_pb2 import PaymentObservation
from corridor.payments.v1.payment_pb2 import Payment
from corridor.payments.v1.refund_pb2 import Refund

PAYMENTS, REFUNDS = "/v1/payments", "/v1/refunds"


class Payments:
    """Implements the ports Payments and Refunds."""

    def authorise(self, call: Call, payment: Payment) -> PaymentObservation:
        """Create a payment. The key makes repeats harmless, the reference makes it findable."""
        made = send(call, "POST", PAYMENTS, writes=True, keyed=True, json=mapping.payment(payment))
        return _ours(mapping.authorisation(made), payment.payment_id)

    def continue_payment(self, call: Call, payment: Payment, details: Mapping[str, str]) -> PaymentObservation:
        """Hand over the `result` that the challenge gave to the customer's browser."""
        if "result" not in details:
            raise Rejected("the challenge's result is missing", problems=[FieldProblem("details", "lacks `result`")])
        path = f"{_path(call, payment)}/continue"
        return mapping.authorisation(
            send(call, "POST", path, writes=True, keyed=True, json={"result": details["result"]})
        )

    def capture(self, call: Call, payment: Payment, action: PaymentAction) -> PaymentObservation:
        """Take an amount; a final capture releases the rest."""
        wanted = {"amount": action.amount.amount_minor, "final": action.final_capture}
        return self._act(call, payment, action, "captures", wanted)

    def increment(self, call: Call, payment: Payment, action: PaymentAction) -> PaymentObservation:
        """Ask for an amount more."""
        return self._act(call, payment, action, "increments", {"amount": action.amount.amount_minor})

    def void(self, call: Call, payment: Payment, action: PaymentAction) -> PaymentObservation:
        """Release what is not captured."""
        return self._act(call, payment, action, "voids", {})

    def reverse(self, call: Call, payment: Payment, action: PaymentAction) -> PaymentObservation:
        """Release what is not captured, and give back what is."""
        return self._act(call, payment, action, "reversals", {})

    def look_up_payment(
        self, call: Call, payment: Payment, action: PaymentAction | None = None
    ) -> PaymentObservation | None:
        """Find the payment by its own id where we know it, else by ours; an action by ours among the payment's."""
        known = _find(call, payment)
        if known is None:
            return None
        if action is None:
            return mapping.authorisation(known)
        done = found(call, f"{PAYMENTS}/{path_segment(known['id'])}/actions", action.payment_action_id)
        return mapping.step(done) if done else None

    def create_refund(self, call: Call, payment: Payment, refund: Refund) -> PaymentObservation:
        """Give back an amount."""
        wanted = mapping.refund(refund, _reference(call, payment))
        seen = mapping.step(send(call, "POST", REFUNDS, writes=True, keyed=True, json=wanted))
        return _ours(seen, payment.payment_id, refund.refund_id)

    def look_up_refund(self, call: Call, payment: Payment, refund: Refund) -> PaymentObservation | None:
        """Find the refund by our id."""
        done = found(call, REFUNDS, refund.refund_id)
        return mapping.step(done) if done else None

    def _act(
        self, call: Call, payment: Payment, action: PaymentAction, kind: str, wanted: Mapping[str, object]
    ) -> PaymentObservation:
        body = {"reference": action.payment_action_id, **wanted, **scenario(action.sandbox_scenario)}
        made = send(call, "POST", f"{_path(call, payment)}/{kind}", writes=True, keyed=True, json=body)
        return _ours(mapping.step(made), payment.payment_id, action.payment_action_id)


def _ours(seen: PaymentObservation, payment_id: str, step_id: str = "") -> PaymentObservation:
    if (payment_id, step_id) != (seen.payment_id, seen.step_id):
        raise Misconfigured("the idempotency key was already used for something else")
    return seen


def _path(call: Call, payment: Payment) -> str:
    return f"{PAYMENTS}/{path_segment(_reference(call, payment))}"


def _reference(call: Call, payment: Payment) -> str:
    if payment.provider_reference:
        return payment.provider_reference
    known = _find(call, payment)
    if known is None:
        raise Rejected("the provider has no such payment", code="not_found")
    return str(known["id"])


def _find(call: Call, payment: Payment) -> dict[str, Any] | None:
    if not payment.provider_reference:
        return found(call, PAYMENTS, payment.payment_id)
    path = f"{PAYMENTS}/{path_segment(payment.provider_reference)}"
    known: dict[str, Any] | None = send(call, "GET", path, absent=is_missing("payment"))
    return known
