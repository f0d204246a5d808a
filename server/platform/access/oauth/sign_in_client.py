"""Corridor as a relying party: what it asks of a company's OpenID Connect provider, and how it reads the answers.

Every address that it calls is judged by the guard; every answer is bounded in size and time, and believed last.
"""

import json
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import structlog
from authlib.common.urls import add_params_to_uri
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc.jwk import Key

from adapters.kit.http import Http
from server.kit import clock
from server.platform.access.oauth import jose, sign_in_tokens
from server.platform.access.oauth.identity_provider import Provider
from server.platform.access.oauth.sign_in_tokens import Expected, Identity, Untrusted
from server.platform.webhooks.guard import Guard, Refused

_log = structlog.get_logger("corridor.sign_in")

_DISCOVERY = "/.well-known/openid-configuration"
_FRESH_SECONDS = 600.0
_ASK_AGAIN_SECONDS = 10.0  # how often an unknown key id may make us fetch the keys
_ANSWER_BYTES = 128 * 1024
_EXCHANGE_SECONDS = 5.0
_REMEMBERED = 256
_ERROR = re.compile(r"[a-z_]{1,40}")


class Unreachable(Exception):  # noqa: N818 - what the provider was
    """The provider does not answer, or answers that it cannot."""


class BuiltIn(Protocol):
    """The test provider, which is asked without a network."""

    def exchange(self, method: str, url: str, headers: Mapping[str, str], content: bytes) -> tuple[int, bytes]:
        """Status and body of its answer."""
        ...


@dataclass(frozen=True, slots=True)
class Metadata:
    """What the discovery document says, as far as it is needed."""

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    end_session_endpoint: str
    says_issuer: bool  # in the authorization response, RFC 9207, 3


@dataclass(frozen=True, slots=True)
class Attempt:
    """The secrets of one way to the provider and back."""

    state: str
    nonce: str
    verifier: str

    def __repr__(self) -> str:
        return "Attempt()"


