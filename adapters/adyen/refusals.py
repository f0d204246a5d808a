"""What the vendor's errors mean: whose fault a 4xx is, and which of them do not say that nothing was done.

The vendor's messages never leave here: they may repeat what the customer wrote.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.kit.errors import FieldProblem, ProviderError, Rejected, Unknown

TOKEN, AMOUNT = "payment_method.token", "amount.amount_minor"

# errorCode of a 4xx about the customer's data, after docs.adyen.com/development-resources/error-codes, of which a part
# was read in 2026-11; the others are unconfirmed, and at worst call our fault the customer's.
# Every other code is about what we built, or about how the vendor's account is set up.
CODES: Mapping[str, tuple[str, str]] = {
    **dict.fromkeys(("101", "102", "103", "129", "140", "141", "153"), (TOKEN, "The card's data are not valid.")),
    **dict.fromkeys(("172", "174", "175"), (TOKEN, "The encrypted data cannot be read, or are too old.")),
    **dict.fromkeys(("800", "803"), (TOKEN, "There is no such stored payment method.")),
    "137": (AMOUNT, "The amount is not one that the provider takes."),
    "14_030": ("return_url", "The provider needs to know where the customer comes back to."),
}

# The key's first request is still under way, or was taken: "request already processed or in progress".
# docs.adyen.com/development-resources/api-idempotency and public issue threads of the vendor's, read 2026-11.
UNSURE = frozenset(("703", "704"))

# invalidFields[].name of a transfer, by how it begins: the customer's fields. The first that fits counts.
TRANSFER_FIELDS: Sequence[tuple[str, FieldProblem]] = (
    ("counterparty.bankAccount.accountHolder.address", FieldProblem(
        "beneficiary.party.address", "The rail asks for a complete address.")),
    ("counterparty.bankAccount.accountHolder", FieldProblem(
        "beneficiary.party", "The name is not one that the rail can carry.")),
    ("counterparty", FieldProblem(
        "beneficiary.bank_account", "The account is not valid, or not reached by this rail.")),
    ("amount.value", FieldProblem("amount", "The amount is not one that the provider or the rail takes.")),
    ("description", FieldProblem("reference", "The rail cannot carry this reference.")),
    ("referenceForBeneficiary", FieldProblem("reference", "The rail cannot carry this reference.")),
)  # fmt: skip


def error_code(answer: Any) -> object:
    """The vendor's word for an error."""
    return answer.get("errorCode", "") if isinstance(answer, dict) else ""


def refusal(status: int, answer: Any) -> ProviderError | None:
    """What a 4xx of Checkout or of the Disputes API means, where it means more than its status does."""
    code = error_code(answer)
    if code in UNSURE:
        return Unknown("the provider has this key already", code=str(code))
    if status == 422 and isinstance(code, str) and code in CODES:
        field, description = CODES[code]
        return Rejected(f"the provider refused {field}", code=code, problems=[FieldProblem(field, description)])
    return None


def transfer_refusal(status: int, answer: Any) -> ProviderError | None:
    """What a 4xx of the Transfers API means, where it means more than its status does."""
    code = str(error_code(answer))
    if code in UNSURE:
        return Unknown("the provider has this key already", code=code)
    named = [str(field["name"]) for field in answer.get("invalidFields") or ()] if status == 422 else []
    found = [next((ours for start, ours in TRANSFER_FIELDS if name.startswith(start)), None) for name in named]
    # One field that is ours alone makes the request wrong, whatever else is.
    problems = [problem for problem in found if problem is not None]
    if not problems or len(problems) < len(found):
        return None
    return Rejected(f"the provider refused {problems[0].field}", code=code, problems=problems)
