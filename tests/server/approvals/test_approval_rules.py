"""Rules: which calls wait, which rules make sense, and what changes when they do."""

import pytest

from corridor.approvals.v1 import approval_pb2 as pb
from corridor.approvals.v1 import approval_service_pb2 as api
from corridor.options.v1 import method_pb2
from corridor.payouts.v1.payout_pb2 import PAYOUT_STATE_ACCEPTED
from corridor.routing.v1.routing_service_pb2 import CreateRoutingPolicyRequest
from tests.server.approvals.office import Office, above, reason, rule
from tests.serving import Refused

CREATE = "PayoutService/CreatePayout"


def test_a_call_under_no_rule_runs_at_once(office: Office) -> None:
    office.put(rule(amount_above=above(10_000_00)))

    made = office.maker.call(CREATE, office.payout(10_000_00), key="small").payout

    assert PAYOUT_STATE_ACCEPTED == made.state


def test_a_replay_wins_over_a_rule_that_came_later(office: Office) -> None:
    request = office.payout()
    made = office.maker.call(CREATE, request, key="one").payout
    office.put(rule())

    assert made == office.maker.call(CREATE, request, key="one").payout


def test_an_approval_outlives_the_rule_that_asked_for_it(office: Office) -> None:
    office.put(rule())
    request = office.payout()
    waiting = office.asked(request, key="one")
    office.put()

    assert waiting == office.asked(request, key="one")
    assert PAYOUT_STATE_ACCEPTED == office.maker.call(CREATE, request, key="two").payout.state


def test_what_is_only_checked_does_not_wait(office: Office) -> None:
    office.put(rule(method="corridor.routing.v1.RoutingService.CreateRoutingPolicy"))
    request = CreateRoutingPolicyRequest(domain="payouts")

    assert "APPROVAL_PENDING" == reason(office.maker, "RoutingService/CreateRoutingPolicy", request, key="made")
    request.validate_only = True
    assert "payouts" == office.maker.call("RoutingService/CreateRoutingPolicy", request).routing_policy.domain


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"method": "corridor.payouts.v1.PayoutService.GetPayout"}, "method"),
        ({"method": "corridor.payouts.v1.PayoutService.Nothing"}, "method"),
        ({"method": "corridor.approvals.v1.ApprovalService.ApproveApproval"}, "method"),
        ({"method": "corridor.webhooks.v1.InboundDeliveryService.ReceiveInboundDelivery"}, "method"),
        ({"amount_above": above(1, field_path="reference")}, "amount_above.field_path"),
        ({"amount_above": above(1, field_path="amount.amount_minor")}, "amount_above.field_path"),
        ({"caller_scope": "payouts:invent"}, "caller_scope"),
        ({"approvals_needed": 4}, "approvals_needed"),
    ],
)
def test_a_rule_that_cannot_be_followed_is_refused(office: Office, wrong: dict[str, object], field: str) -> None:
    with pytest.raises(Refused) as refusal:
        office.put(rule(), rule(**wrong))

    assert ("INVALID_ARGUMENT", [f"policy.rules[1].{field}"]) == (refusal.value.reason, refusal.value.fields)


@pytest.mark.parametrize(
    ("condition", "waits"),
    [
        ({"caller_kinds": [method_pb2.CALLER_KIND_API_KEY]}, True),
        ({"caller_kinds": [method_pb2.CALLER_KIND_USER]}, False),
        ({"caller_scope": "payouts:create"}, True),
        ({"caller_roles": [1]}, False),
        ({"amount_above": above(12_49)}, True),
        ({"amount_above": above(12_50)}, False),
        ({"amount_above": above(1, "USD")}, False),
    ],
)
def test_a_call_waits_when_every_condition_holds(office: Office, condition: dict[str, object], waits: bool) -> None:
    office.put(rule(**condition))
    request = office.payout(12_50)

    if waits:
        office.asked(request, key="one")
    else:
        assert PAYOUT_STATE_ACCEPTED == office.maker.call(CREATE, request, key="one").payout.state


def test_the_first_rule_that_matches_counts(office: Office) -> None:
    office.put(rule(amount_above=above(100_00), approvals_needed=3), rule(amount_above=above(10_00)))

    assert 1 == office.now(office.asked(office.payout(50_00), key="one")).approvals_needed
    assert 3 == office.now(office.asked(office.payout(500_00), key="two")).approvals_needed


def test_the_rules_themselves_can_be_under_approval(office: Office) -> None:
    office.put(rule("corridor.approvals.v1.ApprovalService.UpdateApprovalPolicy"))
    request = api.UpdateApprovalPolicyRequest()
    request.policy.SetInParent()
    waiting = office.asked(request, "ApprovalService/UpdateApprovalPolicy", key="one")
    assert 1 == len(
        office.checker.call("ApprovalService/GetApprovalPolicy", api.GetApprovalPolicyRequest()).policy.rules
    )

    office.approve(waiting)
    office.reaches(waiting, pb.APPROVAL_STATE_EXECUTED)

    assert [] == list(
        office.checker.call("ApprovalService/GetApprovalPolicy", api.GetApprovalPolicyRequest()).policy.rules
    )


def test_rules_that_were_replaced_meanwhile_are_not_overwritten(office: Office) -> None:
    before = office.put(rule())
    office.put(rule(), rule())
    request = api.UpdateApprovalPolicyRequest(policy=before)

    assert "STATE_CONFLICT" == reason(office.checker, "ApprovalService/UpdateApprovalPolicy", request)
