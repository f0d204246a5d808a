"""Work that changes hands: whoever takes it over asks before acting, and the vendor's books show each payout once."""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.kit.simulator import Fault
from adapters.sandbox import scenarios
from corridor.operations.v1.work_item_pb2 import WORK_ITEM_KIND_MISCONFIGURED, WORK_ITEM_KIND_OVERDUE
from corridor.payouts.v1.payout_pb2 import PAYOUT_STATE_ACCEPTED, PAYOUT_STATE_PENDING, PAYOUT_STATE_SETTLED, Payout
from server import parts, worker
from server.kit.context import Caller, Context
from server.platform.providers.connections import Connections
from server.platform.providers.invoke import Invoker
from server.store import attempts, work
from server.store.attempts import Outcome
from server.store.embedded import Embedded
from server.store.work import Job, Parked
from tests.database import fresh_database
from tests.database import worker as xdist_worker
from tests.server.flows.stage import ON, QUEUE, Stage, Vendor
from tests.server.flows.test_flow_strangers import transfer
from tests.server.webhooks.scene import MovedClock
from tests.serving import SANDBOX, Running, running, until

EUROS = [(12_50, "EUR")]


@pytest.fixture(scope="module")
def busy(postgres: Embedded, migrated: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server whose workers are started by the tests."""
    url = fresh_database(postgres, f"takeover_{xdist_worker()}", template=migrated)
    with running(url, tmp_path_factory.mktemp("takeover")) as found:
        yield found


@contextlib.contextmanager
def working(
    made: parts.Parts, *, lease_seconds: float = 10.0, count: int = 1, handlers: Mapping[str, worker.Handler] = {}
) -> Iterator[None]:
    """So many workers on the database."""
    doing = {**worker.handlers(made), **handlers}
    workers = [
        worker.Worker(made.store, doing, threads=4, lease_seconds=lease_seconds, poll_seconds=0.05)
        for _ in range(count)
    ]
    for each in workers:
        each.start()
    try:
        yield
    finally:
        for each in workers:
            each.stop()


def context(flow: Stage) -> Context:
    """A worker's context for the company."""
    return Context("req-1", "corr-1", caller=Caller(0, "corridor", flow.company_id, SANDBOX))


def claimed(flow: Stage) -> Job:
    """The company's dispatch, in the hands of a worker."""
    with flow.corridor.parts.store.anyone() as connection:
        (job,) = work.claim(connection, ["payouts.dispatch"], 1, 60.0)
    return job


def dying_words(flow: Stage, payout: Payout, vendor: Vendor) -> None:
    """What a worker leaves that dies after it has recorded its attempt."""
    made, who = flow.corridor.parts, context(flow)
    with made.store.transaction(flow.company_id, SANDBOX) as connection:
        locked = made.payouts.lock(connection, who, payout.payout_id)
        assert locked is not None
        locked.connection_id, locked.provider = vendor.connection_id, "sandbox"
        made.payouts.save(connection, who, locked)
        attempts.open_attempt(connection, who, payout.payout_id, vendor.connection_id, "sandbox", "create_payout")


@pytest.mark.parametrize("arrived", [True, False], ids=["the vendor has it", "it never left"])
def test_an_attempt_left_open_counts_as_unknown_and_is_asked_about(flow: Stage, arrived: bool) -> None:
    vendor, standby = flow.vendor(webhooks=False), flow.vendor()
    flow.route(vendor, standby)
    made = flow.pay()
    dying_words(flow, made, vendor)
    reference = transfer(vendor, made.payout_id, 12_50) if arrived else ""

    with working(flow.corridor.parts):
        settled = flow.reaches(made, PAYOUT_STATE_SETTLED)

    again = [] if arrived else [Outcome.ANSWERED]
    assert [Outcome.UNKNOWN, *again] == flow.outcomes(made)
    assert (EUROS, []) == (vendor.paid(made), standby.paid(made))
    assert settled.provider_reference == reference or not arrived


def test_two_workers_on_one_database_send_nothing_twice(flow: Stage) -> None:
    vendor = flow.vendor()
    flow.route(vendor)
    names = ["lost_answer", "error_before", "reset", "webhook_duplicate", "half_body"]
    made = [flow.pay(scenarios.amount(name) if name else 12_50) for name in (*names, *[""] * 15)]

    with working(flow.corridor.parts, count=2):
        for each in made:
            flow.reaches(each, PAYOUT_STATE_SETTLED)

    for each in made:
        assert [(each.amount.amount_minor, "EUR")] == vendor.paid(each)
    for each in made[len(names) :]:
        assert [Outcome.ANSWERED] == flow.outcomes(each)


def test_a_call_that_outlives_its_lease_is_not_made_twice(flow: Stage) -> None:
    vendor, standby = flow.vendor(webhooks=False), flow.vendor()
    flow.route(vendor, standby)
    vendor.simulator.fault(Fault("slow", seconds=1.5), "create_transfer")
    made = flow.pay()

    with working(flow.corridor.parts, lease_seconds=0.3, count=2):
        flow.reaches(made, PAYOUT_STATE_SETTLED)

    assert (EUROS, []) == (vendor.paid(made), standby.paid(made))
    assert [Outcome.UNKNOWN] == flow.outcomes(made)


def test_a_payout_is_not_left_parked_by_a_route_that_was_switched_on_meanwhile(flow: Stage) -> None:
    vendor = flow.vendor()
    flow.route(vendor, mode=QUEUE)
    made = flow.pay()
    job = claimed(flow)
    outcome = flow.corridor.parts.flows.dispatch(context(flow), job)
    flow.route(vendor, mode=ON)
    with flow.corridor.parts.store.anyone() as connection:
        work.finish(connection, job, outcome)  # the worker was slow to record what it had found

    with working(flow.corridor.parts):
        settled = flow.reaches(made, PAYOUT_STATE_SETTLED)

    assert (Parked, EUROS) == (type(outcome), vendor.paid(settled))


def test_a_worker_that_still_knows_the_old_credentials_does_not_hold_the_route_again(flow: Stage) -> None:
    vendor = flow.vendor(credentials={"api_key": "revoked_key"})
    flow.route(vendor)
    made = flow.pay()
    here = flow.corridor.parts
    known = Connections(here.store, here.keyring, here.catalog, fresh_seconds=60.0)  # of another process
    known.get(context(flow), vendor.connection_id)
    invoker = Invoker(
        store=here.store, clients=here.clients, providers=here.providers, connections=known,
        metrics=here.metrics, clock=here.clock,
    )  # fmt: skip
    flows = replace(here.flows, invoker=invoker)
    flow.rotate(vendor)

    with working(here, handlers={"payouts.dispatch": flows.dispatch}):
        settled = flow.reaches(made, PAYOUT_STATE_SETTLED)

    assert [Outcome.MISCONFIGURED, Outcome.ANSWERED] == flow.outcomes(settled)
    assert ([ON], [WORK_ITEM_KIND_MISCONFIGURED]) == (flow.modes(), [kind for kind, _ in flow.items()])


def test_a_payout_that_should_have_arrived_is_for_a_person_and_is_still_asked_about(flow: Stage) -> None:
    vendor = flow.vendor()
    flow.route(vendor)
    made = flow.pay(scenarios.amount("never_settles"))
    here = flow.corridor.parts
    later = replace(here.flows, clock=MovedClock(timedelta(days=10)))
    with working(here):
        flow.reaches(made, PAYOUT_STATE_PENDING)
        before = flow.items()

    with working(here, handlers={"payouts.follow": later.follow}):
        flow.asked_for(made, WORK_ITEM_KIND_OVERDUE)
        vendor.simulator.move(made.payout_id, "paid")
        settled = flow.reaches(made, PAYOUT_STATE_SETTLED)

    assert ([], PAYOUT_STATE_SETTLED) == (before, settled.state)


def test_a_worker_that_stops_finishes_what_it_holds(flow: Stage) -> None:
    vendor = flow.vendor(webhooks=False)
    flow.route(vendor)
    vendor.simulator.fault(Fault("slow", seconds=0.5), "create_transfer")
    made = flow.pay()

    with working(flow.corridor.parts):
        until(lambda: flow.attempts(made))

    assert [Outcome.ANSWERED] == flow.outcomes(made)
    assert PAYOUT_STATE_ACCEPTED != flow.now(made).state
