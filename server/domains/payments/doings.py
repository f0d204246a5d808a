"""What a provider says of a capture, increment, void, reversal or refund, taken in; the payment follows from it.

A step that nobody here has asked for is recorded as the provider's own. What does not add up is shown to a person.
"""

from corridor.payments.v1.payment_action_pb2 import PaymentAction, PaymentActionState
from server.domains.payments import facts, meaning, standing
from server.domains.payments import steps as stepping
from server.domains.payments.lifecycle import (
    DECLINED,
    FAILED,
    STEP_ACCEPTED,
    STEP_FAILED,
    STEP_SENT,
    STEP_SUCCEEDED,
    STEPS,
)
from server.domains.payments.meaning import NotOne
from server.domains.payments.scene import Observed, Scene
from server.domains.payments.steps import CAPTURE, REVERSAL, VOID, Step
from server.kit.lifecycle import Verdict


def observe(scene: Scene, wrong: str, step_id: str) -> Observed:
    """Take in what was seen of a step. `step_id` is the step that was asked about, if one was."""
    payment, seen = scene.payment, scene.seen
    step = wrong or _about(scene, step_id)
    if isinstance(step, str):
        resource_id = step_id or payment.payment_id
        scene.keep(resource_id, Verdict.CONFLICTS)
        scene.conflict(resource_id, step)
        return Observed(payment, None, Verdict.CONFLICTS)
    state = meaning.step_state(seen)
    wrong = meaning.impossible_step(step, seen) or meaning.done_after_all(step, seen)
    verdict = Verdict.CONFLICTS if wrong or state is None else STEPS.observe(step.state, state)
    scene.keep(stepping.id_of(step), verdict)
    if verdict == Verdict.CONFLICTS or state is None:
        scene.conflict(stepping.id_of(step), wrong or "The provider says of it what cannot follow any more.")
        return Observed(payment, step, verdict)
    first = step.state == STEP_ACCEPTED
    changed = facts.learn_of_step(payment, step, seen)
    if verdict == Verdict.ADVANCES:
        _advance(scene, step, state)
    if verdict == Verdict.ADVANCES or changed:
        told = standing.apply(payment, scene.steps)
        scene.payments.save_step(scene.connection, scene.context, payment, step)
        scene.payments.save(scene.connection, scene.context, payment, publish=told)
    if verdict == Verdict.ADVANCES:
        scene.payments.publish_step(scene.connection, scene.context, payment, step)
        _check_sums(scene, step)
        if first and step.state == STEP_SENT:
            scene.follow(stepping.id_of(step), known=bool(step.provider_reference))
    return Observed(payment, step, verdict)


def _about(scene: Scene, step_id: str) -> Step | str:
    """The step that an observation is about, a new one that the provider began, or why there is none."""
    if step_id:
        return next((s for s in scene.steps if stepping.id_of(s) == step_id), "There is no such action or refund.")
    found = meaning.step_of(scene.steps, scene.seen)
    if found == NotOne.AMBIGUOUS:
        return "The provider names no action or refund, and more than one fits."
    if found == NotOne.MISSING:
        return "The provider names an action or refund that there is not."
    return _begun_by_provider(scene) if isinstance(found, NotOne) else found


def _begun_by_provider(scene: Scene) -> Step | str:
    """A step that nobody here has asked for: made at the provider, or by the provider itself."""
    payment, seen = scene.payment, scene.seen
    kind = stepping.OBSERVED[seen.step]
    if meaning.step_state(seen) is None:
        return "The provider says something that no action or refund can be."
    if kind not in (VOID, REVERSAL) and seen.amount.amount_minor <= 0:
        return "The provider has done something that nobody asked for, and does not tell how much."
    step = stepping.new(kind, payment)
    step.initiated_by_provider, step.revision = True, 0  # its first event tells of the state that it gets now
    step.amount.currency_code, step.amount.amount_minor = payment.amount.currency_code, seen.amount.amount_minor
    scene.payments.insert_step(scene.connection, scene.context, payment, step)
    scene.steps.append(step)
    return step


def _advance(scene: Scene, step: Step, state: "PaymentActionState.ValueType") -> None:
    payment, seen = scene.payment, scene.seen
    step.state = state
    step.revision += 1
    if state == STEP_FAILED:
        step.provider_reason_code = seen.provider_reason_code
        if seen.HasField("decline"):
            step.decline.CopyFrom(seen.decline)
    if state == STEP_SUCCEEDED and isinstance(step, PaymentAction) and step.kind in (VOID, REVERSAL):
        step.expired = seen.state == meaning.SEEN_EXPIRED
        undone = payment.authorised_minor - (payment.captured_minor if step.kind == VOID else 0)
        step.amount.currency_code = payment.amount.currency_code
        step.amount.amount_minor = seen.amount.amount_minor or undone


def _check_sums(scene: Scene, step: Step) -> None:
    """Providers are believed, and what does not add up is shown to a person."""
    payment = scene.payment
    given_up = step.state == STEP_SUCCEEDED and stepping.kind_of(step) == VOID and not stepping.is_expiry(step)
    if given_up and payment.captured_minor >= payment.authorised_minor > 0:
        scene.conflict(stepping.id_of(step), "The provider has given up a payment that was captured.")
    if payment.captured_minor > payment.authorised_minor > 0:
        scene.conflict(stepping.id_of(step), "The provider has captured more than it had authorised.")
    # What was refunded before its capture was told is fine; what was refunded and never captured is shown to a person.
    lost = any(each.state == STEP_FAILED for each in stepping.of_kind(scene.steps, CAPTURE))
    if (payment.captured_minor or lost) and payment.refunded_minor > payment.captured_minor:
        scene.conflict(stepping.id_of(step), "The provider has given back more than was captured.")
    if payment.state in (DECLINED, FAILED) and step.state == STEP_SUCCEEDED and step.amount.amount_minor:
        scene.conflict(stepping.id_of(step), "The provider has done something with a payment that has failed.")
