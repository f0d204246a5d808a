"""Routes over gRPC: one per domain and rail, only to connections that serve it, and a change wakes what waited."""

from typing import Any

import pytest

from corridor.providers.v1 import connection_service_pb2 as connections
from corridor.providers.v1 import route_service_pb2 as api
from corridor.providers.v1.route_pb2 import ROUTE_MODE_ON, ROUTE_MODE_QUEUE, Route
from corridor.type.v1.rail_pb2 import RAIL_SEPA, RAIL_UNSPECIFIED, RAIL_WIRE
from server.kit import ids
from server.store import work
from tests.serving import LIVE, SANDBOX, Client, Refused, Running


def connect(client: Client, title: str = "Main") -> str:
    """A new connection; its id."""
    request = connections.CreateConnectionRequest(
        provider="sandbox", title=title, credentials={"api_key": "k", "webhook_secret": "w"}
    )
    return str(client.call("ConnectionService/CreateConnection", request, key=title).connection.connection_id)


def route(client: Client, primary: str, **changes: Any) -> Route:
    """The route as it was set."""
    values: dict[str, Any] = {"domain": "payouts", "mode": ROUTE_MODE_ON, "primary_connection_id": primary, **changes}
    found: Route = client.call("RouteService/SetRoute", api.SetRouteRequest(**values)).route
    return found


def routes(client: Client) -> list[Route]:
    """All routes, the newest first."""
    return list(client.call("RouteService/ListRoutes", api.ListRoutesRequest()).routes)


def refusal(client: Client, primary: str, **changes: Any) -> tuple[str, list[str]]:
    """Why a route is refused, and the fields that are named."""
    with pytest.raises(Refused) as refused:
        route(client, primary, **changes)
    return refused.value.reason, refused.value.fields


def test_a_route_is_as_it_was_set(corridor: Running) -> None:
    client = corridor.client()
    first, second = connect(client, "First"), connect(client, "Second")

    made = route(client, first, rail=RAIL_WIRE, standby_connection_id=second)

    assert [made] == routes(client)
    assert ("payouts", RAIL_WIRE, ROUTE_MODE_ON, SANDBOX) == (made.domain, made.rail, made.mode, made.environment)
    assert (first, second) == (made.primary_connection_id, made.standby_connection_id)


def test_a_domain_and_rail_have_one_route(corridor: Running) -> None:
    client = corridor.client()
    first, second = connect(client, "First"), connect(client, "Second")
    before = route(client, first, standby_connection_id=second)

    after = route(client, second, mode=ROUTE_MODE_QUEUE)

    assert [after] == routes(client)
    assert before.route_id == after.route_id
    assert (second, "", ROUTE_MODE_QUEUE) == (after.primary_connection_id, after.standby_connection_id, after.mode)
    assert before.update_time.ToNanoseconds() < after.update_time.ToNanoseconds()


def test_each_rail_can_have_a_route_of_its_own(corridor: Running) -> None:
    client = corridor.client()
    connection_id = connect(client)

    for rail in (RAIL_UNSPECIFIED, RAIL_WIRE, RAIL_SEPA):
        route(client, connection_id, rail=rail)

    assert [RAIL_SEPA, RAIL_WIRE, RAIL_UNSPECIFIED] == [found.rail for found in routes(client)]


def test_a_route_leads_to_connections_of_the_same_company_and_environment(corridor: Running) -> None:
    company_id = corridor.company()
    client = corridor.client(company_id)
    connection_id = connect(client)
    missing = "conn_" + "0" * 26

    assert ("CONNECTION_NOT_FOUND", ["primary_connection_id"]) == refusal(client, missing)
    assert ("CONNECTION_NOT_FOUND", ["standby_connection_id"]) == refusal(
        client, connection_id, standby_connection_id=missing
    )
    for stranger in (corridor.client(company_id, LIVE), corridor.client()):
        assert ("CONNECTION_NOT_FOUND", ["primary_connection_id"]) == refusal(stranger, connection_id)


def test_a_route_leads_to_providers_that_serve_the_domain(corridor: Running) -> None:
    client = corridor.client()

    assert ("RAIL_NOT_SUPPORTED", ["primary_connection_id"]) == refusal(client, connect(client), domain="cards")


def test_a_connection_cannot_stand_in_for_itself(corridor: Running) -> None:
    client = corridor.client()
    connection_id = connect(client)

    assert ("INVALID_ARGUMENT", ["standby_connection_id"]) == refusal(
        client, connection_id, standby_connection_id=connection_id
    )


def test_a_changed_route_takes_up_what_waited_for_it_and_nothing_else(corridor: Running) -> None:
    company_id, other = corridor.company(), corridor.company()
    client = corridor.client(company_id)
    connection_id = connect(client)
    for owner, kind in ((company_id, "payouts.dispatch"), (company_id, "cards.dispatch"), (other, "payouts.dispatch")):
        _park(corridor, owner, kind)

    route(client, connection_id)

    assert {(company_id, "payouts.dispatch")} == _ready(corridor, company_id, other)


def _park(corridor: Running, company_id: str, kind: str) -> None:
    resource_id = ids.new("po")
    with corridor.parts.store.anyone() as connection:
        work.schedule(connection, company_id, SANDBOX, kind=kind, lane=f"{kind}/{resource_id}", resource_id=resource_id)
        (job,) = work.claim(connection, [kind], 1, 30.0)
        work.finish(connection, job, work.Parked("no route"))


def _ready(corridor: Running, *company_ids: str) -> set[tuple[str, str]]:
    with corridor.parts.store.anyone() as connection:
        rows = connection.execute(
            "SELECT company_id, kind FROM corridor.work WHERE state = %s AND company_id = ANY (%s)",
            (work.State.READY, list(company_ids)),
        ).fetchall()
    return {(company_id, kind) for company_id, kind in rows}
