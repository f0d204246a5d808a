"""OAuthClientService. A client never gets more than its maker has, neither when it is made nor by a later change."""

import contextlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

import grpc
from google.protobuf.timestamp_pb2 import Timestamp

from corridor.access.v1 import oauth_client_pb2 as pb
from corridor.access.v1 import oauth_client_service_pb2 as api
from corridor.errors.v1 import error_reason_pb2 as reasons
from server.kit import context as contexts
from server.kit import etags
from server.kit.clock import Clock
from server.kit.context import Context
from server.kit.errors import Violation, fail
from server.kit.paging import PageTokens
from server.platform.access import changes, lineage
from server.platform.access.oauth import client_rules, clients, grants
from server.platform.access.oauth.hashes import CLIENT_SECRET, Hashes
from server.store import audit, idempotency
from server.store.engine import Connection, Store


class OAuthClientServicer:
    """Keeps the clients of the caller's company in the caller's environment."""

    def __init__(self, store: Store, hashes: Hashes, tokens: PageTokens, clock: Clock) -> None:
        self._store = store
        self._hashes = hashes
        self._tokens = tokens
        self._clock = clock

    def CreateOAuthClient(self, request: api.CreateOAuthClientRequest, _: grpc.ServicerContext) -> bytes:
        """Make a client, and show its secret if it has one."""
        context = contexts.current()
        _check(request.settings)
        expire_time = self._future(request.secret_expire_time, "secret_expire_time")
        with self._shown(context), idempotency.once(self._store, context) as (connection, answer):
            _check_gives(connection, context, request.settings.scopes)
            client_id = clients.create(connection, context, request.settings)
            lineage.made(connection, context, client_id)
            secret = ""
            if client_rules.has_secret(request.settings):
                new = self._hashes.make(CLIENT_SECRET)
                secret = new.value
                clients.add_secret(connection, context, client_id, new, expire_time)
            audit.record(connection, context, client_id)
            found = clients.get(connection, context, client_id)
            return answer(client_id, api.CreateOAuthClientResponse(oauth_client=found, secret=secret))

    def GetOAuthClient(self, request: api.GetOAuthClientRequest, _: grpc.ServicerContext) -> api.GetOAuthClientResponse:
        """One client, without its secrets."""
        with self._store.mine() as connection:
            found = _existing(connection, contexts.current(), request.oauth_client_id)
        return api.GetOAuthClientResponse(oauth_client=found)

    def ListOAuthClients(
        self, request: api.ListOAuthClientsRequest, _: grpc.ServicerContext
    ) -> api.ListOAuthClientsResponse:
        """A page of clients, the newest first."""
        context = contexts.current()
        page = self._tokens.page(context, request)
        with self._store.mine() as connection:
            found, more = clients.page(connection, context, page)
        following = self._tokens.next(context, request, found[-1].oauth_client_id) if more else ""
        return api.ListOAuthClientsResponse(oauth_clients=found, next_page_token=following)

    def UpdateOAuthClient(self, request: api.UpdateOAuthClientRequest, _: grpc.ServicerContext) -> bytes:
        """Replace what the company decided about a client."""
        context = contexts.current()
        _check(request.settings)
        with idempotency.once(self._store, context) as (connection, answer):
            before = _existing(connection, context, request.oauth_client_id, lock=True)
            _check_gives(connection, context, {*before.settings.scopes, *request.settings.scopes})
            if client_rules.has_secret(request.settings) and not before.secrets:
                _refuse("settings.authentication", "the client has no secret: give it one by RotateOAuthClientSecret")
            clients.update(connection, context, request.oauth_client_id, request.settings)
            lineage.made(connection, context, request.oauth_client_id)  # it may have other keys now
            audit.record(connection, context, request.oauth_client_id)
            found = clients.get(connection, context, request.oauth_client_id)
            return answer(request.oauth_client_id, api.UpdateOAuthClientResponse(oauth_client=found))

    def DisableOAuthClient(self, request: api.DisableOAuthClientRequest, _: grpc.ServicerContext) -> bytes:
        """Stop a client."""
        context = contexts.current()
        with idempotency.once(self._store, context) as (connection, answer):
            found = _moved(connection, context, request.oauth_client_id, pb.CLIENT_STATE_DISABLED)
            return answer(request.oauth_client_id, api.DisableOAuthClientResponse(oauth_client=found))

    def EnableOAuthClient(self, request: api.EnableOAuthClientRequest, _: grpc.ServicerContext) -> bytes:
        """Let a client work again."""
        context = contexts.current()
        with idempotency.once(self._store, context) as (connection, answer):
            before = _existing(connection, context, request.oauth_client_id, lock=True)
            _check_gives(connection, context, before.settings.scopes)
            found = _moved(connection, context, request.oauth_client_id, pb.CLIENT_STATE_ENABLED)
            return answer(request.oauth_client_id, api.EnableOAuthClientResponse(oauth_client=found))

    def RotateOAuthClientSecret(self, request: api.RotateOAuthClientSecretRequest, _: grpc.ServicerContext) -> bytes:
        """Add a secret, and show it."""
        context = contexts.current()
        expire_time = self._future(request.expire_time, "expire_time")
        client_id = request.oauth_client_id
        with self._shown(context), idempotency.once(self._store, context) as (connection, answer):
            before = _existing(connection, context, client_id, lock=True)
            _check_gives(connection, context, before.settings.scopes)
            new = self._hashes.make(CLIENT_SECRET)
            secret_id = clients.add_secret(connection, context, client_id, new, expire_time)
            lineage.made(connection, context, client_id)
            hours = request.overlap_hours
            clients.retire_secrets(connection, context, client_id, but=secret_id, hours=hours)
            audit.record(connection, context, client_id)
            found = clients.get(connection, context, client_id)
            return answer(client_id, api.RotateOAuthClientSecretResponse(oauth_client=found, secret=new.value))

    def DeleteOAuthClient(self, request: api.DeleteOAuthClientRequest, _: grpc.ServicerContext) -> bytes:
        """Remove a client, with everything that people granted to it."""
        context = contexts.current()
        client_id, who = request.oauth_client_id, context.who
        with idempotency.once(self._store, context) as (connection, answer):
            _existing(connection, context, client_id, lock=True)
            clients.delete(connection, context, client_id)
            grants.revoke(connection, who.company_id, who.environment, client_id=client_id)
            audit.record(connection, context, client_id)
            return answer(client_id, api.DeleteOAuthClientResponse())

    @contextlib.contextmanager
    def _shown(self, context: Context) -> Iterator[None]:
        """Around what answers with a secret: it is replayed only to who may give what the client has by now."""
        try:
            yield
        except idempotency.Replay as replay:
            assert context.method is not None
            made = context.method.response.FromString(replay.response).oauth_client  # type: ignore[attr-defined] # both have one
            with self._store.mine() as connection:
                found = clients.get(connection, context, made.oauth_client_id)
                if found is not None and not context.approval_id:  # what ran by approval is shown to nobody
                    _check_gives(connection, context, found.settings.scopes)
            raise

    def _future(self, time: Timestamp, field: str) -> datetime | None:
        if not time.ToNanoseconds():
            return None
        found = time.ToDatetime(tzinfo=UTC)
        if found <= self._clock.now():
            _refuse(field, "must be in the future")
        return found


