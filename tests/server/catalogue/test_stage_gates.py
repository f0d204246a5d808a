"""What a stage that is set later does to payouts: new sends stop and wait, nothing is lost, and nothing moves twice."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from adapters.kit.discovery import providers
from adapters.kit.simulator import Fault, Simulator
from corridor.payouts.v1 import payout_service_pb2 as payouts
from corridor.payouts.v1.payout_pb2 import (
    PAYOUT_STATE_ACCEPTED,
    PAYOUT_STATE_PENDING,
    PAYOUT_STATE_SENT,
    PAYOUT_STATE_SETTLED,
    Payout,
)
from server.platform.providers import stages
from server.store import work
from tests.server import people
from tests.server.catalogue.standing import bring_to, live_connection, move, provider, refusal, route
from tests.serving import LIVE, Client, Refused, Running, until

UNDER_WAY = (PAYOUT_STATE_SENT, PAYOUT_STATE_PENDING)
_HURRY = """
UPDATE corridor.work SET run_time = clock_timestamp()
WHERE state = 0 AND lease_time IS NULL AND run_time > clock_timestamp() AND company_id = %s
"""


@dataclass
class Company:
    """A company in the live environment with one provider that is live, simulated."""

    corridor: Running
    company_id: str
    client: Client
    simulator: Simulator
    connection_id: str

    def pay(self) -> Payout:
        """A new payout."""
        return people.payout(self.client)

    def now(self, payout: Payout) -> Payout:
        """A payout as it is now."""
        request = payouts.GetPayoutRequest(payout_id=payout.payout_id)
        found: Payout = self.client.call("PayoutService/GetPayout", request).payout
        return found

    def reaches(self, payout: Payout, *states: int) -> Payout:
        """A payout once it is in one of the states."""

        def there() -> Payout | None:
            with self.corridor.parts.store.anyone() as connection:
                if connection.execute(_HURRY, (self.company_id,)).rowcount:
                    self.corridor.parts.waker.wake()
            found = self.now(payout)
            return found if found.state in states else None

        found: Payout = until(there, what=f"states {states}")
        return found

    def waits(self, payout: Payout) -> bool:
        """Whether a payout waits for its route."""
        with self.corridor.parts.store.anyone() as connection:
            row = connection.execute(
                "SELECT state FROM corridor.work WHERE company_id = %s AND resource_id = %s AND kind = %s",
                (self.company_id, payout.payout_id, "payouts.dispatch"),
            ).fetchone()
        return row is not None and row[0] == work.State.PARKED

    def paid(self, payout: Payout) -> int:
        """How often the provider's books have a payout."""
        return sum(entry.reference == payout.payout_id for entry in self.simulator.books())


@pytest.fixture
def company(busy: Running) -> Iterator[Company]:
    """A new company whose payouts are sent by a provider that is live."""
    simulator = providers()["sandbox"].simulator(step_seconds=0.02)
    simulator.start()
    company_id = busy.company(environment=LIVE)
    client = busy.client(company_id, LIVE)
    bring_to(client, stages.LIVE)
    connection_id = live_connection(busy, company_id, simulator.url)
    route(client, connection_id)
    yield Company(busy, company_id, client, simulator, connection_id)
    simulator.stop()


def test_a_live_provider_is_sent_to(company: Company) -> None:
    assert PAYOUT_STATE_SETTLED == company.reaches(company.pay(), PAYOUT_STATE_SETTLED).state


@pytest.mark.parametrize("stage", [stages.PARTIAL, stages.SHADOW, stages.CERTIFIED], ids=stages.word)
def test_a_step_back_stops_new_payouts_which_wait_until_it_goes_on(company: Company, stage: int) -> None:
    move(company.client, stage)
    made = company.pay()

    until(lambda: company.waits(made))
    assert (PAYOUT_STATE_ACCEPTED, 0) == (company.now(made).state, company.paid(made))
    move(company.client, stages.LIVE)

    company.reaches(made, PAYOUT_STATE_SETTLED)
    assert 1 == company.paid(made)


