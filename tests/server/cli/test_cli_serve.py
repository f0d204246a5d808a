"""`corridor serve`: processes that start or say why not, share a port, and end without losing a call."""

import json
import os
import signal
import socket
import subprocess
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import grpc
import psycopg
import pytest

from corridor.payouts.v1 import beneficiary_service_pb2 as api
from corridor.payouts.v1 import payout_service_pb2
from corridor.type.v1.bank_account_pb2 import BankAccount, Iban
from corridor.type.v1.party_pb2 import Business, Party
from server.cli import processes
from server.store.embedded import Embedded
from tests.database import fresh_database, worker
from tests.serving import Client, Refused, until

Start = Callable[..., "subprocess.Popen[str]"]
Finished = Callable[..., tuple[int, str, str]]
BENEFICIARY = api.CreateBeneficiaryRequest(
    party=Party(business=Business(legal_name="Example GmbH")),
    bank_account=BankAccount(iban=Iban(iban="DE89370400440532013000"), currency_code="EUR"),
)


def ready(process: "subprocess.Popen[str]") -> dict[str, Any]:
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, process.stderr and process.stderr.read()
    found: dict[str, Any] = json.loads(line)
    return found


@pytest.fixture
def key(migrated_environment: Mapping[str, str], finished: Finished) -> str:
    return finished(migrated_environment, "keys", "create", "--company", "Acme")[1].strip()


def test_a_server_answers_calls_and_metrics_and_ends_with_0(
    migrated_environment: Mapping[str, str], key: str, start: Start
) -> None:
    process = start(migrated_environment, "serve", "server", "--port", "0", "--metrics-port", "0")
    facts = ready(process)

    Client(facts["address"], key).call("PayoutService/ListPayouts", payout_service_pb2.ListPayoutsRequest())
    process.send_signal(signal.SIGTERM)

    assert facts["metrics"].startswith("http://127.0.0.1:")
    assert 0 == process.wait(20)


def test_no_accepted_call_is_lost_when_a_server_is_told_to_end(
    migrated_environment: Mapping[str, str], key: str, start: Start
) -> None:
    process = start(migrated_environment, "serve", "server", "--port", "0")
    address = ready(process)["address"]
    answered: list[str] = []
    ends: set[grpc.StatusCode] = set()

    def call(caller: int) -> None:
        client = Client(address, key)
        for number in range(10_000):
            try:
                made = client.call("BeneficiaryService/CreateBeneficiary", BENEFICIARY, key=f"{caller}-{number}")
            except Refused as refused:
                ends.add(refused.code)
                return
            answered.append(made.beneficiary.beneficiary_id)

    callers = [threading.Thread(target=call, args=(number,)) for number in range(4)]
    for caller in callers:
        caller.start()
    until(lambda: len(answered) > 50, seconds=30)
    process.send_signal(signal.SIGTERM)
    for caller in callers:
        caller.join()

    assert 0 == process.wait(20)
    with psycopg.connect(migrated_environment["CORRIDOR_DATABASE_URL"]) as connection:
        stored = {row[0] for row in connection.execute("SELECT beneficiary_id FROM corridor.beneficiaries")}
    assert stored == set(answered)
    assert ends <= {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED}


def test_a_database_without_schema_is_refused(
    postgres: Embedded, environment: Mapping[str, str], finished: Finished
) -> None:
    there = {**environment, "CORRIDOR_DATABASE_URL": fresh_database(postgres, f"cli_bare_{worker()}")}

    assert (1, "Error: the database has no schema yet: run `corridor db migrate`.\n") == finished(
        there, "serve", "server", "--port", "0"
    )[::2]


def test_a_port_that_is_taken_is_one_line(environment: Mapping[str, str], finished: Finished) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        code, _, said = finished(environment, "serve", "server", "--port", str(taken.getsockname()[1]))

    assert 1 == code
    assert 1 == len(said.splitlines())
    assert "choose another with --port" in said


def test_several_servers_share_a_port_and_a_dead_one_is_replaced(
    migrated_environment: Mapping[str, str], key: str, start: Start
) -> None:
    process = start(migrated_environment, "serve", "server", "--port", "0", "--processes", "2")
    facts = ready(process)
    assert 2 == facts["processes"]
    first = children(process.pid)

    os.kill(first[0], signal.SIGKILL)
    now = until(lambda: len(found := children(process.pid)) == 2 and found != first and found, seconds=30)
    until(lambda: lists(facts["address"], key), seconds=30)
    process.send_signal(signal.SIGTERM)

    assert 0 == process.wait(30)
    assert [] == [pid for pid in {*first, *now} if processes.runs(pid)]


def test_a_worker_ends_with_0(migrated_environment: Mapping[str, str], start: Start) -> None:
    process = start(migrated_environment, "serve", "worker")
    ready(process)

    process.send_signal(signal.SIGTERM)

    assert 0 == process.wait(20)


def test_the_sandbox_is_served_with_its_control(environment: Mapping[str, str], start: Start) -> None:
    process = start(environment, "serve", "sandbox", "--port", "0")
    assert ready(process)["url"].startswith("http://127.0.0.1:")

    process.send_signal(signal.SIGTERM)

    assert 0 == process.wait(20)


def lists(address: str, key: str) -> bool:
    client = Client(address, key)
    try:
        client.call("PayoutService/ListPayouts", payout_service_pb2.ListPayoutsRequest())
    except Refused:
        return False
    finally:
        client.close()
    return True


def children(pid: int) -> list[int]:
    return sorted(int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
