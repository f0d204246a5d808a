"""Which routes a stage allows: in the live environment it decides, in the sandbox nothing of it matters."""

import pytest

from corridor.providers.v1 import connection_service_pb2 as connections
from corridor.providers.v1 import provider_pb2
from corridor.providers.v1.route_pb2 import ROUTE_MODE_QUEUE
from server.platform.providers import stages
from tests.server import people
from tests.server.catalogue.standing import NAME, WAYS, bring_to, live_connection, move, route, route_request
from tests.serving import LIVE, Client, Running

ALL = tuple(number for number in provider_pb2.ProviderStage.values() if number)


class TestRoutes:
    """In the live environment the stage decides what a route may use; in the sandbox nothing of it matters."""

    @pytest.mark.parametrize("stage", WAYS, ids=stages.word)
    def test_the_primary_of_a_live_route_is_live(self, corridor: Running, stage: int) -> None:
        company_id = corridor.company(environment=LIVE)
        client = corridor.client(company_id, LIVE)
        bring_to(client, stage)
        request = route_request(live_connection(corridor, company_id))

        if stage == stages.LIVE:
            assert client.call("RouteService/SetRoute", request).route.route_id
        else:
            refused = people.refused(client, "RouteService/SetRoute", request)
            assert ("PROVIDER_NOT_LIVE", ["primary_connection_id"]) == (refused.reason, refused.fields)
            assert {"provider": NAME, "stage": stages.word(stage)} == refused.metadata

    @pytest.mark.parametrize("stage", ALL, ids=stages.word)
    def test_the_sandbox_takes_every_stage(self, corridor: Running, stage: int) -> None:
        client = corridor.client()
        bring_to(client, stage)
        connection_id = _sandbox_connection(client)

        assert route(client, connection_id).route_id

    def test_a_provider_in_partial_use_may_be_the_standby_only(self, corridor: Running) -> None:
        company_id = corridor.company(environment=LIVE)
        client = corridor.client(company_id, LIVE)
        bring_to(client, stages.LIVE)
        primary, standby = live_connection(corridor, company_id), live_connection(corridor, company_id)
        route(client, primary)
        move(client, stages.PARTIAL)

        refused = people.refused(client, "RouteService/SetRoute", route_request(primary, standby))

        assert ["primary_connection_id"] == refused.fields
        assert "standby" in refused.status.message

    def test_a_retiring_provider_goes_on_where_it_was_and_nowhere_else(self, corridor: Running) -> None:
        company_id = corridor.company(environment=LIVE)
        client = corridor.client(company_id, LIVE)
        bring_to(client, stages.LIVE)
        before, other = live_connection(corridor, company_id), live_connection(corridor, company_id)
        route(client, before)
        route(client, before, mode=ROUTE_MODE_QUEUE)
        move(client, stages.RETIRING)

        assert before == route(client, before).primary_connection_id
        for request in (route_request(other), route_request(before, other)):
            assert "PROVIDER_NOT_LIVE" == people.refused(client, "RouteService/SetRoute", request).reason

    def test_a_route_that_is_off_may_be_prepared(self, corridor: Running) -> None:
        company_id = corridor.company(environment=LIVE)
        client = corridor.client(company_id, LIVE)

        assert route(client, live_connection(corridor, company_id), mode=ROUTE_MODE_QUEUE).route_id

    def test_nothing_refers_to_a_retired_provider_not_even_a_route_that_is_off(self, corridor: Running) -> None:
        company_id = corridor.company(environment=LIVE)
        client = corridor.client(company_id, LIVE)
        bring_to(client, stages.RETIRED)
        request = route_request(live_connection(corridor, company_id), mode=ROUTE_MODE_QUEUE)

        assert "PROVIDER_NOT_LIVE" == people.refused(client, "RouteService/SetRoute", request).reason


def _sandbox_connection(client: Client) -> str:
    request = connections.CreateConnectionRequest(
        provider=NAME, title="Main", credentials={"api_key": "k", "webhook_secret": "w"}
    )
    made = client.call("ConnectionService/CreateConnection", request, key=people.new_key())
    return str(made.connection.connection_id)
