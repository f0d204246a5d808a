"""ErasureService. Nothing is overwritten while it is still needed to finish a payment."""

import grpc

from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.vault.v1 import erasure_service_pb2 as api
from corridor.vault.v1.erasure_pb2 import Erasure
from server.kit import context as contexts
from server.kit import ids
from server.kit.errors import fail
from server.kit.paging import PageTokens
from server.platform.vault import erasures
from server.platform.vault.erasing import KIND, SETTLE_SECONDS
from server.store import audit, idempotency, work
from server.store.engine import Store


class ErasureServicer:
    """Begins erasures of the caller's company in the caller's environment, and tells how far they are."""

    def __init__(self, store: Store, tokens: PageTokens) -> None:
        self._store = store
        self._tokens = tokens

    def CreateErasure(self, request: api.CreateErasureRequest, _: grpc.ServicerContext) -> bytes:
        """Begin an erasure; a worker does the rest."""
        context = contexts.current()
        who = context.who
        context.resource_id = request.resource_id
        with idempotency.once(self._store, context) as (connection, answer):
            if not erasures.exists(connection, context, request.resource_id):
                raise fail(reasons.ERROR_REASON_NOT_FOUND, f"There is no beneficiary or payment {request.resource_id}.")
            if count := erasures.still_open(connection, context, request.resource_id):
                detail = f"What {request.resource_id} is about is still open: {count}."
                raise fail(reasons.ERROR_REASON_STATE_CONFLICT, detail, open_payouts=str(count))
            erasure = Erasure(
                erasure_id=ids.new("er"),
                resource_id=request.resource_id,
                reason=request.reason,
                legal_reference=request.legal_reference,
                requested_by=who.subject or who.caller_id,
            )
            erasures.begin(connection, context, erasure)
            work.schedule(
                connection, who.company_id, who.environment, kind=KIND, lane=f"{KIND}/{erasure.resource_id}",
                resource_id=erasure.erasure_id, after_seconds=SETTLE_SECONDS,
                correlation_id=context.correlation_id, traceparent=context.traceparent,
            )  # fmt: skip
            audit.record(connection, context, erasure.erasure_id)
            return answer(erasure.erasure_id, api.CreateErasureResponse(erasure=erasure))

    def GetErasure(self, request: api.GetErasureRequest, _: grpc.ServicerContext) -> api.GetErasureResponse:
        """One erasure."""
        context = contexts.current()
        context.resource_id = request.erasure_id
        with self._store.mine() as connection:
            found = erasures.get(connection, context, request.erasure_id)
        if found is None:
            raise fail(reasons.ERROR_REASON_NOT_FOUND, f"There is no erasure {request.erasure_id}.")
        return api.GetErasureResponse(erasure=found)

    def ListErasures(self, request: api.ListErasuresRequest, _: grpc.ServicerContext) -> api.ListErasuresResponse:
        """A page of erasures."""
        context = contexts.current()
        page = self._tokens.page(context, request)
        with self._store.mine() as connection:
            found, more = erasures.page(connection, context, page, request.resource_id)
        following = self._tokens.next(context, request, found[-1].erasure_id) if more else ""
        return api.ListErasuresResponse(erasures=found, next_page_token=following)
