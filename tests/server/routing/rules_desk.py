"""What tests of routing rules have in common: connections, rules and the calls about versions."""

from datetime import datetime
from typing import Any

from corridor.providers.v1 import connection_service_pb2 as connections
from corridor.routing.v1 import routing_service_pb2 as api
from corridor.routing.v1.route_decision_pb2 import RouteDecision
from corridor.routing.v1.routing_facts_pb2 import RoutingFacts
from corridor.routing.v1.routing_policy_pb2 import (
    FeatureSetting,
    RoutingCandidate,
    RoutingCondition,
    RoutingOff,
    RoutingPolicy,
    RoutingRule,
    RoutingSend,
)
from corridor.type.v1.money_pb2 import Money
from tests.serving import Client

PAYOUTS, FEATURE = "payouts", "feature.payouts"


def connect(client: Client, title: str = "Main", **changes: Any) -> str:
    """A new connection to the sandbox provider; its id."""
    request = connections.CreateConnectionRequest(
        provider="sandbox", title=title, credentials={"api_key": "k", "webhook_secret": "w"}, **changes
    )
    return str(client.call("ConnectionService/CreateConnection", request, key=title).connection.connection_id)


def send(name: str, *connection_ids: str, when: RoutingCondition | None = None, **changes: Any) -> RoutingRule:
    """A rule that sends over connections."""
    candidates = [RoutingCandidate(connection_id=each) for each in connection_ids]
    return RoutingRule(name=name, when=when, send=RoutingSend(candidates=candidates, **changes))


def off(name: str, mode: int, when: RoutingCondition | None = None) -> RoutingRule:
    """A rule that sends nothing."""
    return RoutingRule(name=name, when=when, off=RoutingOff(mode=mode))  # type: ignore[arg-type] # a mode


def feature(name: str, percent: int, when: RoutingCondition | None = None) -> RoutingRule:
    """A rule of a feature."""
    return RoutingRule(name=name, when=when, feature=FeatureSetting(percent=percent))


def make(client: Client, *rules: RoutingRule, domain: str = PAYOUTS, base: int = 0, at: datetime | None = None,
         key: str = "", **changes: Any) -> RoutingPolicy:  # fmt: skip
    """The next version."""
    found: RoutingPolicy = client.call(
        "RoutingService/CreateRoutingPolicy", request(*rules, domain=domain, base=base, at=at, **changes), key=key
    ).routing_policy
    return found


def request(
    *rules: RoutingRule, domain: str = PAYOUTS, base: int = 0, at: datetime | None = None, **changes: Any
) -> api.CreateRoutingPolicyRequest:
    """The request for the next version."""
    found = api.CreateRoutingPolicyRequest(domain=domain, rules=rules, base_version=base, **changes)
    if at is not None:
        found.effective_time.FromDatetime(at)
    return found


def get(client: Client, policy: RoutingPolicy) -> RoutingPolicy:
    """A version as it is now."""
    asked = api.GetRoutingPolicyRequest(routing_policy_id=policy.routing_policy_id)
    found: RoutingPolicy = client.call("RoutingService/GetRoutingPolicy", asked).routing_policy
    return found


def versions(client: Client, domain: str = "", state: int = 0) -> list[int]:
    """The numbers of versions, the newest first."""
    asked = api.ListRoutingPoliciesRequest(domain=domain, state=state)  # type: ignore[arg-type] # a state
    return [each.version for each in client.call("RoutingService/ListRoutingPolicies", asked).routing_policies]


def rollback(client: Client, to: int = 0, domain: str = PAYOUTS, key: str = "") -> RoutingPolicy:
    """The version of a rollback."""
    asked = api.RollbackRoutingPolicyRequest(domain=domain, to_version=to, note="back")
    found: RoutingPolicy = client.call("RoutingService/RollbackRoutingPolicy", asked, key=key).routing_policy
    return found


def simulate(client: Client, minor: int = 5_000, currency: str = "EUR", domain: str = PAYOUTS,
             segment: str = "", **changes: Any) -> RouteDecision:  # fmt: skip
    """What would be decided."""
    facts = RoutingFacts(domain=domain, amount=Money(currency_code=currency, amount_minor=minor), segment=segment)
    asked = api.SimulateRouteRequest(facts=facts, **changes)
    found: RouteDecision = client.call("RoutingService/SimulateRoute", asked).decision
    return found
