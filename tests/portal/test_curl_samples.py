"""The curl samples of the guides run as they are, against everything that `corridor up` starts."""

import json
import os
import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from server.cli import provision
from server.cli.receiver import Receiver
from server.cli.rest import Rest
from server.cli.stack import Stack
from server.platform.webhooks import signing
from tests.journeys.conftest import corridor_up

__all__ = ["corridor_up"]
_FOLDER = Path(__file__).resolve().parents[2] / "clients" / "curl"
pytestmark = pytest.mark.skipif(
    not all(map(shutil.which, ("curl", "jq", "openssl"))), reason="the samples need curl, jq and openssl"
)


@pytest.fixture(scope="module")
def environment(corridor_up: Stack) -> dict[str, str]:
    """What the samples read: a company's address, key and beneficiary."""
    key = provision.company(corridor_up, "Samples of the guides").key
    rest = Rest(corridor_up.gateway_url, key)
    connection, _ = provision.connection(rest, corridor_up)
    provision.route(rest, connection.connection_id)
    provision.webhooks_to(corridor_up, connection)
    account = {"iban": {"iban": "DE89370400440532013000"}, "currency_code": "EUR"}
    body = {"party": {"person": {"given_name": "Ada", "family_name": "Lovelace"}}, "bank_account": account}
    made = rest.send("POST", "/v1/beneficiaries", body, key="somebody").body
    rest.close()
    return {"CORRIDOR_URL": corridor_up.gateway_url, "CORRIDOR_KEY": key, "BENEFICIARY_ID": made["beneficiary_id"]}


def run(name: str, environment: dict[str, str], ends: int = 0) -> str:
    """What a sample prints."""
    done = subprocess.run(
        ["bash", str(_FOLDER / name)], env=os.environ | environment, capture_output=True, text=True, timeout=120
    )
    assert ends == done.returncode, done.stdout + done.stderr
    return done.stdout


def test_the_first_payout_settles(environment: dict[str, str]) -> None:
    said = run("getting_started.sh", environment)

    assert re.search(r"po_\w{26} is PAYOUT_STATE_SETTLED\n", said)
    assert "1 payout.accepted" in said.splitlines()
    assert "payout.settled" in said


def test_the_same_key_pays_once(environment: dict[str, str]) -> None:
    said = run("idempotency.sh", environment)

    assert 1 == said.lower().count("idempotent-replayed: true")
    assert 1 == len(set(re.findall(r'"payout_id":\s*"(\w+)"', said)))
    assert "IDEMPOTENCY_KEY_REUSED" in said


def test_a_problem_says_what_to_do(environment: dict[str, str]) -> None:
    said = json.loads(run("errors.sh", environment))

    assert ("NOT_FOUND", 404, False) == (said["reason"], said["status"], said["retryable"])


def test_every_page_is_read(environment: dict[str, str]) -> None:
    run("idempotency.sh", environment)
    run("sandbox.sh", environment)

    lines = run("pagination.sh", environment).split()

    assert len(lines) == len(set(lines)) >= 2


def test_a_wrong_key_ends_a_sample(environment: dict[str, str]) -> None:
    wrong = environment | {"CORRIDOR_KEY": "ck_test_wrong"}

    assert "" == run("pagination.sh", wrong)
    run("getting_started.sh", wrong, ends=5)


def test_the_sandbox_does_what_it_is_told(environment: dict[str, str]) -> None:
    payout_id, state, moved = run("sandbox.sh", environment).split()

    assert payout_id.startswith("po_")
    assert state.startswith("PAYOUT_STATE_")
    assert moved.startswith('"2')


def test_a_key_is_made(environment: dict[str, str]) -> None:
    assert run("authentication.sh", environment).startswith("key_")


def test_a_part_is_changed_under_its_etag(environment: dict[str, str]) -> None:
    rest = Rest(environment["CORRIDOR_URL"], environment["CORRIDOR_KEY"])
    url = "http://127.0.0.1:9/changed"
    body = {"url": url, "event_types": ["payout.settled"]}
    made = rest.send("POST", "/v1/webhook-endpoints", body, key="to-be-changed").body["webhook_endpoint"]
    rest.close()

    changed = json.loads(run("updating.sh", environment | {"ENDPOINT_ID": made["webhook_endpoint_id"]}))

    assert (url, [], None) == (changed["url"], changed["event_types"], changed["reason"])


def test_a_delivery_is_verified_and_a_forged_one_refused(environment: dict[str, str], tmp_path: Path) -> None:
    receiver = Receiver()
    made = run("webhooks.sh", environment | {"ENDPOINT_URL": receiver.url})
    receiver.close()
    secret, body, at = made.split()[1], '{"type": "payout.settled"}', int(time.time())
    headers = signing.headers("evt_1", at, body.encode(), [secret])
    delivery = {
        "ENDPOINT_URL": receiver.url,
        "WEBHOOK_SECRET": secret,
        "WEBHOOK_BODY": body,
        **{name.upper().replace("-", "_"): value for name, value in headers.items()},
    }

    assert made.startswith("we_")
    assert "signed by Corridor" in run("webhooks.sh", environment | delivery)
    run("webhooks.sh", environment | delivery | {"WEBHOOK_BODY": body + " "}, ends=1)
    old = signing.headers("evt_1", at - 400, body.encode(), [secret])
    again = {"WEBHOOK_TIMESTAMP": old["webhook-timestamp"], "WEBHOOK_SIGNATURE": old["webhook-signature"]}
    run("webhooks.sh", environment | delivery | again, ends=1)
    trap = tmp_path / "trap"
    run("webhooks.sh", environment | delivery | {"WEBHOOK_TIMESTAMP": f"a[$(touch {trap})]"}, ends=1)
    assert not trap.exists()
