"""Adyen at the end of whole flows: what is particular to it, with server and worker round it."""

from collections.abc import Callable
from typing import Any

import pytest

from adapters.adyen.simulator import AdyenSimulator
from adapters.kit.simulator import Fault
from corridor.payments.v1 import dispute_service_pb2 as disputes_api
from corridor.payments.v1 import payment_service_pb2 as api
from corridor.payments.v1 import refund_service_pb2 as refunds_api
from corridor.payments.v1.decline_pb2 import Declined
from corridor.payments.v1.dispute_pb2 import Dispute, DisputeEvidence, DisputeState
from corridor.payments.v1.payment_action_pb2 import PaymentAction, PaymentActionState
from corridor.payments.v1.payment_pb2 import CaptureMethod, Payment, PaymentMethod, PaymentState
from corridor.payments.v1.refund_pb2 import Refund
from corridor.payouts.v1.payout_pb2 import PAYOUT_STATE_RETURNED, PAYOUT_STATE_SETTLED
from corridor.payouts.v1.payout_reason_pb2 import PAYOUT_REASON_ACCOUNT_CLOSED, PAYOUT_REASON_OTHER
from corridor.providers.v1 import route_service_pb2
from corridor.type.v1.money_pb2 import Money
from tests.adapters.adyen.fixtures import TOKEN
from tests.server import people
from tests.server.flows.stage import ON, Stage, Vendor

NAME = "adyen"
S, A, D = PaymentState, PaymentActionState, DisputeState


class Shop:
    """A company that takes payments over the simulated vendor."""

    def __init__(self, flow: Stage) -> None:
        self.flow, self.vendor = flow, flow.vendor(NAME, step_seconds=0.02)
        request = route_service_pb2.SetRouteRequest(
            domain="payments", mode=ON, primary_connection_id=self.vendor.connection_id
        )
        flow.client.call("RouteService/SetRoute", request)

    @property
    def simulator(self) -> AdyenSimulator:
        assert isinstance(self.vendor.simulator, AdyenSimulator)
        return self.vendor.simulator

    def pay(self, state: int, holder: str = "Ada Sample", minor: int = 10_000, **more: Any) -> Payment:
        """A payment, captured by hand unless told otherwise, once it is in a state."""
        method = PaymentMethod(token=TOKEN, holder_name=holder)
        usual = {"capture_method": CaptureMethod.CAPTURE_METHOD_MANUAL, "return_url": "https://shop.example/back"}
        request = api.CreatePaymentRequest(
            amount=Money(currency_code="EUR", amount_minor=minor), payment_method=method,
            **{**usual, **more},
        )  # fmt: skip
        made = self.flow.client.call("PaymentService/CreatePayment", request, key=people.new_key()).payment
        return self.reaches(made, state)

    def now(self, payment: Payment) -> Payment:
        request = api.GetPaymentRequest(payment_id=payment.payment_id)
        found: Payment = self.flow.client.call("PaymentService/GetPayment", request).payment
        return found

    def reaches(self, payment: Payment, state: int) -> Payment:
        def there() -> Payment | None:
            found = self.now(payment)
            return found if found.state == state else None

        found: Payment = self.flow.soon(there, what=f"payment in state {state}")
        return found

    def act(self, payment: Payment, name: str, state: int = A.PAYMENT_ACTION_STATE_SUCCEEDED, **more: Any) -> Any:
        """Something done with a payment, once it is in a state."""
        request = getattr(api, f"{name}PaymentRequest")(payment_id=payment.payment_id, **more)
        answer = self.flow.client.call(f"PaymentService/{name}Payment", request, key=people.new_key())
        made: PaymentAction = answer.payment_action

        def there() -> PaymentAction | None:
            asked = api.GetPaymentActionRequest(payment_id=payment.payment_id, payment_action_id=made.payment_action_id)
            found: PaymentAction = self.flow.client.call("PaymentService/GetPaymentAction", asked).payment_action
            return found if found.state == state else None

        return self.flow.soon(there, what=f"{name} in state {state}")

    def refund(self, payment: Payment, minor: int, state: int = A.PAYMENT_ACTION_STATE_SUCCEEDED) -> Refund:
        request = refunds_api.CreateRefundRequest(
            payment_id=payment.payment_id, amount=Money(currency_code="EUR", amount_minor=minor)
        )
        made: Refund = self.flow.client.call("RefundService/CreateRefund", request, key=people.new_key()).refund

        def there() -> Refund | None:
            asked = refunds_api.GetRefundRequest(refund_id=made.refund_id)
            found: Refund = self.flow.client.call("RefundService/GetRefund", asked).refund
            return found if found.state == state else None

        found: Refund = self.flow.soon(there, what=f"refund in state {state}")
        return found

    def dispute(self, state: int) -> Dispute:
        """The company's one dispute, once it is in a state."""

        def there() -> Dispute | None:
            listed = self.flow.client.call("DisputeService/ListDisputes", disputes_api.ListDisputesRequest()).disputes
            return next((each for each in listed if each.state == state), None)

        found: Dispute = self.flow.soon(there, what=f"dispute in state {state}")
        return found

    def booked(self, kind: str) -> list[int]:
        with self.simulator.store.lock:
            return [entry.amount_minor for entry in self.simulator.books() if entry.kind == kind]


