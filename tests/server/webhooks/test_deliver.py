"""Deliveries: signed, in order, at least once, given up in the end, and never to an endpoint that is paused."""

import json
from datetime import timedelta
from email.utils import format_datetime

import pytest
from google.protobuf import json_format
from standardwebhooks import Webhook, WebhookVerificationError

from corridor.events.v1.event_pb2 import Event
from corridor.operations.v1.work_item_pb2 import WORK_ITEM_KIND_EXHAUSTED
from corridor.webhooks.v1 import endpoint_service_pb2
from corridor.webhooks.v1.delivery_pb2 import DELIVERY_STATE_DEAD, DELIVERY_STATE_DELIVERED, DELIVERY_STATE_PENDING
from server.kit import ids
from server.platform.webhooks.schedule import Schedule
from server.store.work import Again, Done
from tests.server.webhooks.receiver import Received, Receiver, Reply, receiver
from tests.server.webhooks.scene import AT_ONCE, MovedClock, Scene

DOWN = Reply(500, body=b"down")
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"


def sequences(hook: Receiver) -> list[int]:
    """The sequence number of every event that came."""
    return [int(json.loads(each.body)["sequence"]) for each in hook.received]


def accepts(secret: str, received: Received) -> bool:
    """Whether the reference implementation of Standard Webhooks accepts a request."""
    try:
        Webhook(secret).verify(received.body, received.headers)
    except WebhookVerificationError:
        return False
    return True


def test_the_reference_implementation_verifies_a_delivery(scene: Scene, hook: Receiver) -> None:
    _, secret = scene.endpoint(hook.url)
    scene.publish()

    scene.deliver()

    assert [True] == [accepts(secret, each) for each in hook.received]
    assert secret.startswith("whsec_")


def test_the_body_is_the_event_as_the_gateway_writes_it(scene: Scene, hook: Receiver) -> None:
    scene.endpoint(hook.url)
    resource_id = ids.new("po")
    event_id = scene.publish(resource_id, 7)

    scene.deliver()

    body = json.loads(hook.received[0].body)
    assert (event_id, "payout.settled", resource_id, "7") == (
        body["event_id"], body["type"], body["resource_id"], body["sequence"],
    )  # fmt: skip
    assert "type.googleapis.com/corridor.payouts.v1.PayoutSettled" == body["data"]["@type"]
    assert scene.event(event_id) == json_format.Parse(hook.received[0].body, Event())


def test_a_delivery_names_itself_and_what_it_belongs_to(scene: Scene, hook: Receiver) -> None:
    scene.endpoint(hook.url)
    event_id = scene.publish(traceparent=TRACE)

    scene.deliver()

    headers = hook.received[0].headers
    assert (event_id, "corr-1", TRACE) == (headers["webhook-id"], headers["x-correlation-id"], headers["traceparent"])
    assert "application/json" == headers["content-type"]
    assert headers["user-agent"].startswith("Corridor/")


def test_while_secrets_rotate_each_of_them_verifies(scene: Scene, hook: Receiver) -> None:
    endpoint, first = scene.endpoint(hook.url)
    request = endpoint_service_pb2.RotateWebhookSecretRequest(
        webhook_endpoint_id=endpoint.webhook_endpoint_id, overlap_hours=1
    )
    second = scene.client.call("WebhookEndpointService/RotateWebhookSecret", request, key="rotate").secret
    scene.publish()

    scene.deliver()

    assert [True, True] == [accepts(secret, hook.received[0]) for secret in (first, second)]
    assert not accepts("whsec_" + "A" * 44, hook.received[0])


def test_an_event_goes_only_to_endpoints_that_want_its_type(scene: Scene, hook: Receiver) -> None:
    scene.endpoint(hook.url + "/settled", "payout.settled", key="a")
    scene.endpoint(hook.url + "/failed", "payout.failed", key="b")
    scene.publish()

    scene.deliver()

    assert ["/hooks/settled"] == [each.path for each in hook.received]


def test_what_was_delivered_is_logged(scene: Scene, hook: Receiver) -> None:
    endpoint, _ = scene.endpoint(hook.url)
    hook.script = [Reply(503, body=b"busy\x00"), Reply(204)]
    scene.publish()

    scene.deliver()

    (delivery,) = scene.deliveries()
    assert (DELIVERY_STATE_DELIVERED, endpoint.webhook_endpoint_id) == (delivery.state, delivery.webhook_endpoint_id)
    assert [(503, "busy�"), (204, "")] == [(each.http_status, each.response_excerpt) for each in delivery.tries]
    assert delivery.HasField("end_time")


