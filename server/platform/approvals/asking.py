"""What becomes of a call that falls under a rule: it is stored as it is, and answered by how its approval stands.

The approval, its audit row and its event are one transaction. The same call with the same key finds its approval.
"""

import json
from datetime import UTC, datetime, timedelta

from google.protobuf.message import Message

from corridor.approvals.v1 import approval_event_pb2
from corridor.approvals.v1.approval_pb2 import Approval, ApprovalParty
from corridor.approvals.v1.approval_policy_pb2 import ApprovalRule
from corridor.audit.v1.audit_entry_pb2 import AUDIT_OUTCOME_REFUSED
from corridor.errors.v1 import error_reason_pb2 as reasons
from server.kit import ids
from server.kit.clock import Clock
from server.kit.context import Caller, Context, Idempotency
from server.kit.errors import Failure, fail
from server.kit.redaction import HIDDEN, redacted
from server.platform.approvals import repository
from server.platform.approvals.repository import APPROVED, CANCELLED, EXECUTED, EXPIRED, FAILED, PENDING, REJECTED, Call
from server.store import audit, events, idempotency
from server.store.engine import Connection, Store

EXPIRE_AFTER = timedelta(days=1)


class Asking:
    """Stores calls that wait, and tells how they stand. `secret` keys the fingerprints of calls without a key."""

    def __init__(self, store: Store, secret: bytes, clock: Clock) -> None:
        self._store = store
        self._secret = secret
        self._seal = idempotency.sealing_key(secret)
        self._clock = clock

    def check(self, context: Context, request: Message, rule: ApprovalRule | None) -> None:
        """Raise how the call stands, if it is known or falls under a rule; return if it may run."""
        who = context.who
        assert context.method is not None
        with self._store.transaction(who.company_id, who.environment) as connection:
            if context.idempotency:
                if row := idempotency.stored(connection, context):
                    if row[2] is not None and idempotency.shows_secret(context.method.response.DESCRIPTOR):
                        return  # the servicer replays it, and only to who may see the secret
                    raise idempotency.answer_stored(context, row)
                self._check_known(connection, context)
            if rule is None:
                return
            approval = self._approval(context, request, rule)
            asked = self._call(context, request, approval.approval_id)
            if not repository.insert(connection, context, approval, asked):
                self._check_known(connection, context)  # another call with the same key was faster
            context.resource_id = context.approval_id = approval.approval_id
            waits = audit.row(context, who, approval.approval_id, AUDIT_OUTCOME_REFUSED, "APPROVAL_PENDING")
            audit.record_calls(connection, [waits])
            requested = approval_event_pb2.ApprovalRequested(approval=approval)
            events.publish(connection, context, approval.approval_id, approval.revision, requested)
        context.audited = True
        raise _pending(context, approval)

    def _check_known(self, connection: Connection, context: Context) -> None:
        assert context.idempotency is not None
        assert context.method is not None
        found = repository.by_key(connection, context, context.method.path, context.idempotency.key)
        if found is None:
            return
        approval, fingerprint = found
        if fingerprint != context.idempotency.fingerprint:
            raise idempotency.reused(fingerprint, context.idempotency.fingerprint)
        context.resource_id = approval.approval_id
        # It may have run since its key was looked up: what is read later is newer.
        if approval.state in (EXECUTED, FAILED) and (row := idempotency.stored(connection, context)):
            raise idempotency.answer_stored(context, row)
        raise self._standing(context, approval)

    def _standing(self, context: Context, approval: Approval) -> Failure:
        """How a call stands that was put under approval. What ran is answered by its key, before this is asked."""
        approval_id = approval.approval_id
        over = approval.expire_time.ToDatetime(UTC) <= self._clock.now()
        if approval.state == APPROVED or (approval.state == PENDING and not over):
            return _pending(context, approval)
        if approval.state in (PENDING, EXPIRED):
            return fail(reasons.ERROR_REASON_APPROVAL_EXPIRED, "Nobody decided in time.", approval_id=approval_id)
        if approval.state in (REJECTED, CANCELLED):
            what = "taken back by its maker" if approval.state == CANCELLED else "rejected"
            return fail(reasons.ERROR_REASON_APPROVAL_REJECTED, f"The call was {what}.", approval_id=approval_id)
        if approval.state == FAILED:
            reason = reasons.ErrorReason.Value(f"ERROR_REASON_{approval.failure_reason}")
            return fail(reason, "The call was approved, and failed when it ran.", approval_id=approval_id)
        assert approval.state == EXECUTED
        return fail(
            reasons.ERROR_REASON_STATE_CONFLICT,
            "The call was approved and ran; its answer is no longer kept.",
            approval_id=approval_id,
            resource_id=approval.resource_id,
        )

    def _call(self, context: Context, request: Message, approval_id: str) -> Call:
        assert context.method is not None
        # A call without a key gets one, so that it too runs once.
        asked = context.sandbox_scenario, context.if_match
        made = context.idempotency or Idempotency(
            approval_id, idempotency.fingerprint(request, self._secret, *asked), self._seal
        )
        data = request.SerializeToString(deterministic=True)
        return Call(context.method.path, made.key, made.fingerprint, data, context.who, audit.asked_for(context))

    def _approval(self, context: Context, request: Message, rule: ApprovalRule) -> Approval:
        assert context.method is not None
        now, method = self._clock.now(), context.method
        approval = Approval(
            approval_id=ids.new("apr"),
            state=PENDING,
            method=method.descriptor.full_name,
            action=method.policy.audit,
            request_json=json.dumps(redacted(request), ensure_ascii=False, default=lambda _: HIDDEN),
            requester=party(context.who),
            rule_title=rule.title,
            approvals_needed=rule.approvals_needed,
            decider_role=rule.decider_role,
            environment=context.who.environment,
            correlation_id=context.correlation_id,
            revision=1,
        )
        approval.create_time.FromDatetime(now)
        approval.update_time.FromDatetime(now)
        expires: datetime = now + (rule.expire_after.ToTimedelta() if rule.HasField("expire_after") else EXPIRE_AFTER)
        approval.expire_time.FromDatetime(expires)
        if rule.HasField("escalate_after"):
            approval.escalate_time.FromDatetime(min(expires, now + rule.escalate_after.ToTimedelta()))
        return approval


def party(who: Caller) -> ApprovalParty:
    """A caller as somebody who asks or decides."""
    return ApprovalParty(caller_kind=who.kind, caller_id=who.caller_id, subject=who.subject)  # type: ignore[arg-type] # a caller's kind is one of the enum


def _pending(context: Context, approval: Approval) -> Failure:
    approval_id = approval.approval_id
    context.trailers["location"] = f"/v1/approvals/{approval_id}"
    detail = "The call waits for approval; nothing was done yet."
    return fail(reasons.ERROR_REASON_APPROVAL_PENDING, detail, approval_id=approval_id)
