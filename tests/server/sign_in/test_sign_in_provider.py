"""Corridor as a relying party: what it believes of a company's provider, and what people see when it does not."""

import base64
import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from joserfc.jwk import ECKey

from adapters.kit.http import Http
from corridor.access.v1 import identity_provider_pb2
from corridor.audit.v1 import audit_service_pb2
from server.platform.access.oauth.identity_provider import Provider
from server.platform.access.oauth.sign_in_client import Attempt, RelyingParty
from server.platform.access.oauth.sign_in_tokens import Untrusted
from server.platform.webhooks.guard import Guard
from tests.server.sign_in.lying_provider import Liar, challenge, sign, trust
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


def test_an_end_user_signs_in_at_the_companys_provider(stage: Scene, owner: Client, liar: Liar) -> None:
    browser = sign_in(stage, owner, liar)

    assert "Test Person" in browser.page.text
    (asked,) = liar.asked
    assert ("authorization_code", "code-1") == (asked["grant_type"], asked["code"])
    assert f"{stage.url}/oauth/callback" == asked["redirect_uri"]
    assert "Basic " + base64.b64encode(b"corridor:provider-secret").decode() == asked["authorization"]
    assert "code" in browser.send("allow").told


def test_the_proof_key_is_the_one_of_the_challenge(stage: Scene, owner: Client, liar: Liar) -> None:
    """RFC 7636, 4.5."""
    browser, told = at_provider(stage, stage.client(owner), liar)
    browser.go("/oauth/callback?" + urlencode({"code": "c", "state": told["state"]}))

    assert told["code_challenge"] == challenge(liar.asked[0]["code_verifier"])


