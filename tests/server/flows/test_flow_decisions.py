"""Every try, and everything that is not sent, leaves the decision by which it came about; each can be explained."""

from collections.abc import Sequence

from adapters.kit.simulator import Fault
from corridor.operations.v1.work_item_pb2 import WORK_ITEM_KIND_MISCONFIGURED, WORK_ITEM_KIND_NO_ROUTE
from corridor.payouts.v1.payout_pb2 import PAYOUT_STATE_ACCEPTED, PAYOUT_STATE_SETTLED, Payout
from corridor.providers.v1 import route_pb2, route_service_pb2
from corridor.providers.v1.route_pb2 import Exposure
from corridor.routing.v1 import route_decision_service_pb2 as api
from corridor.routing.v1 import routing_service_pb2
from corridor.routing.v1.route_decision_pb2 import (
    ROUTE_CHOICE_ASK_PERSON,
    ROUTE_CHOICE_FOLLOW,
    ROUTE_CHOICE_QUEUE,
    ROUTE_CHOICE_SEND,
    ROUTE_REJECTION_HELD,
    ROUTE_REJECTION_TURN_PASSED,
    RouteDecision,
)
from corridor.routing.v1.routing_policy_pb2 import (
    RoutingCandidate,
    RoutingCondition,
    RoutingOff,
    RoutingRule,
    RoutingSend,
)
from corridor.type.v1.customer_pb2 import Customer
from corridor.type.v1.rail_pb2 import RAIL_SEPA
from corridor.type.v1.timeline_pb2 import TIMELINE_KIND_ROUTE_DECISION
from server.platform.routing.deciding import TRIES_BEFORE_STANDBY
from server.store.attempts import Outcome
from tests.server import people
from tests.server.flows.stage import QUEUE, WORK_ITEM, Stage, Vendor
from tests.serving import until

EUROS = [(12_50, "EUR")]


def decisions(flow: Stage, resource_id: str) -> list[RouteDecision]:
    """The decisions about something, the first one first."""
    request = api.ListRouteDecisionsRequest(resource_id=resource_id, page_size=250)
    listed = flow.client.call("RouteDecisionService/ListRouteDecisions", request).route_decisions
    return list(reversed(listed))


def explained(flow: Stage, decision: RouteDecision) -> api.ExplainRouteResponse:
    """A decision as it is explained."""
    request = api.ExplainRouteRequest(route_decision_id=decision.route_decision_id)
    found: api.ExplainRouteResponse = flow.client.call("RouteDecisionService/ExplainRoute", request)
    return found


def policy(flow: Stage, *rules: RoutingRule, domain: str = "payouts", base: int = 0) -> None:
    """New rules, that decide at once."""
    request = routing_service_pb2.CreateRoutingPolicyRequest(domain=domain, rules=rules, base_version=base)
    flow.client.call("RoutingService/CreateRoutingPolicy", request, key=people.new_key())


def sends(name: str, *vendors: Vendor, when: RoutingCondition | None = None) -> RoutingRule:
    """A rule that sends over vendors."""
    named = [RoutingCandidate(connection_id=vendor.connection_id) for vendor in vendors]
    return RoutingRule(name=name, when=when, send=RoutingSend(candidates=named))


def over(flow: Stage, made: Payout, choice: int = ROUTE_CHOICE_SEND) -> Sequence[str]:
    """The connections of all decisions of a choice."""
    return [each.connection_id for each in decisions(flow, made.payout_id) if each.choice == choice]


def test_a_payout_that_is_sent_has_the_decision_of_its_attempt(flow: Stage) -> None:
    vendor = flow.vendor()
    flow.route(vendor)

    made = flow.reaches(flow.pay(rail=RAIL_SEPA), PAYOUT_STATE_SETTLED)

    (decision,) = decisions(flow, made.payout_id)
    (attempt,) = [entry.record_id for entry in flow.timeline(made) if entry.summary == "create_payout"]
    assert (ROUTE_CHOICE_SEND, vendor.connection_id, attempt) == (
        decision.choice, decision.connection_id, decision.attempt_id
    )  # fmt: skip
    assert ("create_payout", 1, made.payout_id) == (decision.operation, decision.tries, decision.resource_id)
    assert (12_50, "EUR", RAIL_SEPA) == (
        decision.facts.amount.amount_minor, decision.facts.amount.currency_code, decision.facts.rail
    )  # fmt: skip


