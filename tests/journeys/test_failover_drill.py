"""An operations lead loses a provider on purpose: `corridor drill`, from the command line to the report."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from server.cli.drills.modes import MODES


def drill(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run `corridor drill …`. It has the machine's temporary directory: a test's own is too long for a socket."""
    return subprocess.run(
        [sys.executable, "-m", "server.cli", "drill", *arguments],
        env={name: value for name, value in os.environ.items() if not name.startswith(("CORRIDOR_", "OTEL_"))},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )


def test_traffic_moves_and_comes_back_and_the_report_says_so(tmp_path: Path) -> None:
    path = tmp_path / "report.md"
    modes = ("--mode", "refused", "--mode", "lost_answer")

    done = drill("payouts", "--from", "sandbox", "--to", "sandbox", *modes, "--report", str(path))

    report = path.read_text() if path.exists() else ""
    assert 0 == done.returncode, done.stdout + done.stderr + report
    assert "**Passed.**" in report
    assert "Sent elsewhere although the first might have acted: 0." in report
    assert "Paid twice, over both vendors' books: 0." in report
    assert [mode for mode in ("refused", "lost_answer") if f"### {mode}: " not in report] == []
    assert "would stand in that company's catalogue" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("payouts", "--from", "nobody", "--to", "sandbox"), "no simulator of 'nobody' serves payouts"),
        (("payouts", "--from", "sandbox", "--to", "sandbox", "--mode", "flood"), f"there are {MODES[0].name}"),
        (("cards", "--from", "sandbox", "--to", "sandbox"), "'cards' is not one of"),
    ],
)
def test_what_cannot_be_drilled_is_refused_at_once(arguments: tuple[str, ...], said: str) -> None:
    done = drill(*arguments)

    assert 2 == done.returncode
    assert said in done.stderr
