"""Who sends something elsewhere waits for whoever works on it, and keeps no change of routes waiting meanwhile."""

from concurrent.futures import ThreadPoolExecutor

from corridor.operations.v1.work_item_pb2 import WORK_ITEM_KIND_NO_ROUTE
from corridor.payouts.v1.payout_pb2 import PAYOUT_STATE_SETTLED
from server.kit.context import Caller, Context
from server.platform.providers import routing
from tests.server.flows.stage import Stage
from tests.server.operations import desk
from tests.serving import SANDBOX, until

_WAITING = "SELECT FROM pg_locks WHERE NOT granted"


def test_a_route_changes_while_sending_elsewhere_waits_for_the_payout(flow: Stage) -> None:
    vendor, made = flow.vendor(), flow.pay()
    item = desk.the_open_one(flow, made.payout_id, WORK_ITEM_KIND_NO_ROUTE)
    context = Context("req-1", "corr-1", caller=Caller(0, "corridor", flow.company_id, SANDBOX))
    store, payouts = flow.corridor.parts.store, flow.corridor.parts.payouts

    with ThreadPoolExecutor(2) as pool:
        with store.transaction(flow.company_id, SANDBOX) as working:
            payouts.lock(working, context, made.payout_id)
            sent = pool.submit(desk.send, flow.client, item, vendor.connection_id)
            until(lambda: working.execute(_WAITING).fetchall())
            pool.submit(flow.route, vendor).result(5)
            routing.keep_still(working, context)
        assert vendor.connection_id == sent.result(10)

    assert [(12_50, "EUR")] == vendor.paid(flow.reaches(made, PAYOUT_STATE_SETTLED))
