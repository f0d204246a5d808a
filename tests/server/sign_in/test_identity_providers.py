"""Which provider a company has: what can be set, what is kept secret, and where the test provider never is."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from corridor.access.v1 import identity_provider_pb2
from corridor.access.v1 import identity_provider_service_pb2 as api
from server.store.embedded import Embedded
from tests.database import fresh_database, worker
from tests.server.people import company_of, refused
from tests.server.sign_in.lying_provider import Liar, trust
from tests.server.sign_in.sign_in_scene import Scene, scene
from tests.serving import LIVE, Client, Refused

GET = "IdentityProviderService/GetIdentityProvider"
PUT = "IdentityProviderService/UpdateIdentityProvider"
DELETE = "IdentityProviderService/DeleteIdentityProvider"
BASIC = identity_provider_pb2.PROVIDER_AUTH_METHOD_CLIENT_SECRET_BASIC
NONE = identity_provider_pb2.PROVIDER_AUTH_METHOD_NONE


@pytest.fixture
def owner(stage: Scene) -> Client:
    """A company."""
    return stage.running.client()


@pytest.fixture(scope="module")
def strict(postgres: Embedded, migrated: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """An installation as in production: no test provider, and no private addresses."""
    url = fresh_database(postgres, f"strict_{worker()}", template=migrated)
    directory = tmp_path_factory.mktemp("strict")
    with scene(url, directory, test_provider=False, allow_private_endpoints=False) as found:
        yield found


def test_a_provider_is_set_shown_without_its_secret_and_deleted(stage: Scene, owner: Client, liar: Liar) -> None:
    trust(owner, liar)

    found = owner.call(GET, api.GetIdentityProviderRequest()).identity_provider
    assert (liar.url, "corridor", BASIC, False) == (found.issuer, found.client_id, found.auth_method, found.built_in)
    assert f"{stage.url}/oauth/callback" == found.callback_url
    assert "provider-secret" not in str(found)
    owner.call(DELETE, api.DeleteIdentityProviderRequest())
    assert owner.call(GET, api.GetIdentityProviderRequest()).identity_provider.built_in
    assert "NOT_FOUND" == refused(owner, DELETE, api.DeleteIdentityProviderRequest()).reason


def test_a_secret_is_sealed(stage: Scene, owner: Client, liar: Liar) -> None:
    trust(owner, liar)

    with stage.running.parts.store.of(company_of(stage.running, owner), 1) as connection:
        rows = connection.execute("SELECT p::text FROM corridor.identity_providers p").fetchall()

    assert b"provider-secret".hex() not in rows[0][0]


def test_a_secret_is_kept_for_the_same_issuer_and_client_alone(owner: Client, liar: Liar) -> None:
    """Otherwise whoever may set the issuer could have the secret sent to their own."""
    trust(owner, liar)

    trust(owner, liar, client_secret="", scopes=["profile"])
    for changes in ({"issuer": liar.url + "/other"}, {"client_id": "other"}):
        with pytest.raises(Refused) as caught:
            trust(owner, liar, client_secret="", **changes)
        assert ["client_secret"] == caught.value.fields


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"client_secret": ""}, "client_secret"),
        ({"auth_method": NONE}, "client_secret"),
        ({"end_user_scopes": ["nothing:known"]}, "end_user_scopes"),
        ({"group_roles": [identity_provider_pb2.GroupRole(group="x", role=1)]}, "groups_claim"),
        ({"issuer": "https://idp.example?x=1"}, "issuer"),
        ({"issuer": "https://idp.example#x"}, "issuer"),
        ({"issuer": "ftp://idp.example"}, "issuer"),
        ({"auth_method": 0}, "auth_method"),
    ],
)
def test_what_cannot_work_is_refused_with_its_field(
    owner: Client, liar: Liar, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refused) as caught:
        trust(owner, liar, **changes)

    assert [field] == caught.value.fields


@pytest.mark.parametrize("issuer", ["http://idp.example.com", "https://127.0.0.1", "https://169.254.169.254",
                                    "https://localhost", "https://10.0.0.1"])  # fmt: skip
def test_a_provider_inside_the_network_is_refused(strict: Scene, liar: Liar, issuer: str) -> None:
    with pytest.raises(Refused) as caught:
        trust(strict.running.client(), liar, issuer=issuer)

    assert "ENDPOINT_URL_REFUSED" == caught.value.reason


def test_the_test_provider_is_a_sandbox_companys_default(stage: Scene, owner: Client) -> None:
    found = owner.call(GET, api.GetIdentityProviderRequest()).identity_provider

    assert (True, f"{stage.url}/oauth/test-provider") == (found.built_in, found.issuer)
    document = httpx.get(found.issuer + "/.well-known/openid-configuration").json()
    assert found.issuer == document["issuer"]
    assert "keys" in httpx.get(document["jwks_uri"]).json()


def test_a_live_company_never_has_the_test_provider(stage: Scene, liar: Liar) -> None:
    live = stage.running.client(environment=LIVE)

    assert "NOT_FOUND" == refused(live, GET, api.GetIdentityProviderRequest()).reason
    browser = stage.browser().go(stage.authorize_url(stage.client(live)))
    assert (503, "") == (browser.answer.status_code, browser.left)
    assert "Sign-in is not set up" in browser.page.text
    for issuer in (f"{stage.url}/oauth/test-provider", f"{stage.url}/oauth/test-provider/"):
        with pytest.raises(Refused) as caught:
            trust(live, liar, issuer=issuer)
        assert "ENDPOINT_URL_REFUSED" == caught.value.reason


def test_where_the_test_provider_is_off_there_is_nothing(strict: Scene) -> None:
    path = f"{strict.url}/oauth/test-provider"
    answers = [
        httpx.get(path + "/.well-known/openid-configuration"),
        httpx.get(path + "/jwks"),
        httpx.get(path + "/authorize"),
        httpx.get(path + "/logout"),
        httpx.post(path + "/authorize", content=b"user=admin"),
        httpx.post(path + "/token", content=b"code=x"),
    ]

    assert {404} == {answer.status_code for answer in answers}
    owner = strict.running.client()
    assert "NOT_FOUND" == refused(owner, GET, api.GetIdentityProviderRequest()).reason
    browser = strict.browser().go(strict.authorize_url(strict.client(owner)))
    assert "Sign-in is not set up" in browser.page.text


@pytest.mark.parametrize(
    ("form", "authorization"),
    [
        ("grant_type=authorization_code&code=x", "Basic Y286eA=="),
        ("grant_type=authorization_code&code=x", "Bearer x"),
        ("grant_type=authorization_code&code=x", "Basic x"),
        ("grant_type=authorization_code&code=x", ""),
        ("%ff", "Basic Y286eA=="),
    ],
)
def test_the_test_providers_token_endpoint_gives_nothing_away(stage: Scene, form: str, authorization: str) -> None:
    """RFC 6749, 5.2."""
    answer = httpx.post(
        f"{stage.url}/oauth/test-provider/token", content=form, headers={"authorization": authorization}
    )

    assert 400 == answer.status_code
    assert answer.json()["error"] in {"invalid_client", "invalid_grant", "invalid_request"}
