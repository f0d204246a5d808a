"""What Stripe tells of a charge and of what it cost: the card, the scheme's ids, fees and conversions.

Rule: fees and rates are repeated as the vendor states them; nothing is computed.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from adapters.kit.errors import Unmapped
from adapters.kit.mapping import text, timestamp, translate
from adapters.stripe import amounts, wire
from adapters.stripe.declines import decline
from corridor.payments.v1.payment_facts_pb2 import CardFacts, Fee, ForeignExchange, SchemeReferences
from corridor.payments.v1.payment_observation_pb2 import (
    PAYMENT_STEP_AUTHORISATION,
    PAYMENT_STEP_STATE_DECLINED,
    PAYMENT_STEP_STATE_EXPIRED,
    PAYMENT_STEP_STATE_SENT,
    PAYMENT_STEP_STATE_SUCCEEDED,
    PAYMENT_STEP_VOID,
    PaymentObservation,
    PaymentStepState,
)
from corridor.type.v1.money_pb2 import Money

# charge.status. The document, charge.
STATES: Mapping[str, PaymentStepState.ValueType] = {
    "pending":   PAYMENT_STEP_STATE_SENT,
    "succeeded": PAYMENT_STEP_STATE_SUCCEEDED,
    "failed":    PAYMENT_STEP_STATE_DECLINED,
}  # fmt: skip

# payment_method_details.card.funding. The document.
FUNDING: Mapping[str, str] = {"credit": "credit", "debit": "debit", "prepaid": "prepaid", "unknown": ""}


def is_charge(thing: Any) -> Mapping[str, Any]:
    """A charge, if it is one."""
    if not isinstance(thing, Mapping) or thing.get("object") != "charge":
        raise Unmapped("charge", type(thing).__name__)
    return thing


def authorisation(charge: Any, event_id: str, event_time: Any) -> PaymentObservation:
    """What a charge says of its payment's authorisation when it is made.

    Later a charge that was captured by a step of its own looks like one that was captured at once; what becomes of a
    charge is therefore read from its payment intent, which also carries our ids.
    """
    charge = is_charge(charge)
    seen = _step(charge, PAYMENT_STEP_AUTHORISATION, event_id, event_time)
    seen.state = translate(STATES, charge.get("status"), "charge.status")
    seen.captured = charge.get("captured") is True
    if seen.state == PAYMENT_STEP_STATE_DECLINED:
        outcome = charge.get("outcome")
        # A charge names the error's code; the issuer's decline code stands in the outcome.
        told = outcome if isinstance(outcome, Mapping) else {}
        error = {**told, "code": charge.get("failure_code"), "decline_code": _decline_code(told)}
        seen.decline.CopyFrom(decline(error))
        seen.provider_reason_code = seen.decline.provider_code
    return seen


def expiry(charge: Any, event_id: str, event_time: Any) -> PaymentObservation:
    """What the event `charge.expired` says: an authorisation came to its end uncaptured."""
    charge = is_charge(charge)
    seen = _step(charge, PAYMENT_STEP_VOID, event_id, event_time)
    seen.state = PAYMENT_STEP_STATE_EXPIRED
    seen.step_reference = text(charge.get("id"), "charge.id")
    return seen


def card_facts(charge: Mapping[str, Any] | None) -> CardFacts | None:
    """What is told of the card."""
    card = _card(charge)
    if card is None:
        return None
    year, month = card.get("exp_year"), card.get("exp_month")
    return CardFacts(
        brand=str(card.get("brand") or "").lower(),
        last_four=str(card.get("last4") or ""),
        funding=FUNDING.get(str(card.get("funding") or ""), ""),
        country_code=str(card.get("country") or ""),
        expiry=f"{year:04d}-{month:02d}" if isinstance(year, int) and isinstance(month, int) else "",
    )


def scheme_references(charge: Mapping[str, Any] | None) -> SchemeReferences | None:
    """The scheme's ids. Both are younger than the document, and come with every version: they are read where told."""
    card = _card(charge)
    if card is None:
        return None
    return SchemeReferences(
        network_transaction_id=str(card.get("network_transaction_id") or ""),
        approval_code=str(card.get("authorization_code") or ""),
    )


def costs(transaction: Any, source: Money) -> tuple[list[Fee], ForeignExchange | None]:
    """The fees and the conversion that a balance transaction states; nothing if it was not expanded."""
    if not isinstance(transaction, Mapping):
        return [], None
    fees = [
        Fee(amount=amounts.stated(each.get("amount"), each.get("currency")), type=text(each.get("type"), "fee.type"))
        for each in transaction.get("fee_details") or ()
        # A fee can be a fraction for which ISO 4217 has no unit, as of a króna: a declared gap, and no reason to doubt
        # the payment that it was charged for.
        if each.get("amount") and amounts.is_whole(each.get("amount"), each.get("currency"))
    ]
    rate = transaction.get("exchange_rate")
    if rate is None:
        return fees, None
    if isinstance(rate, bool) or not isinstance(rate, int | Decimal):
        raise Unmapped("balance_transaction.exchange_rate", type(rate).__name__)
    target = amounts.stated(transaction.get("amount"), transaction.get("currency"))
    target.amount_minor = abs(target.amount_minor)  # a refund stands with a minus sign in the balance
    return fees, ForeignExchange(source=source, target=target, rate=f"{Decimal(rate):f}")


def _step(charge: Mapping[str, Any], step: Any, event_id: str, event_time: Any) -> PaymentObservation:
    return PaymentObservation(
        payment_id=wire.metadata(charge, wire.PAYMENT_ID),
        provider_reference=text(charge.get("payment_intent"), "charge.payment_intent"),
        step=step,
        amount=amounts.stated(charge.get("amount"), charge.get("currency")),
        provider_state=text(charge.get("status"), "charge.status"),
        provider_event_id=event_id,
        provider_time=timestamp(event_time, "event.created"),
        scheme_references=scheme_references(charge),
        card=card_facts(charge),
    )


def _decline_code(outcome: Mapping[str, Any]) -> object:
    """The decline code in an outcome: the issuer's reason; of what the vendor blocked, the code that errors give."""
    kind = outcome.get("type")
    return outcome.get("reason") if kind == "issuer_declined" else "fraudulent" if kind == "blocked" else None


def _card(charge: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    details = charge.get("payment_method_details") if charge else None
    card = details.get("card") if isinstance(details, Mapping) else None
    return card if isinstance(card, Mapping) else None
