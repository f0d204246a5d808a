"""Four eyes: a call waits, somebody else decides, and it runs once, as its maker, under its key."""

from corridor.access.v1 import api_key_pb2, api_key_service_pb2
from corridor.approvals.v1 import approval_pb2 as pb
from corridor.approvals.v1 import approval_service_pb2 as api
from corridor.payouts.v1 import payout_service_pb2 as payouts
from tests.server import people
from tests.server.approvals.office import CREATE_PAYOUT, Office, above, reason, rule

CREATE = "PayoutService/CreatePayout"


def test_a_call_under_a_rule_waits_and_nothing_is_done(office: Office) -> None:
    office.put(rule(amount_above=above(10_000_00)))

    waiting = office.now(office.asked(office.payout(10_000_01), key="big"))

    assert (pb.APPROVAL_STATE_PENDING, CREATE_PAYOUT, "payout.create") == (
        waiting.state, waiting.method, waiting.action,
    )  # fmt: skip
    assert [] == office.payouts()


def test_an_approved_call_runs_and_its_key_gives_its_answer(office: Office) -> None:
    office.put(rule())
    request = office.payout(12_50, reference="invoice 7")
    waiting = office.asked(request, key="one")

    office.approve(waiting)
    ran = office.reaches(waiting, pb.APPROVAL_STATE_EXECUTED)
    first, second = (office.maker.call(CREATE, request, key="one").payout for _ in range(2))

    assert (first, "true") == (second, office.maker.trailers["idempotent-replayed"])
    assert [(ran.resource_id, 12_50, "invoice 7")] == [
        (made.payout_id, made.amount.amount_minor, made.reference) for made in office.payouts()
    ]
    assert ran.resource_id == first.payout_id


def test_the_same_call_tells_how_it_stands(office: Office) -> None:
    office.put(rule())
    request = office.payout()

    first, second = office.asked(request, key="one"), office.asked(request, key="one")

    assert first == second
    assert "/v1/approvals/" + first == office.maker.trailers["location"]


def test_another_request_with_the_key_is_refused_by_its_fields(office: Office) -> None:
    office.put(rule())
    office.asked(office.payout(), key="one")

    refusal = people.refused(office.maker, CREATE, office.payout(13_00), key="one")

    assert ("IDEMPOTENCY_KEY_REUSED", {"amount.amount_minor", "beneficiary_id"}) == (
        refusal.reason, set(refusal.fields),
    )  # fmt: skip


def test_a_rejected_call_is_not_done_and_says_why(office: Office) -> None:
    office.put(rule())
    request = office.payout()
    waiting = office.asked(request, key="one")

    rejected = office.reject(waiting, reason="wrong beneficiary")

    assert (pb.APPROVAL_STATE_REJECTED, "wrong beneficiary") == (rejected.state, rejected.decisions[0].reason)
    assert ("APPROVAL_REJECTED", []) == (reason(office.maker, CREATE, request, key="one"), office.payouts())
    assert ["approval.requested", "approval.rejected"] == office.events(waiting)


def test_nobody_approves_their_own_call(office: Office) -> None:
    office.put(rule())
    waiting = office.asked(office.payout(), key="one")

    for verb in ("Approve", "Reject"):
        request = getattr(api, f"{verb}ApprovalRequest")(approval_id=waiting, reason="mine")
        assert "APPROVAL_OWN_REQUEST" == reason(office.maker, f"ApprovalService/{verb}Approval", request)


def test_a_key_that_the_maker_made_is_the_makers_hand(office: Office) -> None:
    office.put(rule())
    new = api_key_service_pb2.CreateApiKeyRequest(title="second hand", scopes=["approvals:decide", "approvals:read"])
    made = office.maker.call("ApiKeyService/CreateApiKey", new, key="key")
    second = type(office.maker)(office.corridor.address, made.secret)
    waiting = office.asked(office.payout(), key="one")

    request = api.ApproveApprovalRequest(approval_id=waiting, reason="fine")

    assert "APPROVAL_OWN_REQUEST" == reason(second, "ApprovalService/ApproveApproval", request)


def test_two_approvals_are_of_two_people(office: Office) -> None:
    office.put(rule(approvals_needed=2))
    waiting = office.asked(office.payout(), key="one")

    first = office.approve(waiting)
    twice = reason(
        office.checker,
        "ApprovalService/ApproveApproval",
        api.ApproveApprovalRequest(approval_id=waiting, reason="fine"),
    )
    assert (pb.APPROVAL_STATE_PENDING, "TRANSITION_NOT_ALLOWED", []) == (first.state, twice, office.payouts())
    office.approve(waiting, office.third)
    office.reaches(waiting, pb.APPROVAL_STATE_EXECUTED)

    assert 1 == len(office.payouts())
    assert ["approval.requested", "approval.approved", "approval.executed"] == office.events(waiting)


