"""Payments in Stripe's words and ours: a payment as a form, and a payment intent or charge as observations.

A word without a row raises `Unmapped`; nothing here guesses, and nothing here talks to anyone.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from adapters.kit.errors import Unmapped
from adapters.kit.mapping import text, timestamp, translate
from adapters.stripe import amounts, wire
from adapters.stripe.charges import card_facts, costs, scheme_references
from adapters.stripe.declines import decline
from corridor.payments.v1.payment_facts_pb2 import NextAction, RedirectAction, SdkAction
from corridor.payments.v1.payment_observation_pb2 import (
    PAYMENT_STEP_AUTHORISATION,
    PAYMENT_STEP_CAPTURE,
    PAYMENT_STEP_REVERSAL,
    PAYMENT_STEP_STATE_CANCELLED,
    PAYMENT_STEP_STATE_DECLINED,
    PAYMENT_STEP_STATE_EXPIRED,
    PAYMENT_STEP_STATE_REQUIRES_ACTION,
    PAYMENT_STEP_STATE_SENT,
    PAYMENT_STEP_STATE_SUCCEEDED,
    PAYMENT_STEP_VOID,
    PaymentObservation,
    PaymentStep,
    PaymentStepState,
)
from corridor.payments.v1.payment_pb2 import CAPTURE_METHOD_MANUAL, Payment

# payment_intent.status: what it says of the authorisation. docs.stripe.com/payments/intents#intent-statuses, 2026-11.
STATES: Mapping[str, PaymentStepState.ValueType] = {
    "requires_payment_method": PAYMENT_STEP_STATE_SENT,  # declined, where an error stands beside it
    # We confirm by ourselves: the customer has acted, and the next word is ours (continue_payment).
    "requires_confirmation":   PAYMENT_STEP_STATE_SENT,
    "requires_action":         PAYMENT_STEP_STATE_REQUIRES_ACTION,
    "processing":              PAYMENT_STEP_STATE_SENT,
    "requires_capture":        PAYMENT_STEP_STATE_SUCCEEDED,
    "succeeded":               PAYMENT_STEP_STATE_SUCCEEDED,
    "canceled":                PAYMENT_STEP_STATE_CANCELLED,
}  # fmt: skip

# payment_intent.cancellation_reason: whether somebody gave it up, or its time was over.
CANCELLATIONS: Mapping[str, PaymentStepState.ValueType] = {
    "abandoned":             PAYMENT_STEP_STATE_CANCELLED,
    "automatic":             PAYMENT_STEP_STATE_EXPIRED,  # by the vendor, when the authorisation's time was over
    "duplicate":             PAYMENT_STEP_STATE_CANCELLED,
    "failed_invoice":        PAYMENT_STEP_STATE_CANCELLED,
    "fraudulent":            PAYMENT_STEP_STATE_CANCELLED,
    "requested_by_customer": PAYMENT_STEP_STATE_CANCELLED,
    "void_invoice":          PAYMENT_STEP_STATE_CANCELLED,
}  # fmt: skip

# payment_intent.capture_method: whether the vendor captures at once.
AUTOMATIC: Mapping[str, bool] = {"automatic": True, "automatic_async": True, "manual": False}

# Under which key of the metadata a wish to end it travels, and of which step it is.
ENDS: Mapping[PaymentStep.ValueType, str] = {
    PAYMENT_STEP_VOID:     wire.VOID_ID,
    PAYMENT_STEP_REVERSAL: wire.REVERSAL_ID,
}  # fmt: skip

# What a statement cannot carry (docs.stripe.com/get-started/account/statement-descriptors, read 2026-11), and how long
# the part after the account's own prefix may be.
_NOT_ON_STATEMENTS = re.compile(r"[<>\\'\"*]|[^\x20-\x7e]")
STATEMENT_LENGTH = 22

EXPANSIONS: tuple[str, ...] = ("latest_charge.balance_transaction",)
"""What is asked for inside a payment intent: the charge with its card, and what it cost."""


def payment_form(payment: Payment) -> dict[str, object]:
    """The form of a create request: a payment intent that is confirmed at once, and later by us alone.

    With `confirmation_method` manual nobody but our secret key can try again: a browser that still holds the client
    secret of a declined payment cannot pay after all.
    """
    form: dict[str, object] = {
        "amount": amounts.amount(payment.amount),
        "currency": amounts.currency(payment.amount),
        "capture_method": "manual" if payment.capture_method == CAPTURE_METHOD_MANUAL else "automatic",
        "confirmation_method": "manual",
        "confirm": True,
        "payment_method_types": ["card"],
        "payment_method": payment.payment_method.token,
        "customer": payment.payment_method.customer_reference or None,
        "description": payment.reference or None,
        "statement_descriptor_suffix": statement(payment.statement_text) or None,
        "metadata": {wire.PAYMENT_ID: payment.payment_id},
        "expand": list(EXPANSIONS),
    }
    # Without an address to come back to, the customer's step is shown by the vendor's own program.
    return {**form, **({"return_url": payment.return_url} if payment.return_url else {"use_stripe_sdk": True})}


def statement(statement_text: str) -> str:
    """What of a text a statement can carry. Without any letter the vendor refuses it, so it is left out."""
    carried = _NOT_ON_STATEMENTS.sub("", statement_text)[:STATEMENT_LENGTH].strip()
    return carried if re.search("[A-Za-z]", carried) else ""


def is_intent(thing: Any) -> Mapping[str, Any]:
    """A payment intent, if it is one."""
    if not isinstance(thing, Mapping) or thing.get("object") != "payment_intent":
        raise Unmapped("payment_intent", type(thing).__name__)
    return thing


def authorisation(intent: Any, event_id: str = "", event_time: Any = None) -> PaymentObservation:
    """What a payment intent says of the authorisation."""
    intent = is_intent(intent)
    status = text(intent.get("status"), "payment_intent.status")
    seen = _step(intent, PAYMENT_STEP_AUTHORISATION, event_id, event_time)
    seen.state = translate(STATES, status, "payment_intent.status")
    at_once = translate(AUTOMATIC, intent.get("capture_method"), "payment_intent.capture_method")
    seen.captured = at_once and status == "succeeded"
    seen.amount.CopyFrom(_authorised(intent, status, at_once))
    error = intent.get("last_payment_error")
    if status == "requires_payment_method" and isinstance(error, Mapping):
        seen.state = PAYMENT_STEP_STATE_DECLINED
        seen.decline.CopyFrom(decline(error))
        seen.provider_reason_code = seen.decline.provider_code
    elif status == "requires_action":
        action = next_action(intent)
        if action is None:
            seen.state = PAYMENT_STEP_STATE_SENT
        else:
            seen.next_action.CopyFrom(action)
    elif status == "canceled":
        seen.state = _cancelled(intent)
    if seen.captured:
        _state_costs(seen, intent)
    return seen


def declined(payment: Payment, error: Mapping[str, Any]) -> PaymentObservation:
    """A decline that left no payment intent behind."""
    said = decline(error)
    return PaymentObservation(
        payment_id=payment.payment_id,
        step=PAYMENT_STEP_AUTHORISATION,
        state=PAYMENT_STEP_STATE_DECLINED,
        amount=payment.amount,
        decline=said,
        provider_reason_code=said.provider_code,
        provider_state="card_error",
    )


def capture(intent: Any, event_id: str = "", event_time: Any = None) -> PaymentObservation | None:
    """What a payment intent says of its one capture; None if nothing was captured by a step of its own."""
    intent = is_intent(intent)
    at_once = translate(AUTOMATIC, intent.get("capture_method"), "payment_intent.capture_method")
    if at_once or intent.get("status") != "succeeded":
        return None
    seen = _step(intent, PAYMENT_STEP_CAPTURE, event_id, event_time)
    seen.state = PAYMENT_STEP_STATE_SUCCEEDED
    seen.step_id = wire.metadata(intent, wire.CAPTURE_ID)
    seen.step_reference = _charge_id(intent)  # a payment intent of this version is captured once, as its charge is
    seen.amount.CopyFrom(amounts.stated(intent.get("amount_received"), intent.get("currency")))
    _state_costs(seen, intent)
    return seen


def ends(intent: Any, event_id: str = "", event_time: Any = None) -> list[PaymentObservation]:
    """What a cancelled payment intent says of the voids and reversals that it fulfilled, or of its own end.

    One that nobody here asked for is a void if there was an authorisation; the end of its time is a void that expired.
    """
    intent = is_intent(intent)
    if intent.get("status") != "canceled":
        return []
    authorised, expired = was_authorised(intent), _cancelled(intent) == PAYMENT_STEP_STATE_EXPIRED
    wishes = [(step, wire.metadata(intent, key)) for step, key in ENDS.items() if wire.metadata(intent, key)]
    if not wishes and not authorised:
        return []
    found = []
    for step, step_id in wishes or [(PAYMENT_STEP_VOID, "")]:
        seen = _step(intent, step, event_id, event_time)
        seen.state = PAYMENT_STEP_STATE_EXPIRED if expired and not wishes else PAYMENT_STEP_STATE_SUCCEEDED
        seen.step_id, seen.step_reference = step_id, _charge_id(intent)
        seen.amount.CopyFrom(amounts.stated(intent.get("amount") if authorised else 0, intent.get("currency")))
        found.append(seen)
    return found


def was_authorised(intent: Mapping[str, Any]) -> bool:
    """Whether a payment intent that is over had been approved: its last charge did not fail."""
    charge = charge_of(intent)
    if charge is not None:
        return charge.get("status") == "succeeded"
    return bool(intent.get("latest_charge")) and not intent.get("last_payment_error")


def observations(intent: Any, event_id: str, event_time: Any) -> list[PaymentObservation]:
    """Everything that an event's payment intent says: of the authorisation, and of its capture or end."""
    if over := ends(intent, event_id, event_time):
        return over
    taken = capture(intent, event_id, event_time)
    return [authorisation(intent, event_id, event_time), *([taken] if taken else [])]


