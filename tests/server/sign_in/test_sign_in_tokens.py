"""ID tokens that must not be believed, and those that must. OpenID Connect Core 1.0, 3.1.3.7 unless told."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from tests.server.sign_in.lying_provider import Liar, b64, sign, trust, unsigned
from tests.server.sign_in.sign_in_scene import Browser, Scene, at_provider
from tests.serving import Client

Make = Callable[[Liar, dict[str, Any]], str]


@pytest.fixture
def owner(stage: Scene, liar: Liar) -> Client:
    """A company whose people sign in at the provider."""
    found = stage.running.client()
    trust(found, liar)
    return found


def sign_in(stage: Scene, owner: Client, liar: Liar, **answer: str) -> Browser:
    """A browser that comes back from the provider."""
    browser, told = at_provider(stage, stage.client(owner), liar)
    return browser.go("/oauth/callback?" + urlencode({"code": "code-1", "state": told["state"], **answer}))


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://other.example"},
        {"iss": None},
        {"aud": "somebody-else"},
        {"aud": None},
        {"aud": []},
        {"aud": ["corridor", "somebody-else"]},
        {"aud": ["corridor", "somebody-else"], "azp": "corridor"},
        {"azp": "somebody-else"},
        {"exp": timedelta(seconds=-120)},
        {"exp": None},
        {"exp": "tomorrow"},
        {"exp": float("inf")},
        {"iat": timedelta(seconds=600)},
        {"iat": timedelta(seconds=-3600)},
        {"iat": None},
        {"nbf": timedelta(seconds=600)},
        {"nonce": "another"},
        {"nonce": None},
        {"nonce": 5},
        {"sub": ""},
        {"sub": None},
        {"sub": 7},
        {"sub": "x" * 256},
        {"sub": "a\nb"},
        {"at_hash": "wrong"},
    ],
    ids=str,
)
def test_an_id_token_with_a_wrong_claim_says_nothing(
    stage: Scene, owner: Client, liar: Liar, claims: dict[str, Any]
) -> None:
    now = time.time()
    liar.claims = {
        name: int(now + value.total_seconds()) if isinstance(value, timedelta) else value
        for name, value in claims.items()
    }

    browser = sign_in(stage, owner, liar)

    assert 502 == browser.answer.status_code
    assert "could not be verified" in browser.page.text


def confused(liar: Liar, claims: dict[str, Any]) -> str:
    """A token signed with the provider's public key as if that were a secret; joserfc refuses to make one."""
    pem = liar.key.public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    signed = b64(b'{"alg":"HS256","kid":"one"}') + "." + b64(json.dumps(claims).encode())
    return f"{signed}.{b64(hmac.digest(pem, signed.encode(), hashlib.sha256))}"


STRANGE: dict[str, Make] = {
    "alg none": lambda liar, claims: unsigned(claims),
    "key confusion": confused,
    "client secret as key": lambda liar, claims: sign(
        {"alg": "HS256"}, claims, OctKey.import_key(b"provider-secret-provider-secret!")
    ),
    "another key": lambda liar, claims: sign({"alg": "ES256", "kid": "one"}, claims, ECKey.generate_key("P-256")),
    "unknown kid": lambda liar, claims: sign({"alg": "ES256", "kid": "two"}, claims, liar.key),
    "kid that is a number": lambda liar, claims: sign({"alg": "ES256"}, claims, liar.key).replace(
        "eyJhbGciOiJFUzI1NiJ9", base64.urlsafe_b64encode(b'{"alg":"ES256","kid":1}').decode().rstrip("=")
    ),
    "its own key": lambda liar, claims: own_key(claims, "jwk"),
    "its own address": lambda liar, claims: sign({"alg": "ES256", "jku": "https://e.example/"}, claims, liar.key),
    "crit": lambda liar, claims: sign({"alg": "ES256", "kid": "one"}, claims, liar.key).replace(
        "eyJhbGciOiJFUzI1NiIsImtpZCI6Im9uZSJ9",
        base64.urlsafe_b64encode(b'{"alg":"ES256","crit":["b64"],"b64":false}').decode().rstrip("="),
    ),
    "an access token": lambda liar, claims: sign({"alg": "ES256", "typ": "at+jwt"}, claims, liar.key),
    "another algorithm": lambda liar, claims: sign({"alg": "RS256"}, claims, RSAKey.generate_key(2048)),
    "cut": lambda liar, claims: sign({"alg": "ES256"}, claims, liar.key)[:-4],
    "no signature": lambda liar, claims: sign({"alg": "ES256"}, claims, liar.key).rpartition(".")[0] + ".",
    "not a token": lambda liar, claims: "hello",
    "empty": lambda liar, claims: "",
    "too long": lambda liar, claims: sign({"alg": "ES256"}, {**claims, "x": "y" * 70_000}, liar.key),
    "claims that are a list": lambda liar, claims: sign({"alg": "ES256"}, ["sub"], liar.key),  # type: ignore[arg-type] # on purpose
}


def own_key(claims: dict[str, Any], name: str) -> str:
    """A token that brings the key by which it is to be checked."""
    key = ECKey.generate_key("P-256")
    return sign({"alg": "ES256", name: key.as_dict(private=False)}, claims, key)


@pytest.mark.parametrize("name", STRANGE)
def test_an_id_token_that_the_provider_did_not_sign_says_nothing(
    stage: Scene, owner: Client, liar: Liar, name: str
) -> None:
    """RFC 8725, 3.1 to 3.11."""
    liar.make_token = STRANGE[name]

    browser = sign_in(stage, owner, liar)

    assert 502 == browser.answer.status_code
    assert "could not be verified" in browser.page.text


@pytest.mark.parametrize(
    ("alg", "key"),
    [
        ("RS256", RSAKey.generate_key(2048)),
        ("PS256", RSAKey.generate_key(2048)),
        ("EdDSA", OKPKey.generate_key("Ed25519")),
        ("Ed25519", OKPKey.generate_key("Ed25519")),
    ],
)
def test_the_usual_algorithms_are_taken(stage: Scene, owner: Client, liar: Liar, alg: str, key: Any) -> None:
    liar.published = [key.as_dict(private=False)]
    liar.make_token = lambda liar, claims: sign({"alg": alg, "typ": "JWT"}, claims, key)

    assert 200 == sign_in(stage, owner, liar).answer.status_code


def test_a_weak_key_is_not_taken(stage: Scene, owner: Client, liar: Liar) -> None:
    """RFC 7518, 3.3: 2048 bits or more."""
    key = RSAKey.generate_key(1024)
    liar.published = [key.as_dict(private=False)]
    liar.make_token = lambda liar, claims: sign({"alg": "RS256"}, claims, key)

    assert 502 == sign_in(stage, owner, liar).answer.status_code


def test_keys_for_something_else_do_not_sign(stage: Scene, owner: Client, liar: Liar) -> None:
    liar.published = [{**liar.key.as_dict(private=False), "use": "enc"}, {"kty": "oct", "k": "c2VjcmV0"}, "x", None]  # type: ignore[list-item] # what strangers publish

    assert 502 == sign_in(stage, owner, liar).answer.status_code
