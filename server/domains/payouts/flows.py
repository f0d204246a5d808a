"""What happens to a payout after it was accepted: it is dispatched once, and followed until it is at an end.

A step may be interrupted anywhere. Whoever takes it over finds the attempt, and asks before acting again.
"""

from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Any

from adapters.kit.call import Call
from corridor.operations.v1 import work_item_pb2
from corridor.payouts.v1.beneficiary_pb2 import Beneficiary
from corridor.payouts.v1.payout_observation_pb2 import PayoutObservation
from corridor.payouts.v1.payout_pb2 import Payout
from server.domains.payouts import consent, quote
from server.domains.payouts.beneficiaries import Beneficiaries
from server.domains.payouts.consent import NotNow
from server.domains.payouts.ends import CREATE, MAY_HAVE_ACTED, said
from server.domains.payouts.lifecycle import ACCEPTED, PENDING, SENT
from server.domains.payouts.repository import Payouts, Timing
from server.domains.payouts.stopping import Stopping
from server.kit.clock import Clock
from server.kit.context import Context
from server.kit.failpoint import failpoint
from server.platform.providers import routing
from server.platform.providers.connections import Live
from server.platform.providers.invoke import Ended, Invoker
from server.store import attempts, work, work_items
from server.store.attempts import Attempt, Outcome
from server.store.engine import Connection, Store
from server.store.observations import Source
from server.store.work import Again, Dead, Done, Job, Parked

LOOK_UP = "look_up_payout"
CANCEL = "cancel_payout"

