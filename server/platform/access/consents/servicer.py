"""ConsentService: reads the context, changes or reads consents, answers."""

from collections.abc import Mapping
from datetime import UTC, datetime

import grpc

from adapters.kit.discovery import Provider
from adapters.kit.ports import Grants
from corridor.access.v1 import consent_service_pb2 as api
from corridor.access.v1.consent_pb2 import Consent
from corridor.errors.v1 import error_reason_pb2 as reasons
from server.kit import context as contexts
from server.kit.context import Context
from server.kit.errors import Violation, fail
from server.kit.paging import PageTokens
from server.platform.access.consents import dependents, provider_grants, repository
from server.platform.access.consents.changes import Consents, How, not_active
from server.platform.providers import connections
from server.store import audit, idempotency
from server.store.engine import Connection, Store
from server.store.wake import Waker


class ConsentServicer:
    """Keeps the consents of the caller's company in the caller's environment."""

    def __init__(
        self, store: Store, tokens: PageTokens, consents: Consents, providers: Mapping[str, Provider], waker: Waker
    ) -> None:
        self._store = store
        self._tokens = tokens
        self._consents = consents
        self._providers = providers
        self._waker = waker

    def GrantConsent(self, request: api.GrantConsentRequest, _: grpc.ServicerContext) -> bytes:
        """Record that a consent was given, or given again."""
        context = contexts.current()
        with idempotency.once(self._store, context) as (connection, answer):
            consent = self._consents.grant(
                connection,
                context,
                purpose=request.purpose,
                data_scopes=request.data_scopes,
                subject=request.subject,
                legal_basis=request.legal_basis,
                how=_how(request),
                expire_time=_expiry(request),
                reconsent_days=request.reconsent_days,
            )
            audit.record(connection, context, consent.consent_id)
            return answer(consent.consent_id, api.GrantConsentResponse(consent=consent))

    def GetConsent(self, request: api.GetConsentRequest, _: grpc.ServicerContext) -> api.GetConsentResponse:
        """One consent."""
        with self._store.mine() as connection:
            return api.GetConsentResponse(consent=_found(connection, contexts.current(), request.consent_id))

    def ListConsents(self, request: api.ListConsentsRequest, _: grpc.ServicerContext) -> api.ListConsentsResponse:
        """A page of consents, the newest first."""
        context = contexts.current()
        page = self._tokens.page(context, request)
        subject = self._consents.subject_digest(context, request.subject) if request.HasField("subject") else b""
        with self._store.mine() as connection:
            found, more = repository.page(connection, context, page, state=request.state, subject=subject)
        following = self._tokens.next(context, request, found[-1].consent_id) if more else ""
        return api.ListConsentsResponse(consents=found, next_page_token=following)

    def RevokeConsent(self, request: api.RevokeConsentRequest, _: grpc.ServicerContext) -> bytes:
        """Take a consent back. Tokens end in the same transaction; workers stop the rest."""
        context = contexts.current()
        with idempotency.once(self._store, context) as (connection, answer):
            consent = _found(connection, context, request.consent_id, lock=True)
            self._consents.revoke(connection, context, consent, request.reason)
            audit.record(connection, context, consent.consent_id)
            answered = answer(consent.consent_id, api.RevokeConsentResponse(consent=consent))
        self._waker.wake()
        return answered

    def RestoreConsent(self, request: api.RestoreConsentRequest, _: grpc.ServicerContext) -> bytes:
        """Record that an ended consent was given again."""
        context = contexts.current()
        with idempotency.once(self._store, context) as (connection, answer):
            consent = _found(connection, context, request.consent_id, lock=True)
            self._consents.restore(connection, context, consent, how=_how(request), expire_time=_expiry(request))
            audit.record(connection, context, consent.consent_id)
            return answer(consent.consent_id, api.RestoreConsentResponse(consent=consent))

    def RenewConsent(self, request: api.RenewConsentRequest, _: grpc.ServicerContext) -> bytes:
        """Record that a consent was given anew."""
        context = contexts.current()
        with idempotency.once(self._store, context) as (connection, answer):
            consent = _found(connection, context, request.consent_id, lock=True)
            self._consents.renew(connection, context, consent, how=_how(request), expire_time=_expiry(request))
            audit.record(connection, context, consent.consent_id)
            return answer(consent.consent_id, api.RenewConsentResponse(consent=consent))

    def AddProviderGrant(self, request: api.AddProviderGrantRequest, _: grpc.ServicerContext) -> bytes:
        """Keep a provider's token under a consent."""
        context = contexts.current()
        with idempotency.once(self._store, context) as (connection, answer):
            _found(connection, context, request.consent_id)
            if repository.in_force(connection, context, request.consent_id) is None:
                raise not_active(request.consent_id)
            self._check_provider(connection, context, request.connection_id)
            grant = provider_grants.add(connection, context, request.consent_id, request.connection_id, request.token)
            audit.record(connection, context, request.consent_id)
            return answer(request.consent_id, api.AddProviderGrantResponse(provider_grant=grant))

    def ListConsentDependents(
        self, request: api.ListConsentDependentsRequest, _: grpc.ServicerContext
    ) -> api.ListConsentDependentsResponse:
        """A page of what rests on a consent."""
        context = contexts.current()
        page = self._tokens.page(context, request)
        with self._store.mine() as connection:
            _found(connection, context, request.consent_id)
            found, more = dependents.page(connection, context, request.consent_id, page)
        following = self._tokens.next(context, request, found[-1].dependent_id) if more else ""
        return api.ListConsentDependentsResponse(dependents=found, next_page_token=following)

    def _check_provider(self, connection: Connection, context: Context, connection_id: str) -> None:
        """Raise unless the provider behind the caller's connection can be told to revoke a token."""
        found = connections.find(connection, context, connection_id)
        if found is None:
            raise fail(reasons.ERROR_REASON_NOT_FOUND, f"There is no connection {connection_id}.")
        if not self._providers[found.provider].implements(Grants):
            violation = Violation("connection_id", "must be of a provider that can revoke tokens", "grants")
            raise fail(reasons.ERROR_REASON_INVALID_ARGUMENT, "The provider revokes no tokens.", violations=[violation])


def _found(connection: Connection, context: Context, consent_id: str, *, lock: bool = False) -> Consent:
    context.resource_id = consent_id
    consent = repository.get(connection, context, consent_id, lock=lock)
    if consent is None:
        raise fail(reasons.ERROR_REASON_NOT_FOUND, f"There is no consent {consent_id}.")
    return consent


_Given = api.GrantConsentRequest | api.RestoreConsentRequest | api.RenewConsentRequest


def _how(request: _Given) -> How:
    return How(request.channel, request.evidence_reference)


def _expiry(request: _Given) -> datetime | None:
    return request.expire_time.ToDatetime(UTC) if request.HasField("expire_time") else None
