"""AuditService. It reads only: entries are made where things are done, in the same transaction."""

import grpc

from corridor.audit.v1 import audit_service_pb2 as api
from server.kit import context as contexts
from server.kit.paging import PageTokens
from server.platform.audit import repository
from server.store.engine import Store


class AuditServicer:
    """Shows the audit trail of the caller's company in the caller's environment."""

    def __init__(self, store: Store, tokens: PageTokens) -> None:
        self._store = store
        self._tokens = tokens

    def ListAuditEntries(
        self, request: api.ListAuditEntriesRequest, _: grpc.ServicerContext
    ) -> api.ListAuditEntriesResponse:
        """A page of entries, the newest first."""
        context = contexts.current()
        page = self._tokens.page(context, request)
        with self._store.mine() as connection:
            entries, more = repository.page(
                connection, context, page, resource_id=request.resource_id, action=request.action
            )
        following = self._tokens.next(context, request, entries[-1].audit_entry_id) if more else ""
        return api.ListAuditEntriesResponse(audit_entries=entries, next_page_token=following)
