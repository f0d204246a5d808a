"""VaultTokenService. A value leaves the vault by one method, and not before the audit has it."""

import grpc

from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.vault.v1 import vault_token_service_pb2 as api
from server.kit import context as contexts
from server.kit.errors import Failure, fail
from server.kit.paging import PageTokens
from server.platform.vault import tokens
from server.platform.vault.tokens import Fingerprints
from server.store import audit, idempotency
from server.store.engine import Store


class VaultTokenServicer:
    """Keeps values of the caller's company in the caller's environment."""

    def __init__(self, store: Store, page_tokens: PageTokens, fingerprints: Fingerprints) -> None:
        self._store = store
        self._pages = page_tokens
        self._fingerprints = fingerprints

    def CreateVaultToken(self, request: api.CreateVaultTokenRequest, _: grpc.ServicerContext) -> bytes:
        """Keep a value; its token."""
        context = contexts.current()
        name = request.WhichOneof("value") or ""
        value = tokens.normal(name, getattr(request, name))
        with idempotency.once(self._store, context) as (connection, answer):
            token = tokens.keep(connection, context, self._fingerprints, name, value)
            audit.record(connection, context, token.vault_token_id)
            return answer(token.vault_token_id, api.CreateVaultTokenResponse(vault_token=token))

    def GetVaultToken(self, request: api.GetVaultTokenRequest, _: grpc.ServicerContext) -> api.GetVaultTokenResponse:
        """One token."""
        context = contexts.current()
        context.resource_id = request.vault_token_id
        with self._store.mine() as connection:
            token = tokens.get(connection, context, request.vault_token_id)
        if token is None:
            raise _missing(request.vault_token_id)
        return api.GetVaultTokenResponse(vault_token=token)

    def ListVaultTokens(
        self, request: api.ListVaultTokensRequest, _: grpc.ServicerContext
    ) -> api.ListVaultTokensResponse:
        """A page of tokens."""
        context = contexts.current()
        page = self._pages.page(context, request)
        with self._store.mine() as connection:
            found, more = tokens.page(connection, context, page, request.kind)
        following = self._pages.next(context, request, found[-1].vault_token_id) if more else ""
        return api.ListVaultTokensResponse(vault_tokens=found, next_page_token=following)

    def DetokenizeVaultToken(
        self, request: api.DetokenizeVaultTokenRequest, _: grpc.ServicerContext
    ) -> api.DetokenizeVaultTokenResponse:
        """The value. What is not recorded is not told."""
        context = contexts.current()
        who = context.who
        context.resource_id = request.vault_token_id
        with self._store.transaction(who.company_id, who.environment) as connection:
            found = tokens.value(connection, context, request.vault_token_id)
            if found is not None:
                audit.record(connection, context, request.vault_token_id)
        if found is None:
            raise _missing(request.vault_token_id)
        name, value = found
        return api.DetokenizeVaultTokenResponse(**{name: value})

    def DeleteVaultToken(self, request: api.DeleteVaultTokenRequest, _: grpc.ServicerContext) -> bytes:
        """Remove a value for good."""
        context = contexts.current()
        context.resource_id = request.vault_token_id
        with idempotency.once(self._store, context) as (connection, answer):
            if not tokens.delete(connection, context, request.vault_token_id):
                raise _missing(request.vault_token_id)
            audit.record(connection, context, request.vault_token_id)
            return answer(request.vault_token_id, api.DeleteVaultTokenResponse())


def _missing(token_id: str) -> Failure:
    return fail(reasons.ERROR_REASON_NOT_FOUND, f"There is no token {token_id}.")
