"""Decisions of routing go with the attempts that they led to, and what they say of a customer goes with an erasure."""

from collections.abc import Iterator

import pytest

from corridor.payouts.v1 import payout_service_pb2 as payouts
from corridor.payouts.v1.payout_pb2 import PAYOUT_STATE_FAILED, PAYOUT_STATE_SENT
from corridor.routing.v1.route_decision_pb2 import RouteDecision
from corridor.vault.v1 import data_policy_service_pb2 as api
from server.kit.context import Caller, Context
from server.platform.vault import erasing
from server.platform.vault.erasing import Erasing
from server.store import route_decisions
from server.store.work import Done, Job
from tests.server import people
from tests.server.data_policies.test_purging import PURGE, YEAR, Past, count, policy
from tests.server.vault.erasure_scene import erase, someone
from tests.serving import SANDBOX, Client, Running


@pytest.fixture
def client(corridor: Running) -> Client:
    """A company of the test's own."""
    return corridor.client()


@pytest.fixture
def past(corridor: Running, client: Client) -> Iterator[Past]:
    """Its past."""
    made = Past(corridor, client)
    yield made
    made.close()


@pytest.mark.parametrize(("state", "left"), [(PAYOUT_STATE_FAILED, 0), (PAYOUT_STATE_SENT, 1)], ids=["ended", "open"])
def test_decisions_go_with_attempts_once_nothing_is_open(
    corridor: Running, client: Client, past: Past, state: int, left: int
) -> None:
    payout_id = past.payout(state)
    past.row("route_decisions", "%s, %s, NULL, 2, NULL, 0, '', '', {old}", past.id("rtd"), payout_id)
    policy(client, attempts_days=YEAR)

    client.call(PURGE, api.PurgeDataRequest(), key="p")

    assert left == count(corridor, client, "route_decisions")


def test_what_a_decision_says_of_a_customer_is_erased(corridor: Running, client: Client) -> None:
    people.hold_above(client, 1)
    beneficiary_id = someone(client)
    payout = people.payout(client, beneficiary_id)
    cancel = payouts.CancelPayoutRequest(payout_id=payout.payout_id)
    client.call("PayoutService/CancelPayout", cancel, key=people.new_key())
    company_id = people.company_of(corridor, client)
    context = Context("req-1", "corr-1", caller=Caller(0, "corridor", company_id, SANDBOX))
    record = RouteDecision(resource_id=payout.payout_id, choice=2)
    record.facts.customer_id = "customer-of-theirs"
    store = corridor.parts.store
    with store.of(company_id, SANDBOX) as connection:
        route_decisions.keep(connection, context, record)
    erasure = erase(client, beneficiary_id)
    job = Job(company_id, SANDBOX, 1, erasing.KIND, "", erasure.erasure_id, 1, "", "", *[None] * 2)  # type: ignore[arg-type] # no lease

    ended = Erasing(store).run(context, job)

    with store.of(company_id, SANDBOX) as connection:
        after = route_decisions.get(connection, context, record.route_decision_id)
    assert isinstance(ended, Done)
    assert after is not None
    assert ("", payout.payout_id) == (after.facts.customer_id, after.resource_id)
