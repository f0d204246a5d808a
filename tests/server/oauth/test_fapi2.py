"""FAPI 2.0 Security Profile (Final): what a client under the profile is held to, wherever it tries."""

from typing import Any

import pytest
from joserfc.jwk import ECKey, RSAKey

from corridor.access.v1 import oauth_client_pb2 as pb
from corridor.access.v1 import oauth_client_service_pb2 as api
from server.platform.access.oauth import grants
from tests.server import people
from tests.server.oauth import oauth_client as oauth
from tests.server.oauth.oauth_client import ISSUER, LIST, OAuthClient
from tests.serving import Client, Running

FAPI = pb.SECURITY_PROFILE_FAPI_2
KEY = ECKey.generate_key("P-256")
URL = "https://api.example/v1/payouts"


@pytest.fixture(scope="module")
def client(corridor: Running) -> OAuthClient:
    """A client under the profile."""
    return oauth.with_key(corridor, profile=FAPI, dpop_bound_access_tokens=True)


def pushed(client: OAuthClient, **changes: str) -> oauth.Answer:
    """A pushed request."""
    return client.post("/oauth/par", **client.asks(**changes))


def code(client: OAuthClient) -> str:
    """A code by the whole way."""
    return client.allowed(client.journey(request_uri=pushed(client).body["request_uri"]))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"authentication": oauth.BASIC}, "settings.authentication"),
        ({"authentication": oauth.POST}, "settings.authentication"),
        ({"dpop_bound_access_tokens": False}, "settings.dpop_bound_access_tokens"),
    ],
    ids=["secret in the header", "secret in the form", "tokens that are not bound"],
)
def test_section_5_3_2_1_a_client_that_does_not_fit_is_not_made(
    corridor: Running, changes: dict[str, Any], field: str
) -> None:
    given = {"profile": FAPI, "dpop_bound_access_tokens": True, "authentication": oauth.JWT}
    settings = oauth.settings(**{**given, "jwks": oauth.jwks(KEY), **changes})
    request = api.CreateOAuthClientRequest(settings=settings)
    owner = corridor.client()

    refused = people.refused(owner, "OAuthClientService/CreateOAuthClient", request, key=people.new_key())
    assert [field] == refused.fields


def test_section_5_3_2_2_a_request_that_is_not_pushed_is_refused(client: OAuthClient, corridor: Running) -> None:
    assert "invalid_request" == oauth.authorize(corridor, client.asks()).sent_back["error"]


def test_section_5_3_2_2_a_pushed_request_ends_within_ten_minutes(client: OAuthClient) -> None:
    assert 600 > pushed(client).body["expires_in"]


def test_section_5_3_2_2_pkce_by_s256_is_needed(client: OAuthClient) -> None:
    assert "invalid_request" == pushed(client, code_challenge="").error
    assert "invalid_request" == pushed(client, code_challenge_method="plain").error


def test_section_5_3_2_2_codes_end_within_a_minute() -> None:
    assert 60 >= grants.CODE_SECONDS


def test_section_5_3_2_2_answers_name_the_issuer(client: OAuthClient, corridor: Running) -> None:
    begun = client.journey(request_uri=pushed(client).body["request_uri"])

    assert "iss=" in corridor.parts.oauth.authorizations.deny(begun.authorization_id)


def test_section_5_3_2_1_the_audience_of_assertions_is_the_issuer_as_a_text(client: OAuthClient) -> None:
    for audience in (f"{ISSUER}/oauth/token", [ISSUER]):
        form = {"grant_type": "client_credentials", **client.asserted(aud=audience)}
        assert "invalid_client" == oauth.post(client.running, "/oauth/token", form).error


def test_section_5_3_2_1_tokens_are_bound_to_a_key(client: OAuthClient) -> None:
    assert "invalid_dpop_proof" == client.token().error
    assert "invalid_dpop_proof" == client.exchange(code(client)).error
    assert "DPoP" == client.exchange(code(client), dpop=oauth.proof(KEY)).body["token_type"]


def test_section_5_3_2_1_refresh_tokens_are_not_rotated(client: OAuthClient) -> None:
    first = client.exchange(code(client), dpop=oauth.proof(KEY)).body["refresh_token"]

    assert [first, first] == [client.refresh(first, dpop=oauth.proof(KEY)).body["refresh_token"] for _ in range(2)]


def test_section_5_4_rs256_is_not_taken(corridor: Running) -> None:
    key = RSAKey.generate_key(2048)
    client = oauth.make(
        corridor, authentication=oauth.JWT, jwks=oauth.jwks(key), key=key, profile=FAPI, dpop_bound_access_tokens=True
    )
    for alg, status in (("PS256", 200), ("RS256", 401)):
        form = {"grant_type": "client_credentials", **client.asserted(alg=alg)}
        assert status == oauth.post(corridor, "/oauth/token", form, {"dpop": oauth.proof(KEY)}).status


def test_section_5_3_3_a_bound_token_opens_the_api_with_a_proof(client: OAuthClient) -> None:
    token = client.exchange(code(client), dpop=oauth.proof(KEY)).token
    caller = Client(client.running.address, "")
    sent = {
        "authorization": f"DPoP {token}",
        "dpop": oauth.proof(KEY, token, method="GET", url=URL),
        "x_corridor_http_method": "GET",
        "x_corridor_http_url": URL,
    }

    caller.call("PayoutService/ListPayouts", LIST, **sent)
