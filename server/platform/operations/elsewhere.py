"""Sends a waiting resource over another connection than the rules would choose, because a person says so.

Rule: only where it is certain that nothing happened. As soon as one provider may have acted, no other is asked.
"""

from dataclasses import dataclass

from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.operations.v1.work_item_pb2 import WorkItem
from corridor.routing.v1.routing_facts_pb2 import RoutingFacts
from server.kit.context import Context
from server.kit.errors import Failure, Violation, fail
from server.platform.operations import retrying
from server.platform.operations.routed import Domains, Standing
from server.platform.providers import connections, routing, stage_repository, stages
from server.platform.providers.catalog import Catalog
from server.platform.routing import gathering
from server.platform.routing.deciding import TRIES_BEFORE_PERSON
from server.platform.routing.router import Router
from server.store import attempts, pending
from server.store.attempts import Attempt, Outcome
from server.store.engine import Connection


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Decides whether a resource may go over another connection, and has it go."""

    domains: Domains
    catalog: Catalog
    router: Router

    def check(self, connection: Connection, context: Context, item: WorkItem) -> Standing:
        """The item's resource, locked: it waits, and no provider may have it. Raises why it cannot go elsewhere."""
        routed = self.domains.of(item.resource_id)
        standing = routed.lock(connection, context, item.resource_id) if routed else None
        if routed is None or standing is None:
            raise fail(reasons.ERROR_REASON_STATE_CONFLICT, "It is about nothing that goes to a provider.")
        made = attempts.of(connection, context, standing.resource_id, standing.operation)
        if acted := retrying.may_have_acted(made):
            raise _acted(acted)
        if not standing.waits:
            word = standing.state.replace("_", " ")
            raise fail(reasons.ERROR_REASON_STATE_CONFLICT, f"It waits for nothing: it is {word}.", state=word)
        if routed.facts(standing) is None or standing.dispatch is None:
            why = "It belongs to something that one provider has, and is done there or nowhere."
            raise fail(reasons.ERROR_REASON_STATE_CONFLICT, why)
        if any(piece.is_held for piece in pending.of(connection, context, item.resource_id, [standing.dispatch.lane])):
            why = "It is being worked on at this moment."
            raise fail(reasons.ERROR_REASON_STATE_CONFLICT, why, retry_after_seconds=2.0)
        return standing

    def send(self, connection: Connection, context: Context, item: WorkItem, connection_id: str) -> str:
        """Have the item's resource sent over a connection, or the next one by the rules; the connection."""
        standing = self.check(connection, context, item)
        routing.keep_still(connection, context)  # after the row, as whoever sends: no stage changes from here on
        routed = self.domains.of(item.resource_id)
        assert routed is not None  # checked
        facts = routed.facts(standing)
        assert facts is not None  # checked
        assert standing.dispatch is not None  # checked
        chosen = connection_id or self._next(connection, context, standing, facts)
        self._check_usable(connection, context, facts, chosen)
        retrying.take_up(connection, context, standing.resource_id, standing.dispatch, chosen)
        return chosen

    def _next(self, connection: Connection, context: Context, standing: Standing, facts: RoutingFacts) -> str:
        """The connection that the rules name after the last one that was tried."""
        made = attempts.of(connection, context, standing.resource_id, standing.operation)
        tried = {attempt.connection_id for attempt in made}
        for tries in range(1, TRIES_BEFORE_PERSON + 1):
            decided = self.router.decide(connection, context, facts, standing.operation, tries)
            match decided.choice:
                case routing.Use(connection_id) if connection_id not in tried:
                    return connection_id
        why = "The rules name no other connection at the moment; name one."
        raise fail(
            reasons.ERROR_REASON_CONNECTION_NOT_USABLE, why, violations=[Violation("connection_id", why, "rules")]
        )

    def _check_usable(self, connection: Connection, context: Context, facts: RoutingFacts, connection_id: str) -> None:
        found = connections.find(connection, context, connection_id)
        if found is None:
            raise fail(
                reasons.ERROR_REASON_CONNECTION_NOT_FOUND,
                "There is no such connection.",
                violations=[Violation("connection_id", "must be a connection of the company", "connection")],
            )
        if lacks := gathering.lacks(self.catalog.manifest(found.provider), facts):
            raise fail(
                reasons.ERROR_REASON_CONNECTION_NOT_USABLE,
                f"{found.provider} does not serve {lacks}.",
                violations=[Violation("connection_id", "must be at a provider that covers it", "coverage")],
                lacks=lacks,
            )
        if context.who.live:
            stage = stage_repository.of(connection, context, found.provider)[found.provider].stage
            if stage not in stages.STANDBY:
                raise fail(
                    reasons.ERROR_REASON_PROVIDER_NOT_LIVE,
                    f"{found.provider} is {stages.word(stage)}, so nothing may be sent over it.",
                    violations=[Violation("connection_id", "must be at a provider whose stage allows it", "stage")],
                    provider=found.provider,
                    stage=stages.word(stage),
                )


def _acted(attempt: Attempt) -> Failure:
    """Which attempt forbids it, and why."""
    outcome = attempt.outcome.name.lower()
    how = {
        Outcome.OPEN: "has had no answer yet",
        Outcome.ANSWERED: "was answered",
        Outcome.UNKNOWN: "was sent, and its answer never came",
        Outcome.UNMAPPED: "was answered with a word that the adapter does not know",
    }[attempt.outcome]
    return fail(
        reasons.ERROR_REASON_MAY_HAVE_ACTED,
        f"Attempt {attempt.attempt_id} at {attempt.provider} {how}: it may have acted.",
        attempt_id=attempt.attempt_id,
        provider=attempt.provider,
        outcome=outcome,
    )
