"""Purging: what is past its retention goes, whole and recorded; what is open stays, whatever the policy says."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from corridor.audit.v1 import audit_service_pb2 as audit
from corridor.payouts.v1.payout_pb2 import PAYOUT_STATE_FAILED
from corridor.vault.v1 import data_policy_pb2
from corridor.vault.v1 import data_policy_service_pb2 as api
from corridor.vault.v1.data_policy_pb2 import DataPolicy, Retention
from server.kit import ids
from server.platform.vault.purging import Purging
from tests.server import people
from tests.serving import Client, Running

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


class Past:
    """Makes what a company did more than a year ago, as its database would have it."""

    def __init__(self, corridor: Running, client: Client) -> None:
        self._owner = psycopg.connect(corridor.parts.store.url, autocommit=True)
        self.company_id = people.company_of(corridor, client)

    def id(self, prefix: str) -> str:
        """An id that was made then."""
        row = self._owner.execute(f"SELECT corridor.id_at(%s, {OLD})", (prefix,)).fetchone()
        assert row is not None
        return str(row[0]) + ids.new("x")[12:]

    def row(self, table: str, values: str, *given: object) -> None:
        """A row; `values` goes on after company and environment, and {old} is the time."""
        sql = f"INSERT INTO corridor.{table} VALUES (%s, 1, {values.replace('{old}', OLD)})"
        self._owner.execute(sql, (self.company_id, *given))

    def payout(self, state: int) -> str:
        """A payout in a state, with an event, an attempt and an observation."""
        payout_id = self.id("po")
        columns = "%s, %s, 'ben', NULL, NULL, 1, '', {old}, {old}"
        self.row("payouts", columns, payout_id, state)
        self.row("events", "%s, %s, 1, 'payout.accepted', '', '', {old}", self.id("evt"), payout_id)
        self.row(
            "attempts",
            "%s, %s, 'conn', 'sandbox', 'create', 1, '', '', '[]', '', {old}, {old}",
            self.id("att"),
            payout_id,
        )
        self.row("observations", "%s, %s, 1, '', 1, '', '', {old}", self.id("obs"), payout_id)
        return payout_id

    def close(self) -> None:
        """Let go of the connection."""
        self._owner.close()


@pytest.fixture
def client(corridor: Running) -> Client:
    """A company of the test's own."""
    return corridor.client()


@pytest.fixture
def past(corridor: Running, client: Client) -> Iterator[Past]:
    """Its past."""
    made = Past(corridor, client)
    yield made
    made.close()


def test_what_is_past_its_retention_goes_and_what_is_newer_stays(corridor: Running, client: Client, past: Past) -> None:
    past.payout(PAYOUT_STATE_FAILED)
    people.payout(client)
    before = count(corridor, client, "events")
    policy(client, events_days=YEAR, attempts_days=YEAR, observations_days=YEAR)

    done = client.call(PURGE, api.PurgeDataRequest(), key="p").purges

    assert {"events": 1, "attempts": 1, "observations": 1} == kinds(done)
    assert before - 1 == count(corridor, client, "events")
    assert [] == list(client.call(PURGE, api.PurgeDataRequest(), key="q").purges)


def test_a_kind_without_a_retention_is_kept_for_ever(corridor: Running, client: Client, past: Past) -> None:
    past.payout(PAYOUT_STATE_FAILED)
    policy(client, events_days=YEAR)

    assert {"events": 1} == kinds(client.call(PURGE, api.PurgeDataRequest()).purges)
    assert 1 == count(corridor, client, "attempts")


@pytest.mark.parametrize("state", [1, 2, 3, 4])
def test_nothing_of_a_payout_that_is_open_goes(client: Client, past: Past, state: int) -> None:
    past.payout(state)
    policy(client, events_days=YEAR, attempts_days=YEAR, observations_days=YEAR)

    assert {} == kinds(client.call(PREVIEW, api.PreviewPurgeRequest()).purges)
    assert {} == kinds(client.call(PURGE, api.PurgeDataRequest()).purges)


