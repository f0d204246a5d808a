"""An event that cannot be told in its endpoint's version waits, loses no try, and is delivered in the end."""

from datetime import timedelta
from typing import Any

import psycopg
import pytest

from corridor.operations.v1.work_item_pb2 import WORK_ITEM_KIND_EXHAUSTED
from corridor.webhooks.v1.delivery_pb2 import DELIVERY_STATE_DELIVERED, DELIVERY_STATE_PENDING
from server.kit import ids
from server.kit.versions import Version
from server.platform.events.payloads import Payloads
from server.store.work import Again
from tests.server.webhooks.receiver import Receiver, Reply
from tests.server.webhooks.scene import Scene

DOWN = Reply(503)
TRIES = 8


def broken(_data: Any) -> Any:
    raise KeyError("a state that the second version has no word for")


def second(translate: Any) -> Payloads:
    """A second version of what is told of settled payouts."""
    return Payloads([Version("corridor.payouts.v2", events={"payout.settled": translate})])


@pytest.fixture
def pinned(scene: Scene, hook: Receiver) -> str:
    """The id of an endpoint that takes the second version."""
    endpoint, _ = scene.endpoint(hook.url)
    with psycopg.connect(scene.corridor.parts.store.url, autocommit=True) as owner:
        owner.execute("UPDATE corridor.webhook_endpoints SET payload_version = 2 WHERE company_id = %s",
                      (scene.company_id,))  # fmt: skip
    return endpoint.webhook_endpoint_id


def due(scene: Scene) -> None:
    """Let what waits for its time be due."""
    with psycopg.connect(scene.corridor.parts.store.url, autocommit=True) as owner:
        owner.execute("UPDATE corridor.work SET run_time = clock_timestamp() WHERE company_id = %s AND state = 0",
                      (scene.company_id,))  # fmt: skip


@pytest.mark.parametrize("payloads", [second(broken), Payloads([])], ids=["broken", "not known here"])
def test_what_cannot_be_rendered_keeps_all_of_its_tries(
    scene: Scene, hook: Receiver, pinned: str, payloads: Payloads
) -> None:
    resource_id = ids.new("po")
    scene.publish(resource_id, 1)
    scene.publish(resource_id, 2)
    for _ in range(TRIES + 1):
        (outcome,) = scene.deliver(payloads=payloads)
        assert isinstance(outcome, Again)
        due(scene)
    assert ([], [DELIVERY_STATE_PENDING] * 2) == (hook.received, [each.state for each in scene.deliveries()])

    hook.script = [DOWN] * (TRIES - 1)
    scene.deliver(payloads=second(lambda data: data))

    first, then = scene.deliveries()
    assert (DELIVERY_STATE_DELIVERED, TRIES, 1) == (first.state, len(first.tries), len(then.tries))
    assert ["v2"] * (TRIES + 1) == [each.headers["corridor-payload-version"] for each in hook.received]


def test_a_person_is_asked_once_it_lasts(scene: Scene, pinned: str) -> None:
    scene.publish()
    scene.deliver(payloads=second(broken))
    assert [] == scene.open_items()

    scene.clock.by = timedelta(minutes=11)
    for _ in range(2):
        due(scene)
        scene.deliver(payloads=second(broken))

    assert [(pinned, WORK_ITEM_KIND_EXHAUSTED)] == scene.open_items()
