"""SimulateRoute: what would be decided, by other rules, at another time, in another health; nothing is stored."""

from datetime import UTC, datetime

import pytest
from google.protobuf.duration_pb2 import Duration

from corridor.providers.v1 import provider_health_pb2 as health
from corridor.providers.v1 import route_service_pb2 as routes
from corridor.providers.v1.route_pb2 import ROUTE_MODE_ON
from corridor.routing.v1 import route_decision_pb2 as messages
from corridor.routing.v1 import routing_service_pb2 as api
from corridor.routing.v1.routing_facts_pb2 import RoutingFacts
from corridor.routing.v1.routing_policy_pb2 import RoutingCondition, RoutingWindow
from tests.server import people
from tests.server.routing.rules_desk import connect, make, off, send, simulate
from tests.serving import Client, Running

SEND, ASK, QUEUE = messages.ROUTE_CHOICE_SEND, messages.ROUTE_CHOICE_ASK_PERSON, messages.ROUTE_CHOICE_QUEUE


def route(client: Client, primary: str, standby: str = "") -> None:
    client.call(
        "RouteService/SetRoute",
        routes.SetRouteRequest(
            domain="payouts", mode=ROUTE_MODE_ON, primary_connection_id=primary, standby_connection_id=standby
        ),
    )


def test_without_rules_the_route_decides(corridor: Running) -> None:
    client = corridor.client()
    first, second = connect(client, "First"), connect(client, "Second")
    assert ASK == simulate(client).choice

    route(client, first, second)

    found = simulate(client)
    assert (SEND, first, "sandbox", 0, "") == (
        found.choice, found.connection_id, found.provider, found.rule_number, found.route_decision_id,
    )  # fmt: skip
    assert second == simulate(client, tries=4).connection_id


def test_the_first_rule_that_holds_goes_before_the_route(corridor: Running) -> None:
    client = corridor.client()
    first, second = connect(client, "First"), connect(client, "Second")
    route(client, first)
    make(client, off("big", 2, RoutingCondition(currency_codes=["EUR"], amount_at_least_minor=10_000)),
         send("retail", second, when=RoutingCondition(segments=["retail"])))  # fmt: skip

    assert (QUEUE, 1) == (simulate(client, 10_000).choice, simulate(client, 10_000).rule_number)
    assert (second, 2) == (
        simulate(client, segment="retail").connection_id,
        simulate(client, segment="retail").rule_number,
    )
    assert (first, 0) == (simulate(client).connection_id, simulate(client).rule_number)


def test_a_draft_or_another_version_can_be_tried(corridor: Running) -> None:
    client = corridor.client()
    first, second = connect(client, "First"), connect(client, "Second")
    made = make(client, send("all", first))
    make(client, off("stop", 2), base=1)

    assert QUEUE == simulate(client).choice
    assert (first, made.version) == (
        simulate(client, version=1).connection_id,
        simulate(client, version=1).policy_version,
    )
    assert second == simulate(client, draft=api.RoutingDraft(rules=[send("all", second)])).connection_id
    assert QUEUE == simulate(client).choice


def test_a_draft_is_checked_as_a_version_is(corridor: Running) -> None:
    request = api.SimulateRouteRequest(
        facts=RoutingFacts(domain="payouts"), draft=api.RoutingDraft(rules=[off("same", 2), off("same", 2)])
    )

    refused = people.refused(corridor.client(), "RoutingService/SimulateRoute", request)

    assert ["draft.rules[1].name"] == refused.fields


@pytest.mark.parametrize(("clock", "choice"), [("16:29", QUEUE), ("16:31", SEND)])
def test_another_time_can_be_tried(corridor: Running, clock: str, choice: int) -> None:
    client = corridor.client()
    window = RoutingWindow(time_zone="UTC", until_time="16:30")
    make(client, off("until", 2, RoutingCondition(windows=[window])), send("after", connect(client)))
    facts = RoutingFacts(domain="payouts")
    facts.time.FromDatetime(datetime.fromisoformat(f"2026-11-20T{clock}").replace(tzinfo=UTC))

    found = client.call("RoutingService/SimulateRoute", api.SimulateRouteRequest(facts=facts)).decision

    assert choice == found.choice


def test_providers_can_be_taken_to_be_down(corridor: Running) -> None:
    client = corridor.client()
    first, second = connect(client, "First"), connect(client, "Second")
    make(client, send("all", first, second))
    broken = api.AssumedHealth(connection_id=first, breaker=health.BREAKER_STATE_OPEN)
    limited = api.AssumedHealth(connection_id=second, rate_limited_for=Duration(seconds=30))
    down = api.AssumedHealth(connection_id=second, institution=health.INSTITUTION_LEVEL_DOWN)

    found = simulate(client, assumed=[broken])
    assert (second, messages.ROUTE_REJECTION_BREAKER_OPEN) == (found.connection_id, found.candidates[0].rejection)
    assert messages.ROUTE_CHOICE_LATER == simulate(client, assumed=[broken, limited]).choice
    assert messages.ROUTE_CHOICE_LATER == simulate(client, assumed=[broken, down]).choice
    assert first == simulate(client).connection_id


def test_what_no_provider_covers_goes_to_a_person(corridor: Running) -> None:
    client = corridor.client()
    make(client, send("all", connect(client)))

    found = simulate(client, currency="MNT")

    assert (ASK, "currency MNT") == (found.choice, found.candidates[0].lacks)


def test_only_routed_domains_are_simulated(corridor: Running) -> None:
    request = api.SimulateRouteRequest(facts=RoutingFacts(domain="cards"))

    refused = people.refused(corridor.client(), "RoutingService/SimulateRoute", request)

    assert ("INVALID_ARGUMENT", ["facts.domain"]) == (refused.reason, refused.fields)
