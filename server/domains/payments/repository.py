"""Payments and their steps in the database. Whoever changes a step holds the lock of its payment.

So everything that is done with one payment happens one after the other, and amounts can be promised.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC

from google.protobuf.message import Message
from psycopg.rows import TupleRow

from corridor.payments.v1.payment_action_pb2 import PaymentAction
from corridor.payments.v1.payment_pb2 import Payment
from corridor.payments.v1.refund_pb2 import Refund
from server.domains.payments import steps as stepping
from server.domains.payments.lifecycle import EVENTS, REQUIRES_ACTION
from server.domains.payments.steps import REFUND, Step
from server.kit import ids
from server.kit.clock import Clock
from server.kit.context import Context
from server.kit.failpoint import failpoint
from server.kit.paging import Page
from server.store import audit, events, idempotency, pages, work
from server.store.engine import Connection, Store
from server.store.sealed import ANSWER, EVENT, PAYMENT, PAYMENT_ACTION

DISPATCH = "payments.dispatch"
FOLLOW = "payments.follow"

_ACCEPT = """
SELECT * FROM corridor.accept_payment(%s, %s::smallint, %s, %s, %s, %s, %s, %s::smallint, %s, %s, %s, %s, %s, %s, %s,
    %s, %s, %s, %s, %s, %s::smallint, %s, %s, %s, %s, %s)
"""
_SELECT = "SELECT payment_id, message FROM corridor.payments"
_GET = f"{_SELECT} WHERE company_id = %s AND environment = %s AND payment_id = %s"
_LOCK = f"{_GET} FOR UPDATE"
_FIND = """
SELECT payment_id FROM corridor.payments
WHERE company_id = %s AND environment = %s AND connection_id = %s AND provider_reference = %s
"""
_FIND_STEP = """
SELECT payment_id FROM corridor.payment_actions
WHERE company_id = %s AND environment = %s AND connection_id = %s AND provider_reference = %s
"""
_TOLD = """
SELECT FROM corridor.events WHERE company_id = %s AND environment = %s AND resource_id = %s AND type = %s LIMIT 1
"""
_PAYMENT_OF = """
SELECT payment_id FROM corridor.payment_actions WHERE company_id = %s AND environment = %s AND payment_action_id = %s
"""
_UPDATE = """
UPDATE corridor.payments SET state = %s, connection_id = %s, provider_reference = %s, revision = %s, message = %s,
    update_time = %s WHERE company_id = %s AND environment = %s AND payment_id = %s
"""
_SELECT_STEPS = "SELECT payment_action_id, kind, message FROM corridor.payment_actions"
_STEPS = f"""
{_SELECT_STEPS} WHERE company_id = %s AND environment = %s AND payment_id = %s ORDER BY payment_action_id
"""
_INSERT_STEP = "INSERT INTO corridor.payment_actions VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
_UPDATE_STEP = """
UPDATE corridor.payment_actions SET state = %s, connection_id = %s, provider_reference = %s, message = %s,
    update_time = %s WHERE company_id = %s AND environment = %s AND payment_action_id = %s
"""


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Everything that the accepting statement writes, made before it runs."""

    payment: Payment
    response: bytes
    event: Message


