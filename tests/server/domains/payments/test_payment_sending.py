"""How payments and what is done with them go to acquirers: once, over one connection, and asked about where unknown."""

import httpx
import pytest

from adapters.kit.simulator import Fault
from corridor.operations.v1 import work_item_pb2 as items
from corridor.payments.v1 import payment_pb2 as states
from corridor.payments.v1 import payment_service_pb2 as api
from corridor.payments.v1.payment_action_pb2 import PAYMENT_ACTION_STATE_FAILED, PAYMENT_ACTION_STATE_SUCCEEDED
from corridor.payments.v1.payment_pb2 import Payment
from corridor.providers.v1 import connection_service_pb2 as connections
from server.kit.context import Caller, Context
from server.store import attempts
from server.store.attempts import Outcome
from tests.server import people
from tests.server.domains.payments.counter import AUTOMATIC, MANUAL, Counter, books, keys
from tests.server.domains.payments.till import euros
from tests.server.flows.fixtures import bridge, busy, flow
from tests.server.flows.stage import QUEUE, WORK_ITEM, Stage, Vendor
from tests.serving import SANDBOX, until

__all__ = ["bridge", "busy", "flow"]

UNKNOWN, ANSWERED, UNAVAILABLE = Outcome.UNKNOWN, Outcome.ANSWERED, Outcome.UNAVAILABLE


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


@pytest.mark.parametrize("fault", ["lost_answer", "half_body", "html", "error_after", "reset"])
def test_an_authorisation_whose_answer_is_lost_is_made_once(counter: Counter, acquirer: Vendor, fault: str) -> None:
    payment = counter.captured(f"tok_{fault}")

    assert [30_00] == books(acquirer, "capture")
    assert UNKNOWN == counter.outcomes(payment.payment_id, "authorise")[0]
    assert {payment.payment_id} == set(keys(acquirer, "create_payment"))


@pytest.mark.parametrize("fault", ["lost_answer", "half_body", "reset"])
def test_a_capture_whose_answer_is_lost_is_made_once(counter: Counter, acquirer: Vendor, fault: str) -> None:
    payment = counter.authorised()
    acquirer.simulator.fault(Fault(fault), "create_capture")  # type: ignore[arg-type] # one of its kinds

    step = counter.act(payment, "Capture", amount=euros(10_00))

    assert PAYMENT_ACTION_STATE_SUCCEEDED == counter.ends(payment, step).state
    assert [10_00] == books(acquirer, "capture")
    assert {step.payment_action_id} == set(keys(acquirer, "create_capture"))
    assert 20_00 == counter.now(payment).capturable_minor


def test_a_refund_whose_answer_is_lost_is_made_once(counter: Counter, acquirer: Vendor) -> None:
    payment = counter.captured()
    acquirer.simulator.fault(Fault("lost_answer"), "create_refund")

    refund = counter.refund(payment)

    assert PAYMENT_ACTION_STATE_SUCCEEDED == counter.ends(payment, refund).state
    assert [30_00] == books(acquirer, "refund")
    assert UNKNOWN == counter.outcomes(refund.refund_id, "create_refund")[0]


def test_only_who_certainly_did_nothing_is_followed_by_the_standby(flow: Stage, counter: Counter) -> None:
    primary, standby = flow.vendor(), flow.vendor()
    counter.route(primary, standby)
    primary.simulator.fault(Fault("refuse"), "create_payment", times=3)

    payment = counter.captured()

    assert standby.connection_id == payment.connection_id
    assert ([], [30_00]) == (books(primary, "capture"), books(standby, "capture"))


def test_who_may_have_acted_is_never_followed_by_the_standby(flow: Stage, counter: Counter) -> None:
    primary, standby = flow.vendor(), flow.vendor()
    counter.route(primary, standby)

    counter.captured("tok_lost_answer")

    assert ([30_00], []) == (books(primary, "capture"), books(standby, "capture"))
    assert [] == keys(standby, "create_payment")


def test_captures_and_refunds_go_where_the_payment_is_whatever_the_route_says(flow: Stage, counter: Counter) -> None:
    first, second = flow.vendor(), flow.vendor()
    counter.route(first)
    payment = counter.authorised()
    counter.route(second)

    counter.ends(payment, counter.act(payment, "Capture"))
    counter.ends(payment, counter.refund(payment))

    assert ([30_00], [30_00]) == (books(first, "capture"), books(first, "refund"))
    assert [] == list(second.simulator.requests)


