"""The audit trail over gRPC: every call stands in it, done or refused, and nobody reads another's."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from corridor.access.v1 import api_key_service_pb2 as keys
from corridor.audit.v1 import audit_service_pb2 as api
from corridor.audit.v1.audit_entry_pb2 import AUDIT_OUTCOME_DONE, AUDIT_OUTCOME_REFUSED, AuditEntry
from corridor.options.v1.method_pb2 import CALLER_KIND_API_KEY
from corridor.payouts.v1 import payout_service_pb2 as payouts
from server.kit import ids
from server.kit.digest import digest
from tests.server import people
from tests.serving import LIVE, Client, Refused, Running


def entries(client: Client, **filters: Any) -> list[AuditEntry]:
    """What the trail says, the newest first."""
    return list(client.call("AuditService/ListAuditEntries", api.ListAuditEntriesRequest(**filters)).audit_entries)


def refuse(client: Client, **metadata: str) -> None:
    """Make a call that is refused."""
    request = keys.RevokeApiKeyRequest(api_key_id="key_" + "0" * 26)
    with pytest.raises(Refused):
        client.call("ApiKeyService/RevokeApiKey", request, **metadata)


def get(client: Client, payout_id: str, **metadata: str) -> None:
    """Ask for a payout that may not be there."""
    with pytest.raises(Refused):
        client.call("PayoutService/GetPayout", payouts.GetPayoutRequest(payout_id=payout_id), **metadata)


@pytest.fixture
def owner_rows(corridor: Running) -> Callable[..., list[Any]]:
    """Rows that only the owner of the tables may see."""

    def rows(query: str, *values: object) -> list[Any]:
        with psycopg.connect(corridor.parts.store.url) as connection:
            return connection.execute(query, values or None).fetchall()  # type: ignore[arg-type] # tests' own text

    return rows


def test_a_refused_call_is_recorded_with_its_reason_and_ids(corridor: Running) -> None:
    client = corridor.client()
    refuse(client)
    refused_id = client.trailers["x-request-id"]

    entry = entries(client)[0]

    assert ("api_key.revoke", AUDIT_OUTCOME_REFUSED, "NOT_FOUND") == (entry.action, entry.outcome, entry.reason)
    assert "/corridor.access.v1.ApiKeyService/RevokeApiKey" == entry.method
    assert refused_id == entry.request_id


def test_a_read_is_recorded_with_caller_resource_and_digest(corridor: Running) -> None:
    client = corridor.client()
    payout_id = people.payout(client).payout_id
    request = payouts.GetPayoutRequest(payout_id=payout_id)
    client.call("PayoutService/GetPayout", request, x_company_id="co_claimed")

    entry = entries(client)[0]

    assert ("payout.get", AUDIT_OUTCOME_DONE, payout_id) == (entry.action, entry.outcome, entry.resource_id)
    assert (CALLER_KIND_API_KEY, "co_claimed") == (entry.caller_kind, entry.claimed_company_id)
    assert digest(request) == entry.request_digest
    assert entry.caller_id.startswith("key_")


def test_a_write_is_recorded_once_and_its_repetition_as_one(corridor: Running) -> None:
    client = corridor.client()
    request = people.create(people.beneficiary(client))
    for _ in range(2):
        client.call("PayoutService/CreatePayout", request, key="the-same")

    found = [(entry.outcome, entry.detail) for entry in entries(client, action="payout.create")]

    assert [(AUDIT_OUTCOME_DONE, "answered again"), (AUDIT_OUTCOME_DONE, "")] == found


def test_a_digest_leaves_out_what_is_sensitive(corridor: Running) -> None:
    client = corridor.client()
    beneficiary_id = people.beneficiary(client)
    digests = []
    for number, reference in enumerate(("one reference", "another reference")):
        client.call("PayoutService/CreatePayout", people.create(beneficiary_id, reference=reference), key=f"d{number}")
        digests.append(entries(client, action="payout.create")[0].request_digest)
    client.call("PayoutService/CreatePayout", people.create(beneficiary_id, 99), key="d3")

    assert digests[0] == digests[1] != entries(client, action="payout.create")[0].request_digest


@pytest.mark.parametrize("exists", [True, False])
def test_who_asks_for_what_is_anothers_learns_nothing_of_its_owner(corridor: Running, exists: bool) -> None:
    owner, stranger = corridor.client(), corridor.client()
    payout_id = people.payout(owner).payout_id if exists else ids.new("po")
    get(stranger, payout_id, x_company_id="co_pretended")

    entry = entries(stranger)[0]
    with people.rows(corridor, stranger) as rows:
        seen = rows.execute(
            "SELECT length(owner_digest) FROM corridor.audit WHERE audit_entry_id = %s",
            (entry.audit_entry_id,),
        ).fetchone()

    assert ("NOT_FOUND", payout_id, "co_pretended") == (entry.reason, entry.resource_id, entry.claimed_company_id)
    assert (32,) == seen
    assert people.company_of(corridor, owner) not in str(entry)


def test_the_operator_sees_owner_effective_and_claimed_company(corridor: Running, owner_rows: Any) -> None:
    owner, stranger = corridor.client(), corridor.client()
    payout_id = people.payout(owner).payout_id
    get(stranger, payout_id, x_company_id="co_pretended")

    query = "SELECT owner_company_id, company_id, claimed FROM corridor.audit WHERE resource_id = %s AND outcome = 2"
    found = owner_rows(query, payout_id)

    assert [(people.company_of(corridor, owner), people.company_of(corridor, stranger), "co_pretended")] == found


def test_ones_own_resource_of_the_other_environment_has_no_other_owner(corridor: Running, owner_rows: Any) -> None:
    company_id = corridor.company()
    payout_id = people.payout(corridor.client(company_id)).payout_id
    get(corridor.client(company_id, LIVE), payout_id)

    query = "SELECT owner_company_id FROM corridor.audit WHERE resource_id = %s AND reason = 'NOT_FOUND'"
    assert [("",)] == owner_rows(query, payout_id)


def test_the_servers_role_cannot_read_whose_it_was(corridor: Running) -> None:
    with corridor.parts.store.anyone() as rows, pytest.raises(Exception, match="permission denied"):
        rows.execute("SELECT owner_company_id FROM corridor.audit")


def test_strangers_stand_in_the_installations_own_trail_and_cannot_fill_it(corridor: Running, owner_rows: Any) -> None:
    query = "SELECT count(*), count(*) FILTER (WHERE detail LIKE '% calls like this%') FROM corridor.audit"
    before = owner_rows(query + " WHERE company_id = ''")[0][0]
    for _ in range(60):
        get(Client(corridor.address, "nonsense"), "po_" + "0" * 26)
    corridor.parts.recorder._sweep(to_the_end=True)

    count, told = owner_rows(query + " WHERE company_id = ''")[0]
    assert 10 <= count - before <= 40
    assert told


def test_entries_are_found_by_action_and_by_resource(corridor: Running) -> None:
    client = corridor.client()
    made = client.call("ApiKeyService/CreateApiKey", keys.CreateApiKeyRequest(title="A", scopes=["keys:read"]), key="a")
    refuse(client)

    assert ["api_key.revoke"] == [entry.action for entry in entries(client, action="api_key.revoke")]
    assert [made.api_key.api_key_id] == [
        entry.resource_id for entry in entries(client, resource_id=made.api_key.api_key_id)
    ]
    assert [] == entries(client, resource_id=made.api_key.api_key_id, action="api_key.revoke")


def test_entries_are_found_by_caller_correlation_outcome_method_and_time(corridor: Running) -> None:
    client = corridor.client()
    refuse(client, x_correlation_id="corr-1")
    entry = entries(client, correlation_id="corr-1")[0]
    now = datetime.now(UTC)

    assert [entry] == entries(client, method=entry.method)
    assert [entry] == entries(client, outcome=AUDIT_OUTCOME_REFUSED)
    assert entry in entries(client, caller_id=entry.caller_id)
    assert [] == entries(client, caller_id="key_" + "9" * 26)
    assert entry in entries(client, created={"start_time": now - timedelta(minutes=1)})
    assert [] == entries(client, created={"end_time": now - timedelta(minutes=1)})


def test_one_entry_is_read_by_its_id_and_anothers_is_not(corridor: Running) -> None:
    client = corridor.client()
    refuse(client)
    entry = entries(client)[0]
    request = api.GetAuditEntryRequest(audit_entry_id=entry.audit_entry_id)

    assert entry == client.call("AuditService/GetAuditEntry", request).audit_entry
    assert "NOT_FOUND" == people.refused(corridor.client(), "AuditService/GetAuditEntry", request).reason


def test_the_trail_is_read_page_by_page(corridor: Running) -> None:
    client = corridor.client()
    for _ in range(4):
        refuse(client)
    whole = entries(client, action="api_key.revoke")

    read: list[AuditEntry] = []
    token = ""
    while token or not read:
        request = api.ListAuditEntriesRequest(page_size=2, page_token=token, action="api_key.revoke")
        page = client.call("AuditService/ListAuditEntries", request)
        read.extend(page.audit_entries)
        token = page.next_page_token

    assert 4 == len(whole)
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

    assert [] == entries(corridor.client(company_id, LIVE), action="api_key.revoke")
    assert [] == entries(corridor.client(), action="api_key.revoke")
