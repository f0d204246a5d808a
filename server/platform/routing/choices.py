"""What a decision means for whoever sends."""

from typing import NamedTuple

from corridor.routing.v1 import route_decision_pb2 as decision
from corridor.routing.v1.route_decision_pb2 import RouteDecision
from server.platform.providers.routing import AskPerson, Choice, Later, Use, Wait
from server.platform.routing import deciding


class Decided(NamedTuple):
    """A choice, and the record of how it came about."""

    choice: Choice
    record: RouteDecision


def choice_of(record: RouteDecision) -> Choice:
    """What to do, by what came out."""
    match record.choice:
        case decision.ROUTE_CHOICE_SEND | decision.ROUTE_CHOICE_FOLLOW:
            return Use(record.connection_id)
        case decision.ROUTE_CHOICE_QUEUE:
            return Wait(record.why)
        case decision.ROUTE_CHOICE_LATER:
            return Later(record.wait.ToNanoseconds() / 1e9, record.why)
        case _:
            return AskPerson(deciding.work_item_kind(record), record.why)
