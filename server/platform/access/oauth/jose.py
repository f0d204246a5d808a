"""Signed JSON as it comes in: what may be read at all, before a key is looked for. The signatures are joserfc's.

Headers that name or carry a key (`jku`, `x5u`, `x5c`, `jwk`), `crit` and `none` get nowhere: what is not expected
in a header is refused.
"""

import json
import warnings
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import ECKey, Key, KeySet, OKPKey, RSAKey
from joserfc.util import urlsafe_b64decode

# RFC 9864 names EdDSA anew; FAPI 2.0, and most clients, still say it by the old name. The curve is checked here.
warnings.filterwarnings("ignore", message="EdDSA is deprecated", category=SecurityWarning)

# RFC 8725, 3.1, and FAPI 2.0 Security Profile, 5.4: PS256, ES256 and EdDSA; both names of the last (RFC 9864).
ALGORITHMS = ("ES256", "EdDSA", "Ed25519", "PS256")
_RSA_BITS_AT_LEAST = 2048
_HEADER_BYTES = 2048
_PAYLOAD_BYTES = 8192
_KEYS_AT_MOST = 10


class UnreadableError(Exception):
    """It cannot be read as what it should be. The message quotes nothing of it."""


def header(token: str, allowed: Collection[str], required: Collection[str]) -> Mapping[str, Any]:
    """The header of a compact JWS: all that is required, nothing that is not allowed. Raises `UnreadableError`."""
    first, *rest = token.split(".")
    if len(rest) != 2 or not token.isascii() or len(first) > _HEADER_BYTES:
        raise UnreadableError("it is not a compact JWS")
    try:
        found = json.loads(urlsafe_b64decode(first.encode()))
    except (ValueError, RecursionError):
        raise UnreadableError("its header is not JSON") from None
    if not isinstance(found, dict) or not isinstance(found.get("alg"), str):
        raise UnreadableError("its header has no algorithm")
    if found.keys() - set(allowed) or set(required) - found.keys():
        raise UnreadableError("its header has other parameters than it should have")
    return found


def claims(token: str, key: Key, algorithm: str) -> dict[str, Any]:
    """The claims of a JWT that the key signed with the algorithm. Raises `UnreadableError` for any other."""
    registry = jws.JWSRegistry(algorithms=[algorithm], strict_check_header=False)
    registry.max_header_length = _HEADER_BYTES
    registry.max_payload_length = _PAYLOAD_BYTES
    try:
        if not fits(key, algorithm):
            raise UnreadableError("its key is not one of its algorithm")
        found = json.loads(jws.deserialize_compact(token, key, [algorithm], registry).payload)
    except (JoseError, ValueError, TypeError, RecursionError):
        raise UnreadableError("its signature does not hold") from None
    if not isinstance(found, dict):
        raise UnreadableError("its claims are not an object")
    return found


def sign(headers: Mapping[str, Any], payload: Mapping[str, Any], key: Key, algorithm: str) -> str:
    """A compact JWS of some claims."""
    text = json.dumps(payload, separators=(",", ":"), ensure_ascii=False).encode()
    return jws.serialize_compact({"alg": algorithm, **headers}, text, key, [algorithm])


def fits(key: Key, algorithm: str) -> bool:
    """Whether a key is of the kind and strength that an algorithm needs, so that none is used for another's."""
    match key:
        case ECKey():
            return algorithm == "ES256" and key.curve_name == "P-256"
        case OKPKey():
            return algorithm in {"EdDSA", "Ed25519"} and key["crv"] == "Ed25519"
        case RSAKey():
            return algorithm in {"PS256", "RS256"} and key.public_key.key_size >= _RSA_BITS_AT_LEAST
    return False


def public_key(data: object) -> Key:
    """A public JWK. Raises `UnreadableError` for anything else, a private key above all."""
    if not isinstance(data, dict) or data.get("kty") not in {"EC", "OKP", "RSA"}:
        raise UnreadableError("it has no public key")
    try:
        found = KeySet.import_key_set({"keys": [data]}).keys[0]
        if found.is_private:
            raise UnreadableError("its key is a private one")
    except (JoseError, ValueError, TypeError, AttributeError, KeyError):
        raise UnreadableError("its key cannot be read") from None
    if not any(fits(found, algorithm) for algorithm in (*ALGORITHMS, "RS256")):
        raise UnreadableError("its key is too weak, or of a kind that is not taken")
    return found


def key_set(text: str) -> Sequence[Key]:
    """The public keys of a JSON Web Key Set (RFC 7517, 5). Raises `UnreadableError`."""
    try:
        keys = json.loads(text)["keys"]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise UnreadableError("it is not a JSON Web Key Set") from None
    if not isinstance(keys, list) or not 1 <= len(keys) <= _KEYS_AT_MOST:
        raise UnreadableError(f"it must have one to {_KEYS_AT_MOST} keys")
    return [public_key(data) for data in keys]


def candidates(keys: Sequence[Key], kid: object, algorithm: str) -> Sequence[Key]:
    """The keys that may have signed something."""
    return [key for key in keys if fits(key, algorithm) and (kid is None or key.kid == kid)]
