"""Authorization codes, RFC 6749, section 4.1: for whom they are, and where people are never sent."""

import pytest

from server.platform.access.oauth.authorizations import AuthorizationOverError
from tests.server.oauth import oauth_client as oauth
from tests.server.oauth.oauth_client import ISSUER, OAuthClient
from tests.serving import Running


@pytest.fixture(scope="module")
def client(corridor: Running) -> OAuthClient:
    """A client with a secret."""
    return oauth.make(corridor)


def test_section_4_1_a_code_gives_a_token_for_the_person(client: OAuthClient) -> None:
    found = client.exchange(client.code())

    assert 200 == found.status
    assert "payouts:read" == found.body["scope"]
    assert oauth.works(client, found.token)


def test_section_4_1_2_a_code_works_once_and_a_second_use_ends_what_came_of_it(client: OAuthClient) -> None:
    code = client.code()
    first = client.exchange(code)
    token = first.token
    assert oauth.works(client, token)

    assert "invalid_grant" == client.exchange(code).error

    oauth.until_refused(client, token, "CREDENTIAL_REVOKED")
    assert "invalid_grant" == client.refresh(first.body["refresh_token"]).error


def test_section_4_1_3_a_code_is_for_the_client_that_asked(client: OAuthClient, corridor: Running) -> None:
    other = oauth.make(corridor, corridor.client(client.company_id))

    assert "invalid_grant" == other.exchange(client.code()).error


@pytest.mark.parametrize("uri", ["https://client.example/other", "https://client.example/callback", ""])
def test_section_4_1_3_the_redirect_address_is_the_one_of_the_request(client: OAuthClient, uri: str) -> None:
    assert "invalid_grant" == client.exchange(client.code(), redirect_uri=uri).error


def test_section_4_1_2_a_code_ends_after_a_minute(client: OAuthClient, corridor: Running) -> None:
    code = client.code()
    with corridor.parts.store.of(client.company_id, 1) as connection:
        connection.execute("UPDATE corridor.oauth_codes SET expire_time = now() - interval '1 second'")

    assert "invalid_grant" == client.exchange(code).error


def test_section_4_1_2_1_errors_go_back_to_the_client_with_its_state(client: OAuthClient, corridor: Running) -> None:
    asked = client.asks(response_type="token")
    found = oauth.authorize(corridor, asked)

    assert 303 == found.status
    assert found.headers["location"].startswith("https://client.example/callback?keep=1&")
    assert "unsupported_response_type" == found.sent_back["error"]
    assert "of-the-client" == found.sent_back["state"]


@pytest.mark.parametrize(
    "changes",
    [
        {"redirect_uri": "https://evil.example/callback"},
        {"redirect_uri": "https://client.example/callback?keep=1#fragment"},
        {"redirect_uri": "https://client.example/callback?keep=1&more=1"},
        {"redirect_uri": ""},
        {"client_id": "oc_" + "0" * 26},
        {"client_id": ""},
    ],
    ids=["another", "fragment", "more", "none", "unknown client", "no client"],
)
def test_section_4_1_2_1_nobody_is_sent_to_an_address_that_is_not_the_clients(
    client: OAuthClient, corridor: Running, changes: dict[str, str]
) -> None:
    found = oauth.authorize(corridor, client.asks(**changes))

    assert 400 == found.status
    assert "location" not in found.headers
    assert "DENY" == found.headers["x-frame-options"]
    assert "tell whoever makes the application" in found.text.decode()


def test_section_4_1_2_1_a_person_who_refuses_is_sent_back_with_access_denied(
    client: OAuthClient, corridor: Running
) -> None:
    begun = client.journey()
    url = corridor.parts.oauth.authorizations.deny(begun.authorization_id)

    assert f"error=access_denied&state=of-the-client&iss={ISSUER.replace(':', '%3A').replace('/', '%2F')}" in url


def test_section_4_1_2_a_journey_ends_once(client: OAuthClient, corridor: Running) -> None:
    begun = client.journey()
    client.allowed(begun)

    with pytest.raises(AuthorizationOverError):
        client.allowed(begun)
    with pytest.raises(AuthorizationOverError):
        corridor.parts.oauth.authorizations.deny(begun.authorization_id)


def test_section_3_1_an_authorization_request_may_be_posted(client: OAuthClient, corridor: Running) -> None:
    asked = client.asks(scope="keys:manage")
    found = oauth.authorize(corridor, asked, form=True)

    assert "invalid_scope" == found.sent_back["error"]
