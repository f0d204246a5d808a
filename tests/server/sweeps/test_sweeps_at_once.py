"""Two sweeps of one connection: they take turns, both come to their end, and what happened is taken in once."""

from datetime import UTC, datetime, timedelta

from corridor.payouts.v1.payout_pb2 import PAYOUT_STATE_RETURNED
from corridor.providers.v1.sweep_pb2 import SWEEP_STATE_COMPLETED
from server.kit import failpoint
from server.kit.lifecycle import Verdict
from server.store.observations import Source
from tests.server import people
from tests.server.flows.stage import Stage
from tests.server.sweeps.sweeper import begin, ended
from tests.server.sweeps.test_sweeps import unheard
from tests.serving import until


def test_a_sweep_that_goes_further_back_waits_for_the_one_that_runs(flow: Stage) -> None:
    vendor, (payout,) = unheard(flow)
    vendor.move(payout, PAYOUT_STATE_RETURNED)
    further, pages = list[str](), list[str]()

    def second(point: str) -> None:
        """While the first one takes its page in, another is asked for that goes further back."""
        pages.extend([point] if point == "sweep.before_observe" else [])
        if point == "sweep.before_observe" and len(pages) == 1:
            further.append(begin(flow, vendor.connection_id, datetime.now(UTC) - timedelta(days=3)).sweep_id)

    with failpoint.watched(second):
        sweep_id = begin(flow, vendor.connection_id).sweep_id
        until(lambda: further, what="the second one")
        first, second_one = ended(flow, sweep_id), ended(flow, further[0])

    assert (SWEEP_STATE_COMPLETED, SWEEP_STATE_COMPLETED, 2) == (first.state, second_one.state, len(pages))
    assert first.sweep_id != second_one.sweep_id
    assert (first.counts.seen, 0) == (first.counts.advanced, second_one.counts.advanced)
    assert PAYOUT_STATE_RETURNED == flow.now(payout).state
    assert [] == flow.items()
    assert flow.now(payout).revision == 1 + advances(flow, payout.payout_id)


def advances(flow: Stage, resource_id: str) -> int:
    """How many things that were told changed something."""
    with people.rows(flow.corridor, flow.client) as connection:
        row = connection.execute(
            "SELECT count(*), count(*) FILTER (WHERE source = %s) FROM corridor.observations "
            "WHERE resource_id = %s AND verdict = %s",
            (Source.SWEEP, resource_id, Verdict.ADVANCES),
        ).fetchone()
    assert row is not None
    assert row[1] >= 1
    return int(row[0])
