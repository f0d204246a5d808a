"""The base of simulators, by the sandbox: faults and controls over HTTP, keys, webhooks, and state that survives."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from adapters.kit.discovery import providers
from adapters.kit.simulator import Simulator
from adapters.kit.simulator_http import ACTS
from tests.conformance.bench import Receiver

TRANSFER = {
    "reference": "po_1",
    "amount": 1050,
    "currency": "EUR",
    "rail": "sepa",
    "statement_text": "",
    "description": "",
    "recipient": {"name": "Ada Sample", "account": {"type": "iban", "iban": "DE89370400440532013000"}},
}
SECRET = "whsec_dGVzdHM="


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    made = providers()["sandbox"].simulator(step_seconds=0.005)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.stop()


def create(url: str, key: str = "k1", **changes: Any) -> httpx.Response:
    headers = {"Authorization": "Bearer sbx_1", "Idempotency-Key": key}
    return httpx.post(f"{url}/v1/transfers", json={**TRANSFER, **changes}, headers=headers, timeout=30)


def control(address: str, name: str, /, **body: Any) -> Any:
    return httpx.post(f"{address}/_control/{name}", json=body).raise_for_status().json()


def books(url: str) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = httpx.get(f"{url}/_control/books").json()["entries"]
    return entries


@pytest.mark.parametrize("kind", ACTS)
def test_a_fault_over_http_acts_or_not_as_it_says_and_happens_once(simulator: Simulator, kind: str) -> None:
    url = simulator.url
    control(url, "fault", kind=kind, operation="create_transfer", seconds=0.05)

    with contextlib.suppress(httpx.HTTPError):  # what a client makes of it is tested with the calls
        create(url)

    assert (1 if ACTS[kind] else 0) == len(books(url))  # type: ignore[index]  # a kind
    assert 201 == create(url, "k2", reference="po_2").status_code


def test_faults_are_for_one_operation_and_can_be_forgotten(simulator: Simulator) -> None:
    control(simulator.url, "fault", kind="refuse", operation="get_transfer", times=5)
    assert 201 == create(simulator.url).status_code

    control(simulator.url, "fault", kind="refuse", times=5)
    assert 503 == create(simulator.url, "k2").status_code
    control(simulator.url, "clear")
    assert 201 == create(simulator.url, "k2").status_code


def test_a_control_that_cannot_be_read_says_so(simulator: Simulator) -> None:
    for name, body in (("fault", {"kind": "earthquake"}), ("webhook", {}), ("mode", {"colour": 1})):
        assert 400 == httpx.post(f"{simulator.url}/_control/{name}", json=body).status_code
    assert 404 == httpx.post(f"{simulator.url}/_control/nothing").status_code


def test_a_key_is_remembered_for_its_window_and_no_longer(simulator: Simulator) -> None:
    first, again = create(simulator.url), create(simulator.url)
    control(simulator.url, "timing", advance_seconds=24 * 3600 + 1)
    later = create(simulator.url)

    assert first.json()["id"] == again.json()["id"] != later.json()["id"]
    assert "true" == again.headers["Idempotent-Replayed"]
    assert 2 == len(books(simulator.url))


def test_a_key_with_another_request_is_refused(simulator: Simulator) -> None:
    create(simulator.url)

    refused = create(simulator.url, amount=7)

    assert (422, "idempotency_key_reused") == (refused.status_code, refused.json()["error"]["code"])


def test_accounts_do_not_see_each_other(simulator: Simulator) -> None:
    transfer = create(simulator.url).json()
    other = {"Authorization": "Bearer sbx_2"}

    assert [] == httpx.get(f"{simulator.url}/v1/transfers", headers=other).json()["data"]
    assert 404 == httpx.get(f"{simulator.url}/v1/transfers/{transfer['id']}", headers=other).status_code


def test_lists_come_in_pages(simulator: Simulator) -> None:
    for number in range(5):
        create(simulator.url, f"k{number}", reference=f"po_{number}")
    seen, cursor = [], ""
    while cursor is not None:
        page = httpx.get(
            f"{simulator.url}/v1/transfers",
            params={"limit": 2, "cursor": cursor},
            headers={"Authorization": "Bearer sbx_1"},
        ).json()
        seen += [each["reference"] for each in page["data"]]
        cursor = page["next_cursor"]

    assert [f"po_{number}" for number in range(5)] == seen


def test_a_webhook_is_repeated_until_it_is_taken(simulator: Simulator, receiver: Receiver) -> None:
    receiver.refuse(2)
    simulator.register(receiver.url, SECRET)
    create(simulator.url)

    receiver.wait_for(2 + 2)

    statuses = [each["status"] for each in httpx.get(f"{simulator.url}/_control/deliveries").json()["deliveries"]]
    assert 2 == statuses.count(500)


def test_webhooks_can_be_dropped_and_replayed(simulator: Simulator, receiver: Receiver) -> None:
    simulator.register(receiver.url, SECRET)
    control(simulator.url, "mode", drop=1.0, seed=3)
    create(simulator.url)
    wait_for_state(simulator, "paid")
    assert [] == receiver.inbound

    assert 2 == control(simulator.url, "replay", seed=3)["sent"]
    receiver.wait_for(2)


def test_a_move_is_told_by_a_webhook(simulator: Simulator, receiver: Receiver) -> None:
    simulator.register(receiver.url, SECRET)
    create(simulator.url)
    wait_for_state(simulator, "paid")

    assert control(simulator.url, "move", id="po_1", to="returned")["moved"]
    assert not control(simulator.url, "move", id="po_nobody", to="returned")["moved"]

    assert b'"AC03"' in receiver.wait_for(3)[-1].body


def test_a_stopped_simulator_is_gone_even_for_kept_connections() -> None:
    made = providers()["sandbox"].simulator()
    url = made.start()
    with httpx.Client() as client:
        client.get(f"{url}/_control/books")
        made.stop()
        with pytest.raises(httpx.TransportError):
            client.get(f"{url}/_control/books")


def test_a_process_that_is_killed_knows_its_books_keys_and_targets_afterwards(
    tmp_path: Path, receiver: Receiver
) -> None:
    state = tmp_path / "state.jsonl"
    process, url = run(state, "--step-seconds", "60")
    control(url, "webhook", url=receiver.url, secret=SECRET)
    transfer = create(url).json()
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    with state.open("a", encoding="utf-8") as file:
        file.write('{"kind": "transfer", "key": "half a li')

    process, url = run(state, "--step-seconds", "0.01")
    try:
        assert transfer["id"] == create(url).json()["id"]
        assert 1 == len(books(url))
        assert b'"paid"' in receiver.wait_for(2)[-1].body
    finally:
        process.terminate()
        assert 0 == process.wait(timeout=30)


def test_an_unknown_simulator_is_refused_in_one_line() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "adapters.kit.simulator", "nobody"], capture_output=True, text=True, timeout=20
    )

    assert (2, "no simulator for 'nobody'\n") == (done.returncode, done.stderr)


def run(state: Path, *options: str) -> tuple["subprocess.Popen[str]", str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "adapters.kit.simulator", "sandbox", "--state", str(state), *options],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    with process.stdout:
        return process, json.loads(process.stdout.readline())["url"]


def wait_for_state(simulator: Simulator, state: str) -> None:
    ends = time.monotonic() + 30
    while [each.state for each in simulator.books()] != [state]:
        assert time.monotonic() < ends
        time.sleep(0.005)
