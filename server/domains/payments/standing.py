"""Where an authorised payment stands: a pure function of what was approved and of what was done with it since.

So a capture that failed after it had succeeded lowers what is captured, in whatever order providers tell of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from corridor.payments.v1.payment_pb2 import CAPTURE_METHOD_MANUAL, Payment, PaymentState
from server.domains.payments import steps as stepping
from server.domains.payments.lifecycle import (
    AUTHORISED,
    CAPTURED,
    EXPIRED,
    LIFECYCLE,
    PARTIALLY_CAPTURED,
    STEP_SUCCEEDED,
    VOIDED,
)
from server.domains.payments.steps import CAPTURE, INCREMENT, REFUND, REVERSAL, VOID, Step


@dataclass(frozen=True, slots=True)
class Standing:
    """State and amounts of a payment, in minor units of its currency."""

    state: "PaymentState.ValueType"
    authorised_minor: int
    captured_minor: int
    capturable_minor: int
    """What a capture may take now: less what captures on their way will take."""
    refunded_minor: int
    """What was given back, with what is on its way."""

    @property
    def refundable_minor(self) -> int:
        """What a refund may give back now."""
        return max(0, self.captured_minor - self.refunded_minor)


def standing(payment: Payment, steps: Sequence[Step]) -> Standing:
    """Where the payment stands with these steps."""
    done = [step for step in steps if step.state == STEP_SUCCEEDED]
    authorised = payment.approved_minor + stepping.minor(stepping.of_kind(done, INCREMENT))
    captured = stepping.minor(stepping.of_kind(done, CAPTURE))
    state = _state(payment, authorised, captured, done)
    reversed_ = bool(stepping.of_kind(done, REVERSAL))
    refunds = stepping.minor([step for step in stepping.of_kind(steps, REFUND) if stepping.counts(step)])
    return Standing(
        state=state,
        authorised_minor=authorised if payment.approved_minor else 0,
        captured_minor=captured,
        capturable_minor=_capturable(payment, steps, authorised - captured) if state in _CAPTURABLE else 0,
        refunded_minor=max(refunds, captured) if reversed_ else refunds,
    )


def apply(payment: Payment, steps: Sequence[Step]) -> bool:
    """Write into the payment where it stands; whether that is something else than before that is worth an event."""
    now = standing(payment, steps)
    told = (payment.state, payment.authorised_minor, payment.captured_minor)
    payment.state = now.state
    payment.authorised_minor, payment.captured_minor = now.authorised_minor, now.captured_minor
    payment.capturable_minor, payment.refunded_minor = now.capturable_minor, now.refunded_minor
    return told != (now.state, now.authorised_minor, now.captured_minor)


_CAPTURABLE = (AUTHORISED, PARTIALLY_CAPTURED)


def _state(payment: Payment, authorised: int, captured: int, done: Sequence[Step]) -> "PaymentState.ValueType":
    released = stepping.of_kind(done, VOID, REVERSAL)
    given_up = VOIDED if any(not stepping.is_expiry(step) for step in released) else EXPIRED
    if not payment.approved_minor:
        ended = bool(released) and LIFECYCLE.allows(payment.state, given_up)
        return given_up if ended else payment.state
    if not captured:
        return given_up if released else AUTHORISED
    if released or captured >= authorised or any(stepping.is_final(step) for step in done):
        return CAPTURED
    return PARTIALLY_CAPTURED


def _capturable(payment: Payment, steps: Sequence[Step], left: int) -> int:
    under_way = [step for step in steps if stepping.is_open(step)]
    closing = stepping.of_kind(under_way, VOID, REVERSAL)
    if payment.capture_method != CAPTURE_METHOD_MANUAL or closing or any(stepping.is_final(s) for s in under_way):
        return 0
    return max(0, left - stepping.minor(stepping.of_kind(under_way, CAPTURE)))
