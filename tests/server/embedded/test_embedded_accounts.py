"""Who runs the embedded PostgreSQL: root by a stand-in, anyone else in person. These tests change users: root only."""

import os
import shutil
from pathlib import Path

import psycopg
import pytest

from server.store import embedded, postmaster
from tests.server.embedded.help import ROOT, Spawn, pid_of, runs

NOBODY = 65534

pytestmark = pytest.mark.skipif(not ROOT, reason="needs root")


def test_root_needs_no_folder_opened_for_the_database(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)

    with embedded.start(closed / "corridor", durable=False) as server:
        assert Path(f"/proc/{server.pid}").stat().st_uid != 0
    assert closed.stat().st_mode & 0o777 == 0o700


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="needs setpriv (util-linux)")
def test_root_in_a_container_starts_and_stops_the_server(tmp_path: Path, spawn: Spawn) -> None:
    few = "-all,+chown,+dac_override,+fowner,+fsetid,+kill,+setgid,+setpcap,+setuid"
    root = spawn(tmp_path / "new", within=("setpriv", "--inh-caps=-all", f"--bounding-set={few}"))
    pid = pid_of(root)
    root.communicate()

    assert not runs(pid)


def test_root_runs_the_database_as_the_owner_of_its_directory(open_directory: Path) -> None:
    os.chown(open_directory, NOBODY, NOBODY)

    with embedded.start(open_directory, durable=False) as server:
        assert Path(f"/proc/{server.pid}").stat().st_uid == NOBODY


def test_an_ordinary_user_and_root_take_turns(open_directory: Path) -> None:
    os.chown(open_directory, NOBODY, NOBODY)

    assert _as_nobody(open_directory) == "served"
    embedded.start(open_directory, durable=False).stop()
    assert _as_nobody(open_directory) == "served"


def test_an_ordinary_user_is_told_when_the_directory_is_not_theirs(open_directory: Path) -> None:
    embedded.start(open_directory, durable=False).stop()

    assert f"cannot keep a database in {open_directory} (Permission denied)" in _as_nobody(open_directory)


def _as_nobody(directory: Path) -> str:
    """What an ordinary user gets who starts the server, asks it and stops it: `served`, or the refusal."""
    answers, answer = os.pipe()
    child = os.fork()  # not a new interpreter, which root may keep in a folder closed to others
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            with embedded.start(directory, durable=False) as server, psycopg.connect(server.owner_dsn):
                os.write(answer, b"served")
        except BaseException as error:
            os.write(answer, f"{type(error).__name__}: {error}".encode())
        finally:
            os._exit(0)
    os.close(answer)
    with os.fdopen(answers) as told:
        found = told.read()
    os.waitpid(child, 0)
    if str(postmaster.binaries()) in found:
        pytest.skip(f"the environment is closed to ordinary users: {found}")
    return found
