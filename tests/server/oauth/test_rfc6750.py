"""Bearer Token Usage, RFC 6750; and who a call by token is."""

import pytest

from corridor.access.v1 import oauth_client_service_pb2 as api
from corridor.audit.v1 import audit_service_pb2
from corridor.options.v1 import method_pb2
from corridor.payouts.v1 import payout_service_pb2
from tests.server import people
from tests.server.oauth import oauth_client as oauth
from tests.server.oauth.oauth_client import LIST, OAuthClient
from tests.serving import Client, Refused, Running


@pytest.fixture(scope="module")
def client(corridor: Running) -> OAuthClient:
    """A client with a secret."""
    return oauth.make(corridor)


def refused(client: Client, **metadata: str) -> tuple[str, str]:
    """Reason and challenge of a call that is refused."""
    with pytest.raises(Refused) as caught:
        client.call("PayoutService/ListPayouts", LIST, **metadata)
    return caught.value.reason, caught.value.trailers.get("www-authenticate", "")


def test_section_2_1_a_token_in_the_header_opens_what_its_scopes_say(client: OAuthClient) -> None:
    caller = client.caller(client.token(scope="payouts:read").token)

    caller.call("PayoutService/ListPayouts", LIST)


def test_section_3_1_a_token_without_the_scope_is_refused(client: OAuthClient) -> None:
    caller = client.caller(client.token(scope="payouts:create").token)

    assert ("PERMISSION_DENIED", 'Bearer error="insufficient_scope", scope="payouts:read"') == refused(caller)


def test_section_3_1_a_token_that_was_altered_is_invalid(client: OAuthClient) -> None:
    header, claims, signature = client.token().token.split(".")
    altered = f"{header}.{claims}.{'A' * len(signature)}"

    assert ("UNAUTHENTICATED", 'Bearer error="invalid_token"') == refused(client.caller(altered))


def test_section_3_1_a_token_that_has_ended_is_told_so(corridor: Running, client: OAuthClient) -> None:
    found = oauth.minted(client, expire_in=-1)

    assert ("CREDENTIAL_EXPIRED", 'Bearer error="invalid_token"') == refused(client.caller(found))


def test_a_token_ends_also_when_it_is_known(client: OAuthClient) -> None:
    caller = client.caller(oauth.minted(client, expire_in=2))
    caller.call("PayoutService/ListPayouts", LIST)

    oauth.until_refused(client, caller.key, "CREDENTIAL_EXPIRED")


def test_a_client_that_calls_for_itself_is_the_caller(corridor: Running) -> None:
    owner = corridor.client()
    client = oauth.make(corridor, owner)
    client.caller(client.token().token).call("PayoutService/ListPayouts", LIST)

    entries = owner.call("AuditService/ListAuditEntries", audit_service_pb2.ListAuditEntriesRequest()).audit_entries
    (entry,) = [found for found in entries if found.action == "payout.list"]
    assert (client.client_id, method_pb2.CALLER_KIND_OAUTH_CLIENT) == (entry.caller_id, entry.caller_kind)


def test_a_person_stands_beside_the_client_in_the_audit_trail(corridor: Running) -> None:
    owner = corridor.client()
    client = oauth.make(corridor, owner)
    client.caller(client.exchange(client.code("user-7")).token).call("PayoutService/ListPayouts", LIST)

    entries = owner.call("AuditService/ListAuditEntries", audit_service_pb2.ListAuditEntriesRequest()).audit_entries
    (entry,) = [found for found in entries if found.action == "payout.list"]
    assert (client.client_id, "user-7") == (entry.caller_id, entry.subject)
    assert method_pb2.CALLER_KIND_USER == entry.caller_kind


def test_every_use_of_the_endpoints_stands_in_the_audit_trail(corridor: Running) -> None:
    owner = corridor.client()
    client = oauth.make(corridor, owner)
    client.token()
    client.token(scope="keys:manage")

    entries = owner.call("AuditService/ListAuditEntries", audit_service_pb2.ListAuditEntriesRequest()).audit_entries
    found = [(e.reason, e.resource_id) for e in entries if e.action == "oauth_token.create"]
    assert [("", client.client_id), ("invalid_scope", client.client_id)] == sorted(found)


def test_a_token_loses_the_scopes_that_its_client_loses(corridor: Running) -> None:
    owner = corridor.client()
    client = oauth.make(corridor, owner)
    token = client.token().token
    settings = oauth.settings(scopes=["payouts:create"])
    request = api.UpdateOAuthClientRequest(oauth_client_id=client.client_id, settings=settings)
    owner.call("OAuthClientService/UpdateOAuthClient", request)

    oauth.until_refused(client, token, "PERMISSION_DENIED")


def test_a_token_ends_with_its_client(corridor: Running) -> None:
    owner = corridor.client()
    client = oauth.make(corridor, owner)
    token = client.token().token
    request = api.DeleteOAuthClientRequest(oauth_client_id=client.client_id)
    owner.call("OAuthClientService/DeleteOAuthClient", request)

    oauth.until_refused(client, token, "CREDENTIAL_REVOKED")
    assert "invalid_client" == client.token().error


def test_a_token_sees_its_own_company_alone(corridor: Running) -> None:
    theirs = corridor.client(environment=1)
    payout = people.payout(theirs)
    mine = oauth.make(corridor)

    request = payout_service_pb2.GetPayoutRequest(payout_id=payout.payout_id)
    with pytest.raises(Refused) as caught:
        mine.caller(mine.token().token).call("PayoutService/GetPayout", request)
    assert "NOT_FOUND" == caught.value.reason


def test_a_token_for_the_other_environment_is_refused(client: OAuthClient) -> None:
    caller = client.caller(client.token().token)

    assert "CREDENTIAL_WRONG_ENVIRONMENT" == refused(caller, x_corridor_environment="live")[0]


def test_a_code_for_a_member_who_is_none_gives_a_token_that_does_nothing(client: OAuthClient) -> None:
    token = client.exchange(client.code("mem_" + "0" * 26)).token

    assert "CREDENTIAL_REVOKED" == refused(client.caller(token))[0]
