"""Where the upkeep of everybody's data could have stopped for all because of one, or for long because of a clock."""

import contextlib
import threading
import time
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from structlog.testing import capture_logs

from corridor.vault.v1 import data_policy_service_pb2 as policies
from corridor.vault.v1.data_policy_pb2 import DataPolicy, Retention
from server.platform.audit.recorder import Recorder
from server.platform.audit.seal import Sealer
from server.platform.audit.second_store import Directory
from server.platform.chores import Chore, Chores
from server.platform.vault.purging import Purging
from server.store.audit import Row
from server.store.data_keys import DataKeySeals
from server.store.engine import Store
from server.store.seals import RESOURCES
from tests.server import people
from tests.server.audit.conftest import trail
from tests.server.audit.trail import COMPANY, LANE, Trail, row
from tests.server.seals.keyholder import MovableKms, another, kms, url
from tests.serving import Running, until

__all__ = ["kms", "trail", "url"]
TENANT = (COMPANY, 1, RESOURCES)


def test_a_chore_that_was_done_in_the_future_is_due(corridor: Running) -> None:
    with psycopg.connect(corridor.parts.store.url) as owner:
        owner.execute("INSERT INTO corridor.chores VALUES ('t.future', now() + interval '1 day')")
    done = threading.Event()
    chores = Chores(corridor.parts.store, [Chore("t.future", 3600.0, done.set)])
    chores.start()

    assert done.wait(30.0)
    chores.stop()


def test_a_company_whose_purge_fails_keeps_no_other_from_being_purged(corridor: Running) -> None:
    clients = sorted([corridor.client(), corridor.client()], key=lambda each: people.company_of(corridor, each))
    for client in clients:
        people.payout(client)
        request = policies.UpdateDataPolicyRequest(data_policy=DataPolicy(retention=Retention(events_days=30)))
        client.call("DataPolicyService/UpdateDataPolicy", request)
    first, second = (people.company_of(corridor, client) for client in clients)
    with psycopg.connect(corridor.parts.store.url, autocommit=True) as owner:
        owner.execute("UPDATE corridor.payouts SET state = 6")
        owner.execute(
            "UPDATE corridor.events SET create_time = now() - interval '90 days', "
            "event_id = 'evt_00' || right(event_id, 24)"
        )
        with psycopg.connect(corridor.parts.store.url) as holder:  # a row that cannot be had
            holder.execute("SELECT FROM corridor.events WHERE company_id = %s FOR UPDATE", (first,))
            Purging(corridor.parts.store, run_seconds=60.0).run()
        left = owner.execute("SELECT count(*) FROM corridor.events WHERE company_id = %s", (second,)).fetchone()

    assert (0,) == left


def test_dropping_months_keeps_no_call_waiting_while_somebody_reads_the_trail(trail: Trail) -> None:
    old = datetime.now(UTC) - timedelta(days=600)
    trail.owner("UPDATE corridor.audit SET create_time = %s WHERE audit_entry_id = ANY (%s)", old, trail.write(3))
    trail.seal()
    trail.owner("SELECT corridor.ensure_audit_partitions()")
    with psycopg.connect(trail.url) as reader:  # an export that goes on
        reader.execute("SELECT count(*) FROM corridor.audit")

        def drop() -> None:
            with contextlib.suppress(psycopg.errors.LockNotAvailable):
                trail.owner("SELECT corridor.drop_audit_partitions(now())")

        dropping = threading.Thread(target=drop)
        dropping.start()
        until(lambda: _waits(trail) or not dropping.is_alive())
        began = time.monotonic()
        trail.write(1)
        took = time.monotonic() - began
    dropping.join()

    assert took < 4.0  # the reader above never ends


def _waits(trail: Trail) -> bool:
    return bool(trail.owner("SELECT 1 FROM pg_locks l WHERE NOT l.granted AND l.mode = 'AccessExclusiveLock'"))


