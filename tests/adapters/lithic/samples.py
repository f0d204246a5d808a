"""Payouts and beneficiaries to send, and the vendor's payments to read. All names and numbers are made up.

`PUBLISHED` is the exception: the vendor's own example of a credit, from its OpenAPI document (1.0.0, read 2026-11).
"""

from typing import Any

from adapters.lithic import accounts, mapping, simulator_objects
from corridor.payouts.v1.beneficiary_pb2 import Beneficiary
from corridor.payouts.v1.payout_pb2 import Payout
from corridor.type.v1 import rail_pb2
from corridor.type.v1.bank_account_pb2 import BankAccount, UsAccount
from corridor.type.v1.money_pb2 import Money
from corridor.type.v1.party_pb2 import Business, Party, Person

NOW = "2026-11-20T09:30:00Z"
PAYOUT_ID = "po_01k9h2x0000000000000000000"
PAID_FROM = "0d6b1b9f-b90f-4f03-9c45-8930d5a6aac0"
PAID_TO = "feb4fee1-2414-4c38-a5f6-9deac293c8f4"
CREDENTIALS = {
    "api_key": "key-7Rk2pQ",
    "financial_account_token": PAID_FROM,
    "verification_method": "EXTERNALLY_VERIFIED",
}
AUTHORIZATION = {"Authorization": CREDENTIALS["api_key"]}

PERSON = Party(person=Person(given_name="Zoë", family_name="Sample"))
BUSINESS = Party(business=Business(legal_name="Sample Works LLC"))

PUBLISHED: dict[str, Any] = {
    "family": "PAYMENT",
    "status": "PENDING",
    "token": "bd4efddb-771b-49e3-9af9-49b077ab5eb8",
    "created": "2025-10-27T20:12:22Z",
    "updated": "2025-10-27T20:12:25Z",
    "category": "ACH",
    "result": "APPROVED",
    "method_attributes": {"sec_code": "CCD", "return_reason_code": None, "ach_hold_period": 1, "retries": 0,
                          "company_id": "1111111111", "receipt_routing_number": None, "recipient_name": None,
                          "trace_numbers": [], "addenda": None},
    "financial_account_token": "35b0c466-a3e3-519a-9549-ead6a6a2277d",
    "external_bank_account_token": "feb4fee1-2414-4c38-a5f6-9deac293c8f4",
    "direction": "CREDIT",
    "source": "LITHIC",
    "method": "ACH_NEXT_DAY",
    "settled_amount": 0,
    "pending_amount": -1588,
    "currency": "USD",
    "events": [
        {"amount": -1588, "type": "ACH_ORIGINATION_INITIATED", "result": "APPROVED", "created": "2025-10-27T20:12:22Z",
         "token": "327dccc3-fe42-54d2-962c-7f8135805464", "detailed_results": ["APPROVED"]},
        {"amount": -1588, "type": "ACH_ORIGINATION_REVIEWED", "result": "APPROVED", "created": "2025-10-27T20:12:25Z",
         "token": "f9165477-7cfc-53c6-98f1-84e9ec856a60", "detailed_results": ["APPROVED"]},
    ],
    "descriptor": "ach_origination_credit",
    "user_defined_id": None,
    "expected_release_date": None,
    "related_account_tokens": None,
    "type": "ORIGINATION_CREDIT",
}  # fmt: skip


def beneficiary(party: Party = PERSON, number: str = "123-456789") -> Beneficiary:
    """Somebody with an account in the United States."""
    account = UsAccount(routing_number="021000021", account_number=number)
    return Beneficiary(
        beneficiary_id="ben_" + "0" * 26, party=party, bank_account=BankAccount(us=account, currency_code="USD")
    )


def payout(rail: rail_pb2.Rail.ValueType = rail_pb2.RAIL_ACH, amount_minor: int = 12_345) -> Payout:
    """A payout by the rail."""
    return Payout(
        payout_id=PAYOUT_ID,
        amount=Money(currency_code="USD", amount_minor=amount_minor),
        rail=rail,
        reference="Invoice 2026-117",
        statement_text="Invoice 2026-117",
    )


def account_body() -> dict[str, Any]:
    """The body of a right request for an external bank account."""
    return accounts.account_request(beneficiary(), "EXTERNALLY_VERIFIED")


def payment_body() -> dict[str, Any]:
    """The body of a right request for a payment."""
    token = mapping.payment_token(PAYOUT_ID)
    return mapping.payment_request(payout(), beneficiary(), token=token, paid_from=PAID_FROM, paid_to=PAID_TO)


def payment(*events: str, status: str = "PENDING", code: str | None = None, **changes: Any) -> dict[str, Any]:
    """A payment with these events after its first one; a word after a colon is why an event was declined."""
    made = simulator_objects.payment(payment_body(), NOW)
    told = [each.partition(":") for each in ("ACH_ORIGINATION_INITIATED", *events)]
    made["events"] = [simulator_objects.event(kind, -12_345, NOW, why) for kind, _, why in told]
    made["method_attributes"]["return_reason_code"] = code
    return {**made, "status": status, **changes}
