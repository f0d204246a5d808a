"""ApiKeyService. A key never gives another one more than it has itself."""

import grpc

from corridor.access.v1 import api_key_pb2
from corridor.access.v1 import api_key_service_pb2 as api
from corridor.errors.v1 import error_reason_pb2 as reasons
from server.kit import context as contexts
from server.kit.errors import Failure, fail
from server.kit.paging import PageTokens
from server.platform.access import repository
from server.store import audit, idempotency
from server.store.api_keys import ApiKeys
from server.store.engine import Store


class ApiKeyServicer:
    """Keeps the keys of the caller's company in the caller's environment."""

    def __init__(self, store: Store, keys: ApiKeys, tokens: PageTokens) -> None:
        self._store = store
        self._keys = keys
        self._tokens = tokens

    def CreateApiKey(self, request: api.CreateApiKeyRequest, _: grpc.ServicerContext) -> bytes:
        """Make a key and show its secret, this once."""
        context = contexts.current()
        if lacking := sorted(set(request.scopes) - context.who.scopes):
            names = ", ".join(lacking)
            raise fail(
                reasons.ERROR_REASON_PERMISSION_DENIED,
                f"A key can only give scopes that it has; this one lacks {names}.",
                scopes=names,
            )
        with idempotency.once(self._store, context) as (connection, answer):
            new = self._keys.make(context.who.environment)
            key = repository.create(connection, context, new, request.title, request.scopes)
            audit.record(connection, context, key.api_key_id)
            return answer(key.api_key_id, api.CreateApiKeyResponse(api_key=key, secret=new.secret))

    def GetApiKey(self, request: api.GetApiKeyRequest, _: grpc.ServicerContext) -> api.GetApiKeyResponse:
        """One key, without its secret."""
        with self._store.mine() as connection:
            key = repository.get(connection, contexts.current(), request.api_key_id)
        return api.GetApiKeyResponse(api_key=_found(key))

    def ListApiKeys(self, request: api.ListApiKeysRequest, _: grpc.ServicerContext) -> api.ListApiKeysResponse:
        """A page of keys, the newest first."""
        context = contexts.current()
        page = self._tokens.page(context, request)
        with self._store.mine() as connection:
            keys, more = repository.page(connection, context, page)
        following = self._tokens.next(context, request, keys[-1].api_key_id) if more else ""
        return api.ListApiKeysResponse(api_keys=keys, next_page_token=following)

    def RevokeApiKey(self, request: api.RevokeApiKeyRequest, _: grpc.ServicerContext) -> bytes:
        """End a key: here at once, in every other process when what it knows of the key is half a second old."""
        context = contexts.current()
        with idempotency.once(self._store, context) as (connection, answer):
            key = _found(repository.revoke(connection, context, request.api_key_id))
            audit.record(connection, context, key.api_key_id)
            answered = answer(key.api_key_id, api.RevokeApiKeyResponse(api_key=key))
        self._keys.forget(key.prefix)  # after the commit: a look-up before it would know the key as active
        return answered


def _found(key: api_key_pb2.ApiKey | None) -> api_key_pb2.ApiKey:
    if key is None:
        raise _no_such_key()
    return key


def _no_such_key() -> Failure:
    return fail(reasons.ERROR_REASON_NOT_FOUND, "There is no such API key.")
