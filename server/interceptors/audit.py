"""Third: records every call. It stands outside of everything that refuses; what changes something records itself.

Nothing is answered without its row. Refusals that come in crowds are counted, and the row tells how many they were:
neither strangers nor a caller beyond its allowance can fill the database.
"""

from collections.abc import Callable
from typing import Any

import grpc
import psycopg
import structlog
from grpc_interceptor import ServerInterceptor

from corridor.audit.v1.audit_entry_pb2 import AUDIT_OUTCOME_DONE, AUDIT_OUTCOME_REFUSED
from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.options.v1 import method_pb2
from server.interceptors import errors
from server.kit import context as contexts
from server.kit.context import Caller
from server.kit.errors import Failure, fail
from server.platform.audit.recorder import NotRecordedError, Recorder
from server.store import audit
from server.store.audit import Row
from server.store.engine import Store

_log = structlog.get_logger("corridor.audit")

_STRANGERS_PER_SECOND = 10
# Calls of nobody's company: rows of the installation itself, for its operator alone.
_NOBODY = Caller(method_pb2.CALLER_KIND_ANONYMOUS, "", "", 0)  # type: ignore[arg-type] # of no environment


class Audit(ServerInterceptor):
    """Writes an audit row for every call that has not recorded itself."""

    def __init__(self, store: Store, recorder: Recorder) -> None:
        self._store = store
        self._recorder = recorder

    def intercept(
        self, method: Callable[..., Any], request_or_iterator: Any, context: grpc.ServicerContext, method_name: str
    ) -> Any:
        """Run the call; record it, and only then let it be answered."""
        call = contexts.current()
        try:
            answer = method(request_or_iterator, context)
        finally:
            if call.failure is not None and not _recorded(call, call.failure):
                self._refused(call, call.failure)
        if not call.audited and not self._done(call):
            call.failure = fail(
                reasons.ERROR_REASON_UNAVAILABLE, "The call cannot be recorded at the moment.", retry_after_seconds=1.0
            )
            errors.answer(call, call.failure, context)
        return answer

    def _done(self, call: contexts.Context) -> bool:
        row = audit.row(call, call.caller or _NOBODY, _resource(call), AUDIT_OUTCOME_DONE, "", _detail(call))
        if call.caller is None and not self._recorder.admits("strangers", row, _STRANGERS_PER_SECOND):
            return True
        try:
            self._recorder.record(row)
        except NotRecordedError:
            return False
        return True

    def _refused(self, call: contexts.Context, failure: Failure) -> None:
        row = self._row(call, failure)
        crowd, per_second = _crowd(call, failure)
        if crowd is not None and not self._recorder.admits(crowd, row, per_second):
            return
        if failure.reason == reasons.ERROR_REASON_UNAVAILABLE:
            self._recorder.record_later(row)  # it may be PostgreSQL that is away
            return
        try:
            self._recorder.record(row)
        except NotRecordedError:
            self._recorder.record_later(row)

    def _row(self, call: contexts.Context, failure: Failure) -> Row:
        who = call.caller or call.suspect or _NOBODY
        row = audit.row(call, who, _resource(call), AUDIT_OUTCOME_REFUSED, failure.name, _detail(call))
        if call.caller is None or not failure.name.endswith("NOT_FOUND"):
            return row
        try:
            with self._store.anyone() as connection:
                return audit.with_owner(connection, call, row)
        except (Failure, psycopg.Error) as error:
            _log.warning("owner_not_looked_for", request_id=call.request_id, error=type(error).__name__)
            return row


def _recorded(call: contexts.Context, failure: Failure) -> bool:
    """Whether a call that now waits for approval was recorded with the approval, in one transaction."""
    return call.audited and failure.reason == reasons.ERROR_REASON_APPROVAL_PENDING


def _crowd(call: contexts.Context, failure: Failure) -> tuple[tuple[object, ...] | str | None, int]:
    """Among which calls a refusal is counted, and of how many of them a second there are rows."""
    assert call.method is not None
    if call.caller is not None:
        often = failure.reason in {reasons.ERROR_REASON_RATE_LIMITED, reasons.ERROR_REASON_UNAVAILABLE}
        crowd = (call.caller.caller_id, call.method.policy.rate_class, failure.reason)
        return (crowd if often else None), 1
    if call.suspect is not None:  # who pretends to be somebody needs the public part of a credential alone
        return (call.suspect.caller_id,), 1
    return "strangers", _STRANGERS_PER_SECOND


def _resource(call: contexts.Context) -> str:
    return call.resource_id or audit.asked_for(call)


def _detail(call: contexts.Context) -> str:
    return "answered again" if call.replayed else ""
