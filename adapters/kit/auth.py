"""How a call proves who it is: bearer tokens, tokens that are fetched and kept, and signed requests.

Rule: what proves it stands in no repr, no error and no capture. The cryptography is hmac's and joserfc's.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote_plus

from adapters.kit import tokens
from adapters.kit.call import Call
from adapters.kit.errors import Misconfigured, ProviderError, Unavailable
from adapters.kit.sending import Presented
from adapters.kit.signing import HmacSigner, JwsSigner
from adapters.kit.tokens import Token

__all__ = ["CachedToken", "HmacSigner", "JwsSigner", "Token", "bearer", "client_credentials"]

_OAUTH_CODES = frozenset({"error", "token_type", "expires_in", "grant_type", "scope"})
_ABOUT_THE_CLIENT = frozenset({"invalid_client", "unauthorized_client", "invalid_grant"})


def bearer(token: str) -> dict[str, str]:
    """The header of a bearer token (RFC 6750, 2.1)."""
    return {"Authorization": f"Bearer {token}"}


@dataclass(frozen=True, slots=True)
class CachedToken:
    """An access token that `fetch` gets, kept for all calls with the same credentials at the same address.

    `fetch` uses the call that needs the token, so its exchange is kept among the call's. It asks with
    `writes=False`: a token request moves no money, so its lost answer is `Unavailable`. It is `only_asks`, too.
    """

    name: str
    fetch: Callable[[Call], Token]
    header: str = "Authorization"
    prefix: str = "Bearer "

    def present(self, call: Call) -> Presented:
        """The token for the next request, fetched if there is none."""
        value, fresh = call.tokens.get(self._key(call), lambda: self.fetch(call), call.seconds_left)
        return Presented(self.header, self.prefix + value, value, cached=not fresh)

    def forget(self, call: Call, presented: Presented) -> None:
        """Use this token no more."""
        call.tokens.forget(self._key(call), presented.value)

    def _key(self, call: Call) -> tokens.Key:
        return tokens.key(self.name, call.base_url, call.credentials)


def client_credentials(
    path: str,
    *,
    host: str = "",
    scope: str = "",
    style: Literal["basic", "body"] = "basic",
    client_id: str = "client_id",
    client_secret: str = "client_secret",  # noqa: S107 - the name of a credential in the manifest
    accept: str = "application/json",
) -> CachedToken:
    """Tokens by the client credentials grant (RFC 6749, 4.4), with the client in a Basic header or in the body.

    `client_id` and `client_secret` are the credentials' names in the manifest.
    """

    def fetch(call: Call) -> Token:
        client, secret = call.credential(client_id), call.credential(client_secret)
        form: dict[str, object] = {"grant_type": "client_credentials", "scope": scope or None}
        if style == "body":
            form |= {"client_id": client, "client_secret": secret}
        # RFC 6749, 2.3.1: both are form-encoded before they become user and password.
        auth = (quote_plus(client), quote_plus(secret)) if style == "basic" else None
        answer = call.send(
            "POST",
            path,
            host=host,
            form=form,
            auth=auth,
            accept=accept,
            writes=False,
            only_asks=True,
            safe=_OAUTH_CODES,
            code_of=_error,
            on_client_error=_refusal,
        )
        return _token(answer)

    return CachedToken(f"client_credentials {host} {path} {scope}", fetch)


def _error(body: Any) -> object:
    return body["error"]


def _refusal(status: int, body: Any) -> ProviderError | None:
    """RFC 6749, 5.2: what is wrong with the client is a 400 with most servers, not a 401."""
    code = str(body["error"])
    if code not in _ABOUT_THE_CLIENT:
        return None
    return Misconfigured(f"the token was refused: HTTP {status}", code=code, credentials=True)


def _token(answer: Any) -> Token:
    """RFC 6749, 5.1. The type's case does not matter."""
    fields: Mapping[str, Any] = answer if isinstance(answer, Mapping) else {}
    value, lasts = fields.get("access_token"), fields.get("expires_in")
    if not isinstance(value, str) or not value:
        raise Unavailable("the answer holds no access token")
    if str(fields.get("token_type", "bearer")).lower() != "bearer":
        raise Misconfigured("the access token is not a bearer token")
    try:
        return Token(value, None if lasts is None else float(lasts))
    except (TypeError, ValueError):
        return Token(value)