# After so many look-ups without an answer a person is told; asking goes on.
LOOK_UPS_BEFORE_PERSON = 8
# How long after its expected settlement a payout may be under way before a person is told.
OVERDUE_AFTER = timedelta(days=1)
_SLOWEST_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class Flows:
    """The steps of a payout, for workers and for the servicer."""

    store: Store
    payouts: Payouts
    beneficiaries: Beneficiaries
    invoker: Invoker
    timing: Timing
    clock: Clock

    def dispatch(self, context: Context, job: Job) -> work.Outcome:
        """Send an accepted payout over the connection that routing chooses."""
        payout = self.payouts.get(context, job.resource_id)
        if payout is None or payout.state != ACCEPTED:
            return Done()
        who = context.who
        with self.store.of(who.company_id, who.environment) as connection:
            before = attempts.of(connection, context, payout.payout_id, CREATE)
            route = routing.find(connection, context, "payouts", payout.rail)
        if left := [attempt for attempt in before if attempt.outcome in MAY_HAVE_ACTED]:
            return self._taken_over(context, payout, left[-1])
        match routing.choose(route, job.tries):
            case routing.Wait():
                return self._wait(context, payout, job)
            case routing.AskPerson(kind, why):
                self._ask(context, payout.payout_id, kind, why)
                return Dead(why)
            case routing.Use(connection_id):
                return self._send(context, payout, connection_id, job)

    def follow(self, context: Context, job: Job) -> work.Outcome:
        """Ask the provider about a payout that is under way, until it is at an end."""
        payout = self.payouts.get(context, job.resource_id)
        if payout is None or payout.state not in (SENT, PENDING):
            return Done()
        self._tell_if_overdue(context, payout, job)

        def ask(adapter: Any, call: Call) -> PayoutObservation | None:
            found: PayoutObservation | None = adapter.look_up_payout(call, payout)
            return found

        failpoint("follow.before_call")
        ended = self.invoker.invoke(context, payout.connection_id, LOOK_UP, payout.payout_id, ask)
        failpoint("follow.after_call")
        after = self._take_in(context, payout, ended, Source.POLL)
        if ended.outcome == Outcome.ANSWERED and ended.value is None:
            ended, after = self._missing(context, payout)
        if after is not None and after.state not in (SENT, PENDING):
            return Done()
        known = after is not None and after.provider_reference
        first = self.timing.poll_seconds if known else self.timing.unknown_seconds
        pause = work.backoff_seconds(job.tries, first=first, most=_SLOWEST_SECONDS)
        return Again(max(pause, ended.retry_after_seconds or 0.0), _why(ended))

    def cancel(self, context: Context, payout: Payout) -> Payout | None:
        """Ask the provider to stop a payout that it has; the payout as it then is, or None if nobody knows."""

        def ask(adapter: Any, call: Call) -> PayoutObservation:
            answer: PayoutObservation = adapter.cancel_payout(call, payout)
            return answer

        ended = self.invoker.invoke(context, payout.connection_id, CANCEL, payout.payout_id, ask)
        return self._take_in(context, payout, ended, Source.RESPONSE)

    def _send(self, context: Context, payout: Payout, connection_id: str, job: Job) -> work.Outcome:
        beneficiary = self.beneficiaries.get(context, payout.beneficiary_id)
        assert beneficiary is not None

        def prepare(connection: Connection, live: Live) -> None:
            locked = self.payouts.lock(connection, context, payout.payout_id)
            made = attempts.of(connection, context, payout.payout_id, CREATE)
            if locked is None or locked.state != ACCEPTED or any(a.outcome in MAY_HAVE_ACTED for a in made):
                raise NotNow
            consent.check(connection, context, locked)
            locked.connection_id, locked.provider = connection_id, live.provider
            rules = self.invoker.manifest(live.provider).coverage["payouts"].settlement
            if settlement := rules.get(payout.rail):
                locked.expected_settlement_time.FromDatetime(quote.expected(settlement, self.clock.now()))
            self.payouts.save(connection, context, locked)

        failpoint("dispatch.before_attempt")
        try:
            ended = self._create(context, payout, beneficiary, connection_id, prepare)
        except consent.Over:
            Stopping(self.store, self.payouts).unsent(context, payout.payout_id, payout.consent_id)
            return Again(0.0)
        except NotNow:
            return Again(0.0)
        failpoint("dispatch.after_call")
        outcome = self._sent(context, payout, ended, job)
        failpoint("dispatch.after_observe")
        return outcome

    def _create(
        self, context: Context, payout: Payout, beneficiary: Beneficiary, connection_id: str, prepare: Any = None
    ) -> Ended:
        def ask(adapter: Any, call: Call) -> PayoutObservation:
            failpoint("dispatch.before_call")
            answer: PayoutObservation = adapter.create_payout(call, payout, beneficiary)
            return answer

        return self.invoker.invoke(context, connection_id, CREATE, payout.payout_id, ask, prepare=prepare)

    def _sent(self, context: Context, payout: Payout, ended: Ended, job: Job) -> work.Outcome:
        after = self._take_in(context, payout, ended, Source.RESPONSE)
        if after is not None and after.state == ACCEPTED:  # what it says cannot be, but the provider has something
            return self._unsure(context, payout, ended.connection_id, ended.attempt_id)
        match ended.outcome:
            case Outcome.UNAVAILABLE:
                pause = work.backoff_seconds(job.tries, first=1.0)
                return Again(max(pause, min(ended.retry_after_seconds or 0.0, _SLOWEST_SECONDS)), _why(ended))
            case Outcome.MISCONFIGURED:
                return self._hold(context, job, ended)
            case _:
                return Done()

    def _wait(self, context: Context, payout: Payout, job: Job) -> work.Outcome:
        """Park the work, unless the route has changed since it was read. Who changes a route then finds it parked."""
        who = context.who
        with self.store.transaction(who.company_id, who.environment) as connection:
            routing.keep_still(connection, context)
            match routing.choose(routing.find(connection, context, "payouts", payout.rail), job.tries):
                case routing.Wait(why):
                    work.finish(connection, job, Parked(why))  # again by the worker, in vain
                    return Parked(why)
        return Again(0.0)

    def _hold(self, context: Context, job: Job, ended: Ended) -> work.Outcome:
        """Hold the route where its credentials are refused, and park the work in the same transaction."""
        who = context.who
        with self.store.transaction(who.company_id, who.environment) as connection:
            routing.about_to_change(connection, context)
            if not self.invoker.hold_route(connection, context, ended):
                return Again(0.0, _why(ended))
            work.finish(connection, job, Parked(_why(ended)))
        return Parked(_why(ended))

    def _taken_over(self, context: Context, payout: Payout, attempt: Attempt) -> work.Outcome:
        """Somebody's attempt was left behind: the provider may have it, so it is asked."""

        def note(connection: Connection) -> None:
            attempts.close_attempt(
                connection, context, attempt.attempt_id, Outcome.UNKNOWN, detail="the process ended before the answer"
            )

        return self._unsure(context, payout, attempt.connection_id, attempt.attempt_id, note)

    def _unsure(
        self, context: Context, payout: Payout, connection_id: str, attempt_id: str, also: Any = None
    ) -> work.Outcome:
        """The provider may have it. It counts as sent, and is asked about from now on."""
        maybe = PayoutObservation(payout_id=payout.payout_id, state=SENT, provider_state="unknown")
        self.payouts.observe(context, payout.payout_id, connection_id, maybe, Source.RESPONSE, attempt_id, also=also)
        return Done()

    def _missing(self, context: Context, payout: Payout) -> tuple[Ended, Payout | None]:
        """The provider knows nothing of a payout that it may have: repeat it under the same key, where that is safe."""
        who = context.who
        with self.store.of(who.company_id, who.environment) as connection:
            made = attempts.of(connection, context, payout.payout_id, CREATE)
        here = [attempt for attempt in made if attempt.connection_id == payout.connection_id]
        nobody = Ended("", payout.connection_id, payout.provider, LOOK_UP, Outcome.UNKNOWN)
        if any(attempt.outcome == Outcome.ANSWERED for attempt in here) or payout.provider_reference:
            why = "The provider no longer knows a payout that it had confirmed."
            self._ask(context, payout.payout_id, work_item_pb2.WORK_ITEM_KIND_CONFLICT, why)
            return nobody, None
        if not here or not self.invoker.may_repeat(context, payout.connection_id, here[0].start_time):
            why = "The provider knows nothing of the payout, and does not promise that repeating it is safe."
            self._ask(context, payout.payout_id, work_item_pb2.WORK_ITEM_KIND_UNKNOWN_OUTCOME, why)
            return nobody, None
        beneficiary = self.beneficiaries.get(context, payout.beneficiary_id)
        assert beneficiary is not None

        def still_open(connection: Connection, _: Live) -> None:
            locked = self.payouts.lock(connection, context, payout.payout_id)
            if locked is None or locked.state not in (SENT, PENDING) or locked.provider_reference:
                raise NotNow  # the provider has told of it since it was asked
            consent.check(connection, context, locked)

        try:
            ended = self._create(context, payout, beneficiary, payout.connection_id, still_open)
        except consent.Over:
            why = "Its consent has ended, so it is not repeated; whether the provider acted is not known."
            self._ask(context, payout.payout_id, work_item_pb2.WORK_ITEM_KIND_UNKNOWN_OUTCOME, why)
            return nobody, None
        except NotNow:
            return nobody, None
        return ended, self._take_in(context, payout, ended, Source.RESPONSE)

    def _take_in(self, context: Context, payout: Payout, ended: Ended, source: Source) -> Payout | None:
        """Record how a call ended, and observe what that says; None if it says nothing of the payout."""

        def note(connection: Connection) -> None:
            self.invoker.close(connection, context, ended)
            if kind := _NEEDS_PERSON.get(ended.outcome):
                work_items.open_item(connection, context, payout.payout_id, kind, _say(ended))

        seen = said(payout, ended)
        if seen is not None:
            found = self.payouts.observe(
                context, payout.payout_id, ended.connection_id, seen, source, ended.attempt_id, also=note
            )
            return found[0] if found else None
        who = context.who
        with self.store.transaction(who.company_id, who.environment) as connection:
            note(connection)
        return None

    def _ask(self, context: Context, payout_id: str, kind: int, why: str) -> None:
        who = context.who
        with self.store.of(who.company_id, who.environment) as connection:
            work_items.open_item(connection, context, payout_id, kind, why)

    def _tell_if_overdue(self, context: Context, payout: Payout, job: Job) -> None:
        if not payout.provider_reference:
            if job.tries > LOOK_UPS_BEFORE_PERSON:
                why = f"Asked {LOOK_UPS_BEFORE_PERSON} times; whether the provider acted is still not known."
                self._ask(context, payout.payout_id, work_item_pb2.WORK_ITEM_KIND_UNKNOWN_OUTCOME, why)
            return
        due = payout.expected_settlement_time if payout.HasField("expected_settlement_time") else payout.create_time
        if self.clock.now() > due.ToDatetime(UTC) + OVERDUE_AFTER:
            why = "It should have arrived by now, and the provider still works on it."
            self._ask(context, payout.payout_id, work_item_pb2.WORK_ITEM_KIND_OVERDUE, why)


_NEEDS_PERSON = {
    Outcome.MISCONFIGURED: work_item_pb2.WORK_ITEM_KIND_MISCONFIGURED,
    Outcome.UNMAPPED: work_item_pb2.WORK_ITEM_KIND_UNMAPPED,
}


def _why(ended: Ended) -> str:
    """How a call ended, in words of ours alone: queues keep nothing that a provider wrote."""
    return f"{ended.operation}: {ended.outcome.name.lower()}; see {ended.attempt_id}"


def _say(ended: Ended) -> str:
    return f"{ended.provider} {ended.operation}: {ended.detail}"
