"""The process is killed at every named point that a payment or a capture passes.

After a restart each customer is charged once, each capture made once, and the company has heard of it all in order.
"""

from collections.abc import Iterator

import pytest

from adapters.kit.simulator import Fault
from corridor.payments.v1.payment_pb2 import PAYMENT_STATE_AUTHORISED, PAYMENT_STATE_PARTIALLY_CAPTURED
from server.store.embedded import Embedded
from tests.chaos import charges
from tests.chaos.world import World, world
from tests.database import fresh_database, worker
from tests.serving import SANDBOX, running, until

# At which passage the process dies: two payments pass a point first, then their captures.
POINTS = {
    "accept.before": 2,
    "accept.after": 2,
    "dispatch.before_attempt": 2,
    "dispatch.before_call": 2,
    "dispatch.after_call": 2,
    "dispatch.after_observe": 2,
    "follow.before_call": 1,
    "follow.after_call": 1,
    "observe.locked": 2,
    "observe.before_commit": 2,
    "observe.committed": 2,
}
CAPTURES = dict.fromkeys(
    ("dispatch.before_attempt", "dispatch.before_call", "dispatch.after_call", "dispatch.after_observe"), 3
)


@pytest.fixture(scope="module")
def shop(postgres: Embedded, migrated: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A company that takes payments, in a world on a database of its own."""
    url, directory = fresh_database(postgres, f"charges_{worker()}", template=migrated), tmp_path_factory.mktemp("shop")
    with running(url, directory) as corridor:
        key = corridor.client(corridor.company("Shop", SANDBOX)).key
    with world(url, directory, key) as made:
        made.start()
        made.set_up()
        charges.route(made)
        yield made


@pytest.mark.parametrize(("point", "passage"), [*POINTS.items(), *CAPTURES.items()], ids=lambda value: str(value))
def test_a_process_killed_at_a_point_charges_and_captures_once(shop: World, point: str, passage: int) -> None:
    assert shop.node is not None
    shop.node.stop()
    followed = point.startswith("follow.")
    if followed:
        shop.simulator.fault(Fault("lost_answer"), "create_payment", times=2)
    shop.start(failpoint=f"{point}:{passage}")
    before = shop.deaths

    with shop.supervised():
        paid = [
            charges.charge(shop, f"{point}-{passage}-{number}", "tok_webhook_lost" if followed else "tok_visa")
            for number in range(2)
        ]
        for payment_id in paid:
            charges.reaches(shop, payment_id, PAYMENT_STATE_AUTHORISED)
        taken = {payment_id: charges.capture(shop, payment_id, f"capture-{payment_id}") for payment_id in paid}
        for payment_id in paid:
            charges.reaches(shop, payment_id, PAYMENT_STATE_PARTIALLY_CAPTURED)
        until(lambda: shop.deaths > before, seconds=20, what=f"death at {point}")
        for payment_id, action_id in taken.items():
            charges.check(shop, payment_id, action_id, said=f"after {point}")

    assert before + 1 == shop.deaths
