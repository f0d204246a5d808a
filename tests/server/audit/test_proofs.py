"""A proof convinces who has the public key and nothing else; of anything that was changed it convinces nobody."""

import json
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest
from google.protobuf import json_format

from server.kit.errors import Failure
from server.platform.audit import check_proof, hashing, proofs
from server.platform.audit.check_proof import check
from tests.server.audit.trail import COMPANY, OTHER, Trail


def proof(trail: Trail, entry_id: str, company_id: str = COMPANY) -> dict[str, str]:
    """A proof as it goes to a third party."""
    with trail.store.transaction(company_id, 1) as connection:
        made = proofs.prove(connection, company_id, 1, entry_id)
    return dict(json_format.MessageToDict(made, preserving_proto_field_name=True))


def mth(leaves: list[bytes]) -> bytes:
    """The Merkle tree hash as RFC 6962, section 2.1 defines it."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return sha256(b"\x01" + mth(leaves[:split]) + mth(leaves[split:])).digest()


@pytest.mark.parametrize("count", range(1, 34))
def test_the_tree_is_that_of_rfc_6962(count: int) -> None:
    leaves = [hashing.leaf(bytes([number])) for number in range(count)]

    assert mth(leaves) == hashing.root(leaves)


@pytest.mark.parametrize("count", [1, 2, 3, 5, 8, 13, 21])
def test_every_row_of_a_checkpoint_is_proved(trail: Trail, count: int) -> None:
    written = trail.write(count)
    trail.seal()
    pem = trail.signer.public_key_pem().encode()

    for entry_id in written:
        assert entry_id in check(proof(trail, entry_id), pem)


@pytest.mark.parametrize("field", ["line", "leaf_index", "path", "checkpoint"])
def test_a_changed_proof_proves_nothing(trail: Trail, field: str) -> None:
    written = trail.write(6)
    trail.seal()
    made = proof(trail, written[2])
    changed = {
        "line": made["line"].replace("payout.get", "payout.set"),
        "leaf_index": "3",
        "path": [*made["path"][1:], made["path"][0]],
        "checkpoint": made["checkpoint"][:-8] + "AAAAAAAA",
    }

    with pytest.raises(Exception, match=r"not in this checkpoint|^$"):
        check(made | {field: changed[field]}, trail.signer.public_key_pem().encode())


def test_a_third_party_checks_a_proof_with_the_script_alone(trail: Trail, tmp_path: Path) -> None:
    written = trail.write(5)
    trail.seal()
    (tmp_path / "proof.json").write_text(json.dumps(proof(trail, written[4])))
    (tmp_path / "key.pem").write_text((trail.directory / "checkpoints" / "audit-key.pem").read_text())
    script = tmp_path / "check_proof.py"
    script.write_text(Path(check_proof.__file__).read_text())

    checked = subprocess.run(
        [sys.executable, "-I", str(script), "proof.json", "key.pem"], cwd=tmp_path, capture_output=True, text=True,
        check=False, env={},
    )  # fmt: skip

    assert (0, "") == (checked.returncode, checked.stderr)
    assert f"proved: {COMPANY}\t1\t{written[4]}\tpayout.get" in checked.stdout


def test_the_script_says_in_one_line_what_is_not_proved(trail: Trail, tmp_path: Path) -> None:
    written = trail.write(5)
    trail.seal()
    (tmp_path / "proof.json").write_text(json.dumps(proof(trail, written[4])).replace("payout.get", "payout.put"))
    key = trail.directory / "checkpoints" / "audit-key.pem"

    checked = subprocess.run(
        [sys.executable, "-I", check_proof.__file__, "proof.json", str(key)], cwd=tmp_path, capture_output=True,
        text=True, check=False, env={},
    )  # fmt: skip

    assert (1, "", "NOT PROVED: the entry is not in this checkpoint\n") == (
        checked.returncode, checked.stdout, checked.stderr,
    )  # fmt: skip


def test_the_script_needs_nothing_of_ours() -> None:
    text = Path(check_proof.__file__).read_text()

    assert "corridor." not in text
    assert "import server" not in text
    assert "from server" not in text


def test_a_row_that_is_not_sealed_is_not_proved_yet(trail: Trail) -> None:
    entry_id = trail.write(1)[0]

    with pytest.raises(Failure, match="AUDIT_ENTRY_NOT_SEALED"):
        proof(trail, entry_id)


def test_a_row_of_another_company_is_not_found(trail: Trail) -> None:
    entry_id = trail.write(1)[0]
    trail.seal()

    with pytest.raises(Failure, match="NOT_FOUND"), trail.store.transaction(OTHER, 1) as connection:
        proofs.prove(connection, COMPANY, 1, entry_id)


def test_a_row_that_was_edited_is_not_proved(trail: Trail) -> None:
    entry_id = trail.write(1)[0]
    trail.seal()
    trail.owner("UPDATE corridor.audit SET reason = 'x'")

    with pytest.raises(Failure, match="INTERNAL"):
        proof(trail, entry_id)
