"""A last capture of a part, with server and worker round the vendor: the rest is given up, nothing is taken twice."""

import pytest

from adapters.kit.simulator import Fault
from corridor.payments.v1.payment_pb2 import PaymentState
from corridor.type.v1.money_pb2 import Money
from server.store.attempts import Outcome
from tests.adapters.adyen.test_adyen_flows import Shop
from tests.server import people
from tests.server.flows.stage import Stage

AUTHORISED, CAPTURED = PaymentState.PAYMENT_STATE_AUTHORISED, PaymentState.PAYMENT_STATE_CAPTURED
PART = Money(currency_code="EUR", amount_minor=2_000)


@pytest.fixture
def shop(flow: Stage) -> Shop:
    """A company that takes payments over the simulated vendor."""
    return Shop(flow)


def test_the_rest_is_given_up_after_a_last_capture_of_a_part(shop: Shop) -> None:
    payment = shop.pay(AUTHORISED)

    taken = shop.act(payment, "Capture", amount=PART, final=True)

    asked = [request.json()["reference"] for name, request in shop.simulator.requests if name == "cancel"]
    assert [f"{taken.payment_action_id}-release"] == asked
    shop.reaches(payment, CAPTURED)


@pytest.mark.parametrize("fault", [Fault("refuse", 429), Fault("refuse", 422), Fault("lost_answer")], ids=str)
def test_a_capture_was_taken_whatever_becomes_of_giving_up_the_rest(shop: Shop, fault: Fault) -> None:
    payment = shop.pay(AUTHORISED)
    shop.simulator.fault(fault, "cancel")

    taken = shop.act(payment, "Capture", amount=PART, final=True)

    shop.reaches(payment, CAPTURED)
    assert Outcome.UNKNOWN == Outcome(outcomes(shop, taken.payment_action_id)[0])
    assert [2_000] == shop.booked("capture")
    assert [] == shop.flow.items()


def outcomes(shop: Shop, resource_id: str) -> list[int]:
    """How the captures of a step ended."""
    with people.rows(shop.flow.corridor, shop.flow.client) as rows:
        found = rows.execute(
            "SELECT outcome FROM corridor.attempts WHERE resource_id = %s AND operation = 'capture' "
            "ORDER BY attempt_id", (resource_id,),
        )  # fmt: skip
        return [row[0] for row in found]
