"""Credentials of every kind over a real server: held to their kind, used by the next call, rotated while it runs."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from adapters.kit import discovery
from adapters.kit.auth import bearer, client_credentials
from adapters.kit.call import Call
from corridor.access.v1 import credential_service_pb2 as credentials_api
from corridor.providers.v1 import connection_service_pb2 as api
from corridor.providers.v1.connection_pb2 import Connection
from server.platform.providers.invoke import Ended
from server.store.attempts import Outcome
from server.store.embedded import Embedded
from tests.adapters.kit.tls import Authority, vendor
from tests.adapters.kit.wire import answer, server
from tests.database import fresh_database, worker
from tests.server import people
from tests.server.platform.test_connections import of
from tests.serving import LIVE, SANDBOX, Client, Refused, Running, running

AUTHORITY = Authority("many ways")
ALICE = AUTHORITY.certificate("alice")
BOB = AUTHORITY.certificate("bob")
OAUTH = client_credentials("/token")
CLIENT = {"client_id": "client-1", "client_secret": "canary-first"}
ROTATED = {"client_id": "client-1", "client_secret": "canary-second"}


def presenting(pair: tuple[str, str]) -> dict[str, str]:
    return {**CLIENT, "certificate": pair[0], "certificate_key": pair[1]}


@pytest.fixture(scope="module")
def corridor(postgres: Embedded, migrated: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server where one more provider is installed, and whose machine trusts one more authority."""
    folder = tmp_path_factory.mktemp("site")
    info = folder / "corridor_many_ways-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: corridor-many-ways\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[corridor.providers]\nmany_ways = tests.server.platform.many_ways\n")
    (folder / "authority.pem").write_text(AUTHORITY.pem)
    patch = pytest.MonkeyPatch()
    patch.syspath_prepend(str(folder))
    patch.setenv("SSL_CERT_FILE", str(folder / "authority.pem"))
    discovery.providers.cache_clear()
    try:
        url = fresh_database(postgres, f"kinds_{worker()}", template=migrated)
        with running(url, tmp_path_factory.mktemp("kinds")) as found:
            yield found
    finally:
        patch.undo()
        discovery.providers.cache_clear()


def create(client: Client, given: Mapping[str, str], base_url: str = "") -> Connection:
    request = api.CreateConnectionRequest(provider="many_ways", title="Main", base_url=base_url, credentials=given)
    made: Connection = client.call("ConnectionService/CreateConnection", request, key=people.new_key()).connection
    return made


def rotate(client: Client, connection_id: str, given: Mapping[str, str]) -> Connection:
    request = api.RotateCredentialsRequest(connection_id=connection_id, credentials=given)
    made: Connection = client.call("ConnectionService/RotateCredentials", request, key=people.new_key()).connection
    return made


def refusal(client: Client, given: Mapping[str, str]) -> Refused:
    with pytest.raises(Refused) as refused:
        create(client, given)
    assert "CREDENTIALS_INVALID" == refused.value.reason
    assert "PRIVATE" not in str(refused.value.status)
    return refused.value


def call(corridor: Running, company_id: str, connection_id: str, **options: Any) -> Ended:
    """A call over a connection; with `header` a bearer token from its secret."""

    def ask(_: Any, made: Call) -> Any:
        headers = bearer(made.credential("client_secret")) if options.pop("bearer", False) else {}
        return made.send("POST", "/v1/pay", json={}, headers=headers, writes=True, **options)

    return corridor.parts.invoker.invoke(of(company_id), connection_id, "create_payout", "po_1", ask)


def test_a_bearer_token_is_rotated_without_a_restart(corridor: Running) -> None:
    company_id = corridor.company()
    client = corridor.client(company_id)
    with server(answer("200 OK"), answer("200 OK")) as (url, received):
        connection_id = create(client, CLIENT, url).connection_id
        call(corridor, company_id, connection_id, bearer=True)
        rotate(client, connection_id, ROTATED)
        call(corridor, company_id, connection_id, bearer=True)

    assert b"Bearer canary-first" in received[0]
    assert b"Bearer canary-second" in received[1]


def test_a_client_secret_is_rotated_and_the_old_token_never_used_again(corridor: Running) -> None:
    company_id = corridor.company()
    client = corridor.client(company_id)
    first, second = (
        answer("200 OK", json.dumps({"access_token": f"token-{each}", "expires_in": 3600}).encode()) for each in (1, 2)
    )
    with server(first, answer("200 OK"), answer("200 OK"), second, answer("200 OK")) as (url, received):
        connection_id = create(client, CLIENT, url).connection_id
        ends = [call(corridor, company_id, connection_id, token=OAUTH) for _ in range(2)]
        rotate(client, connection_id, ROTATED)
        ends.append(call(corridor, company_id, connection_id, token=OAUTH))

    assert [Outcome.ANSWERED] * 3 == [ended.outcome for ended in ends]
    shown = [request.decode() for request in received]
    assert ["token-1", "token-1", "token-2"] == [
        line.rpartition(" ")[2] for request in shown for line in request.split("\r\n") if "Bearer" in line
    ]
    assert "canary" not in repr(ends)
    assert [2, 1, 2] == [len(ended.exchanges) for ended in ends]


