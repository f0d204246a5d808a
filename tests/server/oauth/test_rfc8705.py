"""Mutual-TLS Client Authentication and Certificate-Bound Access Tokens, RFC 8705. TLS itself is the gateway's part."""

import base64
import hashlib

import pytest

from tests.server.oauth import oauth_client as oauth
from tests.server.oauth.oauth_client import LIST, OAuthClient
from tests.serving import Refused, Running

URI = "spiffe://client.example/payments"
NAME = "CN=client.example"


def thumbprint(der: bytes) -> str:
    """The SHA-256 of a certificate in base64url."""
    return base64.urlsafe_b64encode(hashlib.sha256(der).digest()).rstrip(b"=").decode()


def self_signed(running: Running, **changes: object) -> OAuthClient:
    """A client whose own certificate stands in its key set."""
    der, key = oauth.certificate()
    keys = oauth.jwks(key, x5c=[base64.b64encode(der).decode()])
    return oauth.make(running, authentication=oauth.SELF_SIGNED, jwks=keys, certificate=der, **changes)


def test_section_2_1_a_client_is_known_by_the_subject_of_its_certificate(corridor: Running) -> None:
    der, _ = oauth.certificate()
    client = oauth.make(corridor, authentication=oauth.TLS, certificate_subject=NAME, certificate=der)

    assert 200 == client.token().status
    client.certificate = oauth.certificate("other.example")[0]
    assert "invalid_client" == client.token().error


def test_section_2_1_2_or_by_a_uri_among_its_names(corridor: Running) -> None:
    der, _ = oauth.certificate(uri=URI)
    client = oauth.make(corridor, authentication=oauth.TLS, certificate_uri=URI, certificate=der)

    assert 200 == client.token().status
    client.certificate = oauth.certificate(uri=URI + "/more")[0]
    assert "invalid_client" == client.token().error
    client.certificate = oauth.certificate(URI)[0]  # a common name that spells a URI is none
    assert "invalid_client" == client.token().error


def test_section_2_a_client_without_its_certificate_is_refused(corridor: Running) -> None:
    client = self_signed(corridor)
    client.certificate = b""

    assert "invalid_client" == client.token().error


def test_section_2_2_a_client_is_known_by_a_certificate_of_its_own(corridor: Running) -> None:
    client = self_signed(corridor)

    assert 200 == client.token().status
    client.certificate = oauth.certificate()[0]  # of the same name, with another key
    assert "invalid_client" == client.token().error


def test_a_certificate_that_has_ended_is_refused(corridor: Running) -> None:
    der, _ = oauth.certificate(days=-1)
    client = oauth.make(corridor, authentication=oauth.TLS, certificate_subject=NAME, certificate=der)

    assert "invalid_client" == client.token().error


@pytest.mark.parametrize("der", [b"\x30\x03", b"not a certificate", b"\x00" * 2000])
def test_what_is_no_certificate_is_refused(corridor: Running, der: bytes) -> None:
    client = self_signed(corridor)
    client.certificate = der

    assert "invalid_client" == client.token().error


def test_section_3_1_a_bound_token_names_the_certificate(corridor: Running) -> None:
    client = self_signed(corridor, certificate_bound_access_tokens=True)
    _, claims = oauth.read(client.token().token)

    assert {"x5t#S256": thumbprint(client.certificate)} == claims["cnf"]


def test_section_3_a_bound_token_works_over_connections_with_the_certificate_alone(corridor: Running) -> None:
    client = self_signed(corridor, certificate_bound_access_tokens=True)
    caller = client.caller(client.token().token)
    mine, other = thumbprint(client.certificate), thumbprint(oauth.certificate()[0])

    caller.call("PayoutService/ListPayouts", LIST, x_corridor_client_certificate=mine)
    for shown in ({"x_corridor_client_certificate": other}, {}):
        with pytest.raises(Refused) as caught:
            caller.call("PayoutService/ListPayouts", LIST, **shown)
        assert "CREDENTIAL_NOT_BOUND" == caught.value.reason


def test_section_3_2_introspection_tells_the_binding(corridor: Running) -> None:
    client = self_signed(corridor, certificate_bound_access_tokens=True)
    found = client.post("/oauth/introspect", token=client.token().token).body

    assert {"x5t#S256": thumbprint(client.certificate)} == found["cnf"]


def test_section_4_a_client_by_secret_can_bind_its_tokens_too(corridor: Running) -> None:
    client = oauth.make(corridor, certificate_bound_access_tokens=True)
    assert "invalid_request" == client.token().error

    client.certificate = oauth.certificate()[0]
    assert thumbprint(client.certificate) == oauth.read(client.token().token)[1]["cnf"]["x5t#S256"]
