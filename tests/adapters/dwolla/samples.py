"""Payouts and beneficiaries to send, and the vendor's objects to read. All names and numbers are made up."""

import json
from typing import Any

from adapters.dwolla import simulator_objects
from corridor.payouts.v1.beneficiary_pb2 import Beneficiary
from corridor.payouts.v1.payout_pb2 import Payout
from corridor.type.v1 import rail_pb2
from corridor.type.v1.bank_account_pb2 import US_ACCOUNT_TYPE_SAVINGS, BankAccount, UsAccount
from corridor.type.v1.money_pb2 import Money
from corridor.type.v1.party_pb2 import Business, Party, Person

BASE = "https://api-sandbox.dwolla.com"
NOW = "2026-11-20T09:30:00.000Z"
ACCOUNT_ID = "ad5f2162-404a-4c4c-994e-6ab6c3a13254"
SOURCE_ID = "c91d6516-1855-4d36-be7c-bc78cc7c52c3"
DESTINATION_ID = "e3103a12-63b5-4d5e-a0be-20ae2ee22264"
CREDENTIALS = {
    "client_id": "application-example",
    "client_secret": "secret-7Rk2pQ",
    "account_id": ACCOUNT_ID,
    "funding_source_id": SOURCE_ID,
    "email_domain": "beneficiaries.example",
}

PERSON = Party(person=Person(given_name="Ada", family_name="Sample"))
BUSINESS = Party(business=Business(legal_name="Sample Works LLC"))


def beneficiary(party: Party = PERSON, number: str = "123456789", last: str = "0") -> Beneficiary:
    """Somebody with an account in the United States; `last` ends the id."""
    account = BankAccount(us=UsAccount(routing_number="021000021", account_number=number), currency_code="USD")
    return Beneficiary(beneficiary_id="ben_" + "0" * 25 + last, party=party, bank_account=account)


def savings() -> Beneficiary:
    """Somebody with a savings account."""
    made = beneficiary(last="9")
    made.bank_account.us.account_type = US_ACCOUNT_TYPE_SAVINGS
    return made


def payout(rail: rail_pb2.Rail.ValueType = rail_pb2.RAIL_ACH, amount_minor: int = 12_345, last: str = "0") -> Payout:
    """A payout in USD; `last` ends the id."""
    return Payout(
        payout_id="po_01k9h2x000000000000000000" + last,
        amount=Money(currency_code="USD", amount_minor=amount_minor),
        rail=rail,
        reference="Invoice 2026-117",
        statement_text="Invoice 2026-117",
    )


def transfer(status: str = "processed", **changes: Any) -> dict[str, Any]:
    """A transfer for the payout above."""
    request = {
        "_links": {
            "source": {"href": f"{BASE}/funding-sources/{SOURCE_ID}"},
            "destination": {"href": f"{BASE}/funding-sources/{DESTINATION_ID}"},
        },
        "amount": {"value": "123.45", "currency": "USD"},
        "correlationId": payout().payout_id,
    }
    made = simulator_objects.transfer(request, ACCOUNT_ID, "5b29279d-6359-4c87-a318-e09095532733", BASE, NOW)
    return {**made, "status": status, **changes}


def failure(code: str = "R03", *, at_source: bool = False, **changes: Any) -> dict[str, Any]:
    """Why such a transfer has failed."""
    return {**simulator_objects.failure(transfer("failed"), code, at_source=at_source), **changes}


def event(topic: str = "transfer_completed", **changes: Any) -> bytes:
    """A webhook's body about such a transfer."""
    made = simulator_objects.event(topic, transfer(), BASE, ACCOUNT_ID, NOW)
    return json.dumps({**made, **changes}).encode()
