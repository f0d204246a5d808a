"""DPoP proofs (RFC 9449): that the caller has the key to which a token is, or shall be, bound.

A proof is good for one request: what was taken once is remembered in PostgreSQL until its time is over.
"""

import base64
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from corridor.type.v1.environment_pb2 import Environment
from server.platform.access.oauth import jose
from server.store.engine import Connection

PROOF_CHARACTERS = 4096
_HEADER = ("alg", "jwk", "typ")
_OPTIONAL = ("kid",)
_OLDEST_SECONDS = 60.0  # RFC 9449, 11.1: seconds or minutes
_AHEAD_SECONDS = 10.0  # of clocks that are not quite right (FAPI 2.0 Security Profile, 5.3.2.1)
_ID_CHARACTERS = 256
_PORTS = {"https": 443, "http": 80}
_TAKE = "INSERT INTO corridor.oauth_proofs VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING true"


class ProofError(Exception):
    """The proof proves nothing. The message is for its maker, and quotes nothing of it."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof that holds for a request."""

    thumbprint: str  # of its key, RFC 7638
    digest: bytes  # by which it is recognised when it comes again
    expire_time: datetime


def check(proof: str, *, method: str, url: str, now: datetime, token: str = "", path_only: bool = False) -> Proof:
    """What a proof proves of a request, by RFC 9449, 4.3. Raises `ProofError`.

    `path_only` is for callers of gRPC: HTTP/2 tells a server nothing that it could hold scheme and host against.
    """
    if len(proof) > PROOF_CHARACTERS:
        raise ProofError("it is too long")
    try:
        header = jose.header(proof, (*_HEADER, *_OPTIONAL), _HEADER)
        if header["typ"] != "dpop+jwt" or header["alg"] not in jose.ALGORITHMS:
            raise ProofError("its type or algorithm is not one that is taken")
        key = jose.public_key(header["jwk"])
        claims = jose.claims(proof, key, header["alg"])
    except jose.UnreadableError as unreadable:
        raise ProofError(str(unreadable)) from None
    identity, issued = claims.get("jti"), claims.get("iat")
    if not isinstance(identity, str) or not 0 < len(identity) <= _ID_CHARACTERS:
        raise ProofError("it has no jti")
    if isinstance(issued, bool) or not isinstance(issued, int | float):
        raise ProofError("it has no iat")
    if not now.timestamp() - _OLDEST_SECONDS <= issued <= now.timestamp() + _AHEAD_SECONDS:
        raise ProofError("its time is over, or has not come")
    if claims.get("htm") != method or not _same(claims.get("htu"), url, path_only=path_only):
        raise ProofError("it is for another request")
    if token and claims.get("ath") != token_hash(token):
        raise ProofError("it is for another token")
    thumbprint = key.thumbprint()
    digest = hashlib.sha256(f"dpop\0{thumbprint}\0{identity}".encode(errors="replace")).digest()
    return Proof(thumbprint, digest, datetime.fromtimestamp(issued + _OLDEST_SECONDS + _AHEAD_SECONDS, UTC))


def take(
    connection: Connection,
    company_id: str,
    environment: "Environment.ValueType",
    digest: bytes,
    expire_time: datetime,
) -> bool:
    """Use a proof up. False for one that was used before."""
    return connection.execute(_TAKE, (company_id, environment, digest, expire_time)).fetchone() is not None


def token_hash(token: str) -> str:
    """The `ath` of a token (RFC 9449, 4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).rstrip(b"=").decode()


def _same(said: Any, url: str, *, path_only: bool) -> bool:
    if not isinstance(said, str):
        return False
    try:
        if path_only:
            return urlsplit(said).path == urlsplit(url).path
        return _normal(said) == _normal(url)
    except ValueError:
        return False


def _normal(url: str) -> str:
    """The URL without query and fragment, by RFC 3986, 6.2.2 and 6.2.3, as RFC 9449, 4.3 asks for."""
    parts = urlsplit(url)
    scheme, host = parts.scheme.lower(), (parts.hostname or "").lower()
    port = parts.port
    shown = f"[{host}]" if ":" in host else host
    place = shown if port is None or port == _PORTS.get(scheme) else f"{shown}:{port}"
    return urlunsplit((scheme, place, parts.path or "/", "", ""))
