"""Demonstrating Proof of Possession, RFC 9449: a token that only the holder of a key can use."""

from typing import Any

import pytest
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from corridor.type.v1.raw_request_pb2 import RawHeader, RawRequest
from tests.server.oauth import oauth_client as oauth
from tests.server.oauth.oauth_client import ISSUER, LIST, OAuthClient
from tests.serving import Client, Refused, Running

RPC = "/corridor.payouts.v1.PayoutService/ListPayouts"
KEY = ECKey.generate_key("P-256")
URL = "https://api.example/v1/payouts"


@pytest.fixture(scope="module")
def client(corridor: Running) -> OAuthClient:
    """A client whose tokens are bound to a key."""
    return oauth.make(corridor, dpop_bound_access_tokens=True)


@pytest.fixture(scope="module")
def token(client: OAuthClient) -> str:
    """A token that is bound to the key."""
    return client.token(dpop=oauth.proof(KEY)).token


def call(client: OAuthClient, token: str, *proofs: str, scheme: str = "DPoP", **metadata: str) -> str:
    """How a call with a token and a proof ends: a reason, or nothing."""
    caller = Client(client.running.address, "")
    sent = {"authorization": f"{scheme} {token}", **({"dpop": proofs[0]} if proofs else {}), **metadata}
    try:
        caller.call("PayoutService/ListPayouts", LIST, **sent)
    except Refused as error:
        return error.reason
    finally:
        caller.close()
    return ""


def rest(client: OAuthClient, token: str, proof: str, url: str = URL) -> str:
    """How a call ends that came over HTTP, as a gateway passes it on."""
    return call(client, token, proof, x_corridor_http_method="GET", x_corridor_http_url=url)


def test_section_5_a_proof_binds_the_token_to_its_key(client: OAuthClient) -> None:
    found = client.token(dpop=oauth.proof(KEY))
    _, claims = oauth.read(found.token)

    assert "DPoP" == found.body["token_type"]
    assert {"jkt": KEY.thumbprint()} == claims["cnf"]


def test_section_5_a_client_whose_tokens_are_bound_needs_a_proof(client: OAuthClient) -> None:
    assert "invalid_dpop_proof" == client.token().error


def test_section_5_any_client_can_bind_its_token(corridor: Running) -> None:
    usual = oauth.make(corridor)

    assert ("Bearer", "DPoP") == (
        usual.token().body["token_type"],
        usual.token(dpop=oauth.proof(KEY)).body["token_type"],
    )


@pytest.mark.parametrize("key", [OKPKey.generate_key("Ed25519"), RSAKey.generate_key(2048)], ids=["EdDSA", "PS256"])
def test_section_5_1_with_each_algorithm_that_is_offered(client: OAuthClient, key: Any) -> None:
    alg = "EdDSA" if isinstance(key, OKPKey) else "PS256"

    assert 200 == client.token(dpop=oauth.proof(key, alg=alg)).status


@pytest.mark.parametrize(
    "changes",
    [
        {"method": "GET"},
        {"url": f"{ISSUER}/oauth/par"},
        {"url": "https://evil.example/oauth/token"},
        {"htm": None},
        {"htu": None},
        {"htu": 5},
        {"htu": "http://[::1/oauth/token"},
        {"jti": None},
        {"jti": ""},
        {"jti": "x" * 300},
        {"iat": None},
        {"iat": 1},
        {"iat": 4_102_444_800},
        {"iat": "now"},
        {"iat": float("nan")},
        {"iat": True},
        {"header": {"typ": "JWT"}},
        {"header": {"typ": None}},
        {"header": {"jwk": None}},
        {"header": {"jwk": KEY.as_dict(private=True)}},
        {"header": {"jwk": ECKey.generate_key("P-256").as_dict(private=False)}},
        {"header": {"jwk": OctKey.generate_key(256).as_dict()}},
        {"header": {"jwk": "a key"}},
        {"header": {"jwk": {"kty": "EC", "crv": "P-256"}}},
        {"header": {"crit": ["exp"], "exp": 1}},
        {"header": {"jku": "https://evil.example/keys"}},
        {"header": {"x5u": "https://evil.example/cert"}},
    ],
)
def test_section_4_3_a_proof_that_is_not_whole_is_refused(client: OAuthClient, changes: dict[str, Any]) -> None:
    found = client.token(dpop=oauth.proof(KEY, **changes))

    assert (400, "invalid_dpop_proof") == (found.status, found.error)


