"""Endpoints that fail for too long are paused, and what waits for them is sent or given up as people decide."""

import json
from datetime import timedelta

from corridor.operations.v1.work_item_pb2 import WORK_ITEM_KIND_EXHAUSTED
from corridor.webhooks.v1 import endpoint_service_pb2
from corridor.webhooks.v1.delivery_pb2 import DELIVERY_STATE_DEAD, DELIVERY_STATE_DELIVERED
from corridor.webhooks.v1.endpoint_pb2 import (
    WEBHOOK_ENDPOINT_STATE_DISABLED,
    WEBHOOK_ENDPOINT_STATE_ENABLED,
    WEBHOOK_ENDPOINT_STATE_PAUSED,
)
from server.kit import ids
from server.platform.webhooks.schedule import Schedule
from server.store.work import Done, Parked
from tests.server.webhooks.receiver import Receiver, Reply
from tests.server.webhooks.scene import Scene

DOWN = Reply(500, body=b"down")


def test_a_success_ends_the_time_of_failing(scene: Scene, hook: Receiver) -> None:
    endpoint, _ = scene.endpoint(hook.url)
    hook.script = [DOWN]
    scene.publish()

    scene.deliver(at_most=1)
    failing = scene.stored(endpoint)
    scene.deliver()

    assert failing.HasField("failing_since_time")
    assert not scene.stored(endpoint).HasField("failing_since_time")


def test_an_endpoint_that_fails_for_more_than_a_day_is_paused(scene: Scene, hook: Receiver) -> None:
    endpoint, _ = scene.endpoint(hook.url)
    hook.otherwise = DOWN
    scene.publish()
    scene.deliver(at_most=2)

    scene.clock.by = timedelta(hours=25)
    outcomes = scene.deliver()

    assert [Parked("the endpoint is paused")] == outcomes
    assert WEBHOOK_ENDPOINT_STATE_PAUSED == scene.stored(endpoint).state
    assert [(endpoint.webhook_endpoint_id, WORK_ITEM_KIND_EXHAUSTED)] == scene.open_items()


def test_what_waits_for_a_paused_endpoint_is_sent_in_order_once_it_is_enabled(scene: Scene, hook: Receiver) -> None:
    endpoint, _ = scene.endpoint(hook.url)
    hook.script = [Reply(410)]
    resource_id = ids.new("po")
    scene.publish(resource_id, 1)
    scene.deliver()
    paused = scene.stored(endpoint).state
    scene.publish(resource_id, 2)
    other = scene.publish()
    waiting = scene.deliver()

    enabled = scene.switch(endpoint)
    scene.deliver()

    assert WEBHOOK_ENDPOINT_STATE_PAUSED == paused
    assert [Parked("the endpoint is paused")] == waiting  # the other resource's; 2 waits behind 1
    assert WEBHOOK_ENDPOINT_STATE_ENABLED == enabled.state
    assert [1, 1, 2] == [int(json.loads(each.body)["sequence"]) for each in hook.received if resource_id in str(each)]
    assert other in {each.headers["webhook-id"] for each in hook.received}


def test_an_enabled_endpoint_starts_with_every_try(scene: Scene, hook: Receiver) -> None:
    endpoint, _ = scene.endpoint(hook.url)
    hook.script = [*[DOWN] * 6, Reply(410), *[DOWN] * 7]
    scene.publish()
    scene.deliver()

    scene.switch(endpoint)
    scene.deliver()

    assert [(DELIVERY_STATE_DELIVERED, 15)] == [(each.state, len(each.tries)) for each in scene.deliveries()]


def test_disabling_gives_up_what_waits_and_what_comes(scene: Scene, hook: Receiver) -> None:
    endpoint, _ = scene.endpoint(hook.url)
    hook.script = [DOWN]
    scene.publish()
    scene.deliver(Schedule())

    scene.switch(endpoint, WEBHOOK_ENDPOINT_STATE_DISABLED)
    scene.publish()
    scene.switch(endpoint)
    scene.deliver()

    assert 1 == len(hook.received)
    assert [DELIVERY_STATE_DEAD] == [each.state for each in scene.deliveries()]


def test_deleting_gives_up_what_waits_and_keeps_the_log(scene: Scene, hook: Receiver) -> None:
    endpoint, _ = scene.endpoint(hook.url)
    hook.script = [DOWN]
    scene.publish()
    scene.deliver(Schedule())

    request = endpoint_service_pb2.DeleteWebhookEndpointRequest(webhook_endpoint_id=endpoint.webhook_endpoint_id)
    scene.client.call("WebhookEndpointService/DeleteWebhookEndpoint", request)

    assert [(DELIVERY_STATE_DEAD, 1)] == [(each.state, len(each.tries)) for each in scene.deliveries()]
    assert [] == scene.deliver()


def test_an_endpoint_disabled_by_a_call_that_the_event_did_not_see_gets_nothing(scene: Scene, hook: Receiver) -> None:
    endpoint, _ = scene.endpoint(hook.url)
    scene.publish()
    with scene.corridor.parts.store.of(scene.company_id, endpoint.environment) as connection:
        connection.execute("UPDATE corridor.webhook_endpoints SET state = 2")

    assert [Done()] == scene.deliver()
    assert ([], [DELIVERY_STATE_DEAD]) == (hook.received, [each.state for each in scene.deliveries()])
