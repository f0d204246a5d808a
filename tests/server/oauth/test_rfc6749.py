"""The OAuth 2.0 Authorization Framework, RFC 6749: what each section asks of an authorization server."""

from collections.abc import Callable

import pytest

from corridor.access.v1 import oauth_client_pb2 as pb
from corridor.access.v1 import oauth_client_service_pb2 as api
from corridor.access.v1 import security_alert_service_pb2
from corridor.type.v1.raw_request_pb2 import RawHeader, RawRequest
from tests.server.oauth import oauth_client as oauth
from tests.server.oauth.oauth_client import OAuthClient
from tests.serving import LIVE, Running


@pytest.fixture(scope="module")
def client(corridor: Running) -> OAuthClient:
    """A client with a secret that may get tokens in every way."""
    return oauth.make(corridor)


def test_section_2_3_1_a_client_proves_itself_by_its_secret_in_the_header(client: OAuthClient) -> None:
    found = client.token()

    assert (200, "Bearer", 600) == (found.status, found.body["token_type"], found.body["expires_in"])
    assert oauth.works(client, found.token)


def test_section_2_3_1_or_in_the_body_where_that_is_set(corridor: Running) -> None:
    client = oauth.make(corridor, authentication=oauth.POST)

    assert 200 == client.token().status


def test_section_2_3_1_a_secret_in_the_address_is_refused(client: OAuthClient, corridor: Running) -> None:
    form = {"grant_type": "client_credentials"}
    query = f"client_id={client.client_id}&client_secret={client.secret}"

    assert "invalid_request" == oauth.post(corridor, "/oauth/token", form, query=query).error


def test_section_2_3_a_client_uses_one_way_in_each_request(client: OAuthClient, corridor: Running) -> None:
    form = {"grant_type": "client_credentials", "client_id": client.client_id, "client_secret": client.secret}

    assert "invalid_request" == oauth.post(corridor, "/oauth/token", form, client.basic).error


def test_section_2_3_a_way_that_is_not_the_clients_is_refused(client: OAuthClient, corridor: Running) -> None:
    form = {"grant_type": "client_credentials", "client_id": client.client_id, "client_secret": client.secret}

    assert (401, "invalid_client") == _both(oauth.post(corridor, "/oauth/token", form))


@pytest.mark.parametrize(
    "header",
    [
        lambda c: oauth.basic(c.client_id, "wrong"),
        lambda c: oauth.basic("oc_" + "0" * 26, c.secret),
        lambda c: oauth.basic("nobody", "nothing"),
        lambda c: oauth.basic(c.client_id, ""),
        lambda c: "Basic !!!",
        lambda c: "Basic bm9jb2xvbg==",
    ],
    ids=["wrong secret", "unknown client", "no id", "no secret", "no base64", "no colon"],
)
def test_section_5_2_who_is_no_client_hears_401_with_a_challenge(
    client: OAuthClient, corridor: Running, header: Callable[[OAuthClient], str]
) -> None:
    form = {"grant_type": "client_credentials"}
    found = oauth.post(corridor, "/oauth/token", form, {"authorization": header(client)})

    assert (401, "invalid_client") == _both(found)
    assert 'Basic realm="corridor"' == found.headers["www-authenticate"]
    assert "The client is not known, or did not prove that it is itself." == found.body["error_description"]


def test_section_3_2_a_parameter_that_is_sent_twice_is_refused(client: OAuthClient, corridor: Running) -> None:
    twice = "grant_type=client_credentials&grant_type=client_credentials"

    assert "invalid_request" == oauth.post(corridor, "/oauth/token", twice, client.basic).error


def test_section_3_2_a_parameter_without_a_value_counts_as_not_sent(client: OAuthClient, corridor: Running) -> None:
    assert 200 == oauth.post(corridor, "/oauth/token", "grant_type=client_credentials&scope=", client.basic).status


def test_section_3_2_parameters_that_are_not_known_are_ignored(client: OAuthClient) -> None:
    assert 200 == client.token(something="else").status


@pytest.mark.parametrize("kind", ["application/json", "text/plain", ""])
def test_section_4_4_2_the_body_is_a_form(client: OAuthClient, corridor: Running, kind: str) -> None:
    headers = {**client.basic, "content-type": kind}

    assert "invalid_request" == oauth.post(corridor, "/oauth/token", "grant_type=client_credentials", headers).error


@pytest.mark.parametrize("body", [b"grant_type=%ff%fe", b"\xff\xfe=1", b"a=1&" * 60, b"grant_type=a%00b"])
def test_section_5_2_a_body_that_cannot_be_read_is_refused(client: OAuthClient, corridor: Running, body: bytes) -> None:
    given = {"content-type": oauth.FORM, **client.basic}
    headers = [RawHeader(name=name, value=value.encode()) for name, value in given.items()]

    assert "invalid_request" == oauth.call(corridor, "/oauth/token", RawRequest(headers=headers, body=body)).error


