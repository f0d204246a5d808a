"""The contracts are clean, compatible with their last release, and everything made of them is current.

Tools are tried on copies: no test writes into proto/ or gen/.
"""

import filecmp
import re
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from google.protobuf.descriptor_pb2 import DescriptorProto, FileDescriptorSet

from server.cli.contracts import ROOT, changes, contracts, generate, image, release, require_current

DAY = date(2026, 11, 21)
NOTHING = changes.Changes((), (), ())

PARCEL = """syntax = "proto3";

package corridor.parcels.v1;

import "buf/validate/validate.proto";

// ParcelService sends parcels.
service ParcelService {
  // GetParcel reads a parcel.
  rpc GetParcel(GetParcelRequest) returns (GetParcelResponse);
}

// GetParcelRequest asks for one parcel.
message GetParcelRequest {
  // Which parcel.
  string parcel_id = 1 [(buf.validate.field).string.max_len = 40];
}

// GetParcelResponse holds it.
message GetParcelResponse {
  // What it weighs.
  int32 weight_grams = 1;
}
"""


@pytest.fixture(scope="module")
def compiled() -> FileDescriptorSet:
    return image.build(ROOT)


@pytest.fixture
def parcels(tmp_path: Path) -> Path:
    """A checkout with one small contract, not released."""
    (tmp_path / "buf.yaml").write_text((ROOT / "buf.yaml").read_text())
    write_parcel(tmp_path, PARCEL)
    return tmp_path


def write_parcel(root: Path, text: str) -> None:
    path = root / "proto" / "corridor" / "parcels" / "v1" / "parcel_service.proto"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def publish(root: Path, version: str, reason: str | None = None) -> release.Candidate:
    made = release.candidate(root, image.build(root), version, "Parcels.", reason)
    release.publish(root, made, DAY)
    return made


def message(files: FileDescriptorSet, full_name: str) -> DescriptorProto:
    return next(found for file in files.file for name, found in image.messages(file) if name == full_name)


# The contracts of this checkout


def test_the_contracts_pass_lint(compiled: FileDescriptorSet) -> None:
    assert [] == release.lint(ROOT, compiled)


def test_lint_has_no_exceptions() -> None:
    assert not re.search(r"^\s*(ignore\w*|except)\s*:", (ROOT / "buf.yaml").read_text(), re.MULTILINE)
    assert [] == [str(path) for path in (ROOT / "proto").rglob("*.proto") if "buf:lint" in path.read_text()]


def test_nothing_breaks_callers_of_the_last_release(compiled: FileDescriptorSet) -> None:
    assert [] == release.breaking(ROOT, compiled)


def test_the_released_image_is_the_one_its_change_log_entry_names() -> None:
    release.latest(ROOT)  # refuses an image that was moved by hand


def test_generated_code_is_current() -> None:
    differing = generate.check(ROOT, lambda step: None)

    assert [] == differing, "run `corridor gen` and commit gen/"


def test_the_descriptors_name_no_place_on_this_machine(compiled: FileDescriptorSet) -> None:
    for data in (image.for_reading(compiled), image.for_release(compiled)):
        assert str(ROOT).encode() not in data
        assert sys.prefix.encode() not in data


def test_every_contract_in_the_repository_is_ours() -> None:
    found = [path for path in (each.relative_to(ROOT) for each in ROOT.rglob("*.proto")) if path.parts[0][0] != "."]
    ours = {("proto", "corridor"), ("tests", "versions")}  # the latter is a second version to try with
    assert [] == [str(path) for path in found if path.parts[:2] not in ours]
    assert found


