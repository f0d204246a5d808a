"""ApiKeyService. A key never gives another one more than it has itself.

What a caller may give is checked before an answer is replayed too: a weaker key must not be shown a stronger secret.
"""

import contextlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import grpc

from corridor.access.v1 import api_key_service_pb2 as api
from corridor.access.v1.api_key_pb2 import API_KEY_STATE_ACTIVE, API_KEY_STATE_PENDING, ApiKey
from server.kit import context as contexts
from server.kit.clock import Clock
from server.kit.context import Context
from server.kit.paging import PageTokens
from server.platform.access import changes, policy, repository
from server.platform.access.policy import Grant
from server.store import audit, idempotency
from server.store.api_keys import ApiKeys
from server.store.engine import Connection, Store

_Change = Callable[[Connection, Context, str], ApiKey]


class ApiKeyServicer:
    """Keeps the keys of the caller's company in the caller's environment."""

    def __init__(self, store: Store, keys: ApiKeys, tokens: PageTokens, clock: Clock) -> None:
        self._store = store
        self._keys = keys
        self._tokens = tokens
        self._clock = clock

    def CreateApiKey(self, request: api.CreateApiKeyRequest, _: grpc.ServicerContext) -> bytes:
        """Make a key and show its secret, this once."""
        context = contexts.current()
        with self._store.mine() as connection:
            has = changes.grant_of_caller(connection, context)
        gives = _inherited(self._asked(request, _expire_time(request)), has)
        if has is not None:
            policy.check_gives(has, gives)
        state = API_KEY_STATE_PENDING if request.pending else API_KEY_STATE_ACTIVE
        with self._shown(context), idempotency.once(self._store, context) as (connection, answer):
            self._check_future(gives.expire_time)
            new = self._keys.make(context.who.environment)
            key = repository.create(connection, context, new, request.title, gives, state)
            audit.record(connection, context, key.api_key_id)
            return answer(key.api_key_id, api.CreateApiKeyResponse(api_key=key, secret=new.secret))

    def GetApiKey(self, request: api.GetApiKeyRequest, _: grpc.ServicerContext) -> api.GetApiKeyResponse:
        """One key, without its secret."""
        with self._store.mine() as connection:
            key = changes.found(connection, contexts.current(), request.api_key_id)
        return api.GetApiKeyResponse(api_key=key)

    def ListApiKeys(self, request: api.ListApiKeysRequest, _: grpc.ServicerContext) -> api.ListApiKeysResponse:
        """A page of keys, the newest first."""
        context = contexts.current()
        page = self._tokens.page(context, request)
        with self._store.mine() as connection:
            keys, more = repository.page(connection, context, page, request.state)
        following = self._tokens.next(context, request, keys[-1].api_key_id) if more else ""
        return api.ListApiKeysResponse(api_keys=keys, next_page_token=following)

    def UpdateApiKey(self, request: api.UpdateApiKeyRequest, _: grpc.ServicerContext) -> bytes:
        """Replace what a key is called and what it gives."""
        gives = self._asked(request, None)

        def update(connection: Connection, context: Context, api_key_id: str) -> ApiKey:
            return changes.update(connection, context, api_key_id, request.title, gives)

        return self._changed(request.api_key_id, update, lambda key: api.UpdateApiKeyResponse(api_key=key))

    def ActivateApiKey(self, request: api.ActivateApiKeyRequest, _: grpc.ServicerContext) -> bytes:
        """Let a pending key work."""
        return self._changed(request.api_key_id, changes.activate, lambda key: api.ActivateApiKeyResponse(api_key=key))

    def SuspendApiKey(self, request: api.SuspendApiKeyRequest, _: grpc.ServicerContext) -> bytes:
        """Stop an active key for the time being: as quickly as a revocation."""
        return self._changed(request.api_key_id, changes.suspend, lambda key: api.SuspendApiKeyResponse(api_key=key))

    def ResumeApiKey(self, request: api.ResumeApiKeyRequest, _: grpc.ServicerContext) -> bytes:
        """Let a suspended key work again."""
        return self._changed(request.api_key_id, changes.resume, lambda key: api.ResumeApiKeyResponse(api_key=key))

    def RotateApiKey(self, request: api.RotateApiKeyRequest, _: grpc.ServicerContext) -> bytes:
        """Make a key that replaces another, and show its secret, this once."""
        context = contexts.current()
        expire_time = _expire_time(request)
        with self._shown(context), idempotency.once(self._store, context) as (connection, answer):
            self._check_future(expire_time)
            new = self._keys.make(context.who.environment)
            gives = changes.successor(changes.found(connection, context, request.api_key_id, lock=True), expire_time)
            overlap = timedelta(hours=request.overlap_hours)
            made, old = changes.rotate(connection, context, request.api_key_id, new, overlap, gives)
            audit.record(connection, context, old.api_key_id)
            response = api.RotateApiKeyResponse(api_key=made, secret=new.secret, replaced=old)
            answered = answer(old.api_key_id, response)
        self._keys.forget(old.prefix)
        return answered

    def RevokeApiKey(self, request: api.RevokeApiKeyRequest, _: grpc.ServicerContext) -> bytes:
        """End a key: here at once, in every other process when what it knows of the key is half a second old."""

        def revoke(connection: Connection, context: Context, api_key_id: str) -> ApiKey:
            changes.found(connection, context, api_key_id, lock=True)
            key = repository.revoke(connection, context, api_key_id)
            assert key is not None  # keys are never deleted
            return key

        return self._changed(request.api_key_id, revoke, lambda key: api.RevokeApiKeyResponse(api_key=key))

    def _changed(self, api_key_id: str, change: _Change, response: Callable[[ApiKey], "_Response"]) -> bytes:
        context = contexts.current()
        with idempotency.once(self._store, context) as (connection, answer):
            key = change(connection, context, api_key_id)
            audit.record(connection, context, key.api_key_id)
            answered = answer(key.api_key_id, response(key))
        self._keys.forget(key.prefix)  # after the commit: a look-up before it would know the key as it was
        return answered

    @contextlib.contextmanager
    def _shown(self, context: Context) -> Iterator[None]:
        """Around what answers with a secret: it is replayed only to who may give what the key that was made gives."""
        try:
            yield
        except idempotency.Replay as replay:
            assert context.method is not None
            made: ApiKey = context.method.response.FromString(replay.response).api_key  # type: ignore[attr-defined] # both have one
            with self._store.mine() as connection:
                gives = policy.grant_of(changes.found(connection, context, made.api_key_id))
                if not context.approval_id:  # what ran by approval is shown to nobody
                    changes.check_gives(connection, context, gives)
            raise

    def _asked(self, request: api.CreateApiKeyRequest | api.UpdateApiKeyRequest, expire_time: datetime | None) -> Grant:
        policy.check_known(request.allowed_methods, request.allowed_ranges)
        return policy.grant(request.scopes, request.allowed_methods, request.allowed_ranges, expire_time)

    def _check_future(self, expire_time: datetime | None) -> None:
        """Within the transaction: a repetition after that time is still answered as the first call was."""
        policy.check_future(expire_time, self._clock.now())


_Response = (
    api.UpdateApiKeyResponse
    | api.ActivateApiKeyResponse
    | api.SuspendApiKeyResponse
    | api.ResumeApiKeyResponse
    | api.RevokeApiKeyResponse
)


def _inherited(gives: Grant, has: Grant | None) -> Grant:
    """What is not said is taken from the caller, so that a restricted key makes keys with its own restrictions."""
    if has is None:
        return gives
    return Grant(
        gives.scopes, gives.methods or has.methods, gives.ranges or has.ranges, gives.expire_time or has.expire_time
    )


def _expire_time(request: api.CreateApiKeyRequest | api.RotateApiKeyRequest) -> datetime | None:
    return request.expire_time.ToDatetime(UTC) if request.HasField("expire_time") else None
