"""The recorder: calls that wait at the same time share a statement, crowds are counted, an outage refuses reads."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from corridor.audit.v1 import audit_service_pb2 as api
from server.platform.audit.recorder import NotRecordedError, Recorder
from server.store import audit, schema
from server.store.engine import Store
from tests.server import people
from tests.server.audit.trail import Trail, row
from tests.serving import Running, until


def test_calls_of_many_threads_are_all_recorded_in_few_statements(trail: Trail) -> None:
    recorder = Recorder(trail.store)
    rows = [row() for _ in range(400)]
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(recorder.record, rows))
    recorder.close()

    found = trail.owner("SELECT audit_entry_id, xid FROM corridor.audit")
    assert {each.audit_entry_id for each in rows} == {entry_id for entry_id, _ in found}
    assert len({xid for _, xid in found}) <= 400


def test_rows_that_wait_for_one_writer_go_in_one_statement(trail: Trail) -> None:
    recorder = Recorder(trail.store)
    recorder.record(row())
    with psycopg.connect(trail.url) as blocking, ThreadPoolExecutor(20) as pool:
        blocking.execute("LOCK TABLE corridor.audit IN SHARE MODE")
        waiting = [pool.submit(recorder.record, row()) for _ in range(20)]
        until(lambda: len(recorder._waiting) == 19)
        blocking.rollback()
        for each in waiting:
            each.result()
    recorder.close()

    assert 3 == len(trail.owner("SELECT DISTINCT xid FROM corridor.audit"))


def test_a_connection_that_was_cut_is_made_anew(trail: Trail) -> None:
    recorder = Recorder(trail.store)
    recorder.record(row())
    trail.owner(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE position(%s in query) > 0 "
        "AND pid <> pg_backend_pid()",
        "record_calls",
    )

    recorder.record(row())
    recorder.close()

    assert 2 == len(trail.owner("SELECT * FROM corridor.audit"))


def test_a_database_that_is_away_takes_nothing_and_what_can_wait_is_kept(trail: Trail) -> None:
    away = Store("postgresql://nobody@127.0.0.1:1/nothing")
    recorder = Recorder(away)
    with pytest.raises(NotRecordedError):
        recorder.record(row())
    recorder.record_later(row())
    recorder._url = trail.url  # it is back

    recorder.close()
    away.close()

    assert 1 == len(trail.owner("SELECT * FROM corridor.audit"))


def test_a_crowd_is_counted_and_the_number_told(trail: Trail) -> None:
    recorder = Recorder(trail.store)
    admitted = [recorder.admits("crowd", row(), 10) for _ in range(100)]
    recorder.close()

    assert 10 == sum(admitted)
    assert [("90 calls like this within a second or two",)] == trail.owner("SELECT detail FROM corridor.audit")


def test_a_read_that_cannot_be_recorded_is_refused(corridor: Running) -> None:
    client = corridor.client()
    recorder = corridor.parts.recorder
    url = recorder._url
    recorder._url = "postgresql://nobody@127.0.0.1:1/nothing"
    if recorder._connection:
        recorder._connection.close()
    try:
        refused = people.refused(client, "AuditService/GetAuditKey", api.GetAuditKeyRequest())
    finally:
        recorder._url = url

    assert "UNAVAILABLE" == refused.reason
    assert client.call("AuditService/GetAuditKey", api.GetAuditKeyRequest()).audit_key.key_id


def test_owners_are_looked_for_by_primary_keys_that_there_are() -> None:
    tables = {table.name: [column.name for column in table.primary_key] for table in schema.metadata.sorted_tables}

    for table, column in audit._TABLES.values():
        assert ["company_id", "environment", column] == tables[table][:3], table


# Ids that need no owner: of no company's resource that could be asked for by its id.
INTERNAL = {
    "adv": "a step of a sandbox's clock: it is shown in the answer that made it, and asked for by nobody",
    "at": "an access token's own id: nothing is asked for by it",
    "co": "a company itself: it is its own owner, and the row has who claimed to be it",
    "cw": "names an event about a credential's end, and no row",
    "du": "names an event about what ends of the contract, and no row",
    "err": "an error that a caller is told, and that is in logs alone",
    "ocs": "a secret of an OAuth client, which is asked for together with the client's id",
    "sec": "a stored secret, which is asked for by its owner's id",
}


def test_every_kind_of_id_is_one_whose_owner_is_found_or_is_internal() -> None:
    server = Path(__file__).parents[3] / "server"
    made = {
        prefix
        for file in server.rglob("*.py")
        for prefix in re.findall(r"""\bids\.new\(\s*["']([a-z]+)["']""", file.read_text())
    }

    assert set() == made - set(audit._TABLES) - set(INTERNAL)
    assert set() == set(INTERNAL) & set(audit._TABLES)
    assert set() == set(INTERNAL) - made


def test_no_kind_of_id_has_a_prefix_that_is_computed() -> None:
    server = Path(__file__).parents[3] / "server"

    calls = [call for file in server.rglob("*.py") for call in re.findall(r"\bids\.new\([^)]*\)", file.read_text())]

    assert [] == [call for call in calls if not re.fullmatch(r"""ids\.new\(\s*["'][a-z]+["']\s*\)""", call)]


def test_a_recorder_leaves_no_thread_behind_that_was_not_needed(trail: Trail) -> None:
    before = threading.active_count()
    recorder = Recorder(trail.store)
    recorder.record(row())
    recorder.close()

    assert before == threading.active_count()