def test_all_generated_packages_live_in_one_process() -> None:
    program = """
import importlib, pkgutil
import protovalidate, grpc_reflection.v1alpha.reflection, grpc_health.v1.health, google.rpc.status_pb2
import corridor, corridor_client, corridor_json
from buf.validate import validate_pb2
for package in (corridor, corridor_client, corridor_json):
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        importlib.import_module(module.name)
from corridor.type.v1 import money_pb2
protovalidate.validate(money_pb2.Money(currency_code="EUR", amount_minor=1))
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)

    assert (0, "") == (done.returncode, done.stderr)


def test_clients_carry_no_annotations(compiled: FileDescriptorSet) -> None:
    names = {file.name for file in image.for_callers(compiled).file}

    assert "corridor/payouts/v1/payout.proto" in names
    # Of the options only the kinds of caller travel: in audit entries, consents and approvals.
    travels = {"corridor/options/v1/method.proto"}
    assert travels == {name for name in names if name.startswith(("buf/", "google/api/", "corridor/options/"))}


# What would break callers, or escape review


def test_a_deleted_field_is_refused(tmp_path: Path, compiled: FileDescriptorSet) -> None:
    (tmp_path / "buf.yaml").write_text((ROOT / "buf.yaml").read_text())
    (tmp_path / "proto").mkdir()
    kept = release.Candidate("1.0.0", "All of it.", None, image.for_release(compiled), NOTHING)
    release.publish(tmp_path, kept, DAY)
    broken = image.read(compiled.SerializeToString())
    del message(broken, "corridor.payouts.v1.Payout").field[0]

    findings = release.breaking(tmp_path, broken)

    assert [] == release.breaking(tmp_path, compiled)
    assert "payout.proto" in findings[0]
    assert "deleted" in findings[0]


def test_a_missing_comment_is_refused(parcels: Path) -> None:
    write_parcel(parcels, PARCEL.replace("  // Which parcel.\n", ""))

    findings = release.lint(parcels, image.build(parcels))

    assert findings[0].startswith("proto/corridor/parcels/v1/parcel_service.proto:15:")


def test_a_contract_that_does_not_compile_is_named(parcels: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_parcel(parcels, PARCEL.replace("int32", "integer"))

    with pytest.raises(click.ClickException, match="do not compile"):
        image.build(parcels)

    assert "corridor/parcels/v1/parcel_service.proto:22:" in capsys.readouterr().err


def test_generation_puts_right_what_was_edited_added_and_lost(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "proto", tmp_path / "proto")
    shutil.copytree(ROOT / "gen", tmp_path / "gen", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "clients", tmp_path / "clients", ignore=shutil.ignore_patterns("node_modules"))
    types = tmp_path / "gen" / "corridor" / "type" / "v1"
    (types / "address_pb2.py").write_text("# edited\n")
    (types / "money_pb2.pyi").unlink()
    (types / "stale_pb2.py").touch()

    changed = generate.write(tmp_path, lambda step: None)

    assert [f"corridor/type/v1/{name}" for name in ("address_pb2.py", "money_pb2.pyi", "stale_pb2.py")] == changed
    assert ([], []) == filecmp.cmpfiles(
        ROOT / "gen/corridor/type/v1", types, ["address_pb2.py", "money_pb2.pyi"], shallow=False
    )[1:]
    assert not (types / "stale_pb2.py").exists()


def test_generated_code_that_differs_is_refused_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(click.ClickException, match="run `corridor gen`"):
        require_current(["corridor/type/v1/money_pb2.py"])

    assert "differs: gen/corridor/type/v1/money_pb2.py\n" == capsys.readouterr().err


# Releases


def test_the_first_release_lists_what_it_brings(parcels: Path) -> None:
    made = publish(parcels, "0.1.0")

    assert (
        "message `corridor.parcels.v1.GetParcelRequest` (1 field)",
        "message `corridor.parcels.v1.GetParcelResponse` (1 field)",
        "service `corridor.parcels.v1.ParcelService`",
        "rpc `corridor.parcels.v1.ParcelService.GetParcel`",
    ) == made.changes.added


def test_a_release_says_what_changed(parcels: Path) -> None:
    publish(parcels, "0.1.0")
    longer = PARCEL.replace("  // What it weighs", "  // How long it is.\n  int32 length_mm = 3;\n  // What it weighs")
    write_parcel(parcels, longer.replace("max_len = 40", "max_len = 50"))

    made = publish(parcels, "0.2.0")

    assert (
        changes.Changes(
            added=("field `corridor.parcels.v1.GetParcelResponse.length_mm`",),
            changed=("field `corridor.parcels.v1.GetParcelRequest.parcel_id`: options",),
            removed=(),
        )
        == made.changes
    )
    assert "0.2.0" == getattr(release.latest(parcels), "version", None)
    log = (parcels / "proto" / "CHANGELOG.md").read_text()
    assert log.index("## 0.2.0 — 2026-11-21") < log.index("## 0.1.0 — 2026-11-21")


@pytest.mark.parametrize("version", ["0.1.0", "0.0.9", "next", "1.0", "1.0.0-rc1"])
def test_a_version_that_does_not_follow_is_refused(parcels: Path, version: str) -> None:
    publish(parcels, "0.1.0")
    write_parcel(parcels, PARCEL.replace("max_len = 40", "max_len = 50"))

    with pytest.raises(click.ClickException, match="version"):
        publish(parcels, version)


def test_a_comment_alone_is_nothing_to_release(parcels: Path) -> None:
    publish(parcels, "0.1.0")
    write_parcel(parcels, PARCEL.replace("// Which parcel.", "// The parcel's id."))

    with pytest.raises(click.ClickException, match=r"nothing changed since 0\.1\.0"):
        publish(parcels, "0.2.0")


def test_a_breaking_release_needs_its_reason_and_records_it(parcels: Path) -> None:
    publish(parcels, "0.1.0")
    write_parcel(parcels, PARCEL.replace("int32 weight_grams", "int64 weight_grams"))

    with pytest.raises(click.ClickException, match=r"callers would break \(1\)"):
        publish(parcels, "0.2.0")
    made = publish(parcels, "0.2.0", "Ships weigh more.")

    assert "field `corridor.parcels.v1.GetParcelResponse.weight_grams`: type int32 → int64" in made.changes.changed
    assert "**Breaks callers:** Ships weigh more." in (parcels / "proto" / "CHANGELOG.md").read_text()


def test_a_reason_where_nothing_breaks_is_refused(parcels: Path) -> None:
    publish(parcels, "0.1.0")
    write_parcel(parcels, PARCEL.replace("max_len = 40", "max_len = 50"))

    with pytest.raises(click.ClickException, match="leave --breaking out"):
        publish(parcels, "0.2.0", "For fun.")


@pytest.mark.parametrize("gone", ["released.binpb", "CHANGELOG.md"])
def test_an_image_moved_by_hand_is_refused(parcels: Path, gone: str) -> None:
    publish(parcels, "0.1.0")
    (parcels / "proto" / gone).unlink()

    with pytest.raises(click.ClickException, match="restore both"):
        release.latest(parcels)


def test_an_edited_image_is_refused(parcels: Path) -> None:
    publish(parcels, "0.1.0")
    write_parcel(parcels, PARCEL.replace("int32 weight_grams", "int64 weight_grams"))
    (parcels / "proto" / "released.binpb").write_bytes(image.for_release(image.build(parcels)))

    with pytest.raises(click.ClickException, match="restore both"):
        release.breaking(parcels, image.build(parcels))


# The commands


@pytest.mark.parametrize("command", ["lint", "breaking"])
def test_the_checks_answer_in_one_line(command: str) -> None:
    result = CliRunner().invoke(contracts, [command])

    assert (0, 1) == (result.exit_code, len(result.stdout.splitlines()))
