"""AuditService. It reads only: entries are made where things are done, in the same transaction."""

import grpc

from corridor.audit.v1 import audit_checkpoint_pb2
from corridor.audit.v1 import audit_service_pb2 as api
from corridor.errors.v1 import error_reason_pb2 as reasons
from server.kit import context as contexts
from server.kit.errors import fail
from server.kit.paging import PageTokens
from server.platform.audit import proofs, repository
from server.platform.audit.signing import AuditSigner
from server.store.engine import Store


class AuditServicer:
    """Shows the audit trail of the caller's company in the caller's environment."""

    def __init__(self, store: Store, tokens: PageTokens, signer: AuditSigner) -> None:
        self._store = store
        self._tokens = tokens
        self._signer = signer

    def ListAuditEntries(
        self, request: api.ListAuditEntriesRequest, _: grpc.ServicerContext
    ) -> api.ListAuditEntriesResponse:
        """A page of entries, the newest first."""
        context = contexts.current()
        page = self._tokens.page(context, request)
        with self._store.mine() as connection:
            entries, more = repository.page(connection, context, page, request)
        following = self._tokens.next(context, request, entries[-1].audit_entry_id) if more else ""
        return api.ListAuditEntriesResponse(audit_entries=entries, next_page_token=following)

    def GetAuditEntry(self, request: api.GetAuditEntryRequest, _: grpc.ServicerContext) -> api.GetAuditEntryResponse:
        """One entry."""
        with self._store.mine() as connection:
            entry = repository.get(connection, contexts.current(), request.audit_entry_id)
        if entry is None:
            raise fail(reasons.ERROR_REASON_NOT_FOUND, "There is no such audit entry.")
        return api.GetAuditEntryResponse(audit_entry=entry)

    def ProveAuditEntry(
        self, request: api.ProveAuditEntryRequest, _: grpc.ServicerContext
    ) -> api.ProveAuditEntryResponse:
        """The proof that an entry stands in a signed checkpoint."""
        who = contexts.current().who
        with self._store.transaction(who.company_id, who.environment) as connection:
            proof = proofs.prove(connection, who.company_id, who.environment, request.audit_entry_id)
        return api.ProveAuditEntryResponse(proof=proof)

    def ListAuditCheckpoints(
        self, request: api.ListAuditCheckpointsRequest, _: grpc.ServicerContext
    ) -> api.ListAuditCheckpointsResponse:
        """A page of checkpoints, the newest first."""
        context = contexts.current()
        page = self._tokens.page(context, request)
        with self._store.mine() as connection:
            checkpoints, more = repository.checkpoints(connection, context, page)
        following = self._tokens.next(context, request, str(checkpoints[-1].number)) if more else ""
        return api.ListAuditCheckpointsResponse(audit_checkpoints=checkpoints, next_page_token=following)

    def GetAuditKey(self, request: api.GetAuditKeyRequest, _: grpc.ServicerContext) -> api.GetAuditKeyResponse:
        """The key that verifies checkpoints."""
        signer = self._signer
        key = audit_checkpoint_pb2.AuditKey(key_id=signer.key_id, public_key_pem=signer.public_key_pem())
        return api.GetAuditKeyResponse(audit_key=key)
