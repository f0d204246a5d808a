"""A sweep that may not ask its provider waits without a try, and a person is told when it waits for long."""

from corridor.operations.v1.work_item_pb2 import WORK_ITEM_KIND_WAITING
from corridor.providers.v1.sweep_pb2 import SWEEP_STATE_RUNNING
from tests.server.flows.stage import Stage
from tests.server.flows.test_flow_left_waiting import a_quarter_of_an_hour_later, cut_off
from tests.server.sweeps.sweeper import begin, read


def test_a_person_is_told_of_a_sweep_that_is_held_back_for_more_than_an_hour(flow: Stage) -> None:
    vendor = flow.vendor()
    cut_off(flow, vendor, "list_changes")
    sweep = begin(flow, vendor.connection_id)
    assert [] == flow.items(vendor.connection_id)

    for _ in range(5):
        a_quarter_of_an_hour_later(flow, sweep.sweep_id)

    ((kind, said),) = flow.soon(lambda: flow.items(vendor.connection_id))
    assert WORK_ITEM_KIND_WAITING == kind
    assert said.startswith("It has not been swept since")
    assert SWEEP_STATE_RUNNING == read(flow, sweep.sweep_id).state
