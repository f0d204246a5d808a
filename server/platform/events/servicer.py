"""EventService. It reads only: events are published where resources change, in the same transaction."""

import grpc

from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.events.v1 import event_service_pb2 as api
from server.kit import context as contexts
from server.kit.errors import fail
from server.kit.paging import PageTokens
from server.platform.events.payloads import Payloads
from server.store import events, pages
from server.store.engine import Store

_SELECT = f"SELECT {events.COLUMNS} FROM corridor.events"
_ONE = f"{_SELECT} WHERE company_id = %s AND environment = %s AND event_id = %s"


class EventServicer:
    """Shows the events of the caller's company in the caller's environment."""

    def __init__(self, store: Store, tokens: PageTokens, payloads: Payloads) -> None:
        self._store = store
        self._tokens = tokens
        self._payloads = payloads

    def GetEvent(self, request: api.GetEventRequest, _: grpc.ServicerContext) -> api.GetEventResponse:
        """One event."""
        context = contexts.current()
        who = context.who
        version = self._payloads.wanted(request.payload_version)
        with self._store.mine() as connection:
            row = connection.execute(_ONE, (who.company_id, who.environment, request.event_id)).fetchone()
            if row is None:
                raise fail(reasons.ERROR_REASON_NOT_FOUND, "There is no such event.")
            found = events.event(connection, context, row)
        return api.GetEventResponse(event=self._payloads.rendered(found, version))

    def ListEvents(self, request: api.ListEventsRequest, _: grpc.ServicerContext) -> api.ListEventsResponse:
        """A page of events, the newest first."""
        context = contexts.current()
        version = self._payloads.wanted(request.payload_version)
        page = self._tokens.page(context, request)
        where = {"resource_id": request.resource_id, "type": list(request.types)}
        with self._store.mine() as connection:
            rows, more = pages.newest_first(connection, context, _SELECT, key="event_id", page=page, where=where)
            found = [events.event(connection, context, row) for row in rows]
        following = self._tokens.next(context, request, found[-1].event_id) if more else ""
        shown = [self._payloads.rendered(each, version) for each in found]
        return api.ListEventsResponse(events=shown, next_page_token=following)
