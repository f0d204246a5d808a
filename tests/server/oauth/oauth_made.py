"""What clients make themselves: keys, certificates, JWTs signed and forged. Signatures that hold are joserfc's."""

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from joserfc import jws
from joserfc.jwk import ECKey, Key

ISSUER = "http://127.0.0.1:8080"


def jwks(*keys: Key, **more: Any) -> str:
    """The public keys as a JSON Web Key Set."""
    return json.dumps({"keys": [{**key.as_dict(private=False), **more} for key in keys]})


def basic(client_id: str, secret: str) -> str:
    """An Authorization header (RFC 7617)."""
    return "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()


def sign(header: Mapping[str, Any], claims: Mapping[str, Any], key: Any, alg: str = "ES256") -> str:
    """A JWS of some claims, with whatever header: joserfc itself refuses to make wrong ones."""
    text = ".".join(_part(json.dumps(part).encode()) for part in ({"alg": alg, **header}, claims))
    return f"{text}.{_part(jws.JWSRegistry.algorithms[alg].sign(text.encode(), key))}"


def proof(
    key: Key, token: str = "", *, method: str = "POST", url: str = f"{ISSUER}/oauth/token", alg: str = "ES256",
    header: Mapping[str, Any] | None = None, **claims: Any,
) -> str:  # fmt: skip
    """A DPoP proof (RFC 9449, 4.2). A claim or header parameter that is None is left out."""
    said: dict[str, Any] = {"jti": secrets.token_hex(16), "htm": method, "htu": url, "iat": int(time.time())}
    if token:
        said["ath"] = base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).rstrip(b"=").decode()
    said.update(claims)
    top = {"typ": "dpop+jwt", "jwk": key.as_dict(private=False), **(header or {})}
    return sign(_given(top), _given(said), key, alg)


def read(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims of a JWT, believed as they are."""
    header, claims, _ = token.split(".")
    return _json(header), _json(claims)


def _json(part: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found


def certificate(name: str = "client.example", uri: str = "", *, days: int = 10) -> tuple[bytes, Key]:
    """A self-signed certificate as DER, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=20))
        .not_valid_after(now + timedelta(days=days))
    )
    if uri:
        made = made.add_extension(x509.SubjectAlternativeName([x509.UniformResourceIdentifier(uri)]), critical=False)
    der = made.sign(key, SHA256()).public_bytes(Encoding.DER)
    return der, ECKey.import_key(key)  # type: ignore[arg-type] # joserfc takes cryptography's keys as they are


def hs256(header: Mapping[str, Any], claims: Mapping[str, Any], secret: bytes) -> str:
    """A JWT with HMAC, by hand: joserfc itself refuses to take a public key for a secret."""
    top, said = (_part(json.dumps(part).encode()) for part in ({"alg": "HS256", **header}, claims))
    return f"{top}.{said}.{_part(hmac.digest(secret, f'{top}.{said}'.encode(), hashlib.sha256))}"


def unsigned(header: Mapping[str, Any], claims: Mapping[str, Any], signature: bytes = b"") -> str:
    """A JWT whose signature is whatever it is."""
    return ".".join(_part(part) for part in (json.dumps(header).encode(), json.dumps(claims).encode(), signature))


def _part(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _given(named: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in named.items() if value is not None}


def private_jwks(key: Key) -> str:
    """A key set that shows what it must not."""
    return json.dumps({"keys": [key.as_dict(private=True)]})


def in_base64(data: bytes) -> str:
    """As `x5c` wants certificates (RFC 7517, 4.7)."""
    return base64.b64encode(data).decode()
