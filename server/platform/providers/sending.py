"""How a resource goes to a provider once, and is followed until it is at an end: the same for every domain.

A step may be interrupted anywhere. Whoever takes it over finds the attempt, and asks before acting again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Generic

from adapters.kit.call import Call
from adapters.kit.errors import CANNOT_ASK
from corridor.operations.v1 import work_item_pb2
from server.kit.clock import Clock
from server.kit.context import Context
from server.kit.failpoint import failpoint
from server.platform.providers import routing
from server.platform.providers.connections import Live
from server.platform.providers.invoke import Ended, Invoker
from server.platform.providers.sendable import MAY_HAVE_ACTED, Closing, NotNow, Sendable, Stopped, T, Timing
from server.store import attempts, work, work_items
from server.store.attempts import Attempt, Outcome
from server.store.engine import Connection, Store
from server.store.observations import Source
from server.store.work import Again, Dead, Done, Job, Parked

# After so many look-ups without an answer a person is told; asking goes on.
LOOK_UPS_BEFORE_PERSON = 8
# How long after it should have been at an end a person is told.
OVERDUE_AFTER = timedelta(days=1)
SLOWEST_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class Sending(Generic[T]):
    """The two kinds of work of a resource that goes to a provider. `looking` has a third."""

    store: Store
    invoker: Invoker
    timing: Timing
    clock: Clock
    domain: Sendable[T]

    def dispatch(self, context: Context, job: Job) -> work.Outcome:
        """Send a waiting resource over the connection that the domain chooses."""
        thing = self.domain.get(context, job.resource_id)
        if thing is None or not self.domain.waits(thing):
            return Done()
        who = context.who
        with self.store.of(who.company_id, who.environment) as connection:
            before = attempts.of(connection, context, job.resource_id, self.domain.create)
            choice = self.domain.choose(connection, context, thing, job.tries)
        if left := [attempt for attempt in before if attempt.outcome in MAY_HAVE_ACTED]:
            return self._taken_over(context, thing, left[-1])
        match choice:
            case routing.Wait():
                return self._wait(context, thing, job)
            case routing.AskPerson(kind, why):
                self.ask_person(context, job.resource_id, kind, why)
                return Dead(why)
            case routing.Use(connection_id):
                return self._send(context, thing, connection_id, job)

    def follow(self, context: Context, job: Job) -> work.Outcome:
        """Ask the provider about a resource that is under way, until it is at an end."""
        thing = self.domain.get(context, job.resource_id)
        if thing is None or not self.domain.under_way(thing):
            return Done()
        self._tell_if_overdue(context, thing, job)
        found = thing
        failpoint("follow.before_call")
        ended = self.invoker.invoke(
            context,
            self.domain.sent_over(thing),
            self.domain.look_up,
            job.resource_id,
            lambda adapter, call: self.domain.ask(adapter, call, found),
        )
        failpoint("follow.after_call")
        after = self.take_in(context, thing, ended, Source.POLL)
        cannot_ask = ended.outcome == Outcome.UNAVAILABLE and ended.code == CANNOT_ASK
        nothing = ended.outcome == Outcome.ANSWERED and ended.value is None
        if nothing or (cannot_ask and not self.domain.reference(thing)):
            # Where there is no way to ask, the same request under the same key is the question.
            ended, after = self._missing(context, thing, cannot_ask)
        if after is not None and not self.domain.under_way(after):
            return Done()
        known = after is not None and self.domain.reference(after)
        first = self.timing.poll_seconds if known else self.timing.unknown_seconds
        pause = work.backoff_seconds(job.tries, first=first, most=SLOWEST_SECONDS)
        return Again(max(pause, ended.retry_after_seconds or 0.0), why(ended))

    def take_in(self, context: Context, thing: T, ended: Ended, source: Source) -> T | None:
        """Record how a call ended, and observe what that says; None if it says nothing of the resource."""
        resource_id = self.domain.id_of(thing)
        closing = Closing(context, resource_id, ended, _NEEDS_PERSON.get(ended.outcome, 0))
        seen = self._said(thing, ended)
        if seen is not None:
            if concluded := self.domain.conclude(context, thing, seen, source, closing):
                return concluded
            found = self.domain.observe(
                context, resource_id, ended.connection_id, seen, source, ended.attempt_id, also=closing
            )
            return found[0] if found else None
        who = context.who
        with self.store.transaction(who.company_id, who.environment) as connection:
            closing(connection)
        return None

    def ask_person(self, context: Context, resource_id: str, kind: int, summary: str) -> None:
        """Open a work item about the resource."""
        who = context.who
        with self.store.of(who.company_id, who.environment) as connection:
            work_items.open_item(connection, context, resource_id, kind, summary)

    def _said(self, thing: T, ended: Ended) -> Any | None:
        """What the end of a call says of the resource. Without an answer, only the end of an act says something."""
        if ended.outcome == Outcome.ANSWERED:
            return ended.value
        if ended.operation != self.domain.create:
            return None
        if ended.outcome in (Outcome.UNKNOWN, Outcome.UNMAPPED):
            return self.domain.perhaps(thing, ended.outcome.name.lower())
        return self.domain.refused(thing, ended.code) if ended.outcome == Outcome.REJECTED else None

    def _send(self, context: Context, thing: T, connection_id: str, job: Job) -> work.Outcome:
        begun = thing

        def begin(live: Live) -> str:
            nonlocal begun
            begun, attempt_id = self.domain.begin(context, thing, live) or (thing, "")
            return attempt_id

        def prepare(connection: Connection, live: Live) -> None:
            locked = self.domain.lock(connection, context, job.resource_id)
            made = attempts.of(connection, context, job.resource_id, self.domain.create)
            if (
                locked is None
                or not self.domain.waits(locked)
                or any(attempt.outcome in MAY_HAVE_ACTED for attempt in made)
            ):
                raise NotNow
            if not self._still_chosen(connection, context, locked, connection_id, job):
                raise NotNow
            self.domain.about_to_send(connection, context, locked, live)

        failpoint("dispatch.before_attempt")
        try:
            ended = self._act(context, thing, connection_id, prepare, begin)
        except Stopped:
            self.domain.stop(context, thing)
            return Again(0.0)
        except NotNow:
            return Again(0.0)
        failpoint("dispatch.after_call")
        outcome = self._sent(context, begun, ended, job)
        failpoint("dispatch.after_observe")
        return outcome

    def _still_chosen(self, connection: Connection, context: Context, locked: T, connection_id: str, job: Job) -> bool:
        """Whether stages and routes still let it send: from now on nobody changes them before the attempt is there."""
        if not context.who.live:
            return True
        routing.keep_still(connection, context)
        return self.domain.choose(connection, context, locked, job.tries) == routing.Use(connection_id)

    def _act(
        self,
        context: Context,
        thing: T,
        connection_id: str,
        prepare: Callable[[Connection, Live], None],
        begin: Callable[[Live], str] | None = None,
    ) -> Ended:
        def ask(adapter: Any, call: Call) -> Any:
            failpoint("dispatch.before_call")
            return self.domain.send(context, adapter, call, thing)

        return self.invoker.invoke(
            context, connection_id, self.domain.create, self.domain.id_of(thing), ask, prepare=prepare, begin=begin
        )

    def _sent(self, context: Context, thing: T, ended: Ended, job: Job) -> work.Outcome:
        after = self.take_in(context, thing, ended, Source.RESPONSE)
        if after is not None and self.domain.waits(after):  # what it says cannot be, but the provider has something
            return self._unsure(context, thing, ended.connection_id, ended.attempt_id)
        match ended.outcome:
            case Outcome.UNAVAILABLE:
                pause = work.backoff_seconds(job.tries, first=1.0)
                return Again(max(pause, min(ended.retry_after_seconds or 0.0, SLOWEST_SECONDS)), why(ended))
            case Outcome.MISCONFIGURED:
                return self._hold(context, job, ended)
            case _:
                return Done()

    def _wait(self, context: Context, thing: T, job: Job) -> work.Outcome:
        """Park the work, unless the route has changed since it was read. Who changes a route then finds it parked."""
        who = context.who
        with self.store.transaction(who.company_id, who.environment) as connection:
            routing.keep_still(connection, context)
            match self.domain.choose(connection, context, thing, job.tries):
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
                return Again(0.0, why(ended))
            work.finish(connection, job, Parked(why(ended)))
        return Parked(why(ended))

    def _taken_over(self, context: Context, thing: T, attempt: Attempt) -> work.Outcome:
        """Somebody's attempt was left behind: the provider may have it, so it is asked."""

        def note(connection: Connection) -> None:
            attempts.close_attempt(
                connection, context, attempt.attempt_id, Outcome.UNKNOWN, detail="the process ended before the answer"
            )

        return self._unsure(context, thing, attempt.connection_id, attempt.attempt_id, note)

    def _unsure(
        self,
        context: Context,
        thing: T,
        connection_id: str,
        attempt_id: str,
        also: Callable[[Connection], None] | None = None,
    ) -> work.Outcome:
        """The provider may have it. It counts as sent, and is asked about from now on."""
        maybe = self.domain.perhaps(thing, "unknown")
        self.domain.observe(
            context, self.domain.id_of(thing), connection_id, maybe, Source.RESPONSE, attempt_id, also=also
        )
        return Done()

    def _missing(self, context: Context, thing: T, cannot_ask: bool) -> tuple[Ended, T | None]:
        """The provider knows nothing of what it may have: repeat it under the same key, where that is safe."""
        who, resource_id, connection_id = context.who, self.domain.id_of(thing), self.domain.sent_over(thing)
        with self.store.of(who.company_id, who.environment) as connection:
            made = attempts.of(connection, context, resource_id, self.domain.create)
        here = [attempt for attempt in made if attempt.connection_id == connection_id]
        nobody = Ended("", connection_id, "", self.domain.look_up, Outcome.UNKNOWN)
        answered = any(attempt.outcome == Outcome.ANSWERED for attempt in here)
        if answered and cannot_ask:
            return nobody, None  # it has it, and will tell by itself: a customer who has to act may still do so
        if answered or self.domain.reference(thing):
            why = "The provider no longer knows what it had confirmed."
            self.ask_person(context, resource_id, work_item_pb2.WORK_ITEM_KIND_CONFLICT, why)
            return nobody, None
        if not here or not self.invoker.may_repeat(context, connection_id, here[0].start_time, self.domain.name):
            why = "The provider knows nothing of it, and does not promise that repeating it is safe."
            self.ask_person(context, resource_id, work_item_pb2.WORK_ITEM_KIND_UNKNOWN_OUTCOME, why)
            return nobody, None
        try:
            ended = self._act(context, thing, connection_id, self._still_open(context, resource_id))
        except Stopped as stopped:
            why = f"{stopped} It is not repeated; whether the provider acted is not known."
            self.ask_person(context, resource_id, work_item_pb2.WORK_ITEM_KIND_UNKNOWN_OUTCOME, why)
            return nobody, None
        except NotNow:
            return nobody, None
        return ended, self.take_in(context, thing, ended, Source.RESPONSE)

    def _still_open(self, context: Context, resource_id: str) -> Callable[[Connection, Live], None]:
        def prepare(connection: Connection, _: Live) -> None:
            locked = self.domain.lock(connection, context, resource_id)
            if locked is None or not self.domain.under_way(locked) or self.domain.reference(locked):
                raise NotNow  # the provider has told of it since it was asked
            self.domain.about_to_repeat(connection, context, locked)

        return prepare

    def _tell_if_overdue(self, context: Context, thing: T, job: Job) -> None:
        if not self.domain.reference(thing):
            if job.tries > LOOK_UPS_BEFORE_PERSON:
                why = f"Asked {LOOK_UPS_BEFORE_PERSON} times; whether the provider acted is still not known."
                self.ask_person(context, job.resource_id, work_item_pb2.WORK_ITEM_KIND_UNKNOWN_OUTCOME, why)
            return
        if self.clock.now() > self.domain.due(thing) + OVERDUE_AFTER:
            why = "It should be at an end by now, and the provider still works on it."
            self.ask_person(context, job.resource_id, work_item_pb2.WORK_ITEM_KIND_OVERDUE, why)


_NEEDS_PERSON = {
    Outcome.MISCONFIGURED: work_item_pb2.WORK_ITEM_KIND_MISCONFIGURED,
    Outcome.UNMAPPED: work_item_pb2.WORK_ITEM_KIND_UNMAPPED,
}


def why(ended: Ended) -> str:
    """How a call ended, in words of ours alone: queues keep nothing that a provider wrote."""
    return f"{ended.operation}: {ended.outcome.name.lower()}; see {ended.attempt_id}"
