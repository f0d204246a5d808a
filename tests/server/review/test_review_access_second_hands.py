"""Four eyes are two people: neither a key that a client made nor one that was made strong is another pair."""

from corridor.access.v1 import api_key_service_pb2 as keys
from corridor.approvals.v1 import approval_pb2
from corridor.approvals.v1 import approval_service_pb2 as api
from corridor.approvals.v1.approval_pb2 import ApprovalParty
from corridor.options.v1 import method_pb2
from server.kit.context import Caller, Context
from server.platform.approvals import deciding
from tests.server import people
from tests.server.approvals.office import Office, reason, rule
from tests.server.flows.fixtures import bridge, busy, flow
from tests.server.oauth import oauth_client as oauth
from tests.server.platform.api_keys import make
from tests.serving import Client, Running

__all__ = ["bridge", "busy", "flow"]
APPROVE = "ApprovalService/ApproveApproval"
CREATE = "PayoutService/CreatePayout"


def test_a_key_that_a_client_made_does_not_decide_about_what_a_person_asked_by_the_client(corridor: Running) -> None:
    owner = corridor.client()
    app = oauth.make(corridor, owner, scopes=["keys:manage", "approvals:decide", "payouts:create"])
    key = make(app.caller(app.token().token), scopes=["approvals:decide"])
    asked = ApprovalParty(caller_kind=method_pb2.CALLER_KIND_USER, caller_id=app.client_id, subject="mem_a")
    made, _ = corridor.parts.keys.caller(key.secret)

    with people.rows(corridor, owner) as rows:
        assert deciding.same_hand(rows, Context("r", "r", caller=made), asked)


def test_another_key_of_the_company_still_decides_about_it(corridor: Running) -> None:
    company_id = corridor.company()
    owner, other = corridor.client(company_id), corridor.client(company_id)
    app = oauth.make(corridor, owner)
    asked = ApprovalParty(caller_kind=method_pb2.CALLER_KIND_USER, caller_id=app.client_id, subject="mem_a")
    caller, _ = corridor.parts.keys.caller(other.key)

    with people.rows(corridor, owner) as rows:
        assert not deciding.same_hand(rows, Context("r", "r", caller=caller), asked)


def test_two_people_at_one_client_are_still_two(corridor: Running) -> None:
    owner = corridor.client()
    app, who = oauth.make(corridor, owner), people.company_of(corridor, owner)
    asked = ApprovalParty(caller_kind=method_pb2.CALLER_KIND_USER, caller_id=app.client_id, subject="mem_a")
    other = Caller(method_pb2.CALLER_KIND_USER, app.client_id, who, 1, subject="mem_b")  # type: ignore[arg-type] # sandbox

    with people.rows(corridor, owner) as rows:
        assert not deciding.same_hand(rows, Context("r", "r", caller=other), asked)


def test_a_key_that_the_maker_gave_the_right_to_decide_does_not_decide_for_them(busy: Running) -> None:
    office = Office(busy)
    office.put(rule())
    second = busy.client(office.company_id, scopes=["payouts:read"])
    caller, _ = busy.parts.keys.caller(second.key)
    assert caller is not None
    wider = keys.UpdateApiKeyRequest(
        api_key_id=caller.caller_id, title="t", scopes=["payouts:read", "approvals:decide"]
    )
    office.maker.call("ApiKeyService/UpdateApiKey", wider)
    waiting = office.asked(office.payout(), key="one")

    request = api.ApproveApprovalRequest(approval_id=waiting, reason="fine")
    assert "APPROVAL_OWN_REQUEST" == reason(Client(busy.address, second.key), APPROVE, request)
    office.close()


def test_a_call_does_not_run_for_a_key_that_may_no_longer_make_it(busy: Running) -> None:
    office = Office(busy)
    office.put(rule())
    request = office.payout()
    caller, _ = busy.parts.keys.caller(office.maker.key)
    assert caller is not None
    waiting = office.asked(request, key="one")
    narrower = keys.UpdateApiKeyRequest(
        api_key_id=caller.caller_id,
        title="t",
        scopes=sorted(caller.scopes),
        allowed_methods=["corridor.payouts.v1.PayoutService/GetPayout"],
    )
    office.checker.call("ApiKeyService/UpdateApiKey", narrower)

    office.approve(waiting)

    assert "PERMISSION_DENIED" == office.reaches(waiting, approval_pb2.APPROVAL_STATE_FAILED).failure_reason
    office.close()
