"""One page tells everything of a work item, and nothing that its reader may not see."""

from adapters.kit.simulator import Fault
from corridor.operations.v1.work_item_pb2 import WORK_ITEM_KIND_UNKNOWN_OUTCOME
from corridor.payouts.v1.payout_pb2 import PAYOUT_STATE_SETTLED, Payout
from tests.server import people
from tests.server.flows.stage import Stage
from tests.server.operations import desk
from tests.serving import SANDBOX


def lost(flow: Stage) -> Payout:
    """A payout whose answer was lost, and which is settled."""
    vendor = flow.vendor()
    flow.route(vendor)
    vendor.simulator.fault(Fault("lose"), "create_transfer")
    made = flow.reaches(flow.pay(reference="Rent of Ada Lovelace"), PAYOUT_STATE_SETTLED)
    flow.soon(lambda: [each for each in flow.inbound() if each.resource_id == made.payout_id])
    desk.opened(flow.corridor, flow.company_id, made.payout_id, WORK_ITEM_KIND_UNKNOWN_OUTCOME)
    return made


def test_one_page_tells_of_the_payout_its_calls_and_what_the_provider_delivered(flow: Stage) -> None:
    made = lost(flow)
    (item,) = desk.items(flow.client, resource_id=made.payout_id, kinds=[WORK_ITEM_KIND_UNKNOWN_OUTCOME])

    page, payout = desk.inspect(flow.client, item), Payout()

    assert page.resource.Unpack(payout)
    assert (made.payout_id, False) == (payout.payout_id, page.resource_masked)
    first = page.attempts[0]
    assert ("create_payout", "unknown", True) == (first.operation, first.outcome, first.may_have_acted)
    assert "POST" == first.exchanges[0].method
    assert first.exchanges[0].url.endswith("/v1/transfers")
    assert page.inbound_deliveries[0].body
    assert page.route_decisions
    assert page.timeline
    assert page.work_item.actions


def test_no_page_tells_what_was_written_to_a_customer(flow: Stage) -> None:
    made = lost(flow)
    (item,) = desk.items(flow.client, resource_id=made.payout_id, kinds=[WORK_ITEM_KIND_UNKNOWN_OUTCOME])

    page = desk.inspect(flow.client, item)
    page.ClearField("resource")

    assert b"Ada Lovelace" not in page.SerializeToString()


def test_without_the_scope_of_the_domain_the_payout_is_masked(flow: Stage) -> None:
    made = lost(flow)
    reader = flow.corridor.client(flow.company_id, SANDBOX, ["operations:read"])
    (item,) = desk.items(reader, resource_id=made.payout_id, kinds=[WORK_ITEM_KIND_UNKNOWN_OUTCOME])

    page, payout = desk.inspect(reader, item), Payout()

    assert page.resource.Unpack(payout)
    assert page.resource_masked
    assert "Ada" not in payout.reference
    reader.close()


def test_an_item_of_a_delivery_shows_the_delivery_with_its_values_hidden(flow: Stage) -> None:
    vendor = flow.vendor(webhooks=False)
    other = "whsec_" + "c2FuZGJveC13ZWJob29rLXNlY3JldC0wMDAy"
    vendor.simulator.register(f"{flow.bridge}/{vendor.connection_id}", other)
    flow.route(vendor)
    flow.pay()
    flow.soon(flow.inbound)
    delivery = flow.inbound()[0]
    desk.opened(flow.corridor, flow.company_id, delivery.inbound_delivery_id)
    (item,) = desk.items(flow.client, resource_id=delivery.inbound_delivery_id)

    (shown,) = desk.inspect(flow.client, item).inbound_deliveries

    assert ("refused", "wrong_signature") == (shown.state, shown.detail)
    assert "•••" in shown.body
    assert "webhook-signature" in shown.hidden_headers


def test_inspecting_needs_the_scope_of_operations(flow: Stage) -> None:
    made = lost(flow)
    (item,) = desk.items(flow.client, resource_id=made.payout_id, kinds=[WORK_ITEM_KIND_UNKNOWN_OUTCOME])
    other = flow.corridor.client(flow.company_id, SANDBOX, ["payouts:read"])
    from corridor.operations.v1 import work_item_service_pb2 as api

    request = api.InspectWorkItemRequest(work_item_id=item.work_item_id)

    assert "PERMISSION_DENIED" == people.refused(other, "WorkItemService/InspectWorkItem", request).reason
    other.close()
