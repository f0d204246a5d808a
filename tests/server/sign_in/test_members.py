"""Members: who comes in, what they may do, and how they leave. Over gRPC and, where they sign in, over HTTP."""

from typing import Any
from urllib.parse import urlencode

import grpc
import pytest

from corridor.access.v1 import member_pb2, role_pb2
from corridor.access.v1 import member_service_pb2 as api
from corridor.access.v1.identity_provider_pb2 import GroupRole
from corridor.access.v1.member_pb2 import Member
from corridor.payouts.v1 import payout_service_pb2 as payouts
from tests.server.oauth import oauth_client
from tests.server.people import company_of, new_key, refused
from tests.server.sign_in.lying_provider import Liar, trust
from tests.server.sign_in.sign_in_scene import Browser, Scene, at_provider, signed_in
from tests.serving import LIVE, Client

ADDRESS = "person@example.com"
VIEWER, OPERATOR = role_pb2.ROLE_VIEWER, role_pb2.ROLE_OPERATOR


@pytest.fixture
def owner(stage: Scene) -> Client:
    """A company."""
    return stage.running.client()


def invite(owner: Client, *roles: int, email: str = ADDRESS, **changes: Any) -> Member:
    """An invited member."""
    request = api.CreateMemberRequest(email=email, roles=roles, **changes)  # type: ignore[arg-type] # enum numbers
    member: Member = owner.call("MemberService/CreateMember", request, key=new_key()).member
    return member


def get(owner: Client, member: Member) -> Member:
    """The member as it is now."""
    found: Member = owner.call("MemberService/GetMember", api.GetMemberRequest(member_id=member.member_id)).member
    return found


def come(stage: Scene, owner: Client, liar: Liar, **claims: Any) -> Browser:
    """Somebody who signs in at the provider."""
    browser, told = at_provider(stage, stage.client(owner), liar)
    liar.claims = claims
    return browser.go("/oauth/callback?" + urlencode({"code": "c", "state": told["state"]}))


def only_members(owner: Client, liar: Liar, **changes: Any) -> None:
    """Let only members sign in."""
    trust(owner, liar, **{"end_user_scopes": [], **changes})


def test_who_is_invited_becomes_a_member_by_signing_in(stage: Scene, owner: Client, liar: Liar) -> None:
    only_members(owner, liar)
    invited = invite(owner, VIEWER, title="A Person")
    assert member_pb2.MEMBER_STATE_INVITED == invited.state

    come(stage, owner, liar, email="Person@Example.com").send("allow")

    member = get(owner, invited)
    assert (member_pb2.MEMBER_STATE_ACTIVE, liar.url, "user-1") == (member.state, member.issuer, member.subject)
    assert "A Person" == member.title


@pytest.mark.parametrize("verified", [False, None, "true", 1])
def test_an_address_that_is_not_verified_proves_nothing(
    stage: Scene, owner: Client, liar: Liar, verified: object
) -> None:
    """OpenID Connect Core 1.0, 5.7."""
    only_members(owner, liar)
    invited = invite(owner, VIEWER)

    browser = come(stage, owner, liar, email_verified=verified)

    assert 403 == browser.answer.status_code
    assert member_pb2.MEMBER_STATE_INVITED == get(owner, invited).state


def test_an_active_members_address_lets_nobody_else_in(stage: Scene, owner: Client, liar: Liar) -> None:
    """Addresses are given to other people; subjects are not (OpenID Connect Core 1.0, 5.7)."""
    only_members(owner, liar)
    invite(owner, VIEWER)
    come(stage, owner, liar)

    assert 403 == come(stage, owner, liar, sub="user-2").answer.status_code


def test_who_is_unknown_has_no_access_and_a_way_back(stage: Scene, owner: Client, liar: Liar) -> None:
    only_members(owner, liar)

    browser = come(stage, owner, liar)

    assert "You have no access" in browser.page.text
    assert "error=access_denied" in browser.page.links["Back to"]


def test_groups_give_roles_as_of_each_sign_in(stage: Scene, owner: Client, liar: Liar) -> None:
    groups = [{"group": "staff", "role": VIEWER}, {"group": "payers", "role": OPERATOR}]
    roles = [GroupRole(**group) for group in groups]  # type: ignore[arg-type] # names and numbers
    only_members(owner, liar, groups_claim="groups", group_roles=roles, admits_by_group=True)

    come(stage, owner, liar, groups=["staff", "payers"])
    (member,) = owner.call("MemberService/ListMembers", api.ListMembersRequest()).members
    assert [VIEWER, OPERATOR] == list(member.group_roles)
    come(stage, owner, liar, groups="staff")
    assert [VIEWER] == list(get(owner, member).group_roles)
    come(stage, owner, liar, groups=[{"x": 1}, 5])
    assert [] == list(get(owner, member).group_roles)


def test_groups_admit_nobody_unless_they_are_told_to(stage: Scene, owner: Client, liar: Liar) -> None:
    roles = [GroupRole(group="staff", role=VIEWER)]
    only_members(owner, liar, groups_claim="groups", group_roles=roles)

    assert 403 == come(stage, owner, liar, groups=["staff"]).answer.status_code


