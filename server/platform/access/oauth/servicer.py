"""OAuthService: the endpoints. Whoever comes proves first which client they are; from then on the call is the client's.

Refusals are OAuth's own answers, and stand in the audit trail of the client's company like every other refusal.
"""

from collections.abc import Callable

import grpc

from corridor.access.v1 import oauth_service_pb2 as api
from corridor.access.v1.security_alert_pb2 import SECURITY_ALERT_KIND_TOKEN_REUSED
from corridor.options.v1 import method_pb2
from corridor.type.v1.raw_request_pb2 import RawRequest
from corridor.type.v1.raw_response_pb2 import RawResponse
from server.kit import context as contexts
from server.kit.clock import Clock
from server.kit.context import Caller
from server.platform.access import alerts
from server.platform.access.oauth import http
from server.platform.access.oauth.access_tokens import AccessTokens
from server.platform.access.oauth.authorizations import PUSHED_SECONDS, Authorization, Authorizations
from server.platform.access.oauth.client_authentication import ClientAuthentication
from server.platform.access.oauth.clients import Client
from server.platform.access.oauth.http import Http, OAuthError
from server.platform.access.oauth.introspection import Introspection
from server.platform.access.oauth.metadata import metadata
from server.platform.access.oauth.signing_keys import PUBLISHED_SECONDS, SigningKeys
from server.platform.access.oauth.token_endpoint import ReusedError, TokenEndpoint
from server.store import audit
from server.store.engine import Store

# Shows a person where to sign in, once their request was found good.
SignInPage = Callable[[Authorization, RawRequest], RawResponse]
_Serve = Callable[[Client, Http, dict[str, str]], RawResponse]
_PUBLIC = {"cache-control": f"public, max-age={PUBLISHED_SECONDS}", "pragma": "public"}


class OAuthServicer:
    """Serves the endpoints."""

    def __init__(
        self,
        store: Store,
        authentication: ClientAuthentication,
        endpoint: TokenEndpoint,
        authorizations: Authorizations,
        introspection: Introspection,
        tokens: AccessTokens,
        keys: SigningKeys,
        clock: Clock,
        sign_in: SignInPage,
    ) -> None:
        self._store = store
        self._authentication = authentication
        self._endpoint = endpoint
        self._authorizations = authorizations
        self._introspection = introspection
        self._issuer = tokens.issuer
        self._keys = keys
        self._clock = clock
        self._sign_in = sign_in

    def CreateToken(self, request: api.CreateTokenRequest, context: grpc.ServicerContext) -> api.CreateTokenResponse:
        """The token endpoint."""
        response = self._by_client(request.request, context, "/oauth/token", self._endpoint.answer)
        return api.CreateTokenResponse(response=response)

    def PushAuthorizationRequest(
        self, request: api.PushAuthorizationRequestRequest, context: grpc.ServicerContext
    ) -> api.PushAuthorizationRequestResponse:
        """The pushed authorization request endpoint."""

        def push(client: Client, asked: Http, form: dict[str, str]) -> RawResponse:
            bound = self._endpoint.binding(client, asked, "/oauth/par", needed=False)
            reference = self._authorizations.push(client, form, bound.thumbprint)
            return http.answer({"request_uri": reference, "expires_in": PUSHED_SECONDS}, 201)

        response = self._by_client(request.request, context, "/oauth/par", push)
        return api.PushAuthorizationRequestResponse(response=response)

    def StartAuthorization(
        self, request: api.StartAuthorizationRequest, _: grpc.ServicerContext
    ) -> api.StartAuthorizationResponse:
        """The authorization endpoint."""
        return api.StartAuthorizationResponse(response=self._start(request.request, form=False))

    def StartAuthorizationByForm(
        self, request: api.StartAuthorizationByFormRequest, _: grpc.ServicerContext
    ) -> api.StartAuthorizationByFormResponse:
        """The authorization endpoint, by a form."""
        return api.StartAuthorizationByFormResponse(response=self._start(request.request, form=True))

    def RevokeToken(self, request: api.RevokeTokenRequest, context: grpc.ServicerContext) -> api.RevokeTokenResponse:
        """The revocation endpoint."""

        def revoke(client: Client, _: Http, form: dict[str, str]) -> RawResponse:
            call = contexts.current()
            with self._store.transaction(client.company_id, client.environment) as connection:
                call.resource_id = self._introspection.revoke(connection, client, form) or client.client_id
                audit.record(connection, call, call.resource_id)
            return http.answer(None)  # RFC 7009, 2.2: the same for tokens that there never were

        return api.RevokeTokenResponse(response=self._by_client(request.request, context, "/oauth/revoke", revoke))

    def IntrospectToken(
        self, request: api.IntrospectTokenRequest, context: grpc.ServicerContext
    ) -> api.IntrospectTokenResponse:
        """The introspection endpoint."""

        def describe(client: Client, _: Http, form: dict[str, str]) -> RawResponse:
            return http.answer(self._introspection.describe(client, form, self._clock.now()))

        response = self._by_client(request.request, context, "/oauth/introspect", describe)
        return api.IntrospectTokenResponse(response=response)

    def GetAuthorizationServerMetadata(
        self, request: api.GetAuthorizationServerMetadataRequest, _: grpc.ServicerContext
    ) -> api.GetAuthorizationServerMetadataResponse:
        """What this server says of itself."""
        found = http.answer(metadata(self._issuer), headers=_PUBLIC)
        return api.GetAuthorizationServerMetadataResponse(response=found)

    def GetJsonWebKeySet(
        self, request: api.GetJsonWebKeySetRequest, _: grpc.ServicerContext
    ) -> api.GetJsonWebKeySetResponse:
        """The public keys."""
        self._keys.signer()  # makes the first key, so that there is always one
        found = http.answer({"keys": list(self._keys.published())}, headers=_PUBLIC)
        return api.GetJsonWebKeySetResponse(response=found)

    def _start(self, raw: RawRequest, *, form: bool) -> RawResponse:
        begun = self._authorizations.begin(raw, form=form)
        if isinstance(begun, RawResponse):
            return begun
        contexts.current().resource_id = begun.authorization_id
        return self._sign_in(begun, raw)

    def _by_client(self, raw: RawRequest, context: grpc.ServicerContext, endpoint: str, serve: _Serve) -> RawResponse:
        """What a client that proved itself is answered."""
        call = contexts.current()
        try:
            asked = Http.of(raw, context)
            form = asked.form()
            client = self._authentication.client(asked, form, endpoint)
            call.caller = Caller(
                method_pb2.CALLER_KIND_OAUTH_CLIENT, client.client_id, client.company_id, client.environment
            )
            call.resource_id = client.client_id
            return serve(client, asked, form)
        except ReusedError as reused:
            self._alert(call.who, reused)
            call.resource_id = reused.grant_id
            error = OAuthError("invalid_grant", "It was used before. Everything that came of it has ended.")
        except OAuthError as refused:
            error = refused
        if call.caller is not None:
            with self._store.of(call.who.company_id, call.who.environment) as connection:
                audit.record_refusal(connection, call, call.who, error.error)
        return http.refusal(error)

    def _alert(self, who: Caller, reused: ReusedError) -> None:
        alerts.raise_alert(
            self._store,
            who.company_id,
            who.environment,
            SECURITY_ALERT_KIND_TOKEN_REUSED,
            reused.grant_id,
            f"The {reused.what} of a grant was used a second time; the grant has ended.",
            client_address=contexts.current().client_ip,
        )