class Payments:
    """The payments of every company, with their steps; the context says whose."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def accept(self, context: Context, new: Acceptance) -> tuple[bytes, bytes | None, bytes | None] | None:
        """Accept a payment in one statement; what is stored with the key if it was used before."""
        assert context.method is not None
        assert context.idempotency is not None
        payment, who, seals, event_id = new.payment, context.who, self._store.seals, ids.new("evt")
        message, event = (part.SerializeToString(deterministic=True) for part in (payment, new.event))
        values = (
            who.company_id,
            who.environment,
            context.method.path,
            context.idempotency.key,
            context.idempotency.fingerprint,
            ANSWER.seal(seals, who, new.response, context.method.path, context.idempotency.key),
            payment.payment_id,
            payment.state,
            PAYMENT.seal(seals, who, message, payment.payment_id),
            payment.create_time.ToDatetime(UTC),
            event_id,
            events.type_of(new.event),
            EVENT.seal(seals, who, event, event_id),
            ids.new("aud"),
            context.asked.policy.audit,
            who.caller_id,
            context.request_id,
            context.correlation_id,
            context.traceparent,
            DISPATCH,
            who.kind,
            who.subject,
            context.client_ip,
            context.claimed,
            context.approval_id,
            audit.request_digest(context),
        )
        with self._store.anyone() as connection, audit.as_called(connection, context), idempotency.claiming():
            failpoint("accept.before")
            row = connection.execute(_ACCEPT, values).fetchone()
            failpoint("accept.after")
        context.audited = row is None
        return idempotency.opened(seals, context, row) if row else None

    def get(self, context: Context, payment_id: str) -> Payment | None:
        """The payment, if the caller's company has it in this environment."""
        who = context.who
        with self._store.of(who.company_id, who.environment) as connection:
            row = connection.execute(_GET, (who.company_id, who.environment, payment_id)).fetchone()
        return self._payment(context, row) if row else None

    def lock(self, connection: Connection, context: Context, payment_id: str) -> Payment | None:
        """The payment, locked until the caller's transaction ends."""
        who = context.who
        row = connection.execute(_LOCK, (who.company_id, who.environment, payment_id)).fetchone()
        return self._payment(context, row) if row else None

    def find(self, context: Context, connection_id: str, reference: str, step_reference: str) -> str | None:
        """The id of the payment that a provider knows by its own reference, or by that of one of its steps."""
        who = context.who
        with self._store.of(who.company_id, who.environment) as connection:
            for query, given in ((_FIND, reference), (_FIND_STEP, step_reference)):
                values = (who.company_id, who.environment, connection_id, given)
                if given and (row := connection.execute(query, values).fetchone()):
                    return str(row[0])
        return None

    def has_required_action(self, connection: Connection, context: Context, payment_id: str) -> bool:
        """Whether the payment has told, at some time, that its customer has to act."""
        told = events.type_of(EVENTS[REQUIRES_ACTION]())
        values = (context.who.company_id, context.who.environment, payment_id, told)
        return connection.execute(_TOLD, values).fetchone() is not None

    def payment_of(self, connection: Connection, context: Context, step_id: str) -> str | None:
        """The id of the payment that a step is done with."""
        row = connection.execute(_PAYMENT_OF, (context.who.company_id, context.who.environment, step_id)).fetchone()
        return str(row[0]) if row else None

    def payment_named(self, context: Context, step_id: str) -> str | None:
        """The id of the payment that a step is done with, by the step's id."""
        who = context.who
        with self._store.of(who.company_id, who.environment) as connection:
            return self.payment_of(connection, context, step_id)

    def page(
        self, context: Context, where: Sequence[tuple[str, object]], after: str | None, size: int
    ) -> list[Payment]:
        """Payments, the newest first; `where` is conditions with their values."""
        who = context.who
        conditions, values = ["company_id = %s", "environment = %s"], [who.company_id, who.environment]
        for condition, value in [*where, *([("payment_id < %s", after)] if after else [])]:
            conditions.append(condition)
            values.append(value)
        sql = f"{_SELECT} WHERE {' AND '.join(conditions)} ORDER BY payment_id DESC LIMIT %s"
        with self._store.of(who.company_id, who.environment) as connection:
            rows = connection.execute(sql, (*values, size)).fetchall()
        return [self._payment(context, row) for row in rows]

    def save(self, connection: Connection, context: Context, payment: Payment, *, publish: bool = False) -> None:
        """Write a locked payment back; `publish` makes a new revision of it, and tells of its state."""
        who = context.who
        payment.update_time.FromDatetime(self._clock.now())
        payment.revision += publish
        if payment.state != REQUIRES_ACTION:
            payment.ClearField("next_action")  # nobody need act any more
        connection.execute(
            _UPDATE,
            (
                payment.state,
                payment.connection_id or None,
                payment.provider_reference or None,
                payment.revision,
                PAYMENT.seal(connection.seals, who, payment.SerializeToString(deterministic=True), payment.payment_id),
                payment.update_time.ToDatetime(UTC),
                who.company_id,
                who.environment,
                payment.payment_id,
            ),
        )
        if publish:
            told = EVENTS[payment.state](payment=payment)
            events.publish(connection, context, payment.payment_id, payment.revision, told)

    def steps(self, connection: Connection, context: Context, payment_id: str) -> list[Step]:
        """What was done with a payment, the first first."""
        values = (context.who.company_id, context.who.environment, payment_id)
        return [self._step(context, row) for row in connection.execute(_STEPS, values).fetchall()]

    def insert_step(self, connection: Connection, context: Context, payment: Payment, step: Step) -> None:
        """Store a new step of a locked payment."""
        who = context.who
        step.create_time.FromDatetime(self._clock.now())
        step.update_time.CopyFrom(step.create_time)
        step.correlation_id = context.correlation_id
        times = (step.create_time.ToDatetime(UTC),) * 2
        key = (who.company_id, who.environment, stepping.id_of(step), payment.payment_id, stepping.kind_of(step))
        connection.execute(_INSERT_STEP, (*key, *self._columns(connection, context, payment, step), *times))

    def save_step(self, connection: Connection, context: Context, payment: Payment, step: Step) -> None:
        """Write a step of a locked payment back."""
        who = context.who
        step.update_time.FromDatetime(self._clock.now())
        columns = self._columns(connection, context, payment, step)
        key = (who.company_id, who.environment, stepping.id_of(step))
        connection.execute(_UPDATE_STEP, (*columns, step.update_time.ToDatetime(UTC), *key))

    def publish_step(self, connection: Connection, context: Context, payment: Payment, step: Step) -> None:
        """Tell of a step as it now is."""
        told = stepping.event(step, payment)
        events.publish(connection, context, stepping.id_of(step), step.revision, told)

    def step_page(
        self, connection: Connection, context: Context, page: Page, where: dict[str, object]
    ) -> tuple[list[Step], bool]:
        """A page of steps, the newest first, and whether there are more."""
        rows, more = pages.newest_first(
            connection, context, _SELECT_STEPS, key="payment_action_id", page=page, where=where
        )
        return [self._step(context, row) for row in rows], more

    def schedule(
        self, connection: Connection, context: Context, kind: str, lane: str, resource_id: str, after: float = 0.0
    ) -> None:
        """Schedule a piece of work in the caller's transaction, `after` so many seconds."""
        work.schedule(
            connection,
            context.who.company_id,
            context.who.environment,
            kind=kind,
            lane=f"{kind}/{lane}",
            resource_id=resource_id,
            after_seconds=after,
            correlation_id=context.correlation_id,
            traceparent=context.traceparent,
        )

    def _columns(
        self, connection: Connection, context: Context, payment: Payment, step: Step
    ) -> tuple[int, str | None, str | None, bytes]:
        data = step.SerializeToString(deterministic=True)
        message = PAYMENT_ACTION.seal(connection.seals, context.who, data, stepping.id_of(step))
        return step.state, payment.connection_id or None, step.provider_reference or None, message

    def _payment(self, context: Context, row: TupleRow) -> Payment:
        payment_id, message = row
        return Payment.FromString(PAYMENT.open(self._store.seals, context.who, message, payment_id))

    def _step(self, context: Context, row: TupleRow) -> Step:
        step_id, kind, message = row
        data = PAYMENT_ACTION.open(self._store.seals, context.who, message, step_id)
        return Refund.FromString(data) if kind == REFUND else PaymentAction.FromString(data)
