"""A clerk lets the company's bookkeeping program pay in her name; later her access ends, and so does the program's.

Everything runs as `corridor up` runs it, and goes over HTTP; the clerk has a browser without JavaScript.
"""

import base64
from collections.abc import Iterator
from urllib.parse import urlencode

import httpx
import pytest
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from server.cli import provision
from server.cli.rest import Refused, Rest
from server.cli.stack import Stack
from tests.server.sign_in.sign_in_scene import Browser
from tests.serving import until

VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
BACK = "https://books.example/callback"


@pytest.fixture
def office(corridor_up: Stack) -> Iterator[Rest]:
    """The company, by a key that may do everything."""
    rest = Rest(corridor_up.gateway_url, provision.company(corridor_up, "Example Bank").key)
    yield rest
    rest.close()


def test_a_program_acts_for_a_person_as_long_as_they_may(corridor_up: Stack, office: Rest) -> None:
    # The company registers its bookkeeping program.
    settings = {
        "title": "Bookkeeping",
        "grant_types": ["GRANT_TYPE_AUTHORIZATION_CODE"],
        "scopes": ["beneficiaries:read", "payouts:read", "payouts:create"],
        "redirect_uris": [BACK],
        "authentication": "CLIENT_AUTHENTICATION_CLIENT_SECRET_BASIC",
    }
    made = office.send("POST", "/v1/oauth-clients", {"settings": settings}, key="books").body
    client_id = made["oauth_client"]["oauth_client_id"]

    # The clerk is sent to sign in, at the test provider of the sandbox, and sees who asks for what.
    asked = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": BACK,
        "scope": "beneficiaries:read payouts:read payouts:create",
        "state": "desk-4",
        "code_challenge": create_s256_code_challenge(VERIFIER),
        "code_challenge_method": "S256",
    }
    clerk = Browser(corridor_up.gateway_url).go("/oauth/authorize?" + urlencode(asked)).send("operator")
    assert "Allow Bookkeeping to act for you?" in clerk.page.text
    clerk.send("allow", without=("payouts:create",))
    assert "desk-4" == clerk.told["state"]

    # The program gets its token, and does what it may.
    answer = httpx.post(
        f"{corridor_up.gateway_url}/oauth/token",
        data={"grant_type": "authorization_code", "code": clerk.told["code"], "redirect_uri": BACK,
              "code_verifier": VERIFIER},
        headers={"authorization": "Basic " + base64.b64encode(f"{client_id}:{made['secret']}".encode()).decode()},
    )  # fmt: skip
    program = Rest(corridor_up.gateway_url, answer.json()["access_token"])
    assert 200 == program.send("GET", "/v1/payouts").status
    with pytest.raises(Refused, match="PERMISSION_DENIED"):
        program.send("GET", "/v1/members")

    # The clerk leaves the company: within seconds the program can do nothing in her name.
    (member,) = office.send("GET", "/v1/members").body["members"]
    office.send("DELETE", f"/v1/members/{member['member_id']}")
    until(lambda: _refused(program), what="the token ends with the membership")
    program.close()


def _refused(program: Rest) -> bool:
    try:
        program.send("GET", "/v1/payouts")
    except Refused as refused:
        return "CREDENTIAL_REVOKED" in str(refused)
    return False
