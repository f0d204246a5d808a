"""What operations has to know of payments and their steps: how each stands, and where its work is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from corridor.payments.v1.payment_action_pb2 import PaymentActionState
from corridor.payments.v1.payment_pb2 import Payment, PaymentState
from corridor.routing.v1.routing_facts_pb2 import RoutingFacts
from server.domains.payments import meaning
from server.domains.payments import steps as stepping
from server.domains.payments.flows import Flows
from server.domains.payments.lifecycle import ACCEPTED, REQUIRES_ACTION, SENT, STEP_ACCEPTED, STEP_SENT
from server.domains.payments.repository import DISPATCH, FOLLOW, Payments
from server.domains.payments.routed import facts
from server.domains.payments.sent_payments import AUTHORISE
from server.domains.payments.sent_steps import METHODS, Doing
from server.kit import ids
from server.kit.context import Context
from server.platform.operations.routed import Lane, Standing
from server.platform.providers.looking import look
from server.platform.providers.sending import Sending
from server.store import work
from server.store.engine import Connection, Store
from server.store.work import Done, Job


@dataclass(frozen=True)
class OperatedPayments:
    """Payments and their steps, for operations."""

    store: Store
    payments: Payments
    flows: Flows

    domain = "payments"
    scopes = frozenset({"payments:read", "refunds:read"})
    stuck: ClassVar[Mapping[str, str]] = {
        "pay": "stuck_payments", "act": "stuck_payment_actions", "ref": "stuck_payment_actions",
    }  # fmt: skip

    def read(self, context: Context, resource_id: str) -> Standing | None:
        """How a payment or a step of one stands."""
        sending = self.flows.sending_of(context, resource_id)
        return _standing(sending.domain.get(context, resource_id)) if sending else None

    def lock(self, connection: Connection, context: Context, resource_id: str) -> Standing | None:
        """How it stands, locked: a step with its payment."""
        if ids.is_id(resource_id, "pay"):
            return _standing(self.payments.lock(connection, context, resource_id))
        payment_id = self.payments.payment_of(connection, context, resource_id)
        payment = self.payments.lock(connection, context, payment_id) if payment_id else None
        if payment is None:
            return None
        steps = self.payments.steps(connection, context, payment.payment_id)
        return next((_doing(Doing(payment, step)) for step in steps if stepping.id_of(step) == resource_id), None)

    def look(self, context: Context, job: Job) -> work.Outcome:
        """Ask the provider once."""
        sending: Sending[Any] | None = self.flows.sending_of(context, job.resource_id)
        return look(sending, context, job) if sending else Done()

    def facts(self, standing: Standing) -> RoutingFacts | None:
        """By what a payment is routed. What is done with one is done where it is."""
        payment = standing.thing
        return facts(payment) if isinstance(payment, Payment) else None

    def describe(self, observation: bytes) -> str:
        """An observation in a few words."""
        return meaning.described(observation)

    def related(self, context: Context, resource_id: str) -> Sequence[str]:
        """The steps of a payment; of a step, nothing besides itself."""
        if not ids.is_id(resource_id, "pay"):
            return ()
        who = context.who
        with self.store.of(who.company_id, who.environment) as connection:
            return [stepping.id_of(step) for step in self.payments.steps(connection, context, resource_id)]


def _standing(thing: Payment | Doing | None) -> Standing | None:
    if thing is None:
        return None
    return _payment(thing) if isinstance(thing, Payment) else _doing(thing)


def _payment(payment: Payment) -> Standing:
    payment_id = payment.payment_id
    return Standing(
        resource_id=payment_id,
        message=payment,
        state=PaymentState.Name(payment.state).removeprefix("PAYMENT_STATE_").lower(),
        revision=payment.revision,
        waits=payment.state == ACCEPTED,
        under_way=payment.state in (SENT, REQUIRES_ACTION),
        connection_id=payment.connection_id,
        reference=payment.provider_reference,
        operation=AUTHORISE,
        dispatch=Lane(DISPATCH, f"{DISPATCH}/{payment_id}"),
        follow=(Lane(FOLLOW, f"{FOLLOW}/{payment_id}"),),
        thing=payment,
    )


def _doing(doing: Doing) -> Standing:
    step, payment_id, step_id = doing.step, doing.payment.payment_id, stepping.id_of(doing.step)
    return Standing(
        resource_id=step_id,
        message=step,
        state=PaymentActionState.Name(step.state).removeprefix("PAYMENT_ACTION_STATE_").lower(),
        revision=step.revision,
        waits=step.state == STEP_ACCEPTED,
        under_way=step.state == STEP_SENT,
        connection_id=doing.payment.connection_id,
        reference=step.provider_reference,
        operation=METHODS[stepping.kind_of(step)],
        dispatch=Lane(DISPATCH, f"{DISPATCH}/{payment_id}"),
        follow=(Lane(FOLLOW, f"{FOLLOW}/{payment_id}/{step_id}"),),
        thing=doing,
    )
