"""In the live environment nothing is sent by a decision after what it rests on, rules, route or stage, has changed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC

import pytest

from adapters.kit.discovery import providers
from corridor.payouts.v1.payout_pb2 import PAYOUT_STATE_SETTLED, Payout
from corridor.providers.v1 import route_pb2
from corridor.routing.v1.route_decision_pb2 import RouteDecision
from corridor.routing.v1.routing_facts_pb2 import RoutingFacts
from corridor.routing.v1.routing_policy_pb2 import RoutingOff, RoutingRule
from corridor.type.v1.money_pb2 import Money
from corridor.type.v1.rail_pb2 import RAIL_SWIFT
from server.domains.payouts import shortcuts
from server.domains.payouts.ends import CREATE
from server.kit.context import Caller, Context
from server.platform.providers import connections, holds, routing, stages
from server.platform.routing.choices import Decided
from tests.server import people
from tests.server.catalogue.standing import bring_to, live_connection, move, route, route_request
from tests.server.routing import rules_desk
from tests.serving import LIVE, Client, Running, until


@dataclass
class Live:
    """A live company whose route sends over one connection, with no worker that would act."""

    corridor: Running
    company_id: str
    client: Client
    connection_id: str

    @property
    def context(self) -> Context:
        """A worker's call for the company."""
        return Context(request_id="r", correlation_id="c", caller=Caller(0, "corridor", self.company_id, LIVE))

    def decided(self, made: Payout) -> Decided:
        """Where a payout goes now."""
        facts = RoutingFacts(
            domain="payouts", resource_id=made.payout_id, amount=Money(currency_code="EUR", amount_minor=12_50),
            rail=made.rail,
        )  # fmt: skip
        with self.corridor.parts.store.of(self.company_id, LIVE) as connection:
            return self.corridor.parts.routing.router.decide(connection, self.context, facts, CREATE, 1)

    def begins(self, made: Payout, record: RouteDecision) -> bool:
        """Whether the one statement lets it go."""
        store, context = self.corridor.parts.store, self.context
        read = self.corridor.parts.payouts.read(context, made.payout_id)
        assert read is not None
        with store.of(self.company_id, LIVE) as connection:
            message = connections.find(connection, context, self.connection_id)
        assert message is not None
        changed = Payout()
        changed.CopyFrom(read.payout)
        changed.connection_id = self.connection_id
        live = connections.Live(message, {}, ())
        return bool(shortcuts.begin(store, context, read, changed, live, record)[1])

    def holds(self, record: RouteDecision) -> bool:
        """Whether the long way lets it go."""
        with self.corridor.parts.store.transaction(self.company_id, LIVE) as connection:
            return self.corridor.parts.routing.router.still_holds(connection, self.context, record)


@pytest.fixture
def live(corridor: Running) -> Iterator[Live]:
    """A new live company."""
    company_id = corridor.company(environment=LIVE)
    client = corridor.client(company_id, LIVE)
    bring_to(client, stages.LIVE)
    connection_id = live_connection(corridor, company_id)
    route(client, connection_id)
    yield Live(corridor, company_id, client, connection_id)
    client.close()


def step_back(live: Live) -> None:
    move(live.client, stages.PARTIAL)


def set_route(live: Live) -> None:
    route(live.client, live.connection_id)


def rules(live: Live) -> None:
    off = RoutingRule(name="stop", off=RoutingOff(mode=route_pb2.ROUTE_MODE_QUEUE))
    rules_desk.make(live.client, off)


def hold(live: Live) -> None:
    with live.corridor.parts.store.transaction(live.company_id, LIVE) as connection:
        routing.about_to_change(connection, live.context)
        holds.hold(connection, live.context, live.connection_id, "att_" + "0" * 26)


HURRY = """
UPDATE corridor.work SET run_time = clock_timestamp()
WHERE state = 0 AND lease_time IS NULL AND run_time > clock_timestamp() AND company_id = %s
"""
CHANGES = [step_back, set_route, rules, hold]


def test_a_decision_on_which_nothing_has_changed_sends(live: Live) -> None:
    made = people.payout(live.client)
    decided = live.decided(made)

    assert routing.Use(live.connection_id) == decided.choice
    assert live.holds(decided.record)
    assert live.begins(made, decided.record)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a_decision_is_of_no_use_after_a_change(live: Live, change: Callable[[Live], None]) -> None:
    made = people.payout(live.client)
    decided = live.decided(made)

    change(live)

    assert not live.holds(decided.record)
    assert not live.begins(made, decided.record)
    with live.corridor.parts.store.of(live.company_id, LIVE) as connection:
        rows = connection.execute(
            "SELECT (SELECT count(*) FROM corridor.attempts), (SELECT count(*) FROM corridor.route_decisions)"
        ).fetchone()
    assert (0, 0) == rows


def test_rules_that_are_scheduled_change_nothing_before_their_time(live: Live) -> None:
    made = people.payout(live.client)
    decided = live.decided(made)
    later = decided.record.facts.time.ToDatetime(UTC).replace(year=2030)
    off = RoutingRule(name="stop", off=RoutingOff(mode=route_pb2.ROUTE_MODE_QUEUE))
    rules_desk.make(live.client, off, at=later)

    assert live.begins(made, decided.record)


def test_what_a_route_decided_is_not_stopped_by_the_route_of_another_rail(live: Live) -> None:
    made = people.payout(live.client)
    decided = live.decided(made)
    request = route_request(live.connection_id)
    request.rail = RAIL_SWIFT
    live.client.call("RouteService/SetRoute", request)

    assert live.holds(decided.record)


def test_rules_that_change_again_and_again_send_each_payout_once(busy: Running) -> None:
    simulator = providers()["sandbox"].simulator(step_seconds=0.02)
    simulator.start()
    company_id = busy.company(environment=LIVE)
    client = busy.client(company_id, LIVE)
    bring_to(client, stages.LIVE)
    connection_id = live_connection(busy, company_id, simulator.url)
    route(client, connection_id)
    made: list[Payout] = []
    for version in range(10):
        stop = RoutingRule(name="stop", off=RoutingOff(mode=route_pb2.ROUTE_MODE_QUEUE))
        rules_desk.make(client, *([] if version % 2 else [stop]), base=version)
        made += [people.payout(client) for _ in range(3)]
    watched = Live(busy, company_id, client, connection_id)

    def all_settled() -> bool:
        with busy.parts.store.anyone() as connection:
            connection.execute(HURRY, (company_id,))
        busy.parts.waker.wake()
        found = [busy.parts.payouts.get(watched.context, each.payout_id) for each in made]
        return {each.state for each in found if each} == {PAYOUT_STATE_SETTLED}

    until(all_settled, seconds=30)

    booked = [entry.reference for entry in simulator.books()]
    simulator.stop()
    assert sorted(each.payout_id for each in made) == sorted(booked)
