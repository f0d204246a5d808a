"""Telling what a token is (RFC 7662), and ending one (RFC 7009), for the client that asks and proved itself."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from server.platform.access.oauth import grants
from server.platform.access.oauth.access_tokens import AccessToken, AccessTokens, TokenError
from server.platform.access.oauth.clients import Client
from server.platform.access.oauth.hashes import Hashes
from server.platform.access.oauth.http import OAuthError
from server.platform.access.oauth.standing import Standings
from server.store.engine import Connection, Store

_INACTIVE: Mapping[str, Any] = {"active": False}


class Introspection:
    """Looks at tokens from the side of a client."""

    def __init__(self, store: Store, hashes: Hashes, tokens: AccessTokens, standings: Standings) -> None:
        self._store = store
        self._hashes = hashes
        self._tokens = tokens
        self._standings = standings

    def describe(self, client: Client, form: Mapping[str, str], now: datetime) -> Mapping[str, Any]:
        """What a token is: of the client's company and environment, or nothing at all (RFC 7662, 2.2 and 4)."""
        token = _token(form)
        try:
            found = self._tokens.read_any(token)
        except TokenError:
            with self._store.of(client.company_id, client.environment) as connection:
                return self._refresh_token(connection, client, token)
        if not _same_company(found, client) or found.expire_time <= now.timestamp():
            return _INACTIVE
        scopes = self._standings.of(found).scopes
        if not scopes:
            return _INACTIVE
        bound = found.binding.claim()
        return {
            "active": True,
            "scope": " ".join(sorted(scopes)),
            "client_id": found.client_id,
            "token_type": "DPoP" if found.binding.thumbprint else "Bearer",
            "exp": found.expire_time,
            "iat": found.issue_time,
            "sub": found.subject,
            "aud": found.audience,
            "iss": self._tokens.issuer,
            "jti": found.token_id,
            **({"cnf": bound} if bound else {}),  # RFC 8705, 3.2, and RFC 9449, 6.2
        }

    def revoke(self, connection: Connection, client: Client, form: Mapping[str, str]) -> str:
        """End a token of the client; the id of what ended, empty where there was nothing (RFC 7009, 2.2)."""
        token = _token(form)
        company_id, environment = client.company_id, client.environment
        try:
            found = self._tokens.read_any(token)
        except TokenError:
            refresh = grants.find_refresh_token(connection, self._hashes, company_id, environment, token)
            if refresh is None:
                return ""
            grant, _ = refresh
            _check_owner(grant.client_id, client)
            grants.revoke(connection, company_id, environment, grant_id=grant.grant_id)
            return grant.grant_id
        if not _same_company(found, client):
            return ""
        _check_owner(found.client_id, client)
        end = datetime.fromtimestamp(found.expire_time, UTC)
        grants.revoke_token(connection, company_id, environment, found.token_id, end)
        return found.token_id

    def _refresh_token(self, connection: Connection, client: Client, token: str) -> Mapping[str, Any]:
        found = grants.find_refresh_token(connection, self._hashes, client.company_id, client.environment, token)
        if found is None or found[1] or found[0].over or found[0].client_id != client.client_id:
            return _INACTIVE
        grant = found[0]
        return {
            "active": True,
            "scope": " ".join(sorted(grant.scopes)),
            "client_id": grant.client_id,
            "sub": grant.subject,
            "exp": int(grant.expire_time.timestamp()),
            "iat": int(grant.create_time.timestamp()),
            "iss": self._tokens.issuer,
        }


def _token(form: Mapping[str, str]) -> str:
    if "token" not in form:
        raise OAuthError("invalid_request", "The request has no token.")
    return form["token"]


def _same_company(token: AccessToken, client: Client) -> bool:
    return (token.company_id, token.environment) == (client.company_id, client.environment)


def _check_owner(client_id: str, client: Client) -> None:
    if client_id != client.client_id:  # RFC 7009, 2.1
        raise OAuthError("invalid_grant", "The token was given to another client.")
