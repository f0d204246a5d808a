"""A beneficiary in the vendor's words. Nothing is dropped: what has no field of its own is joined to the one beside it.

The vendor keeps beneficiaries; ours never change, so one of theirs stands for one of ours and one way of paying.
"""

from collections.abc import Mapping

from adapters.kit.errors import FieldProblem, Rejected
from corridor.payouts.v1.beneficiary_pb2 import Beneficiary
from corridor.type.v1.bank_account_pb2 import US_ACCOUNT_TYPE_SAVINGS, BankAccount
from corridor.type.v1.party_pb2 import Party


def external_reference(beneficiary: Beneficiary, payment_type: str) -> str:
    """By what the vendor's beneficiary is found again."""
    return f"{beneficiary.beneficiary_id}-{payment_type}"


def fields(beneficiary: Beneficiary, payment_type: str) -> dict[str, str]:
    """The fields of a new beneficiary. Empty values are left out rather than sent as empty."""
    party, account = beneficiary.party, beneficiary.bank_account
    reference = external_reference(beneficiary, payment_type)
    made = {
        "name": reference,  # a nickname that only the vendor's dashboard shows
        "bank_account_holder_name": _name(party),
        "bank_country": _bank_country(account),
        "currency": account.currency_code,
        **_person_or_company(party),
        **_address(party),
        **_numbers(account),
        "payment_types[]": payment_type,
        "beneficiary_external_reference": reference,
    }
    return {name: value for name, value in made.items() if value}


def _name(party: Party) -> str:
    person = party.person
    return party.business.legal_name or f"{person.given_name} {person.family_name}".strip()


def _person_or_company(party: Party) -> Mapping[str, str]:
    if party.WhichOneof("kind") == "business":
        return {"beneficiary_entity_type": "company", "beneficiary_company_name": party.business.legal_name}
    return {
        "beneficiary_entity_type": "individual",
        "beneficiary_first_name": party.person.given_name,
        "beneficiary_last_name": party.person.family_name,
    }


def _address(party: Party) -> Mapping[str, str]:
    address = party.address
    if len(address.postal_code) > 12:
        problem = FieldProblem("beneficiary.party.address", "The provider takes postal codes of up to 12 characters.")
        raise Rejected("the postal code is too long for the provider", problems=[problem])
    return {
        "beneficiary_address": ", ".join(address.lines),
        "beneficiary_city": address.city,
        "beneficiary_state_or_province": address.region,
        "beneficiary_postcode": address.postal_code,
        "beneficiary_country": address.country_code,
    }


def _numbers(account: BankAccount) -> Mapping[str, str]:
    match account.WhichOneof("number"):
        case "iban":
            return {"iban": account.iban.iban, "bic_swift": account.iban.bic}
        case "us":
            savings = account.us.account_type == US_ACCOUNT_TYPE_SAVINGS
            return {
                "account_number": account.us.account_number,
                "routing_code_type_1": "aba",
                "routing_code_value_1": account.us.routing_number,
                "bank_account_type": "savings" if savings else "checking",
            }
        case "uk":
            return {
                "account_number": account.uk.account_number,
                "routing_code_type_1": "sort_code",
                "routing_code_value_1": account.uk.sort_code,
            }
        case _:
            return {"account_number": account.bic.account_number, "bic_swift": account.bic.bic}


def _bank_country(account: BankAccount) -> str:
    """The country in which the account is: the first letters of an IBAN, or those after a BIC's bank (ISO 9362)."""
    return {
        "iban": account.iban.iban[:2],
        "us": "US",
        "uk": "GB",
        "bic": account.bic.bic[4:6],
    }[str(account.WhichOneof("number"))]
