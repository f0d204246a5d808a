"""The embedded PostgreSQL in use: kept, shared, killed, copied. Every test works on real servers."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

import psycopg
import pytest

from server.store import embedded, postmaster
from tests.server.embedded.help import ROOT, Spawn, await_end, copy, kept, pid_of, refusal_of, runs


def test_data_outlives_a_restart(directory: Path) -> None:
    with embedded.start(directory) as server, psycopg.connect(server.owner_dsn) as connection:
        connection.execute("UPDATE kept SET value = 42")

    with embedded.start(directory) as server:
        assert kept(server.owner_dsn) == 42


def test_a_server_for_real_data_is_durable(directory: Path) -> None:
    settings = ("fsync", "synchronous_commit", "full_page_writes")
    with embedded.start(directory) as server, psycopg.connect(server.owner_dsn) as connection:
        found = [connection.execute("SELECT current_setting(%s)", [name]).fetchone() for name in settings]

    assert found == [("on",)] * 3


def test_a_durable_start_refuses_a_server_started_for_tests(directory: Path) -> None:
    with embedded.start(directory, durable=False):
        assert "without durability" in refusal_of(directory)


@pytest.mark.parametrize("name", ["with spaces and 'quotes\" and %", "long-" * 30, "ünïcode"])
def test_any_directory_name_will_do(pristine: Path, tmp_path: Path, name: str) -> None:
    copy(pristine, tmp_path / name)

    with embedded.start(tmp_path / name, durable=False) as server:
        assert kept(server.owner_dsn) == 41


def test_psql_and_pgbench_take_the_dsn(directory: Path) -> None:
    tools = postmaster.binaries()
    with embedded.start(directory, durable=False) as server:
        selected = subprocess.run(
            [tools / "psql", "-Atc", "TABLE kept", server.owner_dsn], check=True, capture_output=True, text=True
        )
        benched = subprocess.run(
            [tools / "pgbench", "-n", "-t", "5", "-f", "/dev/stdin", server.owner_dsn],
            check=True,
            capture_output=True,
            text=True,
            input="SELECT 1;\n",
        )

    assert selected.stdout == "41\n"
    assert "number of transactions actually processed: 5/5" in benched.stdout


def test_the_server_stops_with_its_last_user(directory: Path) -> None:
    first = embedded.start(directory, durable=False)
    second = embedded.start(directory, durable=False)
    assert first.pid == second.pid

    first.stop()
    assert kept(second.owner_dsn) == 41

    second.stop()
    assert not runs(second.pid)


def test_stopping_twice_takes_no_share_but_ones_own(directory: Path) -> None:
    first, second = embedded.start(directory, durable=False), embedded.start(directory, durable=False)
    first.stop()
    first.stop()

    assert kept(second.owner_dsn) == 41
    second.stop()


def test_processes_that_start_at_once_share_one_server(tmp_path: Path, spawn: Spawn) -> None:
    users = [spawn(tmp_path / "new") for _ in range(4)]
    pids = {pid_of(user) for user in users}
    assert len(pids) == 1

    for user in users:
        user.communicate()
    assert not runs(pids.pop())


def test_a_program_that_forgets_to_stop_leaves_no_server(directory: Path, spawn: Spawn) -> None:
    user = spawn(directory, "leave")
    pid = pid_of(user)
    user.communicate()

    assert not runs(pid)


def test_a_forked_child_does_not_stop_its_parents_server(directory: Path) -> None:
    with embedded.start(directory, durable=False) as server:
        child = os.fork()
        if child == 0:
            server.stop()
            os._exit(0)
        os.waitpid(child, 0)

        assert kept(server.owner_dsn) == 41


def test_a_directory_has_one_exclusive_owner(directory: Path, spawn: Spawn) -> None:
    owner = spawn(directory, "exclusive")
    pid_of(owner)

    assert f"in use by another Corridor (process {owner.pid})" in refusal_of(directory, exclusive=True)
    with embedded.start(directory, durable=False) as joined:
        assert kept(joined.owner_dsn) == 41

    owner.communicate()
    embedded.start(directory, exclusive=True).stop()


def test_the_server_of_a_killed_owner_is_adopted(directory: Path, spawn: Spawn) -> None:
    owner = spawn(directory, "exclusive")
    orphan = pid_of(owner)
    owner.kill()
    owner.communicate()
    assert runs(orphan)

    with embedded.start(directory, durable=False, exclusive=True) as server:
        assert server.pid == orphan
        assert kept(server.owner_dsn) == 41
    await_end(orphan)


def test_a_killed_server_recovers_what_was_committed(directory: Path) -> None:
    with embedded.start(directory) as server:
        with psycopg.connect(server.owner_dsn) as connection:
            connection.execute("UPDATE kept SET value = 43")
        os.kill(server.pid, signal.SIGKILL)
        await_end(server.pid)

        with embedded.start(directory) as again:
            assert server.pid != again.pid
            assert kept(again.owner_dsn) == 43


def test_a_lock_file_that_names_a_strangers_process_is_overlooked(directory: Path) -> None:
    with embedded.start(directory, durable=False) as server:
        lock = (directory / "data" / "postmaster.pid").read_text()
    user = (directory / "data").stat().st_uid if ROOT else None
    with subprocess.Popen(["sleep", "60"], user=user) as stranger:
        written = directory / "data" / "postmaster.pid"
        written.write_text(lock.replace(str(server.pid), str(stranger.pid), 1))
        shutil.copymode(directory / "data" / "PG_VERSION", written)
        if user is not None:
            os.chown(written, user, user)
        with embedded.start(directory, durable=False) as again:
            assert kept(again.owner_dsn) == 41

        assert stranger.poll() is None
        stranger.kill()


def test_a_copy_of_a_running_directory_is_another_database(directory: Path, tmp_path: Path) -> None:
    with embedded.start(directory, durable=False) as original:
        copy(directory, tmp_path / "copy")
        with embedded.start(tmp_path / "copy", durable=False) as copied:
            assert original.pid != copied.pid
        assert kept(original.owner_dsn) == 41
