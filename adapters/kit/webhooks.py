"""How webhooks are verified: over the raw bytes, in constant time, against every active secret.

Rule: every refusal is `Forged` with one word that says why; nothing is read before verification has passed.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from adapters.kit.errors import Forged
from adapters.kit.ports.webhooks import Inbound

TOLERANCE_SECONDS = 300
"""How far a timestamp may be from now, both ways (Standard Webhooks, "Verifying the timestamp")."""

NO_SECRET = "no_secret"  # noqa: S105 - a word for the record
MISSING_SIGNATURE = "missing_signature"
MALFORMED_SIGNATURE = "malformed_signature"
WRONG_SIGNATURE = "wrong_signature"
MISSING_TIMESTAMP = "missing_timestamp"
MALFORMED_TIMESTAMP = "malformed_timestamp"
TOO_OLD = "too_old"
IN_FUTURE = "in_future"
MISSING_ID = "missing_id"

_SECONDS = re.compile(r"[0-9]{1,12}")


def _standard_key(secret: str) -> bytes:
    # Standard Webhooks: base64 after the optional prefix, with or without its padding.
    encoded = secret.removeprefix("whsec_").rstrip("=")
    try:
        return base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _hex_key(secret: str) -> bytes:
    try:
        return bytes.fromhex(secret)
    except ValueError:
        return b""


KEYS: Mapping[str, Callable[[str], bytes]] = {
    "text": str.encode,
    "hex": _hex_key,
    "standard": _standard_key,
}
"""How a secret becomes key bytes. A secret that cannot be read is an empty key, and never signs."""


@dataclass(frozen=True, slots=True)
class HmacScheme:
    """A vendor's way to sign the raw body by HMAC in one header, as data.

    `prefix`: what stands before the digest in the header, such as `v1=`; a header may then hold several,
    separated by `separator`, and those with another prefix do not count.
    `timestamp`: the name of the element that holds the Unix time in the same header, such as `t` in `t=…,v1=…`;
    then the signed text is the time, a full stop, and the body.
    """

    header: str
    digest: Literal["sha256", "sha1", "sha512"] = "sha256"
    encoding: Literal["hex", "base64"] = "hex"
    key: Literal["text", "hex"] = "text"
    prefix: str = ""
    separator: str = ""
    timestamp: str = ""
    tolerance_seconds: int = TOLERANCE_SECONDS
    allow_future: bool = False

    def sign(self, body: bytes, secret: str, at: int = 0) -> str:
        """The header's value for a body, as the vendor would make it at Unix time `at`. For simulators."""
        signed = self._signed(str(at) if self.timestamp else "", body)
        value = self.prefix + _encoded(hmac.digest(KEYS[self.key](secret), signed, self.digest), self.encoding)
        return f"{self.timestamp}={at}{self.separator}{value}" if self.timestamp else value

    def verify(self, inbound: Inbound, secrets: Sequence[str], now: datetime) -> None:
        """Return if any of the secrets signed the body; raise `Forged` otherwise."""
        keys = active_keys(secrets, KEYS[self.key])
        value = inbound.headers.get(self.header, "").strip()
        if not value:
            raise Forged(MISSING_SIGNATURE)
        parts = [part.strip() for part in value.split(self.separator)] if self.separator else [value]
        at = ""
        if self.timestamp:
            at = next((part[len(self.timestamp) + 1 :] for part in parts if part.startswith(f"{self.timestamp}=")), "")
            check_time(at, now, self.tolerance_seconds, allow_future=self.allow_future)
        given = [part[len(self.prefix) :] for part in parts if part.startswith(self.prefix)]
        digests = [digest for digest in (_decoded(part, self.encoding) for part in given) if digest]
        size = hashlib.new(self.digest, usedforsecurity=False).digest_size
        if not any(len(digest) == size for digest in digests):
            raise Forged(MALFORMED_SIGNATURE)
        check_digests(digests, keys, self._signed(at, inbound.body), self.digest)

    def _signed(self, at: str, body: bytes) -> bytes:
        return at.encode() + b"." + body if self.timestamp else body


def standard_signature(event_id: str, at: int, body: bytes, secret: str) -> str:
    """The `webhook-signature` of Standard Webhooks for one secret. Several are joined by spaces."""
    digest = hmac.digest(_standard_key(secret), f"{event_id}.{at}.".encode() + body, "sha256")
    return "v1," + _encoded(digest, "base64")


def verify_standard_webhook(inbound: Inbound, secrets: Sequence[str], now: datetime) -> None:
    """Return if any of the secrets signed the request by Standard Webhooks 1.0.0; raise `Forged` otherwise."""
    keys = active_keys(secrets, _standard_key)
    event_id = inbound.headers.get("webhook-id", "")
    signatures = inbound.headers.get("webhook-signature", "").split()
    if not signatures:
        raise Forged(MISSING_SIGNATURE)
    if not event_id:
        raise Forged(MISSING_ID)
    at = inbound.headers.get("webhook-timestamp", "")
    check_time(at, now, TOLERANCE_SECONDS)
    given = [part[3:] for part in signatures if part.startswith("v1,")]
    digests = [digest for digest in (_decoded(part, "base64") for part in given) if digest]
    if not digests:
        raise Forged(MALFORMED_SIGNATURE)
    check_digests(digests, keys, f"{event_id}.{at}.".encode() + inbound.body, "sha256")


def active_keys(secrets: Sequence[str], key_of: Callable[[str], bytes]) -> list[bytes]:
    """The keys of the secrets that can sign. Raises `Forged` if there are none: an empty key would sign anything."""
    keys = [key for key in (key_of(secret) for secret in secrets if secret) if key]
    if not keys:
        raise Forged(NO_SECRET)
    return keys


def check_time(seconds: str, now: datetime, tolerance_seconds: int, *, allow_future: bool = False) -> None:
    """Raise `Forged` unless the text is Unix seconds within the tolerance around `now`."""
    if not seconds:
        raise Forged(MISSING_TIMESTAMP)
    if not _SECONDS.fullmatch(seconds):
        raise Forged(MALFORMED_TIMESTAMP)
    age = now.timestamp() - int(seconds)
    if age > tolerance_seconds:
        raise Forged(TOO_OLD)
    if -age > tolerance_seconds and not allow_future:
        raise Forged(IN_FUTURE)


def check_digests(digests: Iterable[bytes], keys: Iterable[bytes], signed: bytes, algorithm: str) -> None:
    """Raise `Forged` unless some digest is some key's. Every pair is compared, so that time tells nothing."""
    expected = [hmac.digest(key, signed, algorithm) for key in keys]
    matches = [hmac.compare_digest(digest, own) for digest in digests for own in expected]
    if not any(matches):
        raise Forged(WRONG_SIGNATURE)


def _encoded(digest: bytes, encoding: Literal["hex", "base64"]) -> str:
    return digest.hex() if encoding == "hex" else base64.b64encode(digest).decode()


def _decoded(value: str, encoding: Literal["hex", "base64"]) -> bytes:
    try:
        if encoding == "base64":
            return base64.b64decode(value, validate=True)
        # Vendors write hex in lower case; nothing else is theirs.
        return binascii.unhexlify(value) if value == value.lower() else b""
    except (binascii.Error, ValueError):
        return b""
