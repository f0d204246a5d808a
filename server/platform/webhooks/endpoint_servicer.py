"""WebhookEndpointService. An address is judged before anything is written, and a secret is shown once."""

from collections.abc import Sequence

import grpc

from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.webhooks.v1 import endpoint_service_pb2 as api
from corridor.webhooks.v1.endpoint_pb2 import WebhookEndpoint
from server.kit import context as contexts
from server.kit import contract, etags
from server.kit.context import Context
from server.kit.errors import Failure, Violation, fail
from server.kit.paging import PageTokens
from server.platform.events.payloads import Payloads
from server.platform.webhooks import endpoints
from server.platform.webhooks.guard import Guard, Refused
from server.store import audit, idempotency
from server.store.engine import Connection, Store
from server.store.secrets import Keyring
from server.store.wake import Waker


class WebhookEndpointServicer:
    """Keeps the addresses to which the events of the caller's company are delivered."""

    def __init__(
        self, store: Store, tokens: PageTokens, ring: Keyring, guard: Guard, waker: Waker, payloads: Payloads
    ) -> None:
        self._store = store
        self._tokens = tokens
        self._ring = ring
        self._guard = guard
        self._waker = waker
        self._payloads = payloads

    def CreateWebhookEndpoint(self, request: api.CreateWebhookEndpointRequest, _: grpc.ServicerContext) -> bytes:
        """Add an address, and show its first secret."""
        context = contexts.current()
        idempotency.check(self._store, context)
        self._check(request.url, request.event_types)
        version = self._payloads.wanted(request.payload_version, self._payloads.newest)
        with idempotency.once(self._store, context) as (connection, answer):
            types = sorted(request.event_types)
            made = endpoints.create(connection, context, self._ring, request.url, types, version)
            if made is None:
                raise fail(
                    reasons.ERROR_REASON_ENDPOINT_LIMIT_REACHED,
                    f"There are {endpoints.ENDPOINTS_AT_MOST} endpoints in this environment already.",
                )
            endpoint, secret = made
            audit.record(connection, context, endpoint.webhook_endpoint_id)
            response = api.CreateWebhookEndpointResponse(webhook_endpoint=endpoint, secret=secret)
            return answer(endpoint.webhook_endpoint_id, response)

    def GetWebhookEndpoint(
        self, request: api.GetWebhookEndpointRequest, _: grpc.ServicerContext
    ) -> api.GetWebhookEndpointResponse:
        """One endpoint, without its secrets."""
        with self._store.mine() as connection:
            endpoint = endpoints.get(connection, contexts.current(), request.webhook_endpoint_id)
        if endpoint is None:
            raise _no_such_endpoint()
        return api.GetWebhookEndpointResponse(webhook_endpoint=endpoint)

    def ListWebhookEndpoints(
        self, request: api.ListWebhookEndpointsRequest, _: grpc.ServicerContext
    ) -> api.ListWebhookEndpointsResponse:
        """A page of endpoints, the newest first."""
        context = contexts.current()
        page = self._tokens.page(context, request)
        with self._store.mine() as connection:
            found, more = endpoints.page(connection, context, page)
        following = self._tokens.next(context, request, found[-1].webhook_endpoint_id) if more else ""
        return api.ListWebhookEndpointsResponse(webhook_endpoints=found, next_page_token=following)

    def UpdateWebhookEndpoint(self, request: api.UpdateWebhookEndpointRequest, _: grpc.ServicerContext) -> bytes:
        """Replace address, event types and state; another payload version where one is named."""
        context = contexts.current()
        idempotency.check(self._store, context)
        self._check(request.url, request.event_types)
        wanted = self._payloads.wanted(request.payload_version, 0)
        with idempotency.once(self._store, context) as (connection, answer):
            before = _locked(connection, context, request.webhook_endpoint_id)
            types = sorted(request.event_types)
            version = wanted or int(before.payload_version[1:])
            endpoint = endpoints.update(connection, context, before, request.url, types, request.state, version)
            audit.record(connection, context, endpoint.webhook_endpoint_id)
            response = api.UpdateWebhookEndpointResponse(webhook_endpoint=endpoint)
            answered = answer(endpoint.webhook_endpoint_id, response)
        self._waker.wake()  # what waited for the endpoint is due
        return answered

    def DeleteWebhookEndpoint(self, request: api.DeleteWebhookEndpointRequest, _: grpc.ServicerContext) -> bytes:
        """Remove an endpoint."""
        context = contexts.current()
        with idempotency.once(self._store, context) as (connection, answer):
            endpoint = _locked(connection, context, request.webhook_endpoint_id)
            endpoints.delete(connection, context, endpoint.webhook_endpoint_id)
            audit.record(connection, context, endpoint.webhook_endpoint_id)
            return answer(endpoint.webhook_endpoint_id, api.DeleteWebhookEndpointResponse())

    def RotateWebhookSecret(self, request: api.RotateWebhookSecretRequest, _: grpc.ServicerContext) -> bytes:
        """Add a secret, and show it."""
        context = contexts.current()
        with idempotency.once(self._store, context) as (connection, answer):
            before = _locked(connection, context, request.webhook_endpoint_id)
            endpoint, secret = endpoints.rotate(
                connection, context, self._ring, before.webhook_endpoint_id, request.overlap_hours
            )
            audit.record(connection, context, endpoint.webhook_endpoint_id)
            response = api.RotateWebhookSecretResponse(webhook_endpoint=endpoint, secret=secret)
            return answer(endpoint.webhook_endpoint_id, response)

    def _check(self, url: str, event_types: Sequence[str]) -> None:
        # Outside of the transaction: a slow name server must not hold a connection to the database.
        _check_types(event_types)
        try:
            self._guard.check(url)
        except Refused as refused:
            raise fail(
                reasons.ERROR_REASON_ENDPOINT_URL_REFUSED,
                f"The address cannot be used: it {refused.why}.",
                violations=[Violation("url", refused.why, "endpoint_url")],
            ) from None


def _check_types(names: Sequence[str]) -> None:
    if unknown := sorted(set(names) - set(contract.event_types())):
        why = f"there is no event type {', '.join(unknown)}"
        violation = Violation("event_types", why, "event_types")
        raise fail(reasons.ERROR_REASON_INVALID_ARGUMENT, f"Not valid: {why}.", violations=[violation])


def _locked(connection: Connection, context: Context, endpoint_id: str) -> WebhookEndpoint:
    endpoint = endpoints.get(connection, context, endpoint_id, lock=True)
    if endpoint is None:
        raise _no_such_endpoint()
    etags.check(context, endpoint)
    return endpoint


def _no_such_endpoint() -> Failure:
    return fail(reasons.ERROR_REASON_NOT_FOUND, "There is no such webhook endpoint.")