def test_deciding_needs_its_scope(office: Office) -> None:
    office.put(rule())
    waiting = office.asked(office.payout(), key="one")
    reader = office.corridor.client(office.company_id, scopes=["approvals:read", "payouts:create"])

    request = api.ApproveApprovalRequest(approval_id=waiting, reason="fine")

    assert "PERMISSION_DENIED" == reason(reader, "ApprovalService/ApproveApproval", request)


def test_a_rule_can_ask_for_a_role_that_no_key_has(office: Office) -> None:
    office.put(rule(decider_role=4))
    waiting = office.asked(office.payout(), key="one")

    request = api.ApproveApprovalRequest(approval_id=waiting, reason="fine")

    assert "PERMISSION_DENIED" == reason(office.checker, "ApprovalService/ApproveApproval", request)


def test_what_was_decided_is_not_decided_again(office: Office) -> None:
    office.put(rule())
    waiting = office.asked(office.payout(), key="one")
    office.reject(waiting)

    request = api.ApproveApprovalRequest(approval_id=waiting, reason="fine")

    assert "TRANSITION_NOT_ALLOWED" == reason(office.third, "ApprovalService/ApproveApproval", request)


def test_a_maker_takes_a_call_back_and_nobody_else_does(office: Office) -> None:
    office.put(rule())
    request = office.payout()
    waiting = office.asked(request, key="one")
    named = api.CancelApprovalRequest(approval_id=waiting)

    assert "PERMISSION_DENIED" == reason(office.checker, "ApprovalService/CancelApproval", named)
    taken_back = office.maker.call("ApprovalService/CancelApproval", named).approval

    assert pb.APPROVAL_STATE_CANCELLED == taken_back.state
    assert "APPROVAL_REJECTED" == reason(office.maker, CREATE, request, key="one")
    approve = api.ApproveApprovalRequest(approval_id=waiting, reason="fine")
    assert "TRANSITION_NOT_ALLOWED" == reason(office.checker, "ApprovalService/ApproveApproval", approve)


def test_a_call_that_fails_when_it_runs_says_so_ever_after(office: Office) -> None:
    office.put(rule())
    request = office.payout()
    people.hold_above(office.checker, 1, refuse=1)
    waiting = office.asked(request, key="one")

    office.approve(waiting)
    failed = office.reaches(waiting, pb.APPROVAL_STATE_FAILED)

    assert "AMOUNT_ABOVE_LIMIT" == failed.failure_reason
    assert ["AMOUNT_ABOVE_LIMIT"] * 2 == [reason(office.maker, CREATE, request, key="one") for _ in range(2)]


def test_a_revoked_requesters_call_does_not_run(office: Office) -> None:
    office.put(rule())
    request = office.payout()
    waiting = office.asked(request, key="one")
    listed = office.checker.call("ApiKeyService/ListApiKeys", api_key_service_pb2.ListApiKeysRequest()).api_keys
    key = next(key for key in listed if office.maker.key.startswith(key.prefix))
    revoke = api_key_service_pb2.RevokeApiKeyRequest(api_key_id=key.api_key_id)
    revoked = office.checker.call("ApiKeyService/RevokeApiKey", revoke).api_key

    office.approve(waiting)
    failed = office.reaches(waiting, pb.APPROVAL_STATE_FAILED)

    assert api_key_pb2.API_KEY_STATE_REVOKED == revoked.state
    assert ("PERMISSION_DENIED", []) == (failed.failure_reason, list(
        office.checker.call("PayoutService/ListPayouts", payouts.ListPayoutsRequest()).payouts
    ))  # fmt: skip


def test_a_call_without_a_key_gets_the_approvals_id_as_its_key(office: Office) -> None:
    office.put(rule("corridor.payouts.v1.PayoutService.UpdatePayoutSettings"))
    request = payouts.UpdatePayoutSettingsRequest()
    request.settings.limits.add(currency_code="EUR", hold_above_minor=1)
    waiting = office.asked(request, "PayoutService/UpdatePayoutSettings")

    office.approve(waiting)
    office.reaches(waiting, pb.APPROVAL_STATE_EXECUTED)
    answered = office.maker.call("PayoutService/UpdatePayoutSettings", request, key=waiting)

    assert request.settings.limits == answered.settings.limits
    assert 1 == len(office.checker.call("PayoutService/GetPayoutSettings", payouts.GetPayoutSettingsRequest())
                    .settings.limits)  # fmt: skip
