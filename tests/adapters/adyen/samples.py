"""Payouts, payments and disputes to send, and the vendor's items to read. All names and numbers are made up."""

import json
from typing import Any

from adapters.adyen import signatures
from adapters.adyen.simulator import AdyenSimulator
from adapters.kit.ports.webhooks import Inbound
from corridor.payments.v1.dispute_pb2 import Dispute, DisputeDocument, DisputeDocumentType, DisputeEvidence
from corridor.payments.v1.payment_action_pb2 import PaymentAction
from corridor.payments.v1.payment_observation_pb2 import PaymentObservation
from corridor.payments.v1.payment_pb2 import CaptureMethod, Payment, PaymentMethod
from corridor.payments.v1.refund_pb2 import Refund, RefundReason
from corridor.payouts.v1.beneficiary_pb2 import Beneficiary
from corridor.payouts.v1.payout_pb2 import PAYOUT_STATE_SENT, Payout
from corridor.type.v1 import rail_pb2
from corridor.type.v1.address_pb2 import Address
from corridor.type.v1.bank_account_pb2 import BankAccount, BicAccount, Iban, UkAccount, UsAccount
from corridor.type.v1.money_pb2 import Money
from corridor.type.v1.party_pb2 import Business, Party, Person

HMAC_KEY = "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056"
CREDENTIALS = {
    "api_key": "AQE1mhmfxK_7Rk2pQ",
    "merchant_account": "CorridorECOM",
    "balance_account_id": "BA3227C223222B5BLP6JQC3FD",
    "hmac_key": HMAC_KEY,
}
PAYMENT_ID, ACTION_ID, REFUND_ID = "pay_" + "1" * 26, "act_" + "1" * 26, "ref_" + "1" * 26
PAYOUT_ID = "po_" + "1" * 26
TOKEN = "eyJhbGciOiJSU0EtT0FFUCJ9.ZXhhbXBsZQ.ZXhhbXBsZQ"
STORED = "M5N7TQ4TG5PFWR50"

ADDRESS = Address(
    lines=["1 Example Street", "Floor 2", "Door 3"],
    city="Springfield",
    region="IL",
    postal_code="62701",
    country_code="US",
)
PERSON = Party(person=Person(given_name="Ada", family_name="Sample"), address=ADDRESS)
BUSINESS = Party(business=Business(legal_name="Sample Works LLC"), address=ADDRESS)
US = BankAccount(us=UsAccount(routing_number="021000021", account_number="123456789"), currency_code="USD")
IBAN = BankAccount(iban=Iban(iban="DE89370400440532013000", bic="COBADEFFXXX"), currency_code="EUR")
UK = BankAccount(uk=UkAccount(sort_code="20-00-00", account_number="55779911"), currency_code="GBP")
BIC = BankAccount(bic=BicAccount(bic="NBOKKWKWXXX", account_number="0001234567"), currency_code="KWD")
ACCOUNT_OF_RAIL = {
    rail_pb2.RAIL_ACH: US,
    rail_pb2.RAIL_ACH_SAME_DAY: US,
    rail_pb2.RAIL_WIRE: US,
    rail_pb2.RAIL_RTP: US,
    rail_pb2.RAIL_SEPA: IBAN,
    rail_pb2.RAIL_SEPA_INSTANT: IBAN,
    rail_pb2.RAIL_FASTER_PAYMENTS: UK,
    rail_pb2.RAIL_BACS: UK,
    rail_pb2.RAIL_SWIFT: BIC,
}


def payout(rail: "rail_pb2.Rail.ValueType" = rail_pb2.RAIL_SEPA, amount_minor: int = 12_345) -> Payout:
    """A payout by the rail, in the currency of the account that the rail reaches."""
    return Payout(
        payout_id=PAYOUT_ID,
        state=PAYOUT_STATE_SENT,
        amount=Money(currency_code=ACCOUNT_OF_RAIL[rail].currency_code, amount_minor=amount_minor),
        rail=rail,
        reference="Invoice 2026-117",
        statement_text="Invoice 2026-117",
    )


def beneficiary(rail: "rail_pb2.Rail.ValueType" = rail_pb2.RAIL_SEPA, party: Party = PERSON) -> Beneficiary:
    """Somebody whom the rail reaches."""
    return Beneficiary(beneficiary_id="ben_" + "0" * 26, party=party, bank_account=ACCOUNT_OF_RAIL[rail])


