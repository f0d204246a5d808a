"""Payouts and beneficiaries to send, and the vendor's objects to read. All names and numbers are made up."""

import json
from typing import Any

from adapters.currencycloud import mapping, simulator_objects
from corridor.payouts.v1.beneficiary_pb2 import Beneficiary
from corridor.payouts.v1.payout_pb2 import Payout
from corridor.type.v1 import rail_pb2
from corridor.type.v1.address_pb2 import Address
from corridor.type.v1.bank_account_pb2 import BankAccount, BicAccount, Iban, UkAccount, UsAccount
from corridor.type.v1.money_pb2 import Money
from corridor.type.v1.party_pb2 import Business, Party, Person

NOW = "2026-11-20T09:30:00+00:00"
THEIR_BENEFICIARY = "509c6dd0-6b26-4fec-930f-937ddc428bba"
CREDENTIALS = {"login_id": "company@example.com", "api_key": "7a3f" * 16}

ADDRESS = Address(
    lines=["1 Example Street", "Floor 2"], city="Springfield", region="IL", postal_code="62701", country_code="US"
)
PERSON = Party(person=Person(given_name="Ada", family_name="Sample"), address=ADDRESS)
BUSINESS = Party(business=Business(legal_name="Sample Works LLC"), address=ADDRESS)

ACCOUNT_OF_RAIL = {
    rail_pb2.RAIL_ACH: BankAccount(
        us=UsAccount(routing_number="021000021", account_number="123456789"), currency_code="USD"
    ),
    rail_pb2.RAIL_SEPA: BankAccount(iban=Iban(iban="DE89370400440532013000", bic="COBADEFFXXX"), currency_code="EUR"),
    rail_pb2.RAIL_FASTER_PAYMENTS: BankAccount(
        uk=UkAccount(sort_code="200000", account_number="55779911"), currency_code="GBP"
    ),
    rail_pb2.RAIL_SWIFT: BankAccount(
        bic=BicAccount(bic="NBOKKWKWXXX", account_number="0001234567"), currency_code="KWD"
    ),
}


def beneficiary(rail: rail_pb2.Rail.ValueType = rail_pb2.RAIL_SEPA, party: Party = PERSON) -> Beneficiary:
    """Somebody whom the rail reaches."""
    return Beneficiary(beneficiary_id="ben_" + "0" * 26, party=party, bank_account=ACCOUNT_OF_RAIL[rail])


def payout(rail: rail_pb2.Rail.ValueType = rail_pb2.RAIL_SEPA, amount_minor: int = 12_345, last: str = "0") -> Payout:
    """A payout by the rail, in the currency of the account that the rail reaches; `last` ends the id."""
    return Payout(
        payout_id="po_01k9h2x000000000000000000" + last,
        amount=Money(currency_code=ACCOUNT_OF_RAIL[rail].currency_code, amount_minor=amount_minor),
        rail=rail,
        reference="Invoice 2026-117",
        statement_text="INVOICE 2026-117",
    )


def payment(status: str = "completed", **changes: Any) -> dict[str, Any]:
    """A payment for the payout above."""
    form = {**mapping.payment(payout(), THEIR_BENEFICIARY), "unique_request_id": payout().payout_id}
    return {**simulator_objects.payment(form, NOW, NOW[:10]), "status": status, **changes}


def notification(status: str = "completed", **changes: Any) -> bytes:
    """A push notification's body about such a payment; `changes` are of its header and its body."""
    made = simulator_objects.notification(payment(status))
    header = {name: value for name, value in changes.items() if name in ("message_type", "notification_type")}
    body = {name: value for name, value in changes.items() if name not in header}
    return json.dumps({"header": {**made["header"], **header}, "body": {**made["body"], **body}}).encode()
