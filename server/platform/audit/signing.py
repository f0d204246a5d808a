"""Who vouches for checkpoints: an Ed25519 key of the installation, derived from its master key. JWS by joserfc."""

import hashlib
import json
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from server.store.secrets import Keyring

_ALGORITHM = "Ed25519"  # RFC 9864, section 2.2
CHECKPOINT = "corridor-audit-checkpoint"
KEPT_FROM = "corridor-audit-kept-from"


class SignatureError(Exception):
    """A text was not signed by this key, or as something else."""


class AuditSigner:
    """Signs with the installation's audit key, and verifies what it signed."""

    def __init__(self, ring: Keyring) -> None:
        private = Ed25519PrivateKey.from_private_bytes(ring.derived("audit checkpoints"))
        self._public = private.public_key()
        self._key = OKPKey.import_key(
            private.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        self._registry = jws.JWSRegistry(algorithms=[_ALGORITHM])
        self.key_id = self._key.thumbprint()  # RFC 7638

    def public_key_pem(self) -> str:
        """The public key, for whoever checks."""
        encoding, form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        return self._public.public_bytes(encoding, form).decode()

    def sign(self, kind: str, payload: dict[str, object]) -> str:
        """The payload as a JWS in compact form (RFC 7515). The same payload gives the same text."""
        header = {"alg": _ALGORITHM, "kid": self.key_id, "typ": kind}
        text = json.dumps(payload, sort_keys=True, separators=(",", ":"))
        return jws.serialize_compact(header, text, self._key, registry=self._registry)

    def read(self, kind: str, text: str) -> dict[str, Any]:
        """What was signed. Raises `SignatureError` for anything else than a text of this kind by this key."""
        try:
            found = jws.deserialize_compact(text, self._key, registry=self._registry)
        except (JoseError, ValueError) as error:
            raise SignatureError(type(error).__name__) from None
        if found.protected.get("typ") != kind:
            raise SignatureError("it was signed as something else")
        payload: dict[str, Any] = json.loads(found.payload)
        return payload


def digest(text: str) -> str:
    """What a checkpoint says of the one before it: SHA-256 over its JWS, in hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()
