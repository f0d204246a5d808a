"""A call that is held back has not begun: no attempt, no try; who waits for it is told when to come again.

The account is stopped as it is in life: the provider answered 429, and said for how long.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from corridor.access.v1 import consent_pb2
from corridor.payments.v1 import dispute_pb2, payment_pb2
from corridor.payments.v1 import payment_service_pb2 as payments
from corridor.payouts.v1 import payout_service_pb2 as payouts
from corridor.payouts.v1.payout_pb2 import PAYOUT_STATE_ACCEPTED, PAYOUT_STATE_SENT, PAYOUT_STATE_SETTLED
from server.platform.providers.gates import Destination
from server.store.embedded import Embedded
from tests.database import fresh_database, worker
from tests.server import people
from tests.server.consents import given
from tests.server.consents.test_provider_grants import add, issued
from tests.server.domains.payments.counter import Counter
from tests.server.domains.payments.test_dispute_sending import Case
from tests.server.flows.fixtures import bridge, busy, flow
from tests.server.flows.stage import Stage, Vendor
from tests.server.pacing.answers import answered
from tests.server.sandbox.sandbox_scene import Scene, advance, clock, pay, reaches, scene
from tests.serving import SANDBOX, Refused, Running, until

__all__ = ["bridge", "busy", "flow"]

SECONDS = 40

Left = tuple[int, str]


def stop(corridor: Running, company_id: str, connection_id: str, address: str) -> Destination:
    """Have the provider refuse a call of the account, and say for how long."""
    to = Destination(company_id, SANDBOX, connection_id, "sandbox", address, "look_up_payout")
    gate = corridor.parts.gates.pacing
    with ThreadPoolExecutor(1) as pool:  # a gate knows a call by its thread
        pool.submit(_refused, gate, to).result()
    return to


def _refused(gate: object, to: Destination) -> None:
    assert gate.enter(to) is None  # type: ignore[attr-defined] # a gate
    gate.leave(to, answered({"retry-after": str(SECONDS)}, status=429))  # type: ignore[attr-defined] # as above


def stopped(flow: Stage, vendor: Vendor) -> None:
    """The same, of a vendor."""
    stop(flow.corridor, flow.company_id, vendor.connection_id, vendor.simulator.url)


def go_on(corridor: Running) -> None:
    """Let the time be over for which calls are stopped."""
    with psycopg.connect(corridor.parts.store.url, autocommit=True) as owner:
        owner.execute("DELETE FROM corridor.provider_limits")
        owner.execute("UPDATE corridor.work SET run_time = clock_timestamp() WHERE lease_time IS NULL AND state = 0")
    for account in corridor.parts.gates.pacing._accounts.values():
        account.known, account.empty_until, account.looks_empty_until = False, 0.0, 0.0
    corridor.parts.waker.wake()


def left(corridor: Running, kind: str, resource_id: str, said: str = "") -> Left:
    """Tries and error of a piece of work, once it was held back and says so."""

    def held() -> Left | None:
        query = "SELECT tries, error FROM corridor.work WHERE kind = %s AND resource_id = %s AND error <> ''"
        with corridor.parts.store.anyone() as connection:
            row = connection.execute(query, (kind, resource_id)).fetchone()
        return row if row and said in row[1] else None

    found: Left = until(held, what=f"{kind} held back")
    return found


def hurry(corridor: Running, kind: str, resource_id: str) -> None:
    """Make work due now. How it ended before is forgotten."""
    with corridor.parts.store.anyone() as connection:
        connection.execute(
            "UPDATE corridor.work SET run_time = clock_timestamp(), error = '' WHERE kind = %s AND resource_id = %s",
            (kind, resource_id),
        )
    corridor.parts.waker.wake()


def attempts(flow: Stage, resource_id: str, operation: str = "%") -> int:
    """How many calls were made for a resource, of one operation or all."""
    with people.rows(flow.corridor, flow.client) as rows:
        query = "SELECT count(*) FROM corridor.attempts WHERE resource_id = %s AND operation LIKE %s"
        return int(rows.execute(query, (resource_id, operation)).fetchone()[0])


def test_a_payout_waits_without_a_try_and_is_sent_afterwards(flow: Stage) -> None:
    vendor = flow.vendor()
    flow.route(vendor)
    stopped(flow, vendor)
    made = flow.pay()

    tries, _ = left(flow.corridor, "payouts.dispatch", made.payout_id)

    assert 0 == tries
    assert (0, PAYOUT_STATE_ACCEPTED) == (attempts(flow, made.payout_id), flow.now(made).state)
    go_on(flow.corridor)
    assert 1 == len(vendor.paid(flow.reaches(made, PAYOUT_STATE_SETTLED)))


def test_a_look_up_waits_without_a_try(flow: Stage) -> None:
    vendor = flow.vendor(webhooks=False, step_seconds=3600)
    flow.route(vendor)
    made = flow.reaches(flow.pay(), PAYOUT_STATE_SENT)
    stopped(flow, vendor)
    before = attempts(flow, made.payout_id)
    hurry(flow.corridor, "payouts.follow", made.payout_id)

    _, error = left(flow.corridor, "payouts.follow", made.payout_id, "held back")

    assert ("look_up_payout: held back", before) == (error[:25], attempts(flow, made.payout_id))


def test_a_cancellation_is_told_when_to_come_again(flow: Stage) -> None:
    vendor = flow.vendor(webhooks=False, step_seconds=3600)
    flow.route(vendor)
    made = flow.reaches(flow.pay(), PAYOUT_STATE_SENT)
    stopped(flow, vendor)

    request = payouts.CancelPayoutRequest(payout_id=made.payout_id)
    with pytest.raises(Refused) as refusal:
        flow.client.call("PayoutService/CancelPayout", request, key=people.new_key())

    assert "UNAVAILABLE" == refusal.value.reason
    assert SECONDS - 10 < int(refusal.value.trailers["retry-after"]) <= SECONDS + 2
    assert (PAYOUT_STATE_SENT, 0) == (flow.now(made).state, attempts(flow, made.payout_id, "cancel_payout"))


def test_going_on_with_a_payment_is_told_when_to_come_again(flow: Stage) -> None:
    counter, vendor = Counter(flow), flow.vendor()
    counter.route(vendor)
    made = counter.pay("tok_step_up", return_url="https://shop.example/back")
    counter.reaches(made, payment_pb2.PAYMENT_STATE_REQUIRES_ACTION)
    stopped(flow, vendor)

    request = payments.ContinuePaymentRequest(payment_id=made.payment_id, details={"redirect_result": "x"})
    with pytest.raises(Refused) as refusal:
        flow.client.call("PaymentService/ContinuePayment", request, key=people.new_key())

    assert "UNAVAILABLE" == refusal.value.reason
    assert SECONDS - 10 < int(refusal.value.trailers["retry-after"]) <= SECONDS + 2


@pytest.mark.parametrize("name", ["SubmitDisputeEvidence", "AcceptDispute"])
def test_a_response_to_a_dispute_waits_without_a_try_and_arrives_afterwards(flow: Stage, name: str) -> None:
    counter, acquirer = Counter(flow), flow.vendor()
    counter.route(acquirer)
    case = Case(flow, acquirer, counter)
    dispute = case.gathered("sandbox:win")
    stopped(flow, acquirer)
    before = attempts(flow, dispute.dispute_id)
    case.respond(dispute, name)

    tries, error = left(flow.corridor, "disputes.respond", dispute.dispute_id)

    assert (0, before) == (tries, attempts(flow, dispute.dispute_id))
    assert ": held back: " in error
    go_on(flow.corridor)
    ended = dispute_pb2.DISPUTE_STATE_ACCEPTED if name == "AcceptDispute" else dispute_pb2.DISPUTE_STATE_WON
    case.reaches(dispute, ended)


def test_the_revocation_of_a_grant_waits_without_a_try(flow: Stage) -> None:
    vendor, consent = flow.vendor(), given.grant(flow.client)
    _, token = issued(vendor)
    grant = add(flow, consent, vendor, token)
    stopped(flow, vendor)
    given.revoke(flow.client, consent)

    tries, _ = left(flow.corridor, "consents.revoke_grant", grant.provider_grant_id)

    assert (0, 0) == (tries, attempts(flow, grant.provider_grant_id))
    go_on(flow.corridor)
    stopped_state = consent_pb2.CONSENT_DEPENDENT_STATE_STOPPED
    until(lambda: given.dependents(flow.client, consent)[grant.provider_grant_id] == stopped_state)


@pytest.fixture(scope="module")
def sandbox(postgres: Embedded, migrated: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """A server, a worker and a simulator that every company gets."""
    url = fresh_database(postgres, f"held_{worker()}", template=migrated)
    with scene(url, tmp_path_factory.mktemp("held")) as found:
        yield found


def test_an_account_follows_the_clock_once_it_may_be_called_again(sandbox: Scene) -> None:
    corridor, company_id = sandbox.corridor, sandbox.corridor.company()
    client = corridor.client(company_id)
    payout = reaches(client, pay(client), PAYOUT_STATE_SETTLED)
    stop(corridor, company_id, payout.connection_id, sandbox.simulator.url)

    advance(client, 3600)
    tries, error = left(corridor, "sandbox.follow_clock", payout.connection_id)

    assert (0, "advance_clock: held back") == (tries, error[:24])
    go_on(corridor)
    until(lambda: all(not each.behind.seconds for each in clock(client).connections))
