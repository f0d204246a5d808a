"""Connections over gRPC: what is secret stays inside, what is replaced ends, and nobody reaches another's."""

from typing import Any

import psycopg
import pytest
from psycopg import sql

from corridor.providers.v1 import connection_service_pb2 as api
from corridor.providers.v1.connection_pb2 import Connection
from corridor.type.v1.environment_pb2 import Environment
from server.kit.context import Caller, Context
from server.kit.errors import Failure
from server.platform.providers.connections import Connections, Live
from tests.serving import LIVE, SANDBOX, Client, Refused, Running, until

GIVEN = {"api_key": "canary-key", "webhook_secret": "canary-hook"}


def create(client: Client, key: str = "create", **changes: Any) -> Connection:
    """A connection made by RPC."""
    values: dict[str, Any] = {"provider": "sandbox", "title": "Main", "credentials": GIVEN, **changes}
    made: Connection = client.call(
        "ConnectionService/CreateConnection", api.CreateConnectionRequest(**values), key=key
    ).connection
    return made


def rotate(client: Client, connection_id: str, given: dict[str, str], key: str = "rotate") -> Connection:
    """The connection after its credentials were replaced."""
    request = api.RotateCredentialsRequest(connection_id=connection_id, credentials=given)
    rotated: Connection = client.call("ConnectionService/RotateCredentials", request, key=key).connection
    return rotated


def refused(client: Client, **changes: Any) -> Refused:
    """How a creation is refused."""
    with pytest.raises(Refused) as refusal:
        create(client, **changes)
    return refusal.value


def of(company_id: str, environment: Environment.ValueType = SANDBOX) -> Context:
    """A worker's context for a company."""
    return Context("req", "corr", caller=Caller(0, "corridor", company_id, environment))


def live(corridor: Running, company_id: str, connection_id: str) -> Live:
    """What the next provider call would use."""
    return corridor.parts.connections.get(of(company_id), connection_id)


def stored(answered: Connection) -> Connection:
    """A connection as it is kept: the etag is of the answer."""
    kept = Connection()
    kept.CopyFrom(answered)
    kept.ClearField("etag")
    return kept


def test_a_connection_says_where_it_leads_and_where_webhooks_go(corridor: Running) -> None:
    made = create(corridor.client())

    assert ("sandbox", "Main", SANDBOX) == (made.provider, made.title, made.environment)
    assert "http://127.0.0.1:8090" == made.base_url
    assert f"/v1/webhooks/inbound/{made.connection_id}" == made.inbound_path


def test_a_provider_call_gets_every_credential(corridor: Running) -> None:
    company_id = corridor.company()
    made = create(corridor.client(company_id))

    found = live(corridor, company_id, made.connection_id)

    assert GIVEN == found.credentials
    assert ("canary-hook",) == found.webhook_secrets
    assert stored(made) == found.connection


def test_secret_credentials_never_come_back(corridor: Running) -> None:
    company_id = corridor.company()
    client = corridor.client(company_id)
    made = create(client)

    one = client.call("ConnectionService/GetConnection", api.GetConnectionRequest(connection_id=made.connection_id))
    listed = client.call("ConnectionService/ListConnections", api.ListConnectionsRequest())

    assert [made] == [one.connection] == list(listed.connections)
    assert "canary" not in f"{one}{listed}{live(corridor, company_id, made.connection_id)!r}"


def test_secret_credentials_are_not_readable_in_the_database(corridor: Running) -> None:
    company_id = corridor.company()
    create(corridor.client(company_id))

    with psycopg.connect(corridor.parts.store.url) as connection:
        stored = [
            row
            for table in ("secrets", "connections", "idempotency", "audit")
            for row in connection.execute(
                sql.SQL("SELECT * FROM corridor.{} WHERE company_id = %s").format(sql.Identifier(table)), (company_id,)
            )
        ]

    assert 2 + 1 + 1 + 2 == len(stored)  # two secrets, one connection, one claimed key; its creation and the API key's
    assert "canary" not in str(stored)


def test_a_repeated_creation_makes_one_connection(corridor: Running) -> None:
    client = corridor.client()

    assert create(client) == create(client)
    assert 1 == len(client.call("ConnectionService/ListConnections", api.ListConnectionsRequest()).connections)


def test_the_same_key_with_other_credentials_is_refused_without_quoting_them(corridor: Running) -> None:
    client = corridor.client()
    create(client)

    refusal = refused(client, credentials={**GIVEN, "api_key": "other-canary"})

    assert ("IDEMPOTENCY_KEY_REUSED", ["credentials"]) == (refusal.reason, refusal.fields)
    assert "canary" not in str(refusal.status)


def test_credentials_that_the_manifest_does_not_name_are_refused(corridor: Running) -> None:
    refusal = refused(corridor.client(), credentials={"api_key": "canary", "password": "canary"})

    assert "CREDENTIALS_INVALID" == refusal.reason
    assert ["credentials.webhook_secret", "credentials.password"] == refusal.fields
    assert "canary" not in str(refusal.status)


