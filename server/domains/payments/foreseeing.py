"""What an observation would mean for a payment and its steps: found by the same code, on copies that nobody stores."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

from corridor.payments.v1.payment_action_pb2 import PaymentActionState
from corridor.payments.v1.payment_observation_pb2 import PaymentObservation
from corridor.payments.v1.payment_pb2 import Payment, PaymentState
from server.domains.payments import authorisations, doings, meaning
from server.domains.payments import steps as stepping
from server.domains.payments.repository import Payments
from server.domains.payments.scene import Scene
from server.domains.payments.steps import Step
from server.kit.context import Context
from server.kit.lifecycle import Verdict
from server.platform.providers.sendable import Timing
from server.platform.webhooks.foreseen import Foreseen
from server.store.engine import Connection
from server.store.observations import Source


class _Unwritten:
    """Stands where payments are written, and writes nothing."""

    def insert_step(self, *_: object) -> None:
        """Nothing is stored."""

    save_step = publish_step = insert_step

    def save(self, *_: object, publish: bool = False) -> None:
        """Nothing is stored or told."""


@dataclass(frozen=True, slots=True)
class _Foreseeing(Scene):
    """A scene of which nothing is kept but what a person would be told."""

    said: list[str] = field(default_factory=list)

    def keep(self, resource_id: str, verdict: Verdict) -> None:
        """Nothing is recorded."""

    def conflict(self, resource_id: str, why: str) -> None:
        """Remember what a person would be told."""
        self.said.append(why)

    def follow(self, resource_id: str, *, known: bool) -> None:
        """Nobody is asked."""


def would(
    context: Context, payment: Payment, steps: Sequence[Step], connection_id: str, observation: PaymentObservation
) -> Foreseen:
    """What would come of an observation that came by a webhook. Payment and steps are the caller's to keep."""
    copy, copies = _copy(payment), [_copied(step) for step in steps]
    seen = meaning.of_its_step(copy, observation)
    nowhere, nothing = cast("Payments", _Unwritten()), cast("Connection", None)
    scene = _Foreseeing(nowhere, Timing(), nothing, context, copy, copies, seen, Source.WEBHOOK, "")
    wrong = meaning.contradiction(copy, connection_id, seen)
    if seen.step == meaning.AUTHORISATION:
        observed = authorisations.observe(scene, wrong)
    else:
        observed = doings.observe(scene, wrong, "")
    why = " ".join(scene.said)
    if observed.step is None:
        return Foreseen(
            payment.payment_id,
            payment.revision,
            observed.verdict,
            _word(payment.state),
            _word(observed.payment.state),
            why,
        )
    step = observed.step
    was = next((each for each in steps if stepping.id_of(each) == stepping.id_of(step)), None)
    before = f"{_step_word(was)}, payment {_word(payment.state)}" if was else f"payment {_word(payment.state)}"
    after = f"{_step_word(step)}, payment {_word(observed.payment.state)}"
    resource_id = stepping.id_of(was) if was else payment.payment_id
    return Foreseen(resource_id, payment.revision, observed.verdict, before, after, why)


def _copy(payment: Payment) -> Payment:
    made = Payment()
    made.CopyFrom(payment)
    return made


def _copied(step: Step) -> Step:
    made = type(step)()
    made.MergeFrom(step)  # type: ignore[arg-type] # of its own type, which is one of two
    return made


def _word(state: "PaymentState.ValueType") -> str:
    return PaymentState.Name(state).removeprefix("PAYMENT_STATE_").lower().replace("_", " ")


def _step_word(step: Step) -> str:
    return PaymentActionState.Name(step.state).removeprefix("PAYMENT_ACTION_STATE_").lower()
