"""How an approval is decided, taken back, escalated and expired. Each is one transaction on the locked approval.

Nobody decides about what they asked for, and nobody counts twice: whose hand it is says the line of credentials.
"""

from collections.abc import Callable, Mapping
from datetime import UTC

from google.protobuf.message import Message

from corridor.access.v1 import role_pb2
from corridor.approvals.v1 import approval_event_pb2 as published
from corridor.approvals.v1 import approval_pb2
from corridor.approvals.v1.approval_pb2 import Approval, ApprovalDecision, ApprovalParty
from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.operations.v1 import work_item_pb2
from corridor.options.v1 import method_pb2
from server.kit.clock import Clock
from server.kit.context import Context
from server.kit.errors import fail
from server.platform.access import lineage
from server.platform.approvals import repository
from server.platform.approvals.asking import party
from server.platform.approvals.repository import APPROVED, CANCELLED, EXECUTED, EXPIRED, FAILED, PENDING, REJECTED
from server.store import events, work, work_items
from server.store.engine import Connection

EXECUTE = "approvals.execute"

YES = approval_pb2.APPROVAL_VERDICT_APPROVED
NO = approval_pb2.APPROVAL_VERDICT_REJECTED

_EVENTS: Mapping[int, Callable[..., Message]] = {
    APPROVED: published.ApprovalApproved,
    EXECUTED: published.ApprovalExecuted,
    FAILED: published.ApprovalFailed,
    REJECTED: published.ApprovalRejected,
    EXPIRED: published.ApprovalExpired,
    CANCELLED: published.ApprovalCancelled,
}


class Deciding:
    """Decides about approvals of the caller's company."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def approve(self, connection: Connection, context: Context, approval_id: str, reason: str) -> Approval:
        """Say yes. The last yes that is needed schedules the call in the same transaction."""
        approval = self._decided(connection, context, approval_id, YES, reason)
        if sum(decision.verdict == YES for decision in approval.decisions) < approval.approvals_needed:
            repository.save(connection, context, approval)  # nothing to publish: it waits as before
            return approval
        self.change(connection, context, approval, APPROVED)
        work.schedule(
            connection,
            context.who.company_id,
            context.who.environment,
            kind=EXECUTE,
            lane=f"{EXECUTE}/{approval_id}",
            resource_id=approval_id,
            correlation_id=approval.correlation_id,
            traceparent=context.traceparent,
        )
        return approval

    def reject(self, connection: Connection, context: Context, approval_id: str, reason: str) -> Approval:
        """Say no, and why."""
        approval = self._decided(connection, context, approval_id, NO, reason)
        self.change(connection, context, approval, REJECTED)
        return approval

    def cancel(self, connection: Connection, context: Context, approval_id: str) -> Approval:
        """Take one's own call back."""
        approval = self._pending(connection, context, approval_id)
        if not same_hand(connection, context, approval.requester):
            raise fail(reasons.ERROR_REASON_PERMISSION_DENIED, "Only who made the call takes it back.")
        self.change(connection, context, approval, CANCELLED)
        return approval

    def look_after(self, connection: Connection, context: Context, approval_id: str) -> None:
        """Let an approval expire, or bring it before more people, if it is time."""
        approval = repository.get(connection, context, approval_id, lock=True)
        if approval is None or approval.state != PENDING:
            return
        if self._is_over(approval):
            self.change(connection, context, approval, EXPIRED)
        elif approval.HasField("escalate_time") and approval.escalate_time.ToDatetime(UTC) <= self._clock.now():
            approval.ClearField("escalate_time")
            self._publish(connection, context, approval, published.ApprovalEscalated)
            why = f"A call ({approval.action}) has waited for approval longer than its rule says."
            work_items.open_item(connection, context, approval_id, work_item_pb2.WORK_ITEM_KIND_OVERDUE, why)

    def change(
        self,
        connection: Connection,
        context: Context,
        approval: Approval,
        state: "approval_pb2.ApprovalState.ValueType",
    ) -> None:
        """Move a locked approval to a state, and publish it."""
        approval.state = state
        self._publish(connection, context, approval, _EVENTS[state])

    def _publish(
        self, connection: Connection, context: Context, approval: Approval, event: Callable[..., Message]
    ) -> None:
        approval.revision += 1
        approval.update_time.FromDatetime(self._clock.now())
        repository.save(connection, context, approval)
        events.publish(connection, context, approval.approval_id, approval.revision, event(approval=approval))

    def _decided(
        self,
        connection: Connection,
        context: Context,
        approval_id: str,
        verdict: "approval_pb2.ApprovalVerdict.ValueType",
        reason: str,
    ) -> Approval:
        approval = self._pending(connection, context, approval_id)
        if same_hand(connection, context, approval.requester):
            raise fail(reasons.ERROR_REASON_APPROVAL_OWN_REQUEST, "Somebody else must decide about this call.")
        if approval.decider_role and approval.decider_role not in context.who.roles:
            role = role_pb2.Role.Name(approval.decider_role)
            raise fail(reasons.ERROR_REASON_PERMISSION_DENIED, f"This call is decided by the role {role}.", role=role)
        if verdict == YES and any(same_hand(connection, context, past.decider) for past in approval.decisions):
            raise fail(reasons.ERROR_REASON_TRANSITION_NOT_ALLOWED, "You have approved this call already.")
        decision = ApprovalDecision(decider=party(context.who), verdict=verdict, reason=reason)
        decision.time.FromDatetime(self._clock.now())
        approval.decisions.append(decision)
        context.approval_id = approval_id
        return approval

    def _pending(self, connection: Connection, context: Context, approval_id: str) -> Approval:
        context.resource_id = approval_id
        approval = repository.get(connection, context, approval_id, lock=True)
        if approval is None:
            raise fail(reasons.ERROR_REASON_NOT_FOUND, f"There is no approval {approval_id}.")
        if approval.state == EXPIRED or (approval.state == PENDING and self._is_over(approval)):
            raise fail(reasons.ERROR_REASON_APPROVAL_EXPIRED, "It was not decided in time.")
        if approval.state != PENDING:
            state = approval_pb2.ApprovalState.Name(approval.state)
            raise fail(reasons.ERROR_REASON_TRANSITION_NOT_ALLOWED, f"It was decided before: {state}.", state=state)
        return approval

    def _is_over(self, approval: Approval) -> bool:
        return approval.expire_time.ToDatetime(UTC) <= self._clock.now()


def same_hand(connection: Connection, context: Context, other: ApprovalParty) -> bool:
    """Whether the caller is somebody, or acts by a credential with a common beginning.

    Two people who work with one client are two; the client, or what it made, and a person who uses it are one.
    """
    who = context.who
    if other.subject and other.subject == who.subject:
        return True
    their = other.subject if other.caller_kind == method_pb2.CALLER_KIND_USER else other.caller_id
    mine, theirs = (lineage.line(connection, context, each) for each in (lineage.maker(who), their))
    if {who.kind, other.caller_kind} != {method_pb2.CALLER_KIND_USER}:
        mine, theirs = mine | {who.caller_id}, theirs | {other.caller_id}
    return not mine.isdisjoint(theirs)
