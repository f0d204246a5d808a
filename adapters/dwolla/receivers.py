"""Who receives: a beneficiary in the vendor's words, as a receive-only customer with one bank account.

Nothing is shortened silently: what the vendor has no room for is refused before it is sent.
"""

from typing import Any

from adapters.kit.errors import FieldProblem, Rejected
from corridor.payouts.v1.beneficiary_pb2 import Beneficiary
from corridor.type.v1.bank_account_pb2 import US_ACCOUNT_TYPE_SAVINGS

NAME_LIMIT = 50
"""The longest first or last name, in characters (developers.dwolla.com/api-reference/customers, read 2026-11)."""

# The vendor asks for a person also where a business receives; ours has none to name.
CONTACT = ("Accounts", "Receivable")


def email(beneficiary: Beneficiary, domain: str) -> str:
    """The address under which the customer is kept: required by the vendor, unique there, and the company's own."""
    return f"{beneficiary.beneficiary_id.replace('_', '-')}@{domain}"


def customer(beneficiary: Beneficiary, address: str) -> dict[str, str]:
    """The body of a request for a receive-only customer: one who is paid, and cannot send."""
    party = beneficiary.party
    is_business = party.WhichOneof("kind") == "business"
    first, last = CONTACT if is_business else (party.person.given_name, party.person.family_name)
    if max(len(first), len(last)) > NAME_LIMIT:
        problem = FieldProblem("beneficiary.party", f"The provider takes names of up to {NAME_LIMIT} characters.")
        raise Rejected("the name is too long for the provider", problems=[problem])
    return {
        "firstName": first,
        "lastName": last,
        "email": address,
        "type": "receive-only",
        **({"businessName": party.business.legal_name} if is_business else {}),
        "correlationId": beneficiary.beneficiary_id,
    }


def bank_account(beneficiary: Beneficiary) -> dict[str, Any]:
    """The body of a request for the customer's funding source: the account that receives."""
    if beneficiary.bank_account.WhichOneof("number") != "us":
        problem = FieldProblem("beneficiary.bank_account", "The provider pays to accounts in the United States.")
        raise Rejected("not an account that the provider reaches", problems=[problem])
    account, party = beneficiary.bank_account.us, beneficiary.party
    name = party.business.legal_name or f"{party.person.given_name} {party.person.family_name}"
    return {
        "routingNumber": account.routing_number,
        "accountNumber": account.account_number,
        "bankAccountType": "savings" if account.account_type == US_ACCOUNT_TYPE_SAVINGS else "checking",
        # A nickname that only the dashboard shows, of at most 50 characters; in the vendor's sandbox it is magic.
        "name": name[:NAME_LIMIT],
    }
