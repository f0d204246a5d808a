"""The token endpoint (RFC 6749, 3.2): a client shows what it has, and gets a token for it.

A code or refresh token that is used a second time ends its grant, and that end is committed before the refusal is told.
"""

import hmac
import re
from collections.abc import Mapping
from typing import Any

from authlib.oauth2.rfc7636 import create_s256_code_challenge

from corridor.access.v1 import oauth_client_pb2 as pb
from corridor.type.v1.raw_response_pb2 import RawResponse
from server.kit.clock import Clock
from server.platform.access.oauth import authorization_request as requests
from server.platform.access.oauth import certificates, dpop, grants, http
from server.platform.access.oauth.access_tokens import AccessTokens, Binding
from server.platform.access.oauth.authorizations import Authorizations
from server.platform.access.oauth.clients import Client
from server.platform.access.oauth.grants import Grant
from server.platform.access.oauth.hashes import Hashes
from server.platform.access.oauth.http import Http, OAuthError
from server.platform.access.oauth.signing_keys import Signer
from server.store.engine import Connection, Store

PATH = "/oauth/token"
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")  # RFC 7636, 4.1
_GRANT_TYPES: Mapping[str, "pb.GrantType.ValueType"] = {
    "client_credentials": pb.GRANT_TYPE_CLIENT_CREDENTIALS,
    "authorization_code": pb.GRANT_TYPE_AUTHORIZATION_CODE,
    "refresh_token": pb.GRANT_TYPE_REFRESH_TOKEN,
}


class ReusedError(Exception):
    """A code or refresh token was used a second time. Its grant has ended."""

    def __init__(self, grant_id: str, what: str) -> None:
        super().__init__(what)
        self.grant_id = grant_id
        self.what = what


