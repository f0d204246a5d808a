"""A beneficiary as an external bank account of the vendor's, which a payment needs before it can be made.

What the vendor's document says that it does not take is refused here, with our field, before anything is sent.
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from adapters.kit.errors import FieldProblem, Misconfigured, Rejected
from adapters.kit.mapping import text, translate
from corridor.payouts.v1.beneficiary_pb2 import Beneficiary
from corridor.type.v1.bank_account_pb2 import US_ACCOUNT_TYPE_SAVINGS

# verification_method. The other two need the beneficiary, or days: micro deposits and prenotes.
VERIFICATION_METHODS = frozenset({"EXTERNALLY_VERIFIED", "UNVERIFIED"})

# bank_account.state, and whether it can be paid.
STATES: dict[str, bool] = {"ENABLED": True, "PAUSED": False, "CLOSED": False}

# bank_account.verification_state, and whether a payment can be tried. What is pending the vendor itself decides: of
# an account that is not verified the document does not say in which state it is.
VERIFICATION_STATES: dict[str, bool] = {
    "ENABLED": True,
    "PENDING": True,
    "FAILED_VERIFICATION": False,
    "INSUFFICIENT_FUNDS": False,
}

_ACCOUNT = FieldProblem("beneficiary.bank_account", "The provider does not pay to this account.")
_NUMBER = FieldProblem("beneficiary.bank_account", "The provider takes digits and hyphens, 17 at most.")
_NAME = FieldProblem("beneficiary.party", "The name cannot be written in 100 characters of ASCII.")


def account_request(beneficiary: Beneficiary, verification_method: str) -> dict[str, Any]:
    """The body by which a beneficiary's account is made. Raises `Rejected` for what the vendor cannot be told."""
    if verification_method not in VERIFICATION_METHODS:
        raise Misconfigured("the connection's verification_method is not one that this adapter uses")
    account, party = beneficiary.bank_account.us, beneficiary.party
    if beneficiary.bank_account.WhichOneof("number") != "us":
        raise Misconfigured("only accounts in the United States are paid")
    if not re.fullmatch(r"[0-9-]{1,17}", account.account_number):
        raise Rejected("the account number cannot be told", problems=[_NUMBER])
    return {
        "verification_method": verification_method,
        "owner_type": "BUSINESS" if party.WhichOneof("kind") == "business" else "INDIVIDUAL",
        "owner": _owner(beneficiary),
        "type": "SAVINGS" if account.account_type == US_ACCOUNT_TYPE_SAVINGS else "CHECKING",
        "routing_number": account.routing_number,
        "account_number": account.account_number,
        "country": "USA",
        "currency": "USD",
        "user_defined_id": beneficiary.beneficiary_id,
    }


def existing(answer: Any) -> str:
    """The token of the account that is there already, from the answer to a request to make it; empty if it has none."""
    context = answer.get("context") if isinstance(answer, dict) else None
    token = context.get("existing_token") if isinstance(context, dict) else None
    return token if isinstance(token, str) else ""


def payable(account: Any, request: Mapping[str, Any]) -> str:
    """The token of an account to which can be paid. Raises `Rejected` where it cannot, `Misconfigured` for another."""
    if not isinstance(account, dict):
        raise Misconfigured("the provider does not show the account")
    last_four = request["account_number"].replace("-", "")[-4:]
    if (account.get("routing_number"), account.get("last_four")) != (request["routing_number"], last_four):
        raise Misconfigured("the provider shows another account than the one that was asked for")
    is_open = translate(STATES, account.get("state"), "bank_account.state")
    if not translate(VERIFICATION_STATES, account.get("verification_state"), "bank_account.verification_state"):
        raise Rejected("the account has failed the provider's verification", problems=[_ACCOUNT])
    if not is_open:
        raise Rejected("the account is paused or closed at the provider", problems=[_ACCOUNT])
    return text(account.get("token"), "bank_account.token")


def _owner(beneficiary: Beneficiary) -> str:
    party = beneficiary.party
    name = party.business.legal_name or f"{party.person.given_name} {party.person.family_name}".strip()
    plain = "".join(each for each in unicodedata.normalize("NFKD", name) if not unicodedata.combining(each))
    if not re.fullmatch(r"[ -~]{1,100}", plain):
        raise Rejected("the name cannot be told", problems=[_NAME])
    return plain
