"""A stage on which the second version of payouts is installed: server, worker and gateway as processes of their own."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from server import settings
from server.cli import stack
from server.cli.contracts import image as images
from server.cli.contracts import tools
from server.cli.screen import Screen
from server.cli.stack import Stack

ROOT = Path(__file__).resolve().parents[2]
SECOND = Path(__file__).with_name("payouts_v2")

_PAYOUTS = Path("corridor/payouts/v1")
_CANCEL = 'audit: "payout.cancel"\n      rate_class: RATE_CLASS_MONEY\n'
_CREATE = 'audit: "payout.create"\n      rate_class: RATE_CLASS_MONEY\n'
_REFERENCE = "string reference = 5 [(corridor.options.v1.sensitivity) = SENSITIVITY_PERSONAL];"
_ENDS = """      stability: {
        level: STABILITY_LEVEL_DEPRECATED
        deprecated_since: "2026-11-21"
        sunset: "2099-12-31"
        replacement: "corridor.payouts.v2.PayoutService.%s"
      }
"""
_MOVED = """string reference = 5 [
    (corridor.options.v1.sensitivity) = SENSITIVITY_PERSONAL,
    (corridor.options.v1.field_stability) = {replacement: "corridor.payouts.v2.Statement.asked"}
  ];"""
# What the first version says of the second one, once that is there.
_SAID = (
    ("payout_service.proto", _CREATE, _CREATE + _ENDS % "CreatePayout"),
    ("payout_service.proto", _CANCEL, _CANCEL + _ENDS % "StopPayout"),
    ("payout.proto", _REFERENCE, _MOVED),
)


@dataclass(frozen=True)
class Installed:
    """Where the second version is installed, and the image of the contract with it."""

    path: Path
    contract: Path
    image: bytes


@pytest.fixture(scope="session")
def second_version(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The distribution, built: as `corridor gen` would see the tree if it had a second version of payouts."""
    root, path = tmp_path_factory.mktemp("contract"), tmp_path_factory.mktemp("installed")
    shutil.copytree(ROOT / "proto", root / "proto")
    shutil.copytree(SECOND / "proto", root / "proto", dirs_exist_ok=True)
    for name, before, after in _SAID:
        file = root / "proto" / _PAYOUTS / name
        text = file.read_text()
        assert 1 == text.count(before), name
        file.write_text(text.replace(before, after))
    compiled = images.build(root)
    shutil.copytree(SECOND, path / "payouts_v2", ignore=shutil.ignore_patterns("proto", "__pycache__"))
    (path / "payouts_v2/image.binpb").write_bytes(compiled.SerializeToString())
    contract = path / "contract.binpb"
    contract.write_bytes(images.for_reading(compiled))
    _deprecated_first(path)
    info = path / "payouts_v2-2.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: payouts-v2\nVersion: 2\n")
    (info / "entry_points.txt").write_text("[corridor.versions]\npayouts = payouts_v2:VERSION\n")
    return Installed(path, contract, compiled.SerializeToString())


def _deprecated_first(path: Path) -> None:
    """The generated code of the first version as it is then: it names what follows it."""
    shutil.copytree(ROOT / "gen/corridor", path / "corridor", ignore=shutil.ignore_patterns("__pycache__"))
    names = {str(_PAYOUTS / name) for name, _, _ in _SAID}
    tools.protoc(f"--descriptor_set_in={path / 'payouts_v2/image.binpb'}", f"--python_out={path}", *sorted(names))


@pytest.fixture(scope="module")
def both_versions(second_version: Installed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Everything that `corridor up` starts, with both versions of payouts in one server and one gateway."""
    directory = tmp_path_factory.mktemp("corridor")
    found = replace(settings.from_environment(), database_url="", owner_database_url="", data_dir=directory)
    environment = {
        "CORRIDOR_ALLOW_PRIVATE_ENDPOINTS": "on",
        "CORRIDOR_POLL_SECONDS": "0.2",
        "CORRIDOR_DATABASE_URL": "",
        "CORRIDOR_GATEWAY_CONTRACT": str(second_version.contract),
        "PYTHONPATH": os.pathsep.join(filter(None, (str(second_version.path), os.environ.get("PYTHONPATH", "")))),
    }
    with stack.running(found, stack.Ports(), environment, Screen(), directory / "sandbox.jsonl") as running:
        yield running
