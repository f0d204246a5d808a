"""The audit trail over gRPC: refusals stand in it beside what was done, and nobody reads another's."""

from typing import Any

import pytest

from corridor.access.v1 import api_key_service_pb2 as keys
from corridor.audit.v1 import audit_service_pb2 as api
from corridor.audit.v1.audit_entry_pb2 import AUDIT_OUTCOME_REFUSED, AuditEntry
from tests.serving import LIVE, Client, Refused, Running


def entries(client: Client, **filters: Any) -> list[AuditEntry]:
    """What the trail says, the newest first."""
    return list(client.call("AuditService/ListAuditEntries", api.ListAuditEntriesRequest(**filters)).audit_entries)


def refuse(client: Client) -> None:
    """Make a call that is refused."""
    with pytest.raises(Refused):
        client.call("ApiKeyService/RevokeApiKey", keys.RevokeApiKeyRequest(api_key_id="key_" + "0" * 26))


def test_a_refused_call_is_recorded_with_its_reason_and_ids(corridor: Running) -> None:
    client = corridor.client()
    refuse(client)
    refused_id = client.trailers["x-request-id"]

    entry = entries(client)[0]

    assert ("api_key.revoke", AUDIT_OUTCOME_REFUSED, "NOT_FOUND") == (entry.action, entry.outcome, entry.reason)
    assert "/corridor.access.v1.ApiKeyService/RevokeApiKey" == entry.method
    assert refused_id == entry.request_id


def test_entries_are_found_by_action_and_by_resource(corridor: Running) -> None:
    client = corridor.client()
    made = client.call("ApiKeyService/CreateApiKey", keys.CreateApiKeyRequest(title="A", scopes=["keys:read"]), key="a")
    refuse(client)

    assert ["api_key.revoke"] == [entry.action for entry in entries(client, action="api_key.revoke")]
    assert [made.api_key.api_key_id] == [
        entry.resource_id for entry in entries(client, resource_id=made.api_key.api_key_id)
    ]
    assert [] == entries(client, resource_id=made.api_key.api_key_id, action="api_key.revoke")


def test_the_trail_is_read_page_by_page(corridor: Running) -> None:
    client = corridor.client()
    for _ in range(4):
        refuse(client)
    whole = entries(client)

    read: list[AuditEntry] = []
    token = ""
    while token or not read:
        page = client.call("AuditService/ListAuditEntries", api.ListAuditEntriesRequest(page_size=2, page_token=token))
        read.extend(page.audit_entries)
        token = page.next_page_token

    assert 5 == len(whole)
    assert whole == read


def test_a_page_token_of_other_filters_is_refused(corridor: Running) -> None:
    client = corridor.client()
    refuse(client)
    token = client.call("AuditService/ListAuditEntries", api.ListAuditEntriesRequest(page_size=1)).next_page_token

    with pytest.raises(Refused) as refused:
        entries(client, page_token=token, action="api_key.revoke")

    assert "PAGE_TOKEN_INVALID" == refused.value.reason


def test_nobody_reads_anothers_trail(corridor: Running) -> None:
    company_id = corridor.company()
    refuse(corridor.client(company_id))

    assert 1 == len(entries(corridor.client(company_id, LIVE)))
    assert 1 == len(entries(corridor.client()))
