"""What the README and the samples show runs against everything that `corridor up` starts; so does the wheel."""

import os
import re
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from server import settings
from server.cli import provision, stack, wheels
from server.cli.screen import Screen
from tests.architecture.house import ROOT
from tests.clients.conftest import payee

SAMPLES = sorted((ROOT / "clients/python/samples").glob("*.py"))
# What each program prints, at least.
SAID = {
    "asyncio_payouts": r"(po_\w{26} [123]000\n){3}",
    "authentication": r"key_\w{26}",
    "errors": r"NOT_FOUND 404 PERMANENT False\nCheck the id",
    "getting_started": r"po_\w{26} is SETTLED\n\d payout.settled\n(.*\n)+1 payout.accepted\n$",
    "idempotency": r"the same\nIDEMPOTENCY_KEY_REUSED \['amount.amount_minor'\]",
    "pagination": r"(po_\w{26} [A-Z]+\n)+",
    "sandbox": r"po_\w{26} ACCEPTED\n\d{4}-\d\d-\d\d",
    "updating": r"^http://127.0.0.1:9/hook \[\]\n$",
    "webhooks": r"\d payout.settled po_\w{26}",
}


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment of the programs: where everything runs, with a key and somebody to pay."""
    directory = tmp_path_factory.mktemp("live")
    found = replace(settings.from_environment(), database_url="", owner_database_url="", data_dir=directory)
    environment = {
        "CORRIDOR_ALLOW_PRIVATE_ENDPOINTS": "on",
        "CORRIDOR_POLL_SECONDS": "0.2",
        "CORRIDOR_DATABASE_URL": "",
    }
    state = directory / "sandbox.jsonl"
    with stack.running(found, stack.Ports(), environment, Screen(), state, provide=True) as running:
        import corridor_client

        key = provision.company(running, "Samples").key
        with corridor_client.connect(running.gateway_url, api_key=key) as client:
            beneficiary_id = payee(client).beneficiary_id
            heard = client.webhook_endpoints.create_webhook_endpoint(
                url="http://127.0.0.1:9/hook", event_types=["payout.settled"]
            )
        yield {
            "CORRIDOR_URL": running.gateway_url,
            "CORRIDOR_KEY": key,
            "BENEFICIARY_ID": beneficiary_id,
            "ENDPOINT_ID": heard.webhook_endpoint.webhook_endpoint_id,
            "WEBHOOK_SECRET": "whsec_c2VjcmV0",
        }


def ran(program: Path, live: dict[str, str], python: str = sys.executable, **environment: str) -> str:
    """What a program prints."""
    done = subprocess.run(
        [python, str(program)], env=os.environ | live | environment, capture_output=True, text=True, timeout=120,
        cwd=program.parent,
    )  # fmt: skip
    assert 0 == done.returncode, done.stderr
    return done.stdout


# The clock is moved last: it moves for the whole company.
@pytest.mark.parametrize("sample", sorted(SAMPLES, key=lambda path: path.stem == "sandbox"), ids=lambda path: path.stem)
def test_a_sample_does_what_it_says(sample: Path, live: dict[str, str]) -> None:
    printed = ran(sample, live)

    assert re.search(SAID[sample.stem], printed), printed


def test_everything_that_the_readme_shows_runs(live: dict[str, str], tmp_path: Path) -> None:
    shown = re.findall(r"```python\n(.*?)```", (ROOT / "clients/python/README.md").read_text(), re.DOTALL)
    program = tmp_path / "readme.py"
    program.write_text("\n".join(shown) + '\nassert 400 == receive(b"{}", {})\n')

    printed = ran(program, live)

    assert 6 == len(shown)
    assert printed.startswith("po_")
    assert "NOT_FOUND Check the id" in printed


def test_the_wheel_works_where_there_is_no_checkout(live: dict[str, str], tmp_path: Path) -> None:
    wheel = wheels.build(ROOT / "clients/python", tmp_path)
    venv.create(tmp_path / "venv", with_pip=False)
    python = str(tmp_path / "venv/bin/python")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", python, "install", "--no-index"]
    subprocess.run([*pip, "--no-deps", "-q", str(wheel)], check=True, capture_output=True)
    program = tmp_path / "program.py"
    program.write_text(
        "import os, corridor_client\n"
        "client = corridor_client.connect(os.environ['CORRIDOR_URL'], api_key=os.environ['CORRIDOR_KEY'])\n"
        "print(corridor_client.__file__, len(client.payouts.list_payouts(page_size=1).items))\n"
    )

    # What it depends on comes from here; .pth files of a path are not followed, so the checkout is not on it.
    printed = ran(program, live, python, PYTHONPATH=sysconfig.get_path("purelib"))

    assert str(tmp_path / "venv") in printed
