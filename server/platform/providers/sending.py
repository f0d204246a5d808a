"""How a resource goes to a provider once; then it is followed until it is at an end: the same for every domain.

A step may be interrupted anywhere. Whoever takes it over finds the attempt, and asks before acting again.
"""

import random
from dataclasses import dataclass
from typing import Generic

from corridor.routing.v1.route_decision_pb2 import ROUTE_CHOICE_SEND, RouteDecision
from server.kit.context import Context
from server.kit.failpoint import failpoint
from server.platform.providers import looking_again, routing
from server.platform.providers.acting import why
from server.platform.providers.connections import Live
from server.platform.providers.following import LOOK_UPS_BEFORE_PERSON, OVERDUE_AFTER, SLOWEST_SECONDS, Following
from server.platform.providers.invoke import Ended
from server.platform.providers.sendable import MAY_HAVE_ACTED, NotNow, Stopped, T
from server.platform.routing.choices import Decided
from server.store import attempts, route_decisions, work, work_items
from server.store.attempts import Attempt, Outcome
from server.store.engine import Connection
from server.store.observations import Source
from server.store.work import Again, Dead, Done, Job, Parked

__all__ = ["LOOK_UPS_BEFORE_PERSON", "OVERDUE_AFTER", "SLOWEST_SECONDS", "Sending", "why"]


