"""Steps: what is done with a payment after its authorisation. Actions and refunds are read alike by these functions."""

from collections.abc import Mapping, Sequence

from google.protobuf.message import Message

from corridor.payments.v1 import payment_observation_pb2 as seen
from corridor.payments.v1.payment_action_pb2 import PaymentAction, PaymentActionKind
from corridor.payments.v1.payment_pb2 import Payment
from corridor.payments.v1.refund_pb2 import Refund
from server.domains.payments.lifecycle import ACTION_EVENTS, REFUND_EVENTS, STEP_ACCEPTED, STEP_FAILED, STEP_SENT
from server.kit import ids

Step = PaymentAction | Refund

CAPTURE = int(PaymentActionKind.PAYMENT_ACTION_KIND_CAPTURE)
INCREMENT = int(PaymentActionKind.PAYMENT_ACTION_KIND_INCREMENT)
VOID = int(PaymentActionKind.PAYMENT_ACTION_KIND_VOID)
REVERSAL = int(PaymentActionKind.PAYMENT_ACTION_KIND_REVERSAL)
REFUND = 5  # stored beside the kinds of actions

# Which kind of step an observation is about.
OBSERVED: Mapping[int, int] = {
    seen.PAYMENT_STEP_CAPTURE: CAPTURE,
    seen.PAYMENT_STEP_INCREMENT: INCREMENT,
    seen.PAYMENT_STEP_VOID: VOID,
    seen.PAYMENT_STEP_REVERSAL: REVERSAL,
    seen.PAYMENT_STEP_REFUND: REFUND,
}
STEP_OF: Mapping[int, "seen.PaymentStep.ValueType"] = {
    kind: seen.PaymentStep.ValueType(step) for step, kind in OBSERVED.items()
}


def new(kind: int, payment: Payment) -> Step:
    """A step with a new id, accepted, of no amount yet."""
    step: Step
    if kind == REFUND:
        step = Refund(refund_id=ids.new("ref"))
    else:
        step = PaymentAction(payment_action_id=ids.new("act"), kind=PaymentActionKind.ValueType(kind))
    step.payment_id, step.environment = payment.payment_id, payment.environment
    step.state, step.revision = STEP_ACCEPTED, 1
    return step


def id_of(step: Step) -> str:
    """The step's id: its reference and its key at the provider."""
    return step.refund_id if isinstance(step, Refund) else step.payment_action_id


def kind_of(step: Step) -> int:
    """What the step does."""
    return REFUND if isinstance(step, Refund) else step.kind


def is_id(text: str) -> bool:
    """Whether a text has the form of a step's id."""
    return ids.is_id(text, "act") or ids.is_id(text, "ref")


def event(step: Step, payment: Payment) -> Message:
    """The event that tells of the step as it now is."""
    if isinstance(step, Refund):
        return REFUND_EVENTS[step.state](refund=step, payment=payment)
    return ACTION_EVENTS[step.state](payment_action=step, payment=payment)


def is_open(step: Step) -> bool:
    """Whether its end is not known yet."""
    return step.state in (STEP_ACCEPTED, STEP_SENT)


def counts(step: Step) -> bool:
    """Whether it was done, or may be."""
    return step.state != STEP_FAILED


def of_kind(steps: Sequence[Step], *kinds: int) -> list[Step]:
    """The steps of some kinds."""
    return [step for step in steps if kind_of(step) in kinds]


def is_final(step: Step) -> bool:
    """Whether it is a capture after which nothing more is captured."""
    return isinstance(step, PaymentAction) and step.kind == CAPTURE and step.final_capture


def is_expiry(step: Step) -> bool:
    """Whether it is the end of an authorisation by time."""
    return isinstance(step, PaymentAction) and step.expired


def minor(steps: Sequence[Step]) -> int:
    """Their amounts together, in minor units."""
    return sum(step.amount.amount_minor for step in steps)
