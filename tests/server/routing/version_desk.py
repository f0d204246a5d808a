"""Versions of rules in tests: what was told of them, and time that comes."""

from datetime import UTC, datetime, timedelta

from corridor.events.v1 import event_service_pb2 as events
from corridor.routing.v1 import routing_policy_pb2 as messages
from corridor.routing.v1 import routing_service_pb2 as api
from server.platform.routing.activating import Activating
from tests.serving import Client, Running

SCHEDULED, ACTIVE, SUPERSEDED, WITHDRAWN = (
    messages.ROUTING_POLICY_STATE_SCHEDULED,
    messages.ROUTING_POLICY_STATE_ACTIVE,
    messages.ROUTING_POLICY_STATE_SUPERSEDED,
    messages.ROUTING_POLICY_STATE_WITHDRAWN,
)
QUEUE = 2


def soon(**ahead: float) -> datetime:
    return datetime.now(UTC) + timedelta(**ahead)


def told(client: Client, policy: messages.RoutingPolicy) -> list[str]:
    """The types of the events about a version, in order."""
    found = client.call("EventService/ListEvents", events.ListEventsRequest(resource_id=policy.routing_policy_id))
    return [each.type for each in reversed(found.events)]


def withdraw(client: Client, policy: messages.RoutingPolicy) -> messages.RoutingPolicy:
    asked = api.WithdrawRoutingPolicyRequest(routing_policy_id=policy.routing_policy_id)
    found: messages.RoutingPolicy = client.call("RoutingService/WithdrawRoutingPolicy", asked).routing_policy
    return found


def activate(corridor: Running) -> None:
    """What the chore does."""
    Activating(corridor.parts.store, corridor.parts.routing.versions, corridor.parts.waker).run()


def come(corridor: Running, policy: messages.RoutingPolicy) -> None:
    """Let the time of a scheduled version come."""
    with corridor.parts.store.anyone() as connection:
        connection.execute("RESET ROLE")
        changed = connection.execute(
            "UPDATE corridor.routing_policies SET effective_time = now() - interval '1 second' "
            "WHERE routing_policy_id = %s", (policy.routing_policy_id,),
        ).rowcount  # fmt: skip
        connection.execute("SET ROLE corridor_app")
    assert 1 == changed
