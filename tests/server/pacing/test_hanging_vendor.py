"""A vendor that hangs on every call leaves payouts over another one as quick as they were. No time is asserted."""

from collections.abc import Iterator

import psycopg
import pytest

from adapters.kit.simulator import Fault
from corridor.payouts.v1.payout_pb2 import PAYOUT_STATE_ACCEPTED, PAYOUT_STATE_SETTLED, Payout
from corridor.providers.v1 import route_service_pb2
from corridor.type.v1 import rail_pb2
from server.store.embedded import Embedded
from tests.database import fresh_database, worker
from tests.server import people
from tests.server.flows.stage import ON, Stage, Vendor, bridged, stage
from tests.serving import Running, running, until

HANGS_SECONDS = 3.0
INSTANT, SEPA = rail_pb2.RAIL_SEPA_INSTANT, rail_pb2.RAIL_SEPA


@pytest.fixture(scope="module")
def small(postgres: Embedded, migrated: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A worker of four threads: two may be with one vendor."""
    url = fresh_database(postgres, f"hanging_{worker()}", template=migrated)
    changes = {"threads": 4, "provider_calls": 2, "poll_provider_seconds": 600.0}
    with running(url, tmp_path_factory.mktemp("hanging"), work=True, **changes) as found:
        yield found


@pytest.fixture
def here(small: Running) -> Iterator[Stage]:
    """A new company."""
    with bridged(small) as bridge:
        made = stage(small, bridge)
        yield made
        made.close()


def route(here: Stage, vendor: Vendor, rail: "rail_pb2.Rail.ValueType") -> None:
    """Send payouts of a rail over a vendor."""
    request = route_service_pb2.SetRouteRequest(
        domain="payouts", rail=rail, mode=ON, primary_connection_id=vendor.connection_id,  # type: ignore[arg-type] # a mode
    )  # fmt: skip
    here.client.call("RouteService/SetRoute", request)


def over(here: Stage, rail: "rail_pb2.Rail.ValueType", count: int) -> list[Payout]:
    """So many payouts over a rail."""
    to = people.beneficiary(here.client)
    calls = (people.create(to, 12_50, "EUR", rail=rail) for _ in range(count))
    return [here.client.call("PayoutService/CreatePayout", each, key=people.new_key()).payout for each in calls]


def test_a_hanging_vendor_holds_no_more_threads_than_its_places(here: Stage, small: Running) -> None:
    slow, quick = here.vendor(), here.vendor()
    route(here, slow, INSTANT)
    route(here, quick, SEPA)
    slow.simulator.fault(Fault("slow", seconds=HANGS_SECONDS), "create_transfer", times=1000)

    hanging = over(here, INSTANT, 20)
    until(lambda: len(slow.calls()) == 2, what="the vendor's places are taken")
    working = over(here, SEPA, 20)
    settled = [here.reaches(each, PAYOUT_STATE_SETTLED, hurry=False) for each in working]

    assert 20 == len(settled)
    assert any(here.now(each).state == PAYOUT_STATE_ACCEPTED for each in hanging)
    with psycopg.connect(small.parts.store.url) as owner:
        query = "SELECT max(tries) FROM corridor.work WHERE kind = 'payouts.dispatch' AND lease_time IS NULL"
        row = owner.execute(query).fetchone()
    assert row is not None
    assert 0 == row[0]