class RelyingParty:
    """Asks identity providers. Safe to share between threads."""

    def __init__(self, http: Http, guard: Guard, callback_url: str, built_in: BuiltIn | None) -> None:
        self._http = http
        self._guard = guard
        self._callback_url = callback_url
        self._built_in = built_in
        self._documents: OrderedDict[str, tuple[float, dict[str, Any]]] = OrderedDict()
        self._lock = threading.Lock()

    def authorization_url(self, provider: Provider, attempt: Attempt, ends_at: float) -> str:
        """Where to send the browser (OpenID Connect Core 1.0, 3.1.2.1; RFC 7636, 4.3)."""
        url: str = prepare_grant_uri(
            self._metadata(provider, ends_at).authorization_endpoint,
            provider.client_id,
            "code",
            redirect_uri=self._callback_url,
            scope=["openid", *(scope for scope in provider.scopes if scope != "openid")],
            state=attempt.state,
            nonce=attempt.nonce,
            code_challenge=create_s256_code_challenge(attempt.verifier),
            code_challenge_method="S256",
        )
        return url

    def check_sender(self, provider: Provider, said: str | None, ends_at: float) -> None:
        """Raise `Untrusted` unless an answer is this provider's, where it can say so (RFC 9207, 2.4)."""
        if said is None and self._metadata(provider, ends_at).says_issuer:
            raise Untrusted("the answer does not say whose it is")
        if said is not None and said != provider.issuer:
            raise Untrusted("the answer is another provider's")

    def identity(self, provider: Provider, code: str, attempt: Attempt, ends_at: float) -> Identity:
        """Redeem a code, and tell who signed in. Raises `Unreachable` or `Untrusted`."""
        answer = self._redeem(provider, code, attempt, ends_at)
        token, access_token = answer.get("id_token"), answer.get("access_token", "")
        if not isinstance(token, str) or not isinstance(access_token, str):
            raise Untrusted("the answer has no ID token")
        algorithm, kid = sign_in_tokens.key_id(token)
        keys = self._keys(provider, algorithm, kid, ends_at)
        expected = Expected(provider.issuer, provider.client_id, attempt.nonce, access_token, provider.groups_claim)
        return sign_in_tokens.identity(token, keys, algorithm, expected)

    def end_session_url(self, provider: Provider, id_token: str, back_to: str, ends_at: float) -> str:
        """Where the session at the provider ends; empty where it has no such place. Raises as above.

        OpenID Connect RP-Initiated Logout 1.0, section 2.
        """
        endpoint = self._metadata(provider, ends_at).end_session_endpoint
        if not endpoint:
            return ""
        said = [("client_id", provider.client_id), ("post_logout_redirect_uri", back_to)]
        url: str = add_params_to_uri(endpoint, ([("id_token_hint", id_token)] if id_token else []) + said)
        return url

    def _redeem(self, provider: Provider, code: str, attempt: Attempt, ends_at: float) -> dict[str, Any]:
        body = prepare_token_request(
            "authorization_code", redirect_uri=self._callback_url, code=code, code_verifier=attempt.verifier
        )
        headers = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
        # RFC 6749, 2.3.1: both are form-encoded before they are joined; Authlib joins them as they are.
        auth = ClientAuth(*provider.credentials, provider.auth_method)
        url, headers, body = auth.prepare("POST", self._metadata(provider, ends_at).token_endpoint, headers, body)
        status, content = self._exchange(provider, "POST", url, headers, body.encode(), ends_at)
        answer = _document(content)
        if status == 200 and answer is not None:
            return answer
        if status >= 500 or status == 429:
            raise Unreachable(f"the token endpoint answers {status}")
        error = str((answer or {}).get("error", ""))
        raise Untrusted(f"the code was not redeemed: {error if _ERROR.fullmatch(error) else status}")

    def _metadata(self, provider: Provider, ends_at: float) -> Metadata:
        found = self._document(provider, provider.issuer.rstrip("/") + _DISCOVERY, ends_at, _FRESH_SECONDS)
        # OpenID Connect Discovery 1.0, 4.3: otherwise one provider could speak for another.
        if found.get("issuer") != provider.issuer:
            raise Untrusted("the discovery document is another issuer's")
        return Metadata(
            authorization_endpoint=self._address(found, "authorization_endpoint"),
            token_endpoint=self._address(found, "token_endpoint"),
            jwks_uri=self._address(found, "jwks_uri"),
            end_session_endpoint=self._address(found, "end_session_endpoint", needed=False),
            says_issuer=found.get("authorization_response_iss_parameter_supported") is True,
        )

    def _address(self, document: Mapping[str, Any], name: str, *, needed: bool = True) -> str:
        url = document.get(name)
        if url is None and not needed:
            return ""
        try:
            self._guard.target(url if isinstance(url, str) else "")
        except Refused as refused:
            raise Untrusted(f"the provider's {name} {refused.why}") from None
        return str(url)

    def _keys(self, provider: Provider, algorithm: str, kid: str | None, ends_at: float) -> Sequence[Key]:
        """The keys that may have signed. A key that is not known may be new: the set is then fetched again."""
        url = self._metadata(provider, ends_at).jwks_uri
        for fresh_seconds in (_FRESH_SECONDS, _ASK_AGAIN_SECONDS):
            keys = sign_in_tokens.usable(self._document(provider, url, ends_at, fresh_seconds))
            if found := jose.candidates(keys, kid, algorithm):
                return found
        raise Untrusted("the ID token's key is not among the provider's")

    def _document(self, provider: Provider, url: str, ends_at: float, fresh_seconds: float) -> dict[str, Any]:
        """A public document of the provider, as it was at most so many seconds ago."""
        known = self._documents.get(url)
        if known is not None and clock.monotonic() < known[0] + fresh_seconds:
            return known[1]
        status, content = self._exchange(provider, "GET", url, {"accept": "application/json"}, b"", ends_at)
        document = _document(content)
        if status != 200:
            raise Unreachable(f"a document of the provider is answered with {status}")
        if document is None:
            raise Untrusted("a document of the provider is not JSON")
        with self._lock:
            self._documents[url] = clock.monotonic(), document
            self._documents.move_to_end(url)
            if len(self._documents) > _REMEMBERED:
                self._documents.popitem(last=False)
        return document

    def _exchange(
        self, provider: Provider, method: str, url: str, headers: Mapping[str, str], content: bytes, ends_at: float
    ) -> tuple[int, bytes]:
        if provider.built_in:
            if self._built_in is None:
                raise Unreachable("the built-in provider is switched off")
            return self._built_in.exchange(method, url, headers, content)
        try:
            self._guard.target(url)
            answer = self._http.exchange(
                method,
                url,
                headers=headers,
                content=content,
                ends_at=min(ends_at, time.monotonic() + _EXCHANGE_SECONDS),
                limit_bytes=_ANSWER_BYTES,
            )
        except Refused as refused:
            raise Untrusted(f"the provider's address {refused.why}") from None
        except Exception as error:  # every way in which a stranger's server can misbehave
            raise Unreachable(type(error).__name__) from None
        return answer.status, answer.body


def _document(content: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
