"""A shadow whose adapter breaks, or that may not be called: that is written down, and changes nothing for anybody."""

from collections.abc import Iterator

import pytest

from adapters.kit import discovery
from corridor.payouts.v1.payout_pb2 import PAYOUT_STATE_SETTLED, Payout
from corridor.providers.v1 import health_service_pb2 as health
from corridor.providers.v1.provider_health_pb2 import BREAKER_STATE_OPEN
from corridor.routing.v1 import shadow_comparison_pb2 as comparing
from corridor.type.v1.rail_pb2 import RAIL_SEPA
from server.platform.providers.gates import Destination
from server.platform.shadow.compare import INCOMPARABLE, NONE
from server.store.attempts import Outcome
from server.store.embedded import Embedded
from tests.database import fresh_database, worker
from tests.server import people
from tests.server.flows.stage import ON, Stage, Vendor
from tests.server.health.processes import seen_by
from tests.server.shadow.shade import compared, comparisons, hurry, shadowed
from tests.serving import SANDBOX, Running, running, until

NOT_ASKED, NOT_UNDERSTOOD = comparing.SHADOW_OUTCOME_NOT_ASKED, comparing.SHADOW_OUTCOME_NOT_UNDERSTOOD
WOULD_SEND = comparing.SHADOW_OUTCOME_WOULD_SEND


@pytest.fixture(scope="module")
def busy(postgres: Embedded, migrated: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server and a worker where one more provider is installed."""
    info = tmp_path_factory.mktemp("site") / "corridor_clumsy-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: corridor-clumsy\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[corridor.providers]\nclumsy = tests.server.shadow.clumsy\n")
    patch = pytest.MonkeyPatch()
    patch.syspath_prepend(str(info.parent))
    discovery.providers.cache_clear()
    try:
        url = fresh_database(postgres, f"clumsy_{worker()}", template=migrated)
        with running(url, tmp_path_factory.mktemp("clumsy"), work=True, threads=8) as found:
            yield found
    finally:
        patch.undo()
        discovery.providers.cache_clear()


def cut_off(flow: Stage, vendor: Vendor) -> None:
    """Have a connection not be called, until it is let through."""
    request = health.OpenBreakerRequest(connection_id=vendor.connection_id, reason="maintenance")
    flow.client.call("HealthService/OpenBreaker", request, key=people.new_key())
    to = Destination(
        flow.company_id, SANDBOX, vendor.connection_id, "sandbox", vendor.simulator.url, "shadow_create_payout"
    )
    view = flow.corridor.parts.health.view
    until(lambda: seen_by(view, to).breaker == BREAKER_STATE_OPEN, what="the worker knows")


def held_back(flow: Stage, payout: Payout) -> bool:
    """Whether a try in the shadow was held back."""
    hurry(flow)
    with flow.corridor.parts.store.anyone() as connection:
        row = connection.execute(
            "SELECT error FROM corridor.work WHERE kind = 'payouts.shadow' AND resource_id = %s", (payout.payout_id,)
        ).fetchone()
    return row is not None and row[0] == "held back"


def test_a_shadow_whose_adapter_breaks_is_told_and_changes_nothing(flow: Stage) -> None:
    primary, shadow = flow.vendor(), flow.vendor("clumsy", webhooks=False, like="sandbox")
    shadowed(flow, primary, shadow)

    made = flow.reaches(flow.pay(rail=RAIL_SEPA), PAYOUT_STATE_SETTLED)
    found = compared(flow, made.payout_id)

    assert (NOT_UNDERSTOOD, INCOMPARABLE) == (found.shadow.outcome, found.difference_class)
    assert [(primary.connection_id, Outcome.ANSWERED)] == flow.attempts(made)
    assert ([ON], [], []) == (flow.modes(), flow.items(), list(shadow.simulator.requests))
    assert made.payout_id not in found.shadow.detail


def test_a_shadow_that_is_held_back_is_tried_when_it_may_be_called_again(flow: Stage) -> None:
    primary, shadow = flow.vendor(), flow.vendor()
    shadowed(flow, primary, shadow)
    cut_off(flow, shadow)

    made = flow.reaches(flow.pay(), PAYOUT_STATE_SETTLED)
    until(lambda: held_back(flow, made), what="held back")
    before = comparisons(flow, resource_id=made.payout_id)
    request = health.CloseBreakerRequest(connection_id=shadow.connection_id)
    flow.client.call("HealthService/CloseBreaker", request, key=people.new_key())
    found = compared(flow, made.payout_id)

    assert ([], WOULD_SEND, NONE) == (before, found.shadow.outcome, found.difference_class)
    assert [(primary.connection_id, Outcome.ANSWERED)] == flow.attempts(made)
    assert [] == flow.items()


def test_a_shadow_that_is_held_back_for_an_hour_counts_as_not_asked(flow: Stage) -> None:
    primary, shadow = flow.vendor(), flow.vendor()
    shadowed(flow, primary, shadow)
    cut_off(flow, shadow)
    made = flow.reaches(flow.pay(), PAYOUT_STATE_SETTLED)
    until(lambda: held_back(flow, made), what="held back")

    with flow.corridor.parts.store.anyone() as connection:
        connection.execute(
            "UPDATE corridor.work SET create_time = create_time - interval '61 minutes' WHERE resource_id = %s",
            (made.payout_id,),
        )
    found = compared(flow, made.payout_id)

    assert (NOT_ASKED, INCOMPARABLE) == (found.shadow.outcome, found.difference_class)
    assert ([], []) == (list(shadow.simulator.requests), flow.items())
