"""JWT Profile for OAuth 2.0 Access Tokens, RFC 9068; keys by RFC 7517 and algorithms by RFC 8037."""

import json
import threading

import psycopg
import pytest
from authlib.oauth2.rfc9068.claims import JWTAccessTokenClaims
from joserfc import jwt
from joserfc.jwk import KeySet, OKPKey

from server.platform.access.oauth import jose
from server.platform.access.oauth.signing_keys import SigningKeys
from server.store.embedded import Embedded
from server.store.engine import Store
from tests import corpora
from tests.database import fresh_database, worker
from tests.server.oauth import oauth_client as oauth
from tests.server.oauth.oauth_client import ISSUER, LIST, OAuthClient
from tests.serving import Refused, Running, running


@pytest.fixture(scope="module")
def client(corridor: Running) -> OAuthClient:
    """A client with a secret."""
    return oauth.make(corridor, resources=["https://other.example/api"])


def published(running: Running) -> KeySet:
    """The key set as others see it."""
    return KeySet.import_key_set(oauth.get(running, "/.well-known/jwks.json").body)


def test_section_2_1_the_header_names_the_type_and_the_key(client: OAuthClient) -> None:
    header, _ = oauth.read(client.token().token)

    assert {"alg", "typ", "kid"} == header.keys()
    assert ("EdDSA", "at+jwt") == (header["alg"], header["typ"])


def test_section_2_2_a_token_has_every_claim_that_is_required(client: OAuthClient) -> None:
    _, claims = oauth.read(client.token().token)

    assert {"iss", "exp", "aud", "sub", "client_id", "iat", "jti"} <= claims.keys()
    assert (ISSUER, f"{ISSUER}/v1") == (claims["iss"], claims["aud"])
    assert client.client_id == claims["sub"] == claims["client_id"]
    assert "payouts:create payouts:read" == claims["scope"]
    assert 600 == claims["exp"] - claims["iat"]


def test_section_4_others_can_check_a_token_by_the_published_keys(client: OAuthClient, corridor: Running) -> None:
    token = jwt.decode(client.token().token, published(corridor), algorithms=["EdDSA"])

    JWTAccessTokenClaims(token.claims, token.header, {"iss": {"value": ISSUER}}).validate()


def test_section_3_and_rfc8707_section_2_a_token_can_be_for_another_api(client: OAuthClient) -> None:
    token = client.token(resource="https://other.example/api").token

    assert "https://other.example/api" == oauth.read(token)[1]["aud"]
    with pytest.raises(Refused) as caught:
        client.caller(token).call("PayoutService/ListPayouts", LIST)
    assert "CREDENTIAL_WRONG_AUDIENCE" == caught.value.reason


def test_rfc8707_section_2_an_api_that_is_not_the_clients_is_refused(client: OAuthClient) -> None:
    assert "invalid_target" == client.token(resource="https://evil.example").error
    assert 200 == client.token(resource=f"{ISSUER}/v1").status


def test_section_5_no_two_tokens_have_the_same_id(client: OAuthClient) -> None:
    assert 5 == len({oauth.read(client.token().token)[1]["jti"] for _ in range(5)})


def test_section_2_2_a_persons_token_says_who_they_are(client: OAuthClient) -> None:
    _, claims = oauth.read(client.exchange(client.code("user-3", "con_" + "0" * 26)).token)

    assert ("user-3", "con_" + "0" * 26) == (claims["sub"], claims["consent"])


def test_rfc8037_appendix_a_the_example_key_has_the_examples_thumbprint() -> None:
    key = OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})

    assert "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k" == key.thumbprint()


@pytest.mark.parametrize(
    ("name", "algorithm"),
    [
        ("4_1.rsa_v15_signature", "RS256"),
        ("4_2.rsa-pss_signature", ""),  # PS384
        ("4_3.ecdsa_signature", ""),  # ES512, whose curve is not taken
        ("4_4.hmac-sha2_integrity_protection", ""),  # HS256, whose key is no public one
    ],
)
def test_rfc7520_section_4_examples_are_taken_by_the_algorithms_that_are_and_by_no_other(
    name: str, algorithm: str
) -> None:
    example = json.loads(corpora.path(f"jose-cookbook/jws/{name}.json").read_text())
    header = jose.header(example["output"]["compact"], ("alg", "kid"), ("alg", "kid"))
    private = {"d", "p", "q", "dp", "dq", "qi"}

    try:
        key = jose.public_key({k: v for k, v in example["input"]["key"].items() if k not in private})
        taken = jose.fits(key, header["alg"])
    except jose.UnreadableError:
        taken = False

    assert (header["alg"] if taken else "") == algorithm


