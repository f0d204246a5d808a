"""What the vendor's 4xx answers mean: whose fault a refused field is, and what is there already.

The vendor's message never leaves here: it may repeat what the customer wrote.
"""

from collections.abc import Mapping
from typing import Any

from adapters.kit.errors import FieldProblem, Misconfigured, ProviderError, Rejected

_ACCOUNT = FieldProblem("beneficiary.bank_account", "The account details are not ones that the provider can pay to.")
_NAME = FieldProblem("beneficiary.party", "The name is missing, or not one that the provider takes.")
_ADDRESS = FieldProblem("beneficiary.party.address", "The provider asks for more of the address, or another one.")
_AMOUNT = FieldProblem("amount", "The amount is not one that the provider takes.")
_REFERENCE = FieldProblem("reference", "The provider cannot carry this reference.")

# The category of an error, and the customer's field that it is about. Every other category is about what we built or
# how the account is set up, also `currency`: what the account does not pay is a wrong route.
FIELDS: dict[str, FieldProblem] = {
    "amount": _AMOUNT,
    "reference": _REFERENCE,
    "account_number": _ACCOUNT,
    "iban": _ACCOUNT,
    "bic_swift": _ACCOUNT,
    "routing_code": _ACCOUNT,
    "routing_code_value_1": _ACCOUNT,
    "bank_country": _ACCOUNT,
    "bank_account_holder_name": _NAME,
    "beneficiary_company_name": _NAME,
    "beneficiary_first_name": _NAME,
    "beneficiary_last_name": _NAME,
    "beneficiary_address": _ADDRESS,
    "beneficiary_city": _ADDRESS,
    "beneficiary_state_or_province": _ADDRESS,
    "beneficiary_postcode": _ADDRESS,
    "beneficiary_country": _ADDRESS,
    "beneficiary_country_code": _ADDRESS,
}


def error_code(answer: Any) -> object:
    """The vendor's word for an error: the first of its detailed ones, else that of the whole request."""
    found = _errors(answer)
    return found[0][1] if found else (answer.get("error_code", "") if isinstance(answer, dict) else "")


def refusal(status: int, answer: Any) -> ProviderError | None:
    """What a 400 means, where it means more than its status does."""
    if status != 400:
        return None
    for category, code in _errors(answer):
        if category in FIELDS:
            return Rejected(f"the provider refused {FIELDS[category].field}", code=code, problems=[FIELDS[category]])
    return None


def login(status: int, answer: Any) -> ProviderError | None:
    """What a 400 to a login means: the login id or key cannot be one."""
    return Misconfigured(f"the login was refused: HTTP {status}", credentials=True) if status == 400 else None


def is_duplicate(status: int, answer: Any) -> bool:
    """Whether what was asked for has been made under this key already."""
    return status == 400 and any(code == "duplicate_request" for _, code in _errors(answer))


def is_absent(status: int, answer: Any) -> bool:
    """Whether the vendor has no such payment. A 404 without its word comes from somebody else on the way."""
    return status == 404 and any(code == "payment_not_found" for _, code in _errors(answer))


def _errors(answer: Any) -> list[tuple[str, str]]:
    """Category and code of each detailed error, in the vendor's order."""
    messages = answer.get("error_messages") if isinstance(answer, dict) else None
    if not isinstance(messages, Mapping):
        return []
    return [
        (str(category), str(each.get("code", "")))
        for category, found in messages.items()
        if isinstance(found, list)
        for each in found
        if isinstance(each, Mapping)
    ]
