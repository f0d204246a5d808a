"""`corridor health`: what an operations person sees of providers, and says of them."""

import json
from typing import Any

import pytest
from click.testing import CliRunner

from corridor.providers.v1 import connection_service_pb2
from server.cli.health import health
from tests.server import people
from tests.serving import Client, Running


@pytest.fixture(scope="module")
def client(corridor: Running) -> Client:
    """A company."""
    return corridor.client()


@pytest.fixture(scope="module")
def connection_id(client: Client) -> str:
    """Its connection."""
    request = connection_service_pb2.CreateConnectionRequest(
        provider="sandbox", title="Mine", credentials={"api_key": "k", "webhook_secret": "w"}
    )
    made = client.call("ConnectionService/CreateConnection", request, key=people.new_key())
    return str(made.connection.connection_id)


def run(corridor: Running, client: Client, *words: str) -> str:
    """What the command prints."""
    done: Any = CliRunner().invoke(
        health, [*words, "--address", corridor.address, "--key", client.key], catch_exceptions=False
    )
    assert done.exit_code == 0, done.output
    return str(done.output)


def test_a_company_that_has_called_nobody_is_told_so(corridor: Running, client: Client) -> None:
    assert "No provider was called yet: nothing is known.\n" == run(corridor, client)
    assert "No incident goes on.\n" == run(corridor, client, "incidents", "--open")


def test_a_bank_is_set_shown_and_cleared(corridor: Running, client: Client, connection_id: str) -> None:
    said = run(corridor, client, "set", connection_id, "DEUTDEFF", "down", "--hours", "4", "--reason", "their notice")
    shown = run(corridor, client, "banks")
    as_json = json.loads(run(corridor, client, "banks", "--json").splitlines()[0])
    run(corridor, client, "clear", connection_id, "DEUTDEFF")

    assert f"DEUTDEFF over {connection_id} is down until " in said
    assert "their notice" in shown
    assert "INSTITUTION_LEVEL_DOWN" == as_json["level"]
    assert "Nothing is known of any bank or rail" in run(corridor, client, "banks")


def test_an_operation_is_opened_and_closed(corridor: Running, client: Client, connection_id: str) -> None:
    opened = run(corridor, client, "open", connection_id, "create_payout", "--hours", "2")
    closed = run(corridor, client, "close", connection_id, "create_payout")

    assert f"create_payout over {connection_id} is open until " in opened
    assert "its breaker counts again" in closed
