"""Checkpoints cannot be changed unseen, neither in the database nor in the second store."""

import json

import pytest

from server.platform.audit.signing import AuditSigner
from server.store.secrets import Keyring
from tests.server.audit.tampering import edit, sealed
from tests.server.audit.trail import COMPANY, Trail


@pytest.mark.parametrize(
    "column",
    ["company_id", "environment", "number", "first_position", "entries", "root", "head", "create_time", "jws"],
)
def test_an_edit_of_any_column_of_the_checkpoints_is_found_and_named(trail: Trail, column: str) -> None:
    sealed(trail)

    edit(trail, "audit_checkpoints", column, "number = 2 AND company_id = %s", COMPANY)

    assert f"{COMPANY}-1: checkpoint 2 " in trail.findings()


def test_a_checkpoint_signed_by_another_key_is_found(trail: Trail) -> None:
    sealed(trail)
    jws = str(trail.owner("SELECT jws FROM corridor.audit_checkpoints WHERE number = 2")[0][0])
    forger = AuditSigner(Keyring(b"f" * 32))
    forged = forger.sign("corridor-audit-checkpoint", trail.signer.read("corridor-audit-checkpoint", jws))

    trail.owner("UPDATE corridor.audit_checkpoints SET jws = %s WHERE company_id = %s AND number = 2", forged, COMPANY)
    assert "checkpoint 2 is another one in the database than in the second store" in trail.findings()

    replace_in_second_store(trail, jws, forged)
    assert "checkpoint 2 is not signed by this installation" in trail.findings()


def test_a_checkpoint_missing_in_the_middle_of_the_second_store_is_found(trail: Trail) -> None:
    sealed(trail)
    file = trail.directory / "checkpoints" / f"{COMPANY}-1.jsonl"
    lines = file.read_text().splitlines(keepends=True)

    file.write_text(lines[0] + lines[2])

    assert "checkpoint 2 is not in the second store" in trail.findings()


def test_a_checkpoint_that_a_crash_kept_from_the_second_store_is_a_note(trail: Trail) -> None:
    sealed(trail)
    file = trail.directory / "checkpoints" / f"{COMPANY}-1.jsonl"
    file.write_text("".join(file.read_text().splitlines(keepends=True)[:-1]) + '{"number": 3, "jws": "torn')

    report = trail.verify()
    assert ([], [f"{COMPANY}-1: checkpoint 3 is not in the second store."]) == (report.findings, report.notes)

    trail.seal()
    assert ([], []) == (trail.verify().findings, trail.verify().notes)


def replace_in_second_store(trail: Trail, before: str, after: str) -> None:
    """Change a checkpoint in the second store as well."""
    file = trail.directory / "checkpoints" / f"{COMPANY}-1.jsonl"
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    for line in lines:
        line["jws"] = after if line["jws"] == before else line["jws"]
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
