"""Token Introspection, RFC 7662."""

import pytest

from corridor.access.v1 import oauth_client_service_pb2 as api
from tests.server.oauth import oauth_client as oauth
from tests.server.oauth.oauth_client import ISSUER, OAuthClient
from tests.serving import Running

INACTIVE = {"active": False}


@pytest.fixture(scope="module")
def client(corridor: Running) -> OAuthClient:
    """A client with a secret."""
    return oauth.make(corridor)


def test_section_2_2_an_access_token_is_described(client: OAuthClient) -> None:
    token = client.exchange(client.code()).token
    found = client.post("/oauth/introspect", token=token).body
    _, claims = oauth.read(token)

    assert {
        "active": True,
        "scope": "payouts:read",
        "client_id": client.client_id,
        "token_type": "Bearer",
        "exp": claims["exp"],
        "iat": claims["iat"],
        "sub": "user-1",
        "aud": f"{ISSUER}/v1",
        "iss": ISSUER,
        "jti": claims["jti"],
    } == found


def test_section_2_2_a_refresh_token_is_described_to_its_client(client: OAuthClient) -> None:
    token = client.exchange(client.code()).body["refresh_token"]
    found = client.post("/oauth/introspect", token=token).body

    assert (True, "user-1", "payouts:read") == (found["active"], found["sub"], found["scope"])


def test_section_2_2_a_revoked_token_is_not_active(client: OAuthClient) -> None:
    given = client.exchange(client.code()).body
    client.post("/oauth/revoke", token=given["refresh_token"])

    assert INACTIVE == client.post("/oauth/introspect", token=given["refresh_token"]).body
    assert INACTIVE == client.post("/oauth/introspect", token=given["access_token"]).body


def test_section_2_2_a_rotated_token_is_not_active(client: OAuthClient) -> None:
    token = client.exchange(client.code()).body["refresh_token"]
    client.refresh(token)

    assert INACTIVE == client.post("/oauth/introspect", token=token).body


@pytest.mark.parametrize("token", ["nothing", "a.b.c", "rt_" + "0" * 52])
def test_section_2_2_what_is_no_token_is_not_active(client: OAuthClient, token: str) -> None:
    assert INACTIVE == client.post("/oauth/introspect", token=token).body


def test_section_4_tokens_of_other_companies_are_not_active(client: OAuthClient, corridor: Running) -> None:
    stranger = oauth.make(corridor)

    assert INACTIVE == stranger.post("/oauth/introspect", token=client.token().token).body


def test_section_2_2_a_client_of_the_same_company_may_ask(client: OAuthClient, corridor: Running) -> None:
    token = client.token().token
    other = oauth.make(corridor, corridor.client(oauth.read(token)[1]["company"]))

    assert other.post("/oauth/introspect", token=token).body["active"]


def test_section_4_a_stranger_may_not_ask(client: OAuthClient, corridor: Running) -> None:
    found = oauth.post(corridor, "/oauth/introspect", {"token": client.token().token})

    assert (401, "invalid_client") == (found.status, found.error)


def test_section_2_2_scopes_that_the_client_lost_are_gone(corridor: Running) -> None:
    owner = corridor.client()
    client = oauth.make(corridor, owner)
    token = client.token().token
    request = api.UpdateOAuthClientRequest(
        oauth_client_id=client.client_id, settings=oauth.settings(scopes=["payouts:read"])
    )
    owner.call("OAuthClientService/UpdateOAuthClient", request)

    assert "payouts:read" == client.post("/oauth/introspect", token=token).body["scope"]