def test_a_payment_waits_for_a_route_that_is_off(counter: Counter, acquirer: Vendor) -> None:
    counter.route(acquirer, mode=QUEUE)
    payment = counter.pay(method=AUTOMATIC)
    until(lambda: parked(counter, payment.payment_id), what="parked")

    counter.route(acquirer)

    counter.reaches(payment, states.PAYMENT_STATE_CAPTURED)


def parked(counter: Counter, resource_id: str) -> bool:
    """Whether the work of a resource waits for a route."""
    with counter.flow.corridor.parts.store.anyone() as connection:
        row = connection.execute("SELECT state FROM corridor.work WHERE resource_id = %s", (resource_id,)).fetchone()
    return row is not None and row[0] == 2


def test_a_payment_without_a_route_asks_a_person_and_is_retried(flow: Stage, counter: Counter) -> None:
    payment = counter.pay(method=AUTOMATIC)
    kinds = flow.soon(lambda: [kind for kind, _ in flow.items(payment.payment_id)], what="a work item")
    assert [items.WORK_ITEM_KIND_NO_ROUTE] == kinds

    counter.route(flow.vendor())
    counter.retry(payment)

    counter.reaches(payment, states.PAYMENT_STATE_CAPTURED)
    request = api.RetryPaymentRequest(payment_id=payment.payment_id)
    refused = people.refused(flow.client, "PaymentService/RetryPayment", request)
    assert "PAYMENT_NOT_RETRYABLE" == refused.reason


def test_a_refused_connection_holds_the_route_until_its_credentials_are_right(flow: Stage, counter: Counter) -> None:
    acquirer = flow.vendor()
    counter.route(acquirer)
    payment = counter.authorised()
    wrong = connections.RotateCredentialsRequest(
        connection_id=acquirer.connection_id, credentials={**acquirer.fixtures.credentials, "api_key": "revoked_key"}
    )
    flow.client.call("ConnectionService/RotateCredentials", wrong, key=people.new_key())

    step = counter.act(payment, "Capture")
    until(lambda: parked(counter, step.payment_action_id), what="parked")
    flow.rotate(acquirer)
    counter.route(acquirer)

    assert PAYMENT_ACTION_STATE_SUCCEEDED == counter.ends(payment, step).state
    assert [30_00] == books(acquirer, "capture")


def unknown(counter: Counter, acquirer: Vendor, token: str, *, method: int, fault: str = "lost_answer") -> Payment:
    """A payment of which nobody knows whether the acquirer has it, until the faults are cleared."""
    acquirer.simulator.fault(Fault(fault), "create_payment")  # type: ignore[arg-type] # one of its kinds
    acquirer.simulator.fault(Fault("refuse"), "list_payments", times=1000)
    return counter.reaches(counter.pay(token, method=method), states.PAYMENT_STATE_SENT)


@pytest.fixture
def silent(flow: Stage, counter: Counter) -> Vendor:
    """An acquirer that sends no webhooks."""
    made = flow.vendor(webhooks=False)
    counter.route(made)
    return made


def test_a_void_waits_until_it_is_known_whether_the_provider_has_the_payment(counter: Counter, silent: Vendor) -> None:
    payment = unknown(counter, silent, "tok_visa", method=MANUAL)
    void = counter.act(payment, "Void")
    silent.simulator.clear_faults()

    step = counter.ends(payment, void)

    assert (PAYMENT_ACTION_STATE_SUCCEEDED, 30_00) == (step.state, step.amount.amount_minor)
    assert states.PAYMENT_STATE_VOIDED == counter.now(payment).state
    assert [step.payment_action_id] == keys(silent, "create_void")


