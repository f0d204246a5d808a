"""Clients' certificates (RFC 8705): whose they are, and their thumbprints. TLS itself is the gateway's business."""

import base64
import hashlib
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from joserfc.jwk import Key

from server.kit.clock import Clock
from server.platform.access.oauth import jose


def thumbprint(der: bytes) -> str:
    """The `x5t#S256` of a certificate (RFC 8705, 3.1)."""
    return base64.urlsafe_b64encode(hashlib.sha256(der).digest()).rstrip(b"=").decode()


def has_subject(der: bytes, subject: str) -> bool:
    """Whether the certificate's subject is the distinguished name (RFC 8705, 2.1.2)."""
    found = _read(der)
    return found is not None and found.subject == x509.Name.from_rfc4514_string(subject)


def has_uri(der: bytes, uri: str) -> bool:
    """Whether the URI is among the certificate's alternative names (RFC 8705, 2.1.2)."""
    found = _read(der)
    if found is None:
        return False
    try:
        names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        return False
    return uri in names.get_values_for_type(x509.UniformResourceIdentifier)


def stands_in(der: bytes, jwks: str) -> bool:
    """Whether the certificate is one of those in a key set (RFC 8705, 2.2.2)."""
    stored = [_of(key) for key in jose.key_set(jwks)]
    return any(found is not None and found.public_bytes(Encoding.DER) == der for found in stored)


def has_one(key: Key) -> bool:
    """Whether a key comes with a certificate (`x5c`, RFC 7517, 4.7) that can be read and is of that key."""
    found = _of(key)
    if found is None:
        return False
    there, here = found.public_key(), key.public_key
    kinds = (ec.EllipticCurvePublicKey, rsa.RSAPublicKey, ed25519.Ed25519PublicKey)
    return isinstance(there, kinds) and there == here


def first_end(jwks: str) -> datetime | None:
    """When the first of the certificates in a key set ends; None where there are none."""
    stored = [_of(key) for key in jose.key_set(jwks)]
    return min((found.not_valid_after_utc for found in stored if found is not None), default=None)


def in_time(der: bytes, clock: Clock) -> bool:
    """Whether the certificate has begun and has not ended."""
    found = _read(der)
    return found is not None and found.not_valid_before_utc <= clock.now() <= found.not_valid_after_utc


def _of(key: Key) -> x509.Certificate | None:
    chain = key.get("x5c")
    if not isinstance(chain, list) or not chain:
        return None
    try:
        return _read(base64.b64decode(chain[0], validate=True))
    except ValueError:  # binascii.Error is one
        return None


def _read(der: bytes) -> x509.Certificate | None:
    try:
        found = x509.load_der_x509_certificate(der)
        return found if found.public_bytes(Encoding.DER) == der else None
    except ValueError:
        return None
