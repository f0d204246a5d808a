"""A burst of ten times a vendor's limit, over two worker processes: nothing is refused that could be known to be."""

import contextlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from corridor.payouts.v1.payout_pb2 import PAYOUT_STATE_SETTLED, Payout
from server.store.attempts import Outcome
from server.store.embedded import Embedded
from tests.chaos.world import Process
from tests.database import fresh_database, worker
from tests.server import people
from tests.server.flows.stage import Stage, bridged, stage
from tests.serving import Running, running, until

LIMIT = 8
WINDOW_SECONDS = 2.0


@pytest.fixture(scope="module")
def serving(postgres: Embedded, migrated: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server without a worker."""
    url = fresh_database(postgres, f"burst_{worker()}", template=migrated)
    with running(url, tmp_path_factory.mktemp("burst")) as found:
        yield found


@pytest.fixture
def here(serving: Running) -> Iterator[Stage]:
    """A new company."""
    with bridged(serving) as bridge:
        made = stage(serving, bridge)
        yield made
        made.close()


@contextlib.contextmanager
def workers(serving: Running, directory: Path, count: int) -> Iterator[None]:
    """Worker processes on the server's database."""
    settings = serving.parts.settings
    started = [Process("tests.server.pacing.node", settings.database_url, str(settings.data_dir)) for _ in range(count)]
    try:
        yield
    finally:
        for each in started:
            each.kill()


def accepted(here: Stage, count: int) -> list[Payout]:
    """So many payouts."""
    to = people.beneficiary(here.client)

    def pay(_: int) -> Payout:
        made: Payout = here.client.call(
            "PayoutService/CreatePayout", people.create(to, 12_50, "EUR"), key=people.new_key()
        ).payout
        return made

    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(pay, range(count)))


@pytest.mark.parametrize(("headers", "times"), [("draft", 10), ("former", 3), ("x", 3)])
def test_a_burst_of_many_times_the_limit_is_refused_at_most_in_the_first_window(
    here: Stage, serving: Running, tmp_path: Path, headers: str, times: int
) -> None:
    vendor = here.vendor()
    vendor.simulator.limit(LIMIT, WINDOW_SECONDS, headers)
    here.route(vendor)
    limited = vendor.simulator.rate_limit
    assert limited is not None
    payouts = accepted(here, times * LIMIT)

    with workers(serving, tmp_path, 2):
        for payout in payouts:
            until(lambda payout=payout: here.now(payout).state == PAYOUT_STATE_SETTLED, seconds=90, what="settled")

    refused = [outcome for payout in payouts for outcome in here.outcomes(payout) if outcome != Outcome.ANSWERED]
    assert not limited.refused_later
    assert len(refused) == limited.refusals
    assert [[(1250, "EUR")]] * len(payouts) == [vendor.paid(payout) for payout in payouts]
