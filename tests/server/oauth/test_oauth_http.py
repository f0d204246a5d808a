"""OAuth over HTTP, through a gateway: the endpoints as clients find them, and calls to the API with what they give."""

from collections.abc import Iterator

import httpx
import pytest
from authlib.integrations.httpx_client import OAuth2Client
from joserfc.jwk import ECKey

from tests.chaos.world import Process, free_port
from tests.server.oauth import oauth_client as oauth
from tests.server.oauth.oauth_client import ISSUER, OAuthClient
from tests.serving import Running

KEY = ECKey.generate_key("P-256")


@pytest.fixture(scope="module")
def client(corridor: Running) -> OAuthClient:
    """A client with a secret."""
    return oauth.make(corridor)


@pytest.fixture(scope="module")
def http(corridor: Running) -> Iterator[httpx.Client]:
    """A gateway before the server."""
    gateway = Process("gateway", "--port", str(port := free_port()), "--upstream", corridor.address)
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20) as found:
        yield found
    gateway.stop()


def test_a_client_of_others_gets_a_token_and_calls_the_api(client: OAuthClient, http: httpx.Client) -> None:
    with OAuth2Client(client.client_id, client.secret) as theirs:
        token = theirs.fetch_token(str(http.base_url.join("/oauth/token")), grant_type="client_credentials")
        found = theirs.get(str(http.base_url.join("/v1/payouts")))

    assert "payouts:create payouts:read" == token["scope"]
    assert 200 == found.status_code


def test_refusals_have_the_form_of_the_rfc(client: OAuthClient, http: httpx.Client) -> None:
    found = http.post("/oauth/token", data={"grant_type": "client_credentials"}, auth=(client.client_id, "wrong"))

    assert (401, "invalid_client") == (found.status_code, found.json()["error"])
    assert 'Basic realm="corridor"' == found.headers["www-authenticate"]
    assert "no-store" == found.headers["cache-control"]


def test_the_metadata_and_the_keys_can_be_kept_for_a_while(http: httpx.Client) -> None:
    for path in ("/.well-known/oauth-authorization-server", "/.well-known/jwks.json"):
        found = http.get(path)
        assert (200, "public, max-age=300") == (found.status_code, found.headers["cache-control"])
        assert "application/json" == found.headers["content-type"]


def test_a_person_is_sent_on_to_sign_in_or_back_with_an_error(client: OAuthClient, http: httpx.Client) -> None:
    back = http.get("/oauth/authorize", params=client.asks(response_type="token"))

    assert 303 == back.status_code
    assert back.headers["location"].startswith("https://client.example/callback?keep=1&error=")


@pytest.mark.parametrize("authorization", ["Bearer a.b.c", "Bearer", "DPoP x", "Basic eA=="])
def test_what_is_no_token_is_refused_with_a_challenge(http: httpx.Client, authorization: str) -> None:
    found = http.get("/v1/payouts", headers={"authorization": authorization})

    assert 401 == found.status_code
    assert found.headers["www-authenticate"]


def test_a_challenge_says_what_is_wrong_with_a_token(client: OAuthClient, http: httpx.Client) -> None:
    ended = oauth.minted(client, expire_in=-1)
    found = http.get("/v1/payouts", headers={"authorization": f"Bearer {ended}"})

    assert ("CREDENTIAL_EXPIRED", 'Bearer error="invalid_token"') == (
        found.json()["reason"],
        found.headers["www-authenticate"],
    )


def test_a_challenge_names_the_scope_that_is_missing(client: OAuthClient, http: httpx.Client) -> None:
    token = client.token(scope="payouts:create").token
    found = http.get("/v1/payouts", headers={"authorization": f"Bearer {token}"})

    assert 403 == found.status_code
    assert 'Bearer error="insufficient_scope", scope="payouts:read"' == found.headers["www-authenticate"]


def test_a_dpop_token_is_used_over_http(client: OAuthClient, http: httpx.Client) -> None:
    url = str(http.base_url.join("/v1/payouts"))
    headers = {"dpop": oauth.proof(KEY)}
    given = http.post(
        "/oauth/token",
        data={"grant_type": "client_credentials"},
        auth=(client.client_id, client.secret),
        headers=headers,
    ).json()
    token = given["access_token"]
    sent = {"authorization": f"DPoP {token}", "dpop": oauth.proof(KEY, token, method="GET", url=url)}

    assert ("DPoP", 200) == (given["token_type"], http.get("/v1/payouts", headers=sent).status_code)
    again = http.get("/v1/payouts", headers=sent)
    assert (401, "CREDENTIAL_REPLAYED") == (again.status_code, again.json()["reason"])
    assert again.headers["www-authenticate"].startswith('DPoP error="invalid_dpop_proof"')


def test_a_certificate_cannot_be_claimed_from_outside(corridor: Running, http: httpx.Client) -> None:
    der, _ = oauth.certificate()
    mine = oauth.make(corridor, authentication=oauth.TLS, certificate_subject="CN=client.example")
    claimed = {"x-corridor-client-certificate-der": oauth.in_base64(der)}
    form = {"grant_type": "client_credentials", "client_id": mine.client_id}

    assert 401 == http.post("/oauth/token", data=form, headers=claimed).status_code


def test_the_issuer_is_what_the_installation_is_told(http: httpx.Client) -> None:
    assert ISSUER == http.get("/.well-known/oauth-authorization-server").json()["issuer"]
