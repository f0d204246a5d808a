"""Sealing loses nothing and repeats nothing: not for calls under way, not when it is killed, not without its stores."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from server.platform.audit import retention
from server.platform.audit.rows import Lane
from server.platform.audit.seal import Sealer
from server.platform.audit.second_store import Directory
from server.store import audit
from tests.server.audit.trail import COMPANY, LANE, OTHER, Trail, row

POINTS = ("seal.before_commit", "seal.committed", "seal.mirrored")


def chain(trail: Trail, company_id: str = COMPANY) -> list[str]:
    """The ids of a company's sealed rows, in order."""
    query = "SELECT audit_entry_id FROM corridor.audit_chain WHERE company_id = %s ORDER BY position"
    return [str(each[0]) for each in trail.owner(query, company_id)]


def test_rows_are_sealed_by_company_in_the_order_of_their_transactions(trail: Trail) -> None:
    first, other, second = trail.write(3), trail.write(2, OTHER), trail.write(3)

    done = trail.seal()

    assert (8, 2) == (done.entries, done.checkpoints)
    assert (sorted(first) + sorted(second), sorted(other)) == (chain(trail), chain(trail, OTHER))


def test_what_is_sealed_is_not_sealed_again(trail: Trail) -> None:
    trail.write(3)
    trail.seal()

    assert 0 == trail.seal().entries
    assert [] == trail.verify().findings


def test_a_transaction_under_way_is_waited_for_and_then_sealed(trail: Trail) -> None:
    trail.seal()  # the first time, everything that can be seen is taken
    with psycopg.connect(trail.url) as slow:
        slow.execute("SET ROLE corridor_app")
        slow_row = row()
        audit.record_calls(slow, [slow_row])
        later = trail.write(1)
        assert 0 == trail.seal_now().entries
        slow.commit()

    assert 2 == trail.seal().entries
    assert [slow_row.audit_entry_id, *later] == chain(trail)
    assert [] == trail.verify().findings


def test_many_write_while_one_seals_and_every_row_is_sealed_once(trail: Trail) -> None:
    with ThreadPoolExecutor(4) as pool:
        writing = [pool.submit(trail.write, 20, company) for company in (COMPANY, OTHER) * 10]
        while not all(each.done() for each in writing):
            trail.seal_now()
    trail.seal()

    written = sorted(entry_id for each in writing for entry_id in each.result())
    assert written == sorted(chain(trail) + chain(trail, OTHER))
    assert [] == trail.verify().findings


def test_two_sealers_do_not_work_at_the_same_time(trail: Trail) -> None:
    trail.write(1)
    with psycopg.connect(trail.url) as other:
        other.execute("SELECT pg_advisory_lock(hashtext('corridor audit seal'))")
        assert 0 == trail.seal_now().entries

    assert 1 == trail.seal().entries


@pytest.mark.parametrize("point", POINTS)
def test_a_sealer_killed_at_a_point_leaves_nothing_out_and_nothing_twice(trail: Trail, point: str) -> None:
    written = [trail.write(2), trail.write(2, OTHER)]
    code = (
        "import sys; from pathlib import Path; from tests.server.audit.trail import trail_in; "
        "trail_in(sys.argv[1], Path(sys.argv[2])).seal()"
    )
    killed = subprocess.run(
        [sys.executable, "-c", code, trail.url, str(trail.directory)],
        env=os.environ | {"CORRIDOR_FAILPOINT": point}, check=False, cwd=Path(__file__).parents[3],
    )  # fmt: skip
    assert -9 == killed.returncode
    assert [] == trail.verify().findings

    written.append(trail.write(2))
    trail.seal()

    assert [sorted(written[0]) + sorted(written[2]), sorted(written[1])] == [chain(trail), chain(trail, OTHER)]
    report = trail.verify()
    assert ([], []) == (report.findings, report.notes)


def test_a_second_store_that_is_away_is_caught_up_with(trail: Trail) -> None:
    away = trail.directory / "checkpoints"
    away.write_text("a file where the directory should be")
    sealer = Sealer(trail.url, trail.signer, trail.second)
    for _ in range(2):
        trail.write(1)
        trail.settle()
        assert (LANE,) == sealer.run().behind
    away.unlink()

    assert () == sealer.run().behind

    assert [1, 2] == list(trail.second.read(LANE, 2))
    assert [] == trail.verify().findings


