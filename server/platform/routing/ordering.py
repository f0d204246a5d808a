"""In which order candidates are preferred, and who belongs to a share of customers. Pure; no I/O, no clock.

Rule: a share is a stable hash, so that a customer has the same answer each time, and nobody leaves a share that grows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from corridor.providers.v1 import route_pb2
from corridor.providers.v1.route_pb2 import Exposure, Route
from corridor.routing.v1 import routing_policy_pb2
from corridor.routing.v1.route_decision_pb2 import RouteCandidate, RouteDecision
from corridor.routing.v1.routing_facts_pb2 import RoutingFacts
from corridor.routing.v1.routing_policy_pb2 import RoutingSend

_LAST_TIME = datetime.max
_LAST_COST = 2**63


@dataclass(slots=True)  # frozen, each would take three times as long to make, and each decision makes one
class Order:
    """The candidates in order of preference, and what becomes of the connection that is being taken into use."""

    preferred: Sequence[RouteCandidate]
    exposed: str = ""
    """The connection that stands first because a share of customers, or everything, goes over it."""
    stage: int = 0
    """How far that one is taken into use: corridor.providers.v1.ExposureStage."""
    left_out: RouteCandidate | None = None
    """The connection that is being taken into use, and does not serve this customer."""
    shadow: RouteCandidate | None = None
    """The connection at which the same is tried without any effect."""


def position(*parts: str) -> int:
    """Where something stands in a share, from 0 to 9,999: the same each time for the same parts."""
    digest = blake2b("\x1f".join(parts).encode(), digest_size=8).digest()
    return int.from_bytes(digest) % 10_000


def in_share(percent: int, *parts: str) -> bool:
    """Whether something belongs to a share of so many percent."""
    return position(*parts) < percent * 100


def who(facts: RoutingFacts) -> str:
    """Whose share counts: the customer, or the resource for a customer of its own."""
    return facts.customer_id or facts.resource_id


def of(record: RouteDecision, decides: RoutingSend | Route, candidates: Sequence[RouteCandidate]) -> Order:
    """The order of a decision's candidates, by its rule, or by its route where no rule held."""
    exposure, taken = None, None
    if decides.HasField("exposure"):
        exposure = decides.exposure
        taken = next((each for each in candidates if each.connection_id == exposure.connection_id), None)
    # A record has them in the order in which rule or route name them, so that nothing has to be looked up.
    preferred = candidates
    if exposure is not None and taken is not None and not _names(decides, exposure.connection_id):
        preferred = [each for each in candidates if each is not taken]
    if isinstance(decides, RoutingSend) and (preference := decides.preference):
        preferred = _by_preference(record, preference, preferred)
    if exposure is None or taken is None:
        return Order(preferred)
    return _exposed(record.facts, preferred, exposure, taken)


def _names(decides: RoutingSend | Route, connection_id: str) -> bool:
    """Whether it could go over a connection even if that was not being taken into use."""
    if isinstance(decides, Route):
        return connection_id in (decides.primary_connection_id, decides.standby_connection_id)
    return any(each.connection_id == connection_id for each in decides.candidates)


def _exposed(
    facts: RoutingFacts, preferred: Sequence[RouteCandidate], exposure: Exposure, taken: RouteCandidate
) -> Order:
    stage, connection_id = exposure.stage, exposure.connection_id
    if stage == route_pb2.EXPOSURE_STAGE_SHADOW:
        return Order(preferred, shadow=taken)
    percent = {route_pb2.EXPOSURE_STAGE_FULL: 100, route_pb2.EXPOSURE_STAGE_PERCENT: exposure.percent}.get(stage)
    if percent is None:
        return Order(preferred)
    if percent == 100 or in_share(percent, "exposure", connection_id, who(facts)):
        others = [each for each in preferred if each.connection_id != connection_id]
        return Order([taken, *others], exposed=connection_id, stage=stage)
    beside = all(each.connection_id != connection_id for each in preferred)
    return Order(preferred, left_out=taken if beside else None)


def _by_preference(record: RouteDecision, preference: int, named: Sequence[RouteCandidate]) -> Sequence[RouteCandidate]:
    if preference == routing_policy_pb2.ROUTING_PREFERENCE_CHEAPEST:
        return sorted(named, key=lambda each: each.cost_minor if each.HasField("cost_minor") else _LAST_COST)
    if preference == routing_policy_pb2.ROUTING_PREFERENCE_FASTEST:
        return sorted(named, key=_speed)
    if preference == routing_policy_pb2.ROUTING_PREFERENCE_SPLIT:
        return _split(record, named)
    return named


def _speed(candidate: RouteCandidate) -> tuple[datetime, int]:
    """When it arrives, then how long half of its calls took; what is not known comes last."""
    arrives = candidate.expected_time.ToDatetime() if candidate.HasField("expected_time") else _LAST_TIME
    health = candidate.health
    return arrives, health.latency_p50.ToNanoseconds() if health.HasField("latency_p50") else _LAST_COST


def _split(record: RouteDecision, named: Sequence[RouteCandidate]) -> list[RouteCandidate]:
    percents = {each.connection_id: each.percent for each in record.rule.send.candidates}
    left = position("split", record.facts.domain, record.rule.name, who(record.facts))
    for index, candidate in enumerate(named):
        left -= percents[candidate.connection_id] * 100
        if left < 0:
            return [candidate, *named[:index], *named[index + 1 :]]
    return list(named)
