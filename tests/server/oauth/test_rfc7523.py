"""JWT Client Authentication, RFC 7523, section 2.2 and 3: a client proves itself with its own key (private_key_jwt)."""

from typing import Any

import pytest
from joserfc.jwk import ECKey, OKPKey, RSAKey

from tests.server.oauth import oauth_client as oauth
from tests.server.oauth.oauth_client import ISSUER, OAuthClient
from tests.serving import Running

GRANT = {"grant_type": "client_credentials"}


@pytest.fixture(scope="module")
def client(corridor: Running) -> OAuthClient:
    """A client with a key of its own."""
    return oauth.with_key(corridor)


def asserted(client: OAuthClient, **claims: Any) -> oauth.Answer:
    """A token by an assertion with other claims."""
    return oauth.post(client.running, "/oauth/token", {**GRANT, **client.asserted(**claims)})


def test_section_2_2_a_client_proves_itself_by_a_jwt_of_its_own(client: OAuthClient) -> None:
    assert 200 == client.token().status


@pytest.mark.parametrize("kind", ["EdDSA", "PS256", "RS256"])
def test_section_2_2_with_each_algorithm_that_is_offered(corridor: Running, kind: str) -> None:
    key = OKPKey.generate_key("Ed25519") if kind == "EdDSA" else RSAKey.generate_key(2048)
    client = oauth.make(corridor, authentication=oauth.JWT, jwks=oauth.jwks(key), key=key)

    assert 200 == asserted(client, alg=kind).status


@pytest.mark.parametrize("audience", [ISSUER, f"{ISSUER}/oauth/token", [ISSUER]])
def test_section_3_the_audience_is_this_server(client: OAuthClient, audience: object) -> None:
    assert 200 == asserted(client, aud=audience).status


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "somebody"},
        {"sub": "somebody"},
        {"aud": "https://other.example"},
        {"aud": None},
        {"exp": None},
        {"exp": 1},
        {"exp": 4_102_444_800},
        {"exp": "soon"},
        {"iat": 4_102_444_800},
        {"nbf": 4_102_444_800},
        {"jti": None},
        {"jti": ""},
        {"jti": 7},
        {"jti": "x" * 300},
    ],
)
def test_section_3_an_assertion_that_is_not_whole_is_refused(client: OAuthClient, claims: dict[str, Any]) -> None:
    found = asserted(client, **claims)

    assert (401, "invalid_client") == (found.status, found.error)


def test_section_3_an_assertion_works_once(client: OAuthClient) -> None:
    form = {**GRANT, **client.asserted()}

    assert 200 == oauth.post(client.running, "/oauth/token", form).status
    assert "invalid_client" == oauth.post(client.running, "/oauth/token", form).error


def test_section_3_another_key_is_refused(client: OAuthClient) -> None:
    assert "invalid_client" == asserted(client, key=ECKey.generate_key("P-256")).error


def test_rfc8725_section_2_1_the_public_key_is_never_taken_for_a_shared_one(client: OAuthClient) -> None:
    assert client.key is not None
    form = client.asserted()
    _, claims = oauth.read(form["client_assertion"])
    for secret in (client.key.as_pem(private=False), oauth.jwks(client.key).encode()):
        forged = {**form, "client_assertion": oauth.hs256({}, claims, secret)}
        assert "invalid_client" == oauth.post(client.running, "/oauth/token", {**GRANT, **forged}).error


def test_rfc8725_section_2_1_an_assertion_without_a_signature_is_refused(client: OAuthClient) -> None:
    form = client.asserted()
    _, claims, _ = form["client_assertion"].split(".")
    form["client_assertion"] = f"eyJhbGciOiJub25lIn0.{claims}."

    assert "invalid_client" == oauth.post(client.running, "/oauth/token", {**GRANT, **form}).error


def test_section_2_2_a_client_id_that_is_not_the_assertions_is_refused(client: OAuthClient) -> None:
    form = {**GRANT, **client.asserted(), "client_id": "oc_" + "0" * 26}

    assert "invalid_client" == oauth.post(client.running, "/oauth/token", form).error


def test_section_2_2_another_type_of_assertion_is_refused(client: OAuthClient) -> None:
    form = {**GRANT, **client.asserted(), "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:saml2"}

    assert "invalid_client" == oauth.post(client.running, "/oauth/token", form).error


@pytest.mark.parametrize("assertion", ["", "x", "a.b.c", "e30.e30.e30", "." * 50, "a" * 9000])
def test_what_is_no_jwt_is_refused(client: OAuthClient, assertion: str) -> None:
    form = {**GRANT, **client.asserted(), "client_assertion": assertion}

    assert oauth.post(client.running, "/oauth/token", form).status in {400, 401}