def test_section_4_3_a_key_that_is_too_weak_is_refused(client: OAuthClient) -> None:
    weak = RSAKey.generate_key(1024, auto_kid=False)

    assert "invalid_dpop_proof" == client.token(dpop=oauth.proof(weak, alg="PS256")).error


def test_section_4_3_a_proof_by_hmac_or_without_signature_is_refused(client: OAuthClient) -> None:
    header, claims = oauth.read(oauth.proof(KEY))
    for forged in (
        oauth.hs256({**header, "alg": "HS256"}, claims, KEY.as_pem(private=False)),
        oauth.unsigned({**header, "alg": "none"}, claims),
    ):
        assert "invalid_dpop_proof" == client.token(dpop=forged).error


def test_section_4_3_two_proofs_are_one_too_many(client: OAuthClient, corridor: Running) -> None:
    given = {"content-type": oauth.FORM, **client.basic}
    headers = [RawHeader(name=name, value=value.encode()) for name, value in given.items()]
    headers += [RawHeader(name="dpop", value=oauth.proof(KEY).encode()) for _ in range(2)]

    found = oauth.call(corridor, "/oauth/token", RawRequest(headers=headers, body=b"grant_type=client_credentials"))
    assert "invalid_request" == found.error


def test_section_11_1_a_proof_is_good_for_one_request(client: OAuthClient) -> None:
    proof = oauth.proof(KEY)

    assert 200 == client.token(dpop=proof).status
    assert "invalid_dpop_proof" == client.token(dpop=proof).error


def test_section_7_1_a_call_shows_token_and_proof(client: OAuthClient, token: str) -> None:
    assert "" == rest(client, token, oauth.proof(KEY, token, method="GET", url=URL))


def test_section_7_1_a_proof_that_comes_again_is_refused(client: OAuthClient, token: str) -> None:
    proof = oauth.proof(KEY, token, method="GET", url=URL)

    assert ["", "CREDENTIAL_REPLAYED"] == [rest(client, token, proof), rest(client, token, proof)]


@pytest.mark.parametrize(
    "said",
    [
        "HTTPS://API.EXAMPLE:443/v1/payouts",
        "https://api.example/v1/payouts?page_size=5",
        "https://api.example/v1/payouts#x",
    ],
)
def test_section_4_3_addresses_are_compared_by_what_they_mean(client: OAuthClient, token: str, said: str) -> None:
    assert "" == rest(client, token, oauth.proof(KEY, token, method="GET", url=said))


@pytest.mark.parametrize(
    "changes",
    [
        {"method": "POST"},
        {"url": "https://api.example/v1/payout"},
        {"url": "https://other.example/v1/payouts"},
        {"url": "http://api.example/v1/payouts"},
        {"url": "https://api.example:8443/v1/payouts"},
        {"ath": None},
        {"ath": "A" * 43},
        {"iat": 1},
    ],
)
def test_section_7_a_proof_for_something_else_is_refused(
    client: OAuthClient, token: str, changes: dict[str, Any]
) -> None:
    proof = oauth.proof(KEY, token, **{"method": "GET", "url": URL, **changes})

    assert "CREDENTIAL_NOT_BOUND" == rest(client, token, proof)


def test_section_7_a_proof_of_another_key_is_refused(client: OAuthClient, token: str) -> None:
    other = ECKey.generate_key("P-256")

    assert "CREDENTIAL_NOT_BOUND" == rest(client, token, oauth.proof(other, token, method="GET", url=URL))


