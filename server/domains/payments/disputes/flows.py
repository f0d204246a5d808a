"""What happens to disputes without anybody waiting for it: a response is sent once, and none is left unlooked after.

Rule: after an answer that did not come the provider is asked before anything is sent again.
"""

from collections.abc import Sequence
from datetime import UTC, timedelta
from typing import Any

from adapters.kit.call import Call
from adapters.kit.errors import CANNOT_ASK
from corridor.operations.v1 import work_item_pb2
from corridor.payments.v1.dispute_event_pb2 import DisputeEvidenceDue
from corridor.payments.v1.dispute_observation_pb2 import DisputeObservation
from corridor.payments.v1.dispute_pb2 import Dispute
from corridor.routing.v1.routing_facts_pb2 import RoutingFacts
from server.domains.payments.disputes import plans
from server.domains.payments.disputes.lifecycle import NEEDS_RESPONSE, RESPONDING, SUBMITTING
from server.domains.payments.disputes.observing import Observing
from server.domains.payments.disputes.policy import is_overdue
from server.domains.payments.disputes.repository import Disputes
from server.kit.clock import Clock
from server.kit.context import Context
from server.kit.failpoint import failpoint
from server.platform.providers import held
from server.platform.providers.connections import Live
from server.platform.providers.following import asked_in_vain
from server.platform.providers.invoke import Ended, Invoker
from server.platform.providers.sendable import MAY_HAVE_ACTED, Closing, NotNow, Timing
from server.platform.providers.sending import LOOK_UPS_BEFORE_PERSON, why
from server.platform.routing.router import Router
from server.store import attempts, work, work_items
from server.store.attempts import Attempt, Outcome
from server.store.engine import Connection, Store
from server.store.observations import Source
from server.store.work import Again, Done, Job

SUBMIT, ACCEPT, LOOK_UP = "submit_evidence", "accept_dispute", "look_up_dispute"
_SLOWEST_TRY_SECONDS, _SLOWEST_LOOK_SECONDS = 3600.0, 6 * 3600.0
_MENDING_SECONDS = 300.0  # until it is tried again with credentials that a person may have mended
_OVERDUE_AFTER = timedelta(days=1)

_NEEDS_PERSON = {
    Outcome.MISCONFIGURED: work_item_pb2.WORK_ITEM_KIND_MISCONFIGURED,
    Outcome.UNMAPPED: work_item_pb2.WORK_ITEM_KIND_UNMAPPED,
    Outcome.REJECTED: work_item_pb2.WORK_ITEM_KIND_REJECTED,
}


