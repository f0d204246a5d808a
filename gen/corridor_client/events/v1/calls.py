"""Calls of corridor.events.v1. Written by `corridor gen` from the contract; never edited."""

from collections.abc import Mapping, Sequence

from corridor_client_runtime.caller import AsyncCaller, Caller
from corridor_client_runtime.methods import Http, Key, Method, present
from corridor_client_runtime.methods import request as given
from corridor_client_runtime.paging import AsyncPage, Page

from corridor_client.events.v1 import (
    Event,
    GetEventRequest,
    GetEventResponse,
    ListEventsRequest,
    ListEventsResponse,
)

_EVENT_GET_EVENT = Method(
    "/corridor.events.v1.EventService/GetEvent",
    GetEventResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/events/{event_id}", "", "event"),
)

_EVENT_LIST_EVENTS = Method(
    "/corridor.events.v1.EventService/ListEvents",
    ListEventsResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/events"),
)


class EventCalls:
    """EventService reads what was published, for callers who missed a webhook or prefer to ask."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def get_event(
        self,
        request: GetEventRequest | None = None,
        /,
        *,
        event_id: str = "",
        payload_version: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Event:
        """GetEvent returns one event.

        Fields:
            event_id: The event's id.
            payload_version: In which version to show its data, such as `v2`; the newest one below it where there is no such. Empty means `v1`.

        Raises errors.NotFound.
        """
        message = given(GetEventRequest, request, {"event_id": event_id, "payload_version": payload_version})
        answer = self._caller.call(_EVENT_GET_EVENT, message, timeout_seconds=timeout_seconds, headers=headers)
        return present(answer.event)

    def list_events(
        self,
        request: ListEventsRequest | None = None,
        /,
        *,
        page_size: int = 0,
        page_token: str = "",
        resource_id: str = "",
        types: Sequence[str] = (),
        payload_version: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Page[ListEventsResponse, Event]:
        """ListEvents returns events, the newest first.

        Fields:
            page_size: How many to return at most: 1 to 250. Missing or 0 means 50.
            page_token: Where to go on: the `next_page_token` of the page before.
            resource_id: Only events of this resource.
            types: Only events of these types.
            payload_version: In which version to show their data, such as `v2`; the newest one below it where there is no such. Empty means `v1`.

        Raises errors.PageTokenInvalid.
        """
        message = given(
            ListEventsRequest,
            request,
            {
                "page_size": page_size,
                "page_token": page_token,
                "resource_id": resource_id,
                "types": types,
                "payload_version": payload_version,
            },
        )
        return self._caller.page(
            _EVENT_LIST_EVENTS, message, "events", timeout_seconds=timeout_seconds, headers=headers
        )


class AsyncEventCalls:
    """EventService reads what was published, for callers who missed a webhook or prefer to ask."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def get_event(
        self,
        request: GetEventRequest | None = None,
        /,
        *,
        event_id: str = "",
        payload_version: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Event:
        """GetEvent returns one event.

        As `EventCalls.get_event`, awaited.
        """
        message = given(GetEventRequest, request, {"event_id": event_id, "payload_version": payload_version})
        answer = await self._caller.call(_EVENT_GET_EVENT, message, timeout_seconds=timeout_seconds, headers=headers)
        return present(answer.event)

    async def list_events(
        self,
        request: ListEventsRequest | None = None,
        /,
        *,
        page_size: int = 0,
        page_token: str = "",
        resource_id: str = "",
        types: Sequence[str] = (),
        payload_version: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncPage[ListEventsResponse, Event]:
        """ListEvents returns events, the newest first.

        As `EventCalls.list_events`, awaited.
        """
        message = given(
            ListEventsRequest,
            request,
            {
                "page_size": page_size,
                "page_token": page_token,
                "resource_id": resource_id,
                "types": types,
                "payload_version": payload_version,
            },
        )
        return await self._caller.page(
            _EVENT_LIST_EVENTS, message, "events", timeout_seconds=timeout_seconds, headers=headers
        )