def test_a_database_that_was_restored_elsewhere_is_sealed_on(trail: Trail) -> None:
    trail.write(2)
    trail.seal()
    trail.owner("UPDATE corridor.audit_horizon SET system_identifier = 1, horizon = 4000000000")
    restored = trail.write(2)
    trail.owner("UPDATE corridor.audit SET xid = 3000000000 WHERE audit_entry_id = %s", restored[1])

    assert 2 == trail.seal().entries
    assert 1 == len(trail.owner("SELECT * FROM corridor.audit_horizon"))
    trail.write(1)
    assert 1 == trail.seal().entries


def test_the_directory_closes_a_line_that_a_crash_has_torn(tmp_path: Path) -> None:
    store = Directory(tmp_path)
    store.append(LANE, 1, "one")
    with (tmp_path / f"{LANE.name}.jsonl").open("a") as file:
        file.write('{"number": 2, "jws": "tw')

    assert (1, "one") == store.last(LANE, 0)
    store.append(LANE, 2, "two")

    assert {1: "one", 2: "two"} == store.read(LANE, 2)
    assert [LANE] == store.lanes()


def test_months_that_are_old_enough_go_and_the_rest_still_verifies(trail: Trail) -> None:
    now = datetime.now(UTC)
    for days in (600, 500, 0):
        for entry_id in trail.write(3):
            time = now - timedelta(days=days)
            trail.owner("UPDATE corridor.audit SET create_time = %s WHERE audit_entry_id = %s", time, entry_id)
        trail.seal()
    retention.keep(trail.url, trail.signer, trail.second, 60, now)
    assert 9 == trail.verify().entries

    dropped = retention.keep(trail.url, trail.signer, trail.second, 12, now)

    assert 2 == len(dropped)
    assert 3 == trail.owner("SELECT count(*) FROM corridor.audit")[0][0]
    report = trail.verify()
    assert ([], 3, 1) == (report.findings, report.entries, report.checkpoints)


def test_a_month_dropped_without_policy_is_found(trail: Trail) -> None:
    written = trail.write(3)
    old = datetime.now(UTC) - timedelta(days=600)
    trail.owner("UPDATE corridor.audit SET create_time = %s WHERE audit_entry_id = ANY (%s)", old, written)
    trail.seal()
    trail.owner("SELECT corridor.ensure_audit_partitions()")

    trail.owner("SELECT corridor.drop_audit_partitions(now())")
    trail.owner("SELECT corridor.trim_audit_chain()")

    assert "the tail is cut off: position 1 and what follows is missing" in trail.findings()


def test_what_is_not_sealed_is_not_dropped(trail: Trail) -> None:
    written = trail.write(3)
    old = datetime.now(UTC) - timedelta(days=600)
    trail.owner("UPDATE corridor.audit SET create_time = %s WHERE audit_entry_id = ANY (%s)", old, written)

    assert [] == retention.keep(trail.url, trail.signer, trail.second, 12, datetime.now(UTC))
    assert 3 == trail.owner("SELECT count(*) FROM corridor.audit")[0][0]


def test_rows_of_a_month_that_nobody_made_find_a_home_later(trail: Trail) -> None:
    entry_id = trail.write(1)[0]
    future = datetime.now(UTC) + timedelta(days=400)
    trail.owner("UPDATE corridor.audit SET create_time = %s WHERE audit_entry_id = %s", future, entry_id)

    trail.owner("SELECT corridor.ensure_audit_partitions()")

    assert [(0,)] == trail.owner("SELECT count(*) FROM corridor_audit.audit_default")
    assert [(1,)] == trail.owner(f"SELECT count(*) FROM corridor_audit.audit_{future:%Y_%m}")


@pytest.mark.parametrize("statement", ["UPDATE {} SET environment = 1", "DELETE FROM {}", "TRUNCATE {}"])
@pytest.mark.parametrize("table", ["corridor.audit", "corridor.audit_chain", "corridor.audit_checkpoints"])
def test_the_servers_role_can_only_add(trail: Trail, table: str, statement: str) -> None:
    with trail.store.of(COMPANY, 1) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement.format(table))  # type: ignore[arg-type] # tests' own text


def test_the_servers_role_cannot_reach_a_month_by_its_name(trail: Trail) -> None:
    with trail.store.of(COMPANY, 1) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("SELECT * FROM corridor_audit.audit_default")


def test_lanes_are_named_for_files_and_people() -> None:
    assert (f"{COMPANY}-1", "installation-0") == (LANE.name, Lane("", 0).name)
