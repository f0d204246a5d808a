"""Limits as callers meet them: over all servers together, for whole companies, and for strangers."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
import httpx
import psycopg
import pytest

from corridor.payouts.v1 import beneficiary_service_pb2 as beneficiaries
from corridor.payouts.v1 import payout_service_pb2 as api
from server.kit import ids
from server.kit.allowances import Allowance, parse
from server.platform.limits.counting import network
from server.store.embedded import Embedded
from tests.chaos.world import Process, free_port
from tests.database import fresh_database, worker
from tests.server import people
from tests.serving import SANDBOX, Client, Refused, Running, running, until

LIST = "PayoutService/ListPayouts"
Start = Callable[..., Running]


@pytest.fixture
def start(postgres: Embedded, migrated: str, tmp_path: Path) -> Iterator[Start]:
    """Starts servers with limits on one new database."""
    url = fresh_database(postgres, f"limits_{worker()}", template=migrated)
    started: list[Any] = []

    def server(**allowances: tuple[int, int]) -> Running:
        named = {name.replace("_", "-"): given for name, given in allowances.items()}
        made = {name: Allowance(name, *given) for name, given in named.items()}
        manager = running(url, tmp_path, rate_limits=True, rate_allowances=made)
        started.append(manager)
        return manager.__enter__()

    yield server
    for manager in reversed(started):
        manager.__exit__(None, None, None)


def outcome(client: Client, **metadata: str) -> str:
    """How one call ends."""
    try:
        client.call(LIST, api.ListPayoutsRequest(), **metadata)
    except Refused as refused:
        return refused.reason
    return "OK"


def test_two_servers_together_let_no_more_pass_than_the_allowance(start: Start) -> None:
    servers = [start(read=(150, 3600)) for _ in range(2)]
    key = servers[0].client().key
    clients = [Client(server.address, key) for server in servers for _ in range(2)]

    with ThreadPoolExecutor(4) as pool:
        ended = [end for ends in pool.map(lambda each: [outcome(each) for _ in range(80)], clients) for end in ends]

    assert {"OK", "RATE_LIMITED"} == set(ended)
    assert 140 <= ended.count("OK") <= 150


def test_all_keys_of_a_company_share_an_allowance(start: Start) -> None:
    server = start(company_read=(3, 3600))
    company, other = server.company(), server.company()
    clients = [server.client(company) for _ in range(4)]

    assert ["OK", "OK", "OK", "RATE_LIMITED"] == [outcome(each) for each in clients]
    assert "OK" == outcome(server.client(other))
    assert '"company-read";r=0' in clients[3].trailers["ratelimit"]
    assert 1000 < int(clients[3].trailers["retry-after"]) <= 1200


def test_a_company_can_have_an_allowance_of_its_own(start: Start) -> None:
    server = start(read=(2, 3600))
    company, other = server.company(), server.company()
    with psycopg.connect(server.parts.store.url) as owner:
        owner.execute(
            "INSERT INTO corridor.rate_allowances VALUES (%s, %s, 'read', 4, 3600, now())", (company, SANDBOX)
        )

    client = server.client(company)
    assert ["OK"] * 4 + ["RATE_LIMITED"] == [outcome(client) for _ in range(5)]
    client = server.client(other)
    assert ["OK"] * 2 + ["RATE_LIMITED"] == [outcome(client) for _ in range(3)]


def test_the_role_cannot_change_allowances_or_see_buckets(start: Start) -> None:
    server = start()
    company = server.company()
    for statement in (
        "INSERT INTO corridor.rate_allowances VALUES (%(company)s, 1, 'read', 1, 1, now())",
        "SELECT * FROM corridor.rate_buckets",
        "DELETE FROM corridor.chores",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), server.parts.store.of(company, SANDBOX) as rows:
            rows.execute(statement, {"company": company})


def test_refused_credentials_use_up_the_share_of_an_address_and_nothing_is_looked_up_then(start: Start) -> None:
    server = start(strangers=(3, 3600))
    good = server.client()
    assert "OK" == outcome(good)
    stranger = Client(server.address, good.key[:-4] + "0000")

    ended = [outcome(stranger) for _ in range(5)]

    assert ["RATE_LIMITED"] * 2 == ended[3:]
    assert "RATE_LIMITED" not in ended[:3]
    assert 1000 < int(stranger.trailers["retry-after"]) <= 1200
    found = people.refused(good, LIST, api.ListPayoutsRequest())  # the same address: not even a valid one is looked up
    assert ("RATE_LIMITED", grpc.StatusCode.RESOURCE_EXHAUSTED) == (found.reason, found.code)


def test_an_address_is_refused_by_every_server(start: Start) -> None:
    servers = [start(strangers=(2, 3600)) for _ in range(2)]
    stranger, same = (Client(server.address, "ck_test_0000000000000000_nothing") for server in servers)

    assert "RATE_LIMITED" not in [outcome(stranger) for _ in range(2)]
    assert "RATE_LIMITED" == outcome(stranger)
    outcome(same)  # learns that nothing is left
    assert "RATE_LIMITED" == outcome(same)


def test_callers_in_good_order_are_no_strangers(start: Start) -> None:
    server = start(strangers=(1, 3600))
    client = server.client(scopes=["payouts:read"])

    for _ in range(5):
        request = beneficiaries.GetBeneficiaryRequest(beneficiary_id=ids.new("ben"))
        found = people.refused(client, "BeneficiaryService/GetBeneficiary", request)
        assert "PERMISSION_DENIED" == found.reason
    assert "OK" == outcome(client)


def test_calls_are_counted_alone_while_the_database_is_away(start: Start) -> None:
    server = start(read=(5, 3600))
    client = server.client()
    outcome(client)
    with psycopg.connect(server.parts.store.url, autocommit=True) as owner:
        owner.execute("ALTER FUNCTION corridor.take_calls RENAME TO take_calls_away")
        ended = [outcome(client) for _ in range(7)]
        owner.execute("ALTER FUNCTION corridor.take_calls_away RENAME TO take_calls")

    assert ["OK"] * 5 == ended[:5]
    assert "RATE_LIMITED" == ended[-1]
    until(lambda: outcome(server.client()) == "OK")


def test_rest_callers_read_what_is_left_and_when_to_come_back(start: Start) -> None:
    server = start(read=(2, 3600))
    key = server.client().key
    gateway = Process("gateway", "--port", str(port := free_port()), "--upstream", server.address)
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers={"Authorization": f"Bearer {key}"}) as http:
        answers = [http.get("/v1/payouts") for _ in range(3)]
    gateway.stop()

    assert [200, 200, 429] == [answer.status_code for answer in answers]
    assert '"read";q=2;w=3600, "company-read";q=30000;w=60' == answers[0].headers["ratelimit-policy"]
    assert '"read";r=1;t=3600' == answers[0].headers["ratelimit"]
    assert 1000 < int(answers[2].headers["retry-after"]) <= 1800
    assert "RATE_LIMITED" == answers[2].json()["reason"]


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9%eth0", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("not an address", "not an address"),
    ],
)
def test_an_address_counts_as_the_network_of_one_subscriber(address: str, counted: str) -> None:
    assert counted == network(address)


@pytest.mark.parametrize("text", ["read", "read=1", "read=1/0", "reads=1/1", "read=-1/60", "read=1/60;write=1/60"])
def test_an_allowance_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="read"):
        parse(text)


def test_allowances_are_read_from_one_line() -> None:
    assert {
        "read": Allowance("read", 10, 1),
        "company-money": Allowance("company-money", 0, 60),
    } == parse(" read=10/1, company-money=0/60,")
