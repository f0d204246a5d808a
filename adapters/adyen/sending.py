"""How the vendor's three interfaces are spoken to: which host, which key, which errors.

Rule: every request that is not a question carries an idempotency key of at most 64 characters.
"""

import hashlib
from typing import Any

from adapters.adyen import refusals
from adapters.kit.call import Call
from adapters.kit.errors import Misconfigured

# What captures may show: ids, states, amounts and codes. Never names, numbers of accounts, tokens or texts.
SAFE = frozenset(
    {
        "amount",
        "balanceAccountId",
        "captureDelayHours",
        "category",
        "createdAt",
        "createdSince",
        "createdUntil",
        "currency",
        "defenseDocumentTypeCode",
        "defenseReasonCode",
        "direction",
        "disputePspReference",
        "errorCode",
        "errorType",
        "id",
        "merchantAccount",
        "merchantAccountCode",
        "merchantReference",
        "paymentPspReference",
        "paymentReference",
        "priority",
        "pspReference",
        "reason",
        "reference",
        "refusalReasonCode",
        "resultCode",
        "status",
        "success",
        "transferId",
        "type",
        "value",
    }
)

KEY_LIMIT = 64
"""The longest idempotency key, says every document of the vendor's."""


def checkout(call: Call, path: str, body: dict[str, Any], key: str) -> Any:
    """Post to Checkout v71, and return the answer."""
    return call.send(
        "POST",
        f"/v71{path}",
        writes=True,
        json=body,
        headers=headers(call, "api_key", key),
        safe=SAFE,
        on_client_error=refusals.refusal,
        code_of=refusals.error_code,
    )


def disputes(call: Call, path: str, body: dict[str, Any], key: str | None) -> Any:
    """Post to the Disputes API v30; with the key None it is a question."""
    return call.send(
        "POST",
        f"/v30{path}",
        host="disputes",
        writes=key is not None,
        only_asks=key is None,
        json=body,
        headers=headers(call, "api_key", key),
        safe=SAFE,
        on_client_error=refusals.refusal,
        code_of=refusals.error_code,
    )


def transfers(call: Call, method: str, path: str, key: str | None, **options: Any) -> Any:
    """Speak to the Transfers API v3; with the key None it is a question."""
    own = "transfers_api_key" if call.credentials.get("transfers_api_key") else "api_key"
    return call.send(
        method,
        f"/v3{path}",
        host="transfers",
        writes=key is not None,
        headers=headers(call, own, key),
        safe=SAFE,
        on_client_error=refusals.transfer_refusal,
        code_of=refusals.error_code,
        **options,
    )


def headers(call: Call, credential: str, key: str | None) -> dict[str, str]:
    """The headers of a request: the API key, and the idempotency key of one that may act."""
    if key is None:
        return {"X-API-Key": call.credential(credential)}
    if not 0 < len(key) <= KEY_LIMIT:
        raise Misconfigured(f"{call.operation}: the idempotency key does not have 1 to {KEY_LIMIT} characters")
    return {"X-API-Key": call.credential(credential), "Idempotency-Key": key}


def derived(key: str, *parts: str) -> str:
    """A key for one of several requests under ours: the same for the same parts, and never longer than the limit."""
    return hashlib.sha256("\n".join((key, *parts)).encode()).hexdigest()