def test_nothing_goes_that_a_person_has_to_look_at(client: Client, past: Past) -> None:
    payout_id = past.payout(PAYOUT_STATE_FAILED)
    past.row("work_items", "%s, %s, 1, 1, 'look', '', '', {old}, NULL", past.id("wi"), payout_id)
    policy(client, events_days=YEAR, work_items_days=YEAR)

    assert {} == kinds(client.call(PURGE, api.PurgeDataRequest()).purges)


def test_an_event_stays_as_long_as_it_can_be_delivered_again(corridor: Running, client: Client, past: Past) -> None:
    payout_id = past.payout(PAYOUT_STATE_FAILED)
    with people.rows(corridor, client) as rows:
        row = rows.execute("SELECT event_id FROM corridor.events WHERE resource_id = %s", (payout_id,)).fetchone()
    assert row is not None
    past.row("deliveries", "'dlv_0', 'we', %s, 'payout.accepted', %s, 1, 2, {old}, {old}", row[0], payout_id)
    past.row("delivery_tries", "'dlv_0', 1, {old}, 200, '', 1, ''")
    past.row("delivery_tries", "'dlv_1', 1, {old}, 200, '', 1, ''")
    policy(client, events_days=YEAR)
    assert {} == kinds(client.call(PURGE, api.PurgeDataRequest()).purges)

    policy(client, events_days=YEAR, deliveries_days=YEAR)

    assert {"deliveries": 1, "events": 1} == kinds(client.call(PURGE, api.PurgeDataRequest()).purges)
    assert 1 == count(corridor, client, "delivery_tries")


def test_a_delivery_that_is_still_tried_stays(client: Client, past: Past) -> None:
    past.row("deliveries", "'dlv_0', 'we', 'evt', 'payout.accepted', 'po', 1, 1, {old}, NULL")
    policy(client, deliveries_days=YEAR)

    assert {} == kinds(client.call(PURGE, api.PurgeDataRequest()).purges)


def test_received_webhooks_resolved_work_items_and_ended_secrets_go(client: Client, past: Past) -> None:
    inbound = "%s, 'conn', 'sandbox', %s, '', '', '', '', 0, '', '', {old}, {old}"
    past.row("inbound_deliveries", inbound, past.id("in"), 2)
    past.row("inbound_deliveries", inbound, past.id("in"), 1)  # not read yet
    past.row("work_items", "%s, 'po', 1, 2, 'look', 'done', '', {old}, {old}", past.id("wi"))
    past.row("secrets", "'conn', %s, 'api_key', '', {old}, {old}", past.id("sec"))
    past.row("secrets", "'conn', %s, 'api_key', '', {old}, NULL", past.id("sec"))  # in use
    policy(client, inbound_deliveries_days=YEAR, work_items_days=YEAR, secrets_days=1)

    assert {"inbound_deliveries": 1, "work_items": 1, "secrets": 1} == kinds(
        client.call(PREVIEW, api.PreviewPurgeRequest()).purges
    )
    assert {"inbound_deliveries": 1, "work_items": 1, "secrets": 1} == kinds(
        client.call(PURGE, api.PurgeDataRequest()).purges
    )


def test_approvals_that_were_decided_go_and_those_that_wait_stay(client: Client, past: Past) -> None:
    values = "%s, %s, '/m', %s, '', '', '', '', '', NULL, {old}, {old}"
    past.row("approvals", values, past.id("apr"), 3, "ran")
    past.row("approvals", values, past.id("apr"), 2, "is to run")
    past.row("approvals", values, past.id("apr"), 1, "waits")
    policy(client, approvals_days=YEAR)

    assert {"approvals": 1} == kinds(client.call(PURGE, api.PurgeDataRequest()).purges)


def test_keys_are_forgotten_by_policy_where_there_is_one(corridor: Running, client: Client, past: Past) -> None:
    past.row("idempotency", "'/m', 'old', '', NULL, '', '', now() - interval '20 days'")
    policy(client, idempotency_days=30)
    with corridor.parts.store.anyone() as connection:
        connection.execute("SELECT corridor.forget_idempotency(100)")
    assert 1 == count(corridor, client, "idempotency")

    policy(client, idempotency_days=7)

    assert {"idempotency": 1} == kinds(client.call(PURGE, api.PurgeDataRequest()).purges)


