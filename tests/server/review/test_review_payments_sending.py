"""Where something with a payment could have been left undone, or done at the wrong moment: sent for real, over HTTP."""

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from adapters.kit.simulator import Fault
from corridor.payments.v1 import payment_pb2 as states
from corridor.payments.v1 import payment_service_pb2 as api
from corridor.payments.v1.payment_action_pb2 import PAYMENT_ACTION_STATE_SUCCEEDED
from corridor.providers.v1 import connection_service_pb2 as connections
from tests.server import people
from tests.server.domains.payments.counter import AUTOMATIC, Counter, books, keys
from tests.server.domains.payments.test_payment_sending import parked
from tests.server.flows.fixtures import bridge, busy, flow
from tests.server.flows.stage import Stage, Vendor
from tests.serving import Refused, until

__all__ = ["bridge", "busy", "flow"]


@pytest.fixture
def counter(flow: Stage) -> Counter:
    """A company that takes payments."""
    return Counter(flow)


@pytest.fixture
def acquirer(flow: Stage, counter: Counter) -> Vendor:
    """Its acquirer, over which its payments go."""
    made = flow.vendor()
    counter.route(made)
    return made


def test_a_void_that_has_waited_long_for_its_payment_is_still_sent(counter: Counter, acquirer: Vendor) -> None:
    acquirer.simulator.fault(Fault("lost_answer"), "create_payment")
    acquirer.simulator.fault(Fault("refuse"), "list_payments", times=200)
    payment = counter.pay("tok_webhook_lost")
    counter.reaches(payment, states.PAYMENT_STATE_SENT)
    void = counter.act(payment, "Void")
    counter.flow.soon(lambda: tries(counter, void.payment_action_id) > 14, what="a void that waits")
    acquirer.simulator.clear_faults()

    assert PAYMENT_ACTION_STATE_SUCCEEDED == counter.ends(payment, void).state
    assert states.PAYMENT_STATE_VOIDED == counter.now(payment).state
    assert [void.payment_action_id] == keys(acquirer, "create_void")


def returned(counter: Counter) -> api.ContinuePaymentRequest:
    """The call that goes on with a payment whose customer has authenticated."""
    made = counter.pay("tok_step_up", method=AUTOMATIC, return_url="https://shop.example/back")
    payment = counter.reaches(made, states.PAYMENT_STATE_REQUIRES_ACTION)
    back = httpx.post(payment.next_action.redirect.url, data={"answer": "pass"}).next_request
    assert back is not None
    return api.ContinuePaymentRequest(payment_id=payment.payment_id, details=dict(back.url.params))


def test_going_on_twice_at_once_charges_once_and_is_answered_byte_for_byte(counter: Counter, acquirer: Vendor) -> None:
    request, key = returned(counter), people.new_key()

    def go_on(_: int) -> bytes:
        try:
            answer = counter.flow.client.call("PaymentService/ContinuePayment", request, key=key)
        except Refused as refused:
            return refused.reason.encode()
        return bytes(answer.SerializeToString(deterministic=True))

    with ThreadPoolExecutor(4) as pool:
        answers = set(pool.map(go_on, range(4)))

    assert 1 == len({go_on(4), go_on(5), *answers} - {b"IDEMPOTENCY_IN_PROGRESS"})
    assert [30_00] == books(acquirer, "capture")


@pytest.mark.parametrize("fault", ["lost_answer", "half_body", "error_after", "reset"])
def test_going_on_whose_answer_is_lost_ends_in_one_charge(counter: Counter, acquirer: Vendor, fault: str) -> None:
    request = returned(counter)
    acquirer.simulator.fault(Fault(fault), "continue_payment")  # type: ignore[arg-type] # one of its kinds

    first = counter.flow.client.call("PaymentService/ContinuePayment", request, key=people.new_key()).payment
    if fault == "reset":  # the acquirer did nothing, and is told again
        counter.flow.client.call("PaymentService/ContinuePayment", request, key=people.new_key())

    counter.reaches(first, states.PAYMENT_STATE_CAPTURED)
    assert [30_00] == books(acquirer, "capture")


def test_a_capture_over_a_connection_that_no_route_names_goes_on_with_new_credentials(
    flow: Stage, counter: Counter
) -> None:
    first, second = flow.vendor(), flow.vendor()
    counter.route(first)
    payment = counter.authorised()
    counter.route(second)
    wrong = connections.RotateCredentialsRequest(
        connection_id=first.connection_id, credentials={**first.fixtures.credentials, "api_key": "revoked_key"}
    )
    flow.client.call("ConnectionService/RotateCredentials", wrong, key=people.new_key())
    step = counter.act(payment, "Capture")
    until(lambda: parked(counter, step.payment_action_id), what="a capture that waits")

    flow.rotate(first)

    assert PAYMENT_ACTION_STATE_SUCCEEDED == counter.ends(payment, step).state
    assert [30_00] == books(first, "capture")


def tries(counter: Counter, resource_id: str) -> int:
    """How often the work of a resource was tried."""
    with counter.flow.corridor.parts.store.anyone() as connection:
        row = connection.execute("SELECT tries FROM corridor.work WHERE resource_id = %s", (resource_id,)).fetchone()
    return row[0] if row else 0
