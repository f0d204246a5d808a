"""WorkItemService. Resolving a work item records what a person found out; it moves nothing by itself."""

import grpc

from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.operations.v1 import work_item_service_pb2 as api
from server.kit import context as contexts
from server.kit.errors import Failure, fail
from server.kit.paging import PageTokens
from server.platform.operations import repository
from server.store import audit, idempotency
from server.store.engine import Store


class WorkItemServicer:
    """The list of what people of the caller's company have to look at."""

    def __init__(self, store: Store, tokens: PageTokens) -> None:
        self._store = store
        self._tokens = tokens

    def GetWorkItem(self, request: api.GetWorkItemRequest, _: grpc.ServicerContext) -> api.GetWorkItemResponse:
        """One work item."""
        with self._store.mine() as connection:
            item = repository.get(connection, contexts.current(), request.work_item_id)
        if item is None:
            raise _no_such_item()
        return api.GetWorkItemResponse(work_item=item)

    def ListWorkItems(self, request: api.ListWorkItemsRequest, _: grpc.ServicerContext) -> api.ListWorkItemsResponse:
        """A page of work items, the newest first."""
        context = contexts.current()
        page = self._tokens.page(context, request)
        with self._store.mine() as connection:
            items, more = repository.page(
                connection, context, page, state=request.state, resource_id=request.resource_id
            )
        following = self._tokens.next(context, request, items[-1].work_item_id) if more else ""
        return api.ListWorkItemsResponse(work_items=items, next_page_token=following)

    def ResolveWorkItem(self, request: api.ResolveWorkItemRequest, _: grpc.ServicerContext) -> bytes:
        """Close a work item. What was written first stands: a second resolution is refused, not dropped."""
        context = contexts.current()
        with idempotency.once(self._store, context) as (connection, answer):
            item = repository.resolve(connection, context, request.work_item_id, request.resolution)
            if item is None:
                if repository.get(connection, context, request.work_item_id) is None:
                    raise _no_such_item()
                raise fail(reasons.ERROR_REASON_STATE_CONFLICT, "The work item was resolved before.")
            audit.record(connection, context, item.work_item_id)
            return answer(item.work_item_id, api.ResolveWorkItemResponse(work_item=item))


def _no_such_item() -> Failure:
    return fail(reasons.ERROR_REASON_NOT_FOUND, "There is no such work item.")
