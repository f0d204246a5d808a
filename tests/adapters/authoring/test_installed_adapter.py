"""A provider that is installed as a package is found by its entry point, and pays out."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.adapters.authoring import authors

NAME = "toy_pay"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the toy vendor's package is installed, beside nothing else."""
    source, target = tmp_path_factory.mktemp("source") / "toy-pay", tmp_path_factory.mktemp("site")
    done = authors.corridor(
        authors.ROOT, "adapter", "new", NAME, "--ports", "payouts,webhooks", "--package", "--into", str(source)
    )
    assert 0 == done.returncode, done.stderr
    package = source / "corridor_providers" / NAME
    authors.fill_in(package, f"corridor_providers.{NAME}", "adapter", "mapping", "simulator")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--no-build-isolation"]
    made = subprocess.run([*pip, "--target", str(target), str(source)], capture_output=True, text=True, check=False)
    assert 0 == made.returncode, made.stderr
    return target


def test_without_it_there_is_no_such_provider() -> None:
    assert "there is no adapter 'toy_pay'" in authors.corridor(authors.ROOT, "adapter", "try", NAME, "x").stderr


def test_it_is_listed_with_its_ports(installed: Path) -> None:
    listed = authors.corridor(authors.ROOT, "adapter", "list", path=(installed,)).stdout

    assert "payouts, webhooks" in next(line for line in listed.splitlines() if line.startswith(NAME))


def test_a_payout_goes_through_it(installed: Path) -> None:
    done = authors.corridor(authors.ROOT, "adapter", "try", NAME, "create_payout", path=(installed,))

    assert 0 == done.returncode, done.stderr
    seen = json.loads(done.stdout[done.stdout.rindex("\n{\n") :])
    assert ("PAYOUT_STATE_SENT", "12345") == (seen["state"], seen["amount"]["amount_minor"])


def test_its_claims_are_checked_like_any_other_s(installed: Path) -> None:
    done = authors.corridor(authors.ROOT, "adapter", "check", NAME, path=(installed,))

    assert 0 == done.returncode, done.stdout


def test_a_payout_through_the_whole_platform_settles_by_its_webhook(installed: Path) -> None:
    flow = Path(__file__).parent / "installed_flow.py"

    done = authors.run(
        authors.ROOT, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-o", "python_files=*_flow.py", str(flow),
        path=(installed,),
    )  # fmt: skip

    assert 0 == done.returncode, done.stdout
    assert "1 passed" in done.stdout
