"""Some or all webhooks are lost, over hundreds of payouts and payments; one sweep brings everything to its true state.

What is true is read off the provider's own books. Each run prints its seed; SWEEP_SEED replays one.
"""

import os
import random
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from adapters.kit.simulator import Mode
from adapters.sandbox import mapping, payment_words
from corridor.payments.v1 import dispute_service_pb2 as disputes_api
from corridor.payments.v1 import payment_pb2
from corridor.payments.v1 import payment_service_pb2 as payments_api
from corridor.payments.v1 import refund_service_pb2 as refunds_api
from corridor.payments.v1.payment_observation_pb2 import PAYMENT_STEP_REFUND, PaymentObservation
from corridor.payments.v1.payment_pb2 import Payment
from corridor.payouts.v1 import payout_service_pb2 as payouts_api
from corridor.providers.v1 import route_pb2, route_service_pb2
from corridor.providers.v1.sweep_pb2 import SWEEP_STATE_COMPLETED
from server.domains.payments.meaning import step_state
from tests.server import people
from tests.server.flows.stage import Stage, Vendor
from tests.server.sweeps.sweeper import swept
from tests.serving import until

PAYOUTS, PAYMENTS = 150, 150
# Amounts in minor units that end as the sandbox's scenarios do, see its README.
PAYOUT_STORIES = {"usual": 12_50, "decline": 99_001, "fail": 99_004, "return": 99_005, "return_closed": 99_006}
PAYMENT_STORIES = (
    "visa", "visa", "pending", "pending_decline", "declined_by_issuer", "capture_fails", "refund", "refund",
    "refund_fails", "dispute_fraudulent", "inquiry",
)  # fmt: skip
ENDED = frozenset({"paid", "declined", "failed", "returned"})


def tell_only(vendor: Vendor, lost: float, seed: int) -> None:
    """From now on the provider loses that share of its webhooks."""
    vendor.simulator.outbox.reseed(seed)
    vendor.simulator.outbox.mode = Mode(drop=lost)


def route_payments(flow: Stage, vendor: Vendor) -> None:
    request = route_service_pb2.SetRouteRequest(
        domain="payments", mode=route_pb2.ROUTE_MODE_ON, primary_connection_id=vendor.connection_id
    )
    flow.client.call("RouteService/SetRoute", request)


def all_of(flow: Stage, name: str, request: Any, field: str) -> list[Any]:
    """Everything that a list has."""
    found: list[Any] = []
    request.page_size = 250
    while True:
        answer = flow.client.call(name, request)
        found += getattr(answer, field)
        if not answer.next_page_token:
            return found
        request.page_token = answer.next_page_token


def pay_out(flow: Stage, story: str, beneficiary_id: str) -> None:
    """Send a payout to which a story happens."""
    people.payout(flow.client, beneficiary_id, PAYOUT_STORIES[story])


def charge(flow: Stage, story: str) -> None:
    """Take a payment to which a story happens; what is to be given back is, once it is captured."""
    refunded = story.startswith("refund")
    request = payments_api.CreatePaymentRequest(capture_method=payment_pb2.CAPTURE_METHOD_AUTOMATIC)
    request.amount.currency_code, request.amount.amount_minor = "EUR", 30_00
    request.payment_method.token = f"tok_{'visa' if story == 'refund' else story}"
    made: Payment = flow.client.call("PaymentService/CreatePayment", request, key=people.new_key()).payment
    if refunded:
        wanted = payments_api.GetPaymentRequest(payment_id=made.payment_id)
        until(lambda: flow.client.call("PaymentService/GetPayment", wanted).payment.captured_minor, what="captured")
        back = refunds_api.CreateRefundRequest(payment_id=made.payment_id)
        back.amount.currency_code, back.amount.amount_minor = "EUR", 10_00
        flow.client.call("RefundService/CreateRefund", back, key=people.new_key())


def books(vendor: Vendor, kind: str) -> list[dict[str, Any]]:
    """What the provider has, as it tells it itself."""
    with vendor.simulator.store.lock:
        return [dict(kept["data"]) for kept in vendor.simulator.store.all(kind)]


