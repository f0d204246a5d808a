"""Pushed Authorization Requests, RFC 9126; and the issuer in the authorization response, RFC 9207."""

from urllib.parse import urlencode

import pytest

from corridor.type.v1.raw_request_pb2 import RawRequest
from server.platform.access.oauth.authorizations import Authorization
from tests.server.oauth import oauth_client as oauth
from tests.server.oauth.oauth_client import ISSUER, OAuthClient
from tests.serving import Running


@pytest.fixture(scope="module")
def client(corridor: Running) -> OAuthClient:
    """A client with a secret."""
    return oauth.make(corridor)


def pushed(client: OAuthClient, **changes: str) -> oauth.Answer:
    """The answer to a pushed request."""
    return client.post("/oauth/par", **client.asks(**changes))


def begin(client: OAuthClient, request_uri: str, client_id: str = "") -> object:
    """What the authorization endpoint makes of a reference."""
    query = urlencode({"client_id": client_id or client.client_id, "request_uri": request_uri})
    return client.running.parts.oauth.authorizations.begin(RawRequest(query=query))


def test_section_2_2_a_pushed_request_is_answered_with_a_reference(client: OAuthClient) -> None:
    found = pushed(client)

    assert 201 == found.status
    assert found.body["request_uri"].startswith("urn:ietf:params:oauth:request_uri:")
    assert 90 == found.body["expires_in"]
    assert "no-store" == found.headers["cache-control"]


def test_section_4_the_reference_stands_for_the_request(client: OAuthClient) -> None:
    begun = begin(client, pushed(client, scope="payouts:create").body["request_uri"])

    assert isinstance(begun, Authorization)
    assert {"payouts:create"} == begun.scopes


def test_section_4_what_stands_beside_the_reference_is_not_looked_at(client: OAuthClient) -> None:
    reference = pushed(client, scope="payouts:create").body["request_uri"]
    asked = {**client.asks(scope="payouts:read"), "request_uri": reference}

    begun = client.running.parts.oauth.authorizations.begin(RawRequest(query=urlencode(asked)))

    assert isinstance(begun, Authorization)
    assert {"payouts:create"} == begun.scopes


def test_section_7_3_a_reference_is_used_once(client: OAuthClient) -> None:
    reference = pushed(client).body["request_uri"]

    assert isinstance(begin(client, reference), Authorization)
    assert not isinstance(begin(client, reference), Authorization)


def test_section_2_2_a_reference_is_the_clients_that_pushed(client: OAuthClient, corridor: Running) -> None:
    other = oauth.make(corridor)
    reference = pushed(client).body["request_uri"]

    assert not isinstance(begin(client, reference, other.client_id), Authorization)
    assert isinstance(begin(client, reference), Authorization)


def test_section_2_2_a_reference_ends(client: OAuthClient, corridor: Running) -> None:
    reference = pushed(client).body["request_uri"]
    company_id = client.journey().company_id
    with corridor.parts.store.of(company_id, 1) as connection:
        connection.execute("UPDATE corridor.oauth_authorizations SET expire_time = now() WHERE state = 1")

    assert not isinstance(begin(client, reference), Authorization)


def test_section_2_1_a_pushed_request_names_no_other(client: OAuthClient) -> None:
    assert "invalid_request" == pushed(client, request_uri="urn:ietf:params:oauth:request_uri:x").error


def test_section_2_1_who_pushes_proves_which_client_they_are(client: OAuthClient, corridor: Running) -> None:
    found = oauth.post(corridor, "/oauth/par", client.asks())

    assert (401, "invalid_client") == (found.status, found.error)


def test_section_2_3_what_is_wrong_with_a_request_is_told_at_once(client: OAuthClient) -> None:
    assert "invalid_scope" == pushed(client, scope="keys:manage").error
    assert "invalid_request" == pushed(client, redirect_uri="https://evil.example").error


def test_section_6_a_client_that_must_push_is_refused_otherwise(corridor: Running) -> None:
    client = oauth.make(corridor, require_pushed_authorization_requests=True)

    assert "invalid_request" == oauth.authorize(corridor, client.asks()).sent_back["error"]
    assert isinstance(begin(client, pushed(client).body["request_uri"]), Authorization)


def test_rfc9207_section_2_every_answer_names_the_issuer(client: OAuthClient, corridor: Running) -> None:
    refused = oauth.authorize(corridor, client.asks(response_type="token")).sent_back
    denied = corridor.parts.oauth.authorizations.deny(client.journey().authorization_id)

    assert ISSUER == refused["iss"]
    assert denied.endswith("&iss=http%3A%2F%2F127.0.0.1%3A8080")
