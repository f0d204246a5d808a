"""ConnectionService. Everything that a manifest says of a provider's credentials is held to before they are stored."""

from collections.abc import Mapping, Sequence

import grpc

from adapters.kit.manifest import Credential
from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.providers.v1 import connection_pb2
from corridor.providers.v1 import connection_service_pb2 as api
from server.kit import context as contexts
from server.kit import contract, etags, ids
from server.kit.clock import Clock
from server.kit.context import Context
from server.kit.errors import Failure, fail
from server.kit.paging import PageTokens
from server.platform.access import inventory
from server.platform.providers import connections, credentials, holds, routing, stage_repository
from server.platform.providers.catalog import ENVIRONMENTS, Catalog
from server.platform.providers.connections import WEBHOOK_OVERLAP_HOURS, Connections
from server.platform.vault import data_policies
from server.platform.webhooks.guard import Guard
from server.store import audit, idempotency, secrets
from server.store.engine import Connection, Store
from server.store.secrets import Keyring

_INBOUND = "/corridor.webhooks.v1.InboundDeliveryService/ReceiveInboundDelivery"


class ConnectionServicer:
    """Keeps the accounts at providers of the caller's company in the caller's environment."""

    def __init__(
        self,
        store: Store,
        tokens: PageTokens,
        keyring: Keyring,
        catalog: Catalog,
        known: Connections,
        guard: Guard,
        clock: Clock,
    ) -> None:
        self._store = store
        self._tokens = tokens
        self._keyring = keyring
        self._catalog = catalog
        self._known = known
        self._guard = guard
        self._clock = clock

    def CreateConnection(self, request: api.CreateConnectionRequest, _: grpc.ServicerContext) -> bytes:
        """Add an account at a provider."""
        context = contexts.current()
        manifest = self._catalog.manifest(request.provider)
        named = manifest.credentials
        credentials.check_credentials(named, request.credentials)
        credentials.check_fees(request.fees)
        message = connection_pb2.Connection(
            connection_id=ids.new("conn"),
            provider=request.provider,
            title=request.title,
            environment=context.who.environment,
            base_url=self._base_url(context, request),
            settings=credentials.settings(named, request.credentials),
            fees=request.fees,
        )
        message.inbound_path = inbound_path(message.connection_id)
        message.create_time.FromDatetime(self._clock.now())
        message.update_time.CopyFrom(message.create_time)
        with idempotency.once(self._store, context) as (connection, answer):
            data_policies.check_provider(connection, context, manifest.regions)
            connections.create(connection, context, message)
            self._replace(connection, context, message.connection_id, named, request.credentials)
            audit.record(connection, context, message.connection_id)
            return answer(message.connection_id, api.CreateConnectionResponse(connection=message))

    def GetConnection(self, request: api.GetConnectionRequest, _: grpc.ServicerContext) -> api.GetConnectionResponse:
        """One connection, without its secrets."""
        with self._store.mine() as connection:
            message = connections.find(connection, contexts.current(), request.connection_id)
        if message is None:
            raise _no_such_connection()
        return api.GetConnectionResponse(connection=message)

    def ListConnections(
        self, request: api.ListConnectionsRequest, _: grpc.ServicerContext
    ) -> api.ListConnectionsResponse:
        """A page of connections, the newest first."""
        context = contexts.current()
        page = self._tokens.page(context, request)
        with self._store.mine() as connection:
            found, more = connections.page(connection, context, page)
        following = self._tokens.next(context, request, found[-1].connection_id) if more else ""
        return api.ListConnectionsResponse(connections=found, next_page_token=following)

    def RotateCredentials(self, request: api.RotateCredentialsRequest, _: grpc.ServicerContext) -> bytes:
        """Replace all credentials. What is replaced ends at once, except secrets that sign webhooks.

        Work that waits is looked at again: what was refused goes on, and what waits for its route waits on.
        """
        context = contexts.current()
        with idempotency.once(self._store, context) as (connection, answer):
            routing.about_to_change(connection, context)  # whoever parks work for the old ones has done so by now
            message = connections.find(connection, context, request.connection_id, lock=True)
            if message is None:
                raise _no_such_connection()
            etags.check(context, message)
            named = self._catalog.manifest(message.provider).credentials
            credentials.check_credentials(named, request.credentials)
            message.base_url = self._moved(context, message, request.credentials)
            self._replace(connection, context, message.connection_id, named, request.credentials)
            message.settings.clear()
            message.settings.update(credentials.settings(named, request.credentials))
            message.update_time.FromDatetime(self._clock.now())
            connections.update(connection, context, message)
            holds.release(connection, context, [request.connection_id])
            stage_repository.bring_back(connection, context)
            audit.record(connection, context, message.connection_id)
            answered = answer(message.connection_id, api.RotateCredentialsResponse(connection=message))
        self._known.forget(context, request.connection_id)
        return answered

    def _replace(
        self,
        connection: Connection,
        context: Context,
        connection_id: str,
        named: Sequence[Credential],
        given: Mapping[str, str],
    ) -> None:
        """Store the given secrets and end those before them; an optional one that is left out ends as well."""
        for credential in named:
            value = given.get(credential.name)
            inventory.note_expiry(connection, context, connection_id, credential.name, value or "")
            if not credential.secret:
                continue
            kept = (
                secrets.put(connection, context, self._keyring, connection_id, credential.name, value) if value else ""
            )
            hours = WEBHOOK_OVERLAP_HOURS if credential.webhook else 0
            secrets.retire(connection, context, connection_id, credential.name, but=kept, after_hours=hours)

    def _base_url(self, context: Context, request: api.CreateConnectionRequest) -> str:
        if request.base_url:
            credentials.check_base_url(request.base_url, self._guard, live=context.who.live)
            return request.base_url.rstrip("/")
        place = self._catalog.place(request.provider, context.who.environment)
        credentials.check_address(place, request.credentials)
        return place.of(request.credentials).base_url

    def _moved(self, context: Context, message: connection_pb2.Connection, given: Mapping[str, str]) -> str:
        """Where a connection is reached with new credentials: they can be part of the manifest's address."""
        manifest = self._catalog.manifest(message.provider)
        before = manifest.place(ENVIRONMENTS[context.who.environment], message.settings)
        if before is None or before.base_url != message.base_url:
            return message.base_url
        place = self._catalog.place(message.provider, context.who.environment)
        credentials.check_address(place, given)
        return place.of(given).base_url


def inbound_path(connection_id: str) -> str:
    """Where the provider of a connection delivers its webhooks, below the gateway's address."""
    _, _, template = contract.http_rule(contract.methods()[_INBOUND]).partition(" ")
    return template.replace("{connection_id}", connection_id)


def _no_such_connection() -> Failure:
    return fail(reasons.ERROR_REASON_NOT_FOUND, "There is no such connection.")
