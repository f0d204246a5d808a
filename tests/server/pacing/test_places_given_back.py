"""What a call takes on its way through the gates is given back, wherever it breaks off."""

from collections.abc import Callable
from typing import Any

import pytest

from adapters.kit.call import Call
from server.kit.context import Caller, Context
from server.platform.metrics import Metrics
from server.platform.pacing.bulkheads import BulkheadGate
from server.platform.providers import gates
from server.platform.providers.gates import Destination, Ending, Held
from server.platform.providers.sendable import NotNow
from server.store.attempts import Outcome
from tests.server.flows.fixtures import bridge, busy, flow
from tests.server.flows.stage import Stage
from tests.server.pacing.answers import answered, to
from tests.serving import SANDBOX

__all__ = ["bridge", "busy", "flow"]


class Broke(Exception):  # noqa: N818 - a fault that nobody foresaw
    """Something that nobody foresaw."""


class Breaks:
    """A gate with a fault in it."""

    def __init__(self, *, entering: bool) -> None:
        self._entering = entering

    def enter(self, to: Destination) -> Held | None:
        """Let everything through, or break."""
        if self._entering:
            raise Broke
        return None

    def leave(self, to: Destination, ending: Ending | None) -> None:
        """Break."""
        raise Broke


def breaks(*_: Any) -> Any:
    raise Broke


def gives_up(*_: Any) -> Any:
    raise NotNow


def under_way(gate: BulkheadGate) -> int:
    """How many places are taken."""
    return sum(count for _, count in gate.in_flight())


def test_a_gate_that_breaks_leaves_no_place_taken_before_it() -> None:
    bulkhead = BulkheadGate(1, Metrics())

    with pytest.raises(Broke):
        gates.enter((bulkhead, Breaks(entering=True)), to())

    assert 0 == under_way(bulkhead)


def test_a_gate_that_breaks_on_the_way_out_keeps_no_place_of_another_and_no_answer_from_its_caller() -> None:
    bulkhead, where = BulkheadGate(1, Metrics()), to()
    passed = (bulkhead, Breaks(entering=False))
    assert gates.enter(passed, where) is None

    gates.leave(passed, where, answered())

    assert 0 == under_way(bulkhead)


@pytest.mark.parametrize(
    ("changes", "raised"),
    [({"prepare": breaks}, Broke), ({"prepare": gives_up}, NotNow), ({"begin": breaks}, Broke)],
    ids=["while it is prepared", "when it is not to be made any more", "while it is begun"],
)
def test_a_call_that_was_never_made_gives_its_place_back(
    flow: Stage, changes: dict[str, Callable[..., Any]], raised: type[Exception]
) -> None:
    with pytest.raises(raised):
        call(flow, lambda adapter, call: None, **changes)

    assert 0 == under_way(flow.corridor.parts.gates.bulkhead)


def test_a_call_in_which_the_adapter_breaks_gives_its_place_back(flow: Stage) -> None:
    outcome = call(flow, breaks)

    assert (Outcome.UNKNOWN, 0) == (outcome, under_way(flow.corridor.parts.gates.bulkhead))


def test_a_call_whose_thread_is_ended_gives_its_place_back(flow: Stage) -> None:
    def ended(adapter: Any, call: Call) -> None:
        raise SystemExit

    with pytest.raises(SystemExit):
        call(flow, ended)

    assert 0 == under_way(flow.corridor.parts.gates.bulkhead)


def call(flow: Stage, ask: Callable[[Any, Call], Any], **changes: Callable[..., Any]) -> Outcome:
    """How a call to a vendor ends."""
    vendor = flow.vendor()
    context = Context("req-1", "corr-1", caller=Caller(0, "corridor", flow.company_id, SANDBOX))
    ended = flow.corridor.parts.invoker.invoke(context, vendor.connection_id, "look_up_payout", "po_1", ask, **changes)
    return ended.outcome
