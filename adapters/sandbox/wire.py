"""How every request to the sandbox is sent, and what its refusals mean.

Rule: a refusal of the customer's data is `Rejected` with our name of the field; any other is about us.
"""

from collections.abc import Mapping
from typing import Any

from adapters.kit.call import Call
from adapters.kit.errors import FieldProblem, ProviderError, Rejected, Unmapped

SAFE = frozenset(
    {
        "id", "type", "reference", "status", "amount", "currency", "rail", "code", "field", "created_at", "updated_at",
        "payment", "payment_reference", "capture", "captured", "captured_at_once", "approved", "authorised", "released",
        "refunded", "final", "partial_approval", "reason", "stage", "due_at", "expires_at", "scenario", "response_code",
        "acquirer_reference", "submissions", "documents", "seconds", "now", "happened", "rate", "institution", "since",
    }
)  # fmt: skip
"""Keys whose values say nothing about a person; what captures may keep."""

# Fields that hold the customer's data or the caller's wishes, with our names. A refusal of any other is about us.
FIELDS: Mapping[str, str] = {
    "amount":            "amount.amount_minor",
    "currency":          "amount.currency_code",
    "description":       "reference",
    "rail":              "rail",
    "recipient.name":    "beneficiary.party",
    "recipient.account": "beneficiary.bank_account",
    "scenario":          "sandbox_scenario",
    "token":             "payment_method.token",
    "result":            "details",
    "evidence":          "evidence",
    "documents":         "documents",
}  # fmt: skip

# What cannot be done in the state in which a payment is.
TOO_LATE = frozenset({"not_capturable", "not_incrementable", "not_voidable", "not_reversible", "not_refundable"})


def send(call: Call, method: str, path: str, *, writes: bool = False, keyed: bool = False, **more: Any) -> Any:
    """Send one request and return its JSON; `keyed` with the call's idempotency key."""
    headers = {"Authorization": f"Bearer {call.credential('api_key')}", **more.pop("headers", {})}
    if keyed:
        headers.setdefault("Idempotency-Key", call.idempotency_key)
    return call.send(
        method, path, writes=writes, headers=headers, safe=SAFE, code_of=error_code, on_client_error=rejection, **more
    )


def found(call: Call, path: str, reference: str) -> dict[str, Any] | None:
    """The object with our reference in a list; None if there is none."""
    listed = send(call, "GET", path, query={"reference": reference})
    if not isinstance(listed, dict) or not isinstance(listed.get("data"), list):
        raise Unmapped("list", type(listed).__name__)
    return next((each for each in listed["data"] if each["reference"] == reference), None)


def is_missing(kind: str) -> Any:
    """Whether a refusal says that an object of a kind does not exist. The code tells it from a wrong address."""
    return lambda status, body: status == 404 and error_code(body) == f"{kind}_not_found"


def rejection(status: int, body: Any) -> ProviderError | None:
    """A refusal of the customer's data, with our names of the fields; None if it is about us."""
    error = body.get("error") if isinstance(body, dict) else None
    if status == 409 and error_code(body) in TOO_LATE:
        return Rejected("the payment is not in a state for this", code=error_code(body))
    if status != 422 or not isinstance(error, dict):
        return None
    fields = [field for field in error.get("fields", ()) if field["field"] in FIELDS]
    problems = [FieldProblem(FIELDS[field["field"]], "refused by the provider") for field in fields]
    return Rejected("the provider refused the details", code=error_code(body), problems=problems) if problems else None


def error_code(body: Any) -> str:
    """The code in an error's body; empty if it has none."""
    error = body.get("error") if isinstance(body, dict) else None
    return str(error.get("code", "")) if isinstance(error, dict) else ""