def test_what_is_being_voided_is_not_charged_by_a_repetition(counter: Counter, silent: Vendor) -> None:
    payment = unknown(counter, silent, "tok_visa", method=AUTOMATIC, fault="reset")
    counter.act(payment, "Void")
    silent.simulator.clear_faults()

    # Asked, it knows nothing of the payment: a person decides, as the same request would take the money.
    counter.flow.soon(lambda: ANSWERED in counter.outcomes(payment.payment_id, "look_up_payment"), what="an answer")
    told = counter.flow.soon(lambda: counter.flow.items(payment.payment_id), what="a work item")
    assert [items.WORK_ITEM_KIND_UNKNOWN_OUTCOME] == [kind for kind, _ in told]
    assert ([], 1) == (books(silent, "payment"), len(keys(silent, "create_payment")))


def test_a_void_of_what_was_declined_meanwhile_needs_no_provider(counter: Counter, silent: Vendor) -> None:
    payment = unknown(counter, silent, "tok_declined_funds", method=MANUAL)
    void = counter.act(payment, "Void")
    silent.simulator.clear_faults()

    step = counter.ends(payment, void)

    assert (PAYMENT_ACTION_STATE_SUCCEEDED, 0) == (step.state, step.amount.amount_minor)
    assert states.PAYMENT_STATE_DECLINED == counter.now(payment).state
    assert [] == keys(silent, "create_void")


def test_a_void_of_what_was_captured_meanwhile_fails(counter: Counter, silent: Vendor) -> None:
    payment = unknown(counter, silent, "tok_visa", method=AUTOMATIC)
    void = counter.act(payment, "Void")
    silent.simulator.clear_faults()

    assert PAYMENT_ACTION_STATE_FAILED == counter.ends(payment, void).state
    assert states.PAYMENT_STATE_CAPTURED == counter.now(payment).state


def test_a_payment_that_is_being_sent_is_not_voided_at_the_same_moment(counter: Counter, acquirer: Vendor) -> None:
    counter.route(acquirer, mode=WORK_ITEM)
    payment = counter.pay()
    counter.flow.soon(lambda: counter.flow.items(payment.payment_id), what="a work item")
    parts, who = counter.flow.corridor.parts, counter.flow.company_id
    with parts.store.transaction(who, SANDBOX) as connection:
        context = worker_context(counter)
        attempts.open_attempt(connection, context, payment.payment_id, acquirer.connection_id, "sandbox", "authorise")

    request = api.VoidPaymentRequest(payment_id=payment.payment_id)
    refused = people.refused(counter.flow.client, "PaymentService/VoidPayment", request, key=people.new_key())

    assert "STATE_CONFLICT" == refused.reason


def worker_context(counter: Counter) -> Context:
    """A worker's context for the company."""
    return Context("req-1", "corr-1", caller=Caller(0, "corridor", counter.flow.company_id, SANDBOX))


@pytest.mark.parametrize("arrived", [True, False], ids=["the acquirer has it", "it never left"])
def test_an_attempt_that_was_left_open_is_asked_about(counter: Counter, acquirer: Vendor, arrived: bool) -> None:
    counter.route(acquirer, mode=QUEUE)
    payment = counter.pay(method=AUTOMATIC)
    until(lambda: parked(counter, payment.payment_id), what="parked")
    parts = counter.flow.corridor.parts
    context = worker_context(counter)
    with parts.store.transaction(counter.flow.company_id, SANDBOX) as connection:
        locked = parts.payments.lock(connection, context, payment.payment_id)
        assert locked is not None
        locked.connection_id, locked.provider = acquirer.connection_id, "sandbox"
        parts.payments.save(connection, context, locked)
        attempts.open_attempt(connection, context, payment.payment_id, acquirer.connection_id, "sandbox", "authorise")
    if arrived:
        made = httpx.post(
            f"{acquirer.simulator.url}/v1/payments",
            json={
                **dict.fromkeys(("description", "holder_name", "return_url", "statement_text"), ""),
                "reference": payment.payment_id, "amount": 30_00, "currency": "EUR", "token": "tok_visa",
                "capture": "automatic", "partial_approval": False,
            },
            headers={"Authorization": f"Bearer {acquirer.fixtures.credentials['api_key']}",
                     "Idempotency-Key": payment.payment_id},
        )  # fmt: skip
        assert made.is_success, made.text

    counter.route(acquirer)

    counter.reaches(payment, states.PAYMENT_STATE_CAPTURED)
    assert [30_00] == books(acquirer, "capture")
    assert UNKNOWN == counter.outcomes(payment.payment_id, "authorise")[0]