def next_action(intent: Mapping[str, Any]) -> NextAction | None:
    """What the customer has to do; None if they only have to wait."""
    action = intent.get("next_action")
    kind = action.get("type") if isinstance(action, Mapping) else None
    if not isinstance(action, Mapping):
        raise Unmapped("payment_intent.next_action", kind)
    if kind == "redirect_to_url":
        url = text((action.get(kind) or {}).get("url"), "next_action.redirect_to_url.url")
        return NextAction(redirect=RedirectAction(url=url, method="GET"))
    if kind == "use_stripe_sdk":
        # The vendor's program fetches the rest by the client secret, which can confirm nothing: see `payment_form`.
        secret = text(intent.get("client_secret"), "payment_intent.client_secret")
        return NextAction(sdk=SdkAction(type=kind, data=json.dumps({"client_secret": secret})))
    if kind == "card_await_notification":
        return None  # India's mandates: the issuer tells the customer by itself
    raise Unmapped("next_action.type", kind)


def charge_of(intent: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The latest charge, where it was expanded."""
    charge = intent.get("latest_charge")
    return charge if isinstance(charge, Mapping) else None


def _charge_id(intent: Mapping[str, Any]) -> str:
    charge = intent.get("latest_charge")
    return str((charge.get("id") if isinstance(charge, Mapping) else charge) or "")


def _cancelled(intent: Mapping[str, Any]) -> PaymentStepState.ValueType:
    reason = intent.get("cancellation_reason")
    return PAYMENT_STEP_STATE_CANCELLED if not reason else translate(CANCELLATIONS, reason, "cancellation_reason")


def _authorised(intent: Mapping[str, Any], status: str, at_once: bool) -> Any:
    """How much is authorised: what can be captured, what was captured at once, or what was asked for."""
    name = "amount"
    if status == "requires_capture":
        name = "amount_capturable"
    elif status == "succeeded" and at_once:
        name = "amount_received"
    return amounts.stated(intent.get(name), intent.get("currency"))


def _step(intent: Mapping[str, Any], step: Any, event_id: str, event_time: Any) -> PaymentObservation:
    charge = charge_of(intent)
    return PaymentObservation(
        payment_id=wire.metadata(intent, wire.PAYMENT_ID),
        provider_reference=text(intent.get("id"), "payment_intent.id"),
        step=step,
        provider_state=text(intent.get("status"), "payment_intent.status"),
        provider_event_id=event_id,
        provider_time=timestamp(event_time, "event.created"),
        scheme_references=scheme_references(charge),
        card=card_facts(charge),
    )


def _state_costs(seen: PaymentObservation, intent: Mapping[str, Any]) -> None:
    charge = charge_of(intent)
    if charge is not None:
        fees, exchange = costs(charge.get("balance_transaction"), seen.amount)
        seen.fees.extend(fees)
        if exchange is not None:
            seen.foreign_exchange.CopyFrom(exchange)
