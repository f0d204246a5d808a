"""A limit that leaves one call at a time starves nobody: what has to ask and then to act does one after the other."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from adapters.kit.simulator import Fault
from adapters.sandbox import scenarios
from corridor.payments.v1 import dispute_pb2
from corridor.payouts.v1.payout_pb2 import PAYOUT_STATE_SENT, PAYOUT_STATE_SETTLED
from server.kit.context import Caller, Context
from server.platform.providers import held
from server.platform.providers.ended import Ended
from server.store import attempts
from server.store.attempts import Outcome
from server.store.work import Job
from tests.server.domains.payments.counter import Counter
from tests.server.domains.payments.test_dispute_sending import Case
from tests.server.flows.fixtures import bridge, busy, flow
from tests.server.flows.stage import Stage, Vendor
from tests.serving import SANDBOX

__all__ = ["bridge", "busy", "flow"]

WINDOW_SECONDS = 1.5
# What a refused call leaves of a rate that nobody told: one call in each window, and the first window used up.
_ONE_CALL = """
INSERT INTO corridor.provider_limits
SELECT %(bucket)s, false, false, false, 1, 0, 0, 0, 0, 7, %(window)s, n + %(window)s, 0, %(rate)s, 0, 0, n, n, 0, n
FROM (SELECT extract(epoch FROM clock_timestamp())::double precision AS n) t
"""


def one_call_at_a_time(flow: Stage, vendor: Vendor) -> None:
    """Let the account's limit be known to be so low."""
    bucket = f"sandbox/{flow.company_id}/{SANDBOX}/{vendor.connection_id}"
    values = {"bucket": bucket, "window": WINDOW_SECONDS, "rate": 1 / (0.8 * WINDOW_SECONDS)}
    with psycopg.connect(flow.corridor.parts.store.url, autocommit=True) as owner:
        owner.execute(_ONE_CALL, values)


def test_a_payout_that_got_lost_is_looked_up_and_then_repeated(flow: Stage) -> None:
    vendor = flow.vendor(webhooks=False)
    flow.route(vendor)
    one_call_at_a_time(flow, vendor)
    made = flow.pay(scenarios.amount("reset"))

    settled = flow.soon(
        lambda: found if (found := flow.now(made)).state == PAYOUT_STATE_SETTLED else None, seconds=20 * WINDOW_SECONDS
    )

    assert 1 == len(vendor.paid(settled))


@pytest.mark.parametrize("name", ["SubmitDisputeEvidence", "AcceptDispute"])
def test_a_response_to_a_dispute_that_got_lost_is_asked_about_and_then_repeated(flow: Stage, name: str) -> None:
    counter, acquirer = Counter(flow), flow.vendor()
    counter.route(acquirer)
    case = Case(flow, acquirer, counter)
    dispute = case.gathered("sandbox:win")
    operation = "accept_dispute" if name == "AcceptDispute" else "submit_evidence"
    acquirer.simulator.fault(Fault("reset"), operation)
    one_call_at_a_time(flow, acquirer)

    case.respond(dispute, name)

    ended = dispute_pb2.DISPUTE_STATE_ACCEPTED if name == "AcceptDispute" else dispute_pb2.DISPUTE_STATE_WON
    flow.soon(lambda: case.now(dispute).state == ended, seconds=20 * WINDOW_SECONDS)
    assert [Outcome.UNKNOWN, Outcome.ANSWERED] == case.outcomes(dispute, operation)


def test_who_takes_over_what_was_begun_since_asks_again(flow: Stage) -> None:
    vendor = flow.vendor(webhooks=False, step_seconds=3600)
    flow.route(vendor)
    made = flow.reaches(flow.pay(), PAYOUT_STATE_SENT)
    context = Context("req-1", "corr-1", caller=Caller(0, "corridor", flow.company_id, SANDBOX))
    again = held.again(Ended("", vendor.connection_id, "sandbox", "create_payout", Outcome.UNAVAILABLE))
    later = datetime.now(UTC) + timedelta(seconds=30)
    job = Job(
        flow.company_id, SANDBOX, 1, "payouts.follow", "", made.payout_id, 1, "", "", later, later, "", again.error
    )

    def asked() -> bool:
        return held.asked_already(connection, context, job, "look_up_payout", "create_payout")

    with flow.corridor.parts.store.transaction(flow.company_id, SANDBOX) as connection:
        attempts.open_attempt(connection, context, made.payout_id, vendor.connection_id, "sandbox", "look_up_payout")
        before = asked()
        attempts.open_attempt(connection, context, made.payout_id, vendor.connection_id, "sandbox", "create_payout")
        assert (True, False) == (before, asked())