class Flows:
    """The work of disputes."""

    def __init__(
        self,
        store: Store,
        disputes: Disputes,
        observing: Observing,
        invoker: Invoker,
        timing: Timing,
        clock: Clock,
        router: Router,
    ) -> None:
        self._store = store
        self._disputes = disputes
        self._invoker = invoker
        self._timing = timing
        self._clock = clock
        self._router = router
        self.observing = observing

    def respond(self, context: Context, job: Job) -> work.Outcome:
        """Bring the company's response to the provider: evidence, or acceptance."""
        dispute = self._disputes.get(context, job.resource_id)
        if dispute is None or dispute.state not in RESPONDING or _number(job) != str(dispute.response_count):
            return Done()
        made = self._made(context, dispute, job)
        late = is_overdue(dispute, self._clock.now())
        if late or (made and not self._asked_already(context, dispute, job, made)):
            asked = self._asked(context, dispute)
            if asked.held_back:
                return held.again(asked)
            after = self._take_in(context, dispute, asked, Source.POLL)
            if after is None or after.state not in RESPONDING:
                return Done()
            if late:
                self._ask_person(context, dispute, work_item_pb2.WORK_ITEM_KIND_OVERDUE,
                                 "The time to respond is over, and the response may not have arrived.")  # fmt: skip
            if late or not self._may_send(context, after, asked, made):
                return self._later(context, dispute, job, asked)
        return self._send(context, dispute, job)

    def follow(self, context: Context, job: Job) -> work.Outcome:
        """Ask how a dispute stands, rarely, so that a webhook that was lost leaves nothing as it was for ever."""
        dispute = self._disputes.get(context, job.resource_id)
        if dispute is None or _number(job) != str(dispute.revision):
            return Done()  # since its next revision another piece of work follows it
        after = plans.look_after(dispute, self._timing, now := self._clock.now())
        if after is None:
            return Done()
        if dispute.state == NEEDS_RESPONSE and after > self._timing.poll_seconds:
            return Again(after, "its due time is to come")
        asked = self._asked(context, dispute)
        if asked.held_back:
            return held.again(asked)
        found = self._take_in(context, dispute, asked, Source.POLL)
        if found is None or found.revision != dispute.revision:
            return Done()
        if found.HasField("evidence_due_time") and now > found.evidence_due_time.ToDatetime(UTC) + _OVERDUE_AFTER:
            self._ask_person(context, dispute, work_item_pb2.WORK_ITEM_KIND_OVERDUE,
                             "Its due time is over, and the provider still waits for a response.")  # fmt: skip
        pause = work.backoff_seconds(job.tries, first=self._timing.poll_seconds, most=_SLOWEST_LOOK_SECONDS)
        return Again(max(pause, asked.retry_after_seconds or 0.0), why(asked))

    def look(self, context: Context, job: Job) -> work.Outcome:
        """Ask once how a dispute stands, whatever is known of it, because something told of it cannot be placed."""
        dispute = self._disputes.get(context, job.resource_id)
        if dispute is None:
            return Done()
        if asked_in_vain(job):
            self._ask_person(context, dispute, work_item_pb2.WORK_ITEM_KIND_CONFLICT,
                             "The provider told something of it that fits nothing, and cannot be asked.")  # fmt: skip
        asked = self._asked(context, dispute)
        if asked.held_back:
            return held.again(asked)
        self._take_in(context, dispute, asked, Source.POLL)
        if asked.outcome in (Outcome.ANSWERED, Outcome.UNMAPPED) or asked.code == CANNOT_ASK:
            return Done()
        pause = work.backoff_seconds(job.tries, first=self._timing.unknown_seconds, most=_SLOWEST_TRY_SECONDS)
        return Again(max(pause, asked.retry_after_seconds or 0.0), why(asked))

    def remind(self, context: Context, job: Job) -> work.Outcome:
        """Tell that the time to respond comes to its end; the last time, ask for a person too."""
        who, reminder, now = context.who, plans.named(job.lane), self._clock.now()
        with self._store.transaction(who.company_id, who.environment) as connection:
            dispute = self._disputes.lock(connection, context, job.resource_id)
            if dispute is None or not _is_of(reminder, dispute) or now >= reminder.until:
                return Done()
            if now < reminder.time:
                return Again((reminder.time - now).total_seconds(), "it is too early")
            self._disputes.tell(connection, context, dispute, DisputeEvidenceDue)
            if reminder.last:
                text = "A dispute waits for evidence or acceptance, and its time is over within a day."
                kind = work_item_pb2.WORK_ITEM_KIND_OVERDUE
                work_items.open_item(connection, context, dispute.dispute_id, kind, text)
            work.finish(connection, job, Done())  # again by the worker, in vain: it is told once
        return Done()

    def _made(self, context: Context, dispute: Dispute, job: Job) -> list[Attempt]:
        """The attempts of this response. One that was left open is closed: the provider may have it."""
        who = context.who
        with self._store.transaction(who.company_id, who.environment) as connection:
            before = attempts.of(connection, context, dispute.dispute_id, _operation(dispute))
            made = [attempt for attempt in before if attempt.start_time >= job.create_time]
            for attempt in made:
                if attempt.outcome == Outcome.OPEN:
                    detail = "the process ended before the answer"
                    attempts.close_attempt(connection, context, attempt.attempt_id, Outcome.UNKNOWN, detail=detail)
        return made

    def _may_send(self, context: Context, dispute: Dispute, asked: Ended, made: Sequence[Attempt]) -> bool:
        """Whether it can be sent again, after the provider was asked and did not say that it has it."""
        acted = [attempt for attempt in made if attempt.outcome in MAY_HAVE_ACTED]
        if not acted:
            return True  # nothing of it has reached the provider
        waits = asked.outcome == Outcome.ANSWERED and asked.value is not None
        if not waits and asked.code != CANNOT_ASK:
            return False
        if self._may_repeat(context, dispute, acted):
            return True
        text = (
            "Whether the acceptance has arrived is not known, and the provider does not promise that repeating is safe."
        )
        self._ask_person(context, dispute, work_item_pb2.WORK_ITEM_KIND_UNKNOWN_OUTCOME, text)
        return False

    def _may_repeat(self, context: Context, dispute: Dispute, acted: Sequence[Attempt]) -> bool:
        if dispute.state == SUBMITTING:  # the port promises that repeating ends in one submission
            return True
        return self._invoker.may_repeat(context, dispute.connection_id, acted[0].start_time, "disputes")

    def _asked_already(self, context: Context, dispute: Dispute, job: Job, made: Sequence[Attempt]) -> bool:
        """Whether the provider was asked, and only the response itself was held back."""
        acted = [attempt for attempt in made if attempt.outcome in MAY_HAVE_ACTED]
        if acted and not self._may_repeat(context, dispute, acted):
            return False
        with self._store.of(context.who.company_id, context.who.environment) as connection:
            return held.asked_already(connection, context, job, LOOK_UP, _operation(dispute))

    def _send(self, context: Context, dispute: Dispute, job: Job) -> work.Outcome:
        documents = self._disputes.documents(context, dispute) if dispute.state == SUBMITTING else []

        def prepare(connection: Connection, _: Live) -> None:
            locked = self._disputes.lock(connection, context, dispute.dispute_id)
            if locked is None or locked.state != dispute.state or locked.response_count != dispute.response_count:
                raise NotNow

        def ask(adapter: Any, call: Call) -> DisputeObservation:
            failpoint("dispatch.before_call")
            # Each response has a key of its own: at a next stage the same dispute is answered anew.
            call.idempotency_key = f"{dispute.dispute_id}-{dispute.response_count}"
            answer: DisputeObservation = (
                adapter.submit_evidence(call, dispute, documents)
                if dispute.state == SUBMITTING
                else adapter.accept_dispute(call, dispute)
            )
            return answer

        failpoint("dispatch.before_attempt")
        operation = _operation(dispute)
        try:
            decided = self._router.follow(context, _facts(dispute), dispute.connection_id, dispute.provider, operation)
            ended = self._invoker.invoke(
                context,
                dispute.connection_id,
                operation,
                dispute.dispute_id,
                ask,
                prepare=prepare,
                decision=decided.record,
            )
        except NotNow:
            return Again(0.0)
        if ended.held_back:
            return held.again(ended)
        failpoint("dispatch.after_call")
        if ended.outcome == Outcome.REJECTED:
            self.observing.give_back(context, dispute, _closing(context, dispute, ended))
            return Done()
        after = self._take_in(context, dispute, ended, Source.RESPONSE)
        if after is None or after.state not in RESPONDING:
            return Done()
        return self._later(context, dispute, job, ended)

    def _later(self, context: Context, dispute: Dispute, job: Job, ended: Ended) -> work.Outcome:
        """Try again after a while. A person is told when that has been often; trying goes on."""
        if job.tries > LOOK_UPS_BEFORE_PERSON:
            text = f"Tried {LOOK_UPS_BEFORE_PERSON} times; the provider has still not confirmed the response."
            self._ask_person(context, dispute, work_item_pb2.WORK_ITEM_KIND_UNKNOWN_OUTCOME, text)
        pause = work.backoff_seconds(job.tries, first=self._timing.unknown_seconds, most=_SLOWEST_TRY_SECONDS)
        if ended.outcome == Outcome.MISCONFIGURED:
            pause = max(pause, _MENDING_SECONDS)
        return Again(max(pause, ended.retry_after_seconds or 0.0), why(ended))

    def _asked(self, context: Context, dispute: Dispute) -> Ended:
        def ask(adapter: Any, call: Call) -> DisputeObservation | None:
            answer: DisputeObservation | None = adapter.look_up_dispute(call, dispute)
            return answer

        failpoint("follow.before_call")
        ended = self._invoker.invoke(context, dispute.connection_id, LOOK_UP, dispute.dispute_id, ask)
        failpoint("follow.after_call")
        return ended

    def _take_in(self, context: Context, dispute: Dispute, ended: Ended, source: Source) -> Dispute | None:
        """Record how a call ended, and observe what that says; the dispute as it then is."""
        closing = _closing(context, dispute, ended)
        if ended.outcome == Outcome.ANSWERED and ended.value is not None:
            return self.observing.observe(
                context, dispute.dispute_id, ended.value, source, ended.attempt_id, also=closing
            )
        who = context.who
        with self._store.transaction(who.company_id, who.environment) as connection:
            closing(connection)
            if ended.outcome == Outcome.ANSWERED:
                text = "The provider no longer knows a dispute that it had told of."
                kind = work_item_pb2.WORK_ITEM_KIND_CONFLICT
                work_items.open_item(connection, context, dispute.dispute_id, kind, text)
            return self._disputes.lock(connection, context, dispute.dispute_id)

    def _ask_person(self, context: Context, dispute: Dispute, kind: int, summary: str) -> None:
        who = context.who
        with self._store.of(who.company_id, who.environment) as connection:
            work_items.open_item(connection, context, dispute.dispute_id, kind, summary)


def _closing(context: Context, dispute: Dispute, ended: Ended) -> Closing:
    return Closing(context, dispute.dispute_id, ended, _NEEDS_PERSON.get(ended.outcome, 0))


def _facts(dispute: Dispute) -> RoutingFacts:
    return RoutingFacts(domain="disputes", resource_id=dispute.dispute_id, amount=dispute.amount)


def _operation(dispute: Dispute) -> str:
    return SUBMIT if dispute.state == SUBMITTING else ACCEPT


def _number(job: Job) -> str:
    """For which response or revision a piece of work was made."""
    return job.lane.rpartition("/")[2]


def _is_of(reminder: plans.Reminder, dispute: Dispute) -> bool:
    """Whether a dispute still waits until the time of which a reminder tells."""
    waits = dispute.state == NEEDS_RESPONSE and dispute.HasField("evidence_due_time")
    return waits and dispute.evidence_due_time.seconds == int(reminder.due.timestamp())
