"""What `sending` has to know of payments: how their authorisation is sent, asked about and observed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from adapters.kit.call import Call
from corridor.payments.v1.payment_observation_pb2 import PaymentObservation
from corridor.payments.v1.payment_pb2 import CAPTURE_METHOD_MANUAL, Payment
from corridor.routing.v1.route_decision_pb2 import RouteDecision
from corridor.routing.v1.routing_facts_pb2 import RoutingFacts
from server.domains.payments import meaning
from server.domains.payments import steps as stepping
from server.domains.payments.authorisations import REFUSED
from server.domains.payments.lifecycle import ACCEPTED, REQUIRES_ACTION, SENT
from server.domains.payments.observing import Observing
from server.domains.payments.repository import Payments
from server.domains.payments.routed import DOMAIN, facts
from server.domains.payments.steps import VOID
from server.kit.context import Context
from server.kit.lifecycle import Verdict
from server.platform.providers.connections import Live
from server.platform.providers.sendable import Closing, Stopped
from server.platform.routing.choices import Decided
from server.platform.routing.router import Router
from server.store.engine import Connection
from server.store.observations import Source

AUTHORISE = "authorise"


@dataclass(frozen=True, slots=True)
class SentPayments:
    """What `sending` has to know of payments."""

    payments: Payments
    observing: Observing
    router: Router

    name = DOMAIN
    create = AUTHORISE
    look_up = "look_up_payment"

    def id_of(self, thing: Payment) -> str:
        """The payment's id."""
        return thing.payment_id

    def get(self, context: Context, resource_id: str) -> Payment | None:
        """The payment as it is."""
        return self.payments.get(context, resource_id)

    def lock(self, connection: Connection, context: Context, resource_id: str) -> Payment | None:
        """The payment, locked."""
        return self.payments.lock(connection, context, resource_id)

    def waits(self, thing: Payment) -> bool:
        """Whether it is accepted, and no provider has it."""
        return thing.state == ACCEPTED

    def under_way(self, thing: Payment) -> bool:
        """Whether its approval is not known yet."""
        return thing.state in (SENT, REQUIRES_ACTION)

    def sent_over(self, thing: Payment) -> str:
        """Its connection."""
        return thing.connection_id

    def reference(self, thing: Payment) -> str:
        """The provider's own id for it."""
        return thing.provider_reference

    def due(self, thing: Payment) -> datetime:
        """When the customer should have acted, or the issuer answered."""
        expires = thing.next_action.HasField("expire_time")
        return (thing.next_action.expire_time if expires else thing.create_time).ToDatetime(UTC)

    def facts(self, thing: Payment) -> RoutingFacts:
        """What routing knows of it."""
        return facts(thing)

    def choose(self, connection: Connection, context: Context, thing: Payment, tries: int) -> Decided:
        """What the company's rules and routes say."""
        return self.router.decide(connection, context, self.facts(thing), AUTHORISE, tries)

    def about_to_send(self, connection: Connection, context: Context, locked: Payment, live: Live) -> None:
        """Note the connection."""
        locked.connection_id, locked.provider = live.connection.connection_id, live.provider
        self.payments.save(connection, context, locked)

    def begin(
        self, context: Context, thing: Payment, live: Live, decision: RouteDecision
    ) -> tuple[Payment, str] | None:
        """The long way: a payment waits for its customer's bank anyway."""
        return None

    def about_to_repeat(self, connection: Connection, context: Context, locked: Payment) -> None:
        """Raises `Stopped` where the repetition would take money of a payment that is being given up."""
        if locked.capture_method == CAPTURE_METHOD_MANUAL:
            return  # what is authorised by it is voided after
        steps = self.payments.steps(connection, context, locked.payment_id)
        if any(stepping.is_open(step) for step in stepping.of_kind(steps, VOID)):
            raise Stopped("It is being voided.")

    def stop(self, context: Context, thing: Payment) -> None:
        """Nothing stops a payment before it is sent but its void, which needs no provider then."""

    def send(self, context: Context, adapter: Any, call: Call, thing: Payment) -> PaymentObservation:
        """Ask for the payment's approval."""
        answer: PaymentObservation = adapter.authorise(call, thing)
        return answer

    def ask(self, adapter: Any, call: Call, thing: Payment) -> PaymentObservation | None:
        """Ask the provider what became of it."""
        found: PaymentObservation | None = adapter.look_up_payment(call, thing)
        return found

    def perhaps(self, thing: Payment, word: str) -> PaymentObservation:
        """The provider may have it."""
        return PaymentObservation(
            payment_id=thing.payment_id, step=meaning.AUTHORISATION, state=meaning.SEEN_SENT, provider_state=word
        )

    def refused(self, thing: Payment, code: str) -> PaymentObservation:
        """The provider refused the details."""
        return PaymentObservation(
            payment_id=thing.payment_id,
            step=meaning.AUTHORISATION,
            state=meaning.SEEN_FAILED,
            provider_reason_code=code,
            provider_state=REFUSED,
        )

    def conclude(
        self, context: Context, thing: Payment, observation: PaymentObservation, source: Source, closing: Closing
    ) -> Payment | None:
        """The long way: what an approval means depends on the payment's steps."""
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
    ) -> tuple[Payment, Verdict] | None:
        """The one door."""
        found = self.observing.observe(context, resource_id, connection_id, observation, source, source_id, also=also)
        return (found.payment, found.verdict) if found else None
