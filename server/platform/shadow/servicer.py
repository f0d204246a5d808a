"""ShadowService: what came of trying connections in the shadow of others. It only reads."""

from datetime import UTC, datetime

import grpc
from google.protobuf.message import Message

from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.routing.v1 import shadow_service_pb2 as api
from server.kit import context as contexts
from server.kit.errors import fail
from server.kit.paging import PageTokens
from server.platform.shadow import parity, repository
from server.store.engine import Store


class ShadowServicer:
    """Comparisons and parity of the caller's company."""

    def __init__(self, store: Store, tokens: PageTokens) -> None:
        self._store = store
        self._tokens = tokens

    def GetShadowComparison(
        self, request: api.GetShadowComparisonRequest, _: grpc.ServicerContext
    ) -> api.GetShadowComparisonResponse:
        """One comparison."""
        with self._store.mine() as connection:
            found = repository.get(connection, contexts.current(), request.shadow_comparison_id)
        if found is None:
            raise fail(reasons.ERROR_REASON_NOT_FOUND, "There is no such comparison.")
        return api.GetShadowComparisonResponse(shadow_comparison=found)

    def ListShadowComparisons(
        self, request: api.ListShadowComparisonsRequest, _: grpc.ServicerContext
    ) -> api.ListShadowComparisonsResponse:
        """A page of comparisons, the newest first."""
        context = contexts.current()
        page = self._tokens.page(context, request)
        with self._store.mine() as connection:
            found, more = repository.page(
                connection,
                context,
                page,
                connection_id=request.connection_id,
                difference_class=request.difference_class,
                resource_id=request.resource_id,
                since=_time(request, "since_time"),
            )
        for each in found:
            del each.exchanges[:]
        following = self._tokens.next(context, request, found[-1].shadow_comparison_id) if more else ""
        return api.ListShadowComparisonsResponse(shadow_comparisons=found, next_page_token=following)

    def GetShadowParity(
        self, request: api.GetShadowParityRequest, _: grpc.ServicerContext
    ) -> api.GetShadowParityResponse:
        """How far connections that shadow do what others do."""
        with self._store.mine() as connection:
            found = parity.parities(
                connection,
                contexts.current(),
                connection_id=request.connection_id,
                domain=request.domain,
                since=_time(request, "since_time"),
                until=_time(request, "until_time"),
            )
        return api.GetShadowParityResponse(parities=found)


def _time(request: Message, field: str) -> datetime | None:
    if not request.HasField(field):
        return None
    value: datetime = getattr(request, field).ToDatetime(UTC)
    return value
