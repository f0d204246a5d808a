"""Run by `test_installed_adapter.py`, where the toy vendor is installed: a payout through the whole platform."""

from corridor.payouts.v1.payout_pb2 import PAYOUT_STATE_SETTLED
from tests.server import people
from tests.server.flows.fixtures import bridge, busy, flow
from tests.server.flows.stage import Stage

__all__ = ["bridge", "busy", "flow"]


def test_a_payout_settles(flow: Stage) -> None:
    vendor = flow.vendor("toy_pay", like="sandbox")
    flow.route(vendor)

    paid = flow.reaches(flow.pay(account=people.us_account()), PAYOUT_STATE_SETTLED)

    assert "toy_pay" == paid.provider
    assert [(1250, "USD")] == vendor.paid(paid)
