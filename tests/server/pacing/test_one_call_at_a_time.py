"""A limit that leaves one call at a time starves nobody: what has to ask and then to act does one after the other."""

import psycopg
import pytest

from adapters.kit.simulator import Fault
from adapters.sandbox import scenarios
from corridor.payments.v1 import dispute_pb2
from corridor.payouts.v1.payout_pb2 import PAYOUT_STATE_SETTLED
from server.store.attempts import Outcome
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
