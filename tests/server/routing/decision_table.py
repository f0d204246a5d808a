"""Decisions to be tried in tables: candidates in every state of health, by rules and by routes."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from corridor.providers.v1 import provider_health_pb2 as health
from corridor.providers.v1 import provider_pb2, route_pb2
from corridor.providers.v1.provider_health_pb2 import HealthSeen
from corridor.providers.v1.route_pb2 import Exposure, Route
from corridor.routing.v1 import route_decision_pb2 as decision
from corridor.routing.v1.route_decision_pb2 import RouteCandidate, RouteDecision
from corridor.routing.v1.routing_policy_pb2 import RoutingRule, RoutingSend
from server.platform.routing import deciding

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
A, B, C, D = "conn_a", "conn_b", "conn_c", "conn_d"

SEND, QUEUE = decision.ROUTE_CHOICE_SEND, decision.ROUTE_CHOICE_QUEUE
ASK, LATER, FOLLOW = decision.ROUTE_CHOICE_ASK_PERSON, decision.ROUTE_CHOICE_LATER, decision.ROUTE_CHOICE_FOLLOW
NO_REJECTION = decision.ROUTE_REJECTION_UNSPECIFIED
STAGE, COVERAGE, HELD = (
    decision.ROUTE_REJECTION_STAGE, decision.ROUTE_REJECTION_COVERAGE, decision.ROUTE_REJECTION_HELD,
)  # fmt: skip
OPEN, RECOVERING = decision.ROUTE_REJECTION_BREAKER_OPEN, decision.ROUTE_REJECTION_RECOVERING
LIMITED, DOWN = decision.ROUTE_REJECTION_RATE_LIMITED, decision.ROUTE_REJECTION_INSTITUTION_DOWN
TURN_PASSED, NOT_EXPOSED = decision.ROUTE_REJECTION_TURN_PASSED, decision.ROUTE_REJECTION_NOT_EXPOSED

INTAKE, SHADOW_STAGE, PARTIAL, LIVE, RETIRING = (
    provider_pb2.PROVIDER_STAGE_INTAKE, provider_pb2.PROVIDER_STAGE_SHADOW, provider_pb2.PROVIDER_STAGE_PARTIAL,
    provider_pb2.PROVIDER_STAGE_LIVE, provider_pb2.PROVIDER_STAGE_RETIRING,
)  # fmt: skip

WELL = HealthSeen()
BROKEN = HealthSeen(breaker=health.BREAKER_STATE_OPEN)
BROKEN.probe_time.FromDatetime(NOW + timedelta(seconds=30))
TO_BE_PROBED = HealthSeen(breaker=health.BREAKER_STATE_HALF_OPEN)
BUSY = HealthSeen()
BUSY.rate_limited_for.FromTimedelta(timedelta(seconds=9))
SOON = HealthSeen()
SOON.rate_limited_for.FromTimedelta(timedelta(seconds=1))
UNREACHED, SLOW = HealthSeen(), HealthSeen()
UNREACHED.institution.level = health.INSTITUTION_LEVEL_DOWN
SLOW.institution.level = health.INSTITUTION_LEVEL_DEGRADED


def recovering(percent: int) -> HealthSeen:
    return HealthSeen(breaker=health.BREAKER_STATE_RECOVERING, recovery_percent=percent)


def candidate(
    connection_id: str, seen: HealthSeen = WELL, *, stage: int = 0, lacks: str = "", held: str = ""
) -> RouteCandidate:
    return RouteCandidate(
        connection_id=connection_id, provider=connection_id[-1], health=seen, stage=stage, lacks=lacks, held=held
    )


def ruled(
    *candidates: RouteCandidate,
    preference: int = 0,
    percents: Sequence[int] = (),
    exposure: Exposure | None = None,
    customer_id: str = "",
    tries: int = 1,
) -> RouteDecision:
    """A decision by a rule that names the candidates; the one that is exposed is named beside them."""
    named = [each for each in candidates if exposure is None or each.connection_id != exposure.connection_id]
    send = RoutingSend(preference=preference, exposure=exposure)
    for index, each in enumerate(named):
        send.candidates.add(connection_id=each.connection_id, percent=percents[index] if percents else 0)
    record = RouteDecision(
        resource_id="po_1", rule=RoutingRule(name="all", send=send), rule_number=1, tries=tries, candidates=candidates
    )
    record.facts.domain, record.facts.resource_id, record.facts.customer_id = "payouts", "po_1", customer_id
    return _timed(record)


def routed(*candidates: RouteCandidate, mode: int = route_pb2.ROUTE_MODE_ON, tries: int = 1) -> RouteDecision:
    """A decision by a route with a primary and a standby."""
    route = Route(mode=mode, primary_connection_id=A, standby_connection_id=B)
    return _timed(RouteDecision(route=route, tries=tries, candidates=candidates))


def _timed(record: RouteDecision) -> RouteDecision:
    record.facts.time.FromDatetime(NOW)
    record.create_time.FromDatetime(NOW)
    return record


def decided(record: RouteDecision) -> RouteDecision:
    """The decision, after it came out the same when everything that came out was cleared."""
    deciding.decide(record)
    again = RouteDecision()
    again.CopyFrom(record)
    deciding.clear(again)
    assert (0, "", "", "") == (again.choice, again.connection_id, again.why, again.shadow_connection_id)
    deciding.decide(again)
    assert record == again
    assert record.why.endswith(".")
    return record


def outcome(record: RouteDecision) -> tuple[int, str]:
    decided(record)
    return record.choice, record.connection_id


def rejections(record: RouteDecision) -> list[int]:
    return [each.rejection for each in decided(record).candidates]
