"""Payouts in the database. `observe` is the one door through which the outside world changes a payout.

Every change is one transaction: row lock, lifecycle, record, update, event.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC

from google.protobuf.message import Message
from psycopg.types.json import Jsonb

from corridor.operations.v1 import work_item_pb2
from corridor.payouts.v1 import payout_pb2
from corridor.payouts.v1.payout_observation_pb2 import PayoutObservation
from corridor.payouts.v1.payout_pb2 import Payout
from server.domains.payouts import consent, spending
from server.domains.payouts.lifecycle import ACCEPTED, EVENTS, LIFECYCLE
from server.domains.payouts.observing import learn, meaning
from server.domains.payouts.policy import Spending
from server.kit import ids
from server.kit.clock import Clock
from server.kit.context import Context
from server.kit.failpoint import failpoint
from server.kit.lifecycle import Verdict
from server.platform.providers.sendable import Timing
from server.store import audit, events, idempotency, observations, work, work_items
from server.store.engine import Connection, Store
from server.store.observations import Source
from server.store.sealed import ANSWER, EVENT, PAYOUT

DISPATCH = "payouts.dispatch"
FOLLOW = "payouts.follow"
LOOK = "payouts.look"

_ACCEPT = """
SELECT * FROM corridor.accept_payout(%s, %s::smallint, %s, %s, %s, %s, %s, %s::smallint, %s, %s, %s, %s, %s, %s, %s, %s,
    %s, %s, %s, %s, %s, %s::smallint, %s, %s, %s, %s, %s,
    p_amount_minor => %s, p_currency_code => %s, p_rail => %s::smallint, p_limits => %s)
"""
_GET = "SELECT payout_id, message FROM corridor.payouts WHERE company_id = %s AND environment = %s AND payout_id = %s"
_LOCK = _GET + " FOR UPDATE"
_FIND = """
SELECT payout_id FROM corridor.payouts
WHERE company_id = %s AND environment = %s AND connection_id = %s AND provider_reference = %s
"""
_UPDATE = """
UPDATE corridor.payouts SET state = %s, connection_id = %s, provider_reference = %s, revision = %s, message = %s,
    update_time = %s WHERE company_id = %s AND environment = %s AND payout_id = %s
"""


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Everything that the accepting statement writes, made before it runs."""

    payout: Payout
    response: bytes
    event: Message
    spending: Sequence[Spending] = ()  # the limits that it must be within


@dataclass(frozen=True, slots=True)
class Read:
    """A payout as it was read: `stored` is the bytes of its row, which are other ones after every write."""

    payout: Payout
    stored: bytes = field(repr=False)


