"""Runs calls that were approved: as who made them, with what they may still do, under the key that they had.

A process may die anywhere in it: whoever takes the work over runs the call again, and its key answers what was done.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import structlog

from corridor.approvals.v1.approval_pb2 import Approval
from corridor.audit.v1.audit_entry_pb2 import AUDIT_OUTCOME_REFUSED
from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.operations.v1 import work_item_pb2
from server.kit import clock, contract
from server.kit import context as contexts
from server.kit.context import Context, Idempotency
from server.kit.contract import Method
from server.kit.errors import Failure, fail
from server.kit.failpoint import failpoint
from server.platform.approvals import repository, standing
from server.platform.approvals.deciding import Deciding
from server.platform.approvals.repository import APPROVED, EXECUTED, FAILED, Call
from server.store import audit, idempotency, work, work_items
from server.store.audit import Row
from server.store.engine import Store
from server.store.work import Again, Done, Job

_log = structlog.get_logger("corridor.approvals")

TRIES_BEFORE_PERSON = 8


@dataclass(frozen=True, slots=True)
class _Ran:
    """How a call ended that ran. Neither a failure nor done means that it has to be tried again."""

    resource_id: str = ""
    failure: Failure | None = None
    refused: Row | None = None  # the row of a call that failed: what is done records itself


class Executing:
    """The work of approvals. `servicers` serve the contract's services, by full name.

    What has ended since a call was made does not end the call: it was accepted before.
    """

    def __init__(
        self,
        store: Store,
        deciding: Deciding,
        servicers: Mapping[str, object],
        secret: bytes,
        methods: Mapping[str, Method] | None = None,
    ) -> None:
        self._store = store
        self._deciding = deciding
        self._servicers = servicers
        self._methods = contract.methods() if methods is None else methods
        self._seal = idempotency.sealing_key(secret)

    def execute(self, context: Context, job: Job) -> work.Outcome:
        """Run an approved call, and note how it ended."""
        approval_id, who = job.resource_id, context.who
        with self._store.of(who.company_id, who.environment) as connection:
            approval = repository.get(connection, context, approval_id)
            if approval is None or approval.state != APPROVED:
                return Done()
            call = repository.call_of(connection, context, approval_id)
            scopes = standing.scopes_now(connection, context, call.caller, call.method)
        failpoint("approvals.before_run")
        ran = self._run(context, approval, call, scopes)
        failpoint("approvals.after_run")
        if ran.failure is not None and not ran.failure.final:
            return self._again(context, job, ran.failure)
        self._note(context, approval_id, call, ran)
        failpoint("approvals.after_note")
        return Done()

    def _run(self, context: Context, approval: Approval, call: Call, scopes: frozenset[str]) -> _Ran:
        method = self._methods[call.method]
        made = Context(
            request_id=context.request_id,
            correlation_id=approval.correlation_id,
            traceparent=context.traceparent,
            method=method,
            caller=replace(call.caller, scopes=scopes),
            idempotency=Idempotency(call.key, call.fingerprint, self._seal),
            deadline=min(context.deadline, clock.monotonic() + method.deadline_seconds),
            approval_id=approval.approval_id,
            sandbox_scenario=idempotency.scenario_of(call.fingerprint),
            if_match=idempotency.if_match_of(call.fingerprint),
            request=method.request.FromString(call.request),
        )
        service = method.descriptor.containing_service
        behaviour: Callable[..., Any] = getattr(self._servicers[service.full_name], method.name)
        with contexts.bound(made):
            try:
                if method.scopes.isdisjoint(scopes):
                    idempotency.check(self._store, made)  # it may have run before its maker lost the right
                    raise fail(reasons.ERROR_REASON_PERMISSION_DENIED, "Who made the call may not make it any more.")
                behaviour(made.request, None)
            except idempotency.Replay:
                return _Ran()
            except Failure as failure:
                return self._failed(made, failure)
        return _Ran(made.resource_id)

    def _failed(self, made: Context, failure: Failure) -> _Ran:
        """Keep a final failure with the key, as a call that ran at once would."""
        if not made.replayed and idempotency.belongs_to_key(failure):
            try:
                idempotency.keep_failure(self._store, made, failure)
            except idempotency.Replay:
                return _Ran()
        resource_id = made.resource_id or audit.asked_for(made)
        row = audit.row(made, made.who, resource_id, AUDIT_OUTCOME_REFUSED, failure.name)
        return _Ran(failure=failure, refused=row)

    def _note(self, context: Context, approval_id: str, call: Call, ran: _Ran) -> None:
        who = context.who
        with self._store.transaction(who.company_id, who.environment) as connection:
            approval = repository.get(connection, context, approval_id, lock=True)
            if approval is None or approval.state != APPROVED:
                return  # somebody else who ran it has noted it
            if ran.failure is not None:
                approval.failure_reason = ran.failure.name
                if ran.refused is not None:
                    audit.record_calls(connection, [ran.refused])
                _log.info("approved_call_failed", approval_id=approval_id, reason=ran.failure.name)
            else:
                approval.resource_id = ran.resource_id or repository.resource_of(connection, context, call)
            self._deciding.change(connection, context, approval, FAILED if ran.failure else EXECUTED)

    def _again(self, context: Context, job: Job, failure: Failure) -> Again:
        who = context.who
        if job.tries >= TRIES_BEFORE_PERSON:
            why = f"An approved call was tried {job.tries} times and ended with {failure.name}; it is tried on."
            with self._store.of(who.company_id, who.environment) as connection:
                kind = work_item_pb2.WORK_ITEM_KIND_EXHAUSTED
                work_items.open_item(connection, context, job.resource_id, kind, why)
        pause = max(work.backoff_seconds(job.tries), failure.retry_after_seconds or 0.0)
        return Again(pause, failure.name)
