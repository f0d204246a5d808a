"""What a provider's words mean for a payment and its steps: which step they are about, and whether they can be true.

Pure: nothing here changes anything.
"""

from collections.abc import Mapping, Sequence
from enum import Enum

from corridor.payments.v1 import payment_action_pb2, payment_observation_pb2, payment_pb2
from corridor.payments.v1.payment_observation_pb2 import PaymentObservation
from corridor.payments.v1.payment_pb2 import CAPTURE_METHOD_MANUAL, Payment
from server.domains.payments import steps as stepping
from server.domains.payments.lifecycle import (
    AUTHORISED,
    DECLINED,
    EXPIRED,
    FAILED,
    LIFECYCLE,
    REQUIRES_ACTION,
    SENT,
    STEP_FAILED,
    STEP_SENT,
    STEP_SUCCEEDED,
    VOIDED,
)
from server.domains.payments.steps import INCREMENT, REFUND, REVERSAL, VOID, Step
from server.kit import ids
from server.kit.lifecycle import Verdict

SEEN_SENT = payment_observation_pb2.PAYMENT_STEP_STATE_SENT
SEEN_REQUIRES_ACTION = payment_observation_pb2.PAYMENT_STEP_STATE_REQUIRES_ACTION
SEEN_SUCCEEDED = payment_observation_pb2.PAYMENT_STEP_STATE_SUCCEEDED
SEEN_DECLINED = payment_observation_pb2.PAYMENT_STEP_STATE_DECLINED
SEEN_FAILED = payment_observation_pb2.PAYMENT_STEP_STATE_FAILED
SEEN_CANCELLED = payment_observation_pb2.PAYMENT_STEP_STATE_CANCELLED
SEEN_EXPIRED = payment_observation_pb2.PAYMENT_STEP_STATE_EXPIRED
AUTHORISATION = payment_observation_pb2.PAYMENT_STEP_AUTHORISATION

AUTHORISATION_STATES: Mapping[int, "payment_pb2.PaymentState.ValueType"] = {
    SEEN_SENT: SENT,
    SEEN_REQUIRES_ACTION: REQUIRES_ACTION,
    SEEN_SUCCEEDED: AUTHORISED,
    SEEN_DECLINED: DECLINED,
    SEEN_FAILED: FAILED,
    SEEN_CANCELLED: VOIDED,
    SEEN_EXPIRED: EXPIRED,
}
STEP_STATES: Mapping[int, "payment_action_pb2.PaymentActionState.ValueType"] = {
    SEEN_SENT: STEP_SENT,
    SEEN_SUCCEEDED: STEP_SUCCEEDED,
    SEEN_DECLINED: STEP_FAILED,
    SEEN_FAILED: STEP_FAILED,
    SEEN_CANCELLED: STEP_FAILED,
    SEEN_EXPIRED: STEP_FAILED,
}


# A reversal is told as what it came to: a void or a refund.
GIVING_BACK = {VOID, REVERSAL, REFUND}


class NotOne(Enum):
    """Why an observation is about none of the steps that are known."""

    NEW = "nobody here has asked for it"
    AMBIGUOUS = "it can be about more than one"
    MISSING = "it names a step that there is not"


def step_state(seen: PaymentObservation) -> "payment_action_pb2.PaymentActionState.ValueType | None":
    """The state of a step that is meant; None for a word that no step has. The end of an authorisation is a void."""
    if seen.state == SEEN_EXPIRED and stepping.OBSERVED[seen.step] == VOID:
        return STEP_SUCCEEDED
    return STEP_STATES.get(seen.state)


def of_its_step(payment: Payment, seen: PaymentObservation) -> PaymentObservation:
    """The observation as what it is: an authorisation that ends after it was approved is a void, or its time is over.

    Providers that tell of a payment as a whole cannot tell the two apart.
    """
    ended = seen.state in (SEEN_CANCELLED, SEEN_EXPIRED)
    if seen.step != AUTHORISATION or not ended or not payment.approved_minor:
        return seen
    void = PaymentObservation()
    void.CopyFrom(seen)
    void.step = payment_observation_pb2.PAYMENT_STEP_VOID
    void.state = SEEN_EXPIRED if seen.state == SEEN_EXPIRED else SEEN_SUCCEEDED
    void.ClearField("amount")
    return void


def authorisation_verdict(payment: Payment, seen: PaymentObservation) -> Verdict:
    """What the provider's word about the authorisation means for a payment as it is known."""
    target = AUTHORISATION_STATES[seen.state]
    if not payment.approved_minor:
        return LIFECYCLE.observe(payment.state, target)
    if target == AUTHORISED:
        return Verdict.REPEATS
    return Verdict.STALE if target in (SENT, REQUIRES_ACTION) else Verdict.CONFLICTS


