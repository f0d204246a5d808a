"""Which webhooks are the vendor's own: two schemes, told apart by the body alone.

Standard webhooks carry a batch, and each item its own signature over eight of its fields; one forged item makes the
whole batch forged. All other webhooks are signed as a whole, in a header. What is not signed decides nothing.
"""

import base64
import binascii
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from adapters.kit.errors import Forged, Unmapped
from adapters.kit.mapping import document
from adapters.kit.ports.webhooks import Inbound
from adapters.kit.webhooks import (
    KEYS,
    MALFORMED_SIGNATURE,
    MISSING_SIGNATURE,
    HmacScheme,
    active_keys,
    check_digests,
)

BODY = HmacScheme(header="hmacsignature", encoding="base64", key="hex")
"""HMAC-SHA256 of the body with the key that the vendor shows in hex. The scheme has no time."""

ITEMS = "notificationItems"
SIGNATURE = "hmacSignature"


def verify(inbound: Inbound, secrets: Sequence[str], now: datetime) -> None:
    """Return if one of the secrets signed the webhook, or each item of it. Raise `Forged` otherwise.

    docs.adyen.com/development-resources/webhooks/secure-webhooks/verify-hmac-signatures, read 2026-11.
    """
    found = items(inbound.body)
    if found is None:
        BODY.verify(inbound, secrets, now)
        return
    keys = active_keys(secrets, KEYS["hex"])
    if not found:
        raise Forged(MISSING_SIGNATURE)
    for item in found:
        extra = item.get("additionalData")
        value = extra.get(SIGNATURE) if isinstance(extra, dict) else None
        if not isinstance(value, str) or not value:
            raise Forged(MISSING_SIGNATURE)
        try:
            digest = base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError):
            raise Forged(MALFORMED_SIGNATURE) from None
        check_digests([digest], keys, signed_text(item), "sha256")


def items(body: bytes) -> list[dict[str, Any]] | None:
    """The items of a standard webhook; None for every other body.

    Both verification and reading ask here, so that what is read is what was signed.
    """
    try:
        content = document(body, "webhook")
    except Unmapped:
        return None
    if not isinstance(content, dict) or ITEMS not in content:
        return None
    wrapped = content[ITEMS] if isinstance(content[ITEMS], list) else []
    found = [each.get("NotificationRequestItem") if isinstance(each, dict) else None for each in wrapped]
    # What is no item has no signature either.
    return [each if isinstance(each, dict) else {} for each in found]


def signed_fields(item: Mapping[str, Any]) -> list[str]:
    """The eight fields that an item's signature covers, in its order, as the vendor writes them."""
    amount = item.get("amount")
    value, currency = (amount.get("value"), amount.get("currency")) if isinstance(amount, dict) else (None, None)
    fields = (
        item.get("pspReference"),
        item.get("originalReference"),
        item.get("merchantAccountCode"),
        item.get("merchantReference"),
        value,
        currency,
        item.get("eventCode"),
        item.get("success"),
    )
    return ["" if field is None else str(field) for field in fields]


def signed_text(item: Mapping[str, Any]) -> bytes:
    """What an item's signature is made over."""
    return ":".join(signed_fields(item)).encode("utf-8", "surrogatepass")  # JSON may hold what UTF-8 cannot


def sign_item(item: Mapping[str, Any], secret: str) -> str:
    """An item's signature as the vendor makes it. For the simulator."""
    return base64.b64encode(hmac.digest(KEYS["hex"](secret), signed_text(item), "sha256")).decode()
