"""What would be decided: the same steps as a decision that counts, with other rules, another time, another health.

Rule: it reads, and stores and sends nothing.
"""

from collections.abc import Mapping
from datetime import UTC

from corridor.routing.v1 import routing_service_pb2 as api
from corridor.routing.v1.route_decision_pb2 import RouteCandidate, RouteDecision
from corridor.routing.v1.routing_facts_pb2 import RoutingFacts
from server.kit import clock as machine
from server.kit.context import Context
from server.platform.routing import basis as bases
from server.platform.routing import deciding
from server.platform.routing.compiled import Compiled
from server.platform.routing.policies import Policies
from server.platform.routing.router import Router
from server.platform.routing.versions import Versions
from server.store.engine import Connection


class Simulating:
    """Decides without consequences."""

    def __init__(self, router: Router, policies: Policies, versions: Versions, region: str) -> None:
        self._router = router
        self._policies = policies
        self._versions = versions
        self._region = region

    def simulate(self, connection: Connection, context: Context, request: api.SimulateRouteRequest) -> RouteDecision:
        """The decision. Raises INVALID_ARGUMENT for a domain that is not routed, and what a draft is refused for."""
        record = RouteDecision(resource_id=request.facts.resource_id, tries=max(request.tries, 1))
        record.operation = self._versions.operation(request.facts.domain, "facts.domain")
        record.facts.CopyFrom(self._facts(request.facts))
        record.create_time.FromNanoseconds(int(machine.epoch() * 1e6) * 1000)
        basis = bases.read(connection, context, record.facts, record.facts.time.ToDatetime(UTC))
        compiled = self._rules(connection, context, request, record, basis.policy_id, basis.policy_version)
        index = compiled.match(record.facts) if compiled else None
        if compiled is not None and index is not None:
            record.rule_number = index + 1
            record.rule.CopyFrom(compiled.rules[index])
        elif basis.route is not None:
            record.route.CopyFrom(basis.route)
        self._router.gather(connection, context, record, basis)
        assumed = {each.connection_id: each for each in request.assumed}
        for candidate in record.candidates:
            _assume(candidate, assumed)
        deciding.decide(record)
        return record

    def _facts(self, told: RoutingFacts) -> RoutingFacts:
        facts = RoutingFacts()
        facts.CopyFrom(told)
        facts.region = facts.region or self._region
        if not facts.HasField("time"):
            facts.time.FromDatetime(self._versions.now())
        return facts

    def _rules(
        self,
        connection: Connection,
        context: Context,
        request: api.SimulateRouteRequest,
        record: RouteDecision,
        active_id: str,
        active_version: int,
    ) -> Compiled | None:
        """The rules that the request names, with their version noted; None where there are none."""
        domain = request.facts.domain
        if request.HasField("draft"):
            self._versions.check(connection, context, domain, request.draft.rules, "draft.rules")
            return Compiled(request.draft.rules)
        if request.HasField("version"):
            record.policy_version = request.version
            return Compiled(self._versions.rules_of(connection, context, domain, request.version))
        record.policy_version, record.routing_policy_id = active_version, active_id
        return self._policies.compiled(connection, context.who, active_id) if active_id else None


def _assume(candidate: RouteCandidate, assumed: Mapping[str, api.AssumedHealth]) -> None:
    """Overwrite what is seen of a candidate by what is supposed."""
    supposed = assumed.get(candidate.connection_id)
    if supposed is None:
        return
    if supposed.breaker:
        candidate.health.ClearField("probe_time")
        candidate.health.breaker = supposed.breaker
    if supposed.HasField("rate_limited_for"):
        candidate.health.rate_limited_for.CopyFrom(supposed.rate_limited_for)
    if supposed.institution:
        candidate.health.institution.level = supposed.institution