def test_months_are_dropped_one_in_a_transaction(trail: Trail) -> None:
    for days in (500, 600):
        old = datetime.now(UTC) - timedelta(days=days)
        trail.owner("UPDATE corridor.audit SET create_time = %s WHERE audit_entry_id = ANY (%s)", old, trail.write(1))
        trail.seal()
    trail.owner("SELECT corridor.ensure_audit_partitions()")

    dropped = [len(trail.owner("SELECT corridor.drop_audit_partitions(now())")) for _ in range(3)]

    assert [1, 1, 0] == dropped


def test_a_row_that_cannot_be_written_keeps_no_other_from_being_written(trail: Trail) -> None:
    recorder = Recorder(trail.store)
    bad = Row(**{name: getattr(row(), name) for name in Row.__slots__} | {"claimed": "nul \0 byte"})
    good = row()
    recorder.record_later(bad)
    recorder.record_later(good)

    recorder._sweep()

    found = trail.owner("SELECT 1 FROM corridor.audit WHERE audit_entry_id = %s", good.audit_entry_id)
    assert [(1,)] == found
    assert [] == recorder._later
    recorder.close()


def test_a_count_of_refusals_is_not_dropped_for_other_crowds(trail: Trail, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.platform.audit.recorder._KEYS_AT_MOST", 10)
    monkeypatch.setattr("server.platform.audit.recorder._SWEEP_SECONDS", 3600.0)
    recorder = Recorder(trail.store)
    counted = row()
    assert recorder.admits("first", counted, 1)
    assert not recorder.admits("first", counted, 1)
    for number in range(30):
        recorder.admits(("other", number), row(), 1)

    recorder.close()

    found = trail.owner("SELECT detail FROM corridor.audit WHERE audit_entry_id = %s", counted.audit_entry_id)
    assert [("1 calls like this within a second or two",)] == found


def test_a_second_store_that_another_process_did_not_write_gets_what_it_lacks(trail: Trail) -> None:
    here, there = trail.second, Directory(trail.directory / "of another machine")
    one, other = (Sealer(trail.url, trail.signer, place) for place in (here, there))
    for sealer in (one, other, one, other):
        trail.write(1)
        trail.settle()
        sealer.run()

    assert [1, 2, 3, 4] == sorted(there.read(LANE, 4))
    assert [1, 2, 3] == sorted(here.read(LANE, 4))


def test_a_transaction_that_holds_back_sealing_for_long_is_told_of(trail: Trail) -> None:
    trail.seal()
    with psycopg.connect(trail.url) as slow:
        oldest = slow.execute("SELECT pg_current_xact_id()::text::bigint").fetchone()
        xmin = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
        until(lambda: oldest == trail.owner(xmin)[0], seconds=60.0, what="other tests' transactions end")
        sealer = Sealer(trail.url, trail.signer, trail.second, held_seconds=0.0)
        trail.write(1)
        with capture_logs() as logs:
            sealer.run()
            sealer.run()
    assert ["audit_sealing_held_back"] == [each["event"] for each in logs]


def test_while_the_kms_is_away_it_is_not_asked_for_every_key_that_is_known(url: str, kms: MovableKms) -> None:
    process = another(url, kms, cache_seconds=600.0)
    sealed = process.seal(*TENANT, "x", b"data")
    known = process._keys[(COMPANY, 1, 1)]
    process._keys[(COMPANY, 1, 1)] = type(known)(known.cipher, 0.0, known.forget_at)  # old enough to be renewed
    kms.away, kms.asked = True, 0

    for _ in range(20):
        assert b"data" == process.open(*TENANT, "x", sealed)

    assert 1 == kms.asked
    process.close()


def test_a_key_is_not_taken_for_the_current_one_for_ever_while_nobody_can_say(
    url: str, kms: MovableKms, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = DataKeySeals(Store(url, pool_size=1), kms, current_seconds=1.0)
    process.seal(*TENANT, "x", b"data")
    with process._store.anyone():  # the only connection: nobody can be asked
        process._store._pool._timeout = 0.01  # type: ignore[attr-defined] # not five seconds for each
        began, sealed_at = time.monotonic(), 0.0
        while time.monotonic() < began + 8.0:
            try:
                process.seal(*TENANT, "x", b"data")
                sealed_at = time.monotonic()
            except Exception:
                time.sleep(0.05)
    process.close()

    assert sealed_at < began + 5.0
