"""The one door through which providers make disputes known and change them. What they say is kept, whatever it means.

Every observation is one transaction: lock, verdict, record, change, event.
"""

from collections.abc import Callable
from dataclasses import replace

from corridor.operations.v1 import work_item_pb2
from corridor.options.v1 import method_pb2
from corridor.payments.v1.dispute_event_pb2 import DisputeNeedsResponse, DisputeUpdated
from corridor.payments.v1.dispute_observation_pb2 import DisputeObservation
from corridor.payments.v1.dispute_pb2 import DISPUTE_STATE_UNSPECIFIED, Dispute
from corridor.payments.v1.payment_pb2 import Payment
from server.domains.payments.disputes import facts, meaning
from server.domains.payments.disputes.lifecycle import (
    CLOSED,
    EVENTS,
    NEEDS_RESPONSE,
    RESPONDING,
    SUBMITTING,
    UNDER_REVIEW,
    WON,
)
from server.domains.payments.disputes.repository import LOOK, Disputes
from server.domains.payments.repository import Payments
from server.kit import contract, ids
from server.kit.clock import Clock
from server.kit.context import Caller, Context
from server.kit.failpoint import failpoint
from server.kit.lifecycle import Verdict
from server.platform.providers.sendable import Closing
from server.platform.webhooks.read import Unmatched
from server.store import audit, observations, work_items
from server.store.engine import Connection, Store
from server.store.observations import Source

REFUSED = "rejected"  # the word for a provider's state where it refused a response
# The call by which the audit trail knows how a provider's word came.
_CAME_BY = {
    Source.WEBHOOK: "/corridor.webhooks.v1.InboundDeliveryService/ReceiveInboundDelivery",
    Source.SWEEP: "/corridor.providers.v1.SweepService/SweepConnection",
}


