"""The operator's view: search and export over all companies, and the commands of `corridor audit`."""

import io
import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pyarrow import parquet

from server.platform.audit import export
from server.platform.audit.check_proof import check
from server.platform.audit.export import Wanted
from tests.server.audit.trail import COMPANY, OTHER, Trail

ROOT = Path(__file__).parents[3]


def exported(trail: Trail, wanted: Wanted) -> list[dict[str, str]]:
    """What an export in JSON lines has."""
    out = io.StringIO()
    export.to_json_lines(export.batches(trail.url, wanted), out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def corridor(trail: Trail, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command on the trail."""
    environment = os.environ | {"CORRIDOR_DATABASE_URL": trail.url, "CORRIDOR_DATA_DIR": str(trail.directory)}
    return subprocess.run(
        [sys.executable, "-m", "server.cli", "audit", *command], env=environment, cwd=ROOT, capture_output=True,
        text=True, check=False,
    )  # fmt: skip


def test_rows_are_exported_by_company_time_actor_resource_and_correlation(trail: Trail) -> None:
    trail.write(3)
    trail.write(2, OTHER)
    one = exported(trail, Wanted(company_id=COMPANY))[0]
    now = datetime.now(UTC)

    assert (5, 3, 2) == tuple(
        len(exported(trail, wanted)) for wanted in (Wanted(), Wanted(company_id=COMPANY), Wanted(company_id=OTHER))
    )
    assert [one] == exported(trail, Wanted(resource_id=one["resource_id"]))
    assert [one] == exported(trail, Wanted(correlation_id=one["correlation_id"]))
    assert 5 == len(exported(trail, Wanted(caller_id=one["caller_id"], since=now - timedelta(hours=1))))
    assert [] == exported(trail, Wanted(until=now - timedelta(hours=1)))
    assert ("sandbox", "api_key", "done") == (one["environment"], one["caller_kind"], one["outcome"])


def test_parquet_holds_what_json_lines_hold(trail: Trail, tmp_path: Path) -> None:
    trail.write(7)
    with (tmp_path / "trail.parquet").open("wb") as out:
        assert 7 == export.to_parquet(export.batches(trail.url, Wanted()), out)

    table = parquet.read_table(tmp_path / "trail.parquet")

    lines = exported(trail, Wanted())
    assert list(export.COLUMNS) == table.column_names
    assert [line["audit_entry_id"] for line in lines] == table.column("audit_entry_id").to_pylist()
    times = [datetime.fromisoformat(line["create_time"]) for line in lines]
    assert times == table.column("create_time").to_pylist()


def test_the_commands_seal_verify_prove_and_tell_the_key(trail: Trail) -> None:
    entry_id = trail.write(3)[1]

    assert "3 rows are sealed by 1 checkpoints." in corridor(trail, "seal").stdout
    verified = corridor(trail, "verify")
    assert (0, True) == (verified.returncode, "The trail is what was sealed." in verified.stdout)
    proof, key = corridor(trail, "prove", entry_id).stdout, corridor(trail, "key").stdout
    assert entry_id in check(json.loads(proof), key.encode())


def test_verify_ends_with_1_and_names_what_is_wrong(trail: Trail) -> None:
    entry_id = trail.write(3)[1]
    corridor(trail, "seal")
    trail.owner("UPDATE corridor.audit SET reason = 'x' WHERE audit_entry_id = %s", entry_id)

    verified = corridor(trail, "verify")

    assert 1 == verified.returncode
    assert f"{entry_id} was edited (position 2)" in verified.stderr


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_export_and_search_are_commands(trail: Trail, tmp_path: Path, form: str) -> None:
    entry_id = trail.write(2)[0]
    file = tmp_path / f"out.{form}"

    done = corridor(trail, "export", "--company", COMPANY, "--format", form, str(file))

    assert (0, f"2 rows are in {file}.\n") == (done.returncode, done.stderr)
    assert entry_id in corridor(trail, "search", "--limit", "5").stdout
    assert file.stat().st_size
