"""One call about a resource, and what its end says: the same whether it is sent, repeated or asked about."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic

from adapters.kit.call import Call
from corridor.operations.v1 import work_item_pb2
from corridor.routing.v1.route_decision_pb2 import RouteDecision
from server.kit.clock import Clock
from server.kit.context import Context
from server.kit.failpoint import failpoint
from server.platform.providers.connections import Live
from server.platform.providers.invoke import Ended, Invoker
from server.platform.providers.sendable import Closing, Sendable, T, Timing
from server.store import work, work_items
from server.store.attempts import Outcome
from server.store.engine import Connection, Store
from server.store.observations import Source
from server.store.work import Done

_NEEDS_PERSON = {
    Outcome.MISCONFIGURED: work_item_pb2.WORK_ITEM_KIND_MISCONFIGURED,
    Outcome.UNMAPPED: work_item_pb2.WORK_ITEM_KIND_UNMAPPED,
}


@dataclass(frozen=True, slots=True)
class Acting(Generic[T]):
    """What sending and following have in common."""

    store: Store
    invoker: Invoker
    timing: Timing
    clock: Clock
    domain: Sendable[T]

    def take_in(self, context: Context, thing: T, ended: Ended, source: Source) -> T | None:
        """Record how a call ended, and observe what that says; None if it says nothing of the resource."""
        resource_id = self.domain.id_of(thing)
        closing = Closing(context, resource_id, ended, _NEEDS_PERSON.get(ended.outcome, 0), self._shadow(ended))
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

    def _shadow(self, ended: Ended) -> str:
        """The kind of the work that tries it elsewhere without any effect, after the first try; empty for none."""
        decided = ended.decision
        first = decided is not None and decided.tries == 1 and decided.shadow_connection_id
        return f"{self.domain.name}.shadow" if first else ""

    def _said(self, thing: T, ended: Ended) -> Any | None:
        """What the end of a call says of the resource. Without an answer, only the end of an act says something."""
        if ended.outcome == Outcome.ANSWERED:
            return ended.value
        if ended.operation != self.domain.create:
            return None
        if ended.outcome in (Outcome.UNKNOWN, Outcome.UNMAPPED):
            return self.domain.perhaps(thing, ended.outcome.name.lower())
        return self.domain.refused(thing, ended.code) if ended.outcome == Outcome.REJECTED else None

    def _act(
        self,
        context: Context,
        thing: T,
        connection_id: str,
        prepare: Callable[[Connection, Live], None],
        decision: RouteDecision,
        begin: Callable[[Live], str] | None = None,
    ) -> Ended:
        def ask(adapter: Any, call: Call) -> Any:
            failpoint("dispatch.before_call")
            return self.domain.send(context, adapter, call, thing)

        return self.invoker.invoke(
            context,
            connection_id,
            self.domain.create,
            self.domain.id_of(thing),
            ask,
            prepare=prepare,
            begin=begin,
            decision=decision,
        )

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


def why(ended: Ended) -> str:
    """How a call ended, in words of ours alone: queues keep nothing that a provider wrote."""
    if ended.held_back:
        return f"{ended.operation}: held back: {ended.error}"
    return f"{ended.operation}: {ended.outcome.name.lower()}; see {ended.attempt_id}"