def test_a_route_that_is_set_does_not_send_past_the_stage(company: Company) -> None:
    move(company.client, stages.SHADOW)
    made = company.pay()
    until(lambda: company.waits(made))

    with pytest.raises(Refused):
        route(company.client, company.connection_id)

    assert company.waits(made)
    assert 0 == company.paid(made)


def test_what_was_sent_before_a_step_back_is_followed_to_its_end(company: Company) -> None:
    company.simulator.step_seconds = 3600.0
    made = company.reaches(company.pay(), *UNDER_WAY)
    move(company.client, stages.SHADOW)

    assert company.simulator.move(made.payout_id, "paid")

    company.reaches(made, PAYOUT_STATE_SETTLED)
    assert 1 == company.paid(made)


def test_a_retiring_provider_goes_on_where_it_is_used(company: Company) -> None:
    move(company.client, stages.RETIRING)

    company.reaches(company.pay(), PAYOUT_STATE_SETTLED)


def test_a_standby_in_partial_use_takes_over(company: Company) -> None:
    # Both connections are at one provider: what is tried here is that a standby's own stage is asked for.
    standby = live_connection(company.corridor, company.company_id, company.simulator.url)
    route(company.client, company.connection_id, standby)
    company.simulator.fault(Fault("refuse"), "create_transfer", times=3)

    made = company.reaches(company.pay(), PAYOUT_STATE_SETTLED)

    assert standby == made.connection_id


def test_a_provider_with_payouts_under_way_is_not_retired(company: Company) -> None:
    company.simulator.step_seconds = 3600.0
    made = company.reaches(company.pay(), *UNDER_WAY)
    move(company.client, stages.RETIRING)

    refused = refusal(company.client, stages.RETIRED)

    assert ("PROVIDER_IN_USE", "1", "1") == (refused.reason, refused.metadata["routes"], refused.metadata["open"])
    assert 1 == company.paid(made)


def test_a_stage_that_is_set_while_payouts_are_sent_stops_them_or_is_after_them(company: Company) -> None:
    """Every payout was either sent before the stage was set, or waits; none is sent after, lost or sent twice."""
    made: list[Payout] = []
    sent_when_set: set[str] = set()
    started = threading.Barrier(5)

    def pay() -> list[Payout]:
        started.wait()
        return [company.pay() for _ in range(12)]

    def step_back() -> None:
        started.wait()
        until(lambda: len(company.simulator.books()) >= 5)
        move(company.client, stages.SHADOW)
        with people.rows(company.corridor, company.client, LIVE) as rows:
            found = rows.execute("SELECT resource_id FROM corridor.attempts WHERE operation = 'create_payout'")
            sent_when_set.update(row[0] for row in found.fetchall())

    with ThreadPoolExecutor(5) as pool:
        paying = [pool.submit(pay) for _ in range(4)]
        pool.submit(step_back).result()
        for each in paying:
            made += each.result()

    def settled_or_waits() -> bool:
        return all(company.now(each).state == PAYOUT_STATE_SETTLED or company.waits(each) for each in made)

    until(settled_or_waits)
    tried = {each.payout_id for each in made if company.paid(each)}
    assert tried <= sent_when_set
    assert 0 < len(tried) < len(made)

    move(company.client, stages.LIVE)
    for each in made:
        company.reaches(each, PAYOUT_STATE_SETTLED)
    assert {1} == {company.paid(each) for each in made}


def test_a_provider_that_is_retired_meanwhile_takes_nothing_any_more(company: Company) -> None:
    """The choice of a route may be older than the retirement: the attempt asks again before it is made."""
    move(company.client, stages.RETIRING)
    with people.rows(company.corridor, company.client, LIVE) as rows:
        # A route that nobody looks after: laid aside while the provider is retired, and put back as it was.
        rows.execute("UPDATE corridor.routes SET primary_connection_id = %s", ("conn_" + "0" * 26,))
    move(company.client, stages.RETIRED)
    with people.rows(company.corridor, company.client, LIVE) as rows:
        rows.execute("UPDATE corridor.routes SET primary_connection_id = %s", (company.connection_id,))

    made = company.pay()

    until(lambda: company.waits(made))
    assert (0, stages.RETIRED) == (company.paid(made), provider(company.client).stage)
