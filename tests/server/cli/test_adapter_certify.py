"""`corridor adapter certify` and `matrix`, as an adapter's owner uses them."""

import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from adapters.kit.discovery import providers
from adapters.kit.operations import operations
from server.cli.adapter_certify import _passed
from server.platform.providers import stages
from tests.server.catalogue.standing import move, provider
from tests.serving import LIVE, Running

Finished = Callable[..., tuple[int, str, str]]
Start = Callable[..., "subprocess.Popen[str]"]


def smallest() -> str:
    """The adapter whose tests take the least."""
    folder = Path(__file__).resolve().parents[2] / "adapters"
    return min(providers(), key=lambda name: (len(operations(providers()[name])), len([*(folder / name).glob("*.py")])))


def test_a_run_is_recorded_and_lets_a_provider_go_live(
    corridor: Running, environment: Mapping[str, str], start: Start
) -> None:
    name = smallest()
    client = corridor.client(environment=LIVE)
    # Its tables alone: what is tried here is what becomes of a run, and a whole one takes a minute.
    alone = " ".join(
        f"--ignore-glob=*{part}*" for part in ("conformance", "flows", "simulator", "contract", "adapter.py")
    )
    there = {**environment, "PYTEST_ADDOPTS": alone, "CORRIDOR_ADDRESS": corridor.address, "CORRIDOR_KEY": client.key}

    process = start(there, "adapter", "certify", name)
    shown, errors = process.communicate(timeout=300)

    assert 0 == process.returncode, errors
    assert f"{name}: passed" in shown
    found = provider(client, name)
    assert found.adapter_digest in shown
    assert found.certified
    for stage in (stages.CERTIFIED, stages.LIVE):
        assert stage == move(client, stage, name).stage


def test_a_run_counts_what_passed_alone(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text(
        '<testsuites><testsuite tests="9" failures="1" errors="2" skipped="3"/><testsuite tests="4"/></testsuites>'
    )

    assert 7 == _passed(report)


@pytest.mark.parametrize("command", ["certify", "matrix"])
def test_an_adapter_that_there_is_not_is_told(environment: Mapping[str, str], finished: Finished, command: str) -> None:
    code, _, errors = finished(environment, "adapter", command, "acme")

    assert 1 == code
    assert "there is no adapter 'acme': there are" in errors


def test_a_matrix_is_shown_and_held_against_what_is_kept(environment: Mapping[str, str], finished: Finished) -> None:
    kept = (providers()["sandbox"].folder / "CAPABILITIES.md").read_text(encoding="utf-8")

    assert (0, kept) == finished(environment, "adapter", "matrix", "sandbox")[:2]
    assert 0 == finished(environment, "adapter", "matrix", "sandbox", "--check")[0]
