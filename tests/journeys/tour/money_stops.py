"""Money on the tour: a supplier is paid, customers pay, get some of it back, and dispute a payment."""

import base64
from typing import Any

import httpx

from tests.journeys.tour.tour import Tour
from tests.serving import until

SUPPLIER = {"business": {"legal_name": "Jacquard Looms SARL"}}
ACCOUNT = {"currency_code": "EUR", "iban": {"iban": "FR1420041010050500013M02606"}}
RECEIPT = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n%%EOF\n"


def euros(minor: int) -> dict[str, str]:
    """An amount."""
    return {"currency_code": "EUR", "amount_minor": str(minor)}


def state(tour: Tour, operation_id: str, wanted: str, **path: str) -> Any:
    """A resource once its state ends with a word."""

    def there() -> Any:
        found = tour.ask(operation_id, **path)
        return found if found["state"].endswith(wanted) else None

    return until(there, what=f"{operation_id}: {wanted}")


def payouts(tour: Tour) -> None:
    """A large invoice is held and released, a small one is paid at once, a third is stopped."""
    tour.ask("ValidateBankAccount", bank_account=ACCOUNT)
    supplier = tour.ask("CreateBeneficiary", party=SUPPLIER, bank_account=ACCOUNT)["beneficiary_id"]
    tour.ask("GetBeneficiary", beneficiary_id=supplier)
    limit = {"currency_code": "EUR", "hold_above_minor": "1000000", "refuse_above_minor": "50000000"}
    tour.ask("UpdatePayoutSettings", limits=[limit])
    tour.ask("PatchPayoutSettings", spending_limits=[])
    tour.ask("QuotePayout", beneficiary_id=supplier, amount=euros(4_800_00))

    def pay(minor: int, reference: str) -> str:
        said = {"beneficiary_id": supplier, "amount": euros(minor), "reference": reference}
        return str(tour.ask("CreatePayout", **said, metadata={"invoice": reference[-4:]})["payout_id"])

    held = pay(12_000_00, "Invoice 1841")
    tour.ask("ReleasePayout", payout_id=held)
    stopped = pay(15_000_00, "Invoice 1842")
    tour.ask("CancelPayout", payout_id=stopped)
    paid = pay(4_800_00, "Invoice 1843")
    state(tour, "GetPayout", "_SETTLED", payout_id=held)
    state(tour, "GetPayout", "_SETTLED", payout_id=paid)
    tour.ask("GetPayoutTimeline", payout_id=paid)
    tour.ask("ListPayouts", states=["PAYOUT_STATE_SETTLED"], page_size=2)
    tour.choose("CreateBeneficiary", "CreatePayout", "GetPayout", "ListPayouts")


def payments(tour: Tour, connection: str) -> None:
    """Orders are paid, once there is a way for them: captured in parts, raised, given up, reversed, refunded."""

    def pay(minor: int, token: str = "tok_visa", **more: Any) -> str:
        method = {"token": token, "type": "PAYMENT_METHOD_TYPE_CARD"}
        made = tour.ask("CreatePayment", amount=euros(minor), payment_method=method, **more)
        return str(made["payment_id"])

    def act(operation_id: str, payment_id: str, **values: Any) -> None:
        made = tour.ask(operation_id, payment_id=payment_id, **values)
        action = made["payment_action_id"]
        state(tour, "GetPaymentAction", "_SUCCEEDED", payment_id=payment_id, payment_action_id=action)

    waits = pay(10_00)
    until(lambda: tour.send("RetryPayment", payment_id=waits).status_code == 200, what="a payment that waits")
    tour.ask("SetRoute", domain="payments", mode="ROUTE_MODE_ON", primary_connection_id=connection)
    later = {"capture_method": "CAPTURE_METHOD_MANUAL"}
    given_up = pay(20_00, **later)
    state(tour, "GetPayment", "_AUTHORISED", payment_id=given_up)
    act("VoidPayment", given_up)
    undone = pay(20_00)
    state(tour, "GetPayment", "_CAPTURED", payment_id=undone)
    act("ReversePayment", undone)
    asked = pay(30_00, "tok_step_up", return_url="https://shop.example/back")
    page = state(tour, "GetPayment", "_REQUIRES_ACTION", payment_id=asked)["next_action"]["redirect"]["url"]
    back = httpx.post(page, data={"answer": "pass"}).next_request
    assert back is not None
    tour.ask("ContinuePayment", payment_id=asked, details=dict(back.url.params))
    order = pay(30_00, reference="Order 4711", **later)
    state(tour, "GetPayment", "_AUTHORISED", payment_id=order)
    act("IncrementPayment", order, amount=euros(5_00))
    act("CapturePayment", order, amount=euros(12_00))
    tour.ask("GetPaymentTimeline", payment_id=order)
    tour.ask("ListPaymentActions", payment_id=order)
    tour.choose("CreatePayment", "GetPayment", "GetPaymentAction")
    said = {"payment_id": order, "amount": euros(5_00), "reason": "REFUND_REASON_RETURNED_GOODS"}
    refund = tour.ask("CreateRefund", **said)["refund_id"]
    state(tour, "GetRefund", "_SUCCEEDED", refund_id=refund)
    pay(30_00, reference="Order 4712")


def disputes(tour: Tour) -> None:
    """One dispute is defended with evidence, another is accepted."""

    def disputed(token: str) -> str:
        made = tour.ask("CreatePayment", amount=euros(49_00), payment_method={"token": token})
        payment = made["payment_id"]
        found = until(lambda: tour.ask("ListDisputes", payment_id=payment)["disputes"], what="a dispute")
        return str(found[0]["dispute_id"])

    gave_in = disputed("tok_dispute_duplicate")
    tour.ask("AcceptDispute", dispute_id=gave_in)
    dispute = disputed("tok_dispute_not_received")
    evidence = {"shipping_carrier": "Parcel Post", "shipping_tracking_number": "JD0146", "other_text": "Delivered."}
    tour.ask("UpdateDisputeEvidence", dispute_id=dispute, **evidence)
    tour.ask("PatchDisputeEvidence", dispute_id=dispute, other_text="Delivered and signed for.")
    document = {
        "type": "DISPUTE_DOCUMENT_TYPE_SHIPPING", "file_name": "delivery.pdf", "content_type": "application/pdf",
    }  # fmt: skip
    pages = (base64.b64encode(RECEIPT + page).decode() for page in (b"%1", b"%2"))
    _, second = (tour.ask("AddDisputeDocument", dispute_id=dispute, **document, content=page) for page in pages)
    tour.ask("RemoveDisputeDocument", dispute_id=dispute, dispute_document_id=second["dispute_document_id"])
    tour.ask("SubmitDisputeEvidence", dispute_id=dispute)
    tour.ask("GetDisputeTimeline", dispute_id=dispute)
    tour.ask("GetDispute", dispute_id=dispute)
