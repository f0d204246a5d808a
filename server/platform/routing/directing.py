"""What comes out where a person chose the connection. Pure, from the record alone, as everything that is decided."""

from corridor.routing.v1 import route_decision_pb2 as decision
from corridor.routing.v1.route_decision_pb2 import RouteCandidate, RouteDecision
from server.platform.providers import stages

# How often the chosen one is tried while it does nothing, before the person is asked again.
TRIES_AT_MOST = 3


def direct(record: RouteDecision, candidate: RouteCandidate) -> None:
    """Fill in that it goes over the chosen connection, or why a person is asked again. Nothing else is tried."""
    candidate.rank = 1
    if candidate.stage not in (stages.ANY, *stages.STANDBY):
        candidate.rejection = decision.ROUTE_REJECTION_STAGE
        _ask(
            record, f"{candidate.provider}, which a person chose, is {stages.word(candidate.stage)} and sends nothing."
        )
    elif candidate.lacks:
        candidate.rejection = decision.ROUTE_REJECTION_COVERAGE
        _ask(record, f"{candidate.provider}, which a person chose, does not serve {candidate.lacks}.")
    elif record.tries > TRIES_AT_MOST:
        _ask(record, f"{candidate.provider}, which a person chose, did not take it in {record.tries - 1} tries.")
    else:
        record.connection_id, record.provider = candidate.connection_id, candidate.provider
        record.choice = decision.ROUTE_CHOICE_FOLLOW
        record.why = f"A person chose {candidate.provider}; it is certain that nothing happened before."


def _ask(record: RouteDecision, why: str) -> None:
    record.choice, record.why = decision.ROUTE_CHOICE_ASK_PERSON, why
