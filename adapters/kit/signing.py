"""Requests signed by us: an HMAC, or a detached JWS, over what the vendor says is to be signed.

Rule: a signer is made once from public facts; the key comes with the call and stays in no value that can be shown.
"""

import hmac
import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey
from joserfc.registry import HeaderParameter

from adapters.kit.errors import Misconfigured
from adapters.kit.sending import Outgoing, Sign

Encoding = Literal["hex", "base64"]
Key = OctKey | ECKey | RSAKey | OKPKey

_KINDS: Mapping[str, type[Key]] = {"HS": OctKey, "ES": ECKey, "RS": RSAKey, "PS": RSAKey}


@dataclass(frozen=True, slots=True)
class HmacSigner:
    """Signs with an HMAC (RFC 2104). `digest` is hashlib's name of the hash.

    `text` gives the bytes that are signed; `value` what the header holds, from the encoded signature.
    `key_encoding`: how the secret is written, where it is not used as it is shown.
    """

    header: str
    digest: str
    encoding: Encoding
    text: Callable[[Outgoing], bytes]
    key_encoding: Literal["text", "hex", "base64"] = "text"
    value: Callable[[str], str] = str

    def by(self, secret: str) -> Sign:
        """Signs with this secret. Raises `Misconfigured` if it is not written as it should be."""
        key = _key_bytes(secret, self.key_encoding)

        def sign(outgoing: Outgoing) -> Mapping[str, str]:
            mac = hmac.digest(key, self.text(outgoing), self.digest)
            encoded = mac.hex() if self.encoding == "hex" else b64encode(mac).decode()
            return {self.header: self.value(encoded)}

        return sign


def _key_bytes(secret: str, encoding: str) -> bytes:
    key = b""
    try:
        match encoding:
            case "hex":
                key = bytes.fromhex(secret)
            case "base64":
                key = b64decode(secret, validate=True)
            case _:
                key = secret.encode()
    except ValueError:
        key = b""
    if not key:
        raise Misconfigured("the signing secret is not written as it should be", credentials=True)
    return key


def _no_headers(_: Outgoing) -> Mapping[str, Any]:
    return {}


def _body(outgoing: Outgoing) -> bytes:
    return outgoing.body


@dataclass(frozen=True, slots=True)
class JwsSigner:
    """Signs with a JWS whose payload is detached (RFC 7515, appendix F), unencoded if `b64` is off (RFC 7797).

    `protected` gives what the protected header holds besides `alg` and `kid`, in that order; names that the verifier
    must understand stand in `critical`. `payload` gives what is signed: the body unless told.
    """

    header: str
    algorithm: str
    payload: Callable[[Outgoing], bytes] = _body
    protected: Callable[[Outgoing], Mapping[str, Any]] = _no_headers
    b64: bool = True
    critical: tuple[str, ...] = ()

    def by(self, private_key: str, kid: str = "") -> Sign:
        """Signs with this key: PEM, a JWK, or for HS256 and its kin the secret as it is shown.

        Raises `Misconfigured` if it is no private key of the algorithm's kind.
        """
        key = _key(self.algorithm, private_key)
        # A name that must be understood must be known to the library, too; what it means is the vendor's to say.
        known = {name: HeaderParameter("the vendor's", _anything) for name in self.critical}
        registry = jws.JWSRegistry(known, algorithms=[self.algorithm], strict_check_header=False)

        def sign(outgoing: Outgoing) -> Mapping[str, str]:
            protected: dict[str, Any] = {"alg": self.algorithm, **({"kid": kid} if kid else {})}
            protected |= self.protected(outgoing)
            critical = [*self.critical, *([] if self.b64 else ["b64"])]
            if not self.b64:
                protected["b64"] = False
            if critical:
                protected["crit"] = critical
            whole = jws.serialize_compact(protected, self.payload(outgoing), key, registry=registry)
            # Whatever the payload is, dots and all: the header is what comes first, the signature what comes last.
            return {self.header: f"{whole.partition('.')[0]}..{whole.rpartition('.')[2]}"}

        return sign


def _anything(_: Any) -> None:
    """A header's value that is not ours to judge."""


def _key(algorithm: str, text: str) -> Key:
    kind = _KINDS.get(algorithm[:2], OKPKey)
    found: Key | None = None
    try:
        found = kind.import_key(json.loads(text) if text.lstrip().startswith("{") else text)
    except (JoseError, ValueError, TypeError):
        found = None
    if found is None or not found.is_private:
        raise Misconfigured("the signing key is not a private key of its algorithm's kind", credentials=True)
    return found