@pytest.fixture
def other_process(corridor: Running) -> SigningKeys:
    """What another process knows of the keys."""
    parts = corridor.parts
    return SigningKeys(parts.store, parts.keyring, "EdDSA")


def test_a_key_is_published_before_it_signs(corridor: Running, client: OAuthClient) -> None:
    kid = corridor.parts.oauth.keys.rotate()

    assert kid in {key.kid for key in published(corridor).keys}
    assert kid != oauth.read(client.token().token)[0]["kid"]
    assert "next" == {key.kid: state for key, state in corridor.parts.oauth.keys.states()}[kid]


def test_a_rotated_key_stays_until_its_last_token_has_ended(corridor: Running, client: OAuthClient) -> None:
    before = client.token().token
    kid = corridor.parts.oauth.keys.rotate(lead_seconds=0)

    assert kid == oauth.read(client.token().token)[0]["kid"]
    client.caller(before).call("PayoutService/ListPayouts", LIST)
    assert oauth.read(before)[0]["kid"] in {key.kid for key in published(corridor).keys}


def test_another_process_knows_a_new_key_at_once(corridor: Running, other_process: SigningKeys) -> None:
    other_process.published()  # from now on it knows keys that are not the latest
    kid = corridor.parts.oauth.keys.rotate(lead_seconds=0)

    assert other_process.find(kid) is not None


def test_rotation_under_load_refuses_no_token(corridor: Running, postgres: Embedded) -> None:
    client = oauth.make(corridor)
    settings = corridor.parts.settings
    refusals: list[str] = []
    done = threading.Event()

    def call() -> None:
        while not done.is_set():
            try:
                client.caller(client.token().token).call("PayoutService/ListPayouts", LIST)
            except Refused as error:
                refusals.append(error.reason)

    with running(settings.database_url, settings.data_dir, issuer=settings.issuer) as second:
        beside = oauth.OAuthClient(second, client.resource, client.secret)

        def cross() -> None:
            while not done.is_set():
                try:  # a token of one process at the other
                    beside.caller(client.token().token).call("PayoutService/ListPayouts", LIST)
                except Refused as error:
                    refusals.append(error.reason)

        threads = [threading.Thread(target=target) for target in (call, cross)]
        for thread in threads:
            thread.start()
        for number in range(10):
            (corridor if number % 2 else second).parts.oauth.keys.rotate(lead_seconds=0)
            client.token()
        done.set()
        for thread in threads:
            thread.join()

    assert [] == refusals


def test_two_processes_that_find_no_key_make_one(postgres: Embedded, migrated: str, corridor: Running) -> None:
    url = fresh_database(postgres, f"first_key_{worker()}", template=migrated)
    store = Store(url)
    made = [SigningKeys(store, corridor.parts.keyring, "EdDSA") for _ in range(4)]
    threads = [threading.Thread(target=keys.signer) for keys in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert 1 == len(made[0].published())
    store.close()


def test_a_chore_rotates_when_it_is_time_and_forgets_what_is_over(
    postgres: Embedded, migrated: str, corridor: Running
) -> None:
    url = fresh_database(postgres, f"rotating_{worker()}", template=migrated)
    store = Store(url)
    keys = SigningKeys(store, corridor.parts.keyring, "EdDSA")
    keys.tend(30)
    keys.tend(30)
    assert ["current"] == [state for _, state in keys.states()]

    _age(url, days=31)
    keys.tend(30)
    assert ["next", "current"] == [state for _, state in keys.states()]

    _age(url, days=1)
    keys.tend(30)
    assert ["current"] == [state for _, state in keys.states()]
    store.close()


def test_the_algorithm_can_change_without_refusing_a_token(corridor: Running, client: OAuthClient) -> None:
    before = client.token().token
    other = SigningKeys(corridor.parts.store, corridor.parts.keyring, "ES256")
    other.rotate(lead_seconds=0)
    signed = other.signer()({"typ": "at+jwt"}, oauth.read(before)[1])

    assert "ES256" == oauth.read(signed)[0]["alg"]
    client.caller(signed).call("PayoutService/ListPayouts", LIST)
    client.caller(before).call("PayoutService/ListPayouts", LIST)


def test_private_keys_are_never_in_the_clear_in_the_database(corridor: Running) -> None:
    with corridor.parts.store.anyone() as connection:
        rows = connection.execute("SELECT private_key, public_key FROM corridor.oauth_signing_keys()").fetchall()

    assert rows
    assert [] == [row for row in rows if b"kty" in bytes(row[0]) or '"d"' in row[1]]


def _age(url: str, *, days: int) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(
            "UPDATE corridor.oauth_signing_keys SET start_time = start_time - make_interval(days => %s),"
            " create_time = create_time - make_interval(days => %s)",
            (days, days),
        )
