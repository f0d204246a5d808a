"""Stripe at the end of whole payment flows: what is particular to it, with server and worker round it."""

from typing import Any

import httpx
import pytest

from adapters.kit.simulator import Mode
from adapters.kit.simulator_http import Fault
from corridor.payments.v1 import dispute_service_pb2 as disputes
from corridor.payments.v1 import payment_service_pb2 as api
from corridor.payments.v1 import refund_service_pb2 as refunds
from corridor.payments.v1.decline_pb2 import DECLINED_FUNDS
from corridor.payments.v1.dispute_pb2 import (
    DISPUTE_DOCUMENT_TYPE_RECEIPT,
    DISPUTE_REASON_FRAUDULENT,
    DISPUTE_STATE_ACCEPTED,
    DISPUTE_STATE_LOST,
    DISPUTE_STATE_WON,
    Dispute,
    DisputeEvidence,
)
from corridor.payments.v1.payment_action_pb2 import (
    PAYMENT_ACTION_STATE_SUCCEEDED,
    PaymentAction,
)
from corridor.payments.v1.payment_pb2 import (
    CAPTURE_METHOD_AUTOMATIC,
    CAPTURE_METHOD_MANUAL,
    PAYMENT_STATE_AUTHORISED,
    PAYMENT_STATE_CAPTURED,
    PAYMENT_STATE_DECLINED,
    PAYMENT_STATE_EXPIRED,
    PAYMENT_STATE_REQUIRES_ACTION,
    PAYMENT_STATE_VOIDED,
    Payment,
    PaymentMethod,
)
from corridor.providers.v1 import route_pb2, route_service_pb2
from corridor.type.v1.money_pb2 import Money
from tests.server import people
from tests.server.flows.stage import Stage, Vendor

CHALLENGED = "pm_card_threeDSecure2Required"


class Shop:
    """A company that takes payments over the vendor."""

    def __init__(self, flow: Stage, *, webhooks: bool = True) -> None:
        self.flow = flow
        self.vendor: Vendor = flow.vendor("stripe", webhooks=webhooks)
        request = route_service_pb2.SetRouteRequest(
            domain="payments",
            mode=route_pb2.ROUTE_MODE_ON,
            primary_connection_id=self.vendor.connection_id,
        )
        flow.client.call("RouteService/SetRoute", request)

    def call(self, method: str, request: Any) -> Any:
        return self.flow.client.call(method, request, key=people.new_key())

    def pay(self, token: str = "pm_card_visa", *, manual: bool = False, minor: int = 30_00, **more: Any) -> Payment:
        """A payment that was accepted."""
        request = api.CreatePaymentRequest(
            amount=Money(currency_code="USD", amount_minor=minor),
            payment_method=PaymentMethod(token=token),
            capture_method=CAPTURE_METHOD_MANUAL if manual else CAPTURE_METHOD_AUTOMATIC,
            **more,
        )
        made: Payment = self.call("PaymentService/CreatePayment", request).payment
        return made

    def now(self, payment: Payment) -> Payment:
        found: Payment = self.flow.client.call(
            "PaymentService/GetPayment", api.GetPaymentRequest(payment_id=payment.payment_id)
        ).payment
        return found

    def reaches(self, payment: Payment, state: int) -> Payment:
        """The payment once it is in a state."""

        def there() -> Payment | None:
            found = self.now(payment)
            return found if found.state == state else None

        found: Payment = self.flow.soon(there, what=f"state {state}")
        return found

    def act(self, payment: Payment, name: str, **more: Any) -> PaymentAction:
        """An action by the name of its RPC, once it has ended well."""
        request = getattr(api, f"{name}PaymentRequest")(payment_id=payment.payment_id, **more)
        made = self.call(f"PaymentService/{name}Payment", request).payment_action

        def done() -> PaymentAction | None:
            asked = api.GetPaymentActionRequest(payment_id=payment.payment_id, payment_action_id=made.payment_action_id)
            found = self.flow.client.call("PaymentService/GetPaymentAction", asked).payment_action
            return found if found.state == PAYMENT_ACTION_STATE_SUCCEEDED else None

        found: PaymentAction = self.flow.soon(done, what=name)
        return found

    def disputed(self, payment: Payment) -> Dispute:
        """The payment's dispute, once it is known."""

        def known() -> Dispute | None:
            asked = disputes.ListDisputesRequest(payment_id=payment.payment_id)
            found = self.flow.client.call("DisputeService/ListDisputes", asked).disputes
            return found[0] if found else None

        found: Dispute = self.flow.soon(known, what="the dispute")
        return found

    def booked(self, kind: str) -> list[int]:
        """The amounts of a kind in the vendor's books."""
        return [entry.amount_minor for entry in self.vendor.simulator.books() if entry.kind == kind]


