"""Payments as payment intents: authorise, go on after the customer, capture, void, reverse, and ask what became of it.

Rule: what may already be done is asked before it is done again; a refusal of what is done already is no failure.
"""

from collections.abc import Callable, Mapping
from typing import Any

from adapters.kit.call import Call
from adapters.kit.errors import Misconfigured, Unknown
from adapters.stripe import amounts, mapping, refund_mapping, refunds, refusals, wire
from adapters.stripe.declines import decline
from corridor.payments.v1.payment_action_pb2 import (
    PAYMENT_ACTION_KIND_CAPTURE,
    PAYMENT_ACTION_KIND_REVERSAL,
    PAYMENT_ACTION_KIND_VOID,
    PaymentAction,
)
from corridor.payments.v1.payment_observation_pb2 import (
    PAYMENT_STEP_CAPTURE,
    PAYMENT_STEP_REVERSAL,
    PAYMENT_STEP_STATE_FAILED,
    PAYMENT_STEP_VOID,
    PaymentObservation,
)
from corridor.payments.v1.payment_pb2 import Payment

INTENTS, INTENT = "/v1/payment_intents", "/v1/payment_intents/{}"

# The vendor's word that a payment intent is not in a state for what was asked: docs.stripe.com/error-codes, 2026-11.
TOO_LATE = frozenset(
    {
        "payment_intent_unexpected_state",
        "charge_already_captured",
        "charge_already_refunded",
        "charge_expired_for_capture",
        "capture_charge_authorization_expired",
        "amount_too_large",
    }
)


def too_late(status: int, answer: Any) -> bool:
    """Whether a refusal says that the payment intent is not in a state for what was asked."""
    return status == 400 and refusals.error_code(answer) in TOO_LATE