def at_rest(vendor: Vendor) -> bool:
    """Whether nothing more happens at the provider within a day, and everything has been sent there."""
    with vendor.simulator.store.lock:
        soon = [
            timer
            for kind in vendor.simulator.KINDS
            for kept in vendor.simulator.store.all(kind)
            for timer in kept["timers"]
            if timer[2]
        ]
    refunds = [each for each in books(vendor, "action") if each["type"] == "refund"]
    return (
        not soon
        and (PAYOUTS, PAYMENTS) == (len(books(vendor, "transfer")), len(books(vendor, "payment")))
        and all(each["status"] in ENDED for each in books(vendor, "transfer"))
        and all(each["status"] != "processing" for each in (*books(vendor, "payment"), *refunds))
    )


def untrue(flow: Stage, vendor: Vendor) -> list[str]:
    """Everything that is something else here than at the provider."""
    payouts = all_of(flow, "PayoutService/ListPayouts", payouts_api.ListPayoutsRequest(), "payouts")
    payments = all_of(flow, "PaymentService/ListPayments", payments_api.ListPaymentsRequest(), "payments")
    refunds = all_of(flow, "RefundService/ListRefunds", refunds_api.ListRefundsRequest(), "refunds")
    disputes = all_of(flow, "DisputeService/ListDisputes", disputes_api.ListDisputesRequest(), "disputes")
    ours: dict[str, Callable[[dict[str, Any]], bool]] = {
        each.payout_id: lambda made, each=each: each.state == mapping.STATES[made["status"]]  # type: ignore[misc] # bound at once
        for each in payouts
    }
    ours |= {each.payment_id: lambda made, each=each: _same_payment(each, made) for each in payments}  # type: ignore[misc] # as above
    ours |= {each.refund_id: lambda made, each=each: _same_refund(each, made) for each in refunds}  # type: ignore[misc] # as above
    ours |= {
        each.provider_reference: lambda made, each=each: each.state == payment_words.DISPUTES[made["status"]]  # type: ignore[misc] # as above
        for each in disputes
    }
    theirs = {each["reference"]: each for kind in ("transfer", "payment") for each in books(vendor, kind)}
    theirs |= {each["reference"]: each for each in books(vendor, "action") if each["type"] == "refund"}
    theirs |= {each["id"]: each for each in books(vendor, "dispute")}
    return sorted(
        f"{name}: {theirs.get(name)}"
        for name in {*ours, *theirs}
        if name not in ours or name not in theirs or not ours[name](theirs[name])
    )


def _same_payment(payment: Payment, made: dict[str, Any]) -> bool:
    declined = made["status"] == "declined"
    return (payment.state == payment_pb2.PAYMENT_STATE_DECLINED) == declined and (
        (payment.authorised_minor, payment.captured_minor, payment.refunded_minor)
        == (made["authorised"], made["captured"], made["refunded"])
    )


def _same_refund(refund: Any, made: dict[str, Any]) -> bool:
    seen = PaymentObservation(step=PAYMENT_STEP_REFUND, state=payment_words.ACTIONS[made["status"]])
    return bool(refund.state == step_state(seen))


@pytest.mark.parametrize("lost", [0.05, 1.0])
def test_one_sweep_brings_everything_to_its_true_state(flow: Stage, lost: float) -> None:
    seed = int(os.environ.get("SWEEP_SEED", "0")) or random.SystemRandom().getrandbits(32)
    print(f"SWEEP_SEED={seed} lost={lost}")
    choose = random.Random(seed)
    vendor = flow.vendor()
    flow.route(vendor)
    route_payments(flow, vendor)
    tell_only(vendor, lost, seed)
    beneficiary_id = people.beneficiary(flow.client)
    payouts = [partial(pay_out, flow, choose.choice(list(PAYOUT_STORIES)), beneficiary_id) for _ in range(PAYOUTS)]
    stories = [*payouts, *(partial(charge, flow, choose.choice(PAYMENT_STORIES)) for _ in range(PAYMENTS))]
    choose.shuffle(stories)
    for story in stories:
        story()
    until(lambda: at_rest(vendor), seconds=60.0, what="the provider at rest")

    before = untrue(flow, vendor)
    sweep = swept(flow, vendor.connection_id, seconds=90.0)
    after = untrue(flow, vendor)

    print(f"untrue before the sweep: {len(before)}; {sweep.counts}")
    assert (SWEEP_STATE_COMPLETED, []) == (sweep.state, after), f"seed {seed}"
    assert before or lost < 1.0
    assert (0, 0, 0) == (sweep.counts.conflicted, sweep.counts.missing, sweep.counts.unknown), f"seed {seed}"
    assert [] == flow.items(), f"seed {seed}"