def test_a_preview_removes_nothing(corridor: Running, client: Client, past: Past) -> None:
    past.payout(PAYOUT_STATE_FAILED)
    policy(client, events_days=YEAR)

    [found] = client.call(PREVIEW, api.PreviewPurgeRequest()).purges

    assert ("", 1) == (found.purge_id, found.count)
    assert found.oldest_time.seconds < found.before_time.seconds
    assert 1 == count(corridor, client, "events")


def test_the_chore_purges_every_company_in_batches_and_records_each(
    corridor: Running, client: Client, past: Past
) -> None:
    for _ in range(5):
        past.payout(PAYOUT_STATE_FAILED)
    other = corridor.client()
    theirs = Past(corridor, other)
    theirs.payout(PAYOUT_STATE_FAILED)
    theirs.close()
    for each in (client, other):
        policy(each, events_days=YEAR)

    Purging(corridor.parts.store, batch_size=2).run()

    assert [1, 2, 2] == [each.count for each in client.call(LIST, api.ListPurgesRequest()).purges]
    assert [1] == [each.count for each in other.call(LIST, api.ListPurgesRequest()).purges]
    purges = {each.purge_id for each in client.call(LIST, api.ListPurgesRequest()).purges}
    entries = client.call("AuditService/ListAuditEntries", audit.ListAuditEntriesRequest(action="data.purge"))
    assert purges == {each.resource_id for each in entries.audit_entries}
    assert {"corridor"} == {each.caller_id for each in entries.audit_entries}
    with people.rows(corridor, client) as rows:
        details = [row[0] for row in rows.execute("SELECT detail FROM corridor.audit WHERE action = 'data.purge'")]
    assert all(detail.startswith("events count=") and "before=" in detail for detail in details)


def test_purges_are_listed_page_by_page(client: Client, corridor: Running, past: Past) -> None:
    for _ in range(3):
        past.payout(PAYOUT_STATE_FAILED)
    policy(client, events_days=YEAR)
    Purging(corridor.parts.store, batch_size=1).run()

    first = client.call(LIST, api.ListPurgesRequest(page_size=2))
    second = client.call(LIST, api.ListPurgesRequest(page_size=2, page_token=first.next_page_token))

    assert (2, 1, "") == (len(first.purges), len(second.purges), second.next_page_token)


def test_the_role_deletes_by_policy_alone(corridor: Running, client: Client, past: Past) -> None:
    past.payout(PAYOUT_STATE_FAILED)
    with pytest.raises(psycopg.errors.InsufficientPrivilege), people.rows(corridor, client) as rows:
        rows.execute("DELETE FROM corridor.events")
    with people.rows(corridor, client) as rows:
        rows.execute(
            """INSERT INTO corridor.data_policies
            VALUES (corridor.bound_company(), 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, '', now())"""
        )
        recent = "INSERT INTO corridor.events VALUES (corridor.bound_company(), 1, %s, 'po', 1, 'x', '', '', %s)"
        rows.execute(recent, (ids.new("evt"), "now"))
        removed = rows.execute("SELECT count FROM corridor.purge(1::smallint, 100, false)").fetchall()
    assert [(1,)] == removed  # what is younger than the floor stays, whatever stands in the policy
    assert 1 == count(corridor, client, "events")


def test_nothing_is_purged_without_a_company(corridor: Running) -> None:
    with corridor.parts.store.anyone() as rows:
        assert [] == rows.execute("SELECT * FROM corridor.purge(1::smallint, 100, false)").fetchall()


def test_the_audit_is_kept_for_as_long_as_the_longest_policy(corridor: Running) -> None:
    policy(corridor.client(), audit_days=3650)
    policy(corridor.client(), audit_days=400)

    with corridor.parts.store.anyone() as rows:
        row = rows.execute("SELECT extract(days FROM now() - corridor.audit_cutoff())").fetchone()
    assert row is not None
    assert 3650 <= row[0] <= 3681


def test_an_id_of_a_time_is_where_ids_of_that_time_are(corridor: Running) -> None:
    with corridor.parts.store.anyone() as rows:
        row = rows.execute(
            "SELECT corridor.id_at('po', now() - interval '5 s'), corridor.id_at('po', now() + interval '5 s')"
        ).fetchone()
    assert row is not None

    assert row[0] < ids.new("po") < row[1]
