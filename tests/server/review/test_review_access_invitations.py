"""Who says where people sign in says who was invited: that needs every right that an invitation holds."""

from corridor.access.v1 import identity_provider_pb2, member_service_pb2
from corridor.access.v1 import identity_provider_service_pb2 as providers
from corridor.access.v1.role_pb2 import ROLE_ADMIN
from tests.server import people
from tests.serving import Running

UPDATE = "IdentityProviderService/UpdateIdentityProvider"
REQUEST = providers.UpdateIdentityProviderRequest(
    issuer="https://127.0.0.1:9",
    client_id="corridor",
    auth_method=identity_provider_pb2.PROVIDER_AUTH_METHOD_NONE,
)


def test_a_weak_key_does_not_decide_who_an_invited_admin_is(corridor: Running) -> None:
    company_id = corridor.company()
    strong, weak = corridor.client(company_id), corridor.client(company_id, scopes=["members:manage"])
    invitation = member_service_pb2.CreateMemberRequest(title="Test Admin", email="a@example.com", roles=[ROLE_ADMIN])
    strong.call("MemberService/CreateMember", invitation, key=people.new_key())

    assert "PERMISSION_DENIED" == people.refused(weak, UPDATE, REQUEST).reason
    assert REQUEST.issuer == strong.call(UPDATE, REQUEST).identity_provider.issuer


def test_the_issuer_that_is_set_already_can_be_given_another_client(corridor: Running) -> None:
    company_id = corridor.company()
    strong, weak = corridor.client(company_id), corridor.client(company_id, scopes=["members:manage"])
    strong.call(UPDATE, REQUEST)
    invitation = member_service_pb2.CreateMemberRequest(title="Test Admin", email="a@example.com", roles=[ROLE_ADMIN])
    strong.call("MemberService/CreateMember", invitation, key=people.new_key())
    changed = providers.UpdateIdentityProviderRequest()
    changed.CopyFrom(REQUEST)
    changed.client_id = "other"

    assert "other" == weak.call(UPDATE, changed).identity_provider.client_id
