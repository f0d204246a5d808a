"""The sentences of decisions, for the people who operate. They name rules and providers, and nobody's data."""

from collections.abc import Sequence
from functools import lru_cache

from corridor.providers.v1 import provider_health_pb2 as health
from corridor.routing.v1 import route_decision_pb2 as decision
from corridor.routing.v1.route_decision_pb2 import RouteCandidate, RouteDecision

REJECTIONS = {
    decision.ROUTE_REJECTION_STAGE: "its stage does not let it send in this place",
    decision.ROUTE_REJECTION_COVERAGE: "it does not cover this",
    decision.ROUTE_REJECTION_BREAKER_OPEN: "its breaker is open",
    decision.ROUTE_REJECTION_RECOVERING: "it recovers, and takes a share",
    decision.ROUTE_REJECTION_RATE_LIMITED: "its rate limit is used up",
    decision.ROUTE_REJECTION_INSTITUTION_DOWN: "it does not reach the institution",
    decision.ROUTE_REJECTION_TURN_PASSED: "it was tried and did nothing",
    decision.ROUTE_REJECTION_HELD: "its connection is held",
    decision.ROUTE_REJECTION_NOT_EXPOSED: "it is being taken into use, and this customer is not among its share",
}

_ENDINGS = {1: "st", 2: "nd", 3: "rd"}


@lru_cache(maxsize=100)
def ordinal(number: int) -> str:
    """`1st`, `2nd` and so on."""
    return f"{number}{'th' if 10 < number % 100 < 14 else _ENDINGS.get(number % 10, 'th')}"


def source(record: RouteDecision) -> str:
    """What decided."""
    return f"Rule {record.rule.name}" if record.HasField("rule") else "The route"


def sent(record: RouteDecision, chosen: RouteCandidate, ranked: Sequence[RouteCandidate]) -> str:
    """Over what it goes, and why not over those before."""
    rank = chosen.rank
    passed = _passed(ranked[: rank - 1]) if rank > 1 else ""
    return f"{source(record)} sends it over {chosen.provider}, the {ordinal(rank)} of {len(ranked)}{passed}."


def later(record: RouteDecision, ranked: Sequence[RouteCandidate]) -> str:
    """Why nothing can take it at the moment."""
    return f"Nothing can take it at the moment{_passed(ranked)}."


def nothing_covers(record: RouteDecision) -> str:
    """Why no candidate ever takes it."""
    lacks = sorted({each.lacks for each in record.candidates if each.lacks})
    named = f" ({', '.join(lacks)})" if lacks else ""
    return f"{source(record)} names nothing that covers it{named}; a person decides."


def queues(record: RouteDecision, ranked: Sequence[RouteCandidate]) -> str:
    """Why it waits until somebody changes something."""
    return f"{source(record)} can send nothing now{_passed(ranked)}; work waits for a change."


def weak(seen: health.HealthSeen) -> str:
    """Why another one is preferred to one that comes back."""
    if seen.breaker == health.BREAKER_STATE_RECOVERING:
        return f"It takes {seen.recovery_percent} percent while it recovers."
    return "It is being probed."


def _passed(candidates: Sequence[RouteCandidate]) -> str:
    told = [f"{each.provider}: {REJECTIONS[each.rejection]}" for each in candidates if each.rejection]
    return f" ({'; '.join(told)})" if told else ""
