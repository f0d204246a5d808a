"""Proof Key for Code Exchange, RFC 7636: only who asked for a code can use it. Nobody may go without."""

import pytest

from tests.server.oauth import oauth_client as oauth
from tests.server.oauth.oauth_client import VERIFIER, OAuthClient
from tests.serving import Running


@pytest.fixture(scope="module")
def client(corridor: Running) -> OAuthClient:
    """A client with a secret."""
    return oauth.make(corridor)


def test_appendix_b_the_verifier_of_the_example_fits_its_challenge(client: OAuthClient) -> None:
    code = client.code(code_challenge="E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")

    assert 200 == client.exchange(code, code_verifier=VERIFIER).status


@pytest.mark.parametrize("verifier", ["A" * 43, VERIFIER[:-1] + "l", VERIFIER + "k"])
def test_section_4_6_another_verifier_is_refused(client: OAuthClient, verifier: str) -> None:
    assert "invalid_grant" == client.exchange(client.code(), code_verifier=verifier).error


@pytest.mark.parametrize("verifier", ["", "short", "A" * 42, "A" * 129, "A" * 42 + "!", "A" * 42 + "é"])
def test_section_4_1_what_is_no_verifier_is_refused(client: OAuthClient, verifier: str) -> None:
    assert "invalid_request" == client.exchange(client.code(), code_verifier=verifier).error


def test_section_4_6_a_wrong_guess_uses_the_code_up(client: OAuthClient) -> None:
    code = client.code()
    client.exchange(code, code_verifier="A" * 43)

    assert "invalid_grant" == client.exchange(code).error


@pytest.mark.parametrize(
    "changes",
    [
        {"code_challenge": ""},
        {"code_challenge_method": ""},
        {"code_challenge_method": "plain"},
        {"code_challenge_method": "s256"},
        {"code_challenge": "too-short"},
        {"code_challenge": "A" * 44},
    ],
    ids=["no challenge", "no method", "plain", "wrong case", "too short", "too long"],
)
def test_section_4_4_1_a_request_without_a_challenge_by_s256_is_refused(
    client: OAuthClient, corridor: Running, changes: dict[str, str]
) -> None:
    assert "invalid_request" == oauth.authorize(corridor, client.asks(**changes)).sent_back["error"]
