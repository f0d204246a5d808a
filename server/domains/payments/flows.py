"""What happens to payments and their steps after they were accepted: each is sent once, and followed to its end.

How that is done safely is the same for every domain, in `server.platform.providers.sending`.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from adapters.kit.call import Call
from corridor.payments.v1.payment_observation_pb2 import PaymentObservation
from corridor.payments.v1.payment_pb2 import Payment
from server.domains.payments import meaning
from server.domains.payments import steps as stepping
from server.domains.payments.lifecycle import AUTHORISED, REQUIRES_ACTION, SENT
from server.domains.payments.observing import Observing
from server.domains.payments.repository import Payments
from server.domains.payments.routed import facts
from server.domains.payments.sent_payments import SentPayments
from server.domains.payments.sent_steps import METHODS, Doing, SentSteps
from server.domains.payments.steps import REFUND, VOID
from server.kit import ids
from server.kit.clock import Clock
from server.kit.context import Context
from server.platform.providers import held
from server.platform.providers.invoke import Ended, Invoker
from server.platform.providers.sendable import Timing
from server.platform.providers.sending import Sending
from server.platform.routing.router import Router
from server.store import work
from server.store.engine import Store
from server.store.observations import Source
from server.store.work import Again, Done, Job

CONTINUE = "continue_payment"
_SLOWEST_WAIT_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Continued:
    """How going on after the customer's step ended; the payment as it then is, where the provider said anything."""

    ended: Ended
    payment: Payment | None


class Flows:
    """The steps of payments, for workers and for the servicers."""

    def __init__(
        self, store: Store, payments: Payments, invoker: Invoker, timing: Timing, clock: Clock, router: Router
    ) -> None:
        self._payments = payments
        self._invoker = invoker
        self._timing = timing
        self._router = router
        self.observing = Observing(store, payments, timing)
        self._authorising: Sending[Payment] = Sending(
            store, invoker, timing, clock, SentPayments(payments, self.observing, router)
        )
        self._doing: Mapping[int, Sending[Doing]] = {
            kind: Sending(
                store, invoker, timing, clock, SentSteps(store, payments, self.observing, router, method, look_up)
            )
            for kind, method in METHODS.items()
            for look_up in ["look_up_refund" if kind == REFUND else "look_up_payment"]
        }

    def dispatch(self, context: Context, job: Job) -> work.Outcome:
        """Send an accepted payment, or what is to be done with one."""
        if ids.is_id(job.resource_id, "pay"):
            return self._authorising.dispatch(context, job)
        sending, thing = self._of(context, job.resource_id)
        if sending is None or thing is None:
            return Done()
        if stepping.kind_of(thing.step) == VOID and sending.domain.waits(thing):
            if thing.payment.state == SENT and not thing.payment.provider_reference:
                # Whether there is anything to void is asked by the payment's own look-ups.
                pause = work.backoff_seconds(job.tries, first=self._timing.unknown_seconds, most=_SLOWEST_WAIT_SECONDS)
                return Again(pause, "whether the provider has the payment is not known yet")
            if thing.payment.state not in (SENT, REQUIRES_ACTION, AUTHORISED):
                self._void_in_vain(context, thing)
                return Done()
        return sending.dispatch(context, job)

    def follow(self, context: Context, job: Job) -> work.Outcome:
        """Ask the provider about what is under way, until it is at an end."""
        if ids.is_id(job.resource_id, "pay"):
            return self._authorising.follow(context, job)
        sending, _ = self._of(context, job.resource_id)
        return sending.follow(context, job) if sending else Done()

    def sending_of(self, context: Context, resource_id: str) -> Sending[Payment] | Sending[Doing] | None:
        """How a payment or a step is sent and followed; None if there is no such thing."""
        return self._authorising if ids.is_id(resource_id, "pay") else self._of(context, resource_id)[0]

    def go_on(self, context: Context, payment: Payment, details: Mapping[str, str]) -> Continued:
        """Tell the provider what the customer's browser brought back. The same details have one effect there."""

        def ask(adapter: Any, call: Call) -> PaymentObservation:
            said = json.dumps(sorted(details.items()), ensure_ascii=False).encode()
            # Another request than the one that began the payment needs a key of its own.
            call.idempotency_key = f"{payment.payment_id}-{hashlib.sha256(said).hexdigest()[:16]}"
            answer: PaymentObservation = adapter.continue_payment(call, payment, details)
            return answer

        over = payment.connection_id
        decided = self._router.follow(context, facts(payment), over, payment.provider, CONTINUE)
        ended = self._invoker.invoke(context, over, CONTINUE, payment.payment_id, ask, decision=decided.record)
        held.check(ended)
        return Continued(ended, self._authorising.take_in(context, payment, ended, Source.RESPONSE))

    def _of(self, context: Context, step_id: str) -> tuple[Sending[Doing] | None, Doing | None]:
        thing = self._doing[VOID].domain.get(context, step_id)
        return (self._doing[stepping.kind_of(thing.step)], thing) if thing else (None, None)

    def _void_in_vain(self, context: Context, thing: Doing) -> None:
        """The payment came to another end before it was voided: nothing is left to give up, or it was captured."""
        ended = not thing.payment.captured_minor
        seen = PaymentObservation(
            payment_id=thing.payment.payment_id,
            step=stepping.STEP_OF[VOID],
            step_id=stepping.id_of(thing.step),
            state=meaning.SEEN_SUCCEEDED if ended else meaning.SEEN_FAILED,
            provider_state="not sent",
        )
        self.observing.observe(
            context, thing.payment.payment_id, thing.payment.connection_id, seen, Source.RESPONSE, "",
            step_id=stepping.id_of(thing.step),
        )  # fmt: skip
