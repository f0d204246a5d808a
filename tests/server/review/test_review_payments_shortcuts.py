"""The one statement before a provider is called for a payout: where anything has changed meanwhile, it does nothing."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from corridor.payouts.v1.payout_observation_pb2 import PayoutObservation
from corridor.payouts.v1.payout_pb2 import PAYOUT_STATE_PENDING, PAYOUT_STATE_SETTLED, Payout
from corridor.providers.v1 import route_service_pb2
from corridor.providers.v1.route_pb2 import ROUTE_MODE_ON
from corridor.routing.v1.route_decision_pb2 import RouteDecision
from corridor.type.v1 import rail_pb2
from server.domains.payouts import shortcuts
from server.domains.payouts.ends import CREATE
from server.domains.payouts.repository import Read
from server.kit.context import Caller, Context
from server.platform.providers import stages
from server.platform.providers.connections import Live
from server.platform.providers.invoke import Ended
from server.platform.providers.sendable import Closing
from server.store import attempts
from server.store.attempts import Outcome
from server.store.observations import Source
from tests.server import people
from tests.server.catalogue.standing import bring_to, live_connection
from tests.serving import LIVE, Client, Running


class Desk:
    """A live company with two connections, and one payout that waits to be sent over the first."""

    def __init__(self, corridor: Running) -> None:
        self.corridor, self.company_id = corridor, corridor.company(environment=LIVE)
        self.client: Client = corridor.client(self.company_id, LIVE)
        bring_to(self.client, stages.LIVE)
        self.first, self.second = (live_connection(corridor, self.company_id) for _ in range(2))
        self.route(self.first)
        self.made = people.payout(self.client)
        self.decision = self.decided()

    @property
    def context(self) -> Context:
        return Context("req-1", "corr-1", caller=Caller(0, "corridor", self.company_id, LIVE))

    @property
    def live(self) -> Live:
        return self.corridor.parts.connections.get(self.context, self.first)

    def route(self, connection_id: str, rail: "rail_pb2.Rail.ValueType" = rail_pb2.RAIL_UNSPECIFIED) -> None:
        request = route_service_pb2.SetRouteRequest(
            domain="payouts", rail=rail, mode=ROUTE_MODE_ON, primary_connection_id=connection_id
        )
        self.client.call("RouteService/SetRoute", request)

    def read(self) -> Read:
        found = self.corridor.parts.payouts.read(self.context, self.made.payout_id)
        assert found is not None
        return found

    def decided(self) -> RouteDecision:
        """Where it goes, by the route as it is now."""
        parts = self.corridor.parts
        facts = parts.flows.sending.domain.facts(self.read())
        with parts.store.of(self.company_id, LIVE) as connection:
            return parts.routing.router.decide(connection, self.context, facts, CREATE, 1).record

    def begin(self, read: Read) -> tuple[Read, str]:
        changed = Payout()
        changed.CopyFrom(read.payout)
        changed.connection_id, changed.provider = self.first, self.live.provider
        return shortcuts.begin(self.corridor.parts.store, self.context, read, changed, self.live, self.decision)

    def conclude(self, begun: Read, attempt_id: str, seen: PayoutObservation) -> Read | None:
        parts = self.corridor.parts
        ended = Ended(attempt_id, self.first, "sandbox", CREATE, Outcome.ANSWERED, seen)
        closing = Closing(self.context, self.made.payout_id, ended)
        return shortcuts.conclude(
            parts.store, parts.payouts, parts.clock, self.context, begun, seen, Source.RESPONSE, closing
        )

    def close(self, attempt_id: str, outcome: Outcome) -> None:
        with self.corridor.parts.store.transaction(self.company_id, LIVE) as connection:
            attempts.close_attempt(connection, self.context, attempt_id, outcome)

    def outcomes(self) -> list[Outcome]:
        with self.corridor.parts.store.of(self.company_id, LIVE) as connection:
            return [each.outcome for each in attempts.of(connection, self.context, self.made.payout_id, CREATE)]


@pytest.fixture
def desk(corridor: Running) -> Desk:
    """A company and its payout; no worker runs."""
    return Desk(corridor)


def test_of_many_who_begin_at_once_one_does(desk: Desk) -> None:
    read = desk.read()

    with ThreadPoolExecutor(6) as pool:
        begun = list(pool.map(lambda _: desk.begin(read)[1], range(6)))

    assert 1 == len([each for each in begun if each])
    assert [Outcome.OPEN] == desk.outcomes()


@pytest.mark.parametrize("outcome", [Outcome.OPEN, Outcome.UNKNOWN, Outcome.UNMAPPED, Outcome.ANSWERED])
def test_nothing_begins_after_an_attempt_that_may_have_acted(desk: Desk, outcome: Outcome) -> None:
    _, attempt_id = desk.begin(desk.read())
    desk.close(attempt_id, outcome)

    assert "" == desk.begin(desk.read())[1]


@pytest.mark.parametrize("outcome", [Outcome.UNAVAILABLE, Outcome.MISCONFIGURED])
def test_what_certainly_did_nothing_is_begun_again_by_one(desk: Desk, outcome: Outcome) -> None:
    _, attempt_id = desk.begin(desk.read())
    desk.close(attempt_id, outcome)
    read = desk.read()

    with ThreadPoolExecutor(6) as pool:
        begun = list(pool.map(lambda _: desk.begin(read)[1], range(6)))

    assert 1 == len([each for each in begun if each])


def _routed_elsewhere(desk: Desk) -> None:
    desk.route(desk.second)


def _routed_elsewhere_for_its_rail(desk: Desk) -> None:
    desk.route(desk.second, rail_pb2.RAIL_SEPA)


def _routed_elsewhere_but_for_another_rail(desk: Desk) -> None:
    desk.route(desk.first, rail_pb2.RAIL_RTP)
    desk.route(desk.second)


@pytest.mark.parametrize(
    "change", [_routed_elsewhere, _routed_elsewhere_for_its_rail, _routed_elsewhere_but_for_another_rail]
)
def test_nothing_is_sent_where_the_route_no_longer_leads(desk: Desk, change: Callable[[Desk], None]) -> None:
    read = desk.read()
    assert rail_pb2.RAIL_SEPA == read.payout.rail

    change(desk)

    assert "" == desk.begin(read)[1]
    assert [] == desk.outcomes()


def test_an_answer_that_a_webhook_overtook_leaves_the_payout_to_the_long_way(desk: Desk) -> None:
    begun, attempt_id = desk.begin(desk.read())
    seen = PayoutObservation(payout_id=desk.made.payout_id, state=PAYOUT_STATE_PENDING, provider_reference="tr_1")
    told = PayoutObservation(payout_id=desk.made.payout_id, state=PAYOUT_STATE_SETTLED, provider_reference="tr_1")
    parts = desk.corridor.parts
    parts.payouts.observe(desk.context, desk.made.payout_id, desk.first, told, Source.WEBHOOK, "in_1")

    assert desk.conclude(begun, attempt_id, seen) is None
    assert (PAYOUT_STATE_SETTLED, [Outcome.OPEN]) == (desk.read().payout.state, desk.outcomes())


def test_an_answer_is_taken_in_once(desk: Desk) -> None:
    begun, attempt_id = desk.begin(desk.read())
    seen = PayoutObservation(payout_id=desk.made.payout_id, state=PAYOUT_STATE_PENDING, provider_reference="tr_1")

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: desk.conclude(begun, attempt_id, seen), range(4)))

    assert 1 == len([each for each in found if each])
    assert (2, [Outcome.ANSWERED]) == (desk.read().payout.revision, desk.outcomes())
