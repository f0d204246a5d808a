"""Calls of corridor.webhooks.v1. Written by `corridor gen` from the contract; never edited."""

from collections.abc import Mapping, Sequence

from corridor_client_runtime.caller import AsyncCaller, Caller
from corridor_client_runtime.methods import Http, Key, Method, present
from corridor_client_runtime.methods import request as given
from corridor_client_runtime.paging import AsyncPage, Page

from corridor_client.google import protobuf as google_protobuf
from corridor_client.type import v1 as type_v1
from corridor_client.webhooks.v1 import (
    CreateWebhookEndpointRequest,
    CreateWebhookEndpointResponse,
    DeleteWebhookEndpointRequest,
    DeleteWebhookEndpointResponse,
    Delivery,
    DeliveryState,
    GetDeliveryRequest,
    GetDeliveryResponse,
    GetInboundDeliveryRequest,
    GetInboundDeliveryResponse,
    GetWebhookEndpointRequest,
    GetWebhookEndpointResponse,
    InboundDelivery,
    InboundDeliveryState,
    ListDeliveriesRequest,
    ListDeliveriesResponse,
    ListInboundDeliveriesRequest,
    ListInboundDeliveriesResponse,
    ListWebhookEndpointsRequest,
    ListWebhookEndpointsResponse,
    RedeliverEventRequest,
    RedeliverEventResponse,
    RedeliverEventsRequest,
    RedeliverEventsResponse,
    ReplayInboundDeliveryRequest,
    ReplayInboundDeliveryResponse,
    RotateWebhookSecretRequest,
    RotateWebhookSecretResponse,
    UpdateWebhookEndpointRequest,
    UpdateWebhookEndpointResponse,
    WebhookEndpoint,
    WebhookEndpointState,
)

_DELIVERY_GET_DELIVERY = Method(
    "/corridor.webhooks.v1.DeliveryService/GetDelivery",
    GetDeliveryResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/deliveries/{delivery_id}", "", "delivery"),
)

_DELIVERY_LIST_DELIVERIES = Method(
    "/corridor.webhooks.v1.DeliveryService/ListDeliveries",
    ListDeliveriesResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/deliveries"),
)

_DELIVERY_REDELIVER_EVENT = Method(
    "/corridor.webhooks.v1.DeliveryService/RedeliverEvent",
    RedeliverEventResponse,
    Key.OPTIONAL,
    5.0,
    Http("POST", "/v1/deliveries/{delivery_id}:redeliver", "*", "delivery"),
)

_DELIVERY_REDELIVER_EVENTS = Method(
    "/corridor.webhooks.v1.DeliveryService/RedeliverEvents",
    RedeliverEventsResponse,
    Key.REQUIRED,
    30.0,
    Http("POST", "/v1/deliveries:redeliver", "*"),
)


