"""SweepService: has a connection's provider asked for what has happened, and tells what that found."""

from datetime import UTC

import grpc

from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.providers.v1 import sweep_service_pb2 as api
from server.kit import context as contexts
from server.kit.errors import fail
from server.kit.paging import PageTokens
from server.platform.providers import connections
from server.platform.sweeps import repository
from server.platform.sweeps.beginning import Beginning
from server.store import audit, idempotency
from server.store.engine import Store
from server.store.wake import Waker


class SweepServicer:
    """The sweeps of the caller's company in the caller's environment."""

    def __init__(self, store: Store, tokens: PageTokens, beginning: Beginning, waker: Waker) -> None:
        self._store = store
        self._tokens = tokens
        self._beginning = beginning
        self._waker = waker

    def SweepConnection(self, request: api.SweepConnectionRequest, _: grpc.ServicerContext) -> bytes:
        """Begin a sweep, or answer with the one that runs."""
        context = contexts.current()
        wanted = request.since_time.ToDatetime(UTC) if request.HasField("since_time") else None
        with idempotency.once(self._store, context) as (connection, answer):
            # Locked, so that of two callers the second finds the first one's sweep.
            found = connections.find(connection, context, request.connection_id, lock=True)
            if found is None:
                raise fail(reasons.ERROR_REASON_NOT_FOUND, "There is no such connection.")
            sweep = self._beginning.begin(connection, context, found, wanted)
            audit.record(connection, context, sweep.sweep_id)
            answered = answer(sweep.sweep_id, api.SweepConnectionResponse(sweep=sweep))
        self._waker.wake()
        return answered

    def GetSweep(self, request: api.GetSweepRequest, _: grpc.ServicerContext) -> api.GetSweepResponse:
        """One sweep."""
        with self._store.mine() as connection:
            sweep = repository.get(connection, contexts.current(), request.sweep_id)
        if sweep is None:
            raise fail(reasons.ERROR_REASON_NOT_FOUND, "There is no such sweep.")
        return api.GetSweepResponse(sweep=sweep)

    def ListSweeps(self, request: api.ListSweepsRequest, _: grpc.ServicerContext) -> api.ListSweepsResponse:
        """A page of sweeps, the newest first."""
        context = contexts.current()
        page = self._tokens.page(context, request)
        with self._store.mine() as connection:
            found, more = repository.page(
                connection, context, page, connection_id=request.connection_id, state=request.state
            )
        following = self._tokens.next(context, request, found[-1].sweep_id) if more else ""
        return api.ListSweepsResponse(sweeps=found, next_page_token=following)
