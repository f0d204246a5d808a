"""The DisputeService: reads the context, asks the policy, changes or reads disputes, answers."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC

import grpc
from google.protobuf.message import Message

from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.payments.v1 import dispute_service_pb2 as api
from corridor.payments.v1.dispute_pb2 import Dispute, DisputeDocument, DisputeState
from server.domains.payments.accepting import concerns
from server.domains.payments.disputes import policy
from server.domains.payments.disputes.lifecycle import ACCEPTING, EVENTS, SUBMITTING
from server.domains.payments.disputes.policy import Features
from server.domains.payments.disputes.repository import RESPOND, Disputes, sha256
from server.kit import etags, ids
from server.kit.clock import Clock
from server.kit.context import Context, current
from server.kit.errors import Failure, fail
from server.kit.paging import PageTokens
from server.platform.providers.invoke import Invoker
from server.platform.timeline import Timeline
from server.store import audit, idempotency
from server.store.engine import Connection, Store
from server.store.wake import Waker


@dataclass(frozen=True, slots=True)
class Locked:
    """A dispute under its lock, in the transaction of a call."""

    connection: Connection
    answer: Callable[[str, Message], bytes]
    dispute: Dispute
    can: Features


class DisputeServicer:
    """corridor.payments.v1.DisputeService."""

    def __init__(
        self,
        *,
        store: Store,
        disputes: Disputes,
        invoker: Invoker,
        timeline: Timeline,
        tokens: PageTokens,
        waker: Waker,
        clock: Clock,
    ) -> None:
        self._store = store
        self._disputes = disputes
        self._invoker = invoker
        self._timeline = timeline
        self._tokens = tokens
        self._waker = waker
        self._clock = clock

    def GetDispute(self, request: api.GetDisputeRequest, _: grpc.ServicerContext) -> api.GetDisputeResponse:
        """One dispute."""
        return api.GetDisputeResponse(dispute=self._found(current(), request.dispute_id))

    def ListDisputes(self, request: api.ListDisputesRequest, _: grpc.ServicerContext) -> api.ListDisputesResponse:
        """A page of disputes."""
        context = current()
        page = self._tokens.page(context, request)
        if not concerns(context):
            return api.ListDisputesResponse()
        where: list[tuple[str, object]] = []
        if request.states:
            where.append(("state = ANY(%s)", list(request.states)))
        if request.payment_id:
            where.append(("payment_id = %s", request.payment_id))
        if request.HasField("due_before"):
            where.append(("due_time < %s", request.due_before.ToDatetime(UTC)))
        if request.created.HasField("start_time"):
            where.append(("create_time >= %s", request.created.start_time.ToDatetime(UTC)))
        if request.created.HasField("end_time"):
            where.append(("create_time < %s", request.created.end_time.ToDatetime(UTC)))
        found = self._disputes.page(context, where, page.after, page.size + 1)
        shown = found[: page.size]
        following = self._tokens.next(context, request, shown[-1].dispute_id) if len(found) > page.size else ""
        return api.ListDisputesResponse(disputes=shown, next_page_token=following)

    def UpdateDisputeEvidence(self, request: api.UpdateDisputeEvidenceRequest, _: grpc.ServicerContext) -> bytes:
        """Replace the texts of the evidence."""
        context = current()
        with self._locked(context, request.dispute_id) as now:
            policy.check_open(now.dispute)
            now.dispute.evidence.CopyFrom(request.evidence)
            self._disputes.save(now.connection, context, now.dispute)
            audit.record(now.connection, context, now.dispute.dispute_id)
            return now.answer(now.dispute.dispute_id, api.UpdateDisputeEvidenceResponse(dispute=now.dispute))

    def AddDisputeDocument(self, request: api.AddDisputeDocumentRequest, _: grpc.ServicerContext) -> bytes:
        """Keep a document for the evidence."""
        context, digest = current(), sha256(request.content)
        with self._locked(context, request.dispute_id) as now:
            policy.check_document(now.dispute, now.can, request.content_type, request.content, digest)
            document = DisputeDocument(
                dispute_document_id=ids.new("doc"),
                type=request.type,
                file_name=request.file_name,
                content_type=request.content_type,
                size_bytes=len(request.content),
                sha256=digest,
            )
            document.create_time.FromDatetime(self._clock.now())
            self._disputes.add_document(now.connection, context, now.dispute, document, request.content)
            audit.record(now.connection, context, now.dispute.dispute_id, document.dispute_document_id)
            return now.answer(now.dispute.dispute_id, api.AddDisputeDocumentResponse(dispute_document=document))

    def RemoveDisputeDocument(self, request: api.RemoveDisputeDocumentRequest, _: grpc.ServicerContext) -> bytes:
        """Destroy a document of the evidence."""
        context, document_id = current(), request.dispute_document_id
        with self._locked(context, request.dispute_id) as now:
            policy.check_open(now.dispute)
            if not self._disputes.remove_document(now.connection, context, now.dispute, document_id):
                raise fail(reasons.ERROR_REASON_NOT_FOUND, f"There is no document {document_id} of the dispute.")
            audit.record(now.connection, context, now.dispute.dispute_id, document_id)
            return now.answer(now.dispute.dispute_id, api.RemoveDisputeDocumentResponse())

    def SubmitDisputeEvidence(self, request: api.SubmitDisputeEvidenceRequest, _: grpc.ServicerContext) -> bytes:
        """Accept that the evidence goes to the provider."""
        context = current()
        with self._locked(context, request.dispute_id) as now:
            policy.check_submission(now.dispute, now.can, self._clock.now())
            self._respond(context, now, SUBMITTING)
            answer = now.answer(now.dispute.dispute_id, api.SubmitDisputeEvidenceResponse(dispute=now.dispute))
        self._waker.wake()
        return answer

    def AcceptDispute(self, request: api.AcceptDisputeRequest, _: grpc.ServicerContext) -> bytes:
        """Accept that the acceptance goes to the provider."""
        context = current()
        with self._locked(context, request.dispute_id) as now:
            policy.check_acceptance(now.dispute, now.can)
            self._respond(context, now, ACCEPTING)
            answer = now.answer(now.dispute.dispute_id, api.AcceptDisputeResponse(dispute=now.dispute))
        self._waker.wake()
        return answer

    def GetDisputeTimeline(
        self, request: api.GetDisputeTimelineRequest, _: grpc.ServicerContext
    ) -> api.GetDisputeTimelineResponse:
        """Everything that happened to a dispute."""
        context = current()
        dispute = self._found(context, request.dispute_id)
        return api.GetDisputeTimelineResponse(entries=self._timeline.of(context, dispute.dispute_id))

    def _respond(self, context: Context, now: Locked, state: "DisputeState.ValueType") -> None:
        dispute = now.dispute
        dispute.state = state
        dispute.response_count += 1
        dispute.sandbox_scenario = context.sandbox_scenario
        self._disputes.tell(now.connection, context, dispute, EVENTS[state])
        self._disputes.schedule(now.connection, context, RESPOND, dispute, str(dispute.response_count))
        audit.record(now.connection, context, dispute.dispute_id)

    @contextlib.contextmanager
    def _locked(self, context: Context, dispute_id: str) -> Iterator[Locked]:
        """The dispute, locked. Raises NOT_FOUND, and `Replay` for a key used before."""
        context.resource_id = dispute_id
        with idempotency.once(self._store, context) as (connection, answer):
            dispute = self._disputes.lock(connection, context, dispute_id)
            if dispute is None or not concerns(context):
                raise _missing(dispute_id)
            etags.check(context, dispute)
            coverage = self._invoker.manifest(dispute.provider).coverage.get("disputes")
            yield Locked(connection, answer, dispute, coverage.features if coverage else None)

    def _found(self, context: Context, dispute_id: str) -> Dispute:
        context.resource_id = dispute_id
        dispute = self._disputes.get(context, dispute_id)
        if dispute is None or not concerns(context):
            raise _missing(dispute_id)
        return dispute


def _missing(dispute_id: str) -> Failure:
    return fail(reasons.ERROR_REASON_NOT_FOUND, f"There is no dispute {dispute_id}.")
