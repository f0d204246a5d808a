"""Data policies: who may set what, and that data stays in its region. What goes by them is in test_purging."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from corridor.providers.v1 import connection_service_pb2 as connections
from corridor.vault.v1 import data_policy_pb2
from corridor.vault.v1 import data_policy_service_pb2 as api
from corridor.vault.v1.data_policy_pb2 import DataPolicy, Retention
from server.store.embedded import Embedded
from tests.database import fresh_database, worker
from tests.server import people
from tests.serving import LIVE, SANDBOX, Client, Running, running

GET, UPDATE = "DataPolicyService/GetDataPolicy", "DataPolicyService/UpdateDataPolicy"
PREVIEW, PURGE, LIST = "DataPolicyService/PreviewPurge", "DataPolicyService/PurgeData", "DataPolicyService/ListPurges"
YEAR = 365
OLD = "now() - interval '400 days'"


def policy(client: Client, residency: str = "", **days: int) -> DataPolicy:
    """Make a policy."""
    request = api.UpdateDataPolicyRequest(data_policy=DataPolicy(retention=Retention(**days), residency=residency))
    made: DataPolicy = client.call(UPDATE, request).data_policy
    return made


def kinds(purges: Any) -> dict[str, int]:
    """How many records of each kind."""
    name = data_policy_pb2.DataCategory.Name
    return {name(each.category).removeprefix("DATA_CATEGORY_").lower(): each.count for each in purges}


def count(corridor: Running, client: Client, table: str) -> int:
    """How many rows the client's company has."""
    with people.rows(corridor, client) as rows:
        row = rows.execute(f"SELECT count(*) FROM corridor.{table}").fetchone()
    assert row is not None
    return int(row[0])


@pytest.fixture
def client(corridor: Running) -> Client:
    """A company of the test's own."""
    return corridor.client()


def test_without_a_policy_everything_is_kept_and_data_may_be_anywhere(client: Client) -> None:
    found = client.call(GET, api.GetDataPolicyRequest()).data_policy

    assert DataPolicy(retention=Retention(), etag=found.etag) == found


def test_a_policy_is_kept_as_it_was_made_for_each_environment(corridor: Running, client: Client) -> None:
    made = policy(client, "eu", events_days=90, audit_days=3650)
    live = corridor.client(people.company_of(corridor, client), LIVE)

    assert made == client.call(GET, api.GetDataPolicyRequest()).data_policy
    assert (90, 3650, "eu") == (made.retention.events_days, made.retention.audit_days, made.residency)
    assert "" == live.call(GET, api.GetDataPolicyRequest()).data_policy.residency


@pytest.mark.parametrize(
    ("days", "field"),
    [
        ({"audit_days": 364}, "audit_days"),
        ({"idempotency_days": 6}, "idempotency_days"),
        ({"events_days": 29}, "events_days"),
        ({"approvals_days": 30}, "approvals_days"),
        ({"attempts_days": -1}, "attempts_days"),
    ],
)
def test_a_retention_shorter_than_allowed_is_refused(client: Client, days: dict[str, int], field: str) -> None:
    request = api.UpdateDataPolicyRequest(data_policy=DataPolicy(retention=Retention(**days)))

    found = people.refused(client, UPDATE, request)

    assert ("INVALID_ARGUMENT", [f"data_policy.retention.{field}"]) == (found.reason, found.fields)


def test_a_policy_needs_its_scope(corridor: Running) -> None:
    request = api.UpdateDataPolicyRequest(data_policy=DataPolicy())

    assert "PERMISSION_DENIED" == people.refused(corridor.client(scopes=["payouts:read"]), UPDATE, request).reason


@pytest.fixture
def european(postgres: Embedded, migrated: str, tmp_path: Path) -> Iterator[Running]:
    """An installation in the European Union."""
    url = fresh_database(postgres, f"european_{worker()}", template=migrated)
    with running(url, tmp_path, region="eu") as found:
        yield found


def test_an_installation_refuses_companies_whose_data_must_stay_elsewhere(european: Running) -> None:
    here, there, anywhere = (european.company() for _ in range(3))
    with psycopg.connect(european.parts.store.url) as owner:
        for company, region in ((here, "eu"), (there, "us")):
            owner.execute(
                "INSERT INTO corridor.data_policies VALUES (%s, %s, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, %s, now())",
                (company, SANDBOX, region),
            )

    people.payout(european.client(here))
    people.payout(european.client(anywhere))
    found = people.refused(european.client(there), GET, api.GetDataPolicyRequest())
    assert "RESIDENCY_MISMATCH" == found.reason


def test_a_policy_for_another_region_is_refused(european: Running) -> None:
    client = european.client()
    request = api.UpdateDataPolicyRequest(data_policy=DataPolicy(residency="us"))

    assert "RESIDENCY_MISMATCH" == people.refused(client, UPDATE, request).reason
    assert "eu" == policy(client, "eu").residency


def test_a_connection_is_made_only_with_a_provider_that_keeps_data_in_the_region(corridor: Running) -> None:
    client = corridor.client()
    policy(client, "eu")
    sandbox = connections.CreateConnectionRequest(
        provider="sandbox", title="t", credentials={"api_key": "k", "webhook_secret": "w"}
    )
    name, found = next((name, each) for name, each in corridor.parts.providers.items() if not each.manifest.regions)
    elsewhere = connections.CreateConnectionRequest(
        provider=name, title="t", credentials={each.name: "x" for each in found.manifest.credentials}
    )

    client.call("ConnectionService/CreateConnection", sandbox, key="s")
    refused = people.refused(client, "ConnectionService/CreateConnection", elsewhere, key="e")
    assert "RESIDENCY_MISMATCH" == refused.reason
    corridor.client().call("ConnectionService/CreateConnection", elsewhere, key="e")