@pytest.fixture
def shop(flow: Stage) -> Shop:
    return Shop(flow)


def test_a_payment_is_captured_in_parts_and_given_back(shop: Shop) -> None:
    payment = shop.pay(S.PAYMENT_STATE_AUTHORISED)
    first = shop.act(payment, "Capture", amount=Money(currency_code="EUR", amount_minor=3_000))
    shop.act(payment, "Capture", amount=Money(currency_code="EUR", amount_minor=2_000), final=True)
    paid = shop.reaches(payment, S.PAYMENT_STATE_CAPTURED)

    shop.refund(paid, 1_000)

    assert first.provider_reference
    assert ([3_000, 2_000], [1_000]) == (shop.booked("capture"), shop.booked("refund"))
    assert [] == shop.flow.items()


def test_a_payment_that_is_captured_at_once_needs_no_capture_of_ours(shop: Shop) -> None:
    payment = shop.pay(S.PAYMENT_STATE_CAPTURED, capture_method=CaptureMethod.CAPTURE_METHOD_AUTOMATIC)

    assert (10_000, [10_000]) == (payment.captured_minor, shop.booked("capture"))
    assert [] == shop.flow.items()


def test_a_decline_has_its_reason_and_the_webhook_that_has_none_does_not_take_it_away(shop: Shop) -> None:
    payment = shop.pay(S.PAYMENT_STATE_DECLINED, "NOT_ENOUGH_BALANCE")
    shop.flow.read(1)

    assert Declined.DECLINED_FUNDS == shop.now(payment).decline.reason
    assert [] == shop.flow.items()


@pytest.mark.parametrize("capture", ["MANUAL", "AUTOMATIC"])
@pytest.mark.parametrize("kind", ["lost_answer", "error_after", "reset"])
def test_a_payment_whose_answer_is_lost_is_authorised_once(kind: Any, capture: str, shop: Shop) -> None:
    shop.simulator.fault(Fault(kind), "create_payment")
    by_hand = capture == "MANUAL"

    payment = shop.pay(
        S.PAYMENT_STATE_AUTHORISED if by_hand else S.PAYMENT_STATE_CAPTURED,
        capture_method=CaptureMethod.Value(f"CAPTURE_METHOD_{capture}"),
    )

    assert ([10_000], [] if by_hand else [10_000]) == (shop.booked("payment"), shop.booked("capture"))
    assert payment.provider_reference
    assert [] == shop.flow.items()


def test_a_capture_whose_answer_is_lost_is_done_once(shop: Shop) -> None:
    payment = shop.pay(S.PAYMENT_STATE_AUTHORISED)
    shop.simulator.fault(Fault("lost_answer"), "capture")

    shop.act(payment, "Capture", final=True)

    assert [10_000] == shop.booked("capture")
    assert [] == shop.flow.items()


def test_a_capture_that_the_scheme_rejects_later_has_failed(shop: Shop) -> None:
    payment = shop.pay(S.PAYMENT_STATE_AUTHORISED)
    taken = shop.act(payment, "Capture", final=True)
    kept = shop.simulator.store.get("modification", taken.provider_reference)
    assert kept is not None
    told = {**kept, "original": kept["payment"], "amount": {"value": 10_000, "currency": "EUR"}}

    shop.simulator.tell(told, "CAPTURE_FAILED", True)

    after = shop.reaches(payment, S.PAYMENT_STATE_AUTHORISED)
    assert (0, 10_000) == (after.captured_minor, after.capturable_minor)


def test_the_end_of_an_authorisation_is_told(shop: Shop) -> None:
    payment = shop.pay(S.PAYMENT_STATE_AUTHORISED)

    shop.simulator.move(payment.payment_id, "EXPIRE")

    shop.reaches(payment, S.PAYMENT_STATE_EXPIRED)


def test_a_raised_payment_is_voided_as_a_whole(shop: Shop) -> None:
    payment = shop.pay(S.PAYMENT_STATE_AUTHORISED)
    shop.act(payment, "Increment", amount=Money(currency_code="EUR", amount_minor=500))
    assert 10_500 == shop.now(payment).authorised_minor

    shop.act(payment, "Void")

    shop.reaches(payment, S.PAYMENT_STATE_VOIDED)
    assert [] == shop.flow.items()