def test_nobody_gives_a_role_that_can_do_more_than_they_can(stage: Scene, owner: Client) -> None:
    company = company_of(stage.running, owner)
    clerk = stage.running.client(company, scopes=["members:manage", "members:read"])

    request = api.CreateMemberRequest(email=ADDRESS, roles=[OPERATOR])
    assert "PERMISSION_DENIED" == refused(clerk, "MemberService/CreateMember", request, key=new_key()).reason
    member = invite(clerk)
    update = api.UpdateMemberRequest(member_id=member.member_id, roles=[OPERATOR])
    assert "PERMISSION_DENIED" == refused(clerk, "MemberService/UpdateMember", update).reason


def test_a_role_that_a_member_has_can_be_kept_by_who_lacks_it(stage: Scene, owner: Client) -> None:
    member = invite(owner, OPERATOR)
    clerk = stage.running.client(company_of(stage.running, owner), scopes=["members:manage", "members:read"])

    update = api.UpdateMemberRequest(member_id=member.member_id, roles=[OPERATOR], title="New Name")

    assert "New Name" == clerk.call("MemberService/UpdateMember", update).member.title


def test_groups_cannot_give_what_the_caller_lacks(stage: Scene, owner: Client, liar: Liar) -> None:
    clerk = stage.running.client(company_of(stage.running, owner), scopes=["members:manage"])
    roles = [GroupRole(group="staff", role=OPERATOR)]

    for changes in ({"groups_claim": "groups", "group_roles": roles}, {"end_user_scopes": ["payouts:create"]}):
        with pytest.raises(Exception, match="PERMISSION_DENIED"):
            only_members(clerk, liar, **changes)


@pytest.mark.parametrize("how", ["SuspendMember", "RemoveMember"])
def test_who_leaves_loses_their_tokens_and_cannot_sign_in(stage: Scene, owner: Client, how: str) -> None:
    client = stage.client(owner)
    browser = signed_in(stage, client, "operator").send("allow")
    token = client.exchange(browser.told["code"]).token
    listing = payouts.ListPayoutsRequest()
    client.caller(token).call("PayoutService/ListPayouts", listing)
    (member,) = owner.call("MemberService/ListMembers", api.ListMembersRequest()).members

    owner.call(f"MemberService/{how}", getattr(api, f"{how}Request")(member_id=member.member_id))

    oauth_client.until_refused(client, token, "CREDENTIAL_REVOKED")
    assert "You have no access" in signed_in(stage, client, "operator").page.text


def test_who_is_suspended_before_they_allow_gives_nothing(stage: Scene, owner: Client) -> None:
    browser = signed_in(stage, stage.client(owner), "viewer")
    (member,) = owner.call("MemberService/ListMembers", api.ListMembersRequest()).members
    owner.call("MemberService/SuspendMember", api.SuspendMemberRequest(member_id=member.member_id))

    browser.send("allow")

    assert (403, "") == (browser.answer.status_code, browser.left)


def test_who_is_reinstated_signs_in_again(stage: Scene, owner: Client) -> None:
    client = stage.client(owner)
    signed_in(stage, client, "viewer")
    (member,) = owner.call("MemberService/ListMembers", api.ListMembersRequest()).members
    owner.call("MemberService/SuspendMember", api.SuspendMemberRequest(member_id=member.member_id))

    owner.call("MemberService/ReinstateMember", api.ReinstateMemberRequest(member_id=member.member_id))

    assert "code" in signed_in(stage, client, "viewer").send("allow").told


def test_who_is_removed_is_forgotten_and_comes_back_by_invitation_alone(stage: Scene, owner: Client) -> None:
    client = stage.client(owner)
    signed_in(stage, client, "viewer")
    (member,) = owner.call("MemberService/ListMembers", api.ListMembersRequest()).members
    owner.call("MemberService/RemoveMember", api.RemoveMemberRequest(member_id=member.member_id))

    gone = get(owner, member)
    assert (member_pb2.MEMBER_STATE_REMOVED, "", "", 0) == (gone.state, gone.title, gone.email, len(gone.group_roles))
    assert [] == list(owner.call("MemberService/ListMembers", api.ListMembersRequest()).members)
    assert "You have no access" in signed_in(stage, client, "viewer").page.text
    again = invite(owner, VIEWER, email="viewer@example.com")
    assert "code" in signed_in(stage, client, "viewer").send("allow").told
    assert member_pb2.MEMBER_STATE_ACTIVE == get(owner, again).state


def test_an_address_is_invited_once(owner: Client) -> None:
    invite(owner, VIEWER)

    request = api.CreateMemberRequest(email=ADDRESS.upper())

    assert "STATE_CONFLICT" == refused(owner, "MemberService/CreateMember", request, key=new_key()).reason


def test_a_member_of_another_company_is_not_found(stage: Scene, owner: Client) -> None:
    member = invite(owner)
    stranger = stage.running.client()
    live = stage.running.client(company_of(stage.running, owner), LIVE)

    for other in (stranger, live):
        for name in ("GetMember", "SuspendMember", "RemoveMember", "ReinstateMember", "UpdateMember"):
            request = getattr(api, f"{name}Request")(member_id=member.member_id)
            assert grpc.StatusCode.NOT_FOUND == refused(other, f"MemberService/{name}", request).code


def test_names_and_addresses_are_not_stored_in_the_clear(stage: Scene, owner: Client) -> None:
    invite(owner, title="Somebody Special")

    with stage.running.parts.store.of(company_of(stage.running, owner), 1) as connection:
        rows = connection.execute("SELECT m::text FROM corridor.members m").fetchall()

    assert 1 == len(rows)
    for text in ("Somebody Special", ADDRESS):
        assert text not in rows[0][0]
        assert text.encode().hex() not in rows[0][0]
