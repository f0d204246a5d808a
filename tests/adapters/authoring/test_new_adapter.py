"""A vendor is added in a copy of the tree: what is written, what is red, and that nothing else is touched."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.adapters.authoring import authors

NAME = "toy_pay"
OWN = (f"adapters/{NAME}/", f"tests/adapters/{NAME}/")
EVERY_PORT = "payouts,payments,refunds,disputes,grants,clocks,webhooks"


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout with a new adapter in it, of which nothing is filled in, and another for every port."""
    made = authors.checkout(tmp_path_factory.mktemp("checkout"))
    for name, ports in ((NAME, "payouts,webhooks"), ("big_co", EVERY_PORT)):
        done = authors.corridor(made, "adapter", "new", name, "--ports", ports)
        assert 0 == done.returncode, done.stderr
    return made


def test_what_is_new_is_found_at_once(tree: Path) -> None:
    listed = authors.corridor(tree, "adapter", "list").stdout

    assert "payouts, webhooks" in next(line for line in listed.splitlines() if line.startswith(NAME))


def test_what_is_new_is_clean(tree: Path) -> None:
    folders = [f"{folder}/{name}" for folder in ("adapters", "tests/adapters") for name in (NAME, "big_co")]

    for check in (["check"], ["format", "--check"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *check, *folders], cwd=tree, capture_output=True, text=True, check=False
        )
        assert 0 == done.returncode, done.stdout


def test_what_is_new_has_its_types(tree: Path) -> None:
    done = authors.run(tree, "-m", "mypy", "-p", f"adapters.{NAME}", "-p", "adapters.big_co")

    assert [] == [line for line in done.stdout.splitlines() if NAME in line or "big_co" in line]


def test_tests_are_red_because_something_is_left_to_write(tree: Path) -> None:
    done = authors.run(
        tree, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-x", "--maxfail=1000", "--tb=line",
        f"tests/adapters/{NAME}", "tests/adapters/test_conformance.py", "-k", NAME,
    )  # fmt: skip
    reasons = [line for line in done.stdout.splitlines() if line.startswith(("/", "E "))]

    assert 1 == done.returncode, done.stdout
    assert "error" not in done.stdout.splitlines()[-1]
    assert reasons
    for reason in reasons:
        assert "NotWritten: " in reason or "is mapped yet" in reason or "judges the adapter yet" in reason, reason


def test_trying_it_says_what_is_left(tree: Path) -> None:
    done = authors.corridor(tree, "adapter", "try", NAME, "create_payout")

    assert 1 == done.returncode
    assert "NotWritten: create_payout: send what mapping makes of it" in done.stdout


def test_checking_it_says_what_is_left(tree: Path) -> None:
    done = authors.corridor(tree, "adapter", "check", NAME)

    assert 0 == done.returncode
    assert "Left for experimental" in done.stdout
    assert "conformance" in done.stdout


def test_it_cannot_claim_what_is_not_written(tree: Path) -> None:
    manifest = tree / "adapters" / "big_co" / "provider.toml"
    manifest.write_text(manifest.read_text().replace('conformance = "todo"', 'conformance = "done"'))

    done = authors.corridor(tree, "adapter", "check", "big_co")

    assert 1 == done.returncode
    assert "adapter.py: NotWritten" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([NAME, "--ports", "payouts"], "there is an adapter 'toy_pay' already"),
        (["sandbox", "--ports", "payouts"], "'sandbox' cannot be a provider's name"),
        (["Toy-Pay", "--ports", "payouts"], "'Toy-Pay' cannot be a provider's name"),
        (["../toy", "--ports", "payouts"], "cannot be a provider's name"),
        (["other", "--ports", "wishes"], "there is no port 'wishes'"),
        (["other", "--ports", ","], "say at least one port"),
        (["other", "--ports", "payouts", "--into", "/nowhere"], "/nowhere is not a checkout of Corridor"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(tree: Path, arguments: list[str], said: str) -> None:
    before = authors.contents(tree)

    done = authors.corridor(tree, "adapter", "new", *arguments)

    assert 1 == done.returncode
    assert said in done.stderr
    assert [] == authors.changed(before, authors.contents(tree))


def test_nothing_is_written_over(tmp_path: Path, tree: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep")

    done = authors.corridor(tree, "adapter", "new", "other", "--ports", "payouts", "--package", "--into", str(tmp_path))

    assert 1 == done.returncode
    assert ["mine.txt"] == [path.name for path in tmp_path.iterdir()]


def test_a_vendor_is_added_without_touching_a_file_outside_of_its_two_folders(tmp_path: Path) -> None:
    tree = authors.checkout(tmp_path)
    before = authors.contents(tree)

    assert 0 == authors.corridor(tree, "adapter", "new", NAME, "--ports", "payouts,webhooks").returncode
    authors.fill_in(tree / "adapters" / NAME, f"adapters.{NAME}", "adapter", "mapping", "simulator")
    authors.fill_in(tree / "tests" / "adapters" / NAME, f"adapters.{NAME}", "fixtures")
    conformance = authors.run(
        tree, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/adapters/test_conformance.py",
        f"tests/adapters/{NAME}/test_{NAME}_mapping.py", "-k", NAME,
    )  # fmt: skip
    tried = authors.corridor(tree, "adapter", "try", NAME, "create_payout")
    checked = authors.corridor(tree, "adapter", "check", NAME)
    touched = authors.changed(before, authors.contents(tree))

    assert 0 == conformance.returncode, conformance.stdout
    assert int(conformance.stdout.rpartition(" passed")[0].split()[-1]) > 60
    assert "PAYOUT_STATE_SENT" in tried.stdout
    assert 0 == checked.returncode, checked.stdout
    assert [] == [name for name in touched if not name.startswith(OWN)]
    assert 9 == len(touched)
