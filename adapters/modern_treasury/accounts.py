"""A beneficiary in the vendor's words: the external account that is made along with a payment order.

Nothing is dropped: what the vendor has no field for is joined to the field beside it.
"""

from typing import Any

from corridor.payouts.v1.beneficiary_pb2 import Beneficiary
from corridor.type.v1.bank_account_pb2 import US_ACCOUNT_TYPE_SAVINGS, BankAccount
from corridor.type.v1.party_pb2 import Party


def receiving_account(beneficiary: Beneficiary) -> dict[str, Any]:
    """The beneficiary as an external account made along with the order."""
    party = beneficiary.party
    number, bank = _account(beneficiary.bank_account)
    account: dict[str, Any] = {
        "party_name": _name(party),
        "party_type": "business" if party.WhichOneof("kind") == "business" else "individual",
        "party_address": _address(party),
        "account_type": _account_type(beneficiary.bank_account),
        "account_details": [number],
        "routing_details": [bank] if bank["routing_number"] else [],
    }
    return {name: value for name, value in account.items() if value}


def _account(account: BankAccount) -> tuple[dict[str, str], dict[str, str]]:
    """The vendor's two halves of an account: its number, and its bank's number (empty where there is none)."""
    number, number_type, bank, bank_type = {
        "iban": (account.iban.iban, "iban", account.iban.bic, "swift"),
        "us": (account.us.account_number, "other", account.us.routing_number, "aba"),
        "uk": (account.uk.account_number, "other", account.uk.sort_code, "gb_sort_code"),
        "bic": (account.bic.account_number, "other", account.bic.bic, "swift"),
    }[str(account.WhichOneof("number"))]
    return (
        {"account_number": number, "account_number_type": number_type},
        {"routing_number": bank, "routing_number_type": bank_type},
    )


def _account_type(account: BankAccount) -> str:
    if account.WhichOneof("number") != "us":
        return ""  # the vendor's kinds of account are American; elsewhere its default stands
    return "savings" if account.us.account_type == US_ACCOUNT_TYPE_SAVINGS else "checking"


def _name(party: Party) -> str:
    person = party.person
    return party.business.legal_name or f"{person.given_name} {person.family_name}".strip()


def _address(party: Party) -> dict[str, str]:
    address = party.address
    first, *others = address.lines or [""]
    fields = {
        "line1": first,
        "line2": ", ".join(others),
        "locality": address.city,
        "region": address.region,
        "postal_code": address.postal_code,
        "country": address.country_code,
    }
    return {name: value for name, value in fields.items() if value}
