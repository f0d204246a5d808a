"""Token Revocation, RFC 7009."""

import pytest

from tests.server.oauth import oauth_client as oauth
from tests.server.oauth.oauth_client import OAuthClient
from tests.serving import Running


@pytest.fixture(scope="module")
def client(corridor: Running) -> OAuthClient:
    """A client with a secret."""
    return oauth.make(corridor)


def test_section_2_1_a_revoked_access_token_stops(client: OAuthClient) -> None:
    gone, left = client.token().token, client.token().token

    assert 200 == client.post("/oauth/revoke", token=gone).status

    oauth.until_refused(client, gone, "CREDENTIAL_REVOKED")
    client.caller(left).call("PayoutService/ListPayouts", oauth.LIST)


def test_section_2_1_a_revoked_refresh_token_takes_its_access_tokens_along(client: OAuthClient) -> None:
    given = client.exchange(client.code()).body

    assert 200 == client.post("/oauth/revoke", token=given["refresh_token"]).status

    assert "invalid_grant" == client.refresh(given["refresh_token"]).error
    oauth.until_refused(client, given["access_token"], "CREDENTIAL_REVOKED")


def test_section_2_2_a_token_that_there_never_was_is_answered_alike(client: OAuthClient) -> None:
    for token in ("rt_nothing", "a.b.c", "x" * 5000, client.token().token[:-4] + "AAAA"):
        assert (200, b"") == (
            client.post("/oauth/revoke", token=token).status,
            client.post("/oauth/revoke", token=token).text,
        )


def test_section_2_2_a_hint_that_is_wrong_or_unknown_does_no_harm(client: OAuthClient) -> None:
    given = client.exchange(client.code()).body

    client.post("/oauth/revoke", token=given["refresh_token"], token_type_hint="access_token")

    assert "invalid_grant" == client.refresh(given["refresh_token"]).error


def test_section_2_1_a_token_of_another_client_is_not_revoked(client: OAuthClient, corridor: Running) -> None:
    company = oauth.read(client.token().token)[1]["company"]
    other, given = oauth.make(corridor, corridor.client(company)), client.exchange(client.code()).body

    assert "invalid_grant" == other.post("/oauth/revoke", token=given["refresh_token"]).error
    assert "invalid_grant" == other.post("/oauth/revoke", token=given["access_token"]).error
    assert 200 == client.refresh(given["refresh_token"]).status


def test_section_2_1_a_token_of_another_company_is_nothing(client: OAuthClient, corridor: Running) -> None:
    stranger, token = oauth.make(corridor), client.token().token

    assert 200 == stranger.post("/oauth/revoke", token=token).status
    client.caller(token).call("PayoutService/ListPayouts", oauth.LIST)


def test_section_2_1_who_revokes_proves_which_client_they_are(client: OAuthClient, corridor: Running) -> None:
    found = oauth.post(corridor, "/oauth/revoke", {"token": client.token().token})

    assert (401, "invalid_client") == (found.status, found.error)


def test_section_2_1_a_request_without_a_token_is_refused(client: OAuthClient) -> None:
    assert "invalid_request" == client.post("/oauth/revoke").error
