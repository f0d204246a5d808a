"""What the vendor's 4xx answers mean: whose fault a refused parameter is.

The vendor's message never leaves here: it may repeat what the customer wrote.
"""

import re
from collections.abc import Mapping
from typing import Any

from adapters.kit.errors import FieldProblem, ProviderError, Rejected, Unknown

# errors.parameter, its last segment: the customer's fields. Every other parameter is about what we built, also
# `currency`: the account that pays is the connection's, so a currency that it does not pay is a wrong route.
PARAMETERS: dict[str, FieldProblem] = {
    "amount": FieldProblem("amount", "The amount is not one that the provider or the rail takes."),
    "statement_descriptor": FieldProblem("reference", "The rail cannot carry this reference."),
    "remittance_information": FieldProblem("reference", "The rail cannot carry this reference."),
    "account_number": FieldProblem("beneficiary.bank_account", "The account number is not valid."),
    "account_details": FieldProblem("beneficiary.bank_account", "The account number is not valid."),
    "routing_number": FieldProblem("beneficiary.bank_account", "The bank is not known, or not reached by this rail."),
    "routing_details": FieldProblem("beneficiary.bank_account", "The bank is not known, or not reached by this rail."),
    "party_name": FieldProblem("beneficiary.party", "The name is not one that the rail can carry."),
    "party_address": FieldProblem("beneficiary.party.address", "The rail asks for a complete address."),
}


def error_code(answer: Any) -> object:
    """The vendor's word for an error."""
    return _error(answer).get("code", "")


def refusal(status: int, answer: Any) -> ProviderError | None:
    """What a 4xx answer to a create request means, where it means more than its status does."""
    error = _error(answer)
    code, parameter = error.get("code"), str(error.get("parameter", ""))
    field = re.split(r"[^a-z_]+", parameter.rstrip("]"))[-1]
    if status not in (400, 422) or code not in ("parameter_invalid", "parameter_missing"):
        return None
    if field == "external_id":
        return Unknown("the provider has a payment order with this payout's id", code=code)
    problem = PARAMETERS.get(field)
    return Rejected(f"the provider refused {problem.field}", code=code, problems=[problem]) if problem else None


def _error(answer: Any) -> Mapping[str, Any]:
    errors = answer.get("errors") if isinstance(answer, dict) else None
    return errors if isinstance(errors, dict) else {}
