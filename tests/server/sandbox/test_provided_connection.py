"""A test key gets the whole platform without set-up, and nobody sees anything of another company's."""

from concurrent.futures import ThreadPoolExecutor

from corridor.audit.v1 import audit_service_pb2
from corridor.payouts.v1.payout_pb2 import PayoutState
from corridor.providers.v1 import connection_service_pb2 as connections
from corridor.providers.v1 import route_service_pb2 as routes
from corridor.providers.v1.connection_pb2 import Connection
from server.kit import ids
from tests.server import people
from tests.server.sandbox.sandbox_scene import Scene, eventually, pay, reaches
from tests.serving import LIVE, Client

S = PayoutState


def listed(client: Client) -> list[Connection]:
    """The company's connections."""
    return list(client.call("ConnectionService/ListConnections", connections.ListConnectionsRequest()).connections)


def domains(client: Client) -> list[str]:
    """What the company has routes for."""
    return sorted(route.domain for route in client.call("RouteService/ListRoutes", routes.ListRoutesRequest()).routes)


def test_a_payout_goes_through_without_any_set_up(sandbox: Scene) -> None:
    client = sandbox.client()

    payout = pay(client)

    assert reaches(client, payout, S.PAYOUT_STATE_SETTLED).provider_reference


def test_there_is_a_route_for_every_domain_of_the_sandbox(sandbox: Scene) -> None:
    assert ["disputes", "payments", "payouts", "refunds"] == domains(sandbox.client())


def test_a_company_gets_one_connection_however_many_calls_come_first(sandbox: Scene) -> None:
    company_id = sandbox.corridor.company()
    clients = [sandbox.corridor.client(company_id) for _ in range(4)]

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(domains, clients))

    assert 1 == len(listed(clients[0]))
    assert 4 == len(domains(clients[0]))


def test_a_company_with_a_connection_of_its_own_gets_none(sandbox: Scene) -> None:
    company_id = sandbox.corridor.company()
    with sandbox.corridor.parts.store.of(company_id, 1) as rows:
        made = (company_id, ids.new("conn"))
        rows.execute("INSERT INTO corridor.connections VALUES (%s, 1, %s, 'sandbox', '', now(), now())", made)

    assert [] == domains(sandbox.corridor.client(company_id))


def test_live_keys_get_nothing(sandbox: Scene) -> None:
    client = sandbox.corridor.client(environment=LIVE)

    assert [] == listed(client)
    assert [] == domains(client)


def test_two_companies_are_two_accounts_at_the_simulator(sandbox: Scene) -> None:
    mine, other = sandbox.client(), sandbox.client()
    first, second = pay(mine), pay(other)
    reaches(mine, first, S.PAYOUT_STATE_SETTLED)
    reaches(other, second, S.PAYOUT_STATE_SETTLED)

    accounts = {kept["data"]["reference"]: kept["account"] for kept in sandbox.simulator.store.all("transfer")}
    assert accounts[first.payout_id] != accounts[second.payout_id]


def test_webhooks_arrive_at_the_company_s_own_connection(sandbox: Scene) -> None:
    client = sandbox.client()
    (connection,) = listed(client)
    reaches(client, pay(client), S.PAYOUT_STATE_SETTLED)

    targets = [target.url for target in sandbox.simulator.outbox.targets]
    assert 1 == len([url for url in targets if url.endswith(connection.inbound_path)])
    with people.rows(sandbox.corridor, client) as rows:
        came = rows.execute("SELECT DISTINCT connection_id FROM corridor.inbound_deliveries").fetchall()
    assert [(connection.connection_id,)] == came


def test_what_was_set_up_stands_in_the_audit_trail(sandbox: Scene) -> None:
    client = sandbox.client()
    domains(client)

    def actions() -> list[str]:
        request = audit_service_pb2.ListAuditEntriesRequest()
        return [entry.action for entry in client.call("AuditService/ListAuditEntries", request).audit_entries]

    eventually(lambda: "connection.create" in actions(), "recorded")
    assert 4 == actions().count("route.set")