def test_what_the_caller_tells_of_the_customer_and_what_the_account_tells_of_the_bank_are_facts(flow: Stage) -> None:
    vendor = flow.vendor()
    flow.route(vendor)
    customer = Customer(customer_id="c-1", segment="retail", risk_score=7)

    made = flow.reaches(flow.pay(customer=customer), PAYOUT_STATE_SETTLED)

    facts = decisions(flow, made.payout_id)[0].facts
    assert (customer, "DE", "COBADEFF") == (made.customer, made.country_code, made.institution_id)
    assert ("c-1", "retail", 7) == (facts.customer_id, facts.segment, facts.risk_score)
    assert ("DE", "COBADEFF") == (facts.country_code, facts.institution_id)


def test_each_try_has_a_decision_and_the_standby_has_its_turn(flow: Stage) -> None:
    primary, standby = flow.vendor(), flow.vendor()
    flow.route(primary, standby)
    primary.simulator.fault(Fault("refuse"), times=TRIES_BEFORE_STANDBY)

    made = flow.reaches(flow.pay(), PAYOUT_STATE_SETTLED)

    assert [primary.connection_id] * TRIES_BEFORE_STANDBY + [standby.connection_id] == over(flow, made)
    last = decisions(flow, made.payout_id)[-1]
    assert ROUTE_REJECTION_TURN_PASSED == last.candidates[0].rejection
    summaries = [each.summary for each in flow.timeline(made) if each.kind == TIMELINE_KIND_ROUTE_DECISION]
    assert "routed to sandbox" == summaries[0]
    assert summaries[-1].startswith("routed to sandbox, the 2nd (sandbox: ")


def test_the_first_rule_that_holds_decides_before_the_route(flow: Stage) -> None:
    usual, large = flow.vendor(), flow.vendor()
    flow.route(usual)
    big = RoutingCondition(currency_codes=["EUR"], amount_at_least_minor=100_00)
    policy(flow, sends("large", large, when=big))

    small, great = flow.pay(99_99), flow.pay(100_00)

    flow.reaches(small, PAYOUT_STATE_SETTLED)
    flow.reaches(great, PAYOUT_STATE_SETTLED)
    assert ([usual.connection_id], [large.connection_id]) == (over(flow, small), over(flow, great))
    (by_route,), (by_rule,) = decisions(flow, small.payout_id), decisions(flow, great.payout_id)
    assert (1, 0, "") == (by_route.policy_version, by_route.rule_number, by_route.rule.name)
    assert (1, 1, "large", False) == (
        by_rule.policy_version, by_rule.rule_number, by_rule.rule.name, by_rule.HasField("route")
    )  # fmt: skip


def test_a_rule_that_is_off_keeps_payouts_until_other_rules_decide(flow: Stage) -> None:
    vendor = flow.vendor()
    flow.route(vendor)
    policy(flow, RoutingRule(name="stop", off=RoutingOff(mode=route_pb2.ROUTE_MODE_QUEUE)))
    made = flow.pay()
    until(lambda: over(flow, made, ROUTE_CHOICE_QUEUE))
    before = (flow.now(made).state, vendor.paid(made))

    policy(flow, base=1)
    flow.reaches(made, PAYOUT_STATE_SETTLED)

    assert (PAYOUT_STATE_ACCEPTED, []) == before
    assert [ROUTE_CHOICE_QUEUE, ROUTE_CHOICE_SEND] == [each.choice for each in decisions(flow, made.payout_id)]
    assert EUROS == vendor.paid(made)


def test_what_a_person_has_to_decide_has_a_decision_too(flow: Stage) -> None:
    vendor = flow.vendor()
    flow.route(vendor, mode=WORK_ITEM)
    made, nowhere = flow.pay(), flow.pay()

    flow.asked_for(made, WORK_ITEM_KIND_NO_ROUTE)
    flow.asked_for(nowhere, WORK_ITEM_KIND_NO_ROUTE)

    assert [ROUTE_CHOICE_ASK_PERSON] == [each.choice for each in decisions(flow, made.payout_id)]


def test_refused_credentials_pass_a_connection_over_in_rules_until_it_is_released(flow: Stage) -> None:
    refused, other = flow.vendor(credentials={"api_key": "revoked_key"}), flow.vendor()
    policy(flow, sends("both", refused, other))

    made = flow.reaches(flow.pay(), PAYOUT_STATE_SETTLED)
    flow.asked_for(made, WORK_ITEM_KIND_MISCONFIGURED)
    later = flow.reaches(flow.pay(), PAYOUT_STATE_SETTLED)

    outcomes = [(refused.connection_id, Outcome.MISCONFIGURED), (other.connection_id, Outcome.ANSWERED)]
    assert outcomes == flow.attempts(made)
    assert [other.connection_id] == over(flow, later)
    assert ROUTE_REJECTION_HELD == decisions(flow, later.payout_id)[0].candidates[0].rejection
    flow.rotate(refused)
    after = flow.reaches(flow.pay(), PAYOUT_STATE_SETTLED)
    assert [refused.connection_id] == over(flow, after)


