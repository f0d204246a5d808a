"""Payouts and beneficiaries to send, and the vendor's objects to read. All names and numbers are made up."""

from datetime import date
from typing import Any

from adapters.modern_treasury import mapping, simulator_objects
from corridor.payouts.v1.beneficiary_pb2 import Beneficiary
from corridor.payouts.v1.payout_pb2 import Payout
from corridor.type.v1 import rail_pb2
from corridor.type.v1.address_pb2 import Address
from corridor.type.v1.bank_account_pb2 import BankAccount, BicAccount, Iban, UkAccount, UsAccount
from corridor.type.v1.money_pb2 import Money
from corridor.type.v1.party_pb2 import Business, Party, Person

NOW = "2026-11-20T09:30:00Z"
ORIGINATING_ACCOUNT = "0f8e3719-3dfd-4613-9bbf-c0333781b59f"
CREDENTIALS = {
    "organization_id": "org_example",
    "api_key": "test-7Rk2pQ",
    "originating_account_id": ORIGINATING_ACCOUNT,
}

ADDRESS = Address(
    lines=["1 Example Street", "Floor 2", "Door 3"],
    city="Springfield",
    region="IL",
    postal_code="62701",
    country_code="US",
)
PERSON = Party(person=Person(given_name="Ada", family_name="Sample"), address=ADDRESS)
BUSINESS = Party(business=Business(legal_name="Sample Works LLC"), address=ADDRESS)

US_ACCOUNT = BankAccount(us=UsAccount(routing_number="021000021", account_number="123456789"), currency_code="USD")
IBAN_ACCOUNT = BankAccount(iban=Iban(iban="DE89370400440532013000", bic="COBADEFFXXX"), currency_code="EUR")
UK_ACCOUNT = BankAccount(uk=UkAccount(sort_code="200000", account_number="55779911"), currency_code="GBP")
BIC_ACCOUNT = BankAccount(bic=BicAccount(bic="NBOKKWKWXXX", account_number="0001234567"), currency_code="KWD")

ACCOUNT_OF_RAIL = {
    rail_pb2.RAIL_ACH: US_ACCOUNT,
    rail_pb2.RAIL_ACH_SAME_DAY: US_ACCOUNT,
    rail_pb2.RAIL_WIRE: US_ACCOUNT,
    rail_pb2.RAIL_RTP: US_ACCOUNT,
    rail_pb2.RAIL_SEPA: IBAN_ACCOUNT,
    rail_pb2.RAIL_FASTER_PAYMENTS: UK_ACCOUNT,
    rail_pb2.RAIL_BACS: UK_ACCOUNT,
    rail_pb2.RAIL_SWIFT: BIC_ACCOUNT,
}


def beneficiary(rail: rail_pb2.Rail.ValueType = rail_pb2.RAIL_ACH, party: Party = PERSON) -> Beneficiary:
    """Somebody whom the rail reaches."""
    return Beneficiary(beneficiary_id="ben_" + "0" * 26, party=party, bank_account=ACCOUNT_OF_RAIL[rail])


def payout(rail: rail_pb2.Rail.ValueType = rail_pb2.RAIL_ACH, amount_minor: int = 12_345) -> Payout:
    """A payout by the rail, in the currency of the account that the rail reaches."""
    return Payout(
        payout_id="po_01k9h2x0000000000000000000",
        amount=Money(currency_code=ACCOUNT_OF_RAIL[rail].currency_code, amount_minor=amount_minor),
        rail=rail,
        reference="Invoice 2026-117",
        statement_text="Invoice 2026-117",
    )


def create_body() -> dict[str, Any]:
    """The body of a right request to create a payment order."""
    return mapping.payment_order(payout(), beneficiary(), ORIGINATING_ACCOUNT)


def order(status: str = "completed", **changes: Any) -> dict[str, Any]:
    """A payment order as the vendor shows it: every field that its document requires."""
    request = create_body()
    account = simulator_objects.external_account(request["receiving_account"], NOW)
    made = simulator_objects.payment_order(request, account, status, date(2026, 11, 20), NOW)
    return {**made, **changes}


def payment_return(code: str | None = "R03", **changes: Any) -> dict[str, Any]:
    """A return of such an order."""
    return {**simulator_objects.payment_return(order(), code, NOW), **changes}