class StripePayments:
    """Implements the port Payments. The version of the interface captures a payment once, and raises none online."""

    def authorise(self, call: Call, payment: Payment) -> PaymentObservation:
        """Create a payment intent that is confirmed at once. A decline comes as a 402, with the intent inside."""
        return self._attempt(call, payment, INTENTS, mapping.payment_form(payment))

    def continue_payment(self, call: Call, payment: Payment, details: Mapping[str, str]) -> PaymentObservation:
        """Confirm the intent again if the customer has acted. What their browser brought back is not needed.

        Each revision of the payment has a key of its own, because there can be several challenges. A payment intent
        pays at most once, whatever the keys.
        """
        intent = self._intent(call, payment)
        if intent.get("status") != "requires_confirmation":
            return mapping.authorisation(intent)
        form: dict[str, object] = {"expand": list(mapping.EXPANSIONS)}
        path = wire.below(INTENT, str(intent["id"])) + "/confirm"
        form.update({"return_url": payment.return_url} if payment.return_url else {"use_stripe_sdk": True})
        return self._attempt(call, payment, path, form, suffix=f"confirm-{payment.revision}", over=too_late)

    def capture(self, call: Call, payment: Payment, action: PaymentAction) -> PaymentObservation:
        """Capture once; what is not captured is released by the vendor."""
        intent_id = self._reference(call, payment)
        form = {
            "amount_to_capture": amounts.amount(action.amount),
            "metadata": {wire.CAPTURE_ID: action.payment_action_id},
            "expand": list(mapping.EXPANSIONS),
        }
        declined = wire.Declined()
        intent = wire.post(
            call,
            wire.below(INTENT, intent_id) + "/capture",
            form,
            absent=lambda status, answer: too_late(status, answer) or declined.seen(status, answer),
        )
        if intent is not None:
            seen = mapping.capture(intent)
            if seen is None or seen.step_id != action.payment_action_id:
                raise Misconfigured("the provider answered with another capture")
            return seen
        # It may be done already, under a key that the vendor has forgotten since.
        done = self.look_up_payment(call, payment, action)
        return done or _not_done(action, PAYMENT_STEP_CAPTURE, intent_id, declined.error)

    def increment(self, call: Call, payment: Payment, action: PaymentAction) -> PaymentObservation:
        """Not possible: in this version only payments at a terminal can be raised (the document, card_present)."""
        raise Misconfigured("the provider's version raises no authorisation of an online payment")

    def void(self, call: Call, payment: Payment, action: PaymentAction) -> PaymentObservation:
        """Cancel the payment intent."""
        intent = self._cancelled(call, payment, {wire.VOID_ID: action.payment_action_id})
        return _of_step(mapping.ends(intent), PAYMENT_STEP_VOID, action) or _not_done(
            action, PAYMENT_STEP_VOID, str(intent["id"])
        )

    def reverse(self, call: Call, payment: Payment, action: PaymentAction) -> PaymentObservation:
        """Cancel the payment intent, or give all that is left of it back where it was captured."""
        intent = self._cancelled(call, payment, {wire.REVERSAL_ID: action.payment_action_id})
        if seen := _of_step(mapping.ends(intent), PAYMENT_STEP_REVERSAL, action):
            return seen
        form = refund_mapping.reversal_form(str(intent["id"]), action)
        made = wire.post(call, refunds.REFUNDS, form, suffix="refund", absent=too_late)  # a cancel may have the key
        if made is not None:
            return refund_mapping.observation(made)
        return self._reversal(call, intent, action) or _not_done(action, PAYMENT_STEP_REVERSAL, str(intent["id"]))

    def look_up_payment(
        self, call: Call, payment: Payment, action: PaymentAction | None = None
    ) -> PaymentObservation | None:
        """What the payment intent says. It is found by its id, or by ours in the list: never by the vendor's search.

        "Don't use search in read-after-write flows": docs.stripe.com/api/payment_intents/search, read 2026-11. It can
        lag behind for an hour, and "nothing found" would then lead to a second payment.
        """
        intent = self._find_intent(call, payment)
        if intent is None:
            return None
        if action is None:
            return mapping.authorisation(intent)
        if action.kind == PAYMENT_ACTION_KIND_CAPTURE:
            seen = mapping.capture(intent)
            return seen if seen is not None and seen.step_id == action.payment_action_id else None
        if action.kind == PAYMENT_ACTION_KIND_VOID:
            return _of_step(mapping.ends(intent), PAYMENT_STEP_VOID, action)
        if action.kind == PAYMENT_ACTION_KIND_REVERSAL:
            return _of_step(mapping.ends(intent), PAYMENT_STEP_REVERSAL, action) or self._reversal(call, intent, action)
        return None

    def _attempt(
        self,
        call: Call,
        payment: Payment,
        path: str,
        form: Mapping[str, object],
        *,
        suffix: str = "",
        over: Callable[[int, Any], bool] = lambda status, answer: False,
    ) -> PaymentObservation:
        declined = wire.Declined()
        intent = wire.post(
            call,
            path,
            form,
            suffix=suffix,
            absent=lambda status, answer: declined.seen(status, answer) or over(status, answer),
        )
        if declined.error is not None:
            intent = declined.intent()
            if intent is None:
                return mapping.declined(payment, declined.error)
        seen = mapping.authorisation(intent if intent is not None else self._intent(call, payment))
        if seen.payment_id != payment.payment_id:
            raise Misconfigured("the provider answered with another payment")
        return seen

    def _cancelled(self, call: Call, payment: Payment, wish: Mapping[str, str]) -> Mapping[str, Any]:
        """The payment intent after it was asked to be cancelled: what it says then is the answer.

        A cancellation carries no metadata, so the wish is written on the intent before. That moves nothing, and may
        be repeated.
        """
        path = wire.below(INTENT, self._reference(call, payment))
        form: dict[str, object] = {"metadata": wish, "expand": list(mapping.EXPANSIONS)}
        intent = wire.post(call, path, form, suffix="wish", writes=False, absent=too_late)
        if intent is not None and intent.get("status") not in ("succeeded", "canceled"):
            expand = {"expand": list(mapping.EXPANSIONS)}
            intent = wire.post(call, f"{path}/cancel", expand, absent=too_late)
        return mapping.is_intent(intent or self._intent(call, payment))

    def _reversal(self, call: Call, intent: Mapping[str, Any], action: PaymentAction) -> PaymentObservation | None:
        found = refunds.of_intent(call, str(intent["id"]))
        ours = [each for each in found if wire.metadata(each, wire.REVERSAL_ID) == action.payment_action_id]
        return refund_mapping.observation(ours[0]) if ours else None

    def _reference(self, call: Call, payment: Payment) -> str:
        return payment.provider_reference or str(self._intent(call, payment)["id"])

    def _intent(self, call: Call, payment: Payment) -> Mapping[str, Any]:
        intent = self._find_intent(call, payment)
        if intent is None:
            raise Misconfigured("the provider has no payment intent for this payment", code="resource_missing")
        return intent

    def _find_intent(self, call: Call, payment: Payment) -> Mapping[str, Any] | None:
        expand = [(f"expand[{number}]", name) for number, name in enumerate(mapping.EXPANSIONS)]
        if payment.provider_reference:
            found = wire.get(call, wire.below(INTENT, payment.provider_reference), expand)
            if found is not None:
                return mapping.is_intent(found)
        made = wire.pages(call, INTENTS, wire.since(payment.create_time.seconds))
        ours = [each for each in made if wire.metadata(each, wire.PAYMENT_ID) == payment.payment_id]
        if len(ours) > 1:
            raise Unknown("several payment intents carry this payment's id")
        if not ours:
            return None
        return mapping.is_intent(wire.get(call, wire.below(INTENT, str(ours[0]["id"])), expand))


def _not_done(
    action: PaymentAction, step: Any, intent_id: str, error: Mapping[str, Any] | None = None
) -> PaymentObservation:
    """An action that the vendor refused because of the state in which the payment intent is, or declined."""
    code = str((error or {}).get("code") or "payment_intent_unexpected_state")
    return PaymentObservation(
        payment_id=action.payment_id,
        provider_reference=intent_id,
        step=step,
        step_id=action.payment_action_id,
        state=PAYMENT_STEP_STATE_FAILED,
        amount=action.amount if action.HasField("amount") else None,
        decline=decline(error) if error else None,
        provider_reason_code=code,
        provider_state=code,
    )


def _of_step(found: list[PaymentObservation], step: Any, action: PaymentAction) -> PaymentObservation | None:
    """What was seen of an action's step. A payment that somebody else ended is ended for the action as well."""
    for seen in found:
        if seen.step == step and seen.step_id == action.payment_action_id:
            return seen
    if not found:
        return None
    seen = PaymentObservation()
    seen.CopyFrom(found[0])
    seen.step, seen.step_id, seen.step_reference = step, action.payment_action_id, ""
    return seen
