"""What is known of a connection that could be used, at the moment of a decision: from memory, without waiting.

Rule: what is gathered stands in the decision's record; `deciding` looks at nothing else.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Protocol

from adapters.kit.manifest import Manifest
from adapters.kit.manifest_coverage import Coverage
from adapters.kit.manifest_facts import AmountLimit
from corridor.providers.v1 import route_pb2
from corridor.providers.v1.provider_health_pb2 import HealthSeen
from corridor.providers.v1.provider_pb2 import ProviderStage
from corridor.providers.v1.route_pb2 import Route
from corridor.routing.v1.route_decision_pb2 import RouteCandidate, RouteDecision
from corridor.routing.v1.routing_facts_pb2 import RoutingFacts
from corridor.routing.v1.routing_policy_pb2 import RoutingCost, RoutingRule, RoutingSend
from corridor.type.v1.rail_pb2 import Rail
from server.kit import money
from server.platform.providers import settlement
from server.platform.providers.gates import Destination


class Health(Protocol):
    """How it is with providers, as a process knows it."""

    def note(self, seen: HealthSeen, to: Destination, institution_id: str = "", rail: int = 0) -> None:
        """Write down what is known at this moment; never blocks."""
        ...


class NoHealth:
    """Where nobody watches providers, nothing is known, and everything is tried."""

    def note(self, seen: HealthSeen, to: Destination, institution_id: str = "", rail: int = 0) -> None:
        """Nothing."""


@dataclass(frozen=True, slots=True)
class Account:
    """A connection as routing knows it, for one operation. Decisions share it, so nothing in it is ever changed."""

    to: Destination
    serves: "Mapping[str, Served]"
    """By domain, as its provider's manifest says. All connections of a provider share it."""
    begun: RouteCandidate
    """The part of a candidate that is the same in every decision."""


@dataclass(frozen=True, slots=True)
class Served:
    """What a provider serves in one domain, as sets: a manifest lists its currencies, and there are many."""

    rails: "frozenset[Rail.ValueType]"
    currencies: frozenset[str]
    limits: Sequence[AmountLimit]

    @classmethod
    def of(cls, covered: Coverage) -> "Served":
        """The same as a manifest has it."""
        return cls(frozenset(covered.rails), frozenset(covered.currencies), covered.facts.amounts)

    def lacks(self, rail: "Rail.ValueType", currency: str, minor: int) -> str:
        """What it does not serve of what is wanted, in a few words; empty where nothing is missing."""
        if rail and rail not in self.rails:
            return f"rail {Rail.Name(rail).removeprefix('RAIL_').lower()}"
        if not currency:
            return ""
        if currency not in self.currencies:
            return f"currency {currency}"
        for limit in self.limits:
            if limit.currency_code == currency:
                if minor < limit.min_minor:
                    return f"amounts below {money.display(limit.min_minor, currency)}"
                if limit.max_minor and minor > limit.max_minor:
                    return f"amounts above {money.display(limit.max_minor, currency)}"
        return ""


@dataclass(frozen=True, slots=True)
class Kept:
    """A rule as records keep it, without the customers whom it names, and what is read of it each time."""

    rule: RoutingRule
    customers: bool
    """Whether it names any."""
    named: tuple[str, ...]
    weighed: bool
    """Whether its preference compares something that has to be gathered."""

    @classmethod
    def of(cls, rule: RoutingRule) -> "Kept":
        """What is kept of a rule of a policy."""
        kept = RouteDecision(rule=rule)
        kept.rule.when.ClearField("customer_ids")
        return cls(kept.rule, bool(rule.when.customer_ids), named(kept), bool(rule.send.preference))


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the company lets a connection be used."""

    stage: "ProviderStage.ValueType"
    held: bool = False


HELD = "its credentials are refused"


def named(record: RouteDecision) -> tuple[str, ...]:
    """The connections that could be used by the record's rule or route, the one that is taken into use last."""
    if record.HasField("rule"):
        send = record.rule.send  # empty in a rule that sends nothing
        return _once((each.connection_id for each in send.candidates), send)
    route = record.route
    if route.mode != route_pb2.ROUTE_MODE_ON:
        return ()
    return _once((route.primary_connection_id, route.standby_connection_id), route)


def _once(preferred: Iterable[str], of: RoutingSend | Route) -> tuple[str, ...]:
    found = dict.fromkeys(filter(None, preferred))
    if of.HasField("exposure") and of.exposure.stage != route_pb2.EXPOSURE_STAGE_OFF:
        found[of.exposure.connection_id] = None
    return tuple(found)


def lacks(manifest: Manifest, facts: RoutingFacts) -> str:
    """What a provider does not serve of what is wanted, in a few words; empty where nothing is missing."""
    covered = manifest.coverage.get(facts.domain)
    if covered is None:
        return facts.domain
    return Served.of(covered).lacks(facts.rail, facts.amount.currency_code, facts.amount.amount_minor)


def cost_minor(cost: RoutingCost, facts: RoutingFacts) -> int:
    """What one use costs, in minor units of the amount; half a unit rounds up."""
    return cost.fixed_minor + (facts.amount.amount_minor * cost.basis_points + 5_000) // 10_000


def note_arrival(found: RouteCandidate, manifest: Manifest, facts: RoutingFacts) -> None:
    """Note when it would arrive by a connection, where its manifest says so."""
    covered = manifest.coverage.get(facts.domain)
    rule = covered.settlement.get(facts.rail) if covered else None
    if rule is not None:
        found.expected_time.FromDatetime(settlement.expected(rule, facts.time.ToDatetime(UTC)))
