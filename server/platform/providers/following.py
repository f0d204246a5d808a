"""How a resource that is under way is followed: asked about, and repeated where that is safe, until it is at an end."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Generic

from adapters.kit.errors import CANNOT_ASK
from corridor.operations.v1 import work_item_pb2
from server.kit.context import Context
from server.kit.failpoint import failpoint
from server.platform.providers import held
from server.platform.providers.acting import Acting, why
from server.platform.providers.connections import Live
from server.platform.providers.invoke import Ended
from server.platform.providers.sendable import NotNow, Stopped, T
from server.store import attempts, work
from server.store.attempts import Outcome
from server.store.engine import Connection
from server.store.observations import Source
from server.store.work import Again, Done, Job

# After so many look-ups without an answer a person is told; asking goes on.
LOOK_UPS_BEFORE_PERSON = 8
# And after so long, however often it could be asked: look-ups that are held back count as none.
UNKNOWN_AT_MOST = timedelta(minutes=10)
# How long after it should have been at an end a person is told.
OVERDUE_AFTER = timedelta(days=1)
SLOWEST_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class Following(Acting[T], Generic[T]):
    """The work of asking."""

    def follow(self, context: Context, job: Job) -> work.Outcome:
        """Ask the provider about a resource that is under way, until it is at an end."""
        thing = self.domain.get(context, job.resource_id)
        if thing is None or not self.domain.under_way(thing):
            return Done()
        self._tell_if_overdue(context, thing, job)
        if not self.domain.reference(thing) and self._asked_already(context, job):
            ended, after = self._missing(context, thing, False)
        else:
            ended, after = self._asked(context, thing)
        if ended.held_back:
            return held.again(ended)
        if after is not None and not self.domain.under_way(after):
            return Done()
        known = after is not None and self.domain.reference(after)
        first = self.timing.poll_seconds if known else self.timing.unknown_seconds
        pause = work.backoff_seconds(job.tries, first=first, most=SLOWEST_SECONDS)
        return Again(max(pause, ended.retry_after_seconds or 0.0), why(ended))

    def _asked_already(self, context: Context, job: Job) -> bool:
        with self.store.of(context.who.company_id, context.who.environment) as connection:
            return held.asked_already(connection, context, job, self.domain.look_up, self.domain.create)

    def _asked(self, context: Context, thing: T) -> tuple[Ended, T | None]:
        """Ask the provider about it; what it knows nothing of is repeated."""
        failpoint("follow.before_call")
        ended = self.invoker.invoke(
            context,
            self.domain.sent_over(thing),
            self.domain.look_up,
            self.domain.id_of(thing),
            lambda adapter, call: self.domain.ask(adapter, call, thing),
        )
        if ended.held_back:
            return ended, None
        failpoint("follow.after_call")
        after = self.take_in(context, thing, ended, Source.POLL)
        cannot_ask = ended.outcome == Outcome.UNAVAILABLE and ended.code == CANNOT_ASK
        nothing = ended.outcome == Outcome.ANSWERED and ended.value is None
        if nothing or (cannot_ask and not self.domain.reference(thing)):
            # Where there is no way to ask, the same request under the same key is the question.
            return self._missing(context, thing, cannot_ask)
        return ended, after

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
            facts = self.domain.facts(thing)
            again = self.domain.router.follow(context, facts, connection_id, here[0].provider, self.domain.create)
            still_open = self._still_open(context, resource_id)
            ended = self._act(context, thing, connection_id, still_open, again.record)
        except Stopped as stopped:
            why = f"{stopped} It is not repeated; whether the provider acted is not known."
            self.ask_person(context, resource_id, work_item_pb2.WORK_ITEM_KIND_UNKNOWN_OUTCOME, why)
            return nobody, None
        except NotNow:
            return nobody, None
        return ended, None if ended.held_back else self.take_in(context, thing, ended, Source.RESPONSE)

    def _still_open(self, context: Context, resource_id: str) -> Callable[[Connection, Live], None]:
        def prepare(connection: Connection, _: Live) -> None:
            locked = self.domain.lock(connection, context, resource_id)
            if locked is None or not self.domain.under_way(locked) or self.domain.reference(locked):
                raise NotNow  # the provider has told of it since it was asked
            self.domain.about_to_repeat(connection, context, locked)

        return prepare

    def _tell_if_overdue(self, context: Context, thing: T, job: Job) -> None:
        if not self.domain.reference(thing):
            if asked_in_vain(job):
                why = "Asked for minutes, or in vain; whether the provider acted is still not known."
                self.ask_person(context, job.resource_id, work_item_pb2.WORK_ITEM_KIND_UNKNOWN_OUTCOME, why)
            return
        if self.clock.now() > self.domain.due(thing) + OVERDUE_AFTER:
            why = "It should be at an end by now, and the provider still works on it."
            self.ask_person(context, job.resource_id, work_item_pb2.WORK_ITEM_KIND_OVERDUE, why)


def asked_in_vain(job: Job) -> bool:
    """Whether a provider was asked often, or could not be asked for long. Both times are the database's."""
    return job.tries > LOOK_UPS_BEFORE_PERSON or job.lease_time - job.create_time > UNKNOWN_AT_MOST
