"""ApprovalService: the rules by which calls wait, and the calls that wait."""

from typing import Any

import grpc

from corridor.approvals.v1 import approval_service_pb2 as api
from corridor.approvals.v1.approval_pb2 import Approval
from corridor.approvals.v1.approval_policy_pb2 import ApprovalPolicy
from corridor.errors.v1 import error_reason_pb2 as reasons
from server.kit import context as contexts
from server.kit import etags
from server.kit.clock import Clock
from server.kit.context import Context
from server.kit.errors import fail
from server.kit.paging import PageTokens
from server.platform.approvals import matching, repository
from server.platform.approvals.deciding import Deciding
from server.platform.approvals.policies import Policies
from server.store import audit, idempotency
from server.store.engine import Connection, Store
from server.store.wake import Waker


class ApprovalServicer:
    """Shows and decides the approvals of the caller's company in the caller's environment."""

    def __init__(
        self, store: Store, tokens: PageTokens, policies: Policies, deciding: Deciding, waker: Waker, clock: Clock
    ) -> None:
        self._store = store
        self._tokens = tokens
        self._policies = policies
        self._deciding = deciding
        self._waker = waker
        self._clock = clock

    def GetApprovalPolicy(
        self, _request: api.GetApprovalPolicyRequest, _: grpc.ServicerContext
    ) -> api.GetApprovalPolicyResponse:
        """The rules."""
        with self._store.mine() as connection:
            return api.GetApprovalPolicyResponse(policy=self._policies.get(connection, contexts.current()))

    def UpdateApprovalPolicy(self, request: api.UpdateApprovalPolicyRequest, _: grpc.ServicerContext) -> bytes:
        """Replace the rules: here at once, in every other process within a second."""
        context = contexts.current()
        matching.check(request.policy)
        with idempotency.once(self._store, context) as (connection, answer):
            before = self._policies.lock(connection, context)
            etags.check(context, before)
            if request.policy.revision not in (0, before.revision):
                detail = f"The policy was replaced meanwhile; its revision is {before.revision}."
                raise fail(reasons.ERROR_REASON_STATE_CONFLICT, detail, revision=str(before.revision))
            policy = ApprovalPolicy(rules=request.policy.rules, revision=before.revision + 1)
            policy.update_time.FromDatetime(self._clock.now())
            self._policies.put(connection, context, policy)
            audit.record(connection, context, "")
            answered = answer("", api.UpdateApprovalPolicyResponse(policy=policy))
        self._policies.forget(context.who)  # after the commit: a look-up before it would know the old rules
        return answered

    def GetApproval(self, request: api.GetApprovalRequest, _: grpc.ServicerContext) -> api.GetApprovalResponse:
        """One approval."""
        context = contexts.current()
        context.resource_id = request.approval_id
        with self._store.mine() as connection:
            approval = repository.get(connection, context, request.approval_id)
        if approval is None:
            raise fail(reasons.ERROR_REASON_NOT_FOUND, f"There is no approval {request.approval_id}.")
        return api.GetApprovalResponse(approval=approval)

    def ListApprovals(self, request: api.ListApprovalsRequest, _: grpc.ServicerContext) -> api.ListApprovalsResponse:
        """A page of approvals, the newest first."""
        context = contexts.current()
        page = self._tokens.page(context, request)
        service, _dot, name = request.method.rpartition(".")
        method = f"/{service}/{name}" if request.method else ""
        with self._store.mine() as connection:
            found, more = repository.page(connection, context, page, states=request.states, method=method)
        following = self._tokens.next(context, request, found[-1].approval_id) if more else ""
        return api.ListApprovalsResponse(approvals=found, next_page_token=following)

    def ApproveApproval(self, request: api.ApproveApprovalRequest, _: grpc.ServicerContext) -> bytes:
        """Say yes to a call."""
        context = contexts.current()
        with idempotency.once(self._store, context) as (connection, answer):
            approval = self._deciding.approve(connection, context, request.approval_id, request.reason)
            answered = _answered(connection, context, answer, approval, api.ApproveApprovalResponse(approval=approval))
        self._waker.wake()
        return answered

    def RejectApproval(self, request: api.RejectApprovalRequest, _: grpc.ServicerContext) -> bytes:
        """Say no to a call."""
        context = contexts.current()
        with idempotency.once(self._store, context) as (connection, answer):
            approval = self._deciding.reject(connection, context, request.approval_id, request.reason)
            return _answered(connection, context, answer, approval, api.RejectApprovalResponse(approval=approval))

    def CancelApproval(self, request: api.CancelApprovalRequest, _: grpc.ServicerContext) -> bytes:
        """Take one's own call back."""
        context = contexts.current()
        with idempotency.once(self._store, context) as (connection, answer):
            approval = self._deciding.cancel(connection, context, request.approval_id)
            return _answered(connection, context, answer, approval, api.CancelApprovalResponse(approval=approval))


def _answered(connection: Connection, context: Context, answer: Any, approval: Approval, response: Any) -> bytes:
    audit.record(connection, context, approval.approval_id)
    data: bytes = answer(approval.approval_id, response)
    return data
