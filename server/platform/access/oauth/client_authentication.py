"""Which client a request at the endpoints is from. It proves itself in the one way that is set for it, and in no other.

Whoever fails hears the same words, whether the client exists or not; that it exists is no secret (RFC 6749, 2.2).
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote_plus

from joserfc.util import urlsafe_b64decode

from corridor.access.v1 import oauth_client_pb2 as pb
from server.kit.clock import Clock
from server.platform.access.oauth import certificates, clients, dpop, jose
from server.platform.access.oauth.clients import Client
from server.platform.access.oauth.hashes import CLIENT_SECRET, Hashes
from server.platform.access.oauth.http import Http, OAuthError
from server.store.engine import Store

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"  # RFC 7523, 2.2
ASSERTION_ALGORITHMS = (*jose.ALGORITHMS, "RS256")  # the last one not under FAPI 2.0 (its section 5.4)
_HEADER = ("alg", "kid", "typ")
_TYPES = {None, "JWT", "client-authentication+jwt"}
_ASSERTION_SECONDS = 600.0  # how far ahead its end may be
_LEEWAY_SECONDS = 10.0
_ID_CHARACTERS = 256
_NOBODY = b"\0" * 32


class ClientAuthentication:
    """Tells which client a request is from."""

    def __init__(self, store: Store, hashes: Hashes, clock: Clock, issuer: str) -> None:
        self._store = store
        self._hashes = hashes
        self._clock = clock
        self._issuer = issuer

    def client(self, http: Http, form: Mapping[str, str], endpoint: str) -> Client:
        """The client. Raises `OAuthError` `invalid_client` unless it proves that it is itself."""
        basic = _basic(http)
        assertion = form.get("client_assertion", "")
        ways = [bool(basic), "client_secret" in form, bool(assertion or "client_assertion_type" in form)]
        if sum(ways) > 1:
            raise OAuthError("invalid_request", "A client proves itself in one way at a time (RFC 6749, 2.3).")
        if basic:
            named, secret = basic
            way = pb.CLIENT_AUTHENTICATION_CLIENT_SECRET_BASIC
        elif "client_secret" in form:
            named, secret = form.get("client_id", ""), form["client_secret"]
            way = pb.CLIENT_AUTHENTICATION_CLIENT_SECRET_POST
        else:
            named, secret = (_subject(assertion) if assertion else form.get("client_id", "")), ""
            way = pb.CLIENT_AUTHENTICATION_UNSPECIFIED
        if form.get("client_id", named) != named:
            raise _invalid(basic is not None)
        found = clients.find(self._store, named)
        if not self._proved(found, way, secret, http, form, endpoint) or found is None or not found.enabled:
            raise _invalid(basic is not None)
        return found

    def _proved(
        self,
        client: Client | None,
        way: "pb.ClientAuthentication.ValueType",
        secret: str,
        http: Http,
        form: Mapping[str, str],
        endpoint: str,
    ) -> bool:
        if way:
            known = client.secret_hashes if client else ()
            presented = self._hashes.hash(CLIENT_SECRET, secret)
            # Every hash is compared, and one where there is none.
            right = [hmac.compare_digest(presented, stored) for stored in (*known, _NOBODY)]
            return client is not None and client.settings.authentication == way and any(right)
        if client is None:
            return False
        match client.settings.authentication:
            case pb.CLIENT_AUTHENTICATION_PRIVATE_KEY_JWT:
                return self._asserted(client, form, endpoint)
            case pb.CLIENT_AUTHENTICATION_TLS_CLIENT_AUTH:
                settings, der = client.settings, http.certificate
                if "client_assertion" in form or not certificates.in_time(der, self._clock):
                    return False
                if settings.certificate_subject:
                    return certificates.has_subject(der, settings.certificate_subject)
                return certificates.has_uri(der, settings.certificate_uri)
            case pb.CLIENT_AUTHENTICATION_SELF_SIGNED_TLS_CLIENT_AUTH:
                der = http.certificate
                in_time = "client_assertion" not in form and certificates.in_time(der, self._clock)
                return in_time and certificates.stands_in(der, client.settings.jwks)
        return False

    def _asserted(self, client: Client, form: Mapping[str, str], endpoint: str) -> bool:
        """Whether a JWT of the client proves it (RFC 7523, 3)."""
        if form.get("client_assertion_type") != ASSERTION_TYPE:
            return False
        assertion = form.get("client_assertion", "")
        claims = _claims(client, assertion)
        if claims is None or not self._for_us(client, claims, endpoint):
            return False
        identity, end = claims["jti"], datetime.fromtimestamp(claims["exp"], UTC)
        digest = hashlib.sha256(f"assertion\0{client.client_id}\0{identity}".encode(errors="replace")).digest()
        with self._store.of(client.company_id, client.environment) as connection:
            return dpop.take(connection, client.company_id, client.environment, digest, end)

    def _for_us(self, client: Client, claims: Mapping[str, Any], endpoint: str) -> bool:
        now = self._clock.now().timestamp()
        audience = claims.get("aud")
        # FAPI 2.0 Security Profile, 5.3.2.1: the issuer, as a text. Others may also name the endpoint (RFC 7523, 3).
        admitted = {self._issuer}
        if not client.fapi:
            admitted |= {f"{self._issuer}{endpoint}", f"{self._issuer}/oauth/token"}
        named = audience if isinstance(audience, list) and not client.fapi else [audience]
        ends, identity = claims.get("exp"), claims.get("jti")
        times = [claims.get(name, now) for name in ("exp", "iat", "nbf")]
        return (
            claims.get("iss") == claims.get("sub") == client.client_id
            and any(isinstance(name, str) and name in admitted for name in named)
            and isinstance(identity, str)
            and 0 < len(identity) <= _ID_CHARACTERS
            and all(isinstance(t, int | float) and not isinstance(t, bool) for t in times)
            and isinstance(ends, int | float)
            and now < ends <= now + _ASSERTION_SECONDS
            and times[1] <= now + _LEEWAY_SECONDS
            and times[2] <= now + _LEEWAY_SECONDS
        )


def _basic(http: Http) -> tuple[str, str] | None:
    scheme, _, value = http.header("authorization").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, found, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        raise _invalid(True) from None
    if not found:
        raise _invalid(True)
    return unquote_plus(name), unquote_plus(secret)  # RFC 6749, 2.3.1


def _subject(assertion: str) -> str:
    """Whom an assertion speaks of; its signature is checked with that client's keys."""
    try:
        claims = json.loads(urlsafe_b64decode(assertion.split(".")[1].encode()))
    except (IndexError, ValueError, RecursionError):
        return ""
    subject = claims.get("sub") if isinstance(claims, dict) else None
    return subject if isinstance(subject, str) else ""


def _claims(client: Client, assertion: str) -> Mapping[str, Any] | None:
    try:
        header = jose.header(assertion, _HEADER, ("alg",))
        algorithm, kid, kind = header["alg"], header.get("kid"), header.get("typ")
        admitted = jose.ALGORITHMS if client.fapi else ASSERTION_ALGORITHMS
        if algorithm not in admitted or not (kind is None or isinstance(kind, str)) or kind not in _TYPES:
            return None
        keys = jose.candidates(jose.key_set(client.settings.jwks), kid, algorithm)
    except jose.UnreadableError:
        return None
    for key in keys:
        try:
            return jose.claims(assertion, key, algorithm)
        except jose.UnreadableError:
            continue
    return None


def _invalid(challenged: bool) -> OAuthError:
    """RFC 6749, 5.2: 401, with a challenge for those that used the Authorization header."""
    headers = {"www_authenticate": 'Basic realm="corridor"'} if challenged else {}
    return OAuthError("invalid_client", "The client is not known, or did not prove that it is itself.", 401, **headers)
