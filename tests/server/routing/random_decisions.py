"""Random decisions over everything that one can rest on. The same seed gives the same ones."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random

from corridor.providers.v1 import provider_health_pb2 as health
from corridor.providers.v1 import provider_pb2, route_pb2
from corridor.providers.v1.provider_health_pb2 import HealthSeen
from corridor.providers.v1.route_pb2 import Exposure, Route
from corridor.routing.v1 import routing_policy_pb2 as policy
from corridor.routing.v1.route_decision_pb2 import RouteCandidate, RouteDecision
from corridor.routing.v1.routing_policy_pb2 import RoutingCost, RoutingOff, RoutingRule, RoutingSend
from server.kit import ids
from server.platform.routing import deciding
from server.platform.routing.compiled import Compiled
from tests.server.routing import random_rules

CONNECTIONS = tuple(f"conn_{letter * 26}" for letter in "abcdef")
OFF = (route_pb2.ROUTE_MODE_QUEUE, route_pb2.ROUTE_MODE_WORK_ITEM)


def decided(seed: int) -> RouteDecision:
    """A decision, made."""
    random = Random(seed)
    record = RouteDecision(operation="create_payout", tries=random.choice((1, 1, 2, 4, 8, 12, 13)))
    record.facts.CopyFrom(random_rules.facts(random))
    record.resource_id = record.facts.resource_id = ids.new("po")
    if not record.facts.HasField("time"):
        record.facts.time.FromDatetime(datetime(2026, 11, 20, tzinfo=UTC))
    record.create_time.FromDatetime(record.facts.time.ToDatetime(UTC) + timedelta(seconds=random.random()))
    if random.random() < 0.05:
        record.candidates.add(connection_id=CONNECTIONS[0], provider="a")  # it follows what it belongs to
    else:
        _ruled_or_routed(random, record)
    deciding.decide(record)
    return record


def _ruled_or_routed(random: Random, record: RouteDecision) -> None:
    rules = random_rules.rules(random, random.randrange(8))
    for rule in rules:
        _act(random, rule)
    record.policy_version = int(bool(rules))
    index = Compiled(rules).match(record.facts)
    named: list[str] = []
    if index is not None:
        record.rule_number = index + 1
        record.rule.CopyFrom(rules[index])
        named = [each.connection_id for each in record.rule.send.candidates]
        named += [record.rule.send.exposure.connection_id] if record.rule.send.HasField("exposure") else []
    elif random.random() < 0.9:
        route = _route(random)
        record.route.CopyFrom(route)
        if route.mode == route_pb2.ROUTE_MODE_ON:
            named = [route.primary_connection_id, route.standby_connection_id, route.exposure.connection_id]
    live = random.random() < 0.5
    record.candidates.extend(_candidate(random, each, live=live) for each in dict.fromkeys(filter(None, named)))


def _act(random: Random, rule: RoutingRule) -> None:
    if random.random() < 0.1:
        rule.off.CopyFrom(RoutingOff(mode=random.choice(OFF)))
        return
    chosen = random.sample(CONNECTIONS[:4], random.randrange(1, 4))
    send = RoutingSend(preference=random.choice(policy.RoutingPreference.values()))
    shares = [100 // len(chosen)] * len(chosen)
    shares[0] += 100 - sum(shares)
    for connection_id, percent in zip(chosen, shares, strict=True):
        cost = RoutingCost(fixed_minor=random.randrange(100)) if random.random() < 0.7 else None
        send.candidates.add(connection_id=connection_id, percent=percent, cost=cost)
    if random.random() < 0.4:
        send.exposure.CopyFrom(_exposure(random))
    rule.send.CopyFrom(send)


def _route(random: Random) -> Route:
    route = Route(route_id=ids.new("route"), mode=random.choice((route_pb2.ROUTE_MODE_ON,) * 6 + OFF))
    route.primary_connection_id = CONNECTIONS[0]
    if random.random() < 0.7:
        route.standby_connection_id = CONNECTIONS[1]
    if random.random() < 0.4:
        route.exposure.CopyFrom(_exposure(random))
    return route


def _exposure(random: Random) -> Exposure:
    stage = random.choice(route_pb2.ExposureStage.values()[1:])
    percent = random.randrange(1, 100) if stage == route_pb2.EXPOSURE_STAGE_PERCENT else 0
    return Exposure(connection_id=CONNECTIONS[5], stage=stage, percent=percent)


def _candidate(random: Random, connection_id: str, *, live: bool) -> RouteCandidate:
    found = RouteCandidate(connection_id=connection_id, provider=connection_id[-1], health=_health(random))
    if live:
        found.stage = random.choice(
            (provider_pb2.PROVIDER_STAGE_LIVE,) * 4 + tuple(provider_pb2.ProviderStage.values()[1:])
        )
    if random.random() < 0.1:
        found.lacks = "currency JPY"
    if random.random() < 0.1:
        found.held = "its credentials are refused"
    if random.random() < 0.5:
        found.cost_minor = random.randrange(100)
    if random.random() < 0.5:
        found.expected_time.FromDatetime(datetime(2026, 11, 20 + random.randrange(5), tzinfo=UTC))
    return found


def _health(random: Random) -> HealthSeen:
    seen = HealthSeen(breaker=random.choice((health.BREAKER_STATE_CLOSED,) * 3 + tuple(health.BreakerState.values())))
    if seen.breaker == health.BREAKER_STATE_OPEN and random.random() < 0.8:
        seen.probe_time.FromDatetime(datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=random.randrange(700)))
    if seen.breaker == health.BREAKER_STATE_RECOVERING:
        seen.recovery_percent = random.choice((5, 25, 50))
    seen.failure_basis_points = random.choice((0, 0, 5_000))
    if random.random() < 0.5:
        seen.latency_p50.FromMilliseconds(random.randrange(1, 2_000))
    if random.random() < 0.2:
        seen.rate_limited_for.FromMilliseconds(random.randrange(1, 10_000))
    if random.random() < 0.2:
        seen.institution.institution_id = "COBADEFF"
        seen.institution.level = random.choice(health.InstitutionLevel.values())
    return seen


def many(first: int, count: int) -> Iterator[RouteDecision]:
    """So many decisions, from a seed on."""
    return (decided(seed) for seed in range(first, first + count))
