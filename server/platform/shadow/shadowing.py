"""The work of shadows: something that was sent is tried at another connection, compared, and compared again at its end.

Rule: it reads the resource and never touches it; whatever goes wrong here changes nothing for anybody.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Any

import structlog

from corridor.providers.v1.route_pb2 import Exposure
from corridor.routing.v1.route_decision_pb2 import RouteDecision
from corridor.routing.v1.shadow_comparison_pb2 import ShadowComparison, ShadowResult
from server.kit import ids
from server.kit.clock import Clock
from server.kit.context import Context
from server.kit.errors import Failure
from server.platform.providers.connections import Connections
from server.platform.providers.invoke import Invoker
from server.platform.shadow import compare, repository, trying
from server.platform.shadow.domain import KIND, Shadowed
from server.store import work
from server.store.engine import Store
from server.store.work import Again, Done, Job

_log = structlog.get_logger("corridor.shadow")

# For how long a try waits for its gates, or until the connection that is used has the resource.
_WAITS_SECONDS = 3600.0
_HELD_SECONDS = 30.0
# When it is looked at again whether what was sent is at its end: after a minute, and less and less often.
_FIRST_LOOK_SECONDS, _SLOWEST_LOOK_SECONDS = 60.0, 86_400.0
_LOOKS_AT_MOST = 20


@dataclass(frozen=True, slots=True)
class Shadowing:
    """Tries what was sent, by domain."""

    store: Store
    invoker: Invoker
    connections: Connections
    clock: Clock
    machine_clock: Clock
    domains: Mapping[str, Shadowed[Any]]

    def kinds(self) -> list[str]:
        """The kinds of work that are done here."""
        return [KIND.format(name) for name in self.domains]

    def run(self, context: Context, job: Job) -> work.Outcome:
        """Try it if it was not tried yet, and compare it with what came of it until now."""
        domain = self.domains[job.kind.partition(".")[0]]
        thing = domain.get(context, job.resource_id)
        who = context.who
        with self.store.of(who.company_id, who.environment) as connection:
            decision = repository.asked_for(connection, context, job.resource_id)
            elsewhere = decision.shadow_connection_id if decision else ""
            kept = repository.of(connection, context, job.resource_id, elsewhere) if decision else None
        if thing is None or decision is None:
            return Done()
        if kept is None:
            if domain.sent_over(thing) == elsewhere:
                return Done()  # what it was to be compared with did not take it
            found = self._tried(context, domain, thing, decision, job)
            if not isinstance(found, ShadowComparison):
                return found
            kept = found
        return self._compared(context, domain, kept, job)

    def _tried(
        self, context: Context, domain: Shadowed[Any], thing: Any, decision: RouteDecision, job: Job
    ) -> ShadowComparison | work.Outcome:
        elsewhere = decision.shadow_connection_id
        rehearsal = trying.is_really_sent(context, rehearsal=exposure(decision).rehearsal)
        name = f"shadow-{job.resource_id}"
        try:
            ended = trying.attempt(self.invoker, context, domain, thing, elsewhere, name, rehearsal=rehearsal)
        except Failure as failure:  # the connection is gone, or cannot be read
            _log.warning("shadow_not_tried", connection_id=elsewhere, reason=str(failure))
            return Done()
        if ended.held_back and self._is_young(job):
            return Again(max(ended.retry_after_seconds or 0.0, _HELD_SECONDS), "held back", counts=False)
        comparison = ShadowComparison(
            shadow_comparison_id=ids.new("shc"),
            domain=domain.name,
            resource_id=job.resource_id,
            operation=domain.create,
            connection_id=elsewhere,
            provider=ended.provider,
            route_decision_id=decision.route_decision_id,
            rule_name=decision.rule.name,
            rehearsal=rehearsal,
            shadow=trying.result(domain, thing, ended),
            exchanges=trying.exchanges(ended),
            environment=context.who.environment,
        )
        self._estimated(context, domain, thing, decision, elsewhere, comparison.shadow)
        comparison.create_time.FromDatetime(self.clock.now())
        return comparison

    def _compared(self, context: Context, domain: Shadowed[Any], kept: ShadowComparison, job: Job) -> work.Outcome:
        thing, who = domain.get(context, job.resource_id), context.who
        if thing is None:
            return Done()
        over = domain.sent_over(thing)
        if not domain.asked(thing).statement_text:
            kept.shadow.ClearField("statement_text")  # whoever it is about was erased meanwhile
        with self.store.of(who.company_id, who.environment) as connection:
            took = repository.took(connection, context, kept.resource_id, domain.create, over) if over else 0.0
            decision = repository.asked_for(connection, context, kept.resource_id)
        kept.primary.CopyFrom(domain.told(thing))
        if took:
            kept.primary.latency.FromNanoseconds(int(took * 1e9))
        kept.primary_connection_id = over
        if decision is not None and over:
            kept.primary_provider = self._estimated(context, domain, thing, decision, over, kept.primary)
        kept.primary_final = domain.at_end(thing)
        kept.update_time.FromDatetime(self.clock.now())
        compare.compare(kept)
        with self.store.of(who.company_id, who.environment) as connection:
            repository.save(connection, context, kept)
        if kept.primary_final or job.tries >= _LOOKS_AT_MOST:
            return Done()
        pause = work.backoff_seconds(job.tries, first=_FIRST_LOOK_SECONDS, most=_SLOWEST_LOOK_SECONDS)
        return Again(pause, "what was sent is not at its end")

    def _estimated(
        self,
        context: Context,
        domain: Shadowed[Any],
        thing: Any,
        decision: RouteDecision,
        connection_id: str,
        found: ShadowResult,
    ) -> str:
        """Fill in fee and arrival from what is known beforehand, where the provider told neither; the provider."""
        candidate = next((each for each in decision.candidates if each.connection_id == connection_id), None)
        live = self.connections.get(context, connection_id)
        if candidate is not None and candidate.HasField("expected_time") and not found.HasField("expected_time"):
            found.expected_time.CopyFrom(candidate.expected_time)
        if not found.HasField("fee") and (fee := domain.fee(live.connection, thing)) is not None:
            found.fee.CopyFrom(fee)
        return live.provider

    def _is_young(self, job: Job) -> bool:
        return (self.machine_clock.now() - job.create_time.astimezone(UTC)).total_seconds() < _WAITS_SECONDS


def exposure(decision: RouteDecision) -> Exposure:
    """The exposure by which something is tried: that of the rule, or of the route where no rule decided."""
    if decision.HasField("rule"):
        return decision.rule.send.exposure
    return decision.route.exposure
