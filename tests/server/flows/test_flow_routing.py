"""Where payouts are sent, and what becomes of those that nobody takes. What may have acted is never followed."""

import threading

import pytest

from adapters.kit.simulator import Fault
from corridor.operations.v1.work_item_pb2 import (
    WORK_ITEM_KIND_EXHAUSTED,
    WORK_ITEM_KIND_MISCONFIGURED,
    WORK_ITEM_KIND_NO_ROUTE,
)
from corridor.payouts.v1.payout_pb2 import PAYOUT_STATE_ACCEPTED, PAYOUT_STATE_SENT, PAYOUT_STATE_SETTLED, Payout
from server.platform.routing.deciding import TRIES_BEFORE_PERSON, TRIES_BEFORE_STANDBY
from server.store.attempts import Outcome
from tests.chaos.world import free_port
from tests.server.flows.stage import ON, QUEUE, WORK_ITEM, Stage
from tests.serving import Refused, until

UNAVAILABLE, ANSWERED, UNKNOWN = Outcome.UNAVAILABLE, Outcome.ANSWERED, Outcome.UNKNOWN
EUROS = [(12_50, "EUR")]


def nobody() -> str:
    """An address at which nobody listens."""
    return f"http://127.0.0.1:{free_port()}"


def test_a_primary_that_refuses_connections_is_tried_and_then_its_standby_is(flow: Stage) -> None:
    primary, standby = flow.vendor(base_url=nobody()), flow.vendor()
    flow.route(primary, standby)

    made = flow.reaches(flow.pay(), PAYOUT_STATE_SETTLED)

    first, second = (primary.connection_id, UNAVAILABLE), (standby.connection_id, ANSWERED)
    assert [first] * TRIES_BEFORE_STANDBY + [second] == flow.attempts(made)
    assert (standby.connection_id, EUROS) == (made.connection_id, standby.paid(made))


@pytest.mark.parametrize("fault", [Fault("refuse"), Fault("refuse", seconds=1)], ids=["503", "429"])
def test_a_primary_that_did_not_act_is_tried_again_before_its_standby(flow: Stage, fault: Fault) -> None:
    primary, standby = flow.vendor(), flow.vendor()
    flow.route(primary, standby)
    primary.simulator.fault(fault, "create_transfer", times=TRIES_BEFORE_STANDBY - 1)

    made = flow.reaches(flow.pay(), PAYOUT_STATE_SETTLED)

    assert [UNAVAILABLE, UNAVAILABLE, ANSWERED] == flow.outcomes(made)
    assert (EUROS, []) == (primary.paid(made), standby.paid(made))


def test_a_primary_that_goes_on_refusing_is_followed_by_its_standby(flow: Stage) -> None:
    primary, standby = flow.vendor(), flow.vendor()
    flow.route(primary, standby)
    primary.simulator.fault(Fault("refuse"), times=TRIES_BEFORE_STANDBY)

    made = flow.reaches(flow.pay(), PAYOUT_STATE_SETTLED)

    assert ([], EUROS) == (primary.paid(made), standby.paid(made))


def test_a_provider_is_not_asked_before_the_time_that_it_named(flow: Stage) -> None:
    vendor = flow.vendor()
    flow.route(vendor)
    vendor.simulator.fault(Fault("refuse", seconds=90), "create_transfer")

    made = flow.pay()

    until(lambda: (vendor.connection_id, UNAVAILABLE) in flow.attempts(made))
    with flow.corridor.parts.store.anyone() as connection:
        pause = until(
            lambda: connection.execute(
                "SELECT extract(epoch FROM run_time - clock_timestamp()) FROM corridor.work "
                "WHERE resource_id = %s AND kind = 'payouts.dispatch' AND lease_time IS NULL",
                (made.payout_id,),
            ).fetchone()
        )
    assert 80 < pause[0] <= 90


@pytest.mark.parametrize("kind", ["lost_answer", "error_after", "half_body", "html"])
def test_what_may_have_acted_is_looked_up_and_never_sent_elsewhere(flow: Stage, kind: str) -> None:
    primary, standby = flow.vendor(webhooks=False), flow.vendor()
    flow.route(primary, standby)
    primary.simulator.fault(Fault(kind), "create_transfer")  # type: ignore[arg-type] # one of the kinds

    made = flow.reaches(flow.pay(), PAYOUT_STATE_SETTLED)

    assert [(primary.connection_id, UNKNOWN)] == flow.attempts(made)
    assert ANSWERED in flow.outcomes(made, "look_up_payout")
    assert (EUROS, []) == (primary.paid(made), standby.paid(made))


def test_an_unknown_payout_stays_with_a_provider_that_cannot_be_asked(flow: Stage) -> None:
    primary, standby = flow.vendor(), flow.vendor()
    flow.route(primary, standby)
    primary.simulator.fault(Fault("reset"), "create_transfer")
    primary.simulator.fault(Fault("refuse"), "list_transfers", times=6)

    made = flow.pay()
    flow.soon(lambda: len(flow.attempts(made, "look_up_payout")) >= 6)
    during = flow.now(made)
    settled = flow.reaches(made, PAYOUT_STATE_SETTLED)

    assert (PAYOUT_STATE_SENT, primary.connection_id) == (during.state, settled.connection_id)
    assert (EUROS, []) == (primary.paid(made), standby.paid(made))


