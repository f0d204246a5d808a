"""What comes of an acquirer's answers and webhooks, however they come, and callers who wait for them."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from corridor.operations.v1 import work_item_pb2 as items
from corridor.payments.v1 import payment_pb2 as states
from corridor.payments.v1 import payment_service_pb2 as api
from corridor.payments.v1.decline_pb2 import DECLINED_FUNDS
from corridor.payments.v1.payment_action_pb2 import PAYMENT_ACTION_STATE_FAILED
from server.domains.payments.waiting import Waiting
from server.kit.context import Caller, Context
from server.store.attempts import Outcome
from tests.server.domains.payments.counter import AUTOMATIC, Counter, books
from tests.server.domains.payments.till import euros
from tests.server.flows.fixtures import bridge, busy, flow
from tests.server.flows.stage import QUEUE, Stage, Vendor
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


def test_refused_details_fail_the_payment(counter: Counter, acquirer: Vendor) -> None:
    failed = counter.reaches(counter.pay("tok_reject"), states.PAYMENT_STATE_FAILED)

    assert states.PAYMENT_FAILURE_INVALID_DETAILS == failed.failure
    assert [] == books(acquirer, "payment")


def test_a_declined_increment_leaves_the_authorisation_as_it_was(counter: Counter, acquirer: Vendor) -> None:
    payment = counter.authorised("tok_increment_declined")

    step = counter.ends(payment, counter.act(payment, "Increment", amount=euros(5_00)))

    assert (PAYMENT_ACTION_STATE_FAILED, DECLINED_FUNDS) == (step.state, step.decline.reason)
    assert 30_00 == counter.now(payment).authorised_minor


@pytest.mark.parametrize("scenario", ["webhook_duplicate", "webhook_reversed", "webhook_lost", "webhook_forged"])
def test_however_webhooks_come_a_payment_ends_the_same(counter: Counter, acquirer: Vendor, scenario: str) -> None:
    payment = counter.authorised(f"tok_{scenario}")
    counter.ends(payment, counter.act(payment, "Capture"))
    counter.ends(payment, counter.refund(payment))

    now = counter.now(payment)
    assert (states.PAYMENT_STATE_CAPTURED, 30_00, 30_00, 0) == (
        now.state, now.captured_minor, now.refunded_minor, now.capturable_minor,
    )  # fmt: skip
    assert ([30_00], [30_00]) == (books(acquirer, "capture"), books(acquirer, "refund"))


def test_a_word_that_nobody_knows_changes_nothing_and_asks_a_person(counter: Counter, acquirer: Vendor) -> None:
    payment = counter.authorised("tok_unknown_word")

    kinds = counter.flow.soon(lambda: {kind for kind, _ in counter.flow.items()}, what="a work item")

    assert items.WORK_ITEM_KIND_UNMAPPED in kinds
    assert states.PAYMENT_STATE_AUTHORISED == counter.now(payment).state


def test_an_answer_that_contradicts_what_is_known_asks_a_person(counter: Counter, acquirer: Vendor) -> None:
    payment = counter.authorised("tok_conflict")

    told = counter.flow.soon(lambda: counter.flow.items(payment.payment_id), what="a work item")

    assert [items.WORK_ITEM_KIND_CONFLICT] == [kind for kind, _ in told]
    assert states.PAYMENT_STATE_AUTHORISED == counter.now(payment).state


def test_fees_conversions_and_scheme_references_are_kept_as_stated(counter: Counter, acquirer: Vendor) -> None:
    payment = counter.captured("tok_foreign_exchange")

    assert payment.fees[0].amount.amount_minor
    assert payment.scheme_references.network_transaction_id
    assert ("EUR", "USD", "0.9") == (
        payment.foreign_exchange.source.currency_code,
        payment.foreign_exchange.target.currency_code,
        payment.foreign_exchange.rate,
    )


def test_whoever_waits_is_answered_as_soon_as_the_provider_has(counter: Counter, acquirer: Vendor) -> None:
    payment = counter.pay("tok_slow", method=AUTOMATIC)

    request = api.GetPaymentRequest(payment_id=payment.payment_id, wait_seconds=20)
    found = counter.flow.client.call("PaymentService/GetPayment", request).payment

    assert states.PAYMENT_STATE_CAPTURED == found.state


def test_whoever_waits_too_long_is_told_how_it_stands(counter: Counter, acquirer: Vendor) -> None:
    counter.route(acquirer, mode=QUEUE)

    request = api.GetPaymentRequest(payment_id=counter.pay().payment_id, wait_seconds=1)

    found = counter.flow.client.call("PaymentService/GetPayment", request).payment
    assert states.PAYMENT_STATE_ACCEPTED == found.state


def test_no_more_than_half_of_the_threads_wait(counter: Counter, acquirer: Vendor) -> None:
    counter.route(acquirer, mode=QUEUE)
    parts = counter.flow.corridor.parts
    payment, waiting = counter.pay(), Waiting(parts.payments, 1)
    began = threading.Event()
    context = Context("req-1", "corr-1", caller=Caller(0, "corridor", counter.flow.company_id, SANDBOX))

    def wait() -> None:
        began.set()
        waiting.answered(context, payment, 3.0)

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(wait)
        began.wait()
        until(lambda: not waiting._room.acquire(blocking=False) or waiting._room.release())
        before = time.monotonic()
        assert payment == waiting.answered(context, payment, 3.0)
        assert time.monotonic() - before < 1.0
        assert not first.done()
