"""OAuth clients as their company keeps them: what they may be, who may change them, and how secrets end."""

from typing import Any

import pytest
from joserfc.jwk import ECKey, RSAKey

from corridor.access.v1 import credential_service_pb2
from corridor.access.v1 import oauth_client_pb2 as pb
from corridor.access.v1 import oauth_client_service_pb2 as api
from corridor.access.v1.credential_pb2 import CredentialKind
from tests.server import people
from tests.server.oauth import oauth_client as oauth
from tests.serving import LIVE, Client, Refused, Running

SERVICE = "OAuthClientService"
KEY = ECKey.generate_key("P-256")


@pytest.fixture(scope="module")
def owner(corridor: Running) -> Client:
    """Somebody who may do everything."""
    return corridor.client()


def create(owner: Client, **changes: Any) -> Refused:
    """How a client is refused."""
    request = api.CreateOAuthClientRequest(settings=oauth.settings(**changes))
    return people.refused(owner, f"{SERVICE}/CreateOAuthClient", request, key=people.new_key())


def get(owner: Client, client_id: str) -> pb.OAuthClient:
    """A client as it stands."""
    found: pb.OAuthClient = owner.call(
        f"{SERVICE}/GetOAuthClient", api.GetOAuthClientRequest(oauth_client_id=client_id)
    ).oauth_client
    return found


def test_a_secret_is_shown_once_and_never_again(corridor: Running, owner: Client) -> None:
    made = oauth.make(corridor, owner)
    found = get(owner, made.client_id)

    assert made.secret.startswith("cs_")
    assert made.secret not in str(found)
    assert 1 == len(found.secrets)
    assert found.settings == made.resource.settings


def test_a_client_with_a_key_has_no_secret(corridor: Running, owner: Client) -> None:
    made = oauth.with_key(corridor, owner)

    assert ("", 0) == (made.secret, len(get(owner, made.client_id).secrets))


def test_the_same_key_shows_the_same_secret(owner: Client) -> None:
    request, key = api.CreateOAuthClientRequest(settings=oauth.settings()), people.new_key()
    first, second = (owner.call(f"{SERVICE}/CreateOAuthClient", request, key=key) for _ in range(2))

    assert first == second


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"redirect_uris": []}, "settings.redirect_uris"),
        ({"redirect_uris": ["http://client.example/cb"]}, "settings.redirect_uris[0]"),
        ({"redirect_uris": ["https://client.example/cb#x"]}, "settings.redirect_uris[0]"),
        ({"redirect_uris": ["https://user@client.example/cb"]}, "settings.redirect_uris[0]"),
        ({"redirect_uris": ["https://client.example:port/"]}, "settings.redirect_uris[0]"),
        ({"redirect_uris": ["javascript:alert(1)"]}, "settings.redirect_uris[0]"),
        ({"redirect_uris": ["http://127.0.0.1.evil.example/"]}, "settings.redirect_uris[0]"),
        ({"redirect_uris": ["https://"]}, "settings.redirect_uris[0]"),
        ({"grant_types": [pb.GRANT_TYPE_REFRESH_TOKEN]}, "settings.grant_types"),
        ({"scopes": ["payouts:read", "nothing:asks"]}, "settings.scopes"),
        ({"authentication": oauth.JWT}, "settings.jwks"),
        ({"authentication": oauth.JWT, "jwks": "{}"}, "settings.jwks"),
        ({"authentication": oauth.JWT, "jwks": '{"keys":[]}'}, "settings.jwks"),
        ({"authentication": oauth.JWT, "jwks": '{"keys":["x"]}'}, "settings.jwks"),
        ({"authentication": oauth.JWT, "jwks": '{"keys":[{"kty":"oct","k":"AAAA"}]}'}, "settings.jwks"),
        ({"authentication": oauth.JWT, "jwks": oauth.jwks(RSAKey.generate_key(1024))}, "settings.jwks"),
        ({"authentication": oauth.JWT, "jwks": oauth.jwks(ECKey.generate_key("P-521"))}, "settings.jwks"),
        ({"authentication": oauth.JWT, "jwks": oauth.private_jwks(KEY)}, "settings.jwks"),
        ({"authentication": oauth.SELF_SIGNED, "jwks": oauth.jwks(KEY)}, "settings.jwks"),
        ({"authentication": oauth.SELF_SIGNED, "jwks": oauth.jwks(KEY, x5c=["AAAA"])}, "settings.jwks"),
        ({"authentication": oauth.TLS}, "settings.certificate_subject"),
        ({"authentication": oauth.TLS, "certificate_subject": "no name"}, "settings.certificate_subject"),
        ({"certificate_subject": "CN=x"}, "settings.certificate_subject"),
        ({"resources": ["https://api.example/#x"]}, "settings.resources[0]"),
        (
            {"dpop_bound_access_tokens": True, "certificate_bound_access_tokens": True},
            "settings.dpop_bound_access_tokens",
        ),
    ],
)
def test_settings_that_cannot_work_are_refused_with_the_field(
    owner: Client, changes: dict[str, Any], field: str
) -> None:
    refused = create(owner, **changes)

    assert ("INVALID_ARGUMENT", [field]) == (refused.reason, refused.fields)


