"""The server process: health follows the database, and stopping loses no call."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import psycopg
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from psycopg import sql

from corridor.payouts.v1 import payout_service_pb2 as api
from corridor.payouts.v1.payout_pb2 import PAYOUT_STATE_CANCELLED
from server.kit import contract
from server.store import embedded, migrate
from server.store.embedded import Embedded
from tests.database import fresh_database, worker
from tests.server import people
from tests.serving import SANDBOX, Client, Refused, Running, running, until

SERVING, NOT_SERVING = health_pb2.HealthCheckResponse.SERVING, health_pb2.HealthCheckResponse.NOT_SERVING


@pytest.fixture
def own(postgres: Embedded, migrated: str, tmp_path: Path) -> Iterator[Running]:
    """A server that a test may harm, on its own database."""
    url = fresh_database(postgres, f"own_{worker()}", template=migrated)
    with running(url, tmp_path) as found:
        yield found


def health(found: Running, service: str = "") -> int:
    """What the health service tells."""
    with grpc.insecure_channel(found.address) as channel:
        answer = health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(service=service), timeout=30)
    return int(answer.status)


def test_every_service_is_serving(corridor: Running) -> None:
    names = ["", *(service.full_name for service in contract.services())]

    assert [SERVING] * len(names) == [health(corridor, name) for name in names]


def test_a_database_that_is_behind_is_not_served(own: Running) -> None:
    assert SERVING == health(own)

    with psycopg.connect(own.parts.store.url) as connection:
        connection.execute("UPDATE corridor.alembic_version SET version_num = '0000'")
    until(lambda: health(own, "corridor.payouts.v1.PayoutService") == NOT_SERVING)
    assert NOT_SERVING == health(own)

    with psycopg.connect(own.parts.store.url) as connection:
        connection.execute("UPDATE corridor.alembic_version SET version_num = %s", (migrate.head(),))
    until(lambda: health(own) == SERVING)


def created(client: Client, request: api.CreatePayoutRequest, key: str) -> str:
    """The id of the payout, or nothing while the database is not back for every connection."""
    try:
        return str(client.call("PayoutService/CreatePayout", request, key=key).payout.payout_id)
    except Refused:
        return ""


def test_a_database_that_goes_away_is_told_as_unavailable_until_it_is_back(own: Running, postgres: Embedded) -> None:
    client = own.client()
    to = people.beneficiary(client)
    name = psycopg.conninfo.conninfo_to_dict(own.parts.store.url)["dbname"]

    def admit(yes: bool) -> None:
        with psycopg.connect(postgres.dsn(embedded.OWNER, "postgres"), autocommit=True) as connection:
            switch = sql.SQL("ALTER DATABASE {} WITH ALLOW_CONNECTIONS {}")
            connection.execute(switch.format(sql.Identifier(str(name)), sql.SQL("true" if yes else "false")))
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))

    admit(False)
    found = people.refused(client, "PayoutService/CreatePayout", people.create(to), key="away")
    assert ("UNAVAILABLE", grpc.StatusCode.UNAVAILABLE) == (found.reason, found.code)
    assert "1" == found.trailers["retry-after"]
    until(lambda: health(own) == NOT_SERVING)

    admit(True)
    until(lambda: health(own) == SERVING)
    assert until(lambda: created(client, people.create(to), "away"))  # a pooled connection each may find out by itself


def test_stopping_finishes_the_calls_that_were_taken(own: Running) -> None:
    client = own.client()
    made = people.payout(client)
    company = people.company_of(own, client)
    request = api.CancelPayoutRequest(payout_id=made.payout_id)

    with ThreadPoolExecutor(2) as pool:
        with own.parts.store.transaction(company, SANDBOX) as connection:
            connection.execute("SELECT FROM corridor.payouts FOR UPDATE")
            call = pool.submit(client.call, "PayoutService/CancelPayout", request)
            until(lambda: _waiting(own))
            stopping = pool.submit(own.server.stop, 10.0)
            until(lambda: _refuses(own))
            assert not call.done()
        answer = call.result(10.0)
        stopping.result(10.0)

    assert PAYOUT_STATE_CANCELLED == answer.payout.state


def _waiting(found: Running) -> bool:
    with psycopg.connect(found.parts.store.url) as connection:
        row = connection.execute("SELECT count(*) FROM pg_locks WHERE NOT granted").fetchone()
    return bool(row and row[0])


def _refuses(found: Running) -> bool:
    try:
        health(found)
    except grpc.RpcError:
        return True
    return False