class TokenEndpoint:
    """Gives tokens to clients that have proved themselves."""

    def __init__(
        self, store: Store, hashes: Hashes, tokens: AccessTokens, authorizations: Authorizations, clock: Clock
    ) -> None:
        self._store = store
        self._hashes = hashes
        self._tokens = tokens
        self._authorizations = authorizations
        self._clock = clock

    def answer(self, client: Client, request: Http, form: Mapping[str, str]) -> RawResponse:
        """The token, or `OAuthError`. Raises `ReusedError` where something was used a second time."""
        if "grant_type" not in form:
            raise OAuthError("invalid_request", "The request has no grant_type.")
        grant_type = _GRANT_TYPES.get(form["grant_type"])
        if grant_type is None:
            raise OAuthError("unsupported_grant_type", "This grant_type is none of those that there are.")
        if not client.may(grant_type):
            raise OAuthError("unauthorized_client", "The client may not use this grant_type.")
        binding = self.binding(client, request, PATH)
        signer = self._tokens.signer()
        match form["grant_type"]:
            case "client_credentials":
                return self._for_itself(client, form, binding, signer)
            case "authorization_code":
                return self._by_code(client, form, binding, signer)
        return self._again(client, form, binding, signer)

    def binding(self, client: Client, request: Http, path: str, *, needed: bool = True) -> Binding:
        """To what the client's token is bound: the key of its DPoP proof (RFC 9449, 5), its certificate, or both."""
        settings, certificate = client.settings, ""
        if settings.certificate_bound_access_tokens and needed:  # also beside a proof, which anybody can make
            if not request.certificate:
                raise OAuthError("invalid_request", "The client's tokens are bound to its certificate; none was shown.")
            certificate = certificates.thumbprint(request.certificate)
        if proof := request.header("dpop"):
            return Binding(self._proved(client, proof, path), certificate)
        if settings.dpop_bound_access_tokens and needed:
            raise OAuthError("invalid_dpop_proof", "The client's tokens are bound to a DPoP key; a proof is needed.")
        return Binding(certificate=certificate)

    def _proved(self, client: Client, proof: str, path: str) -> str:
        url = f"{self._tokens.issuer}{path}"
        try:
            found = dpop.check(proof, method="POST", url=url, now=self._clock.now())
        except dpop.ProofError as error:
            raise OAuthError("invalid_dpop_proof", f"The DPoP proof cannot be taken: {error}.") from None
        with self._store.of(client.company_id, client.environment) as connection:
            if not dpop.take(connection, client.company_id, client.environment, found.digest, found.expire_time):
                raise OAuthError("invalid_dpop_proof", "The DPoP proof was used before.")
        return found.thumbprint

    def _for_itself(self, client: Client, form: Mapping[str, str], binding: Binding, signer: Signer) -> RawResponse:
        resource = requests.resource(client, form, self._tokens.audience)
        scopes = requests.scopes(client, form)
        token, seconds = self._tokens.make(
            signer,
            company_id=client.company_id,
            environment=client.environment,
            client_id=client.client_id,
            subject=client.client_id,  # RFC 9068, 2.2
            scopes=scopes,
            audience=resource,
            binding=binding,
        )
        return _answer(token, seconds, scopes, binding, "")

    def _by_code(self, client: Client, form: Mapping[str, str], binding: Binding, signer: Signer) -> RawResponse:
        if "code" not in form or not _VERIFIER.fullmatch(form.get("code_verifier", "")):
            raise OAuthError("invalid_request", "The request needs code and code_verifier (RFC 7636, 4.5).")
        with self._store.transaction(client.company_id, client.environment) as connection:
            grant = self._granted(connection, client, form, binding)
            if isinstance(grant, Grant):
                return self._give(connection, client, grant, grant.scopes, binding, signer, refresh=None)
        raise grant  # after the commit: the code is used up, and a grant that had to end has ended

    def _granted(
        self, connection: Connection, client: Client, form: Mapping[str, str], binding: Binding
    ) -> Grant | Exception:
        """The grant of a code that holds in every respect, or what to raise once the code's use is committed."""
        company_id, environment = client.company_id, client.environment
        code = grants.take_code(connection, self._hashes, company_id, environment, form["code"])
        wrong = OAuthError("invalid_grant", "The code is not valid, or not for this request.")
        grant = grants.get(connection, company_id, environment, code.grant_id) if code else None
        if code is None or grant is None:
            return wrong
        if code.used:  # RFC 6749, 4.1.2: what came of it is revoked
            grants.revoke(connection, company_id, environment, grant_id=grant.grant_id)
            return ReusedError(grant.grant_id, "authorization code")
        journey = self._authorizations.of_code(connection, company_id, environment, code.authorization_id)
        right = (
            journey is not None
            and not (code.expired or grant.over)
            and grant.client_id == client.client_id
            and form.get("redirect_uri") == journey.parameters.redirect_uri
            and _verified(form["code_verifier"], journey.parameters.code_challenge)
            and journey.parameters.thumbprint in {"", binding.thumbprint}
            and requests.resource(client, form, self._tokens.audience) in {"", grant.resource}
        )
        return grant if right else wrong

    def _again(self, client: Client, form: Mapping[str, str], binding: Binding, signer: Signer) -> RawResponse:
        """By a refresh token, which is rotated (RFC 9700, 4.14.2); under FAPI 2.0 it stays (its section 5.3.2.1)."""
        token = form.get("refresh_token", "")
        if not token:
            raise OAuthError("invalid_request", "The request has no refresh_token.")
        wrong = OAuthError("invalid_grant", "The refresh token is not valid.")
        reused: Grant | None = None
        company_id, environment = client.company_id, client.environment
        with self._store.transaction(company_id, environment) as connection:
            found = grants.find_refresh_token(connection, self._hashes, company_id, environment, token, lock=True)
            if found is None or found[0].client_id != client.client_id:
                raise wrong
            grant, used = found
            if not used:
                if grant.over:
                    raise wrong
                scopes = _narrowed(grant, form)
                if not client.fapi:
                    grants.use_refresh_token(connection, self._hashes, company_id, environment, token)
                kept = token if client.fapi else None
                return self._give(connection, client, grant, scopes, binding, signer, refresh=kept)
            grants.revoke(connection, company_id, environment, grant_id=grant.grant_id)
            reused = grant
        raise ReusedError(reused.grant_id, "refresh token")

    def _give(
        self,
        connection: Connection,
        client: Client,
        grant: Grant,
        scopes: frozenset[str],
        binding: Binding,
        signer: Signer,
        *,
        refresh: str | None,
    ) -> RawResponse:
        left = scopes & set(client.settings.scopes)
        if not left:
            raise OAuthError("invalid_scope", "The client may have none of these scopes any more.")
        token, seconds = self._tokens.make(
            signer,
            company_id=client.company_id,
            environment=client.environment,
            client_id=client.client_id,
            subject=grant.subject,
            scopes=left,
            audience=grant.resource,
            grant_id=grant.grant_id,
            consent_id=grant.consent_id,
            binding=binding,
            ends_by=grant.expire_time,
        )
        if refresh is None and client.may(pb.GRANT_TYPE_REFRESH_TOKEN):
            refresh = grants.add_refresh_token(connection, self._hashes, client.company_id, client.environment, grant)
        return _answer(token, seconds, tuple(left), binding, refresh or "")


def _verified(verifier: str, challenge: str) -> bool:
    return hmac.compare_digest(create_s256_code_challenge(verifier), challenge)  # RFC 7636, 4.6


def _narrowed(grant: Grant, form: Mapping[str, str]) -> frozenset[str]:
    asked = frozenset(form["scope"].split(" ")) if form.get("scope") else grant.scopes
    if asked - grant.scopes:
        raise OAuthError("invalid_scope", "The grant does not have all of these scopes (RFC 6749, 6).")
    return asked


def _answer(token: str, seconds: int, scopes: tuple[str, ...], binding: Binding, refresh_token: str) -> RawResponse:
    body: dict[str, Any] = {
        "access_token": token,
        "token_type": "DPoP" if binding.thumbprint else "Bearer",
        "expires_in": seconds,
        "scope": " ".join(sorted(scopes)),
    }
    if refresh_token:
        body["refresh_token"] = refresh_token
    return http.answer(body)
