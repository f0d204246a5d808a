"""A key that may act from some addresses, by some methods or until a time gives nobody more than that."""

from typing import Any

import pytest

from corridor.access.v1 import api_key_service_pb2 as keys
from corridor.access.v1 import identity_provider_pb2, member_service_pb2
from corridor.access.v1 import identity_provider_service_pb2 as providers
from corridor.access.v1 import oauth_client_service_pb2 as clients
from corridor.access.v1.role_pb2 import ROLE_VIEWER
from tests.server import people
from tests.server.oauth import oauth_client as oauth
from tests.server.platform.api_keys import at
from tests.serving import Client, Running

NEAR = {"allowed_ranges": ["127.0.0.0/8", "::1/128"]}
SOME = {
    "allowed_methods": [
        "corridor.access.v1.OAuthClientService/*",
        "corridor.access.v1.MemberService/*",
        "corridor.access.v1.IdentityProviderService/*",
    ]
}


def bound(corridor: Running, **restrictions: Any) -> Client:
    """A key with every scope, and restrictions."""
    maker = corridor.client()
    scopes = maker.call("ApiKeyService/ListApiKeys", keys.ListApiKeysRequest()).api_keys[0].scopes
    request = keys.CreateApiKeyRequest(title="bound", scopes=scopes, **restrictions)
    made = maker.call("ApiKeyService/CreateApiKey", request, key=people.new_key())
    return Client(corridor.address, made.secret)


@pytest.mark.parametrize("restrictions", [NEAR, SOME, {"expire_time": at(hours=1)}], ids=["near", "some", "until"])
def test_a_restricted_key_makes_no_client_that_is_free_of_its_restrictions(
    corridor: Running, restrictions: dict[str, Any]
) -> None:
    request = clients.CreateOAuthClientRequest(settings=oauth.settings())

    refusal = people.refused(
        bound(corridor, **restrictions), "OAuthClientService/CreateOAuthClient", request, key=people.new_key()
    )

    assert "PERMISSION_DENIED" == refusal.reason


def test_a_restricted_key_gives_nobody_a_role(corridor: Running) -> None:
    request = member_service_pb2.CreateMemberRequest(title="Test Viewer", email="v@example.com", roles=[ROLE_VIEWER])

    refusal = people.refused(bound(corridor, **NEAR), "MemberService/CreateMember", request, key=people.new_key())

    assert "PERMISSION_DENIED" == refusal.reason


def test_a_restricted_key_lets_no_provider_give_scopes(corridor: Running) -> None:
    request = providers.UpdateIdentityProviderRequest(
        issuer="https://127.0.0.1:9",
        client_id="corridor",
        auth_method=identity_provider_pb2.PROVIDER_AUTH_METHOD_NONE,
        end_user_scopes=["payouts:read"],
    )

    refusal = people.refused(bound(corridor, **NEAR), "IdentityProviderService/UpdateIdentityProvider", request)

    assert "PERMISSION_DENIED" == refusal.reason