@dataclass(frozen=True, slots=True)
class Sending(Following[T], Generic[T]):
    """The two kinds of work of a resource that goes to a provider. `looking` has a third."""

    def dispatch(self, context: Context, job: Job) -> work.Outcome:
        """Send a waiting resource over the connection that the domain chooses."""
        thing = self.domain.get(context, job.resource_id)
        if thing is None or not self.domain.waits(thing):
            return self._gone_on(context, job)
        who = context.who
        with self.store.of(who.company_id, who.environment) as connection:
            before = attempts.of(connection, context, job.resource_id, self.domain.create)
            decided = self._chosen(connection, context, thing, job)
        if left := [attempt for attempt in before if attempt.outcome in MAY_HAVE_ACTED]:
            return self._taken_over(context, thing, left[-1])
        match decided.choice:
            case routing.Wait():
                return self._wait(context, thing, job)
            case routing.AskPerson(kind, why):
                with self.store.transaction(who.company_id, who.environment) as connection:
                    route_decisions.keep(connection, context, decided.record)
                    work_items.open_item(connection, context, job.resource_id, kind, why)
                return Dead(why)
            case routing.Later(after_seconds, why):
                with self.store.of(who.company_id, who.environment) as connection:
                    route_decisions.keep(connection, context, decided.record)
                spread = random.uniform(1.0, 1.1)  # noqa: S311 - what waits for the same is not to come all at once
                return Again(after_seconds * spread, why, counts=False)
            case routing.Use(connection_id):
                return self._send(context, thing, connection_id, decided.record, job)

    def _chosen(self, connection: Connection, context: Context, thing: T, job: Job) -> Decided:
        """Over which connection it goes: the one that a person chose, or what rules and routes say."""
        if not job.directed_to:
            return self.domain.choose(connection, context, thing, job.tries)
        facts, operation = self.domain.facts(thing), self.domain.create
        return self.domain.router.directed(connection, context, facts, job.directed_to, operation, job.tries)

    def _send(self, context: Context, thing: T, connection_id: str, decision: RouteDecision, job: Job) -> work.Outcome:
        begun = thing

        def begin(live: Live) -> str:
            nonlocal begun
            if not decision.directed:  # what a person chose takes the long way, on which its stage is looked at again
                begun, attempt_id = self.domain.begin(context, thing, live, decision) or (thing, "")
                return attempt_id
            return ""

        def prepare(connection: Connection, live: Live) -> None:
            locked = self.domain.lock(connection, context, job.resource_id)
            made = attempts.of(connection, context, job.resource_id, self.domain.create)
            if (
                locked is None
                or not self.domain.waits(locked)
                or any(attempt.outcome in MAY_HAVE_ACTED for attempt in made)
            ):
                raise NotNow
            if not self.domain.router.still_holds(connection, context, decision):
                raise NotNow  # from here on nobody changes what it rests on before the attempt is there
            self.domain.about_to_send(connection, context, locked, live)

        failpoint("dispatch.before_attempt")
        try:
            ended = self._act(context, thing, connection_id, prepare, decision, begin)
        except Stopped:
            self.domain.stop(context, thing)
            return Again(0.0)
        except NotNow:
            return Again(0.0)
        failpoint("dispatch.after_call")
        outcome = self._sent(context, begun, ended, job)
        failpoint("dispatch.after_observe")
        return outcome

    def _sent(self, context: Context, thing: T, ended: Ended, job: Job) -> work.Outcome:
        if ended.held_back:
            return Again(ended.retry_after_seconds or 0.0, why(ended), counts=False)
        after = self.take_in(context, thing, ended, Source.RESPONSE)
        if after is not None and self.domain.waits(after):  # what it says cannot be, but the provider has something
            return self._unsure(context, thing, ended.connection_id, ended.attempt_id)
        match ended.outcome:
            case Outcome.UNAVAILABLE:
                pause = work.backoff_seconds(job.tries, first=1.0)
                return Again(max(pause, self._told_to_wait(ended)), why(ended))
            case Outcome.MISCONFIGURED:
                return self._hold(context, job, ended)
            case _:
                return Done()

    def _told_to_wait(self, ended: Ended) -> float:
        """For how long the provider wants to be left alone; gates see to that where another may take it meanwhile."""
        if ended.decision is not None and len(ended.decision.candidates) > 1:
            return 0.0
        return min(ended.retry_after_seconds or 0.0, SLOWEST_SECONDS)

    def _wait(self, context: Context, thing: T, job: Job) -> work.Outcome:
        """Park the work, unless the route has changed since it was read. Who changes a route then finds it parked."""
        who = context.who
        with self.store.transaction(who.company_id, who.environment) as connection:
            routing.keep_still(connection, context)
            decided = self.domain.choose(connection, context, thing, job.tries)
            match decided.choice:
                case routing.Wait(why, again_seconds):
                    route_decisions.keep(connection, context, decided.record)
                    work.finish(connection, job, Parked(why))  # again by the worker, in vain
                    if again_seconds:
                        looking_again.schedule(connection, context, job.kind, again_seconds)
                    return Parked(why)
        return Again(0.0)

    def _hold(self, context: Context, job: Job, ended: Ended) -> work.Outcome:
        """Hold the connection where its credentials are refused; work that no other can take is parked."""
        who = context.who
        with self.store.transaction(who.company_id, who.environment) as connection:
            routing.about_to_change(connection, context)
            if not self.invoker.hold_route(connection, context, ended):
                return Again(0.0, why(ended))
            chosen = ended.decision is not None and ended.decision.choice == ROUTE_CHOICE_SEND
            if ended.credentials_refused and chosen:
                return Again(0.0, why(ended))  # another connection may take it; if none can, it is parked then
            work.finish(connection, job, Parked(why(ended)))
        return Parked(why(ended))

    def _gone_on(self, context: Context, job: Job) -> work.Outcome:
        """Nothing is left to send. A webhook may have told of what a process did not live to hear the answer of."""
        who = context.who
        with self.store.of(who.company_id, who.environment) as connection:
            for attempt in attempts.of(connection, context, job.resource_id, self.domain.create):
                if attempt.outcome == Outcome.OPEN:
                    _left_behind(connection, context, attempt)
        return Done()

    def _taken_over(self, context: Context, thing: T, attempt: Attempt) -> work.Outcome:
        """Somebody's attempt was left behind: the provider may have it, so it is asked."""

        def note(connection: Connection) -> None:
            _left_behind(connection, context, attempt)

        return self._unsure(context, thing, attempt.connection_id, attempt.attempt_id, note)


def _left_behind(connection: Connection, context: Context, attempt: Attempt) -> None:
    """Close an attempt whose end nobody is there to tell."""
    said = "the process ended before the answer"
    attempts.close_attempt(connection, context, attempt.attempt_id, Outcome.UNKNOWN, detail=said)