def test_events_of_a_resource_wait_for_the_earlier_one(scene: Scene, hook: Receiver) -> None:
    scene.endpoint(hook.url)
    hook.script = [DOWN, DOWN]
    resource_id = ids.new("po")
    for sequence in (1, 2, 3):
        scene.publish(resource_id, sequence)

    scene.deliver()

    assert [1, 1, 1, 2, 3] == sequences(hook)


def test_a_stuck_resource_delays_no_other(scene: Scene, hook: Receiver) -> None:
    scene.endpoint(hook.url)
    hook.script = [DOWN]
    scene.publish(sequence=1)
    scene.publish(sequence=2)

    scene.deliver(Schedule())

    assert [1, 2] == sequences(hook)


def test_the_eighth_failure_is_the_last_and_later_events_go_on(scene: Scene, hook: Receiver) -> None:
    endpoint, _ = scene.endpoint(hook.url)
    hook.script = [DOWN] * 8
    resource_id = ids.new("po")
    scene.publish(resource_id, 1)
    scene.publish(resource_id, 2)

    scene.deliver()

    first, second = scene.deliveries()
    assert [1] * 8 + [2] == sequences(hook)
    assert (DELIVERY_STATE_DEAD, 8, DELIVERY_STATE_DELIVERED) == (first.state, len(first.tries), second.state)
    assert [(endpoint.webhook_endpoint_id, WORK_ITEM_KIND_EXHAUSTED)] == scene.open_items()


def test_the_usual_schedule_makes_eight_tries_in_more_than_a_day() -> None:
    waits = [Schedule().after(tries, None) for tries in range(1, 9)]

    assert waits[-1] is None
    assert sum(wait for wait in waits if wait) > 24 * 3600
    assert len({Schedule().after(1, None) for _ in range(10)}) > 1


@pytest.mark.parametrize(("asked", "least", "most"), [("120", 120, 120), ("1", 5, 6), ("999999", 21_600, 21_600)])
def test_retry_after_is_honoured_up_to_a_limit(
    scene: Scene, hook: Receiver, asked: str, least: float, most: float
) -> None:
    scene.endpoint(hook.url)
    hook.script = [Reply(429, {"Retry-After": asked})]
    scene.publish()

    (outcome,) = scene.deliver(Schedule())

    assert isinstance(outcome, Again)
    assert least <= outcome.after_seconds <= most


def test_retry_after_can_be_a_date(scene: Scene, hook: Receiver) -> None:
    scene.endpoint(hook.url)
    later = MovedClock(timedelta(minutes=10)).now()
    hook.script = [Reply(503, {"Retry-After": format_datetime(later, usegmt=True)})]
    scene.publish()

    (outcome,) = scene.deliver(Schedule())

    assert isinstance(outcome, Again)
    assert 590 <= outcome.after_seconds <= 600


def test_a_redirect_is_a_failure_and_not_followed(scene: Scene, hook: Receiver) -> None:
    with receiver() as elsewhere:
        scene.endpoint(hook.url)
        hook.script = [Reply(307, {"Location": elsewhere.url})]
        scene.publish()
        scene.deliver(Schedule())

        assert [] == elsewhere.received
    assert [307] == [each.http_status for each in scene.deliveries()[0].tries]


def test_a_waiting_delivery_says_when_it_is_tried_next(scene: Scene, hook: Receiver) -> None:
    scene.endpoint(hook.url)
    hook.script = [DOWN]
    scene.publish()

    scene.deliver(Schedule())

    (delivery,) = scene.deliveries()
    wait = delivery.next_try_time.ToDatetime() - delivery.tries[0].time.ToDatetime()
    assert DELIVERY_STATE_PENDING == delivery.state
    assert 4.5 < wait.total_seconds() < 7.0


def test_a_try_without_an_answer_says_why(scene: Scene) -> None:
    with receiver() as gone:
        url = gone.url
    scene.endpoint(url)
    scene.publish()

    scene.deliver(Schedule())

    assert [(0, "connect refused")] == [(each.http_status, each.error) for each in scene.deliveries()[0].tries]


def test_work_that_comes_twice_delivers_once(scene: Scene, hook: Receiver) -> None:
    scene.endpoint(hook.url)
    scene.publish()
    with scene.corridor.parts.store.anyone() as connection:
        connection.execute(
            "INSERT INTO corridor.work (company_id, environment, kind, lane, resource_id, state, tries, run_time, "
            "correlation_id, traceparent, error, create_time) SELECT company_id, environment, kind, lane, resource_id, "
            "0, 0, run_time, '', '', '', create_time FROM corridor.work WHERE company_id = %s",
            (scene.company_id,),
        )

    assert [Done(), Done()] == scene.deliver(AT_ONCE)
    assert 1 == len(hook.received)