def test_a_part_is_captured_the_rest_released_and_some_given_back(flow: Stage) -> None:
    shop = Shop(flow)
    made = shop.reaches(shop.pay(manual=True), PAYMENT_STATE_AUTHORISED)
    part = Money(currency_code="USD", amount_minor=20_00)

    taken = shop.act(made, "Capture", amount=part, final=True)
    captured = shop.reaches(made, PAYMENT_STATE_CAPTURED)
    give = refunds.CreateRefundRequest(payment_id=made.payment_id, amount=Money(currency_code="USD", amount_minor=5_00))
    back = shop.call("RefundService/CreateRefund", give).refund
    flow.soon(lambda: shop.booked("refund"), what="the refund")

    assert ([20_00], [5_00]) == (shop.booked("capture"), shop.booked("refund"))
    assert (30_00, 20_00, 0) == (captured.authorised_minor, captured.captured_minor, captured.capturable_minor)
    assert [("USD", 88)] == [(fee.amount.currency_code, fee.amount.amount_minor) for fee in taken.fees]
    assert captured.scheme_references.network_transaction_id
    assert ("visa", "4242") == (captured.card.brand, captured.card.last_four)
    flow.soon(lambda: shop.now(made).refunded_minor == 5_00, what=back.refund_id)
    assert [] == flow.items()


def test_a_decline_is_told_with_its_reason(flow: Stage) -> None:
    shop = Shop(flow)

    declined = shop.reaches(shop.pay("pm_card_visa_chargeDeclinedInsufficientFunds"), PAYMENT_STATE_DECLINED)

    assert (DECLINED_FUNDS, "insufficient_funds") == (declined.decline.reason, declined.decline.provider_code)
    assert [] == flow.items()


def test_the_customer_authenticates_at_the_bank_and_the_payment_goes_on(flow: Stage) -> None:
    shop = Shop(flow)
    made = shop.pay(CHALLENGED, return_url="https://shop.example/back")
    asked = shop.reaches(made, PAYMENT_STATE_REQUIRES_ACTION)

    browser = httpx.get(asked.next_action.redirect.url)
    shop.call("PaymentService/ContinuePayment", api.ContinuePaymentRequest(payment_id=made.payment_id))
    shop.reaches(made, PAYMENT_STATE_CAPTURED)

    assert browser.headers["location"].startswith("https://shop.example/back?payment_intent=pi_")
    assert [30_00] == shop.booked("capture")
    assert [] == flow.items()


@pytest.mark.parametrize("kind", ["lost_answer", "error_after", "half_body", "reset"])
def test_an_answer_that_got_lost_is_looked_up_and_paid_once(flow: Stage, kind: Any) -> None:
    shop = Shop(flow, webhooks=False)
    shop.vendor.simulator.fault(Fault(kind), "create_intent")

    shop.reaches(shop.pay(), PAYMENT_STATE_CAPTURED)

    assert [30_00] == shop.booked("capture")
    assert [] == flow.items()


@pytest.mark.parametrize(
    "mode", [Mode(duplicate=1.0), Mode(reverse=True), Mode(drop=1.0)], ids=["twice", "back", "lost"]
)
def test_webhooks_in_any_order_and_number_end_in_the_same_state(flow: Stage, mode: Mode) -> None:
    shop = Shop(flow)
    shop.vendor.simulator.outbox.mode = mode
    made = shop.reaches(shop.pay(manual=True), PAYMENT_STATE_AUTHORISED)

    shop.act(made, "Capture")
    captured = shop.reaches(made, PAYMENT_STATE_CAPTURED)
    again = shop.vendor.simulator.outbox.replay(seed=7)
    if mode.drop < 1:
        flow.read(again)

    assert (30_00, 30_00) == (captured.captured_minor, shop.now(made).captured_minor)
    actions = api.ListPaymentActionsRequest(payment_id=made.payment_id)
    assert 1 == len(flow.client.call("PaymentService/ListPaymentActions", actions).payment_actions)
    assert [] == flow.items()