def test_the_providers_new_key_is_found(
    stage: Scene, owner: Client, liar: Liar, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OpenID Connect Core 1.0, 10.1.1: an unknown key id makes the relying party look again."""
    monkeypatch.setattr("server.platform.access.oauth.sign_in_client._ASK_AGAIN_SECONDS", 0.0)
    assert 200 == sign_in(stage, owner, liar).answer.status_code
    fetched = liar.paths.count("/jwks")

    liar.key = ECKey.generate_key("P-256", {"kid": "new"})
    liar.make_token = lambda liar, claims: sign({"alg": "ES256", "kid": "new"}, claims, liar.key)

    assert 200 == sign_in(stage, owner, liar).answer.status_code
    assert fetched + 1 == liar.paths.count("/jwks")


def test_strangers_key_ids_do_not_make_us_fetch_again_and_again(stage: Scene, owner: Client, liar: Liar) -> None:
    liar.make_token = lambda liar, claims: sign({"alg": "ES256", "kid": "two"}, claims, liar.key)
    for _ in range(3):
        sign_in(stage, owner, liar)

    assert 1 == liar.paths.count("/jwks")


def test_an_answer_of_another_provider_is_not_believed(stage: Scene, owner: Client, liar: Liar) -> None:
    """RFC 9207, 2.4."""
    browser = sign_in(stage, owner, liar, iss="https://other.example")

    assert 502 == browser.answer.status_code
    assert "/token" not in liar.paths


def test_an_answer_without_its_issuer_is_not_believed_where_the_provider_says_it(
    stage: Scene, owner: Client, liar: Liar
) -> None:
    """RFC 9207, 2.4."""
    liar.metadata = {"authorization_response_iss_parameter_supported": True}

    assert 502 == sign_in(stage, owner, liar).answer.status_code
    assert 200 == sign_in(stage, owner, liar, iss=liar.url).answer.status_code


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://other.example"},
        {"issuer": None},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": None},
        {"token_endpoint": "file:///etc/passwd"},
        {"jwks_uri": 5},
        {"end_session_endpoint": "//evil.example"},
    ],
    ids=str,
)
def test_a_discovery_document_that_cannot_be_true_sends_nobody_anywhere(
    stage: Scene, owner: Client, liar: Liar, metadata: dict[str, Any]
) -> None:
    """OpenID Connect Discovery 1.0, 4.3."""
    liar.metadata = metadata

    browser = stage.browser().go(stage.authorize_url(stage.client(owner)))

    assert (502, "") == (browser.answer.status_code, browser.left)


def test_addresses_inside_the_network_are_not_called() -> None:
    provider = Provider("http://169.254.169.254", "corridor", "s", "none", (), "", (), False, frozenset())
    guard = Guard()
    relying = RelyingParty(Http(addresses=guard.dialled), guard, "https://c.example/oauth/callback", None)

    with pytest.raises(Untrusted):
        relying.authorization_url(provider, Attempt("s", "n", "v"), time.monotonic() + 5)


def test_a_provider_that_is_down_is_told_and_can_be_tried_again(stage: Scene, owner: Client, liar: Liar) -> None:
    liar.token_status = 503
    browser, told = at_provider(stage, stage.client(owner), liar)
    browser.go("/oauth/callback?" + urlencode({"code": "c", "state": told["state"]}))
    assert 503 == browser.answer.status_code
    assert "does not answer" in browser.page.text

    liar.token_status = 200
    browser.go(browser.page.links["Try again"])
    liar.nonce = browser.told["nonce"]
    browser.go("/oauth/callback?" + urlencode({"code": "c", "state": browser.told["state"]}))

    assert "code" in browser.send("allow").told


def test_a_provider_that_is_gone_is_told(stage: Scene, liar: Liar) -> None:
    owner = stage.running.client()
    trust(owner, liar, issuer="http://127.0.0.1:1")

    browser = stage.browser().go(stage.authorize_url(stage.client(owner)))

    assert 503 == browser.answer.status_code
    assert "Try again" in browser.page.links


def test_a_code_that_the_provider_does_not_take_is_told(stage: Scene, owner: Client, liar: Liar) -> None:
    liar.token_status = 400

    assert 502 == sign_in(stage, owner, liar).answer.status_code


def test_who_cancels_at_the_provider_goes_back_to_the_client(stage: Scene, owner: Client, liar: Liar) -> None:
    """RFC 6749, 4.1.2.1."""
    browser, told = at_provider(stage, stage.client(owner), liar)

    browser.go("/oauth/callback?" + urlencode({"error": "access_denied", "state": told["state"]}))

    assert ("access_denied", "of-the-client") == (browser.told["error"], browser.told["state"])


def test_a_sign_in_that_is_not_believed_stands_in_the_audit_trail(stage: Scene, owner: Client, liar: Liar) -> None:
    liar.claims = {"nonce": "another"}
    sign_in(stage, owner, liar)

    entries = owner.call("AuditService/ListAuditEntries", audit_service_pb2.ListAuditEntriesRequest()).audit_entries

    (refused,) = [entry for entry in entries if entry.action == "sign_in.finish"]
    assert "UNAUTHENTICATED" == refused.reason


@pytest.mark.parametrize(
    ("method", "secret", "shown"),
    [
        (identity_provider_pb2.PROVIDER_AUTH_METHOD_CLIENT_SECRET_POST, "post-secret", "post-secret"),
        (identity_provider_pb2.PROVIDER_AUTH_METHOD_NONE, "", None),
    ],
)
def test_corridor_shows_who_it_is_as_it_was_told(
    stage: Scene, liar: Liar, method: int, secret: str, shown: str | None
) -> None:
    """OpenID Connect Core 1.0, 9."""
    owner = stage.running.client()
    trust(owner, liar, auth_method=method, client_secret=secret)

    sign_in(stage, owner, liar)

    (asked,) = liar.asked
    assert ("", "corridor", shown) == (asked["authorization"], asked["client_id"], asked.get("client_secret"))


def test_a_secret_with_other_characters_is_encoded_before_it_is_joined(stage: Scene, liar: Liar) -> None:
    """RFC 6749, 2.3.1."""
    owner = stage.running.client()
    trust(owner, liar, client_id="cor:ridor", client_secret="a:b%c d")
    liar.claims = {"aud": "cor:ridor"}

    assert 200 == sign_in(stage, owner, liar).answer.status_code
    sent = base64.b64decode(liar.asked[0]["authorization"].removeprefix("Basic ")).decode()
    assert "cor%3Aridor:a%3Ab%25c+d" == sent


def test_nothing_of_the_provider_is_believed_for_its_size(stage: Scene, owner: Client, liar: Liar) -> None:
    liar.metadata = {"padding": json.dumps(["x" * 300_000])}

    assert 503 == stage.browser().go(stage.authorize_url(stage.client(owner))).answer.status_code
