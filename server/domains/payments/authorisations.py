"""What a provider says of a payment's authorisation, taken in: it moves the payment to authorised, or to its end.

A capture that comes with the authorisation is recorded as a step like any other.
"""

from corridor.payments.v1 import payment_pb2
from corridor.payments.v1.payment_action_pb2 import PaymentAction
from corridor.payments.v1.payment_pb2 import CAPTURE_METHOD_MANUAL, Payment
from server.domains.payments import facts, meaning, standing
from server.domains.payments import steps as stepping
from server.domains.payments.lifecycle import (
    ACCEPTED,
    DECLINED,
    FAILED,
    REQUIRES_ACTION,
    SENT,
    STEP_SUCCEEDED,
    VOIDED,
)
from server.domains.payments.scene import Observed, Scene
from server.domains.payments.steps import CAPTURE, REVERSAL, VOID
from server.kit.lifecycle import Verdict
from server.store.observations import OF_THE_PAST

REFUSED = "rejected"  # the word for a provider's state where it refused the details of a request


def observe(scene: Scene, wrong: str) -> Observed:
    """Take in what was seen of the authorisation. `wrong` is why it cannot be about this payment, if it cannot."""
    payment, seen = scene.payment, scene.seen
    wrong = wrong or meaning.impossible_authorisation(payment, scene.steps, seen)
    verdict = Verdict.CONFLICTS if wrong else meaning.authorisation_verdict(payment, seen)
    late = _captures_by_itself(scene) and verdict == Verdict.STALE and not payment.approved_minor
    if late and not _voided(scene):
        wrong, verdict = "The provider has captured a payment that had ended.", Verdict.CONFLICTS
    capturing = _captures_by_itself(scene) and verdict != Verdict.CONFLICTS
    if capturing:
        verdict = Verdict.ADVANCES
    scene.keep(payment.payment_id, verdict)
    if verdict == Verdict.CONFLICTS:
        scene.conflict(payment.payment_id, wrong or _contrary(payment, seen.state))
        return Observed(payment, None, verdict)
    first = payment.state == ACCEPTED
    told = _moved(scene, verdict)
    changed = facts.learn_of_authorisation(payment, seen)
    if _approves(scene, verdict):
        payment.approved_minor = seen.amount.amount_minor or payment.amount.amount_minor
        changed = True
    if capturing:
        _capture(scene)
    if late:
        scene.conflict(payment.payment_id, "The provider has captured a payment that it had given up.")
    told = standing.apply(payment, scene.steps) or told
    if told or changed:
        scene.payments.save(scene.connection, scene.context, payment, publish=told)
    if first and payment.state in (SENT, REQUIRES_ACTION):
        scene.follow(payment.payment_id, known=bool(payment.provider_reference))
    return Observed(payment, None, verdict)


def _approves(scene: Scene, verdict: Verdict) -> bool:
    """Whether it tells of the approval. That may come late: a void that was told before it keeps the payment voided."""
    first = scene.seen.state == meaning.SEEN_SUCCEEDED and not scene.payment.approved_minor
    return first and (verdict == Verdict.ADVANCES or (verdict == Verdict.STALE and _voided(scene)))


def _voided(scene: Scene) -> bool:
    return any(step.state == STEP_SUCCEEDED for step in stepping.of_kind(scene.steps, VOID, REVERSAL))


def _captures_by_itself(scene: Scene) -> bool:
    seen = scene.seen
    told = seen.state == meaning.SEEN_SUCCEEDED and seen.captured
    automatic = scene.payment.capture_method != CAPTURE_METHOD_MANUAL
    return told and automatic and not stepping.of_kind(scene.steps, CAPTURE)


def _contrary(payment: Payment, state: int) -> str:
    told = meaning.AUTHORISATION_STATES.get(state, payment_pb2.PAYMENT_STATE_UNSPECIFIED)
    was, now = (payment_pb2.PaymentState.Name(each) for each in (payment.state, told))
    return f"The provider says {now} of a payment that is {was}."


def _moved(scene: Scene, verdict: Verdict) -> bool:
    """Change the state of a payment that is not approved; whether that is worth an event."""
    payment, seen = scene.payment, scene.seen
    if verdict == Verdict.ADVANCES and seen.state != meaning.SEEN_SUCCEEDED:
        payment.state = meaning.AUTHORISATION_STATES[seen.state]
        if payment.state == REQUIRES_ACTION:
            payment.next_action.CopyFrom(seen.next_action)
        if payment.state in (DECLINED, FAILED):
            payment.provider_reason_code = seen.provider_reason_code
            if seen.HasField("decline"):
                payment.decline.CopyFrom(seen.decline)
        payment.failure = _failure(scene)
        return True
    # A provider may want a second thing of the customer. An old webhook must not bring the first one back.
    again = verdict == Verdict.REPEATS and payment.state == REQUIRES_ACTION and scene.source not in OF_THE_PAST
    if again and seen.HasField("next_action") and seen.next_action != payment.next_action:
        payment.next_action.CopyFrom(seen.next_action)
        return True
    return False


def _failure(scene: Scene) -> "payment_pb2.PaymentFailure.ValueType":
    if scene.payment.state == FAILED:
        refused = scene.seen.provider_state == REFUSED
        return payment_pb2.PAYMENT_FAILURE_INVALID_DETAILS if refused else payment_pb2.PAYMENT_FAILURE_OTHER
    ours = stepping.of_kind(scene.steps, VOID, REVERSAL)
    by_provider = scene.payment.state == VOIDED and not ours
    return payment_pb2.PAYMENT_FAILURE_CANCELLED_BY_PROVIDER if by_provider else payment_pb2.PAYMENT_FAILURE_UNSPECIFIED


def _capture(scene: Scene) -> None:
    """Record the capture that came with the authorisation."""
    payment = scene.payment
    step = stepping.new(CAPTURE, payment)
    assert isinstance(step, PaymentAction)
    step.state, step.final_capture = STEP_SUCCEEDED, True
    step.amount.currency_code, step.amount.amount_minor = payment.amount.currency_code, payment.approved_minor
    scene.payments.insert_step(scene.connection, scene.context, payment, step)
    scene.steps.append(step)
    then = Payment()
    then.CopyFrom(payment)
    standing.apply(then, scene.steps)
    scene.payments.publish_step(scene.connection, scene.context, then, step)
