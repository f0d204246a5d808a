"""How far a connection may be taken into use beside a route's own, by the stage of its provider."""

from typing import Any

import pytest

from adapters.kit.discovery import providers
from corridor.providers.v1 import route_pb2, route_service_pb2
from corridor.providers.v1.route_pb2 import Exposure
from server.platform.providers import stages
from tests.server import people
from tests.server.catalogue.standing import NAME, bring_to, live_connection, route_request
from tests.server.routing.rules_desk import connect
from tests.serving import LIVE, Client, Running

SHADOW, PERCENT, FULL, OFF = (
    route_pb2.EXPOSURE_STAGE_SHADOW,
    route_pb2.EXPOSURE_STAGE_PERCENT,
    route_pb2.EXPOSURE_STAGE_FULL,
    route_pb2.EXPOSURE_STAGE_OFF,
)
OTHER = next(
    name for name, found in sorted(providers().items()) if name != NAME and "payouts" in found.manifest.coverage
)
"""A provider beside the one of the route."""


def request(primary: str, exposed: str, stage: int, **more: Any) -> route_service_pb2.SetRouteRequest:
    """The request for a route with a connection beside its own."""
    made = route_request(primary)
    percent = more.pop("percent", 10 if stage == PERCENT else 0)
    made.exposure.CopyFrom(Exposure(connection_id=exposed, stage=stage, percent=percent, **more))  # type: ignore[arg-type] # a stage
    return made


@pytest.fixture
def client(corridor: Running) -> Client:
    """A new company in the sandbox."""
    return corridor.client()


@pytest.mark.parametrize(
    ("stage", "allowed"),
    [
        (stages.INTAKE, [OFF]),
        (stages.CERTIFIED, [OFF]),
        (stages.SHADOW, [OFF, SHADOW]),
        (stages.PARTIAL, [OFF, SHADOW, PERCENT]),
        (stages.LIVE, [OFF, SHADOW, PERCENT, FULL]),
        (stages.RETIRING, [OFF]),
    ],
)
def test_in_the_live_environment_the_stage_says_how_far(corridor: Running, stage: int, allowed: list[int]) -> None:
    company_id = corridor.company(environment=LIVE)
    client = corridor.client(company_id, LIVE)
    bring_to(client, stages.LIVE)
    bring_to(client, stage, OTHER)
    primary, exposed = live_connection(corridor, company_id), live_connection(corridor, company_id, name=OTHER)

    for each in (OFF, SHADOW, PERCENT, FULL):
        wanted = request(primary, exposed, each)
        if each in allowed:
            assert wanted.exposure == client.call("RouteService/SetRoute", wanted).route.exposure
        else:
            refused = people.refused(client, "RouteService/SetRoute", wanted)
            assert ("PROVIDER_NOT_LIVE", ["exposure.connection_id"]) == (refused.reason, refused.fields)


def test_a_rehearsal_is_for_the_sandbox_alone(corridor: Running, client: Client) -> None:
    company_id = corridor.company(environment=LIVE)
    live = corridor.client(company_id, LIVE)
    bring_to(live, stages.LIVE)
    bring_to(live, stages.SHADOW, OTHER)
    wanted = request(live_connection(corridor, company_id), live_connection(corridor, company_id, name=OTHER), SHADOW,
                     rehearsal=True)  # fmt: skip

    refused = people.refused(live, "RouteService/SetRoute", wanted)
    there = request(connect(client, "A"), connect(client, "B"), SHADOW, rehearsal=True)

    assert "SANDBOX_ONLY" == refused.reason
    assert client.call("RouteService/SetRoute", there).route.exposure.rehearsal


@pytest.mark.parametrize(
    ("stage", "more", "field"),
    [
        (PERCENT, {"percent": 0}, "exposure.percent"),
        (FULL, {"percent": 5}, "exposure.percent"),
        (SHADOW, {"percent": 5}, "exposure.percent"),
        (PERCENT, {"rehearsal": True}, "exposure.rehearsal"),
    ],
)
def test_what_does_not_fit_the_stage_is_refused(client: Client, stage: int, more: dict[str, Any], field: str) -> None:
    refused = people.refused(
        client, "RouteService/SetRoute", request(connect(client, "A"), connect(client, "B"), stage, **more)
    )

    assert ("INVALID_ARGUMENT", [field]) == (refused.reason, refused.fields)


def test_the_primary_is_not_taken_into_use_beside_itself(client: Client) -> None:
    primary = connect(client, "A")

    refused = people.refused(client, "RouteService/SetRoute", request(primary, primary, FULL))

    assert ["exposure.connection_id"] == refused.fields


def test_a_route_that_is_set_without_one_has_none_any_more(client: Client) -> None:
    primary, exposed = connect(client, "A"), connect(client, "B")
    client.call("RouteService/SetRoute", request(primary, exposed, FULL))

    route = client.call("RouteService/SetRoute", route_request(primary)).route

    assert not route.HasField("exposure")