@pytest.mark.parametrize("kind", [None, "lost_answer"])
def test_a_partial_approval_is_for_what_was_approved_also_where_its_answer_was_lost(kind: Any, shop: Shop) -> None:
    if kind:
        shop.simulator.fault(Fault(kind), "create_payment", times=2)

    payment = shop.pay(S.PAYMENT_STATE_AUTHORISED, "PARTIALLY_APPROVED", partial_approval_allowed=True)

    assert (5_000, 5_000) == (payment.authorised_minor, payment.capturable_minor)
    assert [] == shop.flow.items()


def test_a_customer_who_authenticates_has_paid(shop: Shop) -> None:
    payment = shop.pay(S.PAYMENT_STATE_REQUIRES_ACTION, "REDIRECT_SHOPPER")
    reference = payment.next_action.redirect.url.rpartition("=")[2]
    request = api.ContinuePaymentRequest(
        payment_id=payment.payment_id, details={"redirectResult": f"{reference}!passed"}
    )

    shop.flow.client.call("PaymentService/ContinuePayment", request, key=people.new_key())

    shop.reaches(payment, S.PAYMENT_STATE_AUTHORISED)
    assert [] == shop.flow.items()


def _played(shop: Shop, again: Callable[[AdyenSimulator], object]) -> tuple[Payment, list[tuple[int, str]]]:
    payment = shop.pay(S.PAYMENT_STATE_AUTHORISED)
    shop.act(payment, "Capture", final=True)
    told = len(shop.simulator.outbox.events)
    again(shop.simulator)
    shop.flow.read(2 * told)
    return shop.now(payment), shop.flow.items()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_doubled_and_shuffled_webhooks_end_in_the_same_state(seed: int, shop: Shop) -> None:
    payment, items = _played(shop, lambda simulator: simulator.outbox.replay(seed))

    assert (S.PAYMENT_STATE_CAPTURED, 10_000, []) == (payment.state, payment.captured_minor, items)


@pytest.mark.parametrize("kind", [None, "lost_answer", "error_after"])
@pytest.mark.parametrize("won", [True, False])
def test_a_dispute_is_defended_once_and_decided_by_webhook(kind: Any, won: bool, shop: Shop) -> None:
    payment = shop.pay(S.PAYMENT_STATE_CAPTURED, capture_method=CaptureMethod.CAPTURE_METHOD_AUTOMATIC)
    reference = shop.simulator.open_dispute(payment.payment_id)
    known = shop.dispute(D.DISPUTE_STATE_NEEDS_RESPONSE)
    evidence = DisputeEvidence(product_description="A lamp", other_text="left with a neighbour")
    asked = disputes_api.UpdateDisputeEvidenceRequest(dispute_id=known.dispute_id, evidence=evidence)
    shop.flow.client.call("DisputeService/UpdateDisputeEvidence", asked, key=people.new_key())
    if kind:
        shop.simulator.fault(Fault(kind), "defend")

    request = disputes_api.SubmitDisputeEvidenceRequest(dispute_id=known.dispute_id)
    shop.flow.client.call("DisputeService/SubmitDisputeEvidence", request, key=people.new_key())
    shop.dispute(D.DISPUTE_STATE_UNDER_REVIEW)
    shop.simulator.decide_dispute(reference, won)

    shop.dispute(D.DISPUTE_STATE_WON if won else D.DISPUTE_STATE_LOST)
    assert 1 == shop.simulator.submissions(reference)
    assert [] == shop.flow.items()


def _vendor(flow: Stage) -> Vendor:
    vendor = flow.vendor(NAME)
    flow.route(vendor)
    return vendor


def test_a_payout_that_fails_after_it_was_booked_has_come_back(flow: Stage) -> None:
    _vendor(flow)
    made = flow.pay(99_002, people.us_account())

    returned = flow.reaches(made, PAYOUT_STATE_RETURNED)

    # Whoever tells of it first gives the reason: the webhook has one, the transactions that a look-up reads have none.
    assert returned.reason in (PAYOUT_REASON_ACCOUNT_CLOSED, PAYOUT_REASON_OTHER)
    assert [] == flow.items()


@pytest.mark.parametrize("kind", ["lost_answer", "half_body", "reset"])
def test_a_payout_whose_answer_is_lost_is_paid_once(kind: Any, flow: Stage) -> None:
    vendor = _vendor(flow)
    vendor.simulator.fault(Fault(kind), "create_transfer")

    made = flow.reaches(flow.pay(12_50, people.us_account()), PAYOUT_STATE_SETTLED)

    assert [(12_50, "USD")] == vendor.paid(made)
    assert [] == flow.items()
