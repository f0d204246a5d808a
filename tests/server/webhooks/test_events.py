"""Events over gRPC: what was published can be read again."""

import pytest

from corridor.events.v1 import event_service_pb2 as api
from corridor.payouts.v1.payout_event_pb2 import PayoutSettled
from server.kit import ids
from tests.server.webhooks.scene import Scene
from tests.serving import Refused


def listed(scene: Scene, **filters: object) -> list[str]:
    """The ids of the events that a list shows."""
    request = api.ListEventsRequest(**filters)  # type: ignore[arg-type] # a test's filters
    return [each.event_id for each in scene.client.call("EventService/ListEvents", request).events]


def test_an_event_carries_the_resource_as_it_was(scene: Scene) -> None:
    resource_id = ids.new("po")
    event_id = scene.publish(resource_id, 3)

    event = scene.client.call("EventService/GetEvent", api.GetEventRequest(event_id=event_id)).event

    data = PayoutSettled()
    assert event.data.Unpack(data)
    assert (event_id, "payout.settled", 3, resource_id) == (
        event.event_id, event.type, event.sequence, data.payout.payout_id,
    )  # fmt: skip


def test_lists_show_the_newest_first_and_are_filtered(scene: Scene) -> None:
    resource_id = ids.new("po")
    first, second, other = scene.publish(resource_id, 1), scene.publish(resource_id, 2), scene.publish()

    assert [other, second, first] == listed(scene)
    assert [second, first] == listed(scene, resource_id=resource_id)
    assert [other, second, first] == listed(scene, types=["payout.settled", "payout.failed"])
    assert [] == listed(scene, types=["payout.failed"])


def test_an_event_of_another_company_is_not_found(scene: Scene) -> None:
    event_id = scene.publish()

    with pytest.raises(Refused) as refused:
        scene.corridor.client().call("EventService/GetEvent", api.GetEventRequest(event_id=event_id))

    assert "NOT_FOUND" == refused.value.reason