def test_a_loopback_address_needs_no_tls(corridor: Running, owner: Client) -> None:
    oauth.make(corridor, owner, redirect_uris=["http://127.0.0.1:5000/cb", "http://[::1]/cb", "http://localhost/cb"])


def test_nobody_makes_a_client_that_may_do_more_than_they_may(corridor: Running, owner: Client) -> None:
    lesser = corridor.client(people.company_of(corridor, owner), scopes=["clients:manage", "payouts:read"])

    refused = create(lesser, scopes=["payouts:read", "payouts:create"])

    assert "PERMISSION_DENIED" == refused.reason


def test_nor_takes_over_one_by_changing_it(corridor: Running, owner: Client) -> None:
    made = oauth.make(corridor, owner)
    lesser = corridor.client(people.company_of(corridor, owner), scopes=["clients:manage", "payouts:read"])
    settings = oauth.settings(scopes=["payouts:read"])
    update = api.UpdateOAuthClientRequest(oauth_client_id=made.client_id, settings=settings)
    rotate = api.RotateOAuthClientSecretRequest(oauth_client_id=made.client_id)
    enable = api.EnableOAuthClientRequest(oauth_client_id=made.client_id)

    found = [
        people.refused(lesser, f"{SERVICE}/UpdateOAuthClient", update).reason,
        people.refused(lesser, f"{SERVICE}/RotateOAuthClientSecret", rotate, key=people.new_key()).reason,
        people.refused(lesser, f"{SERVICE}/EnableOAuthClient", enable).reason,
    ]
    assert ["PERMISSION_DENIED"] * 3 == found


def test_a_client_of_another_company_or_environment_is_not_there(corridor: Running, owner: Client) -> None:
    made = oauth.make(corridor, owner)
    request = api.GetOAuthClientRequest(oauth_client_id=made.client_id)
    live = corridor.client(people.company_of(corridor, owner), environment=LIVE)

    for stranger in (corridor.client(), live):
        assert "NOT_FOUND" == people.refused(stranger, f"{SERVICE}/GetOAuthClient", request).reason


def test_a_rotated_secret_works_beside_the_new_one_until_the_overlap_ends(corridor: Running, owner: Client) -> None:
    made = oauth.make(corridor, owner)
    request = api.RotateOAuthClientSecretRequest(oauth_client_id=made.client_id, overlap_hours=1)
    rotated = owner.call(f"{SERVICE}/RotateOAuthClientSecret", request, key=people.new_key())
    again = oauth.OAuthClient(corridor, rotated.oauth_client, rotated.secret)

    assert (200, 200) == (made.token().status, again.token().status)
    with corridor.parts.store.of(people.company_of(corridor, owner), 1) as connection:
        connection.execute("UPDATE corridor.oauth_client_secrets SET expire_time = now() WHERE expire_time IS NOT NULL")
    assert (401, 200) == (made.token().status, again.token().status)


