"""ID tokens: what must hold before one says who somebody is (OpenID Connect Core 1.0, 3.1.3.7).

The signatures and most claims are checked by joserfc and Authlib; what they leave to the relying party is here.
"""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import Key

from server.platform.access.oauth import jose

# RS256 is what every provider can do (OpenID Connect Core 1.0, 15.1). Nothing symmetric, and never `none`.
ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA", "Ed25519")
_HEADER = ("alg", "kid", "typ", "x5t", "x5t#S256")  # hints that are not followed; `jku`, `jwk`, `crit` are refused
_TYPES = {None, "JWT"}
_TOKEN_BYTES = 64 * 1024  # groups can be many
_LEEWAY_SECONDS = 60
_AGE_SECONDS = 600  # it was issued for this sign-in, a moment ago
_SUBJECT_CHARACTERS = 255  # OpenID Connect Core 1.0, 2
_GROUPS_AT_MOST = 1000
_TEXT_CHARACTERS = 254


class Untrusted(Exception):  # noqa: N818 - what the provider is
    """What the provider says cannot be believed. `why` is for logs, and quotes nothing of it."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Identity:
    """Who signed in, as the provider says."""

    issuer: str
    subject: str = field(repr=False)
    name: str = field(default="", repr=False)
    email: str = field(default="", repr=False)  # only one that the provider has verified
    groups: frozenset[str] = field(default=frozenset(), repr=False)
    id_token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Expected:
    """What the ID token of a sign-in must say."""

    issuer: str
    client_id: str
    nonce: str = field(repr=False)
    access_token: str = field(repr=False)
    groups_claim: str


def key_id(token: str) -> tuple[str, str | None]:
    """Algorithm and key id that a token names. Raises `Untrusted` for what is not taken in any case."""
    if len(token) > _TOKEN_BYTES:
        raise Untrusted("the ID token is too long")
    try:
        header = jose.header(token, _HEADER, ("alg",))
    except (jose.UnreadableError, JoseError) as error:
        raise Untrusted(f"the ID token cannot be read: {error}") from None
    if header["alg"] not in ALGORITHMS:
        raise Untrusted("the ID token's algorithm is not taken")
    if header.get("typ") not in _TYPES:
        raise Untrusted("the ID token is a token of another type")
    kid = header.get("kid")
    if kid is not None and not isinstance(kid, str):
        raise Untrusted("the ID token's key id is not a text")
    return header["alg"], kid


def identity(token: str, keys: Sequence[Key], algorithm: str, expected: Expected) -> Identity:
    """Who the token says signed in. Raises `Untrusted` unless everything about it holds."""
    claims = _signed(token, keys, algorithm)
    try:
        checked = CodeIDToken(
            claims,
            {"alg": algorithm},
            options={
                "iss": {"essential": True, "value": expected.issuer},
                "aud": {"essential": True, "value": expected.client_id},
                "sub": {"essential": True},
                "exp": {"essential": True},
                "iat": {"essential": True},
            },
            params={
                "nonce": expected.nonce,
                "client_id": expected.client_id,
                "access_token": expected.access_token,
            },
        )
        checked.validate(now=int(time.time()), leeway=_LEEWAY_SECONDS)
    except (JoseError, ValueError, TypeError, AttributeError) as error:
        raise Untrusted(f"the ID token does not hold: {_claim(error)}") from None
    # Audiences that we do not know are not trusted (3.1.3.7, 3).
    if claims["aud"] not in (expected.client_id, [expected.client_id]):
        raise Untrusted("the ID token is for others as well")
    if claims["iat"] < time.time() - _AGE_SECONDS:
        raise Untrusted("the ID token is old")
    subject = claims["sub"]
    if not 0 < len(subject) <= _SUBJECT_CHARACTERS or not subject.isascii() or not subject.isprintable():
        raise Untrusted("the ID token's subject is none")
    return Identity(
        issuer=expected.issuer,
        subject=subject,
        name=_text(claims.get("name")),
        # Only `true` itself: who is not certain to own an address is not recognised by it.
        email=_text(claims.get("email")) if claims.get("email_verified") is True else "",
        groups=_groups(claims.get(expected.groups_claim)) if expected.groups_claim else frozenset(),
        id_token=token,
    )


def _signed(token: str, keys: Sequence[Key], algorithm: str) -> dict[str, Any]:
    registry = jws.JWSRegistry(algorithms=[algorithm], strict_check_header=False)
    registry.max_header_length = registry.max_payload_length = _TOKEN_BYTES
    for key in keys:
        try:
            found = json.loads(jws.deserialize_compact(token, key, [algorithm], registry).payload)
        except (JoseError, ValueError, TypeError, RecursionError):
            continue
        if isinstance(found, dict):
            return found
    raise Untrusted("the ID token's signature does not hold")


def _claim(error: Exception) -> str:
    """Which claim is wrong, or which kind of mistake it is; never what stands in the claim."""
    return str(getattr(error, "claim", None) or getattr(error, "error", None) or type(error).__name__)


def _text(value: object) -> str:
    """A name or address to be shown and compared; empty for anything else."""
    if not isinstance(value, str) or not value.isprintable():
        return ""
    return value.strip()[:_TEXT_CHARACTERS]


def _groups(value: object) -> frozenset[str]:
    found = [value] if isinstance(value, str) else value
    if not isinstance(found, list) or len(found) > _GROUPS_AT_MOST:
        return frozenset()
    return frozenset(group for group in found if isinstance(group, str))


def usable(document: Mapping[str, Any]) -> list[Key]:
    """The keys of a JSON Web Key Set that sign. Those for something else, and those too weak, are left out."""
    keys = document.get("keys")
    if not isinstance(keys, list):
        raise Untrusted("the provider's keys are no key set")
    found = []
    for data in keys[:100]:
        if isinstance(data, dict) and data.get("use", "sig") == "sig":
            try:
                found.append(jose.public_key(data))
            except jose.UnreadableError:
                continue
    return found
