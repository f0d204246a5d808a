"""The script at the top: it installs once for each change, and hands over with the words that it was given."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
# Stands in for the Python of .venv: it tells what it is asked to run, and makes what pip would.
PYTHON = '#!/bin/sh\necho "$@" >> "$(dirname "$0")/asked"\n'


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for name in ("corridor", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").write_text(PYTHON)
    (tmp_path / ".venv" / "bin" / "python").chmod(0o755)
    return tmp_path


def run(checkout: Path, *arguments: str) -> list[str]:
    """What the Python of .venv was asked for, without the question whether it works."""
    asked = checkout / ".venv" / "bin" / "asked"
    asked.unlink(missing_ok=True)
    subprocess.run([sys.executable, str(checkout / "corridor"), *arguments], check=True, capture_output=True)
    return [line for line in asked.read_text().splitlines() if line != "-m pip --version"]


def test_the_first_run_installs_and_the_second_does_not(checkout: Path) -> None:
    first, second = run(checkout, "demo"), run(checkout, "demo")

    assert first[0].startswith("-m pip install")
    assert first[0].endswith("-c constraints.txt -e .")
    assert "-m server.cli demo" == first[1]
    assert ["-m server.cli demo"] == second


def test_tests_need_more_and_hand_their_arguments_to_pytest(checkout: Path) -> None:
    run(checkout, "demo")

    installed, tested = run(checkout, "test", "-k", "payout")

    assert installed.endswith("-e .[test]")
    assert tested.startswith("-m pytest -n auto")
    assert tested.endswith("-k payout")


def test_what_is_installed_for_tests_is_enough_for_the_demo(checkout: Path) -> None:
    run(checkout, "test")

    assert ["-m server.cli demo"] == run(checkout, "demo")


def test_a_changed_constraint_installs_anew_with_all_that_was_there(checkout: Path) -> None:
    run(checkout, "test")
    (checkout / "constraints.txt").write_text("click==8.0.0\n")

    assert run(checkout, "demo")[0].endswith("-e .[test]")


def test_set_up_alone_hands_over_to_nothing(checkout: Path) -> None:
    assert ["-m pip install"] == [line[:14] for line in run(checkout, "setup", "bench")]
    assert 2 == json.loads((checkout / ".venv" / "corridor-installed.json").read_text())["level"]


def test_without_a_command_the_commands_are_told(checkout: Path) -> None:
    done = subprocess.run([sys.executable, str(checkout / "corridor")], capture_output=True, text=True, check=False)

    assert 2 == done.returncode
    assert "./corridor demo" in done.stdout