class Payouts:
    """The payouts of every company; the context says whose."""

    def __init__(self, store: Store, timing: Timing, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._timing = timing

    def accept(self, context: Context, new: Acceptance) -> tuple[bytes, bytes | None, bytes | None] | None:
        """Accept a payout in one statement; what is stored with the key if it was used before.

        Raises `SpendingLimitReached`.
        """
        assert context.method is not None
        assert context.idempotency is not None
        payout, who, seals, event_id = new.payout, context.who, self._store.seals, ids.new("evt")
        message, event = (part.SerializeToString(deterministic=True) for part in (payout, new.event))
        values = (
            who.company_id,
            who.environment,
            context.method.path,
            context.idempotency.key,
            context.idempotency.fingerprint,
            ANSWER.seal(seals, who, new.response, context.method.path, context.idempotency.key),
            payout.payout_id,
            payout.state,
            payout.beneficiary_id,
            PAYOUT.seal(seals, who, message, payout.payout_id),
            payout.create_time.ToDatetime(UTC),
            event_id,
            events.type_of(new.event),
            EVENT.seal(seals, who, event, event_id),
            ids.new("aud"),
            context.asked.policy.audit,
            who.caller_id,
            context.request_id,
            context.correlation_id,
            context.traceparent,
            DISPATCH if payout.state == ACCEPTED else "",
            who.kind,
            who.subject,
            context.client_ip,
            context.claimed,
            context.approval_id,
            audit.request_digest(context),
            payout.amount.amount_minor,
            payout.amount.currency_code,
            payout.rail,
            Jsonb(new.spending) if new.spending else None,
        )
        accepting = consent.accepting(self._store, context, payout)
        with (
            accepting as connection,
            audit.as_called(connection, context),
            idempotency.claiming(),
            spending.limited(),
        ):
            failpoint("accept.before")
            row = connection.execute(_ACCEPT, values).fetchone()
            if row is None:
                consent.rest(connection, context, payout)
            failpoint("accept.after")
        context.audited = row is None
        return idempotency.opened(seals, context, row) if row else None

    def get(self, context: Context, payout_id: str) -> Payout | None:
        """The payout, if the caller's company has it in this environment."""
        read = self.read(context, payout_id)
        return read.payout if read else None

    def read(self, context: Context, payout_id: str) -> Read | None:
        """The payout as it stands in its row."""
        who = context.who
        with self._store.of(who.company_id, who.environment) as connection:
            row = connection.execute(_GET, (who.company_id, who.environment, payout_id)).fetchone()
        return Read(self._payout(context, row), row[1]) if row else None

    def lock(self, connection: Connection, context: Context, payout_id: str) -> Payout | None:
        """The payout, locked until the caller's transaction ends."""
        who = context.who
        row = connection.execute(_LOCK, (who.company_id, who.environment, payout_id)).fetchone()
        return self._payout(context, row) if row else None

    def find(self, context: Context, connection_id: str, provider_reference: str) -> str | None:
        """The id of the payout that a provider knows by its own reference."""
        who = context.who
        with self._store.of(who.company_id, who.environment) as connection:
            row = connection.execute(
                _FIND, (who.company_id, who.environment, connection_id, provider_reference)
            ).fetchone()
        return row[0] if row else None

    def page(self, context: Context, where: Sequence[tuple[str, object]], after: str | None, size: int) -> list[Payout]:
        """Payouts, the newest first; `where` is conditions with their values."""
        who = context.who
        conditions, values = ["company_id = %s", "environment = %s"], [who.company_id, who.environment]
        for condition, value in [*where, *([("payout_id < %s", after)] if after else [])]:
            conditions.append(condition)
            values.append(value)
        where_all = " AND ".join(conditions)
        sql = f"SELECT payout_id, message FROM corridor.payouts WHERE {where_all} ORDER BY payout_id DESC LIMIT %s"
        with self._store.of(who.company_id, who.environment) as connection:
            rows = connection.execute(sql, (*values, size)).fetchall()
        return [self._payout(context, row) for row in rows]

    def _payout(self, context: Context, row: tuple[str, bytes]) -> Payout:
        payout_id, message = row
        return Payout.FromString(PAYOUT.open(self._store.seals, context.who, message, payout_id))

    def change(
        self, connection: Connection, context: Context, payout: Payout, state: "payout_pb2.PayoutState.ValueType"
    ) -> None:
        """Move a locked payout to a state, and publish it."""
        payout.state = state
        payout.revision += 1
        payout.update_time.FromDatetime(self._clock.now())
        self.save(connection, context, payout)
        events.publish(connection, context, payout.payout_id, payout.revision, EVENTS[state](payout=payout))

    def save(self, connection: Connection, context: Context, payout: Payout) -> None:
        """Write a locked payout back, without publishing anything."""
        who = context.who
        connection.execute(
            _UPDATE,
            (
                payout.state,
                payout.connection_id or None,
                payout.provider_reference or None,
                payout.revision,
                PAYOUT.seal(connection.seals, who, payout.SerializeToString(deterministic=True), payout.payout_id),
                payout.update_time.ToDatetime(UTC),
                who.company_id,
                who.environment,
                payout.payout_id,
            ),
        )

    def observe(
        self,
        context: Context,
        payout_id: str,
        connection_id: str,
        observation: PayoutObservation,
        source: Source,
        source_id: str,
        *,
        also: Callable[[Connection], None] | None = None,
    ) -> tuple[Payout, Verdict] | None:
        """Take in what a provider said of a payout; the payout as it then is, and what the observation meant.

        None if the company has no such payout. `also` runs in the same transaction.
        """
        who = context.who
        with self._store.transaction(who.company_id, who.environment) as connection:
            payout = self.lock(connection, context, payout_id)
            if payout is None:
                return None
            failpoint("observe.locked")
            # A webhook comes under an id of its own; what it changes belongs to the call that made the payout.
            context = replace(context, correlation_id=payout.correlation_id or context.correlation_id)
            verdict, contradiction = meaning(payout, connection_id, observation)
            observations.append(connection, context, payout_id, source, source_id, verdict, observation)
            self._act(connection, context, payout, observation, verdict, contradiction)
            if not observation.state and not contradiction:
                self.schedule(connection, context, LOOK, payout)
            if also:
                also(connection)
            failpoint("observe.before_commit")
        failpoint("observe.committed")
        return payout, verdict

    def _act(
        self,
        connection: Connection,
        context: Context,
        payout: Payout,
        seen: PayoutObservation,
        verdict: Verdict,
        contradiction: str,
    ) -> None:
        if verdict == Verdict.ADVANCES:
            first = payout.state == ACCEPTED
            learn(payout, seen)
            self.change(connection, context, payout, seen.state)
            if first and not LIFECYCLE.final(payout.state):
                self.schedule(connection, context, FOLLOW, payout, self.follow_after(seen))
        elif verdict == Verdict.REPEATS and seen.provider_reference and not payout.provider_reference:
            payout.provider_reference = seen.provider_reference
            self.save(connection, context, payout)
        elif verdict == Verdict.CONFLICTS:
            was, now = (payout_pb2.PayoutState.Name(state) for state in (payout.state, seen.state))
            summary = contradiction or f"The provider says {now} of a payout that is {was}."
            work_items.open_item(connection, context, payout.payout_id, work_item_pb2.WORK_ITEM_KIND_CONFLICT, summary)

    def follow_after(self, seen: PayoutObservation) -> float:
        """In how many seconds a payout is asked about that has just been sent."""
        return self._timing.poll_seconds if seen.provider_reference else self._timing.unknown_seconds

    def schedule(self, connection: Connection, context: Context, kind: str, payout: Payout, after: float = 0.0) -> None:
        """Schedule a step of a payout in the caller's transaction, `after` so many seconds."""
        work.schedule(
            connection,
            context.who.company_id,
            context.who.environment,
            kind=kind,
            lane=f"{kind}/{payout.payout_id}",
            resource_id=payout.payout_id,
            after_seconds=after,
            correlation_id=context.correlation_id,
            traceparent=context.traceparent,
        )
