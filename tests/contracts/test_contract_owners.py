"""Every package has its owners, and the last line that matches names them."""

from pathlib import Path

import click
import pytest

from server.cli.contracts import ROOT
from server.cli.contracts.review import owners

LINES = """# Who answers for what.
corridor.*           @contracts
corridor.parcels.*   @parcels @trucks   # both

corridor.parcels.v2  @next
"""


def read(tmp_path: Path, text: str) -> owners.Owners:
    (tmp_path / "OWNERS").write_text(text)
    return owners.read(tmp_path / "OWNERS")


@pytest.mark.parametrize(
    ("package", "expected"),
    [
        ("corridor.type.v1", ("@contracts",)),
        ("corridor.parcels.v1", ("@parcels", "@trucks")),
        ("corridor.parcels.v2", ("@next",)),
        ("other.v1", ()),
    ],
)
def test_the_last_line_that_matches_counts(tmp_path: Path, package: str, expected: tuple[str, ...]) -> None:
    assert expected == read(tmp_path, LINES).of(package)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("corridor.x.*", "line 1: corridor.x.* has no owner"),
        ("corridor.x.* payments", "line 1: 'payments' is no handle"),
        ("@payments corridor.x.*", "line 1: '@payments' is no package"),
    ],
)
def test_a_line_that_is_none_is_told(tmp_path: Path, line: str, expected: str) -> None:
    with pytest.raises(click.ClickException) as refused:
        read(tmp_path, line)

    assert expected in refused.value.message


def test_every_package_has_an_owner() -> None:
    known = owners.read(ROOT / owners.FILE)
    folders = {path.parent.relative_to(ROOT / "proto") for path in (ROOT / "proto").rglob("*.proto")}
    packages = [".".join(folder.parts) for folder in sorted(folders)]

    assert [] == [package for package in packages if not known.of(package)]
    # A line below that of all packages is there for a package; one that matches none is a mistake.
    everything, *lines = known.lines
    assert "corridor.*" == everything[0]
    assert [] == [glob for glob, who in lines if not any(owners.Owners(((glob, who),)).of(each) for each in packages)]
