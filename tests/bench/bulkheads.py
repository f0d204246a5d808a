"""What a vendor that hangs costs the others: `python -m tests.bench.bulkheads`, some 30 seconds.

Payouts over one vendor are accepted at a steady pace, first alone, then beside a backlog for another one that hangs
for 30 seconds on every call. What counts is the ratio of the two p99 of accepted to sent, of one run.
"""

import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from adapters.kit.simulator import Fault
from corridor.payouts.v1.payout_pb2 import Payout
from server.kit import logs
from server.store import embedded, migrate
from tests.database import fresh_database
from tests.server import people
from tests.server.flows.stage import Stage, bridged, stage
from tests.server.pacing.test_hanging_vendor import INSTANT, SEPA, over, route
from tests.serving import Running, running, until

_HANGS_SECONDS = 30.0
_BACKLOG = 40
_A_SECOND = 15
_SECONDS = 8.0
_ROUNDS = 3

_LAGS = """
SELECT 1000 * extract(epoch FROM min(a.start_time) - p.create_time)
FROM corridor.payouts p JOIN corridor.attempts a ON a.resource_id = p.payout_id
WHERE p.payout_id = ANY (%s) AND a.operation = 'create_payout' GROUP BY p.payout_id, p.create_time
"""


def main() -> None:
    """Measure, and print one line for each round and their median."""
    logs.configure("error")
    with tempfile.TemporaryDirectory() as directory, embedded.start(Path(directory) / "postgres") as server:
        url = fresh_database(server, "bulkheads")
        migrate.upgrade(url)
        with running(url, Path(directory), work=True, threads=8, poll_provider_seconds=600.0) as corridor:
            ratios = [_round(corridor, number) for number in range(1, _ROUNDS + 1)]
    print(f"p99 beside a hanging vendor / alone: median {statistics.median(ratios):.2f}, aim: at most 1.5")


def _round(corridor: Running, number: int) -> float:
    with _company(corridor) as here:
        quick = here.vendor(webhooks=False, step_seconds=3600)
        route(here, quick, SEPA)
        alone = _measured(here, corridor)
        slow = here.vendor(webhooks=False, step_seconds=3600)
        route(here, slow, INSTANT)
        slow.simulator.fault(Fault("slow", seconds=_HANGS_SECONDS), "create_transfer", times=10_000)
        over(here, INSTANT, _BACKLOG)
        until(lambda: slow.calls(), what="the vendor hangs")
        beside = _measured(here, corridor)
    ratio = _at(beside, 99) / _at(alone, 99)
    print(f"round {number}: p50 {_at(alone, 50):.1f} and {_at(beside, 50):.1f} ms", end=", ")
    print(f"p99 {_at(alone, 99):.1f} and {_at(beside, 99):.1f} ms, ratio {ratio:.2f}", flush=True)
    return ratio


@contextmanager
def _company(corridor: Running) -> Iterator[Stage]:
    with bridged(corridor) as bridge:
        made = stage(corridor, bridge)
        try:
            yield made
        finally:
            made.close()


def _measured(here: Stage, corridor: Running) -> list[float]:
    """Milliseconds from accepted to sent of a steady trickle."""
    to, made, began = people.beneficiary(here.client), [], time.monotonic()
    for count in range(int(_A_SECOND * _SECONDS)):
        time.sleep(max(0.0, began + count / _A_SECOND - time.monotonic()))  # the pace is the measurement
        request: Any = people.create(to, 12_50, "EUR", rail=SEPA)
        payout: Payout = here.client.call("PayoutService/CreatePayout", request, key=people.new_key()).payout
        made.append(payout.payout_id)

    def all_sent() -> list[float] | None:
        with people.rows(corridor, here.client) as rows:
            found = [float(row[0]) for row in rows.execute(_LAGS, (made,)).fetchall()]
        return found if len(found) == len(made) else None

    lags: list[float] = until(all_sent, what="all are sent")
    return sorted(lags)


def _at(values: list[float], percent: int) -> float:
    return values[min(len(values) - 1, len(values) * percent // 100)]


if __name__ == "__main__":
    main()