def payment(holder: str = "Ada Sample", *, automatic: bool = False, amount_minor: int = 10_000) -> Payment:
    """A payment by what the vendor's form has encrypted."""
    return Payment(
        payment_id=PAYMENT_ID,
        amount=Money(currency_code="EUR", amount_minor=amount_minor),
        payment_method=PaymentMethod(token=TOKEN, holder_name=holder),
        capture_method=CaptureMethod.CAPTURE_METHOD_AUTOMATIC if automatic else CaptureMethod.CAPTURE_METHOD_MANUAL,
        reference="order 117",
        statement_text="SAMPLE SHOP",
        return_url="https://shop.example/back",
    )


def authorised(psp: str, amount_minor: int = 10_000) -> Payment:
    """The same payment once it is authorised."""
    made = payment(amount_minor=amount_minor)
    made.provider_reference = psp
    made.authorised_minor = made.capturable_minor = amount_minor
    return made


def action(amount_minor: int = 0, *, final: bool = False, number: int = 1) -> PaymentAction:
    """Something to be done with a payment."""
    made = PaymentAction(payment_action_id="act_" + str(number) * 26, payment_id=PAYMENT_ID, final_capture=final)
    if amount_minor:
        made.amount.CopyFrom(Money(currency_code="EUR", amount_minor=amount_minor))
    return made


def refund(amount_minor: int = 1_000) -> Refund:
    """A refund of a part."""
    return Refund(
        refund_id=REFUND_ID,
        payment_id=PAYMENT_ID,
        amount=Money(currency_code="EUR", amount_minor=amount_minor),
        reason=RefundReason.REFUND_REASON_DUPLICATE,
    )


def dispute(reference: str, **evidence: str) -> Dispute:
    """A dispute with evidence."""
    return Dispute(
        dispute_id="dsp_" + "1" * 26,
        payment_id=PAYMENT_ID,
        provider_reference=reference,
        evidence=DisputeEvidence(**evidence),
    )


def paper(kind: "DisputeDocumentType.ValueType" = DisputeDocumentType.DISPUTE_DOCUMENT_TYPE_RECEIPT) -> DisputeDocument:
    """A document of the evidence."""
    return DisputeDocument(type=kind, file_name="a.pdf", content_type="application/pdf", content=b"%PDF-1.4 example")


def item(code: str = "AUTHORISATION", **changes: Any) -> dict[str, Any]:
    """An item of a standard webhook, not signed yet. Values that are None are left out."""
    made = {
        "amount": {"currency": "EUR", "value": 1000},
        "eventCode": code,
        "eventDate": "2026-11-20T10:00:00+01:00",
        "merchantAccountCode": "CorridorECOM",
        "merchantReference": PAYMENT_ID,
        "originalReference": None if code == "AUTHORISATION" else "9913140798220028",
        "paymentMethod": "visa",
        "pspReference": "QFQTPCQ8HXSKGK82",
        "reason": "",
        "success": "true",
        **changes,
    }
    return {name: value for name, value in made.items() if value is not None}


def webhook(*items: dict[str, Any], key: str = HMAC_KEY, **beside: Any) -> Inbound:
    """A standard webhook whose items are signed."""
    wrapped = []
    for each in items:
        extra = {**each.get("additionalData", {}), "hmacSignature": signatures.sign_item(each, key)}
        wrapped.append({"NotificationRequestItem": {**each, "additionalData": extra}})
    return Inbound({}, json.dumps({"live": "false", "notificationItems": wrapped, **beside}).encode())


def transfer_webhook(status: str, key: str = HMAC_KEY, **changes: Any) -> Inbound:
    """A transfer webhook that is signed."""
    data = {
        "id": "6JKRLZ8LOT47J7RY",
        "amount": {"currency": "EUR", "value": 12_345},
        "category": "bank",
        "direction": "outgoing",
        "reason": "approved",
        "reference": PAYOUT_ID,
        "sequenceNumber": 2,
        "status": status,
        "type": "bankTransfer",
        **changes,
    }
    body = json.dumps({"data": data, "environment": "test", "type": "balancePlatform.transfer.updated"}).encode()
    return Inbound({"hmacsignature": signatures.BODY.sign(body, key)}, body)


def back_from(asked: PaymentObservation, simulator: AdyenSimulator) -> dict[str, str]:
    """What the customer's browser brings back after they have passed what was asked of them."""
    assert asked.next_action.WhichOneof("kind")
    (waiting,) = [each for each in simulator.store.all("payment") if each["result"] == asked.provider_state]
    return {"redirectResult": f"{waiting['psp']}!passed"}
