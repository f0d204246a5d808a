"""Authorization Server Metadata, RFC 8414: a client that knows the issuer finds everything else."""

from authlib.oauth2.rfc8414 import AuthorizationServerMetadata

from server.kit import contract
from tests.server.oauth import oauth_client as oauth
from tests.server.oauth.oauth_client import ISSUER
from tests.serving import Running


def test_section_2_the_metadata_is_what_others_hold_to_be_valid(corridor: Running) -> None:
    found = oauth.get(corridor, "/.well-known/oauth-authorization-server")
    secured = {k: v.replace("http://", "https://") if isinstance(v, str) else v for k, v in found.body.items()}

    AuthorizationServerMetadata(secured).validate()
    assert (200, "application/json") == (found.status, found.headers["content-type"])


def test_section_3_3_the_issuer_is_the_one_that_was_asked_for(corridor: Running) -> None:
    assert ISSUER == oauth.get(corridor, "/.well-known/oauth-authorization-server").body["issuer"]


def test_section_2_every_endpoint_is_below_the_issuer_and_bound(corridor: Running) -> None:
    body = oauth.get(corridor, "/.well-known/oauth-authorization-server").body
    paths = {url.removeprefix(ISSUER) for name, url in body.items() if name.endswith("_endpoint") or name == "jwks_uri"}
    bound = {contract.http_rule(method).partition(" ")[2] for method in contract.methods().values()}

    assert set() == paths - bound


def test_section_2_what_is_told_is_what_is_done(corridor: Running) -> None:
    body = oauth.get(corridor, "/.well-known/oauth-authorization-server").body

    assert ["code"] == body["response_types_supported"]
    assert ["S256"] == body["code_challenge_methods_supported"]
    assert {"none", "HS256"}.isdisjoint(body["token_endpoint_auth_signing_alg_values_supported"])
    assert body["authorization_response_iss_parameter_supported"]
    assert "payouts:create" in body["scopes_supported"]


def test_rfc7517_section_5_the_key_set_holds_public_keys_alone(corridor: Running) -> None:
    found = oauth.get(corridor, "/.well-known/jwks.json")

    assert found.body["keys"]
    assert [] == [key for key in found.body["keys"] if {"d", "p", "q", "k"} & key.keys()]
    assert {("sig", "EdDSA")} == {(key["use"], key["alg"]) for key in found.body["keys"]}
    assert "public, max-age=300" == found.headers["cache-control"]