def test_what_is_void_is_void_here_and_there(flow: Stage) -> None:
    shop = Shop(flow)
    made = shop.reaches(shop.pay(manual=True), PAYMENT_STATE_AUTHORISED)

    shop.act(made, "Void")
    shop.reaches(made, PAYMENT_STATE_VOIDED)

    assert ([], []) == (shop.booked("capture"), flow.items())


def test_an_authorisation_that_nobody_captured_expires(flow: Stage) -> None:
    shop = Shop(flow)
    made = shop.reaches(shop.pay(manual=True), PAYMENT_STATE_AUTHORISED)

    shop.vendor.simulator.move(made.payment_id, "expired")

    shop.reaches(made, PAYMENT_STATE_EXPIRED)
    assert [] == flow.items()


def test_a_captured_payment_is_reversed(flow: Stage) -> None:
    shop = Shop(flow)
    made = shop.reaches(shop.pay(), PAYMENT_STATE_CAPTURED)

    shop.act(made, "Reverse")

    assert [30_00] == shop.booked("refund")
    assert [] == flow.items()


@pytest.mark.parametrize(
    ("text", "state"), [("winning_evidence", DISPUTE_STATE_WON), ("losing_evidence", DISPUTE_STATE_LOST)]
)
def test_a_dispute_is_answered_with_a_document_and_decided(flow: Stage, text: str, state: int) -> None:
    shop = Shop(flow)
    made = shop.pay("pm_card_createDispute")
    dispute = shop.disputed(made)
    evidence = disputes.UpdateDisputeEvidenceRequest(
        dispute_id=dispute.dispute_id, evidence=DisputeEvidence(other_text=text, customer_name="Ada Sample")
    )
    document = disputes.AddDisputeDocumentRequest(
        dispute_id=dispute.dispute_id, type=DISPUTE_DOCUMENT_TYPE_RECEIPT, file_name="receipt.pdf",
        content_type="application/pdf", content=b"%PDF-1.4 sample\n%%EOF\n",
    )  # fmt: skip

    shop.call("DisputeService/UpdateDisputeEvidence", evidence)
    shop.call("DisputeService/AddDisputeDocument", document)
    submit = disputes.SubmitDisputeEvidenceRequest(dispute_id=dispute.dispute_id)
    shop.call("DisputeService/SubmitDisputeEvidence", submit)

    flow.soon(lambda: shop.disputed(made).state == state, what=text)
    assert DISPUTE_REASON_FRAUDULENT == dispute.reason
    assert made.payment_id == dispute.payment_id
    assert 1 == len(shop.vendor.calls("create_file"))


def test_a_dispute_is_accepted(flow: Stage) -> None:
    shop = Shop(flow)
    made = shop.pay("pm_card_createDisputeProductNotReceived")
    accept = disputes.AcceptDisputeRequest(dispute_id=shop.disputed(made).dispute_id)

    shop.call("DisputeService/AcceptDispute", accept)

    flow.soon(lambda: shop.disputed(made).state == DISPUTE_STATE_ACCEPTED, what="the acceptance")


def test_what_the_version_cannot_is_refused_before_the_vendor_hears_of_it(flow: Stage) -> None:
    shop = Shop(flow)
    made = shop.reaches(shop.pay(manual=True), PAYMENT_STATE_AUTHORISED)
    before = len(shop.vendor.simulator.requests)
    more = api.IncrementPaymentRequest(payment_id=made.payment_id, amount=Money(currency_code="USD", amount_minor=1_00))

    refused = people.refused(flow.client, "PaymentService/IncrementPayment", more, key=people.new_key())

    assert refused.reason.endswith("PAYMENT_OPERATION_NOT_SUPPORTED")
    assert before == len(shop.vendor.simulator.requests)
