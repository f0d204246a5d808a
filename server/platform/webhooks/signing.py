"""How deliveries are signed: Standard Webhooks 1.0.0, by every secret that is active.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import secrets
from collections.abc import Iterable

from adapters.kit.webhooks import standard_signature

SECRET_NAME = "signing"  # noqa: S105 - the name under which an endpoint's secrets are stored
_SECRET_BYTES = 32  # the specification asks for 24 to 64


def new_secret() -> str:
    """A new secret as its holder sees it: `whsec_` and 32 random bytes in base64."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def headers(event_id: str, at: int, body: bytes, active: Iterable[str]) -> dict[str, str]:
    """The headers that sign a body at Unix time `at`, with one signature for each active secret."""
    signatures = [standard_signature(event_id, at, body, secret) for secret in active]
    return {"webhook-id": event_id, "webhook-timestamp": str(at), "webhook-signature": " ".join(signatures)}
