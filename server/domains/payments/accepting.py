"""Accepting what is to be done with a payment: one transaction locks it, asks the policy, and promises the amounts.

So two captures at once never exceed what is authorised, and what is refused never reaches a provider.
"""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from google.protobuf.message import Message

from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.payments.v1.payment_pb2 import Payment
from server.domains.payments import standing
from server.domains.payments import steps as stepping
from server.domains.payments.policy import Abilities
from server.domains.payments.repository import DISPATCH, Payments
from server.domains.payments.steps import Step
from server.kit.context import Context
from server.kit.errors import fail
from server.platform.providers.invoke import Invoker
from server.store import audit, idempotency
from server.store.engine import Connection, Store
from server.store.wake import Waker

NOTHING = Abilities(frozenset(), None)


@dataclass(slots=True)
class Locked:
    """A payment under its lock, in the transaction of a call."""

    connection: Connection
    answer: Callable[[str, Message], bytes]
    payment: Payment
    steps: list[Step]
    can: Abilities


class Accepting:
    """The transactions of calls that do something with a payment."""

    def __init__(self, store: Store, payments: Payments, invoker: Invoker, waker: Waker) -> None:
        self._store = store
        self._payments = payments
        self._invoker = invoker
        self._waker = waker

    @contextlib.contextmanager
    def locked(self, context: Context, payment_id: str) -> Iterator[Locked]:
        """The payment and what was done with it, locked. Raises NOT_FOUND, and `Replay` for a key used before."""
        context.resource_id = payment_id
        with idempotency.once(self._store, context) as (connection, answer):
            payment = self._payments.lock(connection, context, payment_id)
            if payment is None or not concerns(context):
                raise fail(reasons.ERROR_REASON_NOT_FOUND, f"There is no payment {payment_id}.")
            steps = self._payments.steps(connection, context, payment_id)
            yield Locked(connection, answer, payment, steps, self._abilities(payment))
        self._waker.wake()

    def accept(self, context: Context, now: Locked, step: Step, response: Callable[[], Message]) -> bytes:
        """Write a step that the policy allows, and what it promises of the payment; the call's answer."""
        self._payments.insert_step(now.connection, context, now.payment, step)
        now.steps.append(step)
        told = standing.apply(now.payment, now.steps)
        self._payments.save(now.connection, context, now.payment, publish=told)
        self._payments.publish_step(now.connection, context, now.payment, step)
        step_id = stepping.id_of(step)
        if stepping.is_open(step):
            # In one lane for each payment: what was accepted first is sent first.
            self._payments.schedule(now.connection, context, DISPATCH, now.payment.payment_id, step_id)
        audit.record(now.connection, context, step_id)
        return now.answer(step_id, response())

    def _abilities(self, payment: Payment) -> Abilities:
        if not payment.provider:
            return NOTHING
        coverage = self._invoker.manifest(payment.provider).coverage
        payments, refunds = coverage.get("payments"), coverage.get("refunds")
        return Abilities(payments.features if payments else frozenset(), refunds.features if refunds else None)


def concerns(context: Context) -> bool:
    """Whether the caller may see payments: a token that rests on a person's consent sees only what rests on it."""
    return not context.who.consent_id