class Observing:
    """Takes in what providers say of disputes."""

    def __init__(self, store: Store, disputes: Disputes, payments: Payments, clock: Clock) -> None:
        self._store = store
        self._disputes = disputes
        self._payments = payments
        self._clock = clock

    def told(
        self, context: Context, connection_id: str, seen: DisputeObservation, source: Source, source_id: str
    ) -> tuple[str, Verdict] | Unmatched:
        """Take in what the provider tells, of a dispute that is known or not; its id and what that meant."""
        who, reference = context.who, seen.provider_reference
        if not reference:
            return Unmatched.MISSING
        with self._store.of(who.company_id, who.environment) as connection:
            known = self._disputes.find(connection, context, connection_id, reference)
        if known is None:
            payment_id = self._payment_id(context, connection_id, seen)
            if payment_id is None:
                return Unmatched.STRANGER
            opened = self._opened(context, connection_id, seen, source, source_id, payment_id)
            if not isinstance(opened, Dispute):
                return opened
            known = opened
        found = self._observed(context, known.dispute_id, seen, source, source_id, None)
        return (known.dispute_id, found[1]) if found else Unmatched.MISSING

    def observe(
        self,
        context: Context,
        dispute_id: str,
        seen: DisputeObservation,
        source: Source,
        source_id: str,
        *,
        also: Callable[[Connection], None] | None = None,
    ) -> Dispute | None:
        """The dispute, after what a provider said of it was taken in. `also` runs in the same transaction."""
        found = self._observed(context, dispute_id, seen, source, source_id, also)
        return found[0] if found else None

    def _observed(
        self,
        context: Context,
        dispute_id: str,
        seen: DisputeObservation,
        source: Source,
        source_id: str,
        also: Callable[[Connection], None] | None,
    ) -> tuple[Dispute, Verdict] | None:
        who = context.who
        with self._store.transaction(who.company_id, who.environment) as connection:
            dispute = self._disputes.lock(connection, context, dispute_id)
            if dispute is None:
                return None
            failpoint("observe.locked")
            # A webhook comes under an id of its own; what it changes belongs to the call that made the payment.
            context = replace(context, correlation_id=dispute.correlation_id or context.correlation_id)
            verdict = self._take_in(connection, context, dispute, seen, source, source_id)
            if also:
                also(connection)
            failpoint("observe.before_commit")
        failpoint("observe.committed")
        return dispute, verdict

    def give_back(self, context: Context, dispute: Dispute, closing: Closing) -> None:
        """Let a dispute wait for the company again: the provider refused its response. `closing` tells a person."""
        who, refused = context.who, dispute.response_count
        with self._store.transaction(who.company_id, who.environment) as connection:
            locked = self._disputes.lock(connection, context, dispute.dispute_id)
            closing(connection)
            if locked is None or locked.state not in RESPONDING or locked.response_count != refused:
                return
            seen = DisputeObservation(
                provider_reference=locked.provider_reference, state=NEEDS_RESPONSE, provider_state=REFUSED
            )
            attempt_id, verdict = closing.ended.attempt_id, Verdict.ADVANCES
            observations.append(connection, context, locked.dispute_id, Source.RESPONSE, attempt_id, verdict, seen)
            locked.state = NEEDS_RESPONSE
            self._disputes.tell(connection, context, locked, DisputeNeedsResponse)
            self._disputes.schedule(connection, context, LOOK, locked, "refused")  # an earlier try may have arrived

    def _take_in(
        self,
        connection: Connection,
        context: Context,
        dispute: Dispute,
        seen: DisputeObservation,
        source: Source,
        source_id: str,
    ) -> Verdict:
        wrong = meaning.contradiction(dispute, seen)
        verdict = Verdict.CONFLICTS if wrong else meaning.verdict(dispute, seen, source)
        observations.append(connection, context, dispute.dispute_id, source, source_id, verdict, seen)
        if verdict == Verdict.CONFLICTS:
            why = wrong or "The provider says of it what cannot follow any more."
            _conflict(connection, context, dispute.dispute_id, why)
            return verdict
        if meaning.is_doubtful(dispute, seen, source, verdict):
            self._disputes.schedule(connection, context, LOOK, dispute, "doubtful")
        before, was = dispute.SerializeToString(deterministic=True), dispute.state
        fresh = verdict != Verdict.STALE and not meaning.is_earlier(dispute, seen)
        if verdict == Verdict.ADVANCES:
            dispute.state = meaning.meant(dispute, seen)
            if was == SUBMITTING and dispute.state in (UNDER_REVIEW, WON, CLOSED):
                dispute.submit_time.FromDatetime(self._clock.now())
        told = facts.learn(dispute, seen, fresh=fresh)
        if verdict == Verdict.ADVANCES:
            self._disputes.tell(connection, context, dispute, EVENTS[dispute.state])
        elif told:
            self._disputes.tell(connection, context, dispute, DisputeUpdated)
        elif before != dispute.SerializeToString(deterministic=True):
            self._disputes.save(connection, context, dispute)
        return verdict

    def _payment_id(self, context: Context, connection_id: str, seen: DisputeObservation) -> str | None:
        if ids.is_id(seen.payment_id, "pay"):
            return seen.payment_id
        return self._payments.find(context, connection_id, seen.payment_reference, seen.payment_reference)

    def _opened(
        self,
        context: Context,
        connection_id: str,
        seen: DisputeObservation,
        source: Source,
        source_id: str,
        payment_id: str,
    ) -> Dispute | tuple[str, Verdict] | Unmatched:
        """The dispute that has come to be known meanwhile, or the id of the one that is known from now on."""
        who = context.who
        with self._store.transaction(who.company_id, who.environment) as connection:
            # Under the payment's lock two webhooks at once make one dispute known.
            payment = self._payments.lock(connection, context, payment_id)
            if payment is None or seen.state == DISPUTE_STATE_UNSPECIFIED:
                return Unmatched.MISSING
            if known := self._disputes.find(connection, context, connection_id, seen.provider_reference):
                return known
            if payment.connection_id != connection_id or seen.state in RESPONDING:
                _conflict(connection, context, payment_id, "A dispute names a payment that it cannot be about.")
                return payment_id, Verdict.CONFLICTS
            context = replace(context, correlation_id=payment.correlation_id or context.correlation_id)
            dispute = self._open(connection, context, payment, seen)
            observations.append(connection, context, dispute.dispute_id, source, source_id, Verdict.ADVANCES, seen)
            audit.record(connection, _told_by(context, connection_id, source), dispute.dispute_id, "dispute opened")
            failpoint("observe.before_commit")
            return dispute.dispute_id, Verdict.ADVANCES

    def _open(self, connection: Connection, context: Context, payment: Payment, seen: DisputeObservation) -> Dispute:
        dispute = Dispute(
            dispute_id=ids.new("dsp"),
            payment_id=payment.payment_id,
            state=seen.state,
            connection_id=payment.connection_id,
            provider=payment.provider,
            provider_reference=seen.provider_reference,
            environment=context.who.environment,
            correlation_id=context.correlation_id,
        )
        facts.learn(dispute, seen, fresh=True)
        self._disputes.insert(connection, context, dispute)
        if dispute.state != NEEDS_RESPONSE:  # what came before was not told, or is told later
            self._disputes.tell(connection, context, dispute, EVENTS[dispute.state])
        return dispute


def _conflict(connection: Connection, context: Context, resource_id: str, why: str) -> None:
    work_items.open_item(connection, context, resource_id, work_item_pb2.WORK_ITEM_KIND_CONFLICT, why)


def _told_by(context: Context, connection_id: str, source: Source) -> Context:
    """The worker's call as the audit trail names it: after the provider, whose word it takes in."""
    who = context.who
    provider = Caller(method_pb2.CALLER_KIND_PROVIDER, connection_id, who.company_id, who.environment)
    return replace(context, caller=provider, method=contract.methods()[_CAME_BY[source]])
