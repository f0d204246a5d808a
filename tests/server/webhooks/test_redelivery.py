"""Redelivery over gRPC: new deliveries of old events, one or a period's, in order."""

import json
from datetime import timedelta
from typing import Any

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from corridor.type.v1.period_pb2 import Period
from corridor.webhooks.v1 import delivery_service_pb2 as api
from corridor.webhooks.v1.delivery_pb2 import DELIVERY_STATE_DEAD, DELIVERY_STATE_DELIVERED, DELIVERY_STATE_PENDING
from corridor.webhooks.v1.endpoint_pb2 import WEBHOOK_ENDPOINT_STATE_DISABLED, WebhookEndpoint
from server.kit import ids
from tests.server.webhooks.receiver import Receiver, Reply
from tests.server.webhooks.scene import MovedClock, Scene
from tests.serving import Refused


def around(*, before: timedelta = timedelta(hours=1), after: timedelta | None = None) -> Period:
    """From some time ago, to some time from now or without end."""
    now, start, end = MovedClock().now(), Timestamp(), Timestamp()
    start.FromDatetime(now - before)
    if after is None:
        return Period(start_time=start)
    end.FromDatetime(now + after)
    return Period(start_time=start, end_time=end)


def redeliver(scene: Scene, endpoint: WebhookEndpoint, key: str = "again", **changes: Any) -> int:
    """How many deliveries a bulk redelivery makes."""
    values: dict[str, Any] = {
        "webhook_endpoint_id": endpoint.webhook_endpoint_id,
        "created": around(),
        **changes,
    }
    made: int = scene.client.call(
        "DeliveryService/RedeliverEvents", api.RedeliverEventsRequest(**values), key=key
    ).deliveries
    return made


def dead(scene: Scene, hook: Receiver, *sequences: int, resource_id: str = "") -> None:
    """Publish events and have every try of theirs fail."""
    resource_id = resource_id or ids.new("po")
    hook.otherwise = Reply(500)
    for sequence in sequences:
        scene.publish(resource_id, sequence)
    scene.deliver()
    hook.otherwise = Reply(200)
    hook.received.clear()


def test_a_redelivery_is_a_new_delivery_of_the_same_event(scene: Scene, hook: Receiver) -> None:
    scene.endpoint(hook.url)
    event_id = scene.publish()
    scene.deliver()
    (old,) = scene.deliveries()

    request = api.RedeliverEventRequest(delivery_id=old.delivery_id)
    new = scene.client.call("DeliveryService/RedeliverEvent", request, key="again").delivery
    scene.deliver()

    assert (event_id, DELIVERY_STATE_PENDING) == (new.event_id, new.state)
    assert new.delivery_id != old.delivery_id
    assert [event_id, event_id] == [each.headers["webhook-id"] for each in hook.received]


def test_a_delivery_under_way_is_not_repeated(scene: Scene, hook: Receiver) -> None:
    scene.endpoint(hook.url)
    scene.publish()
    (waiting,) = scene.deliveries()

    with pytest.raises(Refused) as refused:
        scene.client.call("DeliveryService/RedeliverEvent", api.RedeliverEventRequest(delivery_id=waiting.delivery_id))

    assert "DELIVERY_NOT_REPEATABLE" == refused.value.reason


def test_nothing_is_repeated_to_a_disabled_endpoint(scene: Scene, hook: Receiver) -> None:
    endpoint, _ = scene.endpoint(hook.url)
    scene.publish()
    scene.deliver()
    scene.switch(endpoint, WEBHOOK_ENDPOINT_STATE_DISABLED)
    (old,) = scene.deliveries()

    with pytest.raises(Refused) as one:
        scene.client.call("DeliveryService/RedeliverEvent", api.RedeliverEventRequest(delivery_id=old.delivery_id))
    with pytest.raises(Refused) as many:
        redeliver(scene, endpoint)

    assert ("DELIVERY_NOT_REPEATABLE", "INVALID_ARGUMENT") == (one.value.reason, many.value.reason)


def test_what_was_given_up_is_delivered_again_in_order(scene: Scene, hook: Receiver) -> None:
    endpoint, _ = scene.endpoint(hook.url)
    dead(scene, hook, 1, 2, 3)
    scene.publish()
    scene.deliver()
    hook.received.clear()

    made = redeliver(scene, endpoint)
    scene.deliver()

    assert 3 == made
    assert ["1", "2", "3"] == [json.loads(each.body)["sequence"] for each in hook.received]


def test_what_was_delivered_since_is_not_given_up(scene: Scene, hook: Receiver) -> None:
    endpoint, _ = scene.endpoint(hook.url)
    dead(scene, hook, 1)
    redeliver(scene, endpoint)
    scene.deliver()

    assert 0 == redeliver(scene, endpoint, "again-2")
    assert [DELIVERY_STATE_DEAD, DELIVERY_STATE_DELIVERED] == [each.state for each in scene.deliveries()]


def test_what_is_under_way_is_not_repeated_in_bulk(scene: Scene, hook: Receiver) -> None:
    endpoint, _ = scene.endpoint(hook.url)
    dead(scene, hook, 1, 2)

    assert [2, 0] == [redeliver(scene, endpoint, key, delivered_too=True) for key in ("a", "b")]


def test_delivered_events_are_repeated_where_that_is_asked_for(scene: Scene, hook: Receiver) -> None:
    endpoint, _ = scene.endpoint(hook.url)
    scene.publish()
    scene.deliver()

    assert [0, 1] == [redeliver(scene, endpoint, "dead"), redeliver(scene, endpoint, "all", delivered_too=True)]


@pytest.mark.parametrize(
    ("created", "expected"),
    [
        (around(after=timedelta(hours=1)), 2),
        (around(before=timedelta(hours=-1)), 0),
        (around(before=timedelta(hours=2), after=timedelta(hours=-1)), 0),
        (Period(start_time=Timestamp(seconds=1)), 2),
        (Period(start_time=Timestamp(seconds=-62135596800)), 2),
    ],
)
def test_only_the_period_counts(scene: Scene, hook: Receiver, created: Period, expected: int) -> None:
    endpoint, _ = scene.endpoint(hook.url)
    dead(scene, hook, 1, 2)

    assert expected == redeliver(scene, endpoint, created=created)


def test_a_repeated_call_redelivers_once(scene: Scene, hook: Receiver) -> None:
    endpoint, _ = scene.endpoint(hook.url)
    dead(scene, hook, 1)
    created = around()

    assert [1, 1] == [redeliver(scene, endpoint, created=created) for _ in range(2)]
    assert 2 == len(scene.deliveries())


def test_lists_are_filtered(scene: Scene, hook: Receiver) -> None:
    endpoint, _ = scene.endpoint(hook.url)
    resource_id = ids.new("po")
    dead(scene, hook, 1, resource_id=resource_id)
    scene.publish()

    assert 2 == len(scene.deliveries(webhook_endpoint_id=endpoint.webhook_endpoint_id))
    assert [resource_id] == [each.resource_id for each in scene.deliveries(state=DELIVERY_STATE_DEAD)]
    assert [resource_id] == [each.resource_id for each in scene.deliveries(resource_id=resource_id)]
    assert [] == scene.deliveries(webhook_endpoint_id=ids.new("we"))