def test_work_that_only_a_held_connection_can_take_waits_and_is_tried_again_when_it_is_released(flow: Stage) -> None:
    vendor = flow.vendor(credentials={"api_key": "revoked_key"})
    policy(flow, sends("one", vendor))
    made = flow.pay()
    until(lambda: over(flow, made, ROUTE_CHOICE_QUEUE))
    request = route_service_pb2.ReleaseConnectionRequest(connection_id=vendor.connection_id)

    released = flow.client.call("RouteService/ReleaseConnection", request).released
    until(lambda: flow.outcomes(made) == [Outcome.MISCONFIGURED] * 2)
    flow.rotate(vendor)

    assert released
    assert EUROS == vendor.paid(flow.reaches(made, PAYOUT_STATE_SETTLED))
    assert not flow.client.call("RouteService/ReleaseConnection", request).released


def test_a_route_shows_which_of_its_connections_are_held(flow: Stage) -> None:
    vendor = flow.vendor(credentials={"api_key": "revoked_key"})
    flow.route(vendor)
    flow.pay()
    until(lambda: flow.modes() == [QUEUE])

    (route,) = flow.client.call("RouteService/ListRoutes", route_service_pb2.ListRoutesRequest()).routes
    flow.route(vendor)
    (after,) = flow.client.call("RouteService/ListRoutes", route_service_pb2.ListRoutesRequest()).routes

    assert [vendor.connection_id] == list(route.held_connection_ids)
    assert [] == list(after.held_connection_ids)


def test_a_share_of_customers_goes_over_the_connection_that_is_taken_into_use(flow: Stage) -> None:
    usual, new = flow.vendor(), flow.vendor()
    exposure = Exposure(connection_id=new.connection_id, stage=route_pb2.EXPOSURE_STAGE_PERCENT, percent=50)
    request = route_service_pb2.SetRouteRequest(
        domain="payouts", mode=route_pb2.ROUTE_MODE_ON, primary_connection_id=usual.connection_id, exposure=exposure
    )
    route = flow.client.call("RouteService/SetRoute", request).route

    made = [flow.pay(customer=Customer(customer_id=f"c-{number % 8}")) for number in range(16)]
    for each in made:
        flow.reaches(each, PAYOUT_STATE_SETTLED)

    assert exposure == route.exposure
    went = [over(flow, each)[0] for each in made]
    assert {usual.connection_id, new.connection_id} == set(went)
    assert went[:8] == went[8:]  # the same customer, the same way


def test_what_is_decided_is_explained_by_its_record_alone(flow: Stage) -> None:
    primary, standby = flow.vendor(), flow.vendor()
    flow.route(primary, standby)
    policy(flow, sends("retail", primary, standby, when=RoutingCondition(segments=["retail"], customer_ids=["a", "b"])))
    primary.simulator.fault(Fault("refuse"), times=TRIES_BEFORE_STANDBY)

    made = flow.reaches(flow.pay(customer=Customer(customer_id="b", segment="retail")), PAYOUT_STATE_SETTLED)

    found = [explained(flow, each) for each in decisions(flow, made.payout_id)]
    assert [True] * (TRIES_BEFORE_STANDBY + 1) == [each.same for each in found]
    assert ["b"] == list(found[0].recorded.rule.when.customer_ids)  # and nobody else's
    said = " ".join(found[-1].sentences)
    assert "Rule 1, retail, of version 1 is the first that holds: the segment is retail, the customer is b." in said
    assert f"({primary.connection_id}), the 1st" in said
    assert "It was passed over: it was tried and did nothing." in said


def test_what_is_done_with_a_payout_that_is_sent_follows_it(flow: Stage) -> None:
    vendor = flow.vendor(webhooks=False)
    flow.route(vendor)
    vendor.simulator.fault(Fault("reset"), "create_transfer")

    made = flow.reaches(flow.pay(), PAYOUT_STATE_SETTLED)

    first, again = decisions(flow, made.payout_id)
    assert [ROUTE_CHOICE_SEND, ROUTE_CHOICE_FOLLOW] == [first.choice, again.choice]
    assert (vendor.connection_id, True) == (again.connection_id, explained(flow, again).same)
    assert EUROS == vendor.paid(made)
