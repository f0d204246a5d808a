"""`corridor sweep` against a real server with a worker: it waits for the end, and fails where the sweep is given up."""

import json
from collections.abc import Callable, Mapping

import pytest

from corridor.payouts.v1.payout_pb2 import PAYOUT_STATE_SENT, PAYOUT_STATE_SETTLED
from server.kit import ids
from tests.server.flows.fixtures import bridge, flow
from tests.server.flows.stage import Stage
from tests.server.sweeps.conftest import busy
from tests.serving import until

__all__ = ["bridge", "busy", "flow"]

Sweep = Callable[..., tuple[int, str, str]]


@pytest.fixture
def sweep(flow: Stage, environment: Mapping[str, str], finished: Callable[..., tuple[int, str, str]]) -> Sweep:
    """Runs `corridor sweep`, as a process of its own: the worker here logs where the command would print."""

    def run(*words: str) -> tuple[int, str, str]:
        return finished(environment, "sweep", *words, "--address", flow.corridor.address, "--key", flow.client.key)

    return run


def test_a_sweep_is_waited_for_and_told(flow: Stage, sweep: Sweep) -> None:
    vendor = flow.vendor(webhooks=False)
    flow.route(vendor)
    payout = flow.reaches(flow.pay(), PAYOUT_STATE_SENT, hurry=False)
    until(lambda: {"paid"} == {entry.state for entry in vendor.simulator.books()}, what="paid")

    code, printed, _ = sweep(vendor.connection_id, "--since", "2026-01-01")
    again, as_json, _ = sweep(vendor.connection_id, "--json")

    assert (0, 0, PAYOUT_STATE_SETTLED) == (code, again, flow.now(payout).state)
    assert f"of {vendor.connection_id} (sandbox): completed" in printed
    assert "taken in" in printed
    found = json.loads(as_json)
    assert ("SWEEP_STATE_COMPLETED", True) == (found["state"], "advanced" not in found["counts"])


def test_a_sweep_that_is_given_up_fails_with_its_reason(flow: Stage, sweep: Sweep) -> None:
    vendor = flow.vendor(webhooks=False, credentials={"api_key": "revoked-key"})

    code, _, said = sweep(vendor.connection_id)

    assert (1, True) == (code, "the sweep was given up" in said)


def test_what_is_not_waited_for_is_told_as_it_stands(flow: Stage, sweep: Sweep) -> None:
    vendor = flow.vendor(webhooks=False)

    code, printed, _ = sweep(vendor.connection_id, "--no-wait")

    assert (0, True) == (code, printed.startswith("swp_") or "swp_" in printed)


def test_a_connection_that_there_is_not_is_told_in_a_line(sweep: Sweep) -> None:
    code, _, said = sweep(ids.new("conn"))

    assert (1, True) == (code, "There is no such connection" in said)
