"""The one door through which providers change payments: what they say is held against what is known, and kept.

Every observation is one transaction: lock of the payment, verdict, record, change, events.
"""

from collections.abc import Callable
from dataclasses import replace

from corridor.payments.v1.payment_observation_pb2 import PaymentObservation
from server.domains.payments import authorisations, doings, meaning
from server.domains.payments.repository import Payments
from server.domains.payments.scene import Observed, Scene
from server.kit.context import Context
from server.kit.failpoint import failpoint
from server.platform.providers.sendable import Timing
from server.store.engine import Connection, Store
from server.store.observations import Source


class Observing:
    """Takes in what providers say of payments."""

    def __init__(self, store: Store, payments: Payments, timing: Timing) -> None:
        self._store = store
        self._payments = payments
        self._timing = timing

    def observe(
        self,
        context: Context,
        payment_id: str,
        connection_id: str,
        observation: PaymentObservation,
        source: Source,
        source_id: str,
        *,
        step_id: str = "",
        also: Callable[[Connection], None] | None = None,
    ) -> Observed | None:
        """Take in what a provider said of a payment or a step of it. None if the company has no such payment.

        `step_id` is the step that it was asked about. `also` runs in the same transaction.
        """
        who = context.who
        with self._store.transaction(who.company_id, who.environment) as connection:
            payment = self._payments.lock(connection, context, payment_id)
            if payment is None:
                return None
            failpoint("observe.locked")
            # A webhook comes under an id of its own; what it changes belongs to the call that made the payment.
            context = replace(context, correlation_id=payment.correlation_id or context.correlation_id)
            steps = self._payments.steps(connection, context, payment_id)
            seen = meaning.of_its_step(payment, observation)
            scene = Scene(self._payments, self._timing, connection, context, payment, steps, seen, source, source_id)
            wrong = meaning.contradiction(payment, connection_id, seen)
            if seen.step == meaning.AUTHORISATION:
                observed = authorisations.observe(scene, wrong)
            else:
                observed = doings.observe(scene, wrong, step_id)
            if also:
                also(connection)
            failpoint("observe.before_commit")
        failpoint("observe.committed")
        return observed
