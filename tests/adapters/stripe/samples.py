"""Payments, refunds, disputes and payouts to send, and the vendor's objects to read. All names and numbers are made up.

The vendor's objects come from its published fixtures (fixtures3.json of the version 2023-08-16, read 2026-11).
"""

import functools
import itertools
import json
from typing import Any

from adapters.stripe import wire
from corridor.payments.v1.dispute_pb2 import (
    DISPUTE_DOCUMENT_TYPE_RECEIPT,
    Dispute,
    DisputeDocument,
    DisputeDocumentType,
    DisputeEvidence,
)
from corridor.payments.v1.payment_action_pb2 import PaymentAction, PaymentActionKind
from corridor.payments.v1.payment_pb2 import (
    CAPTURE_METHOD_AUTOMATIC,
    CAPTURE_METHOD_MANUAL,
    Payment,
    PaymentMethod,
)
from corridor.payments.v1.refund_pb2 import REFUND_REASON_REQUESTED_BY_CUSTOMER, Refund
from corridor.payouts.v1.beneficiary_pb2 import Beneficiary
from corridor.payouts.v1.payout_pb2 import Payout
from corridor.type.v1 import rail_pb2
from corridor.type.v1.bank_account_pb2 import BankAccount, BicAccount, Iban, UkAccount, UsAccount
from corridor.type.v1.money_pb2 import Money
from corridor.type.v1.party_pb2 import Business, Party
from tests import corpora

ACCOUNT = "acct_51ExampleAccount"
CREDENTIALS = {
    "secret_key": "sk_test_51ExampleAccount7Rk2pQ",
    "account_id": ACCOUNT,
    "webhook_secret": "whsec_example",
}
_numbers = itertools.count(1)

US_ACCOUNT = BankAccount(us=UsAccount(routing_number="110000000", account_number="000123456789"), currency_code="USD")
IBAN_ACCOUNT = BankAccount(iban=Iban(iban="DE89370400440532013000", bic="COBADEFFXXX"), currency_code="EUR")
UK_ACCOUNT = BankAccount(uk=UkAccount(sort_code="108800", account_number="00012345"), currency_code="GBP")
BIC_ACCOUNT = BankAccount(bic=BicAccount(bic="CHASUS33", account_number="000123456789"), currency_code="USD")

ACCOUNT_OF_RAIL = {
    rail_pb2.RAIL_ACH: US_ACCOUNT,
    rail_pb2.RAIL_SEPA: IBAN_ACCOUNT,
    rail_pb2.RAIL_BACS: UK_ACCOUNT,
}


def new_id(prefix: str) -> str:
    """An id in our form that nothing else has."""
    return f"{prefix}_{next(_numbers):026d}"


def payment(
    amount_minor: int = 12_345, currency: str = "USD", *, token: str = "pm_card_visa", automatic: bool = False
) -> Payment:
    """A payment as the server hands it to an adapter."""
    return Payment(
        payment_id=new_id("pay"),
        amount=Money(currency_code=currency, amount_minor=amount_minor),
        payment_method=PaymentMethod(token=token, holder_name="Ada Sample"),
        capture_method=CAPTURE_METHOD_AUTOMATIC if automatic else CAPTURE_METHOD_MANUAL,
        reference="Order 4711",
        statement_text="SAMPLE WORKS",
        return_url="https://shop.example/back?basket=1",
        revision=1,
    )


def action(of: Payment, kind: PaymentActionKind.ValueType, amount_minor: int = 0) -> PaymentAction:
    """Something to be done with a payment."""
    made = PaymentAction(payment_action_id=new_id("act"), payment_id=of.payment_id, kind=kind)
    if amount_minor:
        made.amount.CopyFrom(Money(currency_code=of.amount.currency_code, amount_minor=amount_minor))
    return made


def refund(of: Payment, amount_minor: int) -> Refund:
    """A refund of a part of a payment."""
    return Refund(
        refund_id=new_id("ref"),
        payment_id=of.payment_id,
        amount=Money(currency_code=of.amount.currency_code, amount_minor=amount_minor),
        reason=REFUND_REASON_REQUESTED_BY_CUSTOMER,
    )


def evidence() -> DisputeEvidence:
    """Evidence with every field that the vendor has."""
    skipped = {"defence_reason_code", "shipping_date", "service_date"}
    found = DisputeEvidence(shipping_date="2026-11-02", service_date="2026-11-03")
    for field in DisputeEvidence.DESCRIPTOR.fields:
        if field.name not in skipped:
            setattr(found, field.name, f"Sample {field.name}")
    return found


def document(kind: DisputeDocumentType.ValueType = DISPUTE_DOCUMENT_TYPE_RECEIPT) -> DisputeDocument:
    """A document of the evidence."""
    return DisputeDocument(
        dispute_document_id=new_id("doc"),
        type=kind,
        file_name="receipt.pdf",
        content_type="application/pdf",
        content=b"%PDF-1.4 sample",
    )


def dispute(reference: str) -> Dispute:
    """A dispute as the server hands it to an adapter."""
    return Dispute(dispute_id=new_id("dsp"), provider_reference=reference, evidence=evidence())


def beneficiary(account: BankAccount = US_ACCOUNT) -> Beneficiary:
    """The company itself, at one of its banks."""
    party = Party(business=Business(legal_name="Sample Works LLC"))
    return Beneficiary(beneficiary_id="ben_" + "0" * 26, party=party, bank_account=account)


def payout(rail: rail_pb2.Rail.ValueType = rail_pb2.RAIL_ACH, amount_minor: int = 12_345) -> Payout:
    """A payout by the rail, in the currency of the account that the rail reaches."""
    return Payout(
        payout_id=new_id("po"),
        amount=Money(currency_code=ACCOUNT_OF_RAIL[rail].currency_code, amount_minor=amount_minor),
        rail=rail,
        reference="Invoice 2026-117",
        statement_text="Invoice 2026-117",
    )


@functools.cache
def _published() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(corpora.path("stripe/2023-08-16/fixtures3.json").read_text())["resources"]
    return found


def published(kind: str, **changes: Any) -> dict[str, Any]:
    """One of the vendor's own fixtures, changed."""
    return {**_published()[kind], **changes}


def event(kind: str, of: Any, **changes: Any) -> bytes:
    """A webhook's body."""
    whole = {
        "id": "evt_1NnmXEGPxmnHQRkJO3bak93X", "object": "event", "api_version": wire.API_VERSION,
        "created": 1_795_000_000, "data": {"object": of}, "livemode": False, "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None}, "type": kind, **changes,
    }  # fmt: skip
    return json.dumps(whole).encode()
