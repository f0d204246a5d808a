"""What `sending` has to know of captures, increments, voids, reversals and refunds: one object for each kind.

They go over the connection that has the payment, whatever its route now says.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from adapters.kit.call import Call
from corridor.payments.v1.payment_observation_pb2 import PaymentObservation, PaymentStepState
from corridor.payments.v1.payment_pb2 import Payment
from corridor.payments.v1.refund_pb2 import Refund
from corridor.routing.v1.route_decision_pb2 import RouteDecision
from corridor.routing.v1.routing_facts_pb2 import RoutingFacts
from server.domains.payments import meaning
from server.domains.payments import steps as stepping
from server.domains.payments.authorisations import REFUSED
from server.domains.payments.lifecycle import STEP_ACCEPTED, STEP_SENT
from server.domains.payments.observing import Observing
from server.domains.payments.repository import Payments
from server.domains.payments.routed import step_facts
from server.domains.payments.steps import CAPTURE, INCREMENT, REFUND, REVERSAL, VOID, Step
from server.kit.context import Context
from server.kit.lifecycle import Verdict
from server.platform.providers.connections import Live
from server.platform.providers.sendable import Closing
from server.platform.routing.choices import Decided
from server.platform.routing.router import Router
from server.store import attempts
from server.store.engine import Connection, Store
from server.store.observations import Source

# The port's method for each kind of step.
METHODS = {
    CAPTURE: "capture",
    INCREMENT: "increment",
    VOID: "void",
    REVERSAL: "reverse",
    REFUND: "create_refund",
}
_REFUND_DAYS = timedelta(days=10)  # cards are credited within some five to ten banking days


@dataclass(frozen=True, slots=True)
class Doing:
    """A step, and the payment with which it is done."""

    payment: Payment
    step: Step


@dataclass(slots=True)
class SentSteps:
    """What `sending` has to know of the steps of one kind."""

    store: Store
    payments: Payments
    observing: Observing
    router: Router
    create: str
    look_up: str

    @property
    def name(self) -> str:
        """The domain whose promises count: refunds have their own."""
        return "refunds" if self.create == METHODS[REFUND] else "payments"

    def id_of(self, thing: Doing) -> str:
        """The step's id."""
        return stepping.id_of(thing.step)

    def get(self, context: Context, resource_id: str) -> Doing | None:
        """The step and its payment, of one moment."""
        who = context.who
        with self.store.transaction(who.company_id, who.environment) as connection:
            return self.lock(connection, context, resource_id)

    def lock(self, connection: Connection, context: Context, resource_id: str) -> Doing | None:
        """The step and its payment, locked: steps change under the lock of their payment."""
        payment_id = self.payments.payment_of(connection, context, resource_id)
        payment = self.payments.lock(connection, context, payment_id) if payment_id else None
        if payment is None:
            return None
        steps = self.payments.steps(connection, context, payment.payment_id)
        return next((Doing(payment, step) for step in steps if stepping.id_of(step) == resource_id), None)

    def waits(self, thing: Doing) -> bool:
        """Whether it is accepted, and the provider does not have it."""
        return thing.step.state == STEP_ACCEPTED

    def under_way(self, thing: Doing) -> bool:
        """Whether the provider has it, or may have it, and its end is not known."""
        return thing.step.state == STEP_SENT

    def sent_over(self, thing: Doing) -> str:
        """The connection that has the payment."""
        return thing.payment.connection_id

    def reference(self, thing: Doing) -> str:
        """The provider's own id for it."""
        return thing.step.provider_reference

    def due(self, thing: Doing) -> datetime:
        """When it should be done."""
        made = thing.step.create_time.ToDatetime(UTC)
        return made + _REFUND_DAYS if isinstance(thing.step, Refund) else made

    def facts(self, thing: Doing) -> RoutingFacts:
        """What routing knows of it."""
        return step_facts(thing.payment, thing.step)

    def choose(self, connection: Connection, context: Context, thing: Doing, tries: int) -> Decided:
        """The connection that has the payment, and no other."""
        # A void that waits for its payment is tried often, and not once at the provider.
        tries = min(tries, len(attempts.of(connection, context, self.id_of(thing), self.create)) + 1)
        over, provider = thing.payment.connection_id, thing.payment.provider
        return self.router.follow(context, self.facts(thing), over, provider, self.create, tries)

    def about_to_send(self, connection: Connection, context: Context, locked: Doing, live: Live) -> None:
        """Nothing is to be noted: the connection is the payment's."""

    def begin(self, context: Context, thing: Doing, live: Live, decision: RouteDecision) -> tuple[Doing, str] | None:
        """The long way: under the lock of the payment."""
        return None

    def about_to_repeat(self, connection: Connection, context: Context, locked: Doing) -> None:
        """What was accepted under the lock of the payment may be repeated under its key."""

    def stop(self, context: Context, thing: Doing) -> None:
        """Nothing stops a step."""

    def send(self, context: Context, adapter: Any, call: Call, thing: Doing) -> PaymentObservation:
        """Have it done."""
        answer: PaymentObservation = getattr(adapter, self.create)(call, thing.payment, thing.step)
        return answer

    def ask(self, adapter: Any, call: Call, thing: Doing) -> PaymentObservation | None:
        """Ask the provider what became of it."""
        found: PaymentObservation | None = getattr(adapter, self.look_up)(call, thing.payment, thing.step)
        return found

    def perhaps(self, thing: Doing, word: str) -> PaymentObservation:
        """The provider may have it."""
        return self._seen(thing, meaning.SEEN_SENT, word)

    def refused(self, thing: Doing, code: str) -> PaymentObservation:
        """The provider refused it."""
        seen = self._seen(thing, meaning.SEEN_FAILED, REFUSED)
        seen.provider_reason_code = code
        return seen

    def conclude(
        self, context: Context, thing: Doing, observation: PaymentObservation, source: Source, closing: Closing
    ) -> Doing | None:
        """The long way: what a step means for its payment depends on the others."""
        return None

    def observe(
        self,
        context: Context,
        resource_id: str,
        connection_id: str,
        observation: PaymentObservation,
        source: Source,
        source_id: str,
        *,
        also: Callable[[Connection], None] | None = None,
    ) -> tuple[Doing, Verdict] | None:
        """The one door. An answer about the payment's authorisation instead is taken in as what it is."""
        payment_id = self.payments.payment_named(context, resource_id)
        if payment_id is None:
            return None
        found = self.observing.observe(
            context, payment_id, connection_id, observation, source, source_id, step_id=resource_id, also=also
        )
        if found is None:
            return None
        now = Doing(found.payment, found.step) if found.step else self.get(context, resource_id)
        return (now, found.verdict) if now else None

    def _seen(self, thing: Doing, state: "PaymentStepState.ValueType", word: str) -> PaymentObservation:
        return PaymentObservation(
            payment_id=thing.payment.payment_id,
            step=stepping.STEP_OF[stepping.kind_of(thing.step)],
            step_id=stepping.id_of(thing.step),
            state=state,
            provider_state=word,
        )