def test_without_overlap_the_old_secret_ends_at_once(corridor: Running, owner: Client) -> None:
    made = oauth.make(corridor, owner)
    request = api.RotateOAuthClientSecretRequest(oauth_client_id=made.client_id)
    owner.call(f"{SERVICE}/RotateOAuthClientSecret", request, key=people.new_key())

    assert 401 == made.token().status


def test_a_secret_that_has_ended_does_not_work(corridor: Running, owner: Client) -> None:
    request = api.CreateOAuthClientRequest(settings=oauth.settings())
    request.secret_expire_time.FromJsonString("2000-01-01T00:00:00Z")

    refused = people.refused(owner, f"{SERVICE}/CreateOAuthClient", request, key=people.new_key())
    assert ["secret_expire_time"] == refused.fields


def test_secrets_and_certificates_that_end_soon_stand_in_the_inventory(corridor: Running) -> None:
    owner = corridor.client()
    request = api.CreateOAuthClientRequest(settings=oauth.settings())
    request.secret_expire_time.GetCurrentTime()
    request.secret_expire_time.seconds += 86_400 * 5
    owner.call(f"{SERVICE}/CreateOAuthClient", request, key=people.new_key())
    der, key = oauth.certificate(days=3)
    keys = oauth.jwks(key, x5c=[oauth.in_base64(der)])
    oauth.make(corridor, owner, authentication=oauth.SELF_SIGNED, jwks=keys)

    found = owner.call(
        "CredentialService/ListExpiringCredentials", credential_service_pb2.ListExpiringCredentialsRequest()
    )
    kinds = [CredentialKind.Name(each.kind).removeprefix("CREDENTIAL_KIND_") for each in found.credentials]
    assert ["OAUTH_CLIENT_CERTIFICATE", "OAUTH_CLIENT_SECRET"] == kinds


def test_clients_are_listed_page_by_page(corridor: Running) -> None:
    owner = corridor.client()
    made = [oauth.make(corridor, owner).client_id for _ in range(3)]
    gone = api.DeleteOAuthClientRequest(oauth_client_id=made[1])
    owner.call(f"{SERVICE}/DeleteOAuthClient", gone)

    first = owner.call(f"{SERVICE}/ListOAuthClients", api.ListOAuthClientsRequest(page_size=1))
    rest = api.ListOAuthClientsRequest(page_size=1, page_token=first.next_page_token)
    second = owner.call(f"{SERVICE}/ListOAuthClients", rest)
    assert [made[2], made[0]] == [page.oauth_clients[0].oauth_client_id for page in (first, second)]
    assert "" == second.next_page_token


def test_titles_and_addresses_are_sealed_in_the_database(corridor: Running, owner: Client) -> None:
    oauth.make(corridor, owner, title="A title to find")
    with people.rows(corridor, owner) as rows:
        stored = b"".join(bytes(row[0]) for row in rows.execute("SELECT message FROM corridor.oauth_clients"))

    assert b"A title to find" not in stored
    assert b"client.example" not in stored


def test_secrets_codes_and_refresh_tokens_are_nowhere_in_the_database(corridor: Running, owner: Client) -> None:
    made = oauth.make(corridor, owner)
    code = made.code()
    given = made.exchange(code).body
    tables = ("oauth_client_secrets", "oauth_codes", "oauth_refresh_tokens", "oauth_authorizations", "oauth_grants")
    with people.rows(corridor, owner) as rows:
        stored = "".join(
            str(row) for table in tables for row in rows.execute(f"SELECT t::text FROM corridor.{table} t")
        )

    for secret in (made.secret, code, given["refresh_token"], given["access_token"]):
        assert secret not in stored
        assert secret.encode().hex() not in stored
