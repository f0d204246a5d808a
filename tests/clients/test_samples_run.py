"""The samples of the documentation, in curl and TypeScript, run as they stand against all that `corridor up` starts."""

import json
import os
import re
import subprocess
from collections.abc import Iterator

import pytest

from server.cli import provision
from server.cli.rest import Rest
from server.cli.stack import Stack
from tests.chaos.world import free_port
from tests.clients.typescript import FOLDER, built, node, npm
from tests.journeys.conftest import corridor_up
from tests.serving import until

__all__ = ["corridor_up"]
CURL = FOLDER.parent / "curl"


@pytest.fixture(scope="module")
def company(corridor_up: Stack) -> dict[str, str]:
    """A new company with a route, as a sample's environment knows it."""
    key = provision.company(corridor_up, "Samples").key
    rest = Rest(corridor_up.gateway_url, key)
    connection, _ = provision.connection(rest, corridor_up)
    provision.route(rest, connection.connection_id)
    provision.webhooks_to(corridor_up, connection)
    rest.close()
    return {"CORRIDOR_URL": corridor_up.gateway_url, "CORRIDOR_KEY": key}


def curl(name: str, environment: dict[str, str]) -> str:
    """What a curl sample prints."""
    done = subprocess.run(
        ["sh", str(CURL / name)], env={**os.environ, **environment}, capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip
    assert 0 == done.returncode, done.stdout + done.stderr
    return done.stdout


def sample(name: str, environment: dict[str, str]) -> str:
    """What a TypeScript sample prints."""
    done = node(f"build/samples/{name}.js", environment)
    assert 0 == done.returncode, done.stdout + done.stderr
    return done.stdout


def test_curl_pays_an_invoice_once(company: dict[str, str]) -> None:
    first, second = (json.loads(curl("create_payout.sh", company | {"INVOICE": "curl-1"})) for _ in range(2))

    assert first == second
    assert "480000" == first["amount"]["amount_minor"]


def test_curl_reads_every_page(company: dict[str, str]) -> None:
    for number in range(3):
        curl("create_payout.sh", company | {"INVOICE": f"page-{number}"})

    pages = [json.loads(line)["payouts"] for line in curl("list_payouts.sh", company).splitlines()]

    assert len(pages) >= 2
    assert 3 <= sum(map(len, pages))


def test_curl_shows_a_problem(company: dict[str, str]) -> None:
    problem, status = curl("handle_errors.sh", company).splitlines()

    assert ("404", "BENEFICIARY_NOT_FOUND") == (status, json.loads(problem)["reason"])


def test_curl_makes_an_endpoint(company: dict[str, str]) -> None:
    url = "http://127.0.0.1:9/hooks"

    made = json.loads(curl("create_webhook_endpoint.sh", company | {"ENDPOINT_URL": url}))

    assert made["secret"].startswith("whsec_")


def test_typescript_pays_an_invoice_once(company: dict[str, str]) -> None:
    built()

    said = sample("create_payout", company | {"INVOICE": "ts-1"})

    assert re.fullmatch(r"(po_\w+) is accepted\n\1 is at PAYOUT_STATE_\w+, 480000 EUR\n", said)


def test_typescript_reads_every_page(company: dict[str, str]) -> None:
    built()
    for number in range(3):
        curl("create_payout.sh", company | {"INVOICE": f"page-{number}"})

    lines = sample("list_payouts", company).splitlines()

    assert f"{len(lines) - 1} payouts" == lines[-1]
    assert len(lines) > 3


def test_typescript_tells_problems_apart(company: dict[str, str]) -> None:
    built()

    assert "Nobody has this id" in sample("handle_errors", company)
    assert "CREDENTIAL_MALFORMED" in sample("handle_errors", company | {"CORRIDOR_KEY": "nonsense"})
    nobody = company | {"CORRIDOR_URL": f"http://127.0.0.1:{free_port()}"}
    assert "No answer; repeat it with the key" in sample("handle_errors", nobody)


@pytest.fixture
def hook(company: dict[str, str]) -> Iterator[tuple[int, str]]:
    """Where a new endpoint of the company is, and its secret."""
    port = free_port()
    rest = Rest(company["CORRIDOR_URL"], company["CORRIDOR_KEY"])
    said = {"url": f"http://127.0.0.1:{port}/hooks", "event_types": ["payout.settled"]}
    made = rest.send("POST", "/v1/webhook-endpoints", said, key=f"endpoint-{port}").body
    yield port, made["secret"]
    rest.send("DELETE", f"/v1/webhook-endpoints/{made['webhook_endpoint']['webhook_endpoint_id']}")
    rest.close()


def test_typescript_receives_what_happened(company: dict[str, str], hook: tuple[int, str]) -> None:
    built()
    port, secret = hook
    environment = {**os.environ, "PORT": str(port), "CORRIDOR_WEBHOOK_SECRET": secret}
    server = subprocess.Popen(
        ["node", "build/samples/receive_webhooks.js"], cwd=FOLDER, env=environment, stdout=subprocess.PIPE, text=True
    )
    assert server.stdout is not None
    try:
        assert "listening\n" == server.stdout.readline()
        payout = json.loads(curl("create_payout.sh", company | {"INVOICE": f"hook-{port}"}))
        rest = Rest(company["CORRIDOR_URL"], company["CORRIDOR_KEY"])
        path = f"/v1/payouts/{payout['payout_id']}"
        until(lambda: rest.send("GET", path).body["state"] == "PAYOUT_STATE_SETTLED", seconds=60)
        rest.close()
        told = server.stdout.readline()
    finally:
        server.kill()
        server.wait()

    assert f"{payout['payout_id']} has arrived\n" == told


def test_what_is_packed_is_what_callers_need() -> None:
    built()

    (packed,) = json.loads(npm("pack", "--dry-run", "--json", "--ignore-scripts"))

    names = {file["path"] for file in packed["files"]}
    assert {"package.json", "README.md", "dist/index.js", "dist/index.d.ts", "dist/generated/schema.d.ts"} <= names
    assert all(name.startswith("dist/") or name in ("package.json", "README.md") for name in names)
