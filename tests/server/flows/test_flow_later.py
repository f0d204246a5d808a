"""What nothing can take now is decided again after a while: that counts as no try, and is kept once for each reason."""

import pytest

from corridor.operations.v1.work_item_pb2 import WORK_ITEM_KIND_EXHAUSTED
from corridor.payouts.v1.payout_pb2 import PAYOUT_STATE_ACCEPTED, PAYOUT_STATE_SETTLED
from corridor.providers.v1 import health_service_pb2 as health
from corridor.providers.v1.provider_health_pb2 import BREAKER_STATE_OPEN
from corridor.routing.v1 import route_decision_service_pb2 as api
from corridor.routing.v1.route_decision_pb2 import (
    ROUTE_CHOICE_LATER,
    ROUTE_CHOICE_SEND,
    ROUTE_REJECTION_BREAKER_OPEN,
    RouteDecision,
)
from server.platform.providers.gates import Destination
from server.store.attempts import Outcome
from tests.server import people
from tests.server.flows.stage import Stage, Vendor
from tests.server.health.processes import seen_by
from tests.serving import SANDBOX, until

EUROS = [(12_50, "EUR")]


def decisions(flow: Stage, resource_id: str) -> list[RouteDecision]:
    """The decisions about something, the first one first."""
    request = api.ListRouteDecisionsRequest(resource_id=resource_id)
    return list(reversed(flow.client.call("RouteDecisionService/ListRouteDecisions", request).route_decisions))


def cut_off(flow: Stage, vendor: Vendor) -> None:
    """Have nothing sent over a connection for an hour."""
    request = health.OpenBreakerRequest(connection_id=vendor.connection_id, reason="maintenance")
    flow.client.call("HealthService/OpenBreaker", request, key=people.new_key())


def let_through(flow: Stage, vendor: Vendor) -> None:
    """Have it used again."""
    request = health.CloseBreakerRequest(connection_id=vendor.connection_id)
    flow.client.call("HealthService/CloseBreaker", request, key=people.new_key())


def tries(flow: Stage, resource_id: str) -> int:
    """How often the work of a payout counts as tried."""
    with flow.corridor.parts.store.anyone() as connection:
        row = connection.execute(
            "SELECT tries FROM corridor.work WHERE resource_id = %s AND kind = 'payouts.dispatch' "
            "AND lease_time IS NULL", (resource_id,),
        ).fetchone()  # fmt: skip
    return int(row[0]) if row else -1


def test_what_waits_for_the_only_provider_is_kept_once_counts_no_try_and_goes_when_it_is_back(flow: Stage) -> None:
    vendor = flow.vendor()
    flow.route(vendor)
    cut_off(flow, vendor)
    until(lambda: opened(flow, vendor))
    made = flow.pay()

    until(lambda: decisions(flow, made.payout_id))
    for _ in range(20):
        flow.soon(lambda: tries(flow, made.payout_id) >= 0)
    before = [each.choice for each in decisions(flow, made.payout_id)]
    waiting = (flow.now(made).state, flow.attempts(made), tries(flow, made.payout_id))
    let_through(flow, vendor)
    settled = flow.reaches(made, PAYOUT_STATE_SETTLED)

    assert [ROUTE_CHOICE_LATER] == before
    assert (PAYOUT_STATE_ACCEPTED, []) == waiting[:2]
    assert waiting[2] <= 1
    assert [ROUTE_CHOICE_LATER, ROUTE_CHOICE_SEND] == [each.choice for each in decisions(flow, made.payout_id)]
    assert EUROS == vendor.paid(settled)
    assert WORK_ITEM_KIND_EXHAUSTED not in [kind for kind, _ in flow.items(made.payout_id)]


@pytest.mark.parametrize("order", ["primary", "standby"])
def test_traffic_moves_to_the_other_at_once_without_a_try_at_the_one_that_is_out(flow: Stage, order: str) -> None:
    out, other = flow.vendor(), flow.vendor()
    flow.route(out, other) if order == "primary" else flow.route(other, out)
    cut_off(flow, out)
    until(lambda: opened(flow, out))

    made = flow.reaches(flow.pay(), PAYOUT_STATE_SETTLED)

    assert [(other.connection_id, Outcome.ANSWERED)] == flow.attempts(made)
    (decision,) = decisions(flow, made.payout_id)
    rejected = [each.connection_id for each in decision.candidates if each.rejection == ROUTE_REJECTION_BREAKER_OPEN]
    assert [out.connection_id] == rejected


def opened(flow: Stage, vendor: Vendor) -> bool:
    """Whether the process has heard that a connection is out."""
    parts = flow.corridor.parts
    address = vendor.simulator.url
    to = Destination(flow.company_id, SANDBOX, vendor.connection_id, "sandbox", address, "create_payout")
    return seen_by(parts.health.view, to).breaker == BREAKER_STATE_OPEN
