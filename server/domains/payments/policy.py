"""What may be done with a payment. Every rule answers at once, from the payment and its steps, locked by the caller.

So what is refused here never reaches a provider, and two captures that race can never take more than is authorised.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.payments.v1.payment_pb2 import CAPTURE_METHOD_MANUAL, Payment, PaymentState
from corridor.type.v1.money_pb2 import Money
from server.domains.payments import steps as stepping
from server.domains.payments.lifecycle import (
    AUTHORISED,
    CAPTURED,
    PARTIALLY_CAPTURED,
    REQUIRES_ACTION,
    SENT,
)
from server.domains.payments.standing import standing
from server.domains.payments.steps import CAPTURE, INCREMENT, REFUND, REVERSAL, VOID, Step
from server.kit import money
from server.kit.errors import Failure, Violation, fail


@dataclass(frozen=True, slots=True)
class Abilities:
    """What the provider of a payment can do, says its manifest."""

    payments: frozenset[str]
    refunds: frozenset[str] | None
    """None where it gives nothing back."""


@dataclass(frozen=True, slots=True)
class Taking:
    """How much to capture, and whether it is the last capture."""

    amount_minor: int
    final: bool


def check_amount(amount: Money) -> None:
    """Raise CURRENCY_NOT_SUPPORTED unless ISO 4217 lists the currency."""
    money.check_currency(amount.currency_code, "amount.currency_code")


def capture(payment: Payment, steps: Sequence[Step], can: Abilities, amount: Money | None, *, final: bool) -> Taking:
    """What to capture. Raises if nothing can be captured, or less than is asked for."""
    left = standing(payment, steps).capturable_minor
    if payment.capture_method != CAPTURE_METHOD_MANUAL:
        raise _state(
            reasons.ERROR_REASON_PAYMENT_NOT_CAPTURABLE, payment, "It is captured as soon as it is authorised."
        )
    moving = _open(steps, VOID, REVERSAL)
    if payment.state not in (AUTHORISED, PARTIALLY_CAPTURED) or moving:
        raise _state(reasons.ERROR_REASON_PAYMENT_NOT_CAPTURABLE, payment, _moving(moving))
    before = [step for step in stepping.of_kind(steps, CAPTURE) if stepping.counts(step)]
    if any(stepping.is_final(step) for step in before):
        raise _state(reasons.ERROR_REASON_PAYMENT_NOT_CAPTURABLE, payment, "Its last capture is on its way.")
    _check_currency(payment, amount)
    wanted = amount.amount_minor if amount else left
    if not amount and not left:
        raise _state(reasons.ERROR_REASON_PAYMENT_NOT_CAPTURABLE, payment, "Nothing is left to capture.")
    if wanted > left:
        raise _above(reasons.ERROR_REASON_CAPTURE_ABOVE_AUTHORISED, "capture", left, payment.amount.currency_code)
    last = final or wanted == left
    if "captures_in_parts" not in can.payments and (before or not last):
        raise _unsupported(payment, "capture an authorisation in parts")
    return Taking(wanted, last)


def check_increment(payment: Payment, steps: Sequence[Step], can: Abilities, amount: Money) -> None:
    """Raise unless the issuer may be asked for more: only of what is authorised, and one increment at a time."""
    manual = payment.capture_method == CAPTURE_METHOD_MANUAL
    moving = _open(steps, CAPTURE, INCREMENT, VOID, REVERSAL)
    if payment.state != AUTHORISED or not manual or moving:
        raise _state(reasons.ERROR_REASON_PAYMENT_NOT_INCREMENTABLE, payment, _moving(moving))
    _check_currency(payment, amount)
    if "increments" not in can.payments:
        raise _unsupported(payment, "raise an authorisation")


def check_void(payment: Payment, steps: Sequence[Step]) -> None:
    """Raise unless a payment that a provider has, or may have, can be given up.

    Not while a capture or an increment is on its way: nobody could tell which of the two came first, and money that was
    captured is not given up by a void. Of an authorisation whose end is not known yet the void waits for it.
    """
    moving = _open(steps, CAPTURE, INCREMENT, VOID, REVERSAL)
    if payment.state not in (SENT, REQUIRES_ACTION, AUTHORISED) or moving:
        raise _state(reasons.ERROR_REASON_PAYMENT_NOT_VOIDABLE, payment, _moving(moving))


def check_reversal(payment: Payment, steps: Sequence[Step], can: Abilities, *, disputed_minor: int) -> None:
    """Raise unless the payment can be undone as a whole: a capture may be on its way, a refund or void must not be.

    Nor what disputes have taken, or may take: it would be given back twice.
    """
    refunded = [step for step in stepping.of_kind(steps, REFUND) if stepping.counts(step)]
    undone = [step for step in stepping.of_kind(steps, REVERSAL) if stepping.counts(step)]
    moving = _open(steps, INCREMENT, VOID)
    if payment.state not in (AUTHORISED, PARTIALLY_CAPTURED, CAPTURED) or refunded or undone or moving:
        raise _state(
            reasons.ERROR_REASON_PAYMENT_NOT_REVERSIBLE,
            payment,
            "It was reversed or refunded, or that is on its way." if undone or refunded else _moving(moving),
        )
    if disputed_minor:
        why = "It is disputed: a reversal would give the same money back twice."
        raise _state(reasons.ERROR_REASON_PAYMENT_NOT_REVERSIBLE, payment, why)
    if "reversals" not in can.payments:
        raise _unsupported(payment, "reverse a payment")


def refund(
    payment: Payment, steps: Sequence[Step], can: Abilities, amount: Money | None, *, disputed_minor: int
) -> int:
    """How much to give back, in minor units. Raises if nothing can be, or less than is asked for.

    What disputes have taken, or may take, is not given back a second time.
    """
    now = standing(payment, steps)
    reversing = [step for step in stepping.of_kind(steps, REVERSAL) if stepping.counts(step)]
    if not now.captured_minor or payment.state not in (PARTIALLY_CAPTURED, CAPTURED) or reversing:
        raise _state(
            reasons.ERROR_REASON_PAYMENT_NOT_REFUNDABLE,
            payment,
            "It was reversed, or that is on its way." if reversing else "",
        )
    _check_currency(payment, amount)
    left = max(0, now.refundable_minor - disputed_minor)
    if disputed_minor and not left:
        why = "It is disputed: a refund would give the same money back twice."
        raise _state(reasons.ERROR_REASON_PAYMENT_NOT_REFUNDABLE, payment, why)
    wanted = amount.amount_minor if amount else left
    if wanted > left or not wanted:
        raise _above(reasons.ERROR_REASON_REFUND_ABOVE_CAPTURED, "refund", left, payment.amount.currency_code)
    if can.refunds is None:
        raise _unsupported(payment, "refund a payment")
    if "in_parts" not in can.refunds and wanted < now.captured_minor:
        raise _unsupported(payment, "refund a part of a payment")
    return wanted


def _open(steps: Sequence[Step], *kinds: int) -> bool:
    return any(stepping.is_open(step) for step in stepping.of_kind(steps, *kinds))


def _check_currency(payment: Payment, amount: Money | None) -> None:
    if amount and amount.currency_code != payment.amount.currency_code:
        raise fail(
            reasons.ERROR_REASON_CURRENCY_NOT_SUPPORTED,
            f"The payment is in {payment.amount.currency_code}.",
            violations=[Violation("amount.currency_code", "must be the currency of the payment", "currency")],
        )


def _state(reason: "reasons.ErrorReason.ValueType", payment: Payment, why: str = "") -> Failure:
    state = PaymentState.Name(payment.state)
    return fail(reason, why or f"The payment is {state}.", state=state)


def _moving(moving: bool) -> str:
    """What is wrong where the payment's state would allow it."""
    return "Another step with the payment is on its way." if moving else ""


def _above(reason: "reasons.ErrorReason.ValueType", what: str, most: int, currency_code: str) -> Failure:
    most_shown = money.display(most, currency_code)
    return fail(
        reason,
        f"The {what} can be at most {most_shown}." if most else f"Nothing is left for a {what}.",
        violations=[Violation("amount.amount_minor", f"must be at most {most}", "limit")],
        left_minor=str(most),
    )


def _unsupported(payment: Payment, what: str) -> Failure:
    return fail(
        reasons.ERROR_REASON_PAYMENT_OPERATION_NOT_SUPPORTED,
        f"{payment.provider} does not {what}.",
        provider=payment.provider,
    )
