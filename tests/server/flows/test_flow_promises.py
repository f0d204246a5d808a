"""A provider that does not promise that repeating is safe: what is not known there is asked, and then for a person.

The provider is installed as others would install theirs: by an entry point, with no file of Corridor touched.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.kit import discovery
from adapters.kit.simulator import Fault
from corridor.operations.v1.work_item_pb2 import WORK_ITEM_KIND_UNKNOWN_OUTCOME
from corridor.payouts.v1.payout_pb2 import PAYOUT_STATE_SENT, PAYOUT_STATE_SETTLED
from corridor.type.v1.rail_pb2 import RAIL_SEPA
from server.store.attempts import Outcome
from server.store.embedded import Embedded
from tests.database import fresh_database, worker
from tests.server.flows.stage import Stage, Vendor
from tests.serving import Running, running

EUROS = [(12_50, "EUR")]


@pytest.fixture(scope="module")
def busy(postgres: Embedded, migrated: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server and a worker where one more provider is installed."""
    installed = tmp_path_factory.mktemp("site")
    install(installed)
    patch = pytest.MonkeyPatch()
    patch.syspath_prepend(str(installed))
    discovery.providers.cache_clear()
    try:
        url = fresh_database(postgres, f"promises_{worker()}", template=migrated)
        with running(url, tmp_path_factory.mktemp("promises"), work=True) as found:
            yield found
    finally:
        patch.undo()
        discovery.providers.cache_clear()


def install(folder: Path) -> None:
    """Leave what installing the provider's package would leave."""
    info = folder / "corridor_forgetful-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: corridor-forgetful\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[corridor.providers]\nforgetful = tests.server.flows.forgetful\n")


def forgetful(flow: Stage) -> Vendor:
    """The provider, as the primary before the sandbox."""
    primary, standby = flow.vendor("forgetful", webhooks=False, like="sandbox"), flow.vendor()
    flow.route(primary, standby)
    return primary


def test_what_was_lost_on_the_way_is_not_repeated_and_is_for_a_person(flow: Stage) -> None:
    primary = forgetful(flow)
    primary.simulator.fault(Fault("reset"), "create_transfer")
    made = flow.pay(rail=RAIL_SEPA)

    said = flow.asked_for(made, WORK_ITEM_KIND_UNKNOWN_OUTCOME)
    flow.soon(lambda: len(flow.attempts(made, "look_up_payout")) > 3)

    assert "does not promise that repeating it is safe" in said
    assert [(primary.connection_id, Outcome.UNKNOWN)] == flow.attempts(made)
    assert (PAYOUT_STATE_SENT, 1) == (flow.now(made).state, len(primary.calls()))


def test_what_has_arrived_all_the_same_is_found(flow: Stage) -> None:
    primary = forgetful(flow)
    primary.simulator.fault(Fault("lost_answer"), "create_transfer")

    made = flow.reaches(flow.pay(rail=RAIL_SEPA), PAYOUT_STATE_SETTLED)

    assert ([(primary.connection_id, Outcome.UNKNOWN)], EUROS) == (flow.attempts(made), primary.paid(made))


def test_what_it_certainly_did_not_take_is_tried_again(flow: Stage) -> None:
    primary = forgetful(flow)
    primary.simulator.fault(Fault("refuse", seconds=1), "create_transfer")

    made = flow.reaches(flow.pay(rail=RAIL_SEPA), PAYOUT_STATE_SETTLED)

    assert ([Outcome.UNAVAILABLE, Outcome.ANSWERED], EUROS) == (flow.outcomes(made), primary.paid(made))