def _check(settings: pb.OAuthClientSettings) -> None:
    if found := client_rules.violations(settings):
        names = ", ".join(violation.field for violation in found)
        raise fail(reasons.ERROR_REASON_INVALID_ARGUMENT, f"Not valid: {names}.", violations=found)


def _check_gives(connection: Connection, context: Context, scopes: Iterable[str]) -> None:
    if lacking := sorted(set(scopes) - context.who.scopes):
        names = ", ".join(lacking)
        raise fail(
            reasons.ERROR_REASON_PERMISSION_DENIED,
            f"A client can only be given scopes that its keeper has; this caller lacks {names}.",
            scopes=names,
        )
    changes.check_unrestricted(connection, context)


def _refuse(field: str, why: str) -> None:
    violation = Violation(field, why, "oauth_client")
    raise fail(reasons.ERROR_REASON_INVALID_ARGUMENT, f"Not valid: {field}.", violations=[violation])


def _existing(connection: Connection, context: Context, client_id: str, *, lock: bool = False) -> pb.OAuthClient:
    found = clients.get(connection, context, client_id, lock=lock)
    if found is None:
        raise fail(reasons.ERROR_REASON_NOT_FOUND, "There is no such OAuth client.")
    if lock:
        etags.check(context, found)
    return found


def _moved(
    connection: Connection, context: Context, client_id: str, state: "pb.ClientState.ValueType"
) -> pb.OAuthClient:
    before = _existing(connection, context, client_id, lock=True)
    if before.state != state:
        clients.set_state(connection, context, client_id, state)
    audit.record(connection, context, client_id)
    return _existing(connection, context, client_id)