def test_section_7_2_a_bound_token_is_no_bearer_token(client: OAuthClient, token: str) -> None:
    proof = oauth.proof(KEY, token, method="GET", url=URL)

    assert "CREDENTIAL_NOT_BOUND" == call(client, token, scheme="Bearer")
    assert "CREDENTIAL_NOT_BOUND" == call(client, token, proof, scheme="Bearer")
    assert "CREDENTIAL_NOT_BOUND" == call(client, token)


def test_section_7_1_a_token_that_is_not_bound_is_refused_by_the_scheme(corridor: Running) -> None:
    usual = oauth.make(corridor)
    token = usual.token().token

    assert "CREDENTIAL_NOT_BOUND" == call(usual, token, oauth.proof(KEY, token, url=RPC))


def test_section_7_1_the_challenge_names_the_algorithms(client: OAuthClient, token: str) -> None:
    caller = Client(client.running.address, "")
    with pytest.raises(Refused) as caught:
        caller.call("PayoutService/ListPayouts", LIST, authorization=f"DPoP {token}")

    challenge = caught.value.trailers["www-authenticate"]
    assert 'DPoP error="invalid_dpop_proof", algs="ES256 EdDSA Ed25519 PS256"' == challenge


def test_callers_of_grpc_prove_the_rpcs_path(client: OAuthClient, token: str) -> None:
    assert "" == call(client, token, oauth.proof(KEY, token, url=f"https://server:50051{RPC}"))
    assert "CREDENTIAL_NOT_BOUND" == call(client, token, oauth.proof(KEY, token, url=f"https://server:50051{RPC}s"))
    assert "CREDENTIAL_NOT_BOUND" == call(client, token, oauth.proof(KEY, token, method="GET", url=RPC))


def test_section_10_a_code_can_be_bound_to_the_key_that_will_use_it(client: OAuthClient) -> None:
    other = ECKey.generate_key("P-256")
    code = client.code(dpop_jkt=KEY.thumbprint())
    assert "invalid_grant" == client.exchange(code, dpop=oauth.proof(other)).error

    code = client.code(dpop_jkt=KEY.thumbprint())
    assert 200 == client.exchange(code, dpop=oauth.proof(KEY)).status


def test_section_10_1_a_proof_with_a_pushed_request_binds_its_code(client: OAuthClient) -> None:
    pushed = client.post("/oauth/par", **client.asks(), dpop=oauth.proof(KEY, url=f"{ISSUER}/oauth/par"))
    begun = client.journey(request_uri=pushed.body["request_uri"])
    code = client.allowed(begun)

    assert KEY.thumbprint() == begun.parameters.thumbprint
    assert "invalid_grant" == client.exchange(code, dpop=oauth.proof(ECKey.generate_key("P-256"))).error


def test_section_10_1_a_proof_that_is_not_the_named_key_is_refused(client: OAuthClient) -> None:
    other = ECKey.generate_key("P-256")
    proof = oauth.proof(KEY, url=f"{ISSUER}/oauth/par")

    assert (
        "invalid_dpop_proof" == client.post("/oauth/par", **client.asks(dpop_jkt=other.thumbprint()), dpop=proof).error
    )


def test_section_5_a_refresh_keeps_to_the_rule(client: OAuthClient) -> None:
    given = client.exchange(client.code(), dpop=oauth.proof(KEY)).body["refresh_token"]

    assert "invalid_dpop_proof" == client.refresh(given).error
    assert "DPoP" == client.refresh(given, dpop=oauth.proof(KEY)).body["token_type"]


def test_section_6_2_introspection_tells_the_binding(client: OAuthClient, token: str) -> None:
    found = client.post("/oauth/introspect", token=token).body

    assert ("DPoP", {"jkt": KEY.thumbprint()}) == (found["token_type"], found["cnf"])