def test_what_is_not_found_after_all_is_repeated_there_under_the_same_key(flow: Stage) -> None:
    primary, standby = flow.vendor(), flow.vendor()
    flow.route(primary, standby)
    primary.simulator.fault(Fault("reset"), "create_transfer")

    made = flow.reaches(flow.pay(), PAYOUT_STATE_SETTLED)

    assert [(primary.connection_id, UNKNOWN), (primary.connection_id, ANSWERED)] == flow.attempts(made)
    assert {made.payout_id} == {headers["idempotency-key"] for headers in primary.calls()}
    assert (EUROS, []) == (primary.paid(made), standby.paid(made))


def test_a_route_that_is_off_keeps_payouts_until_it_is_on(flow: Stage) -> None:
    vendor = flow.vendor()
    flow.route(vendor, mode=QUEUE)
    made = flow.pay()
    until(lambda: parked(flow))
    before = (flow.now(made).state, flow.attempts(made), flow.items())

    flow.route(vendor, mode=ON)

    assert (PAYOUT_STATE_ACCEPTED, [], []) == before
    assert EUROS == vendor.paid(flow.reaches(made, PAYOUT_STATE_SETTLED))


def test_no_payout_is_left_behind_when_a_route_is_switched_while_they_are_parked(flow: Stage) -> None:
    vendor = flow.vendor()
    flow.route(vendor, mode=QUEUE)
    done = threading.Event()

    def switch() -> None:
        while not done.is_set():
            flow.route(vendor, mode=QUEUE)
            flow.route(vendor, mode=ON)

    switching = threading.Thread(target=switch)
    switching.start()
    made = [flow.pay() for _ in range(20)]
    done.set()
    switching.join()

    for each in made:
        assert EUROS == vendor.paid(flow.reaches(each, PAYOUT_STATE_SETTLED))


def test_a_route_in_the_hands_of_people_asks_for_one(flow: Stage) -> None:
    vendor = flow.vendor()
    flow.route(vendor, mode=WORK_ITEM)
    made = flow.pay()

    flow.asked_for(made, WORK_ITEM_KIND_NO_ROUTE)
    before = flow.attempts(made)
    flow.route(vendor)
    until(lambda: retried(flow, made))

    assert [] == before
    assert EUROS == vendor.paid(flow.reaches(made, PAYOUT_STATE_SETTLED))


def test_a_payout_without_a_route_is_sent_once_there_is_one_and_somebody_says_so(flow: Stage) -> None:
    made = flow.pay()
    flow.asked_for(made, WORK_ITEM_KIND_NO_ROUTE)
    vendor = flow.vendor()
    flow.route(vendor)

    until(lambda: retried(flow, made))

    assert EUROS == vendor.paid(flow.reaches(made, PAYOUT_STATE_SETTLED))


def test_a_refused_credential_holds_the_route_until_it_is_mended(flow: Stage) -> None:
    vendor = flow.vendor(credentials={"api_key": "revoked_key"})
    flow.route(vendor)
    made, other = flow.pay(), flow.pay()
    said = flow.asked_for(made, WORK_ITEM_KIND_MISCONFIGURED)
    until(lambda: [QUEUE] == flow.modes() and parked(flow) == 2)
    before = (flow.now(made).state, flow.now(other).state, vendor.paid(made))

    flow.rotate(vendor)
    flow.route(vendor)

    assert "401" in said
    assert "revoked_key" not in said
    assert (PAYOUT_STATE_ACCEPTED, PAYOUT_STATE_ACCEPTED, []) == before
    assert [EUROS, EUROS] == [vendor.paid(flow.reaches(each, PAYOUT_STATE_SETTLED)) for each in (made, other)]


def test_where_another_stands_by_a_refused_credential_holds_its_connection_alone(flow: Stage) -> None:
    refused, standby = flow.vendor(credentials={"api_key": "revoked_key"}), flow.vendor()
    flow.route(refused, standby)

    made = flow.pay()
    said = flow.asked_for(made, WORK_ITEM_KIND_MISCONFIGURED)

    assert EUROS == standby.paid(flow.reaches(made, PAYOUT_STATE_SETTLED))
    assert [ON] == flow.modes()
    assert "Rotate the credentials" in said


def test_a_payout_that_nobody_takes_is_for_a_person_who_can_bring_it_back(flow: Stage) -> None:
    primary, standby = flow.vendor(), flow.vendor(base_url=nobody())
    flow.route(primary, standby)
    primary.simulator.fault(Fault("refuse"), times=TRIES_BEFORE_PERSON)
    made = flow.pay()

    flow.asked_for(made, WORK_ITEM_KIND_EXHAUSTED)
    before = flow.outcomes(made)
    primary.simulator.clear_faults()
    until(lambda: retried(flow, made))

    assert [UNAVAILABLE] * TRIES_BEFORE_PERSON == before
    assert EUROS == primary.paid(flow.reaches(made, PAYOUT_STATE_SETTLED))


def parked(flow: Stage) -> int:
    """How many of the company's payouts wait for something other than time."""
    with flow.corridor.parts.store.anyone() as connection:
        row = connection.execute(
            "SELECT count(*) FROM corridor.work WHERE company_id = %s AND state = 2", (flow.company_id,)
        ).fetchone()
    assert row is not None
    return int(row[0])


def retried(flow: Stage, made: Payout) -> bool:
    """Whether a payout could be moved on; while a worker still holds it, it cannot."""
    try:
        flow.retry(made)
    except Refused:
        return False
    return True
