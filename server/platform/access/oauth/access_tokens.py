"""Access tokens: JWTs by RFC 9068, of one company and environment, signed with a key of the installation.

Reading one proves who signed what, and when it ends; whether it still stands is for `standing` to tell.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from corridor.type.v1 import environment_pb2
from corridor.type.v1.environment_pb2 import Environment
from server.kit import ids
from server.kit.clock import Clock
from server.platform.access.oauth import jose
from server.platform.access.oauth.signing_keys import Signer, SigningKeys

TOKEN_CHARACTERS = 4096
_COMPACT = re.compile(r"[A-Za-z0-9_-]{10,2000}\.[A-Za-z0-9_-]{10,3500}\.[A-Za-z0-9_-]{40,700}")
_KID = re.compile(r"[A-Za-z0-9_-]{43}")
_HEADER = ("alg", "kid", "typ")
_TYPES = {"at+jwt", "application/at+jwt"}  # RFC 9068, 2.1 and 4
_ENVIRONMENTS: Mapping[str, "Environment.ValueType"] = {
    "sandbox": environment_pb2.ENVIRONMENT_SANDBOX,
    "live": environment_pb2.ENVIRONMENT_LIVE,
}
_NAMES = {number: name for name, number in _ENVIRONMENTS.items()}


class Wrong(Enum):
    """Why a token is not taken."""

    MALFORMED = "malformed"  # whoever sends it
    INVALID = "invalid"  # it is not of this installation, or was altered
    EXPIRED = "expired"
    AUDIENCE = "audience"


class TokenError(Exception):
    """The token is not taken. `token` is what it says, where its signature holds."""

    def __init__(self, wrong: Wrong, token: "AccessToken | None" = None) -> None:
        super().__init__(wrong.value)
        self.wrong = wrong
        self.token = token


@dataclass(frozen=True, slots=True)
class Binding:
    """What a caller must prove besides having the token (RFC 7800); empty for bearer tokens."""

    thumbprint: str = ""  # of the DPoP key: `jkt`, RFC 9449, 6.1
    certificate: str = ""  # of the client's certificate: `x5t#S256`, RFC 8705, 3.1

    def claim(self) -> Mapping[str, str]:
        """The `cnf` claim."""
        named = {"jkt": self.thumbprint, "x5t#S256": self.certificate}
        return {name: value for name, value in named.items() if value}


@dataclass(frozen=True, slots=True)
class AccessToken:
    """What an access token says."""

    token_id: str
    company_id: str
    environment: "Environment.ValueType"
    client_id: str
    subject: str
    grant_id: str  # empty where the client got it for itself
    consent_id: str
    scopes: frozenset[str]
    audience: str
    issue_time: int
    expire_time: int
    binding: Binding


class AccessTokens:
    """Makes and reads access tokens."""

    def __init__(self, keys: SigningKeys, clock: Clock, issuer: str, token_seconds: int) -> None:
        self._keys = keys
        self._clock = clock
        self.issuer = issuer
        self.audience = f"{issuer}/v1"
        self.token_seconds = token_seconds

    def signer(self) -> Signer:
        """Asked for before a transaction begins: it may need a connection of its own."""
        return self._keys.signer()

    def make(
        self,
        signer: Signer,
        *,
        company_id: str,
        environment: "Environment.ValueType",
        client_id: str,
        subject: str,
        scopes: Collection[str],
        audience: str = "",
        grant_id: str = "",
        consent_id: str = "",
        binding: Binding = Binding(),
        ends_by: datetime | None = None,
    ) -> tuple[str, int]:
        """A new access token, and for how many seconds it works."""
        now = int(self._clock.now().timestamp())
        seconds = self.token_seconds
        if ends_by is not None:  # a token outlives no grant
            seconds = max(1, min(seconds, int(ends_by.timestamp()) - now))
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "aud": audience or self.audience,
            "sub": subject,
            "client_id": client_id,
            "scope": " ".join(sorted(scopes)),
            "jti": ids.new("at"),
            "iat": now,
            "exp": now + seconds,
            "company": company_id,
            "environment": _NAMES[environment],
        }
        optional = {"grant": grant_id, "consent": consent_id, "cnf": binding.claim()}
        claims.update({name: value for name, value in optional.items() if value})
        return signer({"typ": "at+jwt"}, claims), seconds

    def read(self, token: str, audience: str = "") -> AccessToken:
        """What a token says that was signed here for the audience. Raises `TokenError` for every other one."""
        found = self._signed(token)
        if found.expire_time <= self._clock.now().timestamp():
            raise TokenError(Wrong.EXPIRED, found)
        if found.audience != (audience or self.audience):
            raise TokenError(Wrong.AUDIENCE, found)
        return found

    def read_any(self, token: str) -> AccessToken:
        """What a token says that was signed here, for whatever audience, ended or not. Raises `TokenError`."""
        return self._signed(token)

    def _signed(self, token: str) -> AccessToken:
        if len(token) > TOKEN_CHARACTERS or not _COMPACT.fullmatch(token):
            raise TokenError(Wrong.MALFORMED)
        try:
            header = jose.header(token, _HEADER, _HEADER)
        except jose.UnreadableError:
            raise TokenError(Wrong.MALFORMED) from None
        kid, kind = header["kid"], header["typ"]
        if not isinstance(kid, str) or not _KID.fullmatch(kid):
            raise TokenError(Wrong.MALFORMED)
        if not isinstance(kind, str) or kind.lower() not in _TYPES:
            raise TokenError(Wrong.INVALID)
        key = self._keys.find(kid)
        if key is None or header["alg"] != key.algorithm:  # the key says which algorithm, never the token
            raise TokenError(Wrong.INVALID)
        try:
            claims = jose.claims(token, key.public, key.algorithm)
        except jose.UnreadableError:
            raise TokenError(Wrong.INVALID) from None
        if claims.get("iss") != self.issuer:
            raise TokenError(Wrong.INVALID)
        return _token(claims)


def looks_like_one(credential: str) -> bool:
    """Whether a credential has the form of a token."""
    return _COMPACT.fullmatch(credential) is not None


def _token(claims: Mapping[str, Any]) -> AccessToken:
    """The claims of a token whose signature holds: they are ours, and have the form that we gave them."""
    confirmation = claims.get("cnf", {})
    return AccessToken(
        token_id=claims["jti"],
        company_id=claims["company"],
        environment=_ENVIRONMENTS[claims["environment"]],
        client_id=claims["client_id"],
        subject=claims["sub"],
        grant_id=claims.get("grant", ""),
        consent_id=claims.get("consent", ""),
        scopes=frozenset(claims["scope"].split()),
        audience=claims["aud"],
        issue_time=claims["iat"],
        expire_time=claims["exp"],
        binding=Binding(confirmation.get("jkt", ""), confirmation.get("x5t#S256", "")),
    )
