"""What is shown, stored and recorded of calls that wait, and to whom."""

import json

from corridor.access.v1 import api_key_service_pb2
from corridor.approvals.v1 import approval_pb2 as pb
from corridor.approvals.v1 import approval_service_pb2 as api
from tests.server import people
from tests.server.approvals.office import CREATE_PAYOUT, Office, approval_id, reason, rule

CREATE = "PayoutService/CreatePayout"


def test_the_request_is_shown_without_what_is_sensitive(office: Office) -> None:
    office.put(rule())
    request = office.payout(12_50, reference="canary reference")

    shown = office.now(office.asked(request, key="one")).request_json

    assert {"currency_code": "EUR", "amount_minor": 12_50} == json.loads(shown)["amount"]
    assert "canary" not in shown


def test_nothing_of_the_request_is_stored_in_the_clear(office: Office) -> None:
    office.put(rule(title="canary title"))
    waiting = office.asked(office.payout(reference="canary reference"), key="one")
    office.reject(waiting, reason="canary reason")

    with people.rows(office.corridor, office.maker) as connection:
        rows = connection.execute(
            "SELECT to_jsonb(a)::text, request, caller, message FROM corridor.approvals a"
        ).fetchall()
        rows += connection.execute("SELECT to_jsonb(p)::text, message FROM corridor.approval_policies p").fetchall()

    assert 2 == len(rows)
    assert not [row for row in rows if any("canary" in (p if isinstance(p, str) else p.decode("latin-1")) for p in row)]


def test_who_asked_who_approved_and_what_ran_stand_in_the_audit(office: Office) -> None:
    office.put(rule())
    waiting = office.asked(office.payout(), key="one")
    office.approve(waiting, reason="checked the invoice")
    ran = office.reaches(waiting, pb.APPROVAL_STATE_EXECUTED)

    asked, decided = [entry for entry in office.audit(waiting) if entry.action in ("payout.create", "approval.approve")]
    (done,) = [entry for entry in office.audit(ran.resource_id) if entry.action == "payout.create"]

    assert ("payout.create", "APPROVAL_PENDING") == (asked.action, asked.reason)
    assert "approval.approve" == decided.action
    assert asked.caller_id == done.caller_id != decided.caller_id
    assert (waiting, waiting, waiting) == (asked.approval_id, decided.approval_id, done.approval_id)
    assert "checked the invoice" == office.now(waiting).decisions[0].reason


def test_another_companys_approval_is_not_there(office: Office) -> None:
    office.put(rule())
    waiting = office.asked(office.payout(), key="one")
    stranger = office.corridor.client()

    for verb in ("Get", "Approve", "Reject", "Cancel"):
        fields = {"approval_id": waiting} | ({"reason": "why"} if verb in ("Approve", "Reject") else {})
        request = getattr(api, f"{verb}ApprovalRequest")(**fields)
        assert "NOT_FOUND" == reason(stranger, f"ApprovalService/{verb}Approval", request), verb


def test_approvals_are_listed_by_state_and_method(office: Office) -> None:
    office.put(rule())
    first, second = office.asked(office.payout(), key="one"), office.asked(office.payout(), key="two")
    office.reject(first)

    def listed(**where: object) -> list[str]:
        request = api.ListApprovalsRequest(**where)  # type: ignore[arg-type] # filters of the request
        return [
            approval.approval_id for approval in office.checker.call("ApprovalService/ListApprovals", request).approvals
        ]

    assert [second, first] == listed(method=CREATE_PAYOUT)
    assert ([second], []) == (listed(states=[pb.APPROVAL_STATE_PENDING]), listed(method="corridor.x.v1.Y.Z"))


def test_a_secret_in_the_answer_is_shown_to_the_maker_only(office: Office) -> None:
    office.put(rule("corridor.access.v1.ApiKeyService.CreateApiKey"))
    request = api_key_service_pb2.CreateApiKeyRequest(title="new", scopes=["payouts:read"])
    waiting = office.asked(request, "ApiKeyService/CreateApiKey", key="one")

    office.approve(waiting)
    ran = office.reaches(waiting, pb.APPROVAL_STATE_EXECUTED)
    answered = office.maker.call("ApiKeyService/CreateApiKey", request, key="one")

    assert (ran.resource_id, True) == (answered.api_key.api_key_id, answered.secret.startswith("ck_test_"))
    assert answered.secret not in str(ran)


def test_a_pending_call_names_its_approval(office: Office) -> None:
    office.put(rule())

    refusal = people.refused(office.maker, CREATE, office.payout(), key="one")

    assert approval_id(refusal).startswith("apr_")