class DeliveryCalls:
    """DeliveryService tells what was delivered to the company's endpoints, and delivers again."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def get_delivery(
        self,
        request: GetDeliveryRequest | None = None,
        /,
        *,
        delivery_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Delivery:
        """GetDelivery returns one delivery with all its tries.

        Fields:
            delivery_id: The delivery's id.

        Raises errors.NotFound.
        """
        message = given(GetDeliveryRequest, request, {"delivery_id": delivery_id})
        answer = self._caller.call(_DELIVERY_GET_DELIVERY, message, timeout_seconds=timeout_seconds, headers=headers)
        return present(answer.delivery)

    def list_deliveries(
        self,
        request: ListDeliveriesRequest | None = None,
        /,
        *,
        page_size: int = 0,
        page_token: str = "",
        webhook_endpoint_id: str = "",
        state: DeliveryState = DeliveryState(0),
        resource_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Page[ListDeliveriesResponse, Delivery]:
        """ListDeliveries returns deliveries, the newest first, without their tries.

        Fields:
            page_size: How many to return at most: 1 to 250. Missing or 0 means 50.
            page_token: Where to go on: the `next_page_token` of the page before.
            webhook_endpoint_id: Only deliveries to this endpoint.
            state: Only deliveries in this state.
            resource_id: Only deliveries about this resource.

        Raises errors.PageTokenInvalid.
        """
        message = given(
            ListDeliveriesRequest,
            request,
            {
                "page_size": page_size,
                "page_token": page_token,
                "webhook_endpoint_id": webhook_endpoint_id,
                "state": state,
                "resource_id": resource_id,
            },
        )
        return self._caller.page(
            _DELIVERY_LIST_DELIVERIES, message, "deliveries", timeout_seconds=timeout_seconds, headers=headers
        )

    def redeliver_event(
        self,
        request: RedeliverEventRequest | None = None,
        /,
        *,
        delivery_id: str = "",
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Delivery:
        """RedeliverEvent makes a new delivery of a delivery's event to the same endpoint.

        Fields:
            delivery_id: The delivery's id.

        Raises errors.NotFound, errors.DeliveryNotRepeatable, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(RedeliverEventRequest, request, {"delivery_id": delivery_id})
        answer = self._caller.call(
            _DELIVERY_REDELIVER_EVENT,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.delivery)

    def redeliver_events(
        self,
        request: RedeliverEventsRequest | None = None,
        /,
        *,
        webhook_endpoint_id: str = "",
        created: type_v1.Period | None = None,
        delivered_too: bool = False,
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> RedeliverEventsResponse:
        """RedeliverEvents makes new deliveries of all events of a period to one endpoint: of those that were given up, or of all.

        Fields:
            webhook_endpoint_id: The endpoint.
            created: When the deliveries were created. A start is required.
            delivered_too: Whether deliveries that succeeded are repeated as well.

        Raises errors.NotFound, errors.IdempotencyKeyRequired, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(
            RedeliverEventsRequest,
            request,
            {"webhook_endpoint_id": webhook_endpoint_id, "created": created, "delivered_too": delivered_too},
        )
        answer = self._caller.call(
            _DELIVERY_REDELIVER_EVENTS,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return answer


class AsyncDeliveryCalls:
    """DeliveryService tells what was delivered to the company's endpoints, and delivers again."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def get_delivery(
        self,
        request: GetDeliveryRequest | None = None,
        /,
        *,
        delivery_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Delivery:
        """GetDelivery returns one delivery with all its tries.

        As `DeliveryCalls.get_delivery`, awaited.
        """
        message = given(GetDeliveryRequest, request, {"delivery_id": delivery_id})
        answer = await self._caller.call(
            _DELIVERY_GET_DELIVERY, message, timeout_seconds=timeout_seconds, headers=headers
        )
        return present(answer.delivery)

    async def list_deliveries(
        self,
        request: ListDeliveriesRequest | None = None,
        /,
        *,
        page_size: int = 0,
        page_token: str = "",
        webhook_endpoint_id: str = "",
        state: DeliveryState = DeliveryState(0),
        resource_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncPage[ListDeliveriesResponse, Delivery]:
        """ListDeliveries returns deliveries, the newest first, without their tries.

        As `DeliveryCalls.list_deliveries`, awaited.
        """
        message = given(
            ListDeliveriesRequest,
            request,
            {
                "page_size": page_size,
                "page_token": page_token,
                "webhook_endpoint_id": webhook_endpoint_id,
                "state": state,
                "resource_id": resource_id,
            },
        )
        return await self._caller.page(
            _DELIVERY_LIST_DELIVERIES, message, "deliveries", timeout_seconds=timeout_seconds, headers=headers
        )

    async def redeliver_event(
        self,
        request: RedeliverEventRequest | None = None,
        /,
        *,
        delivery_id: str = "",
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Delivery:
        """RedeliverEvent makes a new delivery of a delivery's event to the same endpoint.

        As `DeliveryCalls.redeliver_event`, awaited.
        """
        message = given(RedeliverEventRequest, request, {"delivery_id": delivery_id})
        answer = await self._caller.call(
            _DELIVERY_REDELIVER_EVENT,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.delivery)

    async def redeliver_events(
        self,
        request: RedeliverEventsRequest | None = None,
        /,
        *,
        webhook_endpoint_id: str = "",
        created: type_v1.Period | None = None,
        delivered_too: bool = False,
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> RedeliverEventsResponse:
        """RedeliverEvents makes new deliveries of all events of a period to one endpoint: of those that were given up, or of all.

        As `DeliveryCalls.redeliver_events`, awaited.
        """
        message = given(
            RedeliverEventsRequest,
            request,
            {"webhook_endpoint_id": webhook_endpoint_id, "created": created, "delivered_too": delivered_too},
        )
        answer = await self._caller.call(
            _DELIVERY_REDELIVER_EVENTS,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return answer


_INBOUNDDELIVERY_GET_INBOUND_DELIVERY = Method(
    "/corridor.webhooks.v1.InboundDeliveryService/GetInboundDelivery",
    GetInboundDeliveryResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/inbound-deliveries/{inbound_delivery_id}", "", "inbound_delivery"),
)

_INBOUNDDELIVERY_LIST_INBOUND_DELIVERIES = Method(
    "/corridor.webhooks.v1.InboundDeliveryService/ListInboundDeliveries",
    ListInboundDeliveriesResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/inbound-deliveries"),
)

_INBOUNDDELIVERY_REPLAY_INBOUND_DELIVERY = Method(
    "/corridor.webhooks.v1.InboundDeliveryService/ReplayInboundDelivery",
    ReplayInboundDeliveryResponse,
    Key.OPTIONAL,
    5.0,
    Http("POST", "/v1/inbound-deliveries/{inbound_delivery_id}:replay", "*", "inbound_delivery"),
)


class InboundDeliveryCalls:
    """InboundDeliveryService takes what providers deliver, and tells what became of it."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def get_inbound_delivery(
        self,
        request: GetInboundDeliveryRequest | None = None,
        /,
        *,
        inbound_delivery_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> InboundDelivery:
        """GetInboundDelivery returns one inbound delivery.

        Fields:
            inbound_delivery_id: The inbound delivery's id.

        Raises errors.NotFound.
        """
        message = given(GetInboundDeliveryRequest, request, {"inbound_delivery_id": inbound_delivery_id})
        answer = self._caller.call(
            _INBOUNDDELIVERY_GET_INBOUND_DELIVERY, message, timeout_seconds=timeout_seconds, headers=headers
        )
        return present(answer.inbound_delivery)

    def list_inbound_deliveries(
        self,
        request: ListInboundDeliveriesRequest | None = None,
        /,
        *,
        page_size: int = 0,
        page_token: str = "",
        connection_id: str = "",
        state: InboundDeliveryState = InboundDeliveryState(0),
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Page[ListInboundDeliveriesResponse, InboundDelivery]:
        """ListInboundDeliveries returns inbound deliveries, the newest first.

        Fields:
            page_size: How many to return at most: 1 to 250. Missing or 0 means 50.
            page_token: Where to go on: the `next_page_token` of the page before.
            connection_id: Only deliveries at this connection.
            state: Only deliveries in this state.

        Raises errors.PageTokenInvalid.
        """
        message = given(
            ListInboundDeliveriesRequest,
            request,
            {"page_size": page_size, "page_token": page_token, "connection_id": connection_id, "state": state},
        )
        return self._caller.page(
            _INBOUNDDELIVERY_LIST_INBOUND_DELIVERIES,
            message,
            "inbound_deliveries",
            timeout_seconds=timeout_seconds,
            headers=headers,
        )

    def replay_inbound_delivery(
        self,
        request: ReplayInboundDeliveryRequest | None = None,
        /,
        *,
        inbound_delivery_id: str = "",
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> InboundDelivery:
        """ReplayInboundDelivery checks and reads an inbound delivery again, such as after its secret was corrected.

        What it says is observed like anything else, so replaying one that was processed changes nothing.

        Fields:
            inbound_delivery_id: The inbound delivery's id.

        Raises errors.NotFound, errors.InboundRefused, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(ReplayInboundDeliveryRequest, request, {"inbound_delivery_id": inbound_delivery_id})
        answer = self._caller.call(
            _INBOUNDDELIVERY_REPLAY_INBOUND_DELIVERY,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.inbound_delivery)


class AsyncInboundDeliveryCalls:
    """InboundDeliveryService takes what providers deliver, and tells what became of it."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def get_inbound_delivery(
        self,
        request: GetInboundDeliveryRequest | None = None,
        /,
        *,
        inbound_delivery_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> InboundDelivery:
        """GetInboundDelivery returns one inbound delivery.

        As `InboundDeliveryCalls.get_inbound_delivery`, awaited.
        """
        message = given(GetInboundDeliveryRequest, request, {"inbound_delivery_id": inbound_delivery_id})
        answer = await self._caller.call(
            _INBOUNDDELIVERY_GET_INBOUND_DELIVERY, message, timeout_seconds=timeout_seconds, headers=headers
        )
        return present(answer.inbound_delivery)

    async def list_inbound_deliveries(
        self,
        request: ListInboundDeliveriesRequest | None = None,
        /,
        *,
        page_size: int = 0,
        page_token: str = "",
        connection_id: str = "",
        state: InboundDeliveryState = InboundDeliveryState(0),
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncPage[ListInboundDeliveriesResponse, InboundDelivery]:
        """ListInboundDeliveries returns inbound deliveries, the newest first.

        As `InboundDeliveryCalls.list_inbound_deliveries`, awaited.
        """
        message = given(
            ListInboundDeliveriesRequest,
            request,
            {"page_size": page_size, "page_token": page_token, "connection_id": connection_id, "state": state},
        )
        return await self._caller.page(
            _INBOUNDDELIVERY_LIST_INBOUND_DELIVERIES,
            message,
            "inbound_deliveries",
            timeout_seconds=timeout_seconds,
            headers=headers,
        )

    async def replay_inbound_delivery(
        self,
        request: ReplayInboundDeliveryRequest | None = None,
        /,
        *,
        inbound_delivery_id: str = "",
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> InboundDelivery:
        """ReplayInboundDelivery checks and reads an inbound delivery again, such as after its secret was corrected.

        As `InboundDeliveryCalls.replay_inbound_delivery`, awaited.
        """
        message = given(ReplayInboundDeliveryRequest, request, {"inbound_delivery_id": inbound_delivery_id})
        answer = await self._caller.call(
            _INBOUNDDELIVERY_REPLAY_INBOUND_DELIVERY,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.inbound_delivery)


_WEBHOOKENDPOINT_CREATE_WEBHOOK_ENDPOINT = Method(
    "/corridor.webhooks.v1.WebhookEndpointService/CreateWebhookEndpoint",
    CreateWebhookEndpointResponse,
    Key.REQUIRED,
    10.0,
    Http("POST", "/v1/webhook-endpoints", "*"),
)

_WEBHOOKENDPOINT_GET_WEBHOOK_ENDPOINT = Method(
    "/corridor.webhooks.v1.WebhookEndpointService/GetWebhookEndpoint",
    GetWebhookEndpointResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/webhook-endpoints/{webhook_endpoint_id}", "", "webhook_endpoint"),
)

_WEBHOOKENDPOINT_LIST_WEBHOOK_ENDPOINTS = Method(
    "/corridor.webhooks.v1.WebhookEndpointService/ListWebhookEndpoints",
    ListWebhookEndpointsResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/webhook-endpoints"),
)

_WEBHOOKENDPOINT_UPDATE_WEBHOOK_ENDPOINT = Method(
    "/corridor.webhooks.v1.WebhookEndpointService/UpdateWebhookEndpoint",
    UpdateWebhookEndpointResponse,
    Key.OPTIONAL,
    10.0,
    Http("PUT", "/v1/webhook-endpoints/{webhook_endpoint_id}", "*", "webhook_endpoint"),
)

_WEBHOOKENDPOINT_DELETE_WEBHOOK_ENDPOINT = Method(
    "/corridor.webhooks.v1.WebhookEndpointService/DeleteWebhookEndpoint",
    DeleteWebhookEndpointResponse,
    Key.OPTIONAL,
    5.0,
    Http("DELETE", "/v1/webhook-endpoints/{webhook_endpoint_id}"),
)

_WEBHOOKENDPOINT_ROTATE_WEBHOOK_SECRET = Method(
    "/corridor.webhooks.v1.WebhookEndpointService/RotateWebhookSecret",
    RotateWebhookSecretResponse,
    Key.REQUIRED,
    5.0,
    Http("POST", "/v1/webhook-endpoints/{webhook_endpoint_id}:rotate-secret", "*"),
)


class WebhookEndpointCalls:
    """WebhookEndpointService keeps the addresses to which events are delivered."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def create_webhook_endpoint(
        self,
        request: CreateWebhookEndpointRequest | None = None,
        /,
        *,
        url: str = "",
        event_types: Sequence[str] = (),
        payload_version: str = "",
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> CreateWebhookEndpointResponse:
        """CreateWebhookEndpoint adds an address and returns its first secret.

        The address must be https and resolve to public addresses only; both are checked again at every delivery.
        The secret is shown here once.

        Fields:
            url: Where events are posted to.
            event_types: The event types that it receives. Empty means all.
            payload_version: In which version of its data events are delivered, such as `v1`. Empty takes the newest that there is now.

        Raises errors.EndpointUrlRefused, errors.EndpointLimitReached, errors.IdempotencyKeyRequired, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(
            CreateWebhookEndpointRequest,
            request,
            {"url": url, "event_types": event_types, "payload_version": payload_version},
        )
        answer = self._caller.call(
            _WEBHOOKENDPOINT_CREATE_WEBHOOK_ENDPOINT,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return answer

    def get_webhook_endpoint(
        self,
        request: GetWebhookEndpointRequest | None = None,
        /,
        *,
        webhook_endpoint_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> WebhookEndpoint:
        """GetWebhookEndpoint returns one endpoint.

        Fields:
            webhook_endpoint_id: The endpoint's id.

        Raises errors.NotFound.
        """
        message = given(GetWebhookEndpointRequest, request, {"webhook_endpoint_id": webhook_endpoint_id})
        answer = self._caller.call(
            _WEBHOOKENDPOINT_GET_WEBHOOK_ENDPOINT, message, timeout_seconds=timeout_seconds, headers=headers
        )
        return present(answer.webhook_endpoint)

    def list_webhook_endpoints(
        self,
        request: ListWebhookEndpointsRequest | None = None,
        /,
        *,
        page_size: int = 0,
        page_token: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Page[ListWebhookEndpointsResponse, WebhookEndpoint]:
        """ListWebhookEndpoints returns endpoints, the newest first.

        Fields:
            page_size: How many to return at most: 1 to 250. Missing or 0 means 50.
            page_token: Where to go on: the `next_page_token` of the page before.

        Raises errors.PageTokenInvalid.
        """
        message = given(ListWebhookEndpointsRequest, request, {"page_size": page_size, "page_token": page_token})
        return self._caller.page(
            _WEBHOOKENDPOINT_LIST_WEBHOOK_ENDPOINTS,
            message,
            "webhook_endpoints",
            timeout_seconds=timeout_seconds,
            headers=headers,
        )

    def update_webhook_endpoint(
        self,
        request: UpdateWebhookEndpointRequest | None = None,
        /,
        *,
        webhook_endpoint_id: str = "",
        url: str = "",
        event_types: Sequence[str] = (),
        state: WebhookEndpointState = WebhookEndpointState(0),
        payload_version: str = "",
        update_mask: google_protobuf.FieldMask | None = None,
        idempotency_key: str = "",
        if_match: str | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> WebhookEndpoint:
        """UpdateWebhookEndpoint replaces an endpoint's address, event types and state, and can change its payload version.

        Enabling a paused endpoint sends the deliveries that waited.

        Fields:
            webhook_endpoint_id: The endpoint's id.
            url: Where events are posted to.
            event_types: The event types that it receives. Empty means all.
            state: Enabled or disabled.
            payload_version: In which version of its data events are delivered from now on, such as `v2`. Empty leaves it as it is.
            update_mask: Which of these fields change; the others stay as they are. Missing, or `*`: everything is replaced.

        With `if_match`, the etag that you read, nothing is done once the resource has another.

        Raises errors.NotFound, errors.EndpointUrlRefused, errors.EtagMismatch, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(
            UpdateWebhookEndpointRequest,
            request,
            {
                "webhook_endpoint_id": webhook_endpoint_id,
                "url": url,
                "event_types": event_types,
                "state": state,
                "payload_version": payload_version,
                "update_mask": update_mask,
            },
        )
        answer = self._caller.call(
            _WEBHOOKENDPOINT_UPDATE_WEBHOOK_ENDPOINT,
            message,
            idempotency_key=idempotency_key,
            if_match=if_match,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.webhook_endpoint)

    def delete_webhook_endpoint(
        self,
        request: DeleteWebhookEndpointRequest | None = None,
        /,
        *,
        webhook_endpoint_id: str = "",
        idempotency_key: str = "",
        if_match: str | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> DeleteWebhookEndpointResponse:
        """DeleteWebhookEndpoint removes an endpoint. Deliveries that wait for it are given up; the log of deliveries stays.

        Fields:
            webhook_endpoint_id: The endpoint's id.

        With `if_match`, the etag that you read, nothing is done once the resource has another.

        Raises errors.NotFound, errors.EtagMismatch, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(DeleteWebhookEndpointRequest, request, {"webhook_endpoint_id": webhook_endpoint_id})
        answer = self._caller.call(
            _WEBHOOKENDPOINT_DELETE_WEBHOOK_ENDPOINT,
            message,
            idempotency_key=idempotency_key,
            if_match=if_match,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return answer

    def rotate_webhook_secret(
        self,
        request: RotateWebhookSecretRequest | None = None,
        /,
        *,
        webhook_endpoint_id: str = "",
        overlap_hours: int = 0,
        idempotency_key: str = "",
        if_match: str | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> RotateWebhookSecretResponse:
        """RotateWebhookSecret adds a new secret and lets the old one sign along for a while.

        While two secrets are active, every delivery carries a signature by each. At most two are active; rotating again ends the oldest at once.

        Fields:
            webhook_endpoint_id: The endpoint's id.
            overlap_hours: How many hours the old secret signs along: 0 to 168. 0 ends it at once.

        With `if_match`, the etag that you read, nothing is done once the resource has another.

        Raises errors.NotFound, errors.EtagMismatch, errors.IdempotencyKeyRequired, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(
            RotateWebhookSecretRequest,
            request,
            {"webhook_endpoint_id": webhook_endpoint_id, "overlap_hours": overlap_hours},
        )
        answer = self._caller.call(
            _WEBHOOKENDPOINT_ROTATE_WEBHOOK_SECRET,
            message,
            idempotency_key=idempotency_key,
            if_match=if_match,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return answer


class AsyncWebhookEndpointCalls:
    """WebhookEndpointService keeps the addresses to which events are delivered."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def create_webhook_endpoint(
        self,
        request: CreateWebhookEndpointRequest | None = None,
        /,
        *,
        url: str = "",
        event_types: Sequence[str] = (),
        payload_version: str = "",
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> CreateWebhookEndpointResponse:
        """CreateWebhookEndpoint adds an address and returns its first secret.

        As `WebhookEndpointCalls.create_webhook_endpoint`, awaited.
        """
        message = given(
            CreateWebhookEndpointRequest,
            request,
            {"url": url, "event_types": event_types, "payload_version": payload_version},
        )
        answer = await self._caller.call(
            _WEBHOOKENDPOINT_CREATE_WEBHOOK_ENDPOINT,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return answer

    async def get_webhook_endpoint(
        self,
        request: GetWebhookEndpointRequest | None = None,
        /,
        *,
        webhook_endpoint_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> WebhookEndpoint:
        """GetWebhookEndpoint returns one endpoint.

        As `WebhookEndpointCalls.get_webhook_endpoint`, awaited.
        """
        message = given(GetWebhookEndpointRequest, request, {"webhook_endpoint_id": webhook_endpoint_id})
        answer = await self._caller.call(
            _WEBHOOKENDPOINT_GET_WEBHOOK_ENDPOINT, message, timeout_seconds=timeout_seconds, headers=headers
        )
        return present(answer.webhook_endpoint)

    async def list_webhook_endpoints(
        self,
        request: ListWebhookEndpointsRequest | None = None,
        /,
        *,
        page_size: int = 0,
        page_token: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncPage[ListWebhookEndpointsResponse, WebhookEndpoint]:
        """ListWebhookEndpoints returns endpoints, the newest first.

        As `WebhookEndpointCalls.list_webhook_endpoints`, awaited.
        """
        message = given(ListWebhookEndpointsRequest, request, {"page_size": page_size, "page_token": page_token})
        return await self._caller.page(
            _WEBHOOKENDPOINT_LIST_WEBHOOK_ENDPOINTS,
            message,
            "webhook_endpoints",
            timeout_seconds=timeout_seconds,
            headers=headers,
        )

    async def update_webhook_endpoint(
        self,
        request: UpdateWebhookEndpointRequest | None = None,
        /,
        *,
        webhook_endpoint_id: str = "",
        url: str = "",
        event_types: Sequence[str] = (),
        state: WebhookEndpointState = WebhookEndpointState(0),
        payload_version: str = "",
        update_mask: google_protobuf.FieldMask | None = None,
        idempotency_key: str = "",
        if_match: str | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> WebhookEndpoint:
        """UpdateWebhookEndpoint replaces an endpoint's address, event types and state, and can change its payload version.

        As `WebhookEndpointCalls.update_webhook_endpoint`, awaited.
        """
        message = given(
            UpdateWebhookEndpointRequest,
            request,
            {
                "webhook_endpoint_id": webhook_endpoint_id,
                "url": url,
                "event_types": event_types,
                "state": state,
                "payload_version": payload_version,
                "update_mask": update_mask,
            },
        )
        answer = await self._caller.call(
            _WEBHOOKENDPOINT_UPDATE_WEBHOOK_ENDPOINT,
            message,
            idempotency_key=idempotency_key,
            if_match=if_match,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.webhook_endpoint)

    async def delete_webhook_endpoint(
        self,
        request: DeleteWebhookEndpointRequest | None = None,
        /,
        *,
        webhook_endpoint_id: str = "",
        idempotency_key: str = "",
        if_match: str | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> DeleteWebhookEndpointResponse:
        """DeleteWebhookEndpoint removes an endpoint. Deliveries that wait for it are given up; the log of deliveries stays.

        As `WebhookEndpointCalls.delete_webhook_endpoint`, awaited.
        """
        message = given(DeleteWebhookEndpointRequest, request, {"webhook_endpoint_id": webhook_endpoint_id})
        answer = await self._caller.call(
            _WEBHOOKENDPOINT_DELETE_WEBHOOK_ENDPOINT,
            message,
            idempotency_key=idempotency_key,
            if_match=if_match,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return answer

    async def rotate_webhook_secret(
        self,
        request: RotateWebhookSecretRequest | None = None,
        /,
        *,
        webhook_endpoint_id: str = "",
        overlap_hours: int = 0,
        idempotency_key: str = "",
        if_match: str | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> RotateWebhookSecretResponse:
        """RotateWebhookSecret adds a new secret and lets the old one sign along for a while.

        As `WebhookEndpointCalls.rotate_webhook_secret`, awaited.
        """
        message = given(
            RotateWebhookSecretRequest,
            request,
            {"webhook_endpoint_id": webhook_endpoint_id, "overlap_hours": overlap_hours},
        )
        answer = await self._caller.call(
            _WEBHOOKENDPOINT_ROTATE_WEBHOOK_SECRET,
            message,
            idempotency_key=idempotency_key,
            if_match=if_match,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return answer