def test_a_provider_that_is_not_installed_is_not_found(corridor: Running) -> None:
    assert "PROVIDER_NOT_FOUND" == refused(corridor.client(), provider="acme").reason


def test_a_provider_without_a_live_environment_is_not_found_there(corridor: Running) -> None:
    assert "PROVIDER_NOT_FOUND" == refused(corridor.client(environment=LIVE)).reason


def test_another_address_is_admitted_in_the_sandbox(corridor: Running) -> None:
    made = create(corridor.client(), base_url="http://127.0.0.1:4444/")

    assert "http://127.0.0.1:4444" == made.base_url


def test_another_address_is_refused_in_the_live_environment(corridor: Running) -> None:
    refusal = refused(corridor.client(environment=LIVE), base_url="https://api.example.com")

    assert ("INVALID_ARGUMENT", ["base_url"]) == (refusal.reason, refusal.fields)


def test_replaced_credentials_end_at_once_and_webhook_secrets_a_day_later(corridor: Running) -> None:
    company_id = corridor.company()
    client = corridor.client(company_id)
    connection_id = create(client).connection_id
    assert "canary-key" == live(corridor, company_id, connection_id).credentials["api_key"]

    rotated = rotate(client, connection_id, {"api_key": "new-key", "webhook_secret": "new-hook"})

    found = live(corridor, company_id, connection_id)
    assert {"api_key": "new-key", "webhook_secret": "new-hook"} == found.credentials
    assert ("new-hook", "canary-hook") == found.webhook_secrets
    assert stored(rotated) == found.connection
    with corridor.parts.store.of(company_id, SANDBOX) as connection:
        left = connection.execute(
            "SELECT name, extract(epoch FROM expire_time - create_time) FROM corridor.secrets "
            "WHERE expire_time IS NOT NULL ORDER BY name"
        ).fetchall()
    assert [("api_key", 0), ("webhook_secret", 24)] == [(name, round(seconds / 3600)) for name, seconds in left]


def test_other_processes_use_rotated_credentials_within_a_second(corridor: Running) -> None:
    company_id = corridor.company()
    client = corridor.client(company_id)
    connection_id = create(client).connection_id
    elsewhere = Connections(corridor.parts.store, corridor.parts.keyring, corridor.parts.catalog)
    assert "canary-key" == elsewhere.get(of(company_id), connection_id).credentials["api_key"]

    rotate(client, connection_id, {"api_key": "new-key", "webhook_secret": "new-hook"})

    until(
        lambda: "new-key" == elsewhere.get(of(company_id), connection_id).credentials["api_key"],
        seconds=1.5,
        what="new key in use",
    )


def test_an_incomplete_rotation_changes_nothing(corridor: Running) -> None:
    company_id = corridor.company()
    client = corridor.client(company_id)
    connection_id = create(client).connection_id

    with pytest.raises(Refused):
        rotate(client, connection_id, {"api_key": "new-key"})
    corridor.parts.connections.forget(of(company_id), connection_id)

    assert GIVEN == live(corridor, company_id, connection_id).credentials


def test_of_two_who_rotate_what_they_read_the_second_is_told(corridor: Running) -> None:
    company_id = corridor.company()
    client = corridor.client(company_id)
    read = create(client)

    request = api.RotateCredentialsRequest(connection_id=read.connection_id, credentials=GIVEN | {"api_key": "first"})
    first = client.call("ConnectionService/RotateCredentials", request, key="first", if_match=f'"{read.etag}"')
    request.credentials["api_key"] = "second"
    with pytest.raises(Refused) as second:
        client.call("ConnectionService/RotateCredentials", request, key="second", if_match=f'"{read.etag}"')

    assert read.etag != first.connection.etag
    assert "ETAG_MISMATCH" == second.value.reason
    assert "first" == live(corridor, company_id, read.connection_id).credentials["api_key"]


def test_a_connection_of_others_does_not_exist(corridor: Running) -> None:
    company_id = corridor.company()
    connection_id = create(corridor.client(company_id)).connection_id

    for stranger in (corridor.client(company_id, LIVE), corridor.client()):
        with pytest.raises(Refused) as read:
            stranger.call("ConnectionService/GetConnection", api.GetConnectionRequest(connection_id=connection_id))
        with pytest.raises(Refused) as rotated:
            rotate(stranger, connection_id, GIVEN)
        assert ["NOT_FOUND", "NOT_FOUND"] == [read.value.reason, rotated.value.reason]
    for context in (of(company_id, LIVE), of(corridor.company())):
        with pytest.raises(Failure, match="CONNECTION_NOT_FOUND"):
            corridor.parts.connections.get(context, connection_id)


def test_a_key_without_the_scope_reads_no_connection(corridor: Running) -> None:
    with pytest.raises(Refused) as refusal:
        corridor.client(scopes=["keys:read"]).call("ConnectionService/ListConnections", api.ListConnectionsRequest())

    assert "PERMISSION_DENIED" == refusal.value.reason