def test_section_3_3_a_token_has_the_scopes_that_were_asked_for(client: OAuthClient) -> None:
    assert "payouts:read" == client.token(scope="payouts:read").body["scope"]
    assert "payouts:create payouts:read" == client.token().body["scope"]


@pytest.mark.parametrize("scope", ["payouts:release", "payouts:read keys:manage", "payouts:read  payouts:create"])
def test_section_3_3_a_scope_that_the_client_may_not_have_is_refused(client: OAuthClient, scope: str) -> None:
    assert "invalid_scope" == client.token(scope=scope).error


def test_section_5_1_a_token_is_never_stored_on_the_way(client: OAuthClient) -> None:
    headers = client.token().headers

    assert ("no-store", "no-cache") == (headers["cache-control"], headers["pragma"])
    assert "application/json" == headers["content-type"]


@pytest.mark.parametrize("grant_type", ["password", "implicit", "urn:ietf:params:oauth:grant-type:device_code"])
def test_section_5_2_a_grant_type_that_there_is_not_is_refused(client: OAuthClient, grant_type: str) -> None:
    assert "unsupported_grant_type" == client.post("/oauth/token", grant_type=grant_type).error


def test_section_5_2_a_client_uses_the_grant_types_that_are_set_for_it(corridor: Running) -> None:
    only = oauth.make(corridor, grant_types=[pb.GRANT_TYPE_CLIENT_CREDENTIALS], redirect_uris=[])

    assert "unauthorized_client" == only.refresh("rt_whatever").error
    assert "unauthorized_client" == only.exchange("code_whatever").error


def test_section_6_a_refresh_token_gives_another_token_and_is_rotated(client: OAuthClient) -> None:
    first = client.exchange(client.code())
    second = client.refresh(first.body["refresh_token"])

    assert 200 == second.status
    assert second.body["refresh_token"] != first.body["refresh_token"]
    assert oauth.works(client, second.token)


def test_section_10_4_a_rotated_refresh_token_that_comes_again_ends_the_grant(client: OAuthClient) -> None:
    first = client.exchange(client.code()).body["refresh_token"]
    second = client.refresh(first)

    assert "invalid_grant" == client.refresh(first).error
    assert "invalid_grant" == client.refresh(second.body["refresh_token"]).error
    oauth.until_refused(client, second.token, "CREDENTIAL_REVOKED")


def test_section_10_4_and_raises_a_security_alert(corridor: Running) -> None:
    owner = corridor.client()
    client = oauth.make(corridor, owner)
    first = client.exchange(client.code()).body["refresh_token"]
    client.refresh(first)
    client.refresh(first)

    request = security_alert_service_pb2.ListSecurityAlertsRequest()
    (alert,) = owner.call("SecurityAlertService/ListSecurityAlerts", request).security_alerts
    assert "refresh token" in alert.detail


def test_section_6_scopes_can_become_fewer_and_never_more(client: OAuthClient) -> None:
    token = client.exchange(client.code(scope="payouts:read payouts:create")).body["refresh_token"]

    assert "invalid_scope" == client.refresh(token, scope="payouts:release").error
    assert "payouts:read" == client.refresh(token, scope="payouts:read").body["scope"]


def test_section_10_3_a_token_is_of_the_clients_company_and_environment(corridor: Running) -> None:
    mine, theirs = corridor.client(environment=LIVE), corridor.client(environment=LIVE)
    token = oauth.make(corridor, mine).token().token
    _, claims = oauth.read(token)

    assert "live" == claims["environment"]
    assert claims["company"] != oauth.make(corridor, theirs).company_id


def test_section_2_a_disabled_client_gets_nothing_and_its_tokens_stop(corridor: Running) -> None:
    owner = corridor.client()
    client = oauth.make(corridor, owner)
    token = client.token().token
    assert oauth.works(client, token)

    request = api.DisableOAuthClientRequest(oauth_client_id=client.client_id)
    owner.call("OAuthClientService/DisableOAuthClient", request)

    assert "invalid_client" == client.token().error
    oauth.until_refused(client, token, "CREDENTIAL_INACTIVE")
    enable = api.EnableOAuthClientRequest(oauth_client_id=client.client_id)
    owner.call("OAuthClientService/EnableOAuthClient", enable)
    assert 200 == client.token().status


def test_no_refusal_quotes_what_was_sent(client: OAuthClient, corridor: Running) -> None:
    planted = "planted-secret-value"
    for form in ({"grant_type": planted}, {"grant_type": "authorization_code", "code": planted}):
        found = oauth.post(corridor, "/oauth/token", {**form, "scope": planted}, client.basic)
        assert planted.encode() not in found.text


def _both(found: oauth.Answer) -> tuple[int, str]:
    return found.status, found.error
