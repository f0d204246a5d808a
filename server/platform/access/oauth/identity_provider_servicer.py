"""IdentityProviderService. A secret is only ever sent to the issuer and client for which it was given."""

import grpc

from corridor.access.v1 import identity_provider_pb2
from corridor.access.v1 import identity_provider_service_pb2 as api
from corridor.access.v1.identity_provider_pb2 import IdentityProvider
from corridor.errors.v1 import error_reason_pb2 as reasons
from server.kit import context as contexts
from server.kit import etags
from server.kit.errors import Failure, Violation, fail
from server.platform.access import changes
from server.platform.access.oauth import members, members_roles
from server.platform.access.oauth.identity_provider import END_USER_SCOPES, IdentityProviders
from server.platform.webhooks.guard import Guard, Refused
from server.store import audit, idempotency, locks
from server.store.engine import Store

_RESOURCE = "identity_provider"


class IdentityProviderServicer:
    """Keeps the provider of the caller's company and environment."""

    def __init__(self, store: Store, providers: IdentityProviders, guard: Guard) -> None:
        self._store = store
        self._providers = providers
        self._guard = guard

    def UpdateIdentityProvider(self, request: api.UpdateIdentityProviderRequest, _: grpc.ServicerContext) -> bytes:
        """Set the provider."""
        context = contexts.current()
        idempotency.check(self._store, context)
        self._check(request)
        given = members_roles.scopes(each.role for each in request.group_roles)
        members_roles.check_gives(context.who, given | set(request.end_user_scopes))
        wanted = IdentityProvider(
            issuer=request.issuer,
            client_id=request.client_id,
            auth_method=request.auth_method,
            scopes=request.scopes,
            groups_claim=request.groups_claim,
            group_roles=request.group_roles,
            admits_by_group=request.admits_by_group,
            end_user_scopes=request.end_user_scopes,
        )
        with idempotency.once(self._store, context) as (connection, answer):
            locks.alone(connection, context, _RESOURCE)
            etags.check(context, self._providers.get(connection, context))
            before = self._providers.is_set(connection, context)
            changes.check_unrestricted(connection, context)
            if before is None or before.issuer != request.issuer:  # which says from now on who was invited
                invited = members.invited_roles(connection, context)
                members_roles.check_gives(context.who, members_roles.scopes(invited))
            secret = _secret(request, before)
            provider = self._providers.put(connection, context, wanted, secret)
            audit.record(connection, context, _RESOURCE)
            return answer(_RESOURCE, api.UpdateIdentityProviderResponse(identity_provider=provider))

    def GetIdentityProvider(
        self, _request: api.GetIdentityProviderRequest, _: grpc.ServicerContext
    ) -> api.GetIdentityProviderResponse:
        """The provider, without its secret."""
        with self._store.mine() as connection:
            provider = self._providers.get(connection, contexts.current())
        if provider is None:
            raise _no_provider()
        return api.GetIdentityProviderResponse(identity_provider=provider)

    def DeleteIdentityProvider(self, _request: api.DeleteIdentityProviderRequest, _: grpc.ServicerContext) -> bytes:
        """Remove the provider."""
        context = contexts.current()
        with idempotency.once(self._store, context) as (connection, answer):
            locks.alone(connection, context, _RESOURCE)
            if self._providers.is_set(connection, context) is None:
                raise _no_provider()
            etags.check(context, self._providers.get(connection, context))
            self._providers.delete(connection, context)
            audit.record(connection, context, _RESOURCE)
            return answer(_RESOURCE, api.DeleteIdentityProviderResponse())

    def _check(self, request: api.UpdateIdentityProviderRequest) -> None:
        # Outside of the transaction: a slow name server must not hold a connection to the database.
        why = ""
        if "?" in request.issuer:
            why = "has a query, which no issuer has"  # OpenID Connect Discovery 1.0, section 3
        elif self._providers.is_built_in(request.issuer):
            why = "is the built-in test provider, which serves a sandbox that has set no other"
        else:
            try:
                self._guard.check(request.issuer)
            except Refused as refused:
                why = refused.why
        if why:
            detail = f"The issuer cannot be used: it {why}."
            violation = Violation("issuer", why, "issuer")
            raise fail(reasons.ERROR_REASON_ENDPOINT_URL_REFUSED, detail, violations=[violation])
        if others := sorted(set(request.end_user_scopes) - END_USER_SCOPES):
            names = f"{', '.join(others)} cannot be an end user's to give"
            raise _invalid("end_user_scopes", f"{names}; {', '.join(sorted(END_USER_SCOPES))} can")
        if request.group_roles and not request.groups_claim:
            raise _invalid("groups_claim", "is needed where groups give roles")


def _secret(request: api.UpdateIdentityProviderRequest, before: IdentityProvider | None) -> str | None:
    """The secret to store; None to keep the one before. Raises INVALID_ARGUMENT where there is neither."""
    if request.auth_method == identity_provider_pb2.PROVIDER_AUTH_METHOD_NONE:
        if request.client_secret:
            raise _invalid("client_secret", "is not used with this auth_method")
        return ""
    if request.client_secret:
        return str(request.client_secret)
    none = identity_provider_pb2.PROVIDER_AUTH_METHOD_NONE
    if before is None or before.auth_method == none:
        raise _invalid("client_secret", "is needed with this auth_method")
    if (before.issuer, before.client_id) != (request.issuer, request.client_id):
        raise _invalid("client_secret", "is needed, as the one before was for another issuer or client")
    return None


def _invalid(field: str, why: str) -> Failure:
    violation = Violation(field, why, field)
    return fail(reasons.ERROR_REASON_INVALID_ARGUMENT, f"Not valid: {field} {why}.", violations=[violation])


def _no_provider() -> Failure:
    return fail(reasons.ERROR_REASON_NOT_FOUND, "No identity provider is set in this environment.")