def test_a_client_certificate_is_rotated_without_a_restart(corridor: Running, tmp_path: Path) -> None:
    company_id = corridor.company()
    client = corridor.client(company_id)
    with vendor(AUTHORITY, tmp_path) as found:
        connection_id = create(client, presenting(ALICE), found.url).connection_id
        ends = [call(corridor, company_id, connection_id)]
        rotate(client, connection_id, presenting(BOB))
        ends.append(call(corridor, company_id, connection_id))

    assert ["alice", "bob"] == found.callers
    assert [Outcome.ANSWERED] * 2 == [ended.outcome for ended in ends]
    assert "PRIVATE" not in repr(ends)


def test_a_certificate_that_the_vendor_refuses_is_about_the_credentials(corridor: Running, tmp_path: Path) -> None:
    company_id = corridor.company()
    client = corridor.client(company_id)
    with vendor(AUTHORITY, tmp_path) as found:
        stranger = Authority("stranger").certificate("alice")
        connection_id = create(client, presenting(stranger), found.url).connection_id
        ended = call(corridor, company_id, connection_id)

    assert Outcome.MISCONFIGURED == ended.outcome
    assert getattr(ended.error, "credentials", False)
    assert not found.callers


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"certificate": "hunter2", "certificate_key": ALICE[1]}, "certificate"),
        ({"certificate": ALICE[0], "certificate_key": "hunter2"}, "certificate_key"),
        ({"certificate": ALICE[0], "certificate_key": BOB[1]}, "certificate_key"),
        ({"certificate": ALICE[0]}, "certificate_key"),
        ({"certificate_key": ALICE[1]}, "certificate"),
    ],
)
def test_a_certificate_that_cannot_be_presented_is_refused_by_name(
    corridor: Running, given: Mapping[str, str], field: str
) -> None:
    refused = refusal(corridor.client(), {**CLIENT, **given})

    assert [f"credentials.{field}"] == refused.fields
    assert "hunter2" not in str(refused.status)


def test_the_end_of_a_certificate_is_in_the_inventory(corridor: Running) -> None:
    client = corridor.client()
    made = create(client, presenting(ALICE))

    request = credentials_api.ListExpiringCredentialsRequest()
    (found,) = client.call("CredentialService/ListExpiringCredentials", request).credentials

    assert (made.connection_id, "certificate") == (found.credential_id, found.title)


def test_a_credential_becomes_part_of_the_address_where_it_is_needed(corridor: Running) -> None:
    live = corridor.client(environment=LIVE)

    made = create(live, {**CLIENT, "prefix": "1797-acme"})
    moved = rotate(live, made.connection_id, {**CLIENT, "prefix": "1798-acme"})

    assert "https://1797-acme-live.many.example" == made.base_url
    assert "https://1798-acme-live.many.example" == moved.base_url
    assert "https://sandbox.many.example" == create(corridor.client(), CLIENT).base_url


@pytest.mark.parametrize("prefix", [None, "evil.example/", "a.b", "a" * 64])
def test_a_credential_that_cannot_be_part_of_the_address_is_refused(corridor: Running, prefix: str | None) -> None:
    live = corridor.client(environment=LIVE)

    refused = refusal(live, {**CLIENT, **({"prefix": prefix} if prefix else {})})

    assert ["credentials.prefix"] == refused.fields


def test_a_rotation_cannot_name_another_host_either(corridor: Running) -> None:
    live = corridor.client(environment=LIVE)
    made = create(live, {**CLIENT, "prefix": "1797-acme"})

    with pytest.raises(Refused) as refused:
        rotate(live, made.connection_id, {**CLIENT, "prefix": "evil.example/"})

    assert ["credentials.prefix"] == refused.value.fields
    request = api.GetConnectionRequest(connection_id=made.connection_id)
    assert made == live.call("ConnectionService/GetConnection", request).connection


def test_an_address_of_the_company_serves_every_host(corridor: Running) -> None:
    company_id = corridor.company()
    client = corridor.client(company_id)
    with server(answer("200 OK")) as (url, received):
        connection_id = create(client, CLIENT, url).connection_id
        call(corridor, company_id, connection_id, host="files")

    assert received


def test_a_promise_of_one_domain_is_none_of_another(corridor: Running) -> None:
    company_id = corridor.company()
    connection_id = create(corridor.client(company_id), CLIENT).connection_id
    invoker, context, now = corridor.parts.invoker, of(company_id, SANDBOX), datetime.now(UTC)

    assert invoker.may_repeat(context, connection_id, now, "payouts")
    assert not invoker.may_repeat(context, connection_id, now, "payments")
    assert not invoker.may_repeat(context, connection_id, now)