def contradiction(payment: Payment, connection_id: str, seen: PaymentObservation) -> str:
    """What an observation says that cannot be about this payment, whatever its state."""
    if seen.payment_id != payment.payment_id and ids.is_id(seen.payment_id, "pay"):
        return "The provider speaks of another payment."
    if payment.connection_id != connection_id:
        sent = payment.connection_id or "none yet"
        return f"Connection {connection_id} speaks of a payment that was sent over {sent}."
    if seen.HasField("amount") and seen.amount.currency_code != payment.amount.currency_code:
        return "The provider has another currency."
    if seen.provider_reference and payment.provider_reference not in ("", seen.provider_reference):
        return "The provider knows the payment by two references."
    if seen.step != AUTHORISATION and seen.step not in stepping.OBSERVED:
        return "The provider speaks of no step that there is."
    return ""


def impossible_authorisation(payment: Payment, steps: Sequence[Step], seen: PaymentObservation) -> str:
    """What an observation says of the authorisation that was not asked for."""
    if seen.state not in AUTHORISATION_STATES:
        return "The provider says nothing of the authorisation."
    succeeded = seen.state == SEEN_SUCCEEDED
    if succeeded and seen.captured and payment.capture_method == CAPTURE_METHOD_MANUAL and not payment.approved_minor:
        return "The provider captured what was to be authorised only."
    if not seen.HasField("amount"):
        return ""
    amount = seen.amount.amount_minor
    raised = stepping.minor([step for step in stepping.of_kind(steps, INCREMENT) if stepping.counts(step)])
    if amount > payment.amount.amount_minor + raised:
        return "The provider approved more than was asked for."
    if succeeded and amount <= 0:
        return "The provider approved nothing."
    if succeeded and amount < payment.amount.amount_minor and not payment.partial_approval_allowed:
        return "The provider approved less than was asked for, which was not allowed."
    return ""


def impossible_step(step: Step, seen: PaymentObservation) -> str:
    """What an observation says of a step that was not asked for."""
    if seen.step_id and seen.step_id != stepping.id_of(step) and stepping.is_id(seen.step_id):
        return "The provider speaks of another action or refund."
    told = {stepping.OBSERVED[seen.step], stepping.kind_of(step)}
    if len(told) > 1 and not told <= GIVING_BACK:
        return "The provider speaks of something else than was asked for."
    if seen.step_reference and step.provider_reference not in ("", seen.step_reference):
        return "The provider knows the action or refund by two references."
    if step_state(seen) is None:
        return "The provider says something that no action or refund can be."
    if stepping.kind_of(step) in (VOID, REVERSAL) and not step.amount.amount_minor:
        return ""  # how much it undid is told by the provider
    if seen.HasField("amount") and seen.amount.amount_minor != step.amount.amount_minor:
        return "The provider has another amount."
    return ""


def done_after_all(step: Step, seen: PaymentObservation) -> str:
    """Whether a step is told to be done that was refused. Of one that was done, and failed later, it is old news.

    No void fails after it was done; and what failed after it was done has a reference at the provider.
    """
    if step.state != STEP_FAILED or step_state(seen) != STEP_SUCCEEDED:
        return ""
    refused = stepping.kind_of(step) == VOID or (seen.step_reference and not step.provider_reference)
    return "The provider has done what it had refused." if refused else ""


def step_of(steps: Sequence[Step], seen: PaymentObservation) -> Step | NotOne:
    """The step that an observation is about: the one it names by our id, by the provider's, or the one that fits."""
    if stepping.is_id(seen.step_id):
        return next((step for step in steps if stepping.id_of(step) == seen.step_id), NotOne.MISSING)
    alike, state = stepping.of_kind(steps, stepping.OBSERVED[seen.step]), step_state(seen)
    if seen.step_reference:
        for step in alike:
            if step.provider_reference == seen.step_reference:
                return step
        alike = [step for step in alike if not step.provider_reference]
        if state != STEP_FAILED:  # one that failed without a reference was never there: this is another one
            alike = [step for step in alike if stepping.counts(step)]
    fits = [step for step in alike if _fits(step, seen, state)]
    if waiting := [step for step in fits if stepping.is_open(step)]:
        return waiting[0] if len(waiting) == 1 else NotOne.AMBIGUOUS
    # Told again, or told that it failed after all, by a provider that names neither our id nor its own.
    if again := [step for step in fits if step.state == state]:
        return again[-1]
    if len(fits) > 1 and state == STEP_FAILED:
        return NotOne.AMBIGUOUS
    return fits[-1] if fits else NotOne.NEW


def _fits(step: Step, seen: PaymentObservation, state: int | None) -> bool:
    kind = stepping.kind_of(step)
    if kind == VOID and step.state == STEP_FAILED and state == STEP_SUCCEEDED:
        return False  # no void fails after it has succeeded: this is another one, such as the end of the time
    if kind in (VOID, REVERSAL) or not seen.HasField("amount"):
        return True
    return step.amount.amount_minor == seen.amount.amount_minor


def described(message: bytes) -> str:
    """An observation in a few words, for the timeline."""
    seen = PaymentObservation.FromString(message)
    step = payment_observation_pb2.PaymentStep.Name(seen.step).removeprefix("PAYMENT_STEP_").lower()
    state = payment_observation_pb2.PaymentStepState.Name(seen.state).removeprefix("PAYMENT_STEP_STATE_").lower()
    return f"observed {step} {state}" + (f" ({seen.provider_state})" if seen.provider_state else "")
